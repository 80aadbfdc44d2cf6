{#- What is owed (an answer, a reminder) rests on no profile, whoever it is for, unless its channel is kept for a tier of
    the menu. Read by the last check of publish and by every export. -#}
{%- macro menu_of(plans) -%}
left join {{ ref('recall_menu') }} as menu
    on
        {{ plans }}.policy_id = menu.policy_id
        and coalesce({{ plans }}.ladder_step, 0) = menu.ladder_step
        and {{ plans }}.message_channel = menu.message_channel
        and coalesce({{ plans }}.offer_id, 'none') = menu.offer_id
{%- endmacro %}

{%- macro rests_on_no_profile(plans) -%}
({{ plans }}.consent_purpose = 'service' and menu.tiers is null)
{%- endmacro %}

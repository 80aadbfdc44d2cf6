{#- The staging models that make up a noun: the one list that customer/<noun> and source_record_sightings read. -#}
{% macro noun_parts(noun) -%}
    {%- set parts = {
        'customers': [
            'pos_customers', 'mini_program_customers', 'tmall_customers', 'wecom_customers', 'official_account_customers',
            'app_customers', 'crm_customers', 'standard_customers',
        ],
        'orders': ['pos_orders', 'mini_program_orders', 'tmall_orders', 'standard_orders'],
        'order_lines': ['pos_order_lines', 'mini_program_order_lines', 'tmall_order_lines', 'standard_order_lines'],
        'refunds': ['pos_refunds', 'mini_program_refunds', 'tmall_refunds', 'standard_refunds'],
        'products': ['standard_products'],
        'events': ['wecom_events', 'official_account_events', 'app_events', 'call_centre_events', 'standard_events'],
        'messages': [
            'wecom_messages', 'official_account_messages', 'sms_messages', 'call_centre_messages', 'standard_messages',
        ],
        'campaigns': ['standard_campaigns'],
        'offers': ['standard_offers'],
        'coupons': ['standard_coupons'],
        'points_ledger': ['standard_points_ledger'],
        'consents': ['sms_consents', 'standard_consents'],
        'suppressions': ['sms_suppressions', 'wecom_suppressions', 'standard_suppressions'],
        'stores': ['standard_stores'],
        'staff': ['wecom_staff', 'standard_staff'],
        'follows': ['wecom_follows', 'standard_follows'],
        'groups': ['wecom_groups', 'standard_groups'],
        'group_memberships': ['wecom_group_memberships', 'standard_group_memberships'],
        'entitlements': ['standard_entitlements'],
        'appointments': ['standard_appointments'],
        'leads': ['standard_leads'],
        'task_results': ['standard_task_results'],
        'member_merges': ['crm_member_merges', 'standard_member_merges'],
        'channel_costs': ['standard_channel_costs'],
    } -%}
    {{ return(parts[noun]) }}
{%- endmacro %}

{#- The staging models that observe identifiers, all with the same columns. -#}
{% macro identifier_parts() -%}
    {{ return([
        'pos_identifiers', 'mini_program_identifiers', 'tmall_identifiers', 'wecom_identifiers',
        'official_account_identifiers', 'app_identifiers', 'sms_identifiers', 'crm_identifiers', 'call_centre_identifiers',
        'standard_identifiers',
    ]) }}
{%- endmacro %}

{#- The nouns whose rows say that a source record exists, with the time of the row's event (none: a registration's). -#}
{% macro sighting_nouns() -%}
    {{ return({
        'customers': 'registered_at',
        'orders': 'ordered_at',
        'refunds': 'coalesce(requested_at, refunded_at)',
        'events': 'occurred_at',
        'messages': 'sent_at',
        'coupons': 'issued_at',
        'points_ledger': 'occurred_at',
        'consents': 'changed_at',
        'follows': 'added_at',
        'group_memberships': 'joined_at',
        'entitlements': 'renewed_at',
        'appointments': 'starts_at',
        'leads': 'changed_at',
    }) }}
{%- endmacro %}

-- One row per (as_of_date, one_id) with a subscription message left: the scenes of which more were granted than sent.
-- Every message of the mini-program since the first grant spends one, also where it failed; one whose campaign says no
-- scene spends one of each.
with scenes as (
    select distinct
        concat(policy_id, '_') as campaign_prefix,
        scene_id
    from {{ ref('recall_policies') }}
),

granted as (
    select
        as_of_date,
        one_id,
        scene_id,
        sum(granted_count) as granted_count,
        min(granted_date) as first_date
    from {{ states_at(ref('message_subscription_states')) }} as states
    where one_id is not null and granted_date <= as_of_date
    group by as_of_date, one_id, scene_id
),

sent as (
    select
        messages.as_of_date,
        messages.recipient_one_id as one_id,
        messages.sent_date,
        scenes.scene_id
    from {{ states_at(ref('message_states')) }} as messages
    left join scenes on left(messages.campaign_id, length(scenes.campaign_prefix)) = scenes.campaign_prefix
    where messages.message_channel = 'mini_program' and messages.sent_date <= messages.as_of_date
),

unspent as (
    select
        granted.as_of_date,
        granted.one_id,
        granted.scene_id
    from granted
    left join sent
        on
            granted.as_of_date = sent.as_of_date
            and granted.one_id = sent.one_id
            and granted.first_date <= sent.sent_date
            and coalesce(sent.scene_id, granted.scene_id) = granted.scene_id
    group by granted.as_of_date, granted.one_id, granted.scene_id, granted.granted_count
    having granted.granted_count > count(sent.one_id)
)

select
    as_of_date,
    one_id,
    {{ sorted_list('scene_id') }} as subscribed_scenes
from unspent
group by as_of_date, one_id

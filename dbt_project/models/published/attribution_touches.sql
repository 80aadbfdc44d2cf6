-- One row per person, day and channel on which the channel touched the person, as known at a date of the run: a
-- message delivered, an own visit, a friend added; leaving the brand is no touch. Only the days that the longest window
-- can reach.
with touches as (
    select
        known.as_of_date,
        known.source,
        known.customer_id,
        known.message_channel as channel,
        {{ business_date('known.delivered_at') }} as touch_date
    from {{ known_versions(ref('messages'), 'as_of') }} as known
    where known.delivered_at < known.ends_at
    union all
    select
        known.as_of_date,
        known.source,
        known.customer_id,
        known.channel,
        {{ business_date('known.occurred_at') }} as touch_date
    from {{ known_versions(ref('events'), 'as_of') }} as known
    left join {{ ref('passive_event_types') }} as passive
        on known.event_type = passive.event_type
    where known.occurred_at < known.ends_at and passive.event_type is null
    union all
    select
        known.as_of_date,
        known.source,
        known.customer_id,
        case when known.source = 'official_account' then 'official_account' else 'wecom' end as channel,
        {{ business_date('known.added_at') }} as touch_date
    from {{ known_versions(ref('follows'), 'as_of') }} as known
    where known.added_at < known.ends_at
)

select distinct
    touches.as_of_date,
    records.one_id,
    touches.channel,
    touches.touch_date
from touches
inner join {{ ref('customer_records') }} as records
    on
        touches.as_of_date = records.as_of_date
        and touches.source = records.source
        and touches.customer_id = records.customer_id
where
    touches.channel is not null
    and touches.touch_date
    > {{ add_days('touches.as_of_date', '- (select 2 * max(window_days) from ' ~ ref('attribution_windows') ~ ')') }}

-- One row per person, day and channel on which the channel touched the person, as known at a date of the run: a
-- message delivered, an own visit, a friend added; leaving the brand is no touch. Only the days that the longest window
-- can reach.
with touches as (
    select
        touches.as_of_date,
        touches.one_id,
        case
            when touches.kind <> 'follow' then touches.channel
            when touches.source = 'official_account' then 'official_account'
            else 'wecom'
        end as channel,
        touches.touched_date
    from {{ states_at(ref('interaction_states')) }} as touches
    left join {{ ref('passive_event_types') }} as passive
        on touches.kind = 'event' and touches.touch = passive.event_type
    where
        touches.one_id is not null
        and (
            (touches.kind = 'event' and passive.event_type is null)
            or touches.touch = 'message_delivered'
            or touches.kind = 'follow'
        )
)

select distinct
    as_of_date,
    one_id,
    channel,
    touched_date as touch_date
from touches
where
    channel is not null
    and touched_date
    > {{ add_days('as_of_date', '- (select 2 * max(window_days) from ' ~ ref('attribution_windows') ~ ')') }}

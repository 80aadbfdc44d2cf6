-- One row per person, day and channel on which the channel touched the person, as known at a date of the run: a
-- message that arrived, an own visit, a friend added, the shop bought in, and the channel that brought the person, on
-- the day their record began; leaving the brand is no touch. Only the days that the longest window can reach.
with days as (
    select
        as_of_date,
        {{ add_days('as_of_date', '- (select 2 * max(window_days) from ' ~ ref('attribution_windows') ~ ')') }}
            as after_date
    from {{ run_dates('as_of') }} as dates
),

-- A source code names its channel by its prefix.
brought as (
    select
        records.one_id,
        coalesce(codes.channel, records.acquisition_channel) as channel,
        records.began_date,
        records.from_date,
        records.to_date
    from {{ ref('record_states') }} as records
    left join {{ ref('source_codes') }} as codes
        on left(records.acquisition_channel, length(codes.code_prefix)) = codes.code_prefix
)

select
    days.as_of_date,
    interactions.one_id,
    case
        when interactions.kind <> 'follow' then interactions.channel
        when interactions.source = 'official_account' then 'official_account'
        else 'wecom'
    end as channel,
    interactions.touched_date as touch_date
from days
inner join {{ ref('interaction_states') }} as interactions
    on
        interactions.from_date <= days.as_of_date
        and (interactions.to_date is null or interactions.to_date > days.as_of_date)
        and interactions.touched_date > days.after_date
left join {{ ref('touch_types') }} as types
    on interactions.touch = types.touch
where
    interactions.one_id is not null
    and not coalesce(types.is_leaving, false)
    and interactions.kind in ('event', 'follow')
    and interactions.channel is not null
{%- for relation, channel, touch_date, condition in [
    (ref('message_states'), 'message_channel', 'sent_date',
     'touches.one_id is not null and touches.arrived and touches.sent_date <= days.as_of_date'),
    (ref('order_states'), 'channel', 'paid_date', 'touches.one_id is not null'),
    ('brought', 'channel', 'began_date', 'touches.began_date <= days.as_of_date'),
] %}
union
select
    days.as_of_date,
    touches.one_id,
    touches.{{ channel }}{{ ' as channel' if channel != 'channel' }},
    touches.{{ touch_date }} as touch_date
from days
inner join {{ relation }} as touches
    on
        touches.from_date <= days.as_of_date
        and (touches.to_date is null or touches.to_date > days.as_of_date)
        and touches.{{ touch_date }} > days.after_date
where touches.{{ channel }} is not null and {{ condition }}
{%- endfor %}

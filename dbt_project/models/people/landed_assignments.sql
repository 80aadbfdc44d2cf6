-- One row per (source, experiment_id, customer_id, arm, from_date): somebody drawn into an arm of a landed experiment,
-- as known at the dates from from_date until before to_date, and whose record it was. The control (written to by
-- nothing, offered nothing) carries the channel, offer and depth of its experiment, null where that had tried several
-- by then. set_aside_for says why a row teaches nothing: the person stands in two arms of the experiment (both rows),
-- another record of theirs was drawn first, the arm offers something and says no channel, or its offer is in no
-- catalogue. An experiment_id that begins with as_usual is a list of the shop's own: whom it was sent to, without a
-- control, which is everybody else of that lot.
{%- set person = ['experiment_id', 'one_id'] %}
with drawn as (
    select
        source,
        experiment_id,
        customer_id,
        arm,
        message_channel,
        offer_id,
        probability,
        assigned_at,
        message_channel is null and offer_id is null as is_control,
        counts_from,
        counts_to
    from {{ ref('experiment_assignments') }}
    where counts_to is null or counts_to > counts_from
),

held as (
    select * from {{ owned('drawn') }} as held_draws
),

-- What an experiment tries: from when a first treatment of it is known, and until a second one is.
treatments as (
    select
        experiment_id,
        message_channel,
        offer_id,
        min(counts_from) as from_date
    from drawn
    where not is_control
    group by experiment_id, message_channel, offer_id
),

tried as (
    select
        experiment_id,
        message_channel,
        offer_id,
        from_date,
        lead(from_date) over experiment as to_date,
        row_number() over experiment as place
    from treatments
    window experiment as (
        partition by experiment_id order by from_date, message_channel, offer_id
    )
),

lone as (
    select
        experiment_id,
        message_channel,
        offer_id,
        from_date,
        to_date
    from tried
    where place = 1 and (to_date is null or to_date > from_date)
),

days as (
    {%- for day in ['from_date', 'to_date'] %}
    select
        experiment_id,
        one_id,
        {{ day }} as day
    from held
    {% if day == 'to_date' %}where to_date is not null{% endif %}
    union
    select
        held.experiment_id,
        held.one_id,
        lone.{{ day }} as day
    from held
    inner join lone
        on
            held.experiment_id = lone.experiment_id
            and held.from_date < lone.{{ day }}
            and (held.to_date is null or held.to_date > lone.{{ day }})
    where held.is_control
    {{ 'union' if not loop.last }}
    {%- endfor %}
),

spans as (
    {{ spans_between('days', person) }}
),

placed as (
    select
        held.source,
        held.experiment_id,
        held.customer_id,
        held.one_id,
        held.person_key,
        held.is_test,
        held.arm,
        held.is_control,
        case when held.is_control then lone.message_channel else held.message_channel end as message_channel,
        case when held.is_control then lone.offer_id else held.offer_id end as offer_id,
        not held.is_control or lone.experiment_id is not null as has_one_treatment,
        held.probability,
        {{ business_date('held.assigned_at') }} as assigned_date,
        min(held.arm) over whole <> max(held.arm) over whole as is_in_two_arms,
        row_number() over (
            partition by held.experiment_id, held.one_id, spans.from_date
            order by held.assigned_at, held.source, held.customer_id, held.arm
        ) as place,
        spans.from_date,
        spans.to_date
    from spans
    inner join held
        on
            spans.experiment_id = held.experiment_id
            and spans.one_id = held.one_id
            and held.from_date <= spans.from_date
            and (held.to_date is null or held.to_date > spans.from_date)
    left join lone
        on
            held.experiment_id = lone.experiment_id
            and lone.from_date <= spans.from_date
            and (lone.to_date is null or lone.to_date > spans.from_date)
    window whole as (partition by held.experiment_id, held.one_id, spans.from_date)
)

select
    placed.source,
    placed.experiment_id,
    placed.customer_id,
    placed.one_id,
    placed.person_key,
    placed.is_test,
    placed.arm,
    placed.is_control,
    placed.message_channel,
    placed.offer_id,
    case when placed.has_one_treatment then offers.depth end as depth,
    placed.probability,
    placed.assigned_date,
    placed.is_in_two_arms,
    placed.experiment_id like 'as_usual%' as is_shops_list,
    case
        when placed.is_in_two_arms then 'two_arms'
        when placed.place > 1 then 'drawn_before'
        when not placed.is_control and placed.message_channel is null then 'no_channel'
        when not placed.is_control and offers.depth is null then 'unknown_offer'
    end as set_aside_for,
    placed.from_date,
    placed.to_date
from placed
left join {{ ref('offers_catalogue') }} as offers on coalesce(placed.offer_id, 'none') = offers.offer_id

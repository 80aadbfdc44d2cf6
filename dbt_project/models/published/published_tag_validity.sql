-- Of each tag and stage whether it tells who orders (tag_validity), and which plays hang on it: a play whose trigger
-- is an invalid tag is played to nobody who carries it.
with hanging as (
    select
        plays.play_id,
        case when plays.trigger_kind = 'stage' then 'purchase' else plays.trigger_kind end as kind,
        concat('|', plays.trigger, '|') as triggers
    from {{ ref('plays') }} as plays
),

of_plays as (
    select
        validity.as_of_date,
        validity.tag,
        {{ sorted_list('hanging.play_id') }} as plays
    from {{ ref('tag_validity') }} as validity
    inner join hanging
        on
            validity.kind = hanging.kind
            and position(concat('|', substr(validity.tag, length(validity.kind) + 2), '|') in hanging.triggers) > 0
    where {{ among_dates('validity.as_of_date', dates_of('as_of')) }}
    group by validity.as_of_date, validity.tag
)

select
    validity.as_of_date,
    validity.tag,
    validity.kind,
    validity.people,
    validity.carriers,
    validity.carriers_ordered,
    validity.rest,
    validity.rest_ordered,
    {{ ratio('validity.carriers', 'validity.people', 4) }} as coverage,
    {{ ratio('validity.heard', 'validity.carriers', 4) }} as freshness,
    {{ ratio('validity.kept', 'validity.known_still', 4) }} as stability,
    validity.lift,
    validity.lift_low,
    validity.lift_high,
    validity.verdict,
    {{ published_list(list_or_empty('of_plays.plays')) }} as plays
from {{ ref('tag_validity') }} as validity
left join of_plays on validity.as_of_date = of_plays.as_of_date and validity.tag = of_plays.tag
where {{ among_dates('validity.as_of_date', dates_of('as_of')) }}

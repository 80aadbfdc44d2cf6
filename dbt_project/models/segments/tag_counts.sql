-- One row per (as_of_date, tag): how a tag of transition_days before did since, out of time: how many carried it and
-- how many of the same kind did not, how many of each ordered in the days to the date, how many carriers carry it
-- still, and of how many anything was heard of late. Besides the customer's tags the stages of that day, as
-- purchase, aipl, five_a and need_state. Who carries no tag of a kind, as nobody knows it of them, is not the rest.
with days as (
    select
        as_of_date,
        {{ add_days('as_of_date', '-cast(' ~ segment_number('transition_days') ~ ' as integer)') }} as told_on
    from {{ run_dates('as_of') }} as dates
),

{%- set stages = [
    ('purchase', 'purchase_stages', 'purchase_stage'), ('aipl', 'aipl', 'aipl_stage'),
    ('five_a', 'five_a', 'five_a_stage'), ('need_state', 'need_state', 'need_state'),
] %}

listed as (
    select
        as_of_date as told_on,
        one_id,
        {{ each_of('tags') }} as tag
    from {{ ref('tags') }}
    where {{ among_dates('as_of_date', dates_of('segment')) }}
    {%- for kind, relation, column in stages %}
    union all
    select
        stages.as_of_date as told_on,
        stages.one_id,
        concat('{{ kind }}:', stages.{{ column }}) as tag
    from {{ ref(relation) }} as stages
    inner join {{ ref('tags') }} as known
        on stages.as_of_date = known.as_of_date and stages.one_id = known.one_id
    where {{ among_dates('stages.as_of_date', dates_of('segment')) }}
    {%- endfor %}
),

-- What is before the first colon is the kind.
carried as (
    select
        days.as_of_date,
        days.told_on,
        listed.one_id,
        listed.tag,
        substr(listed.tag, 1, position(':' in listed.tag) - 1) as kind
    from days
    inner join listed on days.told_on = listed.told_on
),

ordered as (
    select distinct
        days.as_of_date,
        orders.one_id
    from days
    inner join {{ ref('paid_orders') }} as orders
        on days.as_of_date = orders.as_of_date and orders.order_date > days.told_on
    where orders.counts_as_purchase
),

heard as (
    select
        days.as_of_date,
        orders.one_id
    from days
    inner join {{ ref('paid_orders') }} as orders
        on days.as_of_date = orders.as_of_date and orders.age_days < {{ segment_number('preference_days') }}
    union
    select
        days.as_of_date,
        acts.one_id
    from days
    inner join {{ ref('interactions') }} as acts
        on
            days.as_of_date = acts.as_of_date
            and not acts.is_received_only
            and acts.age_days < {{ segment_number('preference_days') }}
),

known as (
    select
        days.as_of_date,
        count(*) as people
    from days
    inner join {{ ref('tags') }} as tags on days.told_on = tags.as_of_date
    group by days.as_of_date
),

people as (
    select distinct
        carried.as_of_date,
        carried.kind,
        carried.one_id,
        case when ordered.one_id is null then 0 else 1 end as has_ordered
    from carried
    left join ordered on carried.as_of_date = ordered.as_of_date and carried.one_id = ordered.one_id
),

of_kind as (
    select
        as_of_date,
        kind,
        count(*) as people,
        sum(has_ordered) as ordered
    from people
    group by as_of_date, kind
),

of_tag as (
    select
        carried.as_of_date,
        carried.kind,
        carried.tag,
        count(*) as people,
        sum(people.has_ordered) as ordered,
        count(heard.one_id) as heard,
        count(today.one_id) as known_still,
        count(kept.one_id) as kept
    from carried
    inner join people
        on
            carried.as_of_date = people.as_of_date
            and carried.kind = people.kind
            and carried.one_id = people.one_id
    left join heard on carried.as_of_date = heard.as_of_date and carried.one_id = heard.one_id
    left join {{ ref('tags') }} as today
        on carried.as_of_date = today.as_of_date and carried.one_id = today.one_id
    left join listed as kept
        on carried.as_of_date = kept.told_on and carried.one_id = kept.one_id and carried.tag = kept.tag
    group by carried.as_of_date, carried.kind, carried.tag
)

select
    of_tag.as_of_date,
    of_tag.kind,
    of_tag.tag,
    cast(known.people as bigint) as people,
    cast(of_tag.people as bigint) as carriers,
    cast(of_tag.ordered as bigint) as carriers_ordered,
    cast(of_kind.people - of_tag.people as bigint) as rest,
    cast(of_kind.ordered - of_tag.ordered as bigint) as rest_ordered,
    cast(of_tag.heard as bigint) as heard,
    cast(of_tag.known_still as bigint) as known_still,
    cast(of_tag.kept as bigint) as kept
from of_tag
inner join of_kind on of_tag.as_of_date = of_kind.as_of_date and of_tag.kind = of_kind.kind
inner join known on of_tag.as_of_date = known.as_of_date

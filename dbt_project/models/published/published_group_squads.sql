-- One row per (as_of_date, source, squad_id, one_id): squads of members of quality and vip groups who buy in the same
-- store and like the same things, else who like the same things wherever they buy, else who buy in the same store, in
-- even parts within the bounds of the kind squad; and the squads that stand. Who is in a squad already is proposed for
-- none. Parts are dealt by lot, so that one who joins moves few others; whoever contributed most leads.
{%- set rounds = [['store_id', 'interest'], ['interest'], ['store_id']] %}
with bounds as (
    select
        fewest_members,
        most_members
    from {{ ref('group_kinds') }}
    where kind = 'squad'
),

members as (
    select
        given.as_of_date,
        given.source,
        given.group_id,
        given.one_id,
        given.contribution,
        hosts.kind,
        hosts.mover_staff_id
    from {{ ref('group_contributions') }} as given
    inner join {{ ref('group_hosts') }} as hosts
        on
            given.as_of_date = hosts.as_of_date
            and given.source = hosts.source
            and given.group_id = hosts.group_id
    where {{ among_dates('given.as_of_date', dates_of('as_of')) }}
),

chosen as (
    select
        members.*,
        row_number() over (
            partition by members.as_of_date, members.source, members.one_id
            order by members.contribution desc, members.group_id asc
        ) as choice
    from members
    left join members as squads
        on
            members.as_of_date = squads.as_of_date
            and members.source = squads.source
            and members.one_id = squads.one_id
            and squads.kind = 'squad'
    where members.kind in ('quality', 'vip') and squads.one_id is null
),

pool as (
    select
        chosen.as_of_date,
        chosen.source,
        chosen.group_id,
        chosen.one_id,
        chosen.contribution,
        chosen.mover_staff_id,
        habits.store_id,
        habits.first_interest as interest
    from chosen
    inner join {{ ref('customer_orders') }} as orders
        on chosen.as_of_date = orders.as_of_date and chosen.one_id = orders.one_id
    inner join {{ ref('purchase_habits') }} as habits
        on orders.one_id = habits.one_id and orders.order_set_hash = habits.order_set_hash
    where chosen.choice = 1
),

{%- for shared in rounds %}
{%- set left_over = 'pool' if loop.first else 'left_' ~ loop.index0 %}
shared_{{ loop.index }} as (
    select
        as_of_date,
        source,
        group_id,
        one_id,
        contribution,
        mover_staff_id,
        {{ 'store_id' if 'store_id' in shared else 'cast(null as varchar) as store_id' }},
        {{ 'interest' if 'interest' in shared else 'cast(null as varchar) as interest' }},
        count(*) over (partition by as_of_date, source, {{ shared | join(', ') }}) as sharing
    from {{ left_over }}
    where {{ shared | join(' is not null and ') }} is not null
),

left_{{ loop.index }} as (
    select {{ left_over }}.*
    from {{ left_over }}
    cross join bounds
    left join shared_{{ loop.index }} as seated
        on
            {{ left_over }}.as_of_date = seated.as_of_date
            and {{ left_over }}.source = seated.source
            and {{ left_over }}.one_id = seated.one_id
            and seated.sharing >= bounds.fewest_members
    where seated.one_id is null
),
{% endfor %}
sharers as (
    {%- for shared in rounds %}
    select shared_{{ loop.index }}.*
    from shared_{{ loop.index }}
    cross join bounds
    where shared_{{ loop.index }}.sharing >= bounds.fewest_members
    union all
    {%- endfor %}
    select
        as_of_date,
        source,
        group_id,
        one_id,
        contribution,
        mover_staff_id,
        store_id,
        interest,
        count(*) over (partition by as_of_date, source, store_id, interest) as sharing
    from left_{{ rounds | length }}
    where store_id is not null and interest is not null
),

dealt as (
    select
        sharers.*,
        sharers.sharing >= bounds.fewest_members as is_enough,
        cast(ceil(sharers.sharing / cast(bounds.most_members as double)) as bigint) as parts,
        row_number() over (
            partition by sharers.as_of_date, sharers.source, sharers.store_id, sharers.interest
            order by md5(sharers.one_id) asc, sharers.one_id asc
        ) as place
    from sharers
    cross join bounds
),

seated as (
    select
        as_of_date,
        source,
        concat(
            coalesce(store_id, '*'), '/', coalesce(interest, '*'), '/',
            cast(case when is_enough then place % parts + 1 else 0 end as varchar)
        ) as squad_id,
        one_id,
        case when is_enough then 'proposed' else 'waits' end as state,
        group_id,
        store_id,
        interest,
        contribution,
        mover_staff_id
    from dealt
    union all
    select
        as_of_date,
        source,
        group_id as squad_id,
        one_id,
        'stands' as state,
        group_id,
        null as store_id,
        null as interest,
        contribution,
        mover_staff_id
    from members
    where kind = 'squad'
),

ranked as (
    select
        *,
        count(*) over (partition by as_of_date, source, squad_id) as members,
        row_number() over (
            partition by as_of_date, source, squad_id order by contribution desc, one_id asc
        ) as place,
        first_value(mover_staff_id) over (
            partition by as_of_date, source, squad_id order by contribution desc, one_id asc
        ) as staff_id
    from seated
)

select
    cast(as_of_date as date) as as_of_date,
    squad_id,
    one_id,
    state,
    source,
    group_id,
    store_id,
    interest,
    cast(members as bigint) as members,
    cast(contribution as bigint) as contribution_28d,
    state <> 'waits' and place = 1 and contribution > 0 as is_leader,
    staff_id
from ranked

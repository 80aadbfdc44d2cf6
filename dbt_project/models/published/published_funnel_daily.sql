-- The funnel of the funnel_days to a date: by source path and code of the first private contact, by platform from
-- which they came or might come, and by pool. Days are those until the first tenth had come to a step; who has not
-- counts as waiting (waited_medians), and of most paths half never order. What a source does not tell is unknown: who a
-- code reached where no page tells its visits, anything of a platform of which no order lands.
with people as (
    select
        people.*,
        people.followed_date is not null as has_followed,
        people.registered_date is not null as has_registered,
        coalesce(people.joined_date >= people.entered_date, false) as has_joined,
        not coalesce(people.had_ordered, false) as is_new
    from {{ ref('funnel_people') }} as people
    where {{ among_dates('people.as_of_date', dates_of('as_of')) }}
),

-- Who had come to a step before they entered has no days to it.
waited as (
    {%- for step, start, end, condition in [
        ('register', 'entered_date', 'registered_date', 'registered_date is null or registered_date >= entered_date'),
        ('group', 'entered_date', 'joined_date', 'joined_date is null or joined_date >= entered_date'),
        ('first_order', 'entered_date', 'first_order_date', 'is_new'),
        ('second_order', 'first_order_date', 'second_order_date', 'is_new and first_order_date is not null'),
    ] %}
    {{ 'union all' if not loop.first }}
    select
        as_of_date,
        cut,
        value_key,
        '{{ step }}' as step,
        {{ end }} is not null as is_finished,
        {{ days_between(start, 'coalesce(' ~ end ~ ', as_of_date)') }} as days
    from people
    where {{ condition }}
    {%- endfor %}
),

{{ waited_medians('waited', ['as_of_date', 'cut', 'value_key', 'step']) }},

days_to as (
    select
        as_of_date,
        cut,
        value_key,
    {%- for step in ['register', 'group', 'first_order', 'second_order'] %}
    max(case when step = '{{ step }}' then tenth_days end) as tenth_days_to_{{ step }}{{ ',' if not loop.last }}
    {%- endfor %}
    from medians
    group by as_of_date, cut, value_key
),

counted as (
    select
        as_of_date,
        cut,
        value_key,
        count(*) as entered,
        sum(case when has_followed then 1 else 0 end) as followed,
        sum(case when has_registered then 1 else 0 end) as registered,
        sum(case when has_joined then 1 else 0 end) as in_group,
        sum(case when visit_date is not null then 1 else 0 end) as visited_store,
        sum(case when is_new then 0 else 1 end) as had_ordered,
        sum(case when is_new and first_order_date is not null then 1 else 0 end) as first_order,
        sum(case when is_new and second_order_date is not null then 1 else 0 end) as second_order
    from people
    group by as_of_date, cut, value_key
),

looked as (
    select distinct
        touches.as_of_date,
        touches.campaign_id as code,
        coalesce(touches.one_id, touches.customer_id, touches.anonymous_id, touches.device_id) as person
    from {{ states_at(ref('interaction_states')) }} as touches
    where
        touches.campaign_id is not null
        and touches.is_test is not true
        and touches.touched_date <= touches.as_of_date
        and touches.touched_date
        > {{ add_days('touches.as_of_date', '-cast(' ~ segment_number('funnel_days') ~ ' as integer)') }}
),

coded as (
    select
        looked.as_of_date,
        looked.code,
        paths.path,
        looked.person
    from looked
    inner join {{ ref('source_paths') }} as paths
        on paths.kind = 'code' and left(looked.code, length(paths.value)) = paths.value
),

seen as (
    select
        as_of_date,
        'code' as cut,
        code as value_key,
        person
    from coded
    union
    select
        as_of_date,
        'path' as cut,
        path as value_key,
        person
    from coded
),

-- Who came was reached, also where the page did not see them; a code of which no page tells stays unknown.
reached as (
    select
        as_of_date,
        cut,
        value_key,
        count(distinct person) as reached
    from (
        select
            as_of_date,
            cut,
            value_key,
            person
        from seen
        union all
        select
            people.as_of_date,
            people.cut,
            people.value_key,
            people.one_id as person
        from people
        inner join (
            select distinct
                as_of_date,
                cut,
                value_key
            from seen
        ) as told_of
            on
                people.as_of_date = told_of.as_of_date
                and people.cut = told_of.cut
                and people.value_key = told_of.value_key
    ) as met
    group by as_of_date, cut, value_key
),

-- Every path, platform and pool has its row, also where nobody came or nothing is told of it.
cells as (
    select
        as_of_date,
        cut,
        value_key
    from counted
    union
    select
        as_of_date,
        cut,
        value_key
    from reached
    union
    select
        dates.as_of_date,
        case when paths.kind = 'platform' then 'platform' else 'path' end as cut,
        paths.path as value_key
    from {{ run_dates('as_of') }} as dates
    cross join {{ ref('source_paths') }} as paths
    union
    select
        dates.as_of_date,
        'pool' as cut,
        pools.pool as value_key
    from {{ run_dates('as_of') }} as dates
    cross join (
        select 'traffic' as pool
        union all
        select 'leads' as pool
    ) as pools
),

-- Whether anything of a cut is told at all: friends or followers for codes and paths, an order for a platform.
landed as (
    select
        as_of_date,
        max(case when cut = 'path' then 1 else 0 end) = 1 as has_contacts
    from counted
    group by as_of_date
),

approaches as (
    select
        path,
        max(approach) as approach
    from {{ ref('source_paths') }}
    where kind <> 'platform'
    group by path
),

told as (
    select
        cells.*,
        case
            when cells.cut in ('path', 'code') then reached.reached
            when cells.cut = 'pool' then coalesce(counted.entered, 0)
            else counted.entered
        end as reached,
        case
            when cells.cut = 'pool' or (cells.cut in ('path', 'code') and landed.has_contacts) then 0
        end as nobody
    from cells
    left join landed on cells.as_of_date = landed.as_of_date
    left join counted
        on
            cells.as_of_date = counted.as_of_date
            and cells.cut = counted.cut
            and cells.value_key = counted.value_key
    left join reached
        on
            cells.as_of_date = reached.as_of_date
            and cells.cut = reached.cut
            and cells.value_key = reached.value_key
)

select
    told.as_of_date,
    told.cut,
    told.value_key,
    case
        when told.cut = 'path' then approaches.approach
        when told.cut = 'code' then of_code.approach
    end as approach,
    cast(told.reached as bigint) as reached,
    {%- for step in [
        'followed', 'registered', 'in_group', 'visited_store', 'had_ordered', 'first_order', 'second_order'
    ] %}
    cast(coalesce(counted.{{ step }}, told.nobody) as bigint) as {{ step }},
    {%- endfor %}
    {{ ratio('counted.followed', 'told.reached', 4) }} as fan_rate,
    cast(days_to.tenth_days_to_register as bigint) as tenth_days_to_register,
    cast(days_to.tenth_days_to_group as bigint) as tenth_days_to_group,
    cast(days_to.tenth_days_to_first_order as bigint) as tenth_days_to_first_order,
    cast(days_to.tenth_days_to_second_order as bigint) as tenth_days_to_second_order
from told
left join counted
    on
        told.as_of_date = counted.as_of_date
        and told.cut = counted.cut
        and told.value_key = counted.value_key
left join days_to
    on
        told.as_of_date = days_to.as_of_date
        and told.cut = days_to.cut
        and told.value_key = days_to.value_key
left join approaches on told.value_key = approaches.path
left join {{ ref('source_paths') }} as of_code
    on of_code.kind = 'code' and left(told.value_key, length(of_code.value)) = of_code.value
where told.value_key is not null

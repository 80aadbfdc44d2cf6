-- One row per (as_of_date, dimension, value_key): what was spent on acquiring in the days that kpi_daily covers and
-- how many first buyers those days had: all of them, by the channel that brought them, by the code (campaign) of
-- their first private contact before they bought, and by that code's path. Spend on a code is its channel's too.
-- Where nothing was spent and nobody came there is no row.
with windows as (
    select
        as_of_date,
        {{ add_days('as_of_date', '-' ~ var('kpi_days')) }} as after_date
    from {{ run_dates('as_of') }} as dates
),

contacts as (
    select
        as_of_date,
        one_id,
        code,
        added_date,
        row_number() over (
            partition by as_of_date, one_id order by added_date, source, staff_id
        ) as turn
    from {{ states_at(ref('friendships')) }} as friendships
    where added_date <= as_of_date
),

-- Everybody whose first order lies in the year: those of the kpi_days are new, all say how soon money came back.
buyers as (
    select
        stages.as_of_date,
        stages.one_id,
        stages.first_order_date,
        stages.first_order_date > windows.after_date as is_new,
        coalesce(channels.channel, attributes.acquisition_channel) as channel,
        paths.path,
        case when paths.path is not null then contacts.code end as campaign
    from windows
    inner join {{ ref('purchase_stages') }} as stages on windows.as_of_date = stages.as_of_date
    left join {{ ref('attributes') }} as attributes
        on stages.as_of_date = attributes.as_of_date and stages.one_id = attributes.one_id
    left join {{ ref('source_codes') }} as channels
        on left(attributes.acquisition_channel, length(channels.code_prefix)) = channels.code_prefix
    left join contacts
        on
            stages.as_of_date = contacts.as_of_date
            and stages.one_id = contacts.one_id
            and contacts.turn = 1
            and contacts.added_date <= stages.first_order_date
    left join {{ ref('source_paths') }} as paths
        on paths.kind = 'code' and left(contacts.code, length(paths.value)) = paths.value
    where
        stages.first_order_date
        > {{ add_days('stages.as_of_date', '-cast(' ~ segment_number('order_window_days') ~ ' as integer)') }}
),

spend as (
    select
        costs.as_of_date,
        costs.channel,
        case when paths.path is not null then costs.campaign_id end as campaign,
        paths.path,
        costs.spend_fen
    from windows
    inner join {{ states_at(ref('cost_states')) }} as costs
        on
            windows.as_of_date = costs.as_of_date
            and costs.cost_date > windows.after_date
            and costs.cost_date <= costs.as_of_date
    left join {{ ref('source_paths') }} as paths
        on paths.kind = 'code' and left(costs.campaign_id, length(paths.value)) = paths.value
),

{%- set dimensions = [('all', "'all'"), ('channel', 'channel'), ('path', 'path'), ('campaign', 'campaign')] %}

cohorts as (
    {%- for dimension, key in dimensions %}
    {{ 'union all' if not loop.first }}
    select
        as_of_date,
        '{{ dimension }}' as dimension,
        {{ key }} as value_key,
        one_id,
        first_order_date,
        is_new
    from buyers
    {{ 'where ' ~ key ~ ' is not null' if dimension != 'all' }}
    {%- endfor %}
),

spent as (
    {%- for dimension, key in dimensions %}
    {{ 'union all' if not loop.first }}
    select
        as_of_date,
        '{{ dimension }}' as dimension,
        {{ key }} as value_key,
        sum(spend_fen) as spend_fen
    from spend
    {{ 'where ' ~ key ~ ' is not null' if dimension != 'all' }}
    group by as_of_date{{ ', ' ~ key if dimension != 'all' }}
    {%- endfor %}
),

won as (
    select
        as_of_date,
        dimension,
        value_key,
        sum(case when is_new then 1 else 0 end) as new_buyers
    from cohorts
    group by as_of_date, dimension, value_key
),

earned as (
    select
        cohorts.as_of_date,
        cohorts.dimension,
        cohorts.value_key,
        {{ days_between('cohorts.first_order_date', 'orders.order_date') }} as age_days,
        sum(orders.goods_paid_fen - orders.refunded_fen) as net_fen
    from cohorts
    inner join {{ ref('paid_orders') }} as orders
        on cohorts.as_of_date = orders.as_of_date and cohorts.one_id = orders.one_id
    where orders.order_date >= cohorts.first_order_date
    group by
        cohorts.as_of_date, cohorts.dimension, cohorts.value_key,
        {{ days_between('cohorts.first_order_date', 'orders.order_date') }}
),

-- A buyer of last week has not had a second month: what came in at an age is shared among those who are that old.
followed as (
    select
        as_of_date,
        dimension,
        value_key,
        {{ days_between('first_order_date', 'as_of_date') }} as age_days,
        count(*) as buyers
    from cohorts
    group by as_of_date, dimension, value_key, {{ days_between('first_order_date', 'as_of_date') }}
),

ages as (
    select
        earned.as_of_date,
        earned.dimension,
        earned.value_key,
        earned.age_days,
        earned.net_fen,
        sum(followed.buyers) as buyers
    from earned
    inner join followed
        on
            earned.as_of_date = followed.as_of_date
            and earned.dimension = followed.dimension
            and earned.value_key = followed.value_key
            and earned.age_days <= followed.age_days
    group by earned.as_of_date, earned.dimension, earned.value_key, earned.age_days, earned.net_fen
),

margins as (
    select
        as_of_date,
        max(margin_rate) as margin_rate
    from {{ ref('recall_margins') }}
    where {{ among_dates('as_of_date', dates_of('as_of')) }}
    group by as_of_date
),

costs as (
    select
        coalesce(spent.as_of_date, won.as_of_date) as as_of_date,
        coalesce(spent.dimension, won.dimension) as dimension,
        coalesce(spent.value_key, won.value_key) as value_key,
        spent.spend_fen,
        -- where first buyers are known by this dimension at all, a line of spend without one brought nobody
        case
            when
                max(won.new_buyers) over (
                    partition by
                        coalesce(spent.as_of_date, won.as_of_date), coalesce(spent.dimension, won.dimension)
                ) is not null
                then coalesce(won.new_buyers, 0)
        end as new_buyers,
        cast(spent.spend_fen as decimal(38, 10)) / nullif(won.new_buyers, 0) as cost_fen,
        margins.margin_rate
    from spent
    full outer join won
        on
            spent.as_of_date = won.as_of_date
            and spent.dimension = won.dimension
            and spent.value_key = won.value_key
    left join margins on coalesce(spent.as_of_date, won.as_of_date) = margins.as_of_date
),

come_in as (
    select
        as_of_date,
        dimension,
        value_key,
        age_days,
        sum(cast(net_fen as decimal(38, 10)) / buyers)
            over (partition by as_of_date, dimension, value_key order by age_days) as net_fen
    from ages
),

repaid as (
    select
        costs.as_of_date,
        costs.dimension,
        costs.value_key,
        min(come_in.age_days) as payback_days
    from costs
    inner join come_in
        on
            costs.as_of_date = come_in.as_of_date
            and costs.dimension = come_in.dimension
            and costs.value_key = come_in.value_key
            and come_in.net_fen * costs.margin_rate >= costs.cost_fen
    group by costs.as_of_date, costs.dimension, costs.value_key
)

select
    costs.as_of_date,
    costs.dimension,
    costs.value_key,
    cast(costs.spend_fen as bigint) as spend_fen,
    cast(costs.new_buyers as bigint) as new_buyers,
    costs.cost_fen,
    costs.margin_rate,
    repaid.payback_days
from costs
left join repaid
    on
        costs.as_of_date = repaid.as_of_date
        and costs.dimension = repaid.dimension
        and costs.value_key = repaid.value_key

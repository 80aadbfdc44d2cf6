-- The paid orders of the last 7 and 30 days by the channels that touched their buyers until then. First, last and
-- linear touch share the same orders out, so their sums agree; none of it says what a channel caused.
with linear as (
    select
        *,
        goods_paid_fen * touch_days // all_touch_days as floor_fen
    from {{ ref('attribution_shares') }}
),

shares as (
    select
        as_of_date,
        window_days,
        channel,
        'first' as model,
        cast(is_first as decimal(18, 8)) as conversion,
        is_first * goods_paid_fen as revenue_fen
    from linear
    union all
    select as_of_date, window_days, channel, 'last', cast(is_last as decimal(18, 8)), is_last * goods_paid_fen
    from linear
    union all
    select
        as_of_date,
        window_days,
        channel,
        'linear',
        cast(cast(touch_days as decimal(18, 8)) / all_touch_days as decimal(18, 8)),
        floor_fen + is_last * (
            goods_paid_fen - sum(floor_fen) over (partition by as_of_date, window_days, source, order_id)
        )
    from linear
),

revenue as (
    select
        as_of_date,
        window_days,
        channel,
        model,
        sum(conversion) as conversions,
        cast(sum(revenue_fen) as bigint) as revenue_fen
    from shares
    group by 1, 2, 3, 4
),

costs as (
    select
        costs_at_date.as_of_date,
        windows.window_days,
        costs_at_date.channel,
        cast(sum(costs_at_date.spend_fen) as bigint) as cost_fen
    from {{ states_at(ref('cost_states')) }} as costs_at_date
    inner join {{ ref('attribution_windows') }} as windows
        on
            costs_at_date.cost_date <= costs_at_date.as_of_date
            and costs_at_date.cost_date > {{ add_days('costs_at_date.as_of_date', '- windows.window_days') }}
    group by 1, 2, 3
),

-- A channel that cost something and of which no touch reaches us: what it brought is unknown, and not nothing.
told as (
    select distinct
        touches.as_of_date,
        windows.window_days,
        touches.channel
    from {{ ref('attribution_touches') }} as touches
    inner join {{ ref('attribution_windows') }} as windows
        on touches.touch_date > {{ add_days('touches.as_of_date', '- 2 * windows.window_days') }}
),

cells as (
    select as_of_date, window_days, channel, model from revenue
    union
    select costs.as_of_date, costs.window_days, costs.channel, models.model
    from costs
    cross join (
        select 'first' as model
        union all
        select 'last'
        union all
        select 'linear'
    ) as models
)

select
    cells.as_of_date,
    cast(cells.window_days as bigint) as window_days,
    cells.channel,
    cells.model,
    round(
        cast(coalesce(revenue.conversions, case when told.channel is not null then 0 end) as double), 4
    ) as conversions,
    coalesce(revenue.revenue_fen, case when told.channel is not null then 0 end) as revenue_fen,
    costs.cost_fen,
    {{ ratio('coalesce(revenue.revenue_fen, case when told.channel is not null then 0 end)', 'costs.cost_fen', 4) }}
        as return_on_spend
from cells
left join told
    on
        cells.as_of_date = told.as_of_date
        and cells.window_days = told.window_days
        and cells.channel = told.channel
left join revenue
    on
        cells.as_of_date = revenue.as_of_date
        and cells.window_days = revenue.window_days
        and cells.channel = revenue.channel
        and cells.model = revenue.model
left join costs
    on
        cells.as_of_date = costs.as_of_date
        and cells.window_days = costs.window_days
        and cells.channel = costs.channel

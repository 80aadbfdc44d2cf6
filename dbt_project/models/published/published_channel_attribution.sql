-- The paid orders of the last 7 and 30 days by the channels that touched their buyers until then, under every model of
-- attribution_models. None of it says what a channel caused.
with revenue as (
    select
        as_of_date,
        window_days,
        channel,
        model,
        conversions,
        revenue_fen
    from {{ ref('attributed') }}
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
    cross join {{ ref('attribution_models') }} as models
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

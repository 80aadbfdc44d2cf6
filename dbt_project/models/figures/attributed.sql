-- One row per as-of date, window, channel and model of attribution_models: the orders and the fen that the model gives
-- to the channel. All models share the same orders out, so their sums agree; none of them says what a channel caused.
with shares as (
    select
        *,
        {{ whole_quotient('goods_paid_fen * touch_days', 'all_touch_days') }} as linear_fen,
        {{ whole_quotient('goods_paid_fen * decayed_days', 'all_decayed_days') }} as decayed_fen,
        {{ whole_quotient('goods_paid_fen', 'channels') }} as shapley_fen
    from {{ ref('attribution_shares') }}
),

by_order as (
    {%- set order = 'partition by as_of_date, window_days, source, order_id' %}
    {%- for model, share, fen in [
        ('first', 'is_first', 'is_first * goods_paid_fen'),
        ('last', 'is_last', 'is_last * goods_paid_fen'),
        ('linear', 'cast(touch_days as decimal(18, 8)) / all_touch_days',
         'linear_fen + is_last * (goods_paid_fen - sum(linear_fen) over (' ~ order ~ '))'),
        ('time_decay', 'cast(decayed_days as decimal(18, 8)) / all_decayed_days',
         'decayed_fen + is_last * (goods_paid_fen - sum(decayed_fen) over (' ~ order ~ '))'),
        ('shapley', 'cast(1 as decimal(18, 8)) / channels',
         'shapley_fen + is_last * (goods_paid_fen - sum(shapley_fen) over (' ~ order ~ '))'),
    ] %}
    {{ 'union all' if not loop.first }}
    select
        as_of_date,
        window_days,
        channel,
        '{{ model }}' as model,
        cast({{ share }} as decimal(18, 8)) as conversion,
        cast({{ fen }} as bigint) as revenue_fen
    from shares
    {%- endfor %}
),

-- What was sold in a window, touched and untouched: of the removal effects the touched orders are shared out, and an
-- order that nothing touched is nobody's.
sold as (
    select
        as_of_date,
        window_days,
        channel = 'none' as is_untouched,
        sum(is_last) as orders,
        sum(is_last * goods_paid_fen) as fen
    from shares
    group by as_of_date, window_days, channel = 'none'
),

removal as (
    select
        sold.as_of_date,
        sold.window_days,
        effects.channel,
        sold.orders * effects.share as conversions,
        sold.fen,
        cast(floor(sold.fen * effects.share) as bigint) as floor_fen,
        row_number()
            over (partition by sold.as_of_date, sold.window_days order by effects.share desc, effects.channel asc)
            as turn
    from sold
    inner join {{ ref('attribution_removal') }} as effects
        on sold.as_of_date = effects.as_of_date and sold.window_days = effects.window_days
    where not sold.is_untouched
)

select
    as_of_date,
    window_days,
    channel,
    model,
    cast(sum(conversion) as double) as conversions,
    cast(sum(revenue_fen) as bigint) as revenue_fen
from by_order
group by as_of_date, window_days, channel, model
union all
select
    as_of_date,
    window_days,
    channel,
    'markov' as model,
    cast(conversions as double) as conversions,
    cast(
        floor_fen + case
            when turn = 1 then fen - sum(floor_fen) over (partition by as_of_date, window_days) else 0
        end as bigint
    ) as revenue_fen
from removal
union all
select
    as_of_date,
    window_days,
    'none' as channel,
    'markov' as model,
    cast(orders as double) as conversions,
    cast(fen as bigint) as revenue_fen
from sold
where is_untouched

-- One row per (as_of_date, one_id) with money paid back of which the order is not known: it counts on its own date,
-- while other refunds stand with their orders.
{{ config(materialized='view') }}

select
    as_of_date,
    one_id,
    sum(amount_fen) as refunded_fen,
    sum(
        case
            when {{ days_between('refunded_date', 'as_of_date') }} < {{ segment_number('order_window_days') }}
                then amount_fen
            else 0
        end
    ) as refunded_fen_365d
from {{ states_at(ref('refund_states'), 'all') }} as refunds
where stage = 'paid_back' and is_counted and is_unmatched
group by as_of_date, one_id

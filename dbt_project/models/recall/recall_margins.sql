-- One row per as_of_date: the brand's measured margin over everybody's last basket; null where too little of it has a
-- cost.
select
    as_of_date,
    case
        when
            sum(costed_fen) * 100 >= sum(basket_fen) * {{ recall_number('costed_share_percent') }}
            and sum(costed_fen) > 0
            then cast(sum(costed_fen) - sum(cost_fen) as decimal(38, 6)) / sum(costed_fen)
    end as margin_rate
from {{ ref('recall_last_baskets') }}
where {{ among_dates('as_of_date', dates_of('as_of')) }}
group by as_of_date

-- One row per (as_of_date, tag): whether a tag tells who orders. The order rate of its carriers over that of the
-- rest of its kind (lift), with an interval (Katz and others 1978, half an order added to each count). Valid: the
-- interval leaves out 1, and the lift is further from it than the margin. Weak: it leaves out 1, and the lift is
-- nearer. Invalid: the whole interval is nearer than the margin, so whatever the lift is, it is of no use (two
-- one-sided tests, Schuirmann 1987). Unproven: anything else, as with few people.
with numbers as (
    select
        ln(1 + cast({{ segment_number('tag_margin_percent') }} as double) / 100) as log_margin,
        cast({{ segment_number('tag_interval_thousandths') }} as double) / 1000 as deviations
),

rated as (
    select
        *,
        (carriers_ordered + cast(0.5 as double)) / (carriers + 1) as carriers_rate,
        case when rest > 0 then (rest_ordered + cast(0.5 as double)) / (rest + 1) end as rest_rate
    from {{ ref('tag_counts') }}
    where {{ among_dates('as_of_date', dates_of('as_of')) }}
),

measured as (
    select
        *,
        ln(carriers_rate / rest_rate) as log_lift,
        sqrt(
            (1 - carriers_rate) / (carriers_ordered + cast(0.5 as double))
            + (1 - rest_rate) / (rest_ordered + cast(0.5 as double))
        ) as log_deviation
    from rated
),

bounded as (
    select
        measured.*,
        numbers.log_margin,
        measured.log_lift - numbers.deviations * measured.log_deviation as log_low,
        measured.log_lift + numbers.deviations * measured.log_deviation as log_high
    from measured
    cross join numbers
)

-- Where there is no rest, there is no lift and no comparison holds.
select
    as_of_date,
    kind,
    tag,
    people,
    carriers,
    carriers_ordered,
    rest,
    rest_ordered,
    heard,
    known_still,
    kept,
    round(exp(log_lift), 4) as lift,
    round(exp(log_low), 4) as lift_low,
    round(exp(log_high), 4) as lift_high,
    case
        when log_low > -log_margin and log_high < log_margin then 'invalid'
        when (log_low > 0 or log_high < 0) and abs(log_lift) > log_margin then 'valid'
        when log_low > 0 or log_high < 0 then 'weak'
        else 'unproven'
    end as verdict
from bounded

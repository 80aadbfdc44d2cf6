-- One row per (frozen_on, measure): the cuts between the brand's quintiles, frozen on the first day of a quarter, so
-- that nobody moves because others moved. With too few buyers by then, the operator's defaults.
{{ config(materialized='incremental', unique_key='frozen_on') }}

with buyers as (
    select
        orders.as_of_date as frozen_on,
        cadences.recency_days,
        orders.net_paid_fen_365d
    from {{ ref('customer_orders') }} as orders
    inner join {{ ref('purchase_cadences') }} as cadences
        on orders.as_of_date = cadences.as_of_date and orders.one_id = cadences.one_id
    where orders.as_of_date = {{ frozen_date('orders.as_of_date') }} and cadences.order_days_365d > 0
),

measured as (
    {%- for measure, column in {'recency_days': 'recency_days', 'net_paid_fen': 'net_paid_fen_365d'}.items() %}
    select
        frozen_on,
        '{{ measure }}' as measure,
        {%- for quintile in [20, 40, 60, 80] %}
        {{ observed_percentile(column, quintile) }} as cut_{{ quintile }},
        {%- endfor %}
        count(*) as buyer_count
    from buyers
    group by frozen_on
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

defaults as (
    select
        {%- for quintile in [20, 40, 60, 80] %}
        max(case when quintile = {{ quintile }} then value end) as cut_{{ quintile }},
        {%- endfor %}
        measure
    from {{ ref('rfm_default_quintiles') }}
    group by measure
),

frozen_dates as (
    select distinct {{ frozen_date('as_of_date') }} as frozen_on
    from {{ run_dates('all') }} as dates
)

select
    frozen_dates.frozen_on,
    defaults.measure,
    cast(coalesce(measured.buyer_count, 0) as bigint) as buyer_count,
    {%- for quintile in [20, 40, 60, 80] %}
    cast(coalesce(measured.cut_{{ quintile }}, defaults.cut_{{ quintile }}) as bigint) as cut_{{ quintile }},
    {%- endfor %}
    measured.frozen_on is not null as is_measured
from frozen_dates
cross join defaults
left join measured
    on
        frozen_dates.frozen_on = measured.frozen_on
        and defaults.measure = measured.measure
        and measured.buyer_count >= {{ segment_number('rfm_minimum_buyers') }}

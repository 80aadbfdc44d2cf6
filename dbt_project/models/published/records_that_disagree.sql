-- One row per (as_of_date, kind) of people of whom two records say different things, so that nothing is claimed of it:
-- points of purchases and no order; a coupon taken and no row of it.
{%- set kinds = {
    'points_without_an_order': 'unlisted_buyers',
    'coupon_without_a_row': 'unlisted_coupons',
} %}
{%- for kind, model in kinds.items() %}
select
    as_of_date,
    '{{ kind }}' as kind,
    count(*) as people
from {{ ref(model) }}
where {{ among_dates('as_of_date', dates_of('as_of')) }}
group by as_of_date
{{ 'union all' if not loop.last }}
{%- endfor %}

-- Every figure of every day a version covers, each as known when it was last restated.
with figures as (
    {% for model in [
        'kpi_order_figures', 'kpi_friend_figures', 'kpi_activity_figures', 'kpi_response_figures', 'kpi_cohort_figures',
        'kpi_coupon_figures', 'kpi_refusal_figures', 'kpi_staff_figures', 'kpi_qr_conversion_figures'
    ] -%}
    select
        kpi_date,
        reading_date,
        kpi,
        dimension,
        value_key,
        cast(numerator as decimal(18, 4)) as numerator,
        cast(denominator as decimal(18, 4)) as denominator
    from {{ ref(model) }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

by_version as (
    select
        reading_plan.as_of_date,
        figures.kpi_date,
        figures.kpi,
        figures.dimension,
        figures.value_key,
        figures.numerator,
        figures.denominator
    from figures
    inner join {{ ref('reading_plan') }} as reading_plan
        on figures.kpi_date = reading_plan.kpi_date and figures.reading_date = reading_plan.reading_date
    where reading_plan.is_published
    {% for model in [
        'kpi_control_totals', 'kpi_first_order_figures', 'kpi_payback_figures', 'kpi_category_figures',
        'kpi_mark_figures', 'kpi_staff_effect_figures', 'kpi_status_figures'
    ] -%}
    union all
    select
        as_of_date,
        kpi_date,
        kpi,
        dimension,
        value_key,
        cast(numerator as decimal(18, 4)) as numerator,
        cast(denominator as decimal(18, 4)) as denominator
    from {{ ref(model) }}
    {% endfor %}
)

select
    by_version.as_of_date,
    by_version.kpi_date,
    by_version.kpi,
    by_version.dimension,
    by_version.value_key,
    cast(by_version.numerator as double) as numerator,
    cast(by_version.denominator as double) as denominator,
    case
        when kpis.value_is = 'ratio' then {{ ratio('by_version.numerator', 'by_version.denominator', 6) }}
        else cast(by_version.numerator as double)
    end as value
from by_version
inner join {{ ref('kpis') }} as kpis
    on by_version.kpi = kpis.kpi

-- One row per (as_of_date, one_id, model): the stage of the date beside the day before's, each as known at its own
-- cut-off. The eve may be kept from a night before.
{{ config(materialized='view') }}

with stages as (
    {%- for model, relation, column in [
        ('purchase', 'purchase_stages', 'purchase_stage'),
        ('aipl', 'aipl', 'aipl_stage'),
        ('five_a', 'five_a', 'five_a_stage'),
    ] %}
    select
        stages.as_of_date,
        stages.one_id,
        '{{ model }}' as model,
        stages.{{ column }} as stage
    from {{ ref(relation) }} as stages
    inner join {{ run_dates('seen') }} as dates on stages.as_of_date = dates.as_of_date
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select
    stages.as_of_date,
    stages.one_id,
    stages.model,
    stages.stage,
    day_before.stage as stage_before
from stages
left join stages as day_before
    on
        stages.one_id = day_before.one_id
        and stages.model = day_before.model
        and day_before.as_of_date = {{ add_days('stages.as_of_date', '-1') }}
where {{ among_dates('stages.as_of_date', dates_of('state')) }}

-- One row per (source, noun, from_date, to_date): the newest business date on which something happened, of what was
-- known of a source from from_date until before to_date.
{%- set steps = {
    'orders': 'ordered_at',
    'refunds': 'refunded_at',
    'events': 'occurred_at',
    'messages': 'sent_at',
    'follows': 'added_at',
    'customers': 'registered_at',
    'group_memberships': 'joined_at',
    'points_ledger': 'occurred_at',
} %}
with steps as (
    {%- for noun, step in steps.items() %}
    select
        source,
        '{{ noun }}' as noun,
        {{ business_date(step) }} as step_date,
        greatest(counts_from, {{ business_date(step) }}) as from_date,
        counts_to as to_date
    from {{ ref(noun) }}
    where {{ step }} is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    source,
    noun,
    max(step_date) as newest_date,
    from_date,
    to_date
from steps
where to_date is null or to_date > from_date
group by source, noun, from_date, to_date

-- One row per (source, noun, from_date, to_date): the newest business date of what a source had told by the dates from
-- from_date until before to_date.
{%- set nouns = {
    'orders': 'ordered_at', 'refunds': 'refunded_at', 'events': 'occurred_at', 'messages': 'sent_at',
    'follows': 'added_at', 'customers': 'registered_at', 'group_memberships': 'joined_at',
    'points_ledger': 'occurred_at',
} %}
with dated as (
    {%- for noun, happened_at in nouns.items() %}
    select
        source,
        '{{ noun }}' as noun,
        {{ business_date(happened_at) }} as newest_date,
        greatest(counts_from, {{ business_date(happened_at) }}) as from_date,
        counts_to as to_date
    from {{ ref(noun) }}
    where {{ happened_at }} is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    source,
    noun,
    max(newest_date) as newest_date,
    from_date,
    to_date
from dated
where to_date is null or to_date > from_date
group by source, noun, from_date, to_date

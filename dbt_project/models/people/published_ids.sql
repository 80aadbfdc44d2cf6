-- One row per (one_id, as_of_date, from_date): who somebody whom a version of as_of_date named is, at the dates from
-- from_date until before to_date. It is whoever owns the records that the published id owned on the version's date:
-- that id's own where it still has one of them, else the id that sorts first. source and customer_id are one of those
-- records.
with held as (
    select
        records.one_id,
        records.as_of_date,
        owners.source,
        owners.customer_id,
        owners.one_id as owner_one_id,
        owners.person_key,
        owners.is_test,
        owners.from_date,
        owners.to_date
    from {{ ref('published_records') }} as records
    inner join {{ ref('record_owners') }} as owners
        on records.source = owners.source and records.customer_id = owners.customer_id
),

days as (
    {%- for day in ['from_date', 'to_date'] %}
    select
        one_id,
        as_of_date,
        {{ day }} as day
    from held
    where {{ day }} is not null
    {{ 'union' if not loop.last }}
    {%- endfor %}
),

spans as (
    {{ spans_between('days', ['one_id', 'as_of_date']) }}
),

placed as (
    select
        held.*,
        spans.from_date as span_from,
        spans.to_date as span_to,
        row_number() over (
            partition by spans.one_id, spans.as_of_date, spans.from_date
            order by
                case when held.owner_one_id = spans.one_id then 0 else 1 end,
                held.owner_one_id, held.source, held.customer_id
        ) as place
    from spans
    inner join held
        on
            spans.one_id = held.one_id
            and spans.as_of_date = held.as_of_date
            and held.from_date <= spans.from_date
            and (held.to_date is null or held.to_date > spans.from_date)
)

select
    one_id,
    as_of_date,
    owner_one_id,
    source,
    customer_id,
    person_key,
    is_test,
    span_from as from_date,
    span_to as to_date
from placed
where place = 1

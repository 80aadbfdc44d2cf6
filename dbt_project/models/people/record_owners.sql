-- One row per (source, customer_id, from_date): whose record it was at the dates from from_date until before
-- to_date, by the identity links known then, and whether it was marked as a test account. person_key stands for
-- one_id in joins; it means nothing outside the run.
with owned as (
    select
        source,
        customer_id,
        one_id,
        dense_rank() over (order by one_id) as person_key,
        {{ known_date('known_from') }} as from_date,
        {{ known_date('known_to') }} as to_date
    from {{ ref('source_records') }}
),

-- A test account by its own mark, or because the list of refusals calls the person one.
tests as (
    select
        source,
        customer_id,
        counts_from as from_date,
        counts_to as to_date
    from {{ ref('customers') }}
    where is_test and (counts_to is null or counts_to > counts_from)
    union
    select
        owned.source,
        owned.customer_id,
        refusals.from_date,
        refusals.to_date
    from {{ ref('refusal_states') }} as refusals
    inner join owned on refusals.one_id = owned.one_id
    where refusals.kind = 'suppression' and refusals.reason = 'test'
),

-- Few records are ever marked: only theirs are cut where the mark comes and goes.
days as (
    select
        source,
        customer_id,
        from_date as day
    from tests
    union
    select
        source,
        customer_id,
        to_date as day
    from tests
    where to_date is not null
),

cut as (
    select
        owned.source,
        owned.customer_id,
        owned.one_id,
        owned.person_key,
        owned.from_date as owned_from,
        owned.from_date,
        owned.to_date
    from owned
    union
    select
        owned.source,
        owned.customer_id,
        owned.one_id,
        owned.person_key,
        owned.from_date as owned_from,
        days.day as from_date,
        owned.to_date
    from owned
    inner join days
        on
            owned.source = days.source
            and owned.customer_id = days.customer_id
            and days.day > owned.from_date
),

spans as (
    select
        source,
        customer_id,
        one_id,
        person_key,
        from_date,
        coalesce(
            lead(from_date) over (partition by source, customer_id, owned_from, one_id order by from_date), to_date
        ) as to_date
    from cut
    where to_date is null or to_date > from_date
)

select distinct
    spans.source,
    spans.customer_id,
    spans.one_id,
    spans.person_key,
    tests.customer_id is not null as is_test,
    spans.from_date,
    spans.to_date
from spans
left join tests
    on
        spans.source = tests.source
        and spans.customer_id = tests.customer_id
        and tests.from_date <= spans.from_date
        and (tests.to_date is null or tests.to_date > spans.from_date)

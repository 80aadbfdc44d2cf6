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

-- A test account by a record marked as one, or because the list of refusals calls the person one: a person with all
-- their records.
tests as (
    select
        owned.one_id,
        greatest(customers.counts_from, owned.from_date) as from_date,
        least(customers.counts_to, owned.to_date) as to_date
    from {{ ref('customers') }} as customers
    inner join owned
        on
            customers.source = owned.source
            and customers.customer_id = owned.customer_id
            and (customers.counts_to is null or customers.counts_to > owned.from_date)
            and (owned.to_date is null or owned.to_date > customers.counts_from)
    where customers.is_test and (customers.counts_to is null or customers.counts_to > customers.counts_from)
    union
    select
        one_id,
        from_date,
        to_date
    from {{ ref('refusal_states') }}
    where kind = 'suppression' and reason = 'test'
),

days as (
    select
        one_id,
        from_date as day
    from tests
    union
    select
        one_id,
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
            owned.one_id = days.one_id
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
    tests.one_id is not null as is_test,
    spans.from_date,
    spans.to_date
from spans
left join tests
    on
        spans.one_id = tests.one_id
        and tests.from_date <= spans.from_date
        and (tests.to_date is null or tests.to_date > spans.from_date)

-- One row per (moved_date, one_id): a person whose records changed hands on a date, by a merge or a split. What then
-- looks like a step of theirs (registered yesterday, loyal today) is two histories put together.
with records as (
    select
        source,
        customer_id,
        one_id,
        from_date,
        lag(one_id) over (partition by source, customer_id order by from_date) as one_id_before
    from {{ ref('record_owners') }}
)

select
    from_date as moved_date,
    one_id
from records
where one_id_before <> one_id
union
select
    from_date as moved_date,
    one_id_before as one_id
from records
where one_id_before <> one_id

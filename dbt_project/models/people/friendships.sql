-- One row per (source, staff_id, customer_id, added_at, from_date): a customer's friendship with a member of staff,
-- known from from_date until before to_date, and whose it was. Deletions may lie ahead: whoever reads compares their
-- dates.
select
    one_id,
    person_key,
    is_test,
    source,
    customer_id,
    staff_id,
    added_at,
    added_date,
    add_way,
    code,
    deleted_by_customer_at,
    deleted_by_staff_at,
    deleted_by_customer_date,
    deleted_by_staff_date,
    from_date,
    to_date
from {{ ref('follow_spans') }}
where is_friendship

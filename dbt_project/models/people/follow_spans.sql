-- One row per version of a follow and one_id it was known under: a customer who follows a member of staff, or
-- subscribed to an official account, whose subscribers are no friends of a member of staff.
{{ config(materialized='ephemeral') }}

with follows as (
    select
        source,
        customer_id,
        staff_id,
        staff_id is not null and source <> 'official_account' as is_friendship,
        added_at,
        {{ business_date('added_at') }} as added_date,
        add_way,
        state as code,
        deleted_by_customer_at,
        deleted_by_staff_at,
        {{ business_date('deleted_by_customer_at') }} as deleted_by_customer_date,
        {{ business_date('deleted_by_staff_at') }} as deleted_by_staff_date,
        greatest(counts_from, {{ business_date('added_at') }}) as counts_from,
        counts_to
    from {{ ref('follows') }}
    where added_at is not null
)

select * from {{ owned('follows') }} as states

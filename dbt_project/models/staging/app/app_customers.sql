{{ config(materialized='view') }}

-- A profile_set names only what it sets: a version is the last word on each attribute up to then.
with profiles as (
    select
        coalesce(records.login_id, records.distinct_id) as customer_id,
        cast(records.occurred_at as timestamp) as set_at,
        records.name as name_token,
        records.gender,
        case when placeholder.value is null then cast(records.birth_date as date) end as birth_date,
        records.province,
        records.city,
        {{ fact_known_at('cast(records.occurred_at as timestamp)') }} as known_at,
        records._landed_at,
        records._file_id,
        records._line
    from {{ landed('app', 'events') }} as records
    left join {{ vocabulary('any', 'placeholder_date') }} as placeholder
        on placeholder.platform_value = records.birth_date
    left join {{ vocabulary('app', 'test_project') }} as tests
        on tests.platform_value = coalesce(records.project, records._account)
    where records.type in ('profile_set', 'profile_set_once') and tests.value is null
),

customers as (
    select
        'app' as source,
        customer_id,
        {{ last_said('name_token') }} over so_far as name_token,
        {{ last_said('gender') }} over so_far as gender,
        {{ last_said('birth_date') }} over so_far as birth_date,
        {{ last_said('province') }} over so_far as province,
        {{ last_said('city') }} over so_far as city,
        set_at as updated_at,
        known_at,
        _landed_at,
        _file_id,
        _line
    from profiles
    window so_far as (
        partition by customer_id order by known_at, set_at, _file_id, _line
        rows between unbounded preceding and current row
    )
)

{{ noun_versions('customers', 'customers', unknown=[
    'occupation', 'industry', 'registered_at', 'acquisition_channel', 'level', 'points', 'is_test',
]) }}

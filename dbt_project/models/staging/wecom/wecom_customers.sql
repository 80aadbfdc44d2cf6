{{ config(materialized='view') }}

with contacts as (
    select
        'wecom' as source,
        external_userid as customer_id,
        name as name_token,
        gender,
        _is_history,
        _landed_at,
        _file_id,
        _line,
        {{ state_known_at() }} as known_at,
        row_number() over (
            partition by external_userid, _fetched_at, _landed_at order by userid, added_at, _file_id, _line
        ) as row_rank
    from {{ landed('wecom', 'contacts') }} as landed_contacts
),

one_a_pull as (
    select * from contacts
    where row_rank = 1
)

{{ noun_versions('customers', 'one_a_pull', unknown=[
    'birth_date', 'province', 'city', 'occupation', 'industry', 'registered_at', 'acquisition_channel', 'level',
    'points', 'is_test', 'updated_at',
]) }}

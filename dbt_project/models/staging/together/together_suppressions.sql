{{ config(materialized='view') }}

-- The staff's own numbers, whichever list of staff names them: nobody to write to, and no key to any customer. In
-- history they are known from the beginning, as the staff are.
with numbers as (
    {% for channel, dataset in [('standard', 'staff'), ('wecom', 'staff'), ('wecom', 'staff_pulled')] -%}
    select
        mobile,
        mobile_shape,
        _is_history,
        _fetched_at,
        _landed_at,
        _file_id,
        _line
    from {{ landed(channel, dataset) }} as {{ channel }}_{{ dataset }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

staff as (
    select
        mobile_shape as id_type,
        '' as id_scope,
        mobile as id_token,
        cast(null as varchar) as message_channel,
        'staff' as reason,
        cast('1970-01-01 00:00:00' as timestamp) as changed_at,
        case
            when _is_history then cast('1970-01-01 00:00:00' as timestamp)
            else {{ state_known_at() }}
        end as known_at,
        _landed_at,
        _file_id,
        _line
    from numbers
    where mobile_shape in {{ joining_phones() }} and mobile is not null
)

{{ noun_versions('suppressions', 'staff', unknown=['revoked_at']) }}

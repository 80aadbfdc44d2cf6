-- Every record says which ids were used together; $BindID and $UnbindID are the tracker's own rulings. What an
-- unbinding names ends at its time, as a row of its own, so that it counts only from when it was known.
with records as (
    select
        'app' as source,
        coalesce(records.login_id, records.distinct_id) as customer_id,
        records.login_id is not null or coalesce(records.is_login_id, 'false') = 'true' as is_login,
        records.type,
        records.original_id,
        records.anonymous_id,
        records.device_id,
        case when records.mobile_shape = 'mobile' then records.mobile end as mobile,
        records.email,
        records.unionid,
        cast(records.occurred_at as timestamp) as observed_at,
        case when records.type = 'track_id_unbind' then cast(records.occurred_at as timestamp) end as unbound_at,
        {{ fact_known_at('cast(records.occurred_at as timestamp)') }} as known_at,
        coalesce(records._account, '') as project,
        records._channel as channel,
        records._file_id,
        records._line
    from {{ landed('app', 'events') }} as records
    left join {{ vocabulary('app', 'test_project') }} as tests
        on tests.platform_value = coalesce(records.project, records._account)
    where tests.value is null
),

-- Few people ever undo a binding; what is seen of them afterwards may bind it again, so all of it is kept.
undone as (
    select
        customer_id,
        min(unbound_at) as first_unbound_at
    from records
    where unbound_at is not null
    group by customer_id
),

-- Most records say of a person and a month what one before them said: the first of them is enough for every id below.
first_records as (
    select *
    from (
        select
            records.*,
            row_number() over (
                partition by
                    records.customer_id, records.is_login, records.type, records.original_id, records.anonymous_id,
                    records.device_id, records.mobile, records.email, records.unionid, records.project,
                    records.unbound_at, date_trunc('month', records.observed_at),
                    case when records.observed_at > undone.first_unbound_at then records.observed_at end
                order by records.known_at, records.observed_at, records._file_id, records._line
            ) as row_rank
        from records
        left join undone on records.customer_id = undone.customer_id
    ) as ranked
    where row_rank = 1
),

all_ids as (
    {%- for id_type, id_scope, id_value, origin, condition in [
        ('sa_login_id', 'project', 'customer_id', 'verified', "is_login and type <> 'track_id_unbind'"),
        ('sa_anonymous_id', 'project', 'customer_id', 'verified', "not is_login and type <> 'track_id_unbind'"),
        ('sa_anonymous_id', 'project', 'anonymous_id', 'verified', 'anonymous_id is not null'),
        ('sa_anonymous_id', 'project', 'original_id', 'verified', "type = 'track_signup' and original_id is not null"),
        ('device_id', "''", 'device_id', 'member_file', 'device_id is not null'),
        ('mobile', "''", 'mobile', 'verified', 'mobile is not null'),
        ('email', "''", 'email', 'verified', 'email is not null'),
        ('wx_unionid', "''", 'unionid', 'verified', 'unionid is not null'),
    ] %}
    select
        source,
        customer_id,
        '{{ id_type }}' as id_type,
        {{ id_scope }} as id_scope,
        {{ id_value }} as id_value,
        '{{ origin }}' as origin,
        observed_at,
        unbound_at,
        known_at,
        channel,
        _file_id,
        _line
    from first_records
    where {{ condition }}
    {{ "union all" if not loop.last }}
    {%- endfor %}
)

{{ observations('all_ids', unbinds=true) }}

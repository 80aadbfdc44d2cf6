-- One row per observation that a record carried an identifier, the record's own key and rulings included, with the
-- business date from which it counts and the reason why a value joins nobody. The replay's only input.
with observed as (
    {%- for part in identifier_parts() %}
    select
        source,
        customer_id,
        id_type,
        id_scope,
        id_value,
        observed_at,
        unbound_at,
        known_at,
        channel,
        file_id,
        line,
        origin
    from {{ ref(part) }}
    union all
    {%- endfor %}
    {%- for part in noun_parts('member_merges') %}
    select
        source,
        customer_id_to as customer_id,
        'customer_id' as id_type,
        source as id_scope,
        customer_id_from as id_value,
        merged_at as observed_at,
        cast(null as timestamp) as unbound_at,
        known_at,
        cast(null as varchar) as channel,
        file_id,
        line,
        'ruling' as origin
    from {{ ref(part) }}
    union all
    {%- endfor %}
    select
        source,
        customer_id,
        'customer_id' as id_type,
        source as id_scope,
        customer_id as id_value,
        first_seen_at as observed_at,
        cast(null as timestamp) as unbound_at,
        first_known_at as known_at,
        cast(null as varchar) as channel,
        cast(null as varchar) as file_id,
        cast(null as bigint) as line,
        'record' as origin
    from {{ ref('source_record_sightings') }}
),

complete as (
    select
        source,
        customer_id,
        id_type,
        coalesce(id_scope, '') as id_scope,
        id_value,
        coalesce(observed_at, known_at) as observed_at,
        unbound_at,
        known_at,
        channel,
        file_id,
        line,
        origin
    from observed
    where customer_id is not null and id_value is not null
),

blocked as (
    select
        complete.id_type,
        complete.id_scope,
        complete.id_value,
        min(blocked_identifiers.no_join_reason) as no_join_reason
    from (select distinct id_type, id_scope, id_value from complete where id_type <> 'customer_id') as complete
    inner join {{ ref('blocked_identifiers') }} as blocked_identifiers
        on
            (blocked_identifiers.id_type is null or blocked_identifiers.id_type = complete.id_type)
            and case blocked_identifiers.match_kind
                when 'exact' then lower(complete.id_value) = blocked_identifiers.match_value
                when 'characters' then translate(complete.id_value, blocked_identifiers.match_value, '') = ''
            end
    group by complete.id_type, complete.id_scope, complete.id_value
)

select
    complete.source,
    complete.customer_id,
    complete.id_type,
    complete.id_scope,
    complete.id_value,
    complete.observed_at,
    complete.unbound_at,
    complete.known_at,
    {{ identity_known_day('complete.known_at', 'complete.observed_at') }} as known_day,
    {{ identity_known_day('complete.known_at', 'complete.unbound_at') }} as unbound_day,
    complete.channel,
    complete.file_id,
    complete.line,
    complete.origin,
    coalesce(id_types.no_join_reason, blocked.no_join_reason) as no_join_reason
from complete
left join {{ ref('id_types') }} as id_types on complete.id_type = id_types.id_type
left join blocked
    on
        complete.id_type = blocked.id_type
        and complete.id_scope = blocked.id_scope
        and complete.id_value = blocked.id_value

-- One row per observation that a record carried an identifier: as delivered, the record's own key, rulings of member
-- merges, and numbers under the namespace of the system that issued them, from when the issuer showed them.
with observed as (
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
    from {{ ref('landed_identifiers') }}
    union all
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
    from {{ ref('landed_member_merges') }}
    union all
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
    from {{ ref('record_first_seen') }}
),

complete as (
    select
        source,
        customer_id,
        id_type,
        coalesce(id_scope, '') as id_scope,
        id_value,
        coalesce(observed_at, known_at) as observed_at,
        -- A record cannot be parted from its own number: somebody would be left without anything that founds them.
        case
            when not (id_type = 'customer_id' and coalesce(id_scope, '') = source and id_value = customer_id)
                then unbound_at
        end as unbound_at,
        known_at,
        channel,
        file_id,
        line,
        origin
    from observed
    where customer_id is not null and id_value is not null
),

issued as (
    select
        id_type,
        id_scope,
        id_value,
        min(known_at) as first_known_at
    from complete
    where id_type in (select names.issued_as_type from {{ ref('identifier_namespaces') }} as names)
    group by id_type, id_scope, id_value
)

select * from complete
union all
select
    complete.source,
    complete.customer_id,
    issued.id_type,
    issued.id_scope,
    issued.id_value,
    complete.observed_at,
    complete.unbound_at,
    greatest(complete.known_at, issued.first_known_at) as known_at,
    complete.channel,
    complete.file_id,
    complete.line,
    complete.origin
from complete
inner join {{ ref('identifier_namespaces') }} as namespaces
    on
        complete.id_type = namespaces.id_type
        and (namespaces.id_scope is null or complete.id_scope = namespaces.id_scope)
inner join issued
    on
        namespaces.issued_as_type = issued.id_type
        and namespaces.issued_as_scope = issued.id_scope
        and complete.id_value = issued.id_value

-- One row per link of a record with an identifier: its verdict, both sides' people as known now, and the observation
-- that first showed it, with channel, file and line. What `siyu explain` reads.
with observations as (
    select
        source,
        customer_id,
        id_type,
        id_scope,
        id_value,
        observed_at,
        channel,
        file_id,
        line,
        origin,
        row_number() over (
            partition by source, customer_id, id_type, id_scope, id_value
            order by known_day, known_at, observed_at, origin, file_id, line
        ) as row_rank,
        count(*) over (partition by source, customer_id, id_type, id_scope, id_value) as observation_count,
        max(observed_at) over (partition by source, customer_id, id_type, id_scope, id_value) as last_observed_at
    from {{ ref('identifier_links') }}
),

record_people as (
    select
        source,
        customer_id,
        one_id
    from {{ ref('source_records') }}
    where known_to is null
),

identifier_people as (
    select
        id_type,
        id_scope,
        id_token,
        one_id
    from {{ ref('identifiers') }}
    where known_to is null
)

select
    links.source,
    links.customer_id,
    links.id_type,
    links.id_scope,
    links.id_token,
    links.status as link_status,
    links.link_strength,
    links.known_from as status_known_from,
    links.valid_from,
    links.valid_to,
    observations.observed_at as first_observed_at,
    observations.last_observed_at,
    coalesce(observations.observation_count, 0) as observation_count,
    observations.origin,
    observations.channel,
    observations.file_id,
    observations.line,
    record_people.one_id as record_one_id,
    identifier_people.one_id as identifier_one_id
from {{ replayed('link') }} as links
left join observations
    on
        links.source = observations.source
        and links.customer_id = observations.customer_id
        and links.id_type = observations.id_type
        and links.id_scope = observations.id_scope
        and links.id_token = observations.id_value
        and observations.row_rank = 1
left join record_people on links.source = record_people.source and links.customer_id = record_people.customer_id
left join identifier_people
    on
        links.id_type = identifier_people.id_type
        and links.id_scope = identifier_people.id_scope
        and links.id_token = identifier_people.id_token

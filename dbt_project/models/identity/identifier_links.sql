-- One row per observation, with the business date from which it counts and the reason why its value joins nobody, from
-- no_join_day on where it did before.
-- The replay's only input, less the repeats: what neither moves a link's first sighting nor can break a silence.
with observations as (
    select * from {{ ref('identifier_observations') }}
),

-- Few links are ever ended: a join finds them in half the time of a window over all observations.
ended as (
    select distinct
        source,
        customer_id,
        id_type,
        id_scope,
        id_value
    from observations
    where unbound_at is not null
),

dated as (
    select
        observations.source,
        observations.customer_id,
        observations.id_type,
        observations.id_scope,
        observations.id_value,
        observations.observed_at,
        observations.unbound_at,
        observations.known_at,
        {{ identity_known_day('observations.known_at', 'observations.observed_at') }} as known_day,
        case
            when observations.unbound_at is not null
                then {{ identity_known_day('observations.known_at', 'observations.unbound_at') }}
        end as unbound_day,
        observations.channel,
        observations.file_id,
        observations.line,
        observations.origin,
        coalesce(id_types.no_join_reason, apart.no_join_reason) as no_join_reason,
        case when id_types.no_join_reason is null then apart.no_join_day end as no_join_day,
        id_types.silence_days is null and ended.id_value is null as is_endless
    from observations
    left join {{ ref('id_types') }} as id_types on observations.id_type = id_types.id_type
    left join {{ ref('no_join_values') }} as apart
        on
            observations.id_type = apart.id_type
            and observations.id_scope = apart.id_scope
            and observations.id_value = apart.id_value
    left join ended
        on
            observations.source = ended.source
            and observations.customer_id = ended.customer_id
            and observations.id_type = ended.id_type
            and observations.id_scope is not distinct from ended.id_scope
            and observations.id_value = ended.id_value
)

select
    source,
    customer_id,
    id_type,
    id_scope,
    id_value,
    observed_at,
    unbound_at,
    known_at,
    known_day,
    unbound_day,
    channel,
    file_id,
    line,
    origin,
    no_join_reason,
    no_join_day,
    is_endless
    and coalesce(
        observed_at >= min(observed_at) over (
            partition by source, customer_id, id_type, id_scope, id_value, origin
            order by known_day, observed_at, file_id, line
            rows between unbounded preceding and 1 preceding
        ),
        false
    ) as is_repeat
from dated

-- One row per observed value that joins nobody, with the reason and, where it joined until we knew better, the business
-- date from which it does not: what is written for no value never did, a number of staff's or a shop's did until we
-- knew it for one.
with values_seen as (
    select distinct
        id_type,
        id_scope,
        id_value
    from {{ ref('identifier_observations') }}
    where id_type <> 'customer_id'
),

reasons as (
    select
        values_seen.id_type,
        values_seen.id_scope,
        values_seen.id_value,
        blocked_identifiers.no_join_reason,
        cast(null as date) as no_join_day
    from values_seen
    inner join {{ ref('blocked_identifiers') }} as blocked_identifiers
        on
            (blocked_identifiers.id_type is null or blocked_identifiers.id_type = values_seen.id_type)
            and case blocked_identifiers.match_kind
                when 'exact' then lower(values_seen.id_value) = blocked_identifiers.match_value
                when 'word'
                    then
                        translate(lower(values_seen.id_value), ' ()<>[]{}"''#/_.:-', '')
                        = blocked_identifiers.match_value
                when 'characters' then translate(values_seen.id_value, blocked_identifiers.match_value, '') = ''
            end
    union all
    select
        values_seen.id_type,
        values_seen.id_scope,
        values_seen.id_value,
        house_numbers.no_join_reason,
        house_numbers.known_day as no_join_day
    from values_seen
    inner join {{ ref('house_numbers') }} as house_numbers
        on
            values_seen.id_type = house_numbers.id_type
            and values_seen.id_value = house_numbers.id_value
            and house_numbers.id_scope in ('', values_seen.id_scope)
),

ranked as (
    select
        *,
        row_number() over (
            partition by id_type, id_scope, id_value order by no_join_day asc nulls first, no_join_reason asc
        ) as place
    from reasons
)

select
    id_type,
    id_scope,
    id_value,
    no_join_reason,
    no_join_day
from ranked
where place = 1

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

-- No word for nothing holds a digit, and nearly every number and id does: those are not looked at word by word.
written as (
    select
        *,
        case when translate(id_value, '0123456789', '') = id_value then {{ without_marks('id_value') }} end as squeezed,
        case when translate(id_value, '0123456789', '') = id_value then {{ as_words('id_value') }} end as as_words
    from values_seen
),

-- A word is one for nothing however often it stands there: null null, NULL-NULL, 暂无暂无. A short one only where
-- something stands between: nana is a name.
reasons as (
    select
        written.id_type,
        written.id_scope,
        written.id_value,
        blocked_identifiers.no_join_reason,
        cast(null as date) as no_join_day
    from written
    inner join {{ ref('blocked_identifiers') }} as blocked_identifiers
        on
            (blocked_identifiers.id_type is null or blocked_identifiers.id_type = written.id_type)
            and case blocked_identifiers.match_kind
                when 'exact' then lower(written.id_value) = blocked_identifiers.match_value
                when 'characters' then translate(written.id_value, blocked_identifiers.match_value, '') = ''
                else
                    written.squeezed = blocked_identifiers.match_value
                    or trim(replace(written.as_words, concat(' ', blocked_identifiers.match_value, ' '), '')) = ''
                    or (
                        (length(blocked_identifiers.match_value) >= 4 or blocked_identifiers.match_value > 'zz')
                        and replace(written.squeezed, blocked_identifiers.match_value, '') = ''
                    )
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
            and (house_numbers.id_scope = '' or {{ same_name('house_numbers.id_scope', 'values_seen.id_scope') }})
),

ranked as (
    select
        *,
        row_number() over (
            partition by id_type, id_scope, id_value order by no_join_day asc nulls first, no_join_reason asc
        ) as row_rank
    from reasons
)

select
    id_type,
    id_scope,
    id_value,
    no_join_reason,
    no_join_day
from ranked
where row_rank = 1

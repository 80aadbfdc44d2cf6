-- One row per mark as staff or as a test account that meets several people today and so marks nobody: a customer number
-- of two sources said without the source, a phone on two people's cards. A number of staff joins nobody, so that the
-- records of its owner are several people here: it marks them where it may be one person's, one in each source.
select
    words.reason,
    words.id_type,
    words.id_scope,
    words.id_token
from {{ ref('refusal_words') }} as words
inner join {{ ref('said_holders') }} as holders
    on
        words.id_type = holders.id_type
        and words.id_token = holders.id_token
        and (words.id_scope = '' or words.id_scope = holders.id_scope)
where
    words.kind = 'suppression'
    and words.reason in ('test', 'staff')
    and holders.known_to is null
    and holders.valid_to is null
group by words.reason, words.id_type, words.id_scope, words.id_token
having
    count(distinct holders.one_id) > 1
    and not (
        words.reason = 'staff'
        and count(distinct holders.id_scope) = 1
        and max(coalesce(holders.least_people, 2)) = 1
    )

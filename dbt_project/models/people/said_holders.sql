-- One row per value that a suppression or an unsubscribing names and person who has it, as value_holders tells them,
-- under the scope and the spelling in which it was said: SHOP is shop and c1 is C1. A refusal speaks of every spelling.
-- A mark as staff or test account means the one it spells, scope and all, where anybody has that.
with said as (
    select
        id_type,
        id_scope,
        id_token,
        max(coalesce(reason not in ('test', 'staff'), true)) as is_refusal
    from {{ ref('refusal_words') }}
    where kind in ('suppression', 'unsubscribing')
    group by id_type, id_scope, id_token
),

met as (
    select
        said.id_type as said_type,
        said.id_scope as said_scope,
        said.id_token as said_token,
        said.is_refusal,
        holders.id_type,
        case when said.id_scope = '' then holders.id_scope else said.id_scope end as id_scope,
        holders.one_id,
        holders.valid_from,
        holders.valid_to,
        holders.known_from,
        holders.known_to,
        holders.source,
        case when said.id_token = holders.id_token then 2 else 0 end
        + case when said.id_scope in ('', holders.id_scope) then 1 else 0 end as exactness
    from said
    inner join {{ ref('value_holders') }} as holders
        on
            {{ same_name('said.id_token', 'holders.id_token') }}
            and (
                said.id_type = holders.id_type
                or (said.id_type is null and holders.id_type in {{ message_addresses() }})
            )
            and (said.id_scope = '' or {{ same_name('said.id_scope', 'holders.id_scope') }})
),

met_and_exact as (
    select
        *,
        max(exactness) over (partition by said_type, said_scope, said_token) as most_exact
    from met
)

select
    id_type,
    id_scope,
    said_token as id_token,
    one_id,
    valid_from,
    valid_to,
    known_from,
    known_to,
    source
from met_and_exact
where is_refusal or exactness = most_exact

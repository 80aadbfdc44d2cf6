-- One row per (as_of_date, one_id) without an order whose points ledger says that they bought all the same: points were
-- spent, or more were earned than registering gives (registering_points). Their orders stand under another record or
-- came by a channel that nobody lands. Nobody is told of a first order who is one of them.
with ledger as (
    select
        as_of_date,
        one_id,
        sum(case when points > 0 then points else 0 end) as points_earned,
        sum(case when points < 0 then -points else 0 end) as points_spent
    from {{ states_at(ref('points_states')) }} as entries
    group by as_of_date, one_id
)

select
    ledger.as_of_date,
    ledger.one_id,
    cast(ledger.points_earned as bigint) as points_earned,
    cast(ledger.points_spent as bigint) as points_spent
from ledger
inner join {{ ref('purchase_stages') }} as stages
    on ledger.as_of_date = stages.as_of_date and ledger.one_id = stages.one_id
where
    stages.recency_days is null
    and (ledger.points_spent > 0 or ledger.points_earned > {{ segment_number('registering_points') }})

-- One row per (as_of_date, one_id) of everybody whom the CRM has as a lead, or who holds a contract: whether a lead of
-- theirs is open, whether sales found that none of them could become a customer, whether they are the contact of a
-- company, and whether that company, or they themselves, are under contract.
with leads as (
    select
        histories.as_of_date,
        histories.one_id,
        histories.status,
        histories.is_closed,
        accounts.account_id
    from {{ ref('lead_histories') }} as histories
    left join {{ ref('lead_accounts') }} as accounts
        on
            histories.as_of_date = accounts.as_of_date
            and histories.source = accounts.source
            and histories.lead_id = accounts.lead_id
    where {{ among_dates('histories.as_of_date', dates_of('as_of')) }}
),

holders as (
    select distinct
        rights.as_of_date,
        rights.one_id
    from {{ states_at(ref('entitlement_states')) }} as rights
    where rights.kind = 'contract' and rights.one_id is not null and rights.end_date > rights.as_of_date
),

-- Whoever signed signed for the company: their colleagues are under the same contract.
companies as (
    select distinct
        leads.as_of_date,
        leads.account_id
    from leads
    inner join holders on leads.as_of_date = holders.as_of_date and leads.one_id = holders.one_id
    where leads.account_id is not null
),

people as (
    select
        leads.as_of_date,
        leads.one_id,
        not leads.is_closed as is_open,
        leads.status = 'unfit' as is_unfit,
        leads.account_id is not null as is_of_company,
        companies.account_id is not null as is_under_contract
    from leads
    left join companies on leads.as_of_date = companies.as_of_date and leads.account_id = companies.account_id
    where leads.one_id is not null
    union all
    select
        as_of_date,
        one_id,
        false as is_open,
        false as is_unfit,
        false as is_of_company,
        true as is_under_contract
    from holders
)

select
    as_of_date,
    one_id,
    max(case when is_open then 1 else 0 end) = 1 as has_open_lead,
    min(case when is_unfit then 1 else 0 end) = 1 as is_unfit,
    max(case when is_of_company then 1 else 0 end) = 1 as is_of_company,
    max(case when is_under_contract then 1 else 0 end) = 1 as is_under_contract
from people
group by as_of_date, one_id

{{ config(meta={'told_of': 'judged'}) }}
-- One row per (as_of_date, source, lead_id) of a lead whose company is known: the account it rolls up into, and the
-- contact's part in the decision. A company is its domain of mail; else the number the CRM gives it; else its name as
-- stated, without its legal form. A contact without a domain goes with the domain that most contacts of their number,
-- else of their name, have. An account is called after its first lead.
with contacts as (
    select
        as_of_date,
        source,
        lead_id,
        opened_date,
        email_domain,
        title,
        source || ' ' || company_id as crm_number,
        nullif({{ company_words('company') }}, '') as company_words
    from {{ ref('lead_histories') }}
    where {{ among_dates('as_of_date', dates_of('judged')) }}
),

{%- for name, of, found in [
    ('domains_of_numbers', 'crm_number', 'email_domain'),
    ('domains_of_names', 'company_words', 'email_domain'),
    ('numbers_of_names', 'company_words', 'crm_number'),
] %}

{{ name }} as (
    select
        as_of_date,
        {{ of }},
        {{ found }},
        row_number() over (partition by as_of_date, {{ of }} order by count(*) desc, min({{ found }}) asc) as place
    from contacts
    where {{ of }} is not null and {{ found }} is not null
    group by as_of_date, {{ of }}, {{ found }}
),
{%- endfor %}

found as (
    select
        contacts.*,
        coalesce(
            contacts.email_domain,
            by_number.email_domain,
            by_name.email_domain,
            by_names_number.email_domain
        ) as account_domain,
        coalesce(contacts.crm_number, numbers_of_names.crm_number) as account_number
    from contacts
    left join domains_of_numbers as by_number
        on
            contacts.as_of_date = by_number.as_of_date
            and contacts.crm_number = by_number.crm_number
            and by_number.place = 1
    left join domains_of_names as by_name
        on
            contacts.as_of_date = by_name.as_of_date
            and contacts.company_words = by_name.company_words
            and by_name.place = 1
    left join numbers_of_names
        on
            contacts.as_of_date = numbers_of_names.as_of_date
            and contacts.company_words = numbers_of_names.company_words
            and numbers_of_names.place = 1
    left join domains_of_numbers as by_names_number
        on
            numbers_of_names.as_of_date = by_names_number.as_of_date
            and numbers_of_names.crm_number = by_names_number.crm_number
            and by_names_number.place = 1
),

keyed as (
    select
        found.*,
        coalesce(
            'mail ' || found.account_domain, 'crm ' || found.account_number, 'name ' || found.company_words
        ) as account_key
    from found
),

roles as (
    select
        keyed.as_of_date,
        keyed.source,
        keyed.lead_id,
        roles.role,
        row_number() over (
            partition by keyed.as_of_date, keyed.source, keyed.lead_id order by roles.priority asc, roles.word asc
        ) as place
    from keyed
    inner join {{ ref('decision_roles') }} as roles
        on {{ holds_word('keyed.title', 'roles.word') }}
)

select
    keyed.as_of_date,
    keyed.source,
    keyed.lead_id,
    first_value(keyed.source || ':' || keyed.lead_id) over (
        partition by keyed.as_of_date, keyed.account_key order by keyed.opened_date, keyed.source, keyed.lead_id
    ) as account_id,
    coalesce(roles.role, 'unknown') as role
from keyed
left join roles
    on
        keyed.as_of_date = roles.as_of_date
        and keyed.source = roles.source
        and keyed.lead_id = roles.lead_id
        and roles.place = 1
where keyed.account_key is not null

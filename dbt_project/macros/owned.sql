{#-
  Facts cut where their record changes hands. `facts` is a step with source, customer_id and the dates counts_from until
  before counts_to at which a fact stood; added are one_id, person_key and is_test, and from_date until before to_date, the dates
  at which the fact and its owner stood together. What is nobody's is left out, or kept without a one_id.
-#}
{% macro owned(facts, keeps_nobodys=false) -%}
    (
        select
            facts.*,
            owners.one_id,
            owners.person_key,
            owners.is_test,
            greatest(facts.counts_from, owners.from_date) as from_date,
            least(facts.counts_to, owners.to_date) as to_date
        from {{ facts }} as facts
        {{ 'left' if keeps_nobodys else 'inner' }} join
            {{ owners_and_nobody() if keeps_nobodys else ref('record_owners') }} as owners
            on
                facts.source = owners.source
                and facts.customer_id = owners.customer_id
                and (facts.counts_to is null or {{ 'owners.from_date is null or ' if keeps_nobodys }}owners.from_date < facts.counts_to)
                and (owners.to_date is null or owners.to_date > facts.counts_from)
        where facts.counts_to is null or facts.counts_to > facts.counts_from
    )
{%- endmacro %}

{#- The owners of records, with the dates before, between and after them at which a record was nobody's. -#}
{% macro owners_and_nobody() -%}
    (
        select
            source,
            customer_id,
            one_id,
            person_key,
            is_test,
            from_date,
            to_date
        from {{ ref('record_owners') }}
        union all
        select
            source,
            customer_id,
            null as one_id,
            null as person_key,
            false as is_test,
            last_date as from_date,
            from_date as to_date
        from (
            select
                source,
                customer_id,
                from_date,
                lag(to_date) over (partition by source, customer_id order by from_date) as last_date
            from {{ ref('record_owners') }}
        ) as begun
        where last_date is null or last_date < from_date
        union all
        select
            source,
            customer_id,
            null as one_id,
            null as person_key,
            false as is_test,
            max(to_date) as from_date,
            null as to_date
        from {{ ref('record_owners') }}
        group by source, customer_id
        having count(*) = count(to_date)
    )
{%- endmacro %}

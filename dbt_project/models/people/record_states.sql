-- One row per (source, customer_id, from_date): what a source record said of its customer at the dates from from_date
-- until before to_date, and whose it was. registered_date may lie ahead: whoever reads compares it with the date.
select
    owners.one_id,
    owners.person_key,
    records.source,
    records.customer_id,
    records.gender,
    records.birth_date,
    records.province,
    records.city,
    records.occupation,
    records.industry,
    records.registered_at,
    {{ business_date('records.registered_at') }} as registered_date,
    records.acquisition_channel,
    records.level,
    records.points,
    coalesce(records.is_test, false) as is_test,
    coalesce(records.updated_at, records.known_at) as told_at,
    coalesce(records.registered_at, records.known_at) as begun_at,
    greatest(records.counts_from, owners.from_date) as from_date,
    least(records.counts_to, owners.to_date) as to_date
from {{ ref('customers') }} as records
inner join {{ ref('record_owners') }} as owners
    on
        records.source = owners.source
        and records.customer_id = owners.customer_id
        and (records.counts_to is null or owners.from_date < records.counts_to)
        and (owners.to_date is null or owners.to_date > records.counts_from)
where records.counts_to is null or records.counts_to > records.counts_from

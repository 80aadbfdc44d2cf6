-- 投诉与退订: people who complained or opted out on a day, each once, as identity stood at the reading. Before the first
-- word of its kind is known nothing is said, not 0.
with readings as (
    select
        kpi_date,
        reading_date
    from {{ ref('reading_plan') }}
    where is_published
),

heard as (
    select
        readings.kpi_date,
        readings.reading_date,
        words.kpi,
        words.source,
        words.customer_id,
        words.id_type,
        words.id_token
    from readings
    inner join {{ ref('kpi_refusals') }} as words
        on
            readings.kpi_date = words.said_date
            and words.from_date <= readings.reading_date
            and (words.to_date is null or words.to_date > readings.reading_date)
),

people as (
    select
        heard.kpi_date,
        heard.reading_date,
        heard.kpi,
        coalesce(
            records.one_id, identifiers.one_id, heard.id_token, concat(heard.source, ' ', heard.customer_id)
        ) as person
    from heard
    left join {{ ref('record_owners') }} as records
        on
            heard.source = records.source
            and heard.customer_id = records.customer_id
            and records.from_date <= heard.reading_date
            and (records.to_date is null or records.to_date > heard.reading_date)
    left join {{ ref('identifier_owners') }} as identifiers
        on
            heard.id_type = identifiers.id_type
            and heard.id_token = identifiers.id_token
            and identifiers.valid_to is null
            and identifiers.from_date <= heard.reading_date
            and (identifiers.to_date is null or identifiers.to_date > heard.reading_date)
    left join {{ ref('record_owners') }} as tests
        on
            coalesce(records.one_id, identifiers.one_id) = tests.one_id
            and tests.is_test
            and tests.from_date <= heard.reading_date
            and (tests.to_date is null or tests.to_date > heard.reading_date)
    where tests.one_id is null
),

-- What is known later changes nothing before it.
covered as (
    select distinct
        readings.kpi_date,
        readings.reading_date,
        words.kpi
    from readings
    inner join {{ ref('kpi_refusals') }} as words
        on readings.kpi_date >= words.said_date and readings.reading_date >= words.from_date
)

select
    covered.kpi_date,
    covered.reading_date,
    covered.kpi,
    'all' as dimension,
    'all' as value_key,
    count(distinct people.person) as numerator,
    null as denominator
from covered
left join people
    on
        covered.kpi_date = people.kpi_date
        and covered.reading_date = people.reading_date
        and covered.kpi = people.kpi
group by 1, 2, 3

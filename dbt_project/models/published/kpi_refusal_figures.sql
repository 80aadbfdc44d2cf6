-- 投诉与退订: people who complained or opted out on a day, each once, as identity stood at the reading. Before the first
-- word of its kind is known nothing is said, not 0.
with readings as (
    select distinct
        kpi_days.kpi_date,
        kpi_days.reading_date,
        dates.ends_at,
        dates.cut_off_at
    from {{ ref('kpi_days') }} as kpi_days
    inner join {{ run_dates('kpi') }} as dates
        on kpi_days.reading_date = dates.as_of_date
    where kpi_days.is_published
),

heard as (
    select
        readings.kpi_date,
        readings.reading_date,
        readings.cut_off_at,
        words.kpi,
        words.source,
        words.customer_id,
        words.id_type,
        words.id_token
    from readings
    inner join {{ ref('kpi_refusals') }} as words
        on
            readings.kpi_date = {{ business_date('words.said_at') }}
            and words.said_at < readings.ends_at
            and words.known_at <= readings.cut_off_at
            and (words.superseded_at is null or words.superseded_at > readings.cut_off_at)
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
    left join {{ ref('source_records') }} as records
        on
            heard.source = records.source
            and heard.customer_id = records.customer_id
            and records.known_from <= heard.cut_off_at
            and (records.known_to is null or records.known_to > heard.cut_off_at)
    left join {{ ref('identifiers') }} as identifiers
        on
            heard.id_type = identifiers.id_type
            and heard.id_token = identifiers.id_token
            and identifiers.valid_to is null
            and identifiers.known_from <= heard.cut_off_at
            and (identifiers.known_to is null or identifiers.known_to > heard.cut_off_at)
),

-- What is known later changes nothing before it.
covered as (
    select distinct
        readings.kpi_date,
        readings.reading_date,
        words.kpi
    from readings
    inner join {{ ref('kpi_refusals') }} as words
        on readings.kpi_date >= {{ business_date('words.said_at') }} and readings.cut_off_at >= words.known_at
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

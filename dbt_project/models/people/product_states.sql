-- One row per (sku_id, from_date): a product as known from from_date until before to_date. Of several catalogues the
-- name and the category that sort last, and the most that one costs; sensitive where any of them says so.
-- first_record_date is the day on which the first record of it was known.
with versions as (
    select
        sku_id,
        name,
        category,
        cost_fen,
        counts_from as from_date,
        counts_to as to_date
    from {{ ref('products') }}
    where counts_to is null or counts_to > counts_from
),

first_records as (
    select
        sku_id,
        {{ business_date('min(known_at)') }} as first_record_date
    from {{ ref('products') }}
    group by sku_id
),

judged as (
    select
        versions.sku_id,
        versions.name,
        versions.category,
        versions.cost_fen,
        versions.from_date,
        versions.to_date,
        sensitive_texts.sensitive_text is not null as is_sensitive
    from versions
    left join {{ ref('sensitive_texts') }} as sensitive_texts
        on concat_ws(' ', versions.name, versions.category) = sensitive_texts.sensitive_text
),

days as (
    select
        sku_id,
        from_date as day
    from versions
    union
    select
        sku_id,
        to_date as day
    from versions
    where to_date is not null
),

spans as (
    {{ spans_between('days', ['sku_id']) }}
)

select
    spans.sku_id,
    max(judged.name) as name,
    max(judged.category) as category,
    max(judged.cost_fen) as cost_fen,
    max(case when judged.is_sensitive then 1 else 0 end) = 1 as is_sensitive,
    first_records.first_record_date,
    spans.from_date,
    spans.to_date
from spans
inner join judged
    on
        spans.sku_id = judged.sku_id
        and judged.from_date <= spans.from_date
        and (judged.to_date is null or judged.to_date > spans.from_date)
inner join first_records on spans.sku_id = first_records.sku_id
group by spans.sku_id, first_records.first_record_date, spans.from_date, spans.to_date

-- One row per (source, customer_id, from_date): what a source's record said of a customer, as known from from_date
-- until before to_date, and whose record it was. stated_at orders records by when they last spoke, began_at by which
-- was first.
with subscribers as (
    select source
    from {{ ref('sources') }}
    where begins_by = 'subscribing'
),

records as (
    select
        source,
        customer_id,
        gender,
        birth_date,
        province,
        city,
        occupation,
        industry,
        -- Who subscribes has registered nowhere.
        case when source not in (select subscribers.source from subscribers) then registered_at end as registered_at,
        case
            when source not in (select subscribers.source from subscribers) then {{ business_date('registered_at') }}
        end as registered_date,
        acquisition_channel,
        level,
        points,
        coalesce(updated_at, known_at) as stated_at,
        coalesce(registered_at, known_at) as began_at,
        {{ business_date('coalesce(registered_at, known_at)') }} as began_date,
        counts_from,
        counts_to
    from {{ ref('customers') }}
)

select
    one_id,
    person_key,
    source,
    customer_id,
    gender,
    birth_date,
    province,
    city,
    occupation,
    industry,
    registered_at,
    registered_date,
    acquisition_channel,
    level,
    points,
    stated_at,
    began_at,
    began_date,
    from_date,
    to_date
from {{ owned('records') }} as states

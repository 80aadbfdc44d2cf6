-- One row per (offer_id, from_date): an offer's terms as they were known from from_date until before to_date.
select
    offer_id,
    kind,
    face_value_fen,
    pay_rate,
    minimum_spend_fen,
    maximum_discount_fen,
    valid_days,
    counts_from as from_date,
    counts_to as to_date
from {{ ref('offers') }}
where counts_to is null or counts_to > counts_from

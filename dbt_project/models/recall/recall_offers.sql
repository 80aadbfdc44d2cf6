-- One row per (as_of_date, offer_id) recall may promise: the catalogue, with the terms of a landed offer of the same id
-- where the brand sent one.
with landed as (
    select
        as_of_date,
        offer_id,
        kind,
        face_value_fen,
        pay_rate,
        minimum_spend_fen,
        maximum_discount_fen,
        valid_days
    from {{ states_at(ref('offer_states')) }} as offers
)

select
    dates.as_of_date,
    catalogue.offer_id,
    coalesce(landed.kind, catalogue.kind) as kind,
    case when landed.offer_id is null then catalogue.face_value_fen else landed.face_value_fen end as face_value_fen,
    case when landed.offer_id is null then catalogue.pay_rate else landed.pay_rate end as pay_rate,
    case when landed.offer_id is null then catalogue.minimum_spend_fen else landed.minimum_spend_fen end
        as minimum_spend_fen,
    case when landed.offer_id is null then catalogue.maximum_discount_fen else landed.maximum_discount_fen end
        as maximum_discount_fen,
    coalesce(landed.valid_days, catalogue.valid_days) as valid_days,
    catalogue.depth,
    catalogue.supplier_share,
    catalogue.one_item
from {{ run_dates('as_of') }} as dates
cross join {{ ref('offers_catalogue') }} as catalogue
left join landed on dates.as_of_date = landed.as_of_date and catalogue.offer_id = landed.offer_id

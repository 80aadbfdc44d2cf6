{{ config(materialized='view') }}
-- One row per coupon that is open or promised: the last day on which it can be redeemed and the most that it costs, as
-- it stands now. A plan that went out with an offer owes it until the offer's days are over, or until the coupon that
-- was issued on it landed, which counts itself from then on.
with terms as (
    select
        offer_id,
        coalesce(maximum_discount_fen, face_value_fen) as most_fen,
        valid_days
    from {{ ref('offers_catalogue') }}
    where coalesce(maximum_discount_fen, face_value_fen) is not null
),

issued as (
    select
        coupons.one_id,
        coupons.offer_id,
        coupons.issued_date,
        coupons.last_valid_date,
        terms.most_fen
    from {{ ref('coupon_states') }} as coupons
    inner join terms on coupons.offer_id = terms.offer_id
    where coupons.to_date is null and coupons.redeemed_date is null
),

promised as (
    select
        sent.one_id,
        sent.offer_id,
        {{ business_date('sent.exported_at') }} as promised_date,
        {{ add_days(business_date('sent.exported_at'), 'cast(terms.valid_days as integer)') }} as last_valid_date,
        terms.most_fen
    from {{ source('channels', 'activations') }} as sent
    inner join terms on sent.offer_id = terms.offer_id
    left join {{ source('channels', 'withdrawals') }} as withdrawn
        on
            sent.export_id = withdrawn.export_id
            and (withdrawn.recipient_token is null or sent.recipient_token = withdrawn.recipient_token)
    where withdrawn.export_id is null
)

select
    one_id,
    offer_id,
    last_valid_date,
    cast(most_fen as bigint) as most_fen
from issued
union all
select
    promised.one_id,
    promised.offer_id,
    promised.last_valid_date,
    cast(promised.most_fen as bigint) as most_fen
from promised
where not exists (
    select 1
    from {{ ref('coupon_states') }} as landed
    where
        landed.to_date is null
        and landed.one_id = promised.one_id
        and landed.offer_id = promised.offer_id
        and landed.issued_date >= promised.promised_date
)

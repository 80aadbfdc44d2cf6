{{ config(materialized='view') }}

with offers_rows as (
    select
        offer_id,
        kind,
        {{ yuan_to_fen('face_value_yuan') }} as face_value_fen,
        pay_rate,
        {{ yuan_to_fen('minimum_spend_yuan') }} as minimum_spend_fen,
        {{ yuan_to_fen('maximum_discount_yuan') }} as maximum_discount_fen,
        valid_days,
        _is_history,
        _fetched_at,
        _lag,
        _landed_at,
        _file_id,
        _line
    from {{ landed('standard', 'offers') }} as landed_offers
)

{{ reference_versions('offers', 'offers_rows') }}

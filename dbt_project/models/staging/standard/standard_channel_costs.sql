{{ config(materialized='view') }}

-- A day's spend is complete when the business day ends, at 16:00 UTC.
with channel_costs_rows as (
    select
        channel,
        cast(cost_date as date) as cost_date,
        {{ yuan_to_fen('spend_yuan') }} as spend_fen,
        campaign_id,
        {{ fact_known_at('cast(cost_date as timestamp) + interval \'16\' hour') }} as known_at,
        _landed_at,
        _file_id,
        _line
    from {{ landed('standard', 'channel_costs') }} as landed_channel_costs
)

{{ noun_versions('channel_costs', 'channel_costs_rows') }}

-- One row per (channel, cost_date, campaign_id, from_date): what a channel cost on a business date, as it was known
-- from from_date until before to_date.
select
    channel,
    cost_date,
    campaign_id,
    spend_fen,
    counts_from as from_date,
    counts_to as to_date
from {{ ref('channel_costs') }}
where counts_to is null or counts_to > counts_from

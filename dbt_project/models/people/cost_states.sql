-- One row per (channel, campaign_id, cost_date, from_date): what a day of a channel or campaign cost, as known at the
-- dates from from_date until before to_date.
select
    channel,
    campaign_id,
    cost_date,
    spend_fen,
    counts_from as from_date,
    counts_to as to_date
from {{ ref('channel_costs') }}
where counts_to is null or counts_to > counts_from

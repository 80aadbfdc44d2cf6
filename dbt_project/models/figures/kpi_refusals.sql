-- One row per complaint or opt-out, by record where one is named, else by identifier, with the times it was known. A
-- refusal of marketing counts when consent stood before it: a box left empty at registration is no opt-out.
-- The consent may have been given under any record that was known to be the person's when the refusal came.
select
    case when is_complaint then 'complaints' else 'opt_outs' end as kpi,
    source,
    customer_id,
    id_type,
    id_token,
    said_date,
    from_date,
    to_date
from {{ ref('refusal_words') }}
where is_complaint or kind <> 'suppression' or reason = 'opt_out'

-- One row per observation of a platform's id on the record that it names: by which openid or external_userid an account
-- or a friend knows somebody.
select
    source,
    customer_id,
    id_type,
    coalesce(id_scope, '') as id_scope,
    id_value as id_token
from {{ ref('identifier_observations') }}
where id_type in ('wx_openid', 'wecom_external_userid')

-- One row per receipt, whichever provider told. Tencent says when the phone got the message, or did not: that stands
-- for the sending too.
select
    phone,
    phone_shape,
    cast(sent_at as timestamp) as sent_at,
    cast(reported_at as timestamp) as reported_at,
    is_delivered = 'true' as is_delivered,
    error_code,
    biz_id,
    out_id,
    {{ fact_known_at('cast(sent_at as timestamp)') }} as known_at,
    _channel,
    _landed_at,
    _file_id,
    _line
from {{ landed('sms', 'receipts') }} as aliyun
where phone_shape in {{ joining_phones() }}
union all
select
    phone,
    phone_shape,
    cast(received_at as timestamp) as sent_at,
    cast(received_at as timestamp) as reported_at,
    report_status = 'SUCCESS' as is_delivered,
    description as error_code,
    serial_no as biz_id,
    out_id,
    {{ fact_known_at('cast(received_at as timestamp)') }} as known_at,
    _channel,
    _landed_at,
    _file_id,
    _line
from {{ landed('sms', 'tencent_statuses') }} as tencent
where phone_shape in {{ joining_phones() }}

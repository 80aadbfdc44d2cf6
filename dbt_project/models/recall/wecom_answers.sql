-- One row per (as_of_date, one_id) written to on WeCom within a year: the share of those messages that were answered.
select
    messages.as_of_date,
    messages.one_id,
    cast(sum(case when messages.replied_date <= messages.as_of_date then 1 else 0 end) as double) / count(*)
        as wecom_answers
from {{ states_at(ref('contacts')) }} as messages
where
    messages.one_id is not null
    and messages.message_channel = 'wecom'
    and messages.contacted_date <= messages.as_of_date
    and {{ days_between('messages.contacted_date', 'messages.as_of_date') }} < {{ recall_number('coupon_days') }}
group by messages.as_of_date, messages.one_id

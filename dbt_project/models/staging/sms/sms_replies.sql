-- One row per reply, and whether it says TD, T, R, 退订 or the like. The text itself goes no further.
select
    replies.phone,
    replies.phone_shape,
    cast(replies.replied_at as timestamp) as replied_at,
    words.value is not null as is_opt_out,
    {{ fact_known_at('cast(replies.replied_at as timestamp)') }} as known_at,
    replies._landed_at,
    replies._file_id,
    replies._line
from {{ landed('sms', 'replies') }} as replies
left join {{ vocabulary('sms', 'opt_out_word') }} as words
    on words.platform_value = upper(trim(replies.content))
where replies.phone_shape in {{ joining_phones() }}

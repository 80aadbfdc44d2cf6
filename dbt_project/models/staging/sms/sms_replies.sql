-- One row per reply, and whether it asks to be left alone, however it was typed: letters in their plain form, without
-- blanks and marks (ＴＤ, T.D, 退 订), held against the patterns of the seed reply_patterns. Doubt counts as a refusal. The
-- text itself goes no further.
with replies as (
    {%- for dataset in ['replies', 'tencent_replies'] %}
    select
        phone,
        phone_shape,
        cast(replied_at as timestamp) as replied_at,
        {{ each_replaced(plain_words('content'), "'[^\\p{L}\\p{N}]'", "''") }} as said,
        {{ fact_known_at('cast(replied_at as timestamp)') }} as known_at,
        _landed_at,
        _file_id,
        _line
    from {{ landed('sms', dataset) }} as landed_{{ dataset }}
    where phone_shape in {{ joining_phones() }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

refusing as (
    select distinct replies.said
    from replies
    inner join {{ ref('reply_patterns') }} as patterns on {{ matches('replies.said', 'patterns.pattern') }}
)

select
    replies.phone,
    replies.phone_shape,
    replies.replied_at,
    refusing.said is not null as is_opt_out,
    replies.known_at,
    replies._landed_at,
    replies._file_id,
    replies._line
from replies
left join refusing on replies.said = refusing.said

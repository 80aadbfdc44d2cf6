-- One row per (token, known_at) of receipts that name our token and nothing else: what is known of the message by then.
-- The newest status is its status; a step is dated by the first word that tells it.
{%- set steps = ['delivered', 'opened', 'clicked', 'replied', 'unsubscribed'] %}
with receipts as (
    select
        landed_receipts.recipient_token,
        landed_receipts.status,
        steps.step,
        cast(landed_receipts.sent_at as timestamp) as told_at,
        {{ fact_known_at('cast(landed_receipts.sent_at as timestamp)') }} as known_at,
        landed_receipts._landed_at,
        landed_receipts._file_id,
        landed_receipts._line
    from {{ landed('standard', 'receipts') }} as landed_receipts
    left join {{ ref('receipt_steps') }} as steps on {{ status_word('landed_receipts.status') }} = steps.status
),

channels as (
    select recipient_token as token, message_channel from {{ ref('own_activations') }}
    union
    select published_token as token, message_channel from {{ ref('own_activations') }}
    where published_token is not null
),

so_far as (
    select
        recipient_token,
        status,
        min(told_at) over known as sent_at,
        {%- for step in steps %}
        min(case when step = '{{ step }}' then told_at end) over known as {{ step }}_at,
        {%- endfor %}
        known_at,
        _landed_at,
        _file_id,
        _line,
        row_number() over (
            partition by recipient_token, known_at order by told_at desc, _landed_at desc, _file_id desc, _line desc
        ) as place
    from receipts
    window known as (partition by recipient_token order by known_at)
)

select
    so_far.recipient_token,
    channels.message_channel,
    so_far.status,
    so_far.sent_at,
    {%- for step in steps %}
    so_far.{{ step }}_at,
    {%- endfor %}
    so_far.known_at,
    so_far._landed_at,
    so_far._file_id,
    so_far._line
from so_far
inner join channels on so_far.recipient_token = channels.token
where so_far.place = 1

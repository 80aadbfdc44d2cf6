-- One row per receipt that came back out of order, with its flag, file and line, as it stands now.
with files as (
    select
        file_id,
        min(concat(channel, '/', dataset, '/', file_name)) as place
    from {{ source('channels', 'ledger') }}
    where status = 'loaded'
    group by file_id
)

select
    flags.flag,
    flags.source,
    flags.message_id,
    files.place,
    flags.line
from {{ ref('receipt_flags') }} as flags
left join files on flags.file_id = files.file_id

"""SMS receipts and replies (Aliyun). The recipient is the number itself, as its token.

Clocks are Shanghai. ``out_id`` carries our audience where the sender set it. Formats: docs/channel-formats.md.
"""

from typing import Final

from orchestration.channels.engine.declare import Channel, Column, Dataset, MayRefuse, Refuser

RECEIPTS: Final = Dataset(
    name="receipts",
    natural_key=("biz_id", "phone"),
    columns=(
        Column("phone", "phone", path="phone_number", required=True),
        Column("sent_at", "instant", path="send_time", required=True),
        Column("reported_at", "instant", path="report_time"),
        Column("is_delivered", "boolean", path="success", required=True),
        Column("error_code", path="err_code", refusal="unsubscribed"),
        Column("part_count", "integer", path="sms_size", minimum=0),
        Column("biz_id", "identifier", required=True),
        Column("out_id"),
    ),
    may_refuse=MayRefuse(when_said=("error_code",), refusers=(Refuser("phone"),), channel="sms"),
)

REPLIES: Final = Dataset(
    name="replies",
    natural_key=("phone", "replied_at", "sequence_id"),
    columns=(
        Column("phone", "phone", path="phone_number", required=True),
        Column("content"),
        Column("replied_at", "instant", path="send_time", required=True),
        Column("sequence_id", "identifier"),
    ),
    may_refuse=MayRefuse(refusers=(Refuser("phone"),), channel="sms"),
)

CHANNEL: Final = Channel(name="sms", datasets=(RECEIPTS, REPLIES))

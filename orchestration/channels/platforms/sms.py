"""SMS receipts and replies (Aliyun, Tencent Cloud). The recipient is the number itself, as its token.

Clocks are Shanghai, Tencent's epoch seconds. ``out_id`` carries our audience where the sender set it.
Formats: docs/channel-formats.md.
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

#: Tencent tells when the phone got it, not when it was sent.
TENCENT_STATUSES: Final = Dataset(
    name="tencent_statuses",
    natural_key=("serial_no", "phone"),
    columns=(
        Column("phone", "phone", path="PhoneNumber", required=True),
        Column("received_at", "instant", path="UserReceiveTime", clock="epoch_s", required=True),
        Column("report_status", path="ReportStatus", values=("SUCCESS", "FAIL"), required=True),
        Column("description", path="Description", refusal="unsubscribed"),
        Column("serial_no", "identifier", path="SerialNo", required=True),
        Column("out_id", path="SessionContext"),
    ),
    may_refuse=MayRefuse(when_said=("description",), refusers=(Refuser("phone"),), channel="sms"),
)

TENCENT_REPLIES: Final = Dataset(
    name="tencent_replies",
    natural_key=("phone", "replied_at"),
    columns=(
        Column("phone", "phone", path="PhoneNumber", required=True),
        Column("content", path="ReplyContent"),
        Column("replied_at", "instant", path="ReplyTime", clock="epoch_s", required=True),
    ),
    may_refuse=MayRefuse(refusers=(Refuser("phone"),), channel="sms"),
)

CHANNEL: Final = Channel(name="sms", datasets=(RECEIPTS, REPLIES, TENCENT_STATUSES, TENCENT_REPLIES))

"""Call detail records (Aliyun CCC). The customer is the outer number, as its token: the called one of an outbound call.

Clocks are epoch milliseconds; some durations are strings of seconds. Formats: docs/channel-formats.md.
"""

from typing import Final

from orchestration.channels.engine.declare import Channel, Column, Dataset, MayRefuse, Refuser

CDR: Final = Dataset(
    name="cdr",
    natural_key=("_account", "contact_id"),
    columns=(
        Column("contact_id", "identifier", path="ContactId", required=True),
        Column(
            "contact_type",
            path="ContactType",
            required=True,
            values=("INBOUND", "OUTBOUND", "INTERNAL"),
            synonyms=(("IN", "INBOUND"), ("OUT", "OUTBOUND"), ("呼入", "INBOUND"), ("呼出", "OUTBOUND")),
            may_be_other=True,
        ),
        Column("calling_number", "phone", path="CallingNumber"),
        Column("called_number", "phone", path="CalledNumber"),
        Column("started_at", "instant", path="StartTime", clock="epoch_ms", required=True),
        Column("established_at", "instant", path="EstablishedTime", clock="epoch_ms", empty_says="not picked up"),
        Column("released_at", "instant", path="ReleaseTime", clock="epoch_ms"),
        Column("talk_seconds", "decimal", path="TalkTime", minimum=0),
        Column("agent_id", "identifier", path="AgentIds"),
        Column("release_reason", path="ReleaseReason", refusal="unsubscribed"),
        Column("early_media_text", path="EarlyMediaText"),
        Column("satisfaction", "integer", path="SatisfactionIndex"),
        Column("out_id"),
    ),
    may_refuse=MayRefuse(
        when_said=("release_reason",),
        refusers=(
            Refuser("called_number", where=("contact_type", "OUTBOUND")),
            Refuser("calling_number", where=("contact_type", "INBOUND")),
        ),
        channel="call",
    ),
)

CHANNEL: Final = Channel(name="call_centre", datasets=(CDR,))

"""The WeChat official account (公众号): its users and what it pushes (subscribe, scan, menu, template results).

Clocks are epoch seconds; openids belong to one appid (``_account``). Message text is not read.
Formats: docs/channel-formats.md.
"""

from typing import Final

from orchestration.channels.engine.declare import Channel, Column, Dataset, MayRefuse, Refuser

USERS: Final = Dataset(
    name="users",
    natural_key=("_account", "openid"),
    columns=(
        Column("openid", "identifier", required=True),
        Column("unionid", "identifier"),
        Column("is_subscribed", "boolean", path="subscribe", required=True),
        Column("subscribed_at", "instant", path="subscribe_time", clock="epoch_s"),
        Column("subscribe_scene"),
        Column("qr_scene_str"),
    ),
)

EVENTS: Final = Dataset(
    name="events",
    natural_key=("_account", "openid", "occurred_at", "event", "event_key"),
    columns=(
        Column("openid", "identifier", path="FromUserName", required=True),
        Column("occurred_at", "instant", path="CreateTime", clock="epoch_s", required=True),
        Column("message_type", path="MsgType", required=True),
        Column("event", path="Event"),
        Column("event_key", path="EventKey"),
        Column("message_id", "identifier", path="MsgID"),
        Column("status", path="Status", refusal="unsubscribed"),
        Column("out_id"),
    ),
    may_refuse=MayRefuse(
        when_said=("event", "status"),
        refusers=(Refuser("openid", id_type="wx_openid", scope_by="_account"),),
        channel="official_account",
    ),
)

CHANNEL: Final = Channel(name="official_account", datasets=(USERS, EVENTS))

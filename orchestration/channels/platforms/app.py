"""The app (and web, H5) as tracked by Sensors (神策): behaviour, profiles, and the tracker's own bind and unbind log.

Clocks are epoch milliseconds. Ids belong to one Sensors project (``_account``). Formats: docs/channel-formats.md.
"""

from typing import Final

from orchestration.channels.engine import vocabularies as words
from orchestration.channels.engine.declare import Channel, Column, Dataset

EVENTS: Final = Dataset(
    name="events",
    natural_key=("track_id", "distinct_id", "occurred_at", "event"),
    columns=(
        Column("type", required=True),
        Column("event"),
        Column("occurred_at", "instant", path="time", clock="epoch_ms", required=True),
        Column("distinct_id", "identifier", required=True),
        Column("original_id", "identifier"),
        Column("login_id", "identifier", path="identities.$identity_login_id"),
        Column("anonymous_id", "identifier", path="identities.$identity_anonymous_id"),
        Column("mobile", "phone", path="identities.$identity_mobile"),
        Column("email", "email", path="identities.$identity_email"),
        Column("unionid", "identifier", path="identities.$identity_mp_unionid"),
        Column("is_login_id", "boolean", path="properties.$is_login_id"),
        Column("device_id", "identifier", path="properties.$device_id"),
        Column("sku", "identifier", path="properties.sku"),
        Column("category", path="properties.category"),
        Column("page", path="properties.page"),
        Column("keyword", path="properties.keyword"),
        Column("group_id", "identifier", path="properties.group_id"),
        Column("staff_id", "identifier", path="properties.staff_id"),
        Column("campaign_id", "identifier", path="properties.campaign_id"),
        Column("share_id", "identifier", path="properties.share_id"),
        Column("parent_event_id", "identifier", path="properties.parent_event_id"),
        Column("referred_login_id", "identifier", path="properties.referred_login_id"),
        Column("duration_seconds", "decimal", path="properties.event_duration", minimum=0),
        Column(
            "gender", path="properties.gender", values=words.GENDERS, synonyms=(*words.GENDER_SYNONYMS, ("未知", ""))
        ),
        Column("birth_date", "date", path="properties.birthday"),
        Column("province", path="properties.province"),
        Column("city", path="properties.city"),
        Column("name", "name", path="properties.$name"),
        Column("project", path="project"),
        Column("track_id", "identifier", path="_track_id"),
    ),
)

CHANNEL: Final = Channel(name="app", datasets=(EVENTS,))

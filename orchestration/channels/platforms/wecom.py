"""WeCom (企业微信): staff, external contacts, their callbacks, groups, tags, mass-message results, conversation counts.

Clocks are epoch seconds. A contact row is one friendship (customer, member of staff) of one pull; friends who left
vanish from the pull, so deletions come from the callbacks. Formats: docs/channel-formats.md.
"""

from typing import Final

from orchestration.channels.engine import vocabularies as words
from orchestration.channels.engine.declare import Channel, Child, Column, Dataset

STAFF: Final = Dataset(
    name="staff",
    natural_key=("userid",),
    columns=(
        Column("userid", "identifier", required=True),
        Column("name", "name"),
        Column("mobile", "phone"),
        Column("store_id", "identifier"),
        Column("role", values=words.STAFF_ROLES),
        Column("status", "integer", empty_says="active"),
        Column("left_at", "instant", path="left_time", empty_says="still here"),
        Column("daily_message_capacity", "integer", minimum=0),
        Column("daily_call_capacity", "integer", minimum=0),
    ),
)

#: What the platform says of members (``siyu pull wecom_staff``), beside the brand's own list: it knows neither their
#: shop nor what they can do in a day.
STAFF_PULLED: Final = Dataset(
    name="staff_pulled",
    natural_key=("_account", "userid"),
    columns=(
        Column("userid", "identifier", required=True),
        Column("name", "name"),
        Column("mobile", "phone"),
        Column("status", "integer"),
    ),
)

CONTACTS: Final = Dataset(
    name="contacts",
    natural_key=("_account", "external_userid", "userid", "added_at"),
    columns=(
        Column("external_userid", "identifier", path="external_contact.external_userid", required=True),
        Column("userid", "identifier", path="follow_info.userid", required=True),
        Column("added_at", "instant", path="follow_info.createtime", clock="epoch_s", required=True),
        Column("name", "name", path="external_contact.name"),
        Column("gender", path="external_contact.gender", values=words.GENDERS, synonyms=words.GENDER_SYNONYMS),
        Column("unionid", "identifier", path="external_contact.unionid"),
        Column("add_way", "integer", path="follow_info.add_way"),
        Column("state", path="follow_info.state"),
    ),
    children=(
        Child(
            name="contact_mobiles",
            path="follow_info.remark_mobiles",
            parent=("external_userid", "userid", "added_at"),
            columns=(Column("remark_mobile", "phone", path="."),),
        ),
    ),
)

CONTACT_CHANGES: Final = Dataset(
    name="contact_changes",
    natural_key=("_account", "external_userid", "userid", "change_type", "changed_at"),
    columns=(
        Column("change_type", path="ChangeType", required=True),
        Column("userid", "identifier", path="UserID", required=True),
        Column("external_userid", "identifier", path="ExternalUserID", required=True),
        Column("changed_at", "instant", path="CreateTime", clock="epoch_s", required=True),
        Column("state", path="State"),
    ),
)

GROUPS: Final = Dataset(
    name="groups",
    natural_key=("_account", "chat_id"),
    columns=(
        Column("chat_id", "identifier", path="group_chat.chat_id", required=True),
        Column("name", path="group_chat.name"),
        Column("owner", "identifier", path="group_chat.owner"),
        Column("created_at", "instant", path="group_chat.create_time", clock="epoch_s"),
        Column("kind", values=words.GROUP_KINDS),
    ),
    children=(
        Child(
            name="group_members",
            path="group_chat.member_list",
            parent=("chat_id",),
            columns=(
                Column("userid", "identifier", required=True),
                Column("member_type", "integer", path="type"),
                Column("unionid", "identifier"),
                Column("joined_at", "instant", path="join_time", clock="epoch_s", required=True),
            ),
        ),
    ),
)

TAG_GROUPS: Final = Dataset(
    name="tag_groups",
    natural_key=("_account", "group_id"),
    columns=(
        Column("group_id", "identifier", required=True),
        Column("group_name"),
    ),
    children=(
        Child(
            name="tags",
            path="tag",
            parent=("group_id",),
            columns=(
                Column("tag_id", "identifier", path="id", required=True),
                Column("name"),
            ),
        ),
    ),
)

SEND_RESULTS: Final = Dataset(
    name="send_results",
    natural_key=("_account", "msgid", "userid", "external_userid"),
    columns=(
        Column("msgid", "identifier", required=True),
        Column("userid", "identifier", required=True),
        Column("external_userid", "identifier", required=True),
        Column("status", "integer", required=True),
        Column("sent_at", "instant", path="send_time", clock="epoch_s"),
        Column("out_id"),
    ),
)

MESSAGES: Final = Dataset(
    name="messages",
    natural_key=("_account", "userid", "external_userid", "day"),
    columns=(
        Column("userid", "identifier", required=True),
        Column("external_userid", "identifier", required=True),
        Column("day", "date", required=True),
        Column("staff_messages", "integer", required=True, minimum=0),
        Column("customer_messages", "integer", required=True, minimum=0),
        Column("last_staff_message_at", "instant", path="last_staff_message_time", clock="epoch_s"),
        Column("last_customer_message_at", "instant", path="last_customer_message_time", clock="epoch_s"),
    ),
)

CHANNEL: Final = Channel(
    name="wecom",
    datasets=(STAFF, STAFF_PULLED, CONTACTS, CONTACT_CHANGES, GROUPS, TAG_GROUPS, SEND_RESULTS, MESSAGES),
)

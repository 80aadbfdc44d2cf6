"""Where the channels' tables name a person: by column, in which space, and what becomes of the record.

Tests hold that every id-like column of every declared table is classed here: as a person's, or as nobody's.
"""

import dataclasses
from collections.abc import Mapping
from typing import Final, Literal

from orchestration.erasing.tombstones import ANYWHERE

#: Columns of published and of the house's own tables that name one person, and what was sent to one.
ONE_IDS: Final = (
    "one_id", "one_id_old", "into_one_id", "one_id_kept", "one_id_refused", "record_one_id", "identifier_one_id",
)  # fmt: skip
SENT_TO: Final = ("recipient_token", "published_token", "task_id", "id_token")
#: A record that is the person's goes; a sale stays in the sums as a walk-in's; of a list inside a record the person's
#: element goes; a record of somebody else that names the person loses that value.
Fate = Literal["remove", "walk_in", "element"]
#: The source of a standard table's row stands in it; every other channel's is the channel.
_OWN_SOURCE: Final = "$source"


@dataclasses.dataclass(frozen=True)
class Place:
    """What a table's columns say of people; a space with ``$source`` is that of the row.

    Parameters
    ----------
    people
        Column to the spaces in which its values name whom the record is about.
    mentions
        Columns that name somebody besides.
    orders
        Columns with ids of orders, which a walk-in gets anew.
    also_new
        Columns of ids that lead back to the order (a refund's own), which get new ones too.
    fate
        What becomes of a record of an erased person.
    typed_by
        The columns that say what kind of id ``id_value`` is, and within what.
    """

    people: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    mentions: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    orders: tuple[str, ...] = ()
    also_new: tuple[str, ...] = ()
    fate: Fate = "remove"
    typed_by: tuple[str, str] | None = None


_C: Final = (f"customer {_OWN_SOURCE}",)
_ID: Final = (ANYWHERE,)
_CUSTOMER: Final = {"customer_id": _C}
_MEMBER: Final = ("customer crm", "card crm")
_PHONE_AND_OPENID: Final = {"openid": (ANYWHERE, f"customer {_OWN_SOURCE}"), "unionid": _ID, "phone": _ID}
_FRIEND: Final = {"external_userid": (ANYWHERE, "customer wecom")}
_BUYER: Final = dict.fromkeys(("buyer_open_uid", "ouid", "omid"), (ANYWHERE, "customer tmall"))

PLACES: Final[dict[str, Place]] = {
    "standard__customers": Place({
        **_CUSTOMER, "mobile": _ID, "email": _ID, "unionid": _ID, "openid": _ID, "external_userid": _ID,
        "member_no": (f"card {_OWN_SOURCE}",), "taobao_ouid": _ID, "jd_pin": _ID, "douyin_open_id": _ID,
        "device_id": _ID, "name": (),
    }),
    "standard__identifiers": Place({**_CUSTOMER, "id_value": ()}, typed_by=("id_type", "id_scope")),
    "standard__orders": Place(_CUSTOMER, orders=("order_id",), fate="walk_in"),
    "standard__order_lines": Place(orders=("order_id",), fate="walk_in"),
    "standard__refunds": Place(_CUSTOMER, orders=("order_id",), also_new=("refund_id",), fate="walk_in"),
    "standard__events": Place(
        {**_CUSTOMER, "anonymous_id": _ID, "device_id": _ID}, mentions={"referred_customer_id": _C}
    ),
    "standard__messages": Place({**_CUSTOMER, "recipient_token": _ID}),
    "standard__coupons": Place(_CUSTOMER, orders=("order_id",)),
    "standard__suppressions": Place({"id_value": ()}, typed_by=("id_type", "id_scope")),
    "standard__member_merges": Place({"customer_id_from": _C, "customer_id_to": _C}),
    "standard__receipts": Place({"recipient_token": _ID}),
    "standard__task_results": Place({"task_id": _ID}),
    "standard__task_sheets": Place({"task_id": _ID}),
    **{
        f"standard__{name}": Place(_CUSTOMER)
        for name in (
            "experiment_assignments", "points_ledger", "consents", "follows", "group_memberships", "entitlements",
            "message_subscriptions", "appointments", "leads",
        )
    },
    "pos__tickets": Place({"customer_uid": ("customer pos", ANYWHERE)}, orders=("sn", "original_sn"), fate="walk_in"),
    "pos__members": Place({
        "customer_uid": ("customer pos", ANYWHERE), "number": ("card pos", "card crm"), "phone": _ID, "email": _ID,
        "name": (),
    }),
    "mini_program__orders": Place(
        {"openid": (ANYWHERE, "customer mini_program"), "unionid": _ID}, orders=("order_id",), fate="walk_in"
    ),
    "mini_program__order_products": Place(orders=("order_id",), fate="walk_in"),
    "mini_program__users": Place(_PHONE_AND_OPENID),
    "mini_program__aftersales": Place(
        {"openid": (ANYWHERE, "customer mini_program")}, orders=("order_id",), also_new=("after_sale_order_id",),
        fate="walk_in",
    ),
    "tmall__trades": Place(_BUYER, orders=("tid",), fate="walk_in"),
    "tmall__trade_orders": Place(orders=("tid",), also_new=("oid", "refund_id"), fate="walk_in"),
    "tmall__refunds": Place(_BUYER, orders=("tid",), also_new=("refund_id", "oid"), fate="walk_in"),
    "tmall__members": Place({**_BUYER, "clear_mobile": _ID}),
    "wecom__contacts": Place({**_FRIEND, "unionid": _ID, "name": ()}),
    "wecom__contact_mobiles": Place({**_FRIEND, "remark_mobile": _ID}),
    "wecom__contact_changes": Place(_FRIEND),
    "wecom__group_members": Place({"userid": (ANYWHERE, "customer wecom"), "unionid": _ID}, fate="element"),
    "wecom__send_results": Place(_FRIEND),
    "wecom__messages": Place(_FRIEND),
    "official_account__users": Place(_PHONE_AND_OPENID),
    "official_account__events": Place(_PHONE_AND_OPENID),
    "app__events": Place(
        {
            **dict.fromkeys(("distinct_id", "login_id", "original_id"), (ANYWHERE, "customer app", "card crm")),
            "anonymous_id": _ID, "mobile": _ID, "email": _ID, "unionid": _ID, "device_id": _ID, "name": (),
        },
        mentions={"referred_login_id": (ANYWHERE, "customer app", "card crm")},
    ),
    **{
        f"sms__{name}": Place({"phone": _ID})
        for name in ("receipts", "replies", "tencent_statuses", "tencent_replies")
    },
    "crm__members": Place({
        "member_no": _MEMBER, "mobile": _ID, "unionid": _ID, "openid": _ID, "email": _ID, "name": (),
    }),
    "crm__merges": Place({"member_no_from": _MEMBER, "member_no_to": _MEMBER}),
    "call_centre__cdr": Place({"calling_number": _ID, "called_number": _ID}),
}  # fmt: skip
#: Of these tables nothing is a customer's: the house's own people, goods and figures.
NOBODYS: Final = frozenset({
    "standard__products", "standard__campaigns", "standard__offers", "standard__stores", "standard__staff",
    "standard__groups", "standard__channel_costs", "pos__ticket_items", "pos__ticket_payments", "wecom__staff",
    "wecom__staff_pulled", "wecom__groups", "wecom__tag_groups", "wecom__tags",
})  # fmt: skip
#: Id-like columns that name no customer, whatever their table.
NOT_A_PERSON: Final = frozenset({
    "source", "sku_id", "store_id", "staff_id", "campaign_id", "coupon_id", "offer_id", "line_id", "group_id",
    "event_id", "object_id", "share_id", "parent_event_id", "message_id", "audience_id", "wave", "experiment_id", "arm",
    "entry_id", "scene_id", "entitlement_id", "appointment_id", "lead_id", "owner", "id_scope", "openid_app", "corp_id",
    "company_id",
    "taobao_shop", "refund_id", "order_id", "properties", "cashier_uid", "user_coupon_id", "product_id", "sku_code",
    "free_gift_info", "num_iid", "outer_sku_id", "agent_id", "contact_id", "register_store", "sku", "track_id",
    "biz_id", "sequence_id", "serial_no", "msgid", "chat_id", "userid",
})  # fmt: skip


def spaces(place: Place, column: str, channel: str) -> tuple[str, ...]:
    """Return the spaces of a column's values; ``$source`` stays where the row says its source itself."""
    found = place.people.get(column, place.mentions.get(column, ()))
    return found if channel == "standard" else tuple(each.replace(_OWN_SOURCE, channel) for each in found)


def is_of_row(space: str) -> bool:
    """Return whether a space is that of the row's own source."""
    return space.endswith(_OWN_SOURCE)

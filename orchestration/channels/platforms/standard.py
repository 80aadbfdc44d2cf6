"""The channel for any source: the nouns themselves, exported as CSV, Parquet or JSON under these column names."""

from typing import Final

from orchestration.channels.engine import vocabularies as words
from orchestration.channels.engine.declare import Channel, Column, Dataset

SOURCE: Final = Column("source", "identifier", required=True)


def key(name: str, **options: object) -> Column:
    """Return a required identifier."""
    return Column(name, "identifier", required=True, **options)  # type: ignore[arg-type]


def ids(*names: str) -> tuple[Column, ...]:
    """Return optional identifiers."""
    return tuple(Column(name, "identifier") for name in names)


def at(name: str, required: bool = False, may_be_future: bool = False) -> Column:
    """Return an instant, by default on the Shanghai clock and not in the future."""
    return Column(name, "instant", required=required, may_be_future=may_be_future)


def yuan(name: str, required: bool = False, minimum: int | None = 0) -> Column:
    """Return an amount in yuan with two decimals, by default not negative: returns are refunds."""
    return Column(name, "decimal", required=required, minimum=minimum, scale=2)


def word(name: str, allowed: tuple[str, ...], required: bool = False) -> Column:
    """Return a value of a vocabulary."""
    return Column(name, "text", required=required, values=allowed)


UPDATED: Final = at("updated_at")
CHANGED: Final = at("changed_at", required=True)

DATASETS: Final = (
    Dataset(
        "customers",
        (
            SOURCE, key("customer_id"), Column("mobile", "phone"), Column("email", "email"),
            *ids("unionid", "openid", "openid_app", "external_userid", "corp_id", "member_no", "taobao_ouid",
                 "taobao_shop", "jd_pin", "douyin_open_id", "device_id"),
            Column("name", "name"),
            Column("gender", values=words.GENDERS, synonyms=words.GENDER_SYNONYMS),
            Column("birth_date", "date"), Column("province"), Column("city"), Column("occupation"), Column("industry"),
            at("registered_at"), Column("acquisition_channel"), Column("level"), Column("points", "integer"),
            Column("is_test", "boolean"), UPDATED,
        ),
        natural_key=("source", "customer_id"),
    ),
    Dataset(
        "identifiers",
        (
            SOURCE, key("customer_id"), word("id_type", words.ID_TYPES, required=True), *ids("id_scope"),
            key("id_value", contact_by="id_type"), at("observed_at", required=True), at("unbound_at"),
        ),
        natural_key=("source", "customer_id", "id_type", "id_scope", "id_value", "observed_at"),
    ),
    Dataset(
        "orders",
        (
            SOURCE, key("order_id"), *ids("customer_id"), at("ordered_at", required=True), at("paid_at"),
            at("finished_at"), at("cancelled_at"), UPDATED, word("status", words.ORDER_STATUSES, required=True),
            yuan("amount_yuan", required=True), yuan("discount_yuan"), yuan("freight_yuan"), yuan("paid_yuan"),
            word("currency", ("CNY",)), word("order_type", words.ORDER_TYPES),
            *ids("coupon_id", "campaign_id", "store_id", "staff_id"),
        ),
        natural_key=("source", "order_id"),
    ),
    Dataset(
        "order_lines",
        (
            SOURCE, key("order_id"), key("line_id"), key("sku_id"), Column("category"),
            Column("quantity", "decimal", required=True, minimum=0), yuan("amount_yuan", required=True),
            yuan("discount_yuan"), yuan("cost_yuan"), Column("is_gift", "boolean"), UPDATED,
        ),
        natural_key=("source", "order_id", "line_id"),
    ),
    Dataset(
        "refunds",
        (
            SOURCE, key("refund_id"), *ids("order_id", "customer_id", "line_id"),
            word("status", words.REFUND_STATUSES, required=True), at("requested_at"), at("refunded_at", required=True),
            yuan("amount_yuan", required=True), Column("includes_freight", "boolean"), UPDATED,
        ),
        natural_key=("source", "refund_id"),
    ),
    Dataset(
        "products",
        (
            Column("source", "identifier"), key("sku_id"), Column("name"), Column("category"), Column("brand"),
            yuan("list_price_yuan"), yuan("cost_yuan"), UPDATED,
        ),
        natural_key=("source", "sku_id"),
    ),
    Dataset(
        "events",
        (
            SOURCE, key("event_id"), *ids("customer_id", "anonymous_id", "device_id"),
            word("event_type", words.EVENT_TYPES, required=True), at("occurred_at", required=True), Column("channel"),
            *ids("campaign_id", "group_id", "staff_id"), Column("object_type"), *ids("object_id"),
            Column("duration_seconds", "decimal", minimum=0),
            *ids("share_id", "parent_event_id", "referred_customer_id"), Column("properties", "json"),
        ),
        natural_key=("source", "event_id"),
    ),
    Dataset(
        "messages",
        (
            SOURCE, key("message_id"), *ids("customer_id", "recipient_token"),
            word("message_channel", words.MESSAGE_CHANNELS, required=True), at("sent_at", required=True),
            *ids("audience_id", "wave", "campaign_id", "offer_id", "staff_id"),
            Column("status"), Column("failure_reason"), at("delivered_at"), at("opened_at"), at("clicked_at"),
            at("replied_at"), at("unsubscribed_at"),
            Column("cost_yuan", "decimal", minimum=0),
        ),
        natural_key=("source", "message_id"),
    ),
    Dataset(
        "campaigns",
        (
            key("campaign_id"), Column("name"), Column("kind"), at("starts_at", may_be_future=True),
            at("ends_at", may_be_future=True),
        ),
        natural_key=("campaign_id",),
    ),
    Dataset(
        "offers",
        (
            key("offer_id"), word("kind", words.OFFER_KINDS), yuan("face_value_yuan"),
            Column("pay_rate", "decimal", minimum=0, maximum=1), yuan("minimum_spend_yuan"),
            yuan("maximum_discount_yuan"), Column("valid_days", "integer", minimum=0),
        ),
        natural_key=("offer_id",),
    ),
    Dataset(
        "coupons",
        (
            SOURCE, key("coupon_id"), key("offer_id"), key("customer_id"), at("issued_at", required=True),
            at("redeemed_at"), *ids("order_id"), at("expires_at", may_be_future=True),
        ),
        natural_key=("source", "coupon_id"),
    ),
    Dataset(
        "points_ledger",
        (
            SOURCE, key("entry_id"), key("customer_id"), Column("points", "integer", required=True),
            at("occurred_at", required=True), Column("kind"),
        ),
        natural_key=("source", "entry_id"),
    ),
    Dataset(
        "consents",
        (
            SOURCE, key("customer_id"), word("message_channel", words.MESSAGE_CHANNELS),
            word("purpose", words.PURPOSES, required=True), Column("granted", "boolean", required=True), CHANGED,
        ),
        natural_key=("source", "customer_id", "message_channel", "purpose", "changed_at"),
    ),
    Dataset(
        "suppressions",
        (
            word("id_type", words.ID_TYPES, required=True), Column("id_scope", "identifier"),
            key("id_value", contact_by="id_type"), word("message_channel", words.MESSAGE_CHANNELS),
            word("reason", words.SUPPRESSION_REASONS, required=True), CHANGED, at("revoked_at"),
        ),
        natural_key=("id_type", "id_scope", "id_value", "message_channel", "reason", "changed_at"),
    ),
    Dataset("stores", (key("store_id"), Column("name"), Column("city")), natural_key=("store_id",)),
    Dataset(
        "staff",
        (
            key("staff_id"), Column("name", "name"), *ids("store_id"), word("role", words.STAFF_ROLES),
            Column("active", "boolean"), Column("daily_message_capacity", "integer", minimum=0),
            Column("daily_call_capacity", "integer", minimum=0), at("left_at"),
        ),
        natural_key=("staff_id",),
    ),
    Dataset(
        "follows",
        (
            SOURCE, key("staff_id"), key("customer_id"), at("added_at", required=True), Column("add_way"),
            Column("state"), at("deleted_by_staff_at"), at("deleted_by_customer_at"),
        ),
        natural_key=("source", "staff_id", "customer_id", "added_at"),
    ),
    Dataset(
        "groups",
        (SOURCE, key("group_id"), word("kind", words.GROUP_KINDS), Column("name"), *ids("owner_staff_id")),
        natural_key=("source", "group_id"),
    ),
    Dataset(
        "group_memberships",
        (SOURCE, key("group_id"), key("customer_id"), at("joined_at", required=True), at("left_at"), Column("role")),
        natural_key=("source", "group_id", "customer_id", "joined_at"),
    ),
    Dataset(
        "entitlements",
        (
            SOURCE, key("entitlement_id"), key("customer_id"), word("kind", words.ENTITLEMENT_KINDS),
            at("expires_at", required=True, may_be_future=True), at("renewed_at"),
        ),
        natural_key=("source", "entitlement_id"),
    ),
    Dataset(
        "appointments",
        (
            SOURCE, key("appointment_id"), key("customer_id"), Column("kind"),
            at("starts_at", required=True, may_be_future=True), Column("status"), *ids("staff_id"),
        ),
        natural_key=("source", "appointment_id"),
    ),
    Dataset(
        "leads",
        (
            key("lead_id"), SOURCE, key("customer_id"), Column("company"), Column("stage", required=True),
            *ids("owner"), CHANGED,
        ),
        natural_key=("lead_id", "changed_at"),
    ),
    Dataset(
        "task_results",
        (
            key("task_id"), key("staff_id"), word("status", words.TASK_STATUSES, required=True), CHANGED,
            Column("note_code"),
        ),
        natural_key=("task_id", "staff_id", "changed_at"),
    ),
    Dataset(
        "member_merges",
        (SOURCE, key("customer_id_from"), key("customer_id_to"), at("merged_at", required=True)),
        natural_key=("source", "customer_id_from", "customer_id_to"),
    ),
    Dataset(
        "channel_costs",
        (
            key("channel"), Column("cost_date", "date", required=True), yuan("spend_yuan", required=True),
            *ids("campaign_id"),
        ),
        natural_key=("channel", "cost_date", "campaign_id"),
    ),
)  # fmt: skip
CHANNEL: Final = Channel("standard", DATASETS)

"""Tmall and Taobao trades with their order lines, refunds, and the shop's members.

Amounts are yuan strings, clocks Shanghai. ``buyer_open_uid`` stays when the nick changes; oaid changes weekly and nick,
receiver and mix_mobile are masked or salted: none of them is read. Formats: docs/channel-formats.md.
"""

from typing import Final

from orchestration.channels.engine.declare import Channel, Child, Column, Dataset

TRADES: Final = Dataset(
    name="trades",
    natural_key=("tid",),
    columns=(
        Column("tid", "identifier", path="tid_str", required=True),
        Column("status", required=True),
        Column("trade_type", path="type"),
        Column("step_status", path="step_trade_status"),
        Column("created_at", "instant", path="created", required=True),
        Column("paid_at", "instant", path="pay_time", empty_says="not paid"),
        Column("updated_at", "instant", path="modified", empty_says="the row never changed"),
        Column("ended_at", "instant", path="end_time"),
        Column("payment_yuan", "decimal", path="payment", required=True, scale=2, minimum=0),
        Column("post_fee_yuan", "decimal", path="post_fee", scale=2, minimum=0),
        Column("buyer_open_uid", "identifier"),
        Column("ouid", "identifier"),
        Column("receiver_state"),
        Column("receiver_city"),
    ),
    children=(
        Child(
            name="trade_orders",
            path="orders.order",
            parent=("tid",),
            columns=(
                Column("oid", "identifier", path="oid_str", required=True),
                Column("num_iid", "identifier"),
                Column("sku_id", "identifier"),
                Column("outer_sku_id", "identifier"),
                Column("unit_price_yuan", "decimal", path="price", required=True, scale=2, minimum=0),
                Column("quantity", "integer", path="num", required=True, minimum=0),
                Column("discount_fee_yuan", "decimal", path="discount_fee", scale=2),
                Column("adjust_fee_yuan", "decimal", path="adjust_fee", scale=2),
                Column("part_mjz_discount_yuan", "decimal", path="part_mjz_discount", scale=2),
                Column("divide_order_fee_yuan", "decimal", path="divide_order_fee", scale=2),
                Column("refund_id", "identifier"),
            ),
        ),
    ),
)

REFUNDS: Final = Dataset(
    name="refunds",
    natural_key=("refund_id",),
    columns=(
        Column("refund_id", "identifier", required=True),
        Column("tid", "identifier"),
        Column("oid", "identifier"),
        Column("status", required=True),
        Column("refund_fee_yuan", "decimal", path="refund_fee", required=True, scale=2, minimum=0),
        Column("created_at", "instant", path="created"),
        Column("updated_at", "instant", path="modified", required=True),
        Column("buyer_open_uid", "identifier"),
    ),
)

MEMBERS: Final = Dataset(
    name="members",
    natural_key=("_account", "buyer_open_uid", "ouid"),
    columns=(
        Column("ouid", "identifier", required=True),
        Column("omid", "identifier"),
        Column("buyer_open_uid", "identifier"),
        Column("grade_name"),
        Column("province"),
        Column("city"),
        Column("clear_mobile", "phone"),
        Column("registered_at", "instant", path="created"),
        Column("updated_at", "instant", path="modified", empty_says="the row never changed"),
    ),
)

CHANNEL: Final = Channel(name="tmall", datasets=(TRADES, REFUNDS, MEMBERS))

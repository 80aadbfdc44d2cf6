"""The WeChat mini-program and its Channels shop (视频号小店): orders, users, after-sales.

Amounts are fen, clocks epoch seconds. An openid belongs to one appid (``_account``); unionid is absent until the app
is bound to an open-platform account. Receiver phones are masked and not read. Formats: docs/channel-formats.md.
"""

from typing import Final

from orchestration.channels.engine.declare import Channel, Child, Column, Dataset

ORDERS: Final = Dataset(
    name="orders",
    natural_key=("order_id",),
    columns=(
        Column("order_id", "identifier", required=True),
        Column("status", "integer", required=True),
        # Empty once its buyer was erased: the sale stays as a walk-in's.
        Column("openid", "identifier"),
        Column("unionid", "identifier"),
        Column("created_at", "instant", path="create_time", clock="epoch_s", required=True),
        Column("updated_at", "instant", path="update_time", clock="epoch_s", empty_says="the row never changed"),
        Column("paid_at", "instant", path="order_detail.pay_info.pay_time", clock="epoch_s", empty_says="not paid"),
        Column("product_price_fen", "integer", path="order_detail.price_info.product_price"),
        Column("discounted_price_fen", "integer", path="order_detail.price_info.discounted_price", minimum=0),
        Column("freight_fen", "integer", path="order_detail.price_info.freight", minimum=0),
        Column("order_price_fen", "integer", path="order_detail.price_info.order_price", required=True, minimum=0),
        Column("user_coupon_id", "identifier", path="order_detail.coupon_info.user_coupon_id"),
        Column("campaign_id", "identifier", path="order_detail.ext_info.campaign_id"),
    ),
    children=(
        Child(
            name="order_products",
            path="order_detail.product_infos",
            parent=("order_id",),
            columns=(
                Column("product_id", "identifier"),
                Column("sku_id", "identifier", required=True),
                Column("sku_code", "identifier"),
                Column("sku_count", "integer", path="sku_cnt", required=True, minimum=0),
                Column("unit_price_fen", "integer", path="sale_price", required=True, minimum=0),
                Column("real_price_fen", "integer", path="real_price", minimum=0),
                Column("free_gift_info", "json"),
            ),
        ),
    ),
)

USERS: Final = Dataset(
    name="users",
    natural_key=("_account", "openid"),
    columns=(
        Column("openid", "identifier", required=True),
        Column("unionid", "identifier"),
        Column("phone", "phone", path="phone.purePhoneNumber"),
        Column("registered_at", "instant", path="register_time", clock="epoch_s"),
        Column("updated_at", "instant", path="update_time", clock="epoch_s", empty_says="the row never changed"),
        Column("scene"),
    ),
)

AFTERSALES: Final = Dataset(
    name="aftersales",
    natural_key=("after_sale_order_id",),
    columns=(
        Column("after_sale_order_id", "identifier", required=True),
        Column("order_id", "identifier"),
        Column("openid", "identifier"),
        Column("type", required=True, values=("REFUND", "RETURN", "EXCHANGE")),
        Column("status", required=True),
        Column("sku_id", "identifier", path="product_info.sku_id"),
        Column("amount_fen", "integer", path="refund_info.amount", minimum=0, empty_says="no money went back"),
        Column("created_at", "instant", path="create_time", clock="epoch_s", required=True),
        Column("updated_at", "instant", path="update_time", clock="epoch_s", empty_says="the row never changed"),
        Column("completed_at", "instant", path="complete_time", clock="epoch_s"),
    ),
)

CHANNEL: Final = Channel(name="mini_program", datasets=(ORDERS, USERS, AFTERSALES))

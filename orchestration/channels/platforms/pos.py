"""The till: Pospal (银豹) tickets with their items and payments, and the members of its account.

Amounts are yuan. ``discount`` (a percentage of the price, 100 is none) and ``rounding`` are not read: tills fill them
differently, and what was owed says the same. ``customerUid`` 0 or empty is a walk-in. Ids have 18 digits: JSON integers
are kept as text. Formats: docs/channel-formats.md, after queryTicketPages and queryCustomerPages of its open API.
"""

from typing import Final

from orchestration.channels.engine.declare import Channel, Child, Column, Dataset

TICKETS: Final = Dataset(
    name="tickets",
    natural_key=("store_id", "sn"),
    columns=(
        Column("sn", "identifier", required=True),
        Column("sold_at", "instant", path="datetime", required=True),
        Column("store_id", "identifier", path="storeId", required=True),
        Column("cashier_uid", "identifier", path="cashierUid"),
        Column("customer_uid", "identifier", path="customerUid"),
        Column("total_amount_yuan", "decimal", path="totalAmount", required=True, scale=2),
        Column("ticket_type", path="ticketType", required=True, values=("SELL", "SELL_RETURN")),
        Column("is_void", "boolean", path="invalid", empty_says="a sale that stands"),
        Column("original_sn", "identifier", path="externalOrderNo"),
    ),
    children=(
        Child(
            name="ticket_items",
            path="items",
            columns=(
                Column("product_uid", "identifier", path="productUid", required=True),
                Column("unit_price_yuan", "decimal", path="sellPrice", required=True, minimum=0),
                Column("quantity", "decimal", required=True),
                Column("total_amount_yuan", "decimal", path="totalAmount", required=True, scale=2),
            ),
        ),
        Child(
            name="ticket_payments",
            path="payments",
            columns=(
                Column("code", required=True),
                Column("amount_yuan", "decimal", path="amount", required=True, scale=2),
            ),
        ),
    ),
)

MEMBERS: Final = Dataset(
    name="members",
    natural_key=("customer_uid",),
    columns=(
        Column("customer_uid", "identifier", path="customerUid", required=True),
        Column("number", "identifier"),
        Column("name", "name"),
        Column("phone", "phone"),
        Column("email", "email"),
        Column("point_count", "decimal", path="point"),
        Column("birth_date", "date", path="birthday"),
        Column("registered_at", "instant", path="createdDate"),
    ),
)

CHANNEL: Final = Channel(name="pos", datasets=(TICKETS, MEMBERS))

"""What people paid and what came back: docs/segments-and-stages.md, "What counts as a purchase"; docs/rules.md."""

import dataclasses
import datetime as dt
from collections import defaultdict

from tests.oracle.world import Record, World, end

PAID_WITHOUT_A_TIME = {"paid", "shipped", "finished", "part_refunded", "refunded"}
NO_SALES = {"gift", "exchange", "test"}
Key = tuple[str, str]


@dataclasses.dataclass
class Order:
    """A paid order that is not cancelled on a date, in fen."""

    key: Key
    record: Key | None
    ordered_at: dt.datetime
    paid_at: dt.datetime
    goods: int
    freight: int
    refunded: int
    excess: int
    is_purchase: bool
    row: Record

    @property
    def net(self) -> int:
        """What was paid for the goods less what came back."""
        return self.goods - self.refunded


def paid_orders(world: World, day: dt.date) -> list[Order]:
    """Return the orders that count as paid on a date."""
    backs = defaultdict(list)
    for refund in succeeded(world, day):
        backs[(refund.values["source"], refund.text("order_id"))].append(refund)
    found = []
    for row in world.latest("orders", day):
        if is_sale(row) and paid_at(row) < end(day) and not is_cancelled(row, day):
            found.append(_order(row, paid_at(row), backs[row.key]))
    return found


def is_sale(row: Record) -> bool:
    """Say whether an order is a sale: no gift, exchange or test, and paid at some time."""
    return row.text("order_type") not in NO_SALES and paid_at(row) is not None


def paid_at(row: Record) -> dt.datetime | None:
    """Return when an order was paid; of a paid order without a time, when it was placed."""
    found = row.time("paid_at")
    return row.time("ordered_at") if found is None and row.text("status") in PAID_WITHOUT_A_TIME else found


def is_cancelled(row: Record, day: dt.date) -> bool:
    """Say whether an order was called off before the date ended."""
    cancelled_at = row.time("cancelled_at")
    if cancelled_at is None:
        return row.text("status") == "cancelled"
    return cancelled_at < end(day)


def succeeded(world: World, day: dt.date) -> list[Record]:
    """Return the refunds that gave money back before the date ended."""
    return [row for row in world.latest("refunds", day) if row.text("status") == "succeeded"]


def _order(row: Record, at: dt.datetime, backs: list[Record]) -> Order:
    tender = row.fen("paid_yuan")
    tender = row.fen("amount_yuan") if tender is None else tender
    freight = row.fen("freight_yuan") or 0
    goods = max(0, tender - freight)
    total = sum(back.fen("amount_yuan") for back in backs)
    freight = min(freight, tender)
    of_freight = min(freight, sum(back.fen("amount_yuan") for back in backs if back.says("includes_freight")))
    refunded = goods if row.text("status") == "refunded" else min(goods, total - of_freight)
    undone = refunded >= goods and (goods > 0 or total > 0)
    return Order(
        key=row.key,
        record=row.record if row.text("customer_id") else None,
        ordered_at=row.time("ordered_at"),
        paid_at=at,
        goods=goods,
        freight=freight,
        refunded=refunded,
        excess=max(0, total - goods - freight),
        is_purchase=row.text("status") != "refunded" and not undone,
        row=row,
    )


def unmatched_refunds(world: World, day: dt.date) -> list[Record]:
    """Return the refunds of no known order."""
    known = {row.key for row in world.known("orders", day)}
    return [row for row in succeeded(world, day) if (row.values["source"], row.text("order_id")) not in known]


def money(orders: list[Order], unmatched: list[Record]) -> dict[str, object]:
    """Return a customer's columns of money and purchases."""
    bought = [order for order in orders if order.is_purchase]
    paid = sum(order.goods for order in orders)
    back = sum(order.refunded for order in orders) + sum(row.fen("amount_yuan") for row in unmatched)
    times = sorted(order.ordered_at for order in bought)
    net = paid - min(paid, back)
    return {
        "order_count": len(bought),
        "first_order_at": times[0] if times else None,
        "last_order_at": times[-1] if times else None,
        "paid_fen": paid,
        "freight_fen": sum(order.freight for order in orders),
        "refunded_fen": min(paid, back),
        "excess_refund_fen": sum(order.excess for order in orders) + max(0, back - paid),
        "net_paid_fen": net,
        "average_order_fen": (2 * net + len(bought)) // (2 * len(bought)) if bought else None,
    }

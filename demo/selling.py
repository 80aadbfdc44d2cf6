"""Everything that comes of baskets, real and drawn: tickets, orders, trades, refunds, points, coupons, goods."""

import dataclasses
import datetime as dt
import heapq
from typing import Any

from demo import crm, experiments, pos, standard
from demo.brand import Brand
from demo.calendar import LAST, epoch, wall
from demo.journey import Journey
from demo.landing import Landing, Row
from demo.people import Person
from demo.retail import POS_ACCOUNT, Sale, cashier_of, enveloped, mini_order, pos_ticket, sales_of, tmall_trade
from demo.returns import refund_of

DATASETS = ("pos/tickets", "mini_program/orders", "mini_program/aftersales", "tmall/trades", "tmall/refunds")


@dataclasses.dataclass(slots=True)
class Sold:
    """What was sold: the CRM's book, walk-ins and drawn orders; figures of the data set's own baskets alone."""

    book: crm.Book = dataclasses.field(default_factory=crm.Book)
    walk_ins: list[Sale] = dataclasses.field(default_factory=list)
    drawn: list[Sale] = dataclasses.field(default_factory=list)
    orders: dict[str, int] = dataclasses.field(default_factory=dict)
    paid_fen: dict[str, int] = dataclasses.field(default_factory=dict)

    def count(self, sale: Sale) -> None:
        """Count a real basket up to the last date."""
        self.orders[sale.source] = self.orders.get(sale.source, 0) + 1
        self.paid_fen[sale.source] = self.paid_fen.get(sale.source, 0) + sale.basket.paid_fen
        if sale.customer_id == "0":
            self.walk_ins.append(sale)

    @property
    def figures(self) -> dict[str, Any]:
        """What the summary says."""
        return {"orders": self.orders, "paid_fen": self.paid_fen, "walk_in_tickets": len(self.walk_ins)}


def sell(landing: Landing, brand: Brand, past: experiments.Past) -> Sold:
    """Write every basket of the data set's time, and those that the declared world adds."""
    journey, chance, names = brand.journey, brand.chance, product_names(brand.journey)
    rows: dict[str, list[Row]] = {name: [] for name in DATASETS}
    sold, earned = Sold(), list[tuple[Sale, int]]()
    till_orders: dict[tuple[int, dt.date], str] = {}
    coupons: dict[int, tuple[str, dt.datetime]] = {}
    added = {basket.basket_id for basket in past.baskets}
    baskets = heapq.merge(journey.baskets, past.baskets, key=lambda basket: basket.at)
    for sale in sales_of(baskets, brand.buyers, chance, added, added & past.used):
        number, is_known_at_till = sale.basket.basket_id, sale.source == "pos" and sale.customer_id != "0"
        if number in added:
            sold.drawn.append(sale)
        elif sale.basket.at.date() <= LAST:
            sold.count(sale)
        if is_known_at_till and number in past.used:
            coupons[number] = (sale.order_id, sale.basket.at)
        if is_known_at_till and number not in added:
            till_orders.setdefault((sale.basket.household_id, sale.basket.at.date()), sale.order_id)
        sold.book.note(sale)
        earned.append((sale, sale.basket.paid_fen // 100))
        for part in (order_of(brand, sale, names), refund_of(journey, sale, names, chance)):
            for dataset, found in part.items():
                rows[dataset] += found
    members = pos.member_rows(brand.people, chance)
    testers = [(number, person) for number, person in enumerate(brand.people) if person.kind == "tester"]
    rows["pos/tickets"] += [_test_ticket(person, number) for number, person in testers]
    landing.deliver("pos", "members", members, suffix="csv", header=pos.MEMBERS)
    for name, found in rows.items():
        channel, dataset = name.split("/")
        landing.deliver(channel, dataset, found, monthly=True)
        found.clear()
    standard.goods(landing, journey, brand.chain, names, chance, experiments.campaign_rows(past))
    standard.coupons(landing, journey, brand.buyers, till_orders, experiments.coupon_rows(past, coupons))
    standard.points(landing, earned, brand.people, chance)
    return sold


def order_of(brand: Brand, sale: Sale, names: dict[int, str]) -> dict[str, list[Row]]:
    """Return a sale as the rows of its platform."""
    if sale.source == "pos":
        cashier = cashier_of(brand.chain, brand.chance, sale)
        return {"pos/tickets": [pos_ticket(brand.journey, sale, cashier, names)]}
    if sale.source == "mini_program":
        return {"mini_program/orders": mini_order(brand.journey, sale, names)}
    return {"tmall/trades": tmall_trade(brand.journey, sale, names, brand.chance)}


def _test_ticket(person: Person, number: int) -> Row:
    """Return a one-fen ticket rung by somebody trying out the till."""
    at = wall(2017, 3, 1, 11) + dt.timedelta(days=23 * (number % 11))
    payload: dict[str, object] = {
        "sn": f"T{epoch(at)}{number}",
        "datetime": f"{at:%Y-%m-%d %H:%M:%S}",
        "storeId": str(person.store_id),
        "cashierUid": f"till{person.store_id}",
        "customerUid": person.pos_uid,
        "totalAmount": 0.01,
        "discount": 0,
        "rounding": 0,
        "ticketType": "SELL",
        "invalid": 0,
        "remark": "SYNTHETIC test",
        "payments": [{"code": "payCode_13", "amount": 0.01}],
        "items": [{"name": "测试商品", "productUid": "999999", "sellPrice": 0.01, "quantity": 1, "totalAmount": 0.01}],
    }
    return at, enveloped(POS_ACCOUNT, at, payload)


def product_names(journey: Journey) -> dict[int, str]:
    """Return the name a till prints, without the characters JSON would have to escape."""
    table = journey.products
    # Some goods that were sold stand in no product list; the till still prints something.
    names = {product: f"item {product}" for product in sorted(set(journey.product))}
    for product, kind, size in zip(table["product_id"], table["product_type"], table["package_size"], strict=True):
        parts = [part for part in (kind, size) if isinstance(part, str)]
        names[int(product)] = " ".join(parts).replace("\\", "/").replace('"', "'")[:40] or f"item {product}"
    return names

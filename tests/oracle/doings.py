"""What the people of a random brand do: orders with lines and refunds."""

import datetime as dt

from tests.oracle.brand import CATEGORIES, DATES, GOODS, LAUNCH, Maker, clock, yuan


def purchases(maker: Maker, person: int) -> None:
    """Add the orders of a person: at a rhythm of their own, some of them cancelled, given away or given back."""
    chance = maker.chance
    if maker.odds(0.2):
        return
    gap = chance.randrange(4, 60)
    # A few buy as small resellers do: often, and for thousands.
    dear = 20 if gap < 40 and maker.odds(0.12) else 1
    day = maker.began[person].date() + dt.timedelta(days=chance.randrange(0, 20))
    leaves = DATES[-1] - dt.timedelta(days=chance.choice([-1, -1, 0, 10, 40, 90, 200]))
    while day <= min(leaves, DATES[-1]):
        for _ in range(chance.choice([1, 1, 1, 2])):
            order(maker, person, day, dear)
        day += dt.timedelta(days=max(1, round(chance.gauss(gap, gap / 4))))


def order(maker: Maker, person: int, day: dt.date, dear: int) -> None:
    """Add one order with its lines, versions and refunds."""
    chance = maker.chance
    source, customer_id = chance.choice(maker.records[person])
    order_id = maker.number("O")
    at = clock(day, chance.choice([0, 9, 12, 15, 19, 23]), chance.randrange(60), chance.randrange(60))
    goods = GOODS if day >= LAUNCH else GOODS - 2
    lines = [(chance.randrange(goods), chance.randrange(1, 4), chance.randrange(500, 30000) * dear) for _ in range(2)]
    total = sum(fen for _, _, fen in lines)
    discount = chance.choice([0, 0, 0, total // 10, total // 3])
    freight = chance.choice([0, 0, 800, 1200])
    amount = total - discount + freight
    paid = chance.choice([None] * 6 + [amount, amount - amount // 5, 0, min(500, amount)])
    status = chance.choice(["finished"] * 9 + ["paid", "shipped", "created", "cancelled", "refunded", "part_refunded"])
    kind = chance.choice([None] * 12 + ["normal", "presale", "gift", "exchange", "test"])
    values = {
        "source": source,
        "order_id": order_id,
        "customer_id": None if maker.odds(0.04) else customer_id,
        "ordered_at": at,
        "paid_at": chance.choice([None, at, at, at + dt.timedelta(minutes=7), at + dt.timedelta(hours=11)]),
        "cancelled_at": None,
        "status": status,
        "amount_yuan": yuan(amount),
        "discount_yuan": yuan(discount),
        "freight_yuan": yuan(freight),
        "paid_yuan": None if paid is None else yuan(paid),
        "order_type": kind,
        "store_id": chance.choice(["S1", "S2", None]),
        "staff_id": chance.choice(["G1", "G2", "G3", "G4", "TILL", None]),
    }
    maker.bought.setdefault(person, []).append((source, order_id, at))
    if status == "created":
        values["paid_at"] = None
    if status == "cancelled" or maker.odds(0.03):
        values["cancelled_at"] = chance.choice([at + dt.timedelta(hours=3), at + dt.timedelta(days=2)])
    if status == "cancelled" and maker.odds(0.3):
        values["cancelled_at"] = None
    if maker.odds(0.3):
        versions(maker, values, at)
    else:
        maker.add("orders", at, **values)
    for number, (sku, quantity, fen) in enumerate(lines):
        line = {"source": source, "order_id": order_id, "line_id": number, "sku_id": f"K{sku}", "quantity": quantity}
        category = CATEGORIES[sku % 5] if maker.odds(0.7) else None
        maker.add("order_lines", at, **line, category=category, amount_yuan=yuan(fen))
    if status != "cancelled" and maker.odds(0.25):
        refunds(maker, values, amount if paid is None else paid, at)


def versions(maker: Maker, values: dict, at: dt.datetime) -> None:
    """Add an order that its source changes: created, then as it is; each with its time of change."""
    first = values | {"status": "created", "paid_at": None, "cancelled_at": None, "paid_yuan": None}
    maker.add("orders", at, **first, updated_at=at)
    later = at + maker.chance.choice([dt.timedelta(minutes=20), dt.timedelta(hours=9), dt.timedelta(days=3)])
    later = max([later, *(values[step] for step in ("paid_at", "cancelled_at") if values[step])])
    maker.add("orders", later, **values, updated_at=later)


def refunds(maker: Maker, order_values: dict, tender: int, at: dt.datetime) -> None:
    """Add refunds of an order: a part, the whole, twice, with its freight, or asked for and not granted."""
    chance = maker.chance
    if tender == 0:
        return
    for _ in range(chance.choice([1, 1, 2])):
        back = at + dt.timedelta(days=chance.choice([0, 1, 5, 20, 60]), hours=chance.choice([1, 3]))
        if back.date() > DATES[-1]:
            continue
        share = chance.choice([0.2, 0.5, 1, 1, 1.1])
        row = {
            "source": order_values["source"],
            "refund_id": maker.number("R"),
            "order_id": order_values["order_id"] if maker.odds(0.9) else None,
            "customer_id": order_values["customer_id"] if maker.odds(0.5) else None,
            "status": chance.choice(["succeeded"] * 5 + ["rejected", "requested"]),
            "requested_at": back - dt.timedelta(hours=1),
            "refunded_at": back,
            "amount_yuan": yuan(round(tender * share)),
            "includes_freight": chance.choice(["true", "false", None]),
        }
        maker.add("refunds", back, **row)

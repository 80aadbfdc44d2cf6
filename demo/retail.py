"""The data set's baskets as POS tickets, mini-program orders and Tmall trades, in the platforms' columns and units."""

import dataclasses
import datetime as dt
from collections.abc import Container, Iterable, Iterator

from demo.calendar import END, epoch, text, utc
from demo.chance import Chance
from demo.journey import Basket, Journey
from demo.landing import Row, as_json
from demo.people import MINI_ORDERS, TMALL_ORDERS, WALK_IN_TICKETS, Person
from demo.stores import Chain

POS_ACCOUNT, MINI_APP, TMALL_SHOP = "pospal_demo", "wx5yuxiaochengxu001", "tmall_demo"
FREIGHT_FEN, FREE_FREIGHT_FEN = 600, 3900


@dataclasses.dataclass(frozen=True, slots=True)
class Sale:
    """Where a basket was sold: the source, the order's id there, and the id of the buyer there (none: a walk-in)."""

    source: str
    order_id: str
    customer_id: str
    basket: Basket
    person: Person
    freight_fen: int


def sales_of(
    baskets: Iterable[Basket],
    buyers: dict[int, Person],
    chance: Chance,
    known: Container[int] = (),
    at_till: Container[int] = (),
) -> Iterator[Sale]:
    """Yield one sale per basket up to the data set's last day, in the order of the baskets.

    Parameters
    ----------
    baskets
        What was bought.
    buyers
        Who buys for a household.
    known
        Baskets that nobody buys as a walk-in.
    at_till
        Baskets that are bought at a till by a customer whom it knows: a coupon of the till's is used.
    """
    for basket in baskets:
        if basket.at.date() > END:
            continue
        person, key = buyers[basket.household_id], basket.basket_id
        if key in at_till:
            uid = person.uid_at(basket.at)
            yield Sale("pos", f"{basket.store_id}-{ticket_number(basket)}", uid, basket, person, 0)
        elif basket.online and person.mini_openid and chance.happens(MINI_ORDERS, "mini order", key):
            freight = 0 if basket.paid_fen >= FREE_FREIGHT_FEN else FREIGHT_FEN
            yield Sale("mini_program", f"37{key:017d}", person.mini_openid, basket, person, freight)
        elif basket.online and person.tmall_id and chance.happens(TMALL_ORDERS, "tmall order", key):
            yield Sale("tmall", f"39{key:017d}", person.tmall_id, basket, person, 0)
        else:
            walk_in = key not in known and chance.happens(WALK_IN_TICKETS, "walk-in", key)
            uid = "0" if walk_in else person.uid_at(basket.at)
            yield Sale("pos", f"{basket.store_id}-{ticket_number(basket)}", uid, basket, person, 0)


def ticket_number(basket: Basket) -> str:
    """Return the till's number of a basket's ticket."""
    return f"{basket.at:%Y%m%d}{basket.basket_id}"


def _yuan(fen: int) -> str:
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // 100}.{fen % 100:02d}"


def _price(shelf_fen: int, quantity: int) -> str:
    """Return the till's unit price in yuan: as many decimals as give the shelf amount back."""
    if quantity == 0:
        return "0.00"
    if shelf_fen % quantity == 0:
        return _yuan(shelf_fen // quantity)
    return f"{shelf_fen / quantity / 100:.8f}"


def pos_ticket(journey: Journey, sale: Sale, cashier: str, names: dict[int, str]) -> Row:
    """Return the ticket of a sale at a till (one JSON line, written by hand: there are a million items)."""
    basket = sale.basket
    items = ",".join(
        f'{{"name":"{names[product]}","productUid":"{product}","sellPrice":{_price(paid + discount, quantity)},'
        f'"quantity":{quantity},"totalAmount":{_yuan(paid)}}}'
        for product, quantity, paid, discount in zip(
            journey.product[basket.first : basket.last],
            journey.quantity[basket.first : basket.last],
            journey.paid_fen[basket.first : basket.last],
            journey.discount_fen[basket.first : basket.last],
            strict=True,
        )
    )
    total = _yuan(basket.paid_fen)
    line = (
        f'{{"_account":"{POS_ACCOUNT}","_fetched_at":"{utc(basket.at + dt.timedelta(minutes=30))}","payload":{{'
        f'"sn":"{ticket_number(basket)}","datetime":"{text(basket.at)}","storeId":"{basket.store_id}",'
        f'"cashierUid":"{cashier}","customerUid":"{sale.customer_id}","totalAmount":{total},"discount":0,"rounding":0,'
        f'"ticketType":"SELL","invalid":0,"payments":[{{"code":"payCode_13","amount":{total}}}],"items":[{items}]}}}}'
    )
    return basket.at, line


def cashier_of(chain: Chain, chance: Chance, sale: Sale) -> str:
    """Return who sold: a guide still with the store for some tickets of members, else the till itself."""
    guides = [
        staff for staff in chain.guides(sale.basket.store_id) if staff.left_at is None or staff.left_at > sale.basket.at
    ]
    if guides and chance.happens(0.35, "guided", sale.basket.basket_id):
        return chance.pick(guides, "guide", sale.basket.basket_id).staff_id
    return f"till{sale.basket.store_id}"


def _lines(journey: Journey, basket: Basket) -> Iterator[tuple[int, int, int, int, int]]:
    """Yield (number from 1, product, quantity, unit price rounded up to a fen, paid fen) of an online basket."""
    for number, index in enumerate(range(basket.first, basket.last), start=1):
        quantity, paid = journey.quantity[index], journey.paid_fen[index]
        unit = -(-(paid + journey.discount_fen[index]) // quantity)
        yield number, journey.product[index], quantity, unit, paid


def mini_order(journey: Journey, sale: Sale, names: dict[int, str]) -> list[Row]:
    """Return the versions of a mini-program order: paid, then finished five days later."""
    basket, person = sale.basket, sale.person
    infos, shelf = [], 0
    for _, product, quantity, unit, paid in _lines(journey, basket):
        shelf += unit * quantity
        infos.append({
            "product_id": str(product),
            "sku_id": str(product),
            "sku_code": str(product),
            "title": names[product],
            "sku_cnt": quantity,
            "sale_price": unit,
            "real_price": paid,
            "is_discounted": unit * quantity > paid,
        })
    detail = {
        "product_infos": infos,
        "price_info": {
            "product_price": shelf,
            "discounted_price": shelf - basket.paid_fen,
            "freight": sale.freight_fen,
            "order_price": basket.paid_fen + sale.freight_fen,
        },
        "pay_info": {
            "prepay_time": epoch(basket.at) + 3,
            "pay_time": epoch(basket.at) + 9,
            "transaction_id": f"42000{basket.basket_id}",
        },
        "delivery_info": {
            "address_info": {
                "user_name": person.name[0] + "*",
                "province_name": person.province,
                "city_name": person.city,
                "tel_number": f"{person.phone[:3]}****{person.phone[-4:]}",
            }
        },
    }
    versions = []
    for status, after in ((20, dt.timedelta(minutes=1)), (100, dt.timedelta(days=5, minutes=7))):
        changed = basket.at + after
        payload: dict[str, object] = {"order_id": sale.order_id, "status": status, "openid": sale.customer_id}
        if person.union_known(changed):
            payload["unionid"] = person.unionid
        payload |= {"create_time": epoch(basket.at), "update_time": epoch(changed), "order_detail": detail}
        payload["aftersale_detail"] = {"aftersale_order_list": [], "on_aftersale_order_cnt": 0}
        versions.append((changed, enveloped(MINI_APP, changed, payload)))
    return versions


def tmall_trade(journey: Journey, sale: Sale, names: dict[int, str], chance: Chance) -> list[Row]:
    """Return the versions of a Tmall trade: paid, then finished nine days later; phones masked or virtual."""
    basket, person = sale.basket, sale.person
    virtual = chance.happens(0.12, "virtual", basket.basket_id)
    extension = chance.between(1000, 9999, "extension", basket.basket_id)
    mobile = f"18{chance.between(10**8, 10**9 - 1, 'virtual', basket.basket_id)}-{extension}"
    week = f"{basket.at:%G%V}"
    versions = []
    for status, after in (
        ("WAIT_SELLER_SEND_GOODS", dt.timedelta(minutes=2)),
        ("TRADE_FINISHED", dt.timedelta(days=9)),
    ):
        changed, done = basket.at + after, status == "TRADE_FINISHED"
        orders, shelf = [], 0
        for number, product, quantity, unit, paid in _lines(journey, basket):
            shelf += unit * quantity
            orders.append({
                "oid_str": f"{sale.order_id}{number:03d}",
                "outer_sku_id": str(product),
                "title": names[product],
                "price": _yuan(unit),
                "num": quantity,
                "total_fee": _yuan(paid),
                "discount_fee": _yuan(unit * quantity - paid),
                "adjust_fee": "0.00",
                "part_mjz_discount": "0.00",
                "divide_order_fee": _yuan(paid),
                "payment": _yuan(paid),
                "refund_status": "NO_REFUND",
                "status": status,
            })
        payload: dict[str, object] = {
            "tid": int(sale.order_id),
            "tid_str": sale.order_id,
            "status": status,
            "type": "fixed",
            "created": text(basket.at),
            "pay_time": text(basket.at + dt.timedelta(seconds=29)),
            "modified": text(changed),
        }
        if done:
            payload["end_time"] = text(changed)
        payload |= {
            "payment": _yuan(basket.paid_fen),
            "total_fee": _yuan(shelf),
            "discount_fee": "0.00",
            "post_fee": "0.00",
            "adjust_fee": "0.00",
            "buyer_nick": person.name[0] + "**",
            "buyer_open_uid": sale.customer_id,
            "ouid": person.tmall_ouid,
            "oaid": f"1oaid{chance.number('oaid', person.person_id, week) % 10**12}",
            "receiver_name": person.name[0] + "**",
            "receiver_mobile": mobile if virtual else f"*******{person.phone[-4:]}",
            "receiver_state": person.province,
            "receiver_city": person.city,
            "orders": {"order": orders},
        }
        versions.append((changed, enveloped(TMALL_SHOP, changed, payload)))
    return versions


def enveloped(account: str, fetched: dt.datetime, payload: dict[str, object]) -> str:
    """Return a JSONL line: scope, the moment it was pulled (ten minutes after it changed), what the platform sent."""
    return as_json({"_account": account, "_fetched_at": utc(fetched + dt.timedelta(minutes=10)), "payload": payload})

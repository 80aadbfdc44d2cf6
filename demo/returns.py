"""Refunds at about 1.5% of orders: the data set has none, so these are ours and say so (``SYNTHETIC``)."""

import datetime as dt

from demo.calendar import epoch, text
from demo.chance import Chance
from demo.journey import Journey
from demo.landing import Row
from demo.retail import MINI_APP, POS_ACCOUNT, TMALL_SHOP, Sale, _yuan, enveloped, ticket_number

RATE = 0.015
Refunds = dict[str, list[Row]]


def refund_of(journey: Journey, sale: Sale, names: dict[int, str], chance: Chance) -> Refunds:
    """Return the refund rows of a sale per dataset; none for most."""
    basket, key = sale.basket, sale.basket.basket_id
    if basket.paid_fen <= 0 or not chance.happens(RATE, "refund", key):
        return {}
    at = basket.at + dt.timedelta(
        days=chance.between(1, 9, "refund day", key), minutes=chance.between(0, 300, "refund minute", key)
    )
    at = at.replace(hour=10 + at.hour % 10)
    index = basket.first
    best = max(range(basket.first, basket.last), key=lambda i: (journey.paid_fen[i], -i))
    whole = chance.happens(0.4, "whole", key)
    index, amount = (best, journey.paid_fen[best]) if not whole else (best, basket.paid_fen)
    if sale.source == "pos":
        return {"pos/tickets": [(at, _ticket(journey, sale, at, whole, index, amount, names, chance))]}
    if sale.source == "mini_program":
        return {"mini_program/aftersales": _aftersale(journey, sale, at, index, amount, chance)}
    return {"tmall/refunds": _tmall(sale, at, amount)}


def _ticket(
    journey: Journey,
    sale: Sale,
    at: dt.datetime,
    whole: bool,
    index: int,
    amount: int,
    names: dict[int, str],
    chance: Chance,
) -> str:
    basket = sale.basket
    lines = range(basket.first, basket.last) if whole else [index]
    items = [
        {
            "name": names[journey.product[i]],
            "productUid": str(journey.product[i]),
            "sellPrice": float(_yuan(journey.paid_fen[i])),
            "quantity": 1,
            "totalAmount": float(_yuan(-journey.paid_fen[i])),
        }
        for i in lines
        if journey.paid_fen[i] > 0
    ]
    payload: dict[str, object] = {
        "sn": f"R{ticket_number(basket)}",
        "datetime": text(at),
        "storeId": str(basket.store_id),
        "cashierUid": f"till{basket.store_id}",
        "customerUid": sale.customer_id,
        "totalAmount": float(_yuan(-amount)),
        "discount": 0,
        "rounding": 0,
        "ticketType": "SELL_RETURN",
        "invalid": 0,
    }
    if chance.happens(0.85, "scanned", basket.basket_id):
        payload["externalOrderNo"] = ticket_number(basket)
    payload |= {
        "remark": "SYNTHETIC",
        "payments": [{"code": "payCode_13", "amount": float(_yuan(-amount))}],
        "items": items,
    }
    return enveloped(POS_ACCOUNT, at, payload)


def _aftersale(journey: Journey, sale: Sale, at: dt.datetime, index: int, amount: int, chance: Chance) -> list[Row]:
    rows: list[Row] = []
    done = at + dt.timedelta(days=2)
    for status, changed in (("MERCHANT_PROCESSING", at), ("MERCHANT_REFUND_SUCCESS", done)):
        payload: dict[str, object] = {
            "after_sale_order_id": f"S{sale.order_id}",
            "order_id": sale.order_id,
            "openid": sale.customer_id,
            "type": "REFUND",
            "status": status,
            "product_info": {
                "product_id": str(journey.product[index]),
                "sku_id": str(journey.product[index]),
                "count": 1,
            },
            "refund_info": {"amount": amount},
            "create_time": epoch(at),
            "update_time": epoch(changed),
            "remark": "SYNTHETIC",
        }
        if changed == done:
            payload["complete_time"] = epoch(done)
        rows.append((changed, enveloped(MINI_APP, changed, payload)))
    return rows


def _tmall(sale: Sale, at: dt.datetime, amount: int) -> list[Row]:
    rows: list[Row] = []
    for status, changed in (("WAIT_SELLER_AGREE", at), ("SUCCESS", at + dt.timedelta(days=1))):
        payload: dict[str, object] = {
            "refund_id": f"6{sale.order_id}",
            "tid": sale.order_id,
            "status": status,
            "refund_fee": _yuan(amount),
            "created": text(at),
            "modified": text(changed),
            "buyer_open_uid": sale.customer_id,
            "desc": "SYNTHETIC",
        }
        rows.append((changed, enveloped(TMALL_SHOP, changed, payload)))
    return rows

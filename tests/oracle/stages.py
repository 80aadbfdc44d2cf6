"""The purchase life cycle, AIPL, 5A, need and journeys: docs/segments-and-stages.md and the seeds it names."""

import dataclasses
import datetime as dt
import itertools
import math
from collections import Counter, defaultdict
from fractions import Fraction
from functools import cache

from tests.oracle.book import Act, Book, Person
from tests.oracle.goods import product_category, spend
from tests.oracle.people import people
from tests.oracle.profile import exclusion, followers, is_member, seen_between
from tests.oracle.world import World, end, number, seed

HALF = Fraction(1, 2)
DAY = dt.timedelta(days=1)


@dataclasses.dataclass(frozen=True)
class Purchases:
    """The purchase days of a person as known on a date, and the cadence K in days."""

    days: tuple[dt.date, ...]
    cadence: int
    registered: dt.date | None

    def in_year(self, day: dt.date) -> list[dt.date]:
        """Return the purchase days of the 365 that end with a day."""
        first = day - dt.timedelta(days=number("order_window_days") - 1)
        return [bought for bought in self.days if first <= bought <= day]


def purchases(book: Book, person: Person) -> Purchases:
    """Return what a person bought, by day, and their cadence."""
    days = _days(book, person)
    registered = [row.time("registered_at").date() for row in book.customers.get(person, [])]
    found = Purchases(days, 0, min(registered, default=None))
    return dataclasses.replace(found, cadence=_cadence(found, book))


def _days(book: Book, person: Person) -> tuple[dt.date, ...]:
    return tuple(sorted({order.ordered_at.date() for order in book.orders.get(person, []) if order.is_purchase}))


def _cadence(bought: Purchases, book: Book) -> int:
    """Return K: the gap of the year that 90 in 100 do not exceed, shrunk to what the brand's customers have."""
    gaps = _gaps(bought, book.day)
    quarter = dt.date(book.day.year, (book.day.month - 1) // 3 * 3 + 1, 1)
    prior, weight = brands_gap(book.known, quarter), number("cadence_prior_weight")
    own = sorted(gaps)[math.ceil(Fraction(9, 10) * len(gaps)) - 1] if gaps else 0
    shrunk = Fraction(len(gaps) * own + weight * prior, len(gaps) + weight)
    return min(max(math.floor(shrunk + HALF), number("cadence_minimum_days")), number("order_window_days"))


def _gaps(bought: Purchases, day: dt.date) -> list[int]:
    """Return the gaps of the year; one is of the year in which it ends."""
    year = bought.in_year(day)
    return [(later - earlier).days for earlier, later in itertools.pairwise(bought.days) if later in year]


@cache
def brands_gap(known: World, quarter: dt.date) -> int:
    """Return the gap that 90 in 100 votes of a quarter's first day do not exceed; with few gaps or voters 60 days.

    Both purchases of such a gap lie in the year. Each customer has one vote, shared out among their gaps. No category
    of a random brand has gaps enough of its own.
    """
    book = Book(known, quarter, {str(at): person for at, person in enumerate(people(known, quarter))})
    votes, voters = [], 0
    for person in book.people:
        year = Purchases(_days(book, person), 0, None).in_year(quarter)
        mine = [(later - earlier).days for earlier, later in itertools.pairwise(year)]
        votes += [(gap, Fraction(1, len(mine))) for gap in mine]
        voters += bool(mine)
    if len(votes) < number("cadence_minimum_gaps") or voters < number("cadence_minimum_customers"):
        return number("cadence_default_days")
    everything = sum(vote for _, vote in votes)
    so_far = itertools.accumulate(vote for _, vote in sorted(votes))
    return next(
        gap for (gap, _), votes_so_far in zip(sorted(votes), so_far, strict=True) if votes_so_far >= everything * 9 / 10
    )


def stage(bought: Purchases, day: dt.date) -> str | None:
    """Return the stage on a day, of the purchases and the cadence given; nothing before the person was known."""
    earlier = [other for other in bought.days if other <= day]
    if not earlier:
        is_registered = bought.registered is not None and bought.registered <= day
        return "registered_no_order" if is_registered else "visitor"
    year = bought.in_year(day)
    idle = (day - earlier[-1]).days
    if not year or idle > 3 * bought.cadence:
        return "lost"
    if idle > Fraction(3, 2) * bought.cadence:
        return "dormant"
    if idle > bought.cadence:
        return "at_risk"
    return "first_buyer" if len(year) == 1 else "repeat" if len(year) < 5 else "loyal"


def purchase_columns(book: Book, person: Person) -> dict[str, object]:
    """Return the stage, since when, and the stage before: what the eve of its first day says."""
    bought = purchases(book, person)
    now = stage(bought, book.day)
    found: dict[str, object] = {"purchase_stage": now}
    if not bought.days:
        since = bought.registered or seen_between(book, person)[0].date()
        return found | {"purchase_stage_since": since, "previous_purchase_stage": None}
    since = book.day
    while stage(bought, since - DAY) == now:
        since -= DAY
    return found | {"purchase_stage_since": since, "previous_purchase_stage": stage(bought, since - DAY)}


def aipl(book: Book, person: Person) -> str:
    """Return the furthest stage of AIPL, each within its window."""
    buys = len(purchases(book, person).in_year(book.day))
    kinds = {row["touch"]: row["aipl_stage"] for row in seed("touch_types")}
    furthest = "none"
    for rule in seed("aipl_windows"):
        if int(rule["min_order_days"]):
            fits = buys >= int(rule["min_order_days"])
        else:
            fits = any(kinds[act.touch] == rule["aipl_stage"] for act in recent(book, person, int(rule["window_days"])))
        furthest = rule["aipl_stage"] if fits else furthest
    return furthest


def five_a(book: Book, person: Person) -> str:
    """Return the furthest of the five A; an advocate has bought."""
    buys = len(purchases(book, person).in_year(book.day))
    column = "five_a_stage" if buys else "five_a_stage_before_order"
    kinds = {row["touch"]: row[column] for row in seed("touch_types")}
    furthest = "none"
    for rule in seed("five_a_windows"):
        if rule["five_a_stage"] == "act":
            fits = buys >= int(rule["min_order_days"])
        else:
            fits = buys >= int(rule["min_order_days"]) and any(
                kinds[act.touch] == rule["five_a_stage"] for act in recent(book, person, int(rule["window_days"]))
            )
        furthest = rule["five_a_stage"] if fits else furthest
    return furthest


def recent(book: Book, person: Person, days: int) -> list[Act]:
    """Return the touches of the last days, the date's own included."""
    since = end(book.day) - dt.timedelta(days=days)
    return [act for act in book.touches.get(person, []) if act.at >= since]


def need(book: Book, person: Person) -> str:
    """Return what somebody seems to need, by the signs of 14 days; of whom a hard rule keeps out it is not guessed."""
    if exclusion(book, person):
        return "none"
    acts = recent(book, person, number("need_state_days"))
    kinds = Counter(act.touch for act in acts)
    viewed = [act.row.text("object_id") for act in acts if act.touch == "view" and act.row.text("object_id")]
    shelves = defaultdict(list)
    for sku in viewed:
        if category := product_category(book, sku):
            shelves[category].append(sku)
    light = [skus for skus in shelves.values() if len(skus) <= number("light_views")]
    if kinds["ask_service"]:
        return "problem"
    if kinds["add_to_cart"] or kinds["book"]:
        return "deciding"
    if max(Counter(viewed).values(), default=0) >= 2 or kinds["trial"]:
        return "evaluating"
    if any(len(set(skus)) >= 3 for skus in shelves.values()):
        return "exploring"
    if len(light) >= 2 and not kinds["search"]:
        return "confused"
    return "none"


def journeys(book: Book, person: Person) -> dict[str, object]:
    """Return the stages of the journeys of frequency, value and interest; no interest of whom a hard rule keeps out."""
    bought = purchases(book, person).days
    in_group = any(is_member(row, book.day) for row in book.rows("group_memberships").get(person, []))
    follows = bool(followers(book, person))
    frequency = "following" if follows else "not_bought"
    if bought:
        frequency = "bought_again" if len(bought) > 1 else "in_group" if in_group else "bought"
    ranks = {row["level"]: (int(row["rank"]), row["value_journey_stage"]) for row in seed("member_levels")}
    levels = [ranks[row.text("level")] for row in book.customers.get(person, []) if row.text("level") in ranks]
    loved = sum(count >= number("interest_minimum_orders") for count in spend(book, person)[1].values())
    if exclusion(book, person):
        loved = 0
    return {
        "frequency_journey_stage": frequency,
        "value_journey_stage": max(levels)[1] if levels else grown_level(book, person),
        "interest_journey_stage": "none" if not loved else "A" if loved == 1 else "B" if loved == 2 else "C",
    }


def grown_level(book: Book, person: Person) -> str | None:
    """Return the level of a member's growth: points earned, and a yuan's worth of goods paid before there were any."""
    records, entries = book.customers.get(person, []), book.rows("points_ledger").get(person, [])
    if not entries and not any(row.text("level") or row.time("registered_at") for row in records):
        return None
    first = min((row.time("occurred_at").date() for row in entries), default=None)
    paid = sum(one.goods for one in book.orders.get(person, []) if first is None or one.ordered_at.date() < first)
    growth = sum(max(int(row.text("points")), 0) for row in entries) + paid * number("growth_per_100_yuan") // 10_000
    rows = [row for row in seed("member_levels") if row["level"] == row["value_journey_stage"]]
    return max((int(row["growth_from"]), row["level"]) for row in rows if int(row["growth_from"]) <= growth)[1]


def is_deleted_friend(book: Book, person: Person) -> bool:
    """Say whether every follower was deleted, at least one by the customer."""
    rows = book.rows("follows").get(person, [])
    by_customer = [row.time("deleted_by_customer_at") for row in rows if row.time("deleted_by_customer_at")]
    return bool(rows) and not followers(book, person) and any(at < end(book.day) for at in by_customer)


def days_since_deleted(book: Book, person: Person) -> int:
    """Return the days since the customer last deleted somebody of ours."""
    told = [row.time("deleted_by_customer_at") for row in book.rows("follows").get(person, [])]
    return (book.day - max(at for at in told if at and at < end(book.day)).date()).days


def lifecycle(book: Book, person: Person) -> dict[str, object]:
    """Return a row of customer_lifecycle."""
    return {
        **purchase_columns(book, person),
        "aipl_stage": aipl(book, person),
        "five_a_stage": five_a(book, person),
        "need_state": need(book, person),
        **journeys(book, person),
        "is_deleted_friend": is_deleted_friend(book, person),
    }

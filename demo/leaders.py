"""SYNTHETIC: a handful of friends whom others follow, and resellers, by what the brand's own tools would tell of them.

The data set knows no shares, and its baskets are households'. Each kind of leader does what the role asks for, and
nothing else of theirs is touched: every draw has a name of its own.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from demo.calendar import LAST, at_time, text
from demo.chance import Chance
from demo.consents import CONSENT_RATES, changes_of
from demo.journey import Journey
from demo.landing import Landing, Row, as_csv
from demo.people import Person
from demo.service_desk import event
from demo.wecom import Friend

#: How many of each there are at most; one friend in twelve is none of them.
COUNTS: Final = {"kol": 5, "ambassador": 5, "broker": 6, "small_b": 4}
#: Resellers buy by the case: SYNTHETIC orders, told by the CRM, of goods at a price of their own.
RESALE_ORDERS: Final = 9
RESALE_YUAN: Final = (3300, 5200)
RESALE_MARGIN: Final = 0.12
ORDERS = "source,order_id,customer_id,ordered_at,paid_at,status,amount_yuan,paid_yuan"
LINES = "source,order_id,line_id,sku_id,quantity,amount_yuan,cost_yuan"
#: Everything happens in the weeks that the roles look at.
FROM: Final = dt.date(2017, 10, 10)


@dataclass(frozen=True, slots=True)
class Leader:
    """Somebody whom others follow, and what kind of leader they are."""

    person: Person
    kind: str


def leaders_of(friends: list[Friend], chance: Chance) -> list[Leader]:
    """Return the leaders: members who are friends still and agreed to be profiled, buyers; resellers never bought."""
    rate = next(rate for channel, purpose, rate in CONSENT_RATES if (channel, purpose) == ("", "profiling"))
    fit: dict[str, Person] = {}
    traders: dict[str, Person] = {}
    for friend in friends:
        person = friend.person
        words = changes_of(person, "", "profiling", rate, chance)
        is_ours = person.staff is not None or person.kind == "tester" or bool(person.flags)
        if friend.left_at is None and not is_ours and person.member_no and words and words[-1][1]:
            if _buys(person):
                fit[person.person_id] = person
            # whoever buys for a household as well has a mean order of a household
            elif person.kind == "registered":
                traders[person.person_id] = person
    found: list[Leader] = []
    pools = {kind: traders if kind == "small_b" else fit for kind in COUNTS}
    for kind, pool in pools.items():
        left = [person for person in pool.values() if all(person is not other.person for other in found)]
        picked = chance.sample(left, min(COUNTS[kind], max(1, len(pool) // 12)), "leaders", kind)
        found += [Leader(person, kind) for person in picked]
    return found


def _buys(person: Person) -> bool:
    return person.last_order_at is not None and person.last_order_at.date() > dt.date(2017, 11, 1)


def moved(leaders: list[Leader], friends: list[Friend], chance: Chance) -> list[Row]:
    """Return what leaders did and who followed, as rows of ``standard/events``: shares, clicks, referrals, posts."""
    crowd = [friend.person for friend in friends if friend.person.kind != "tester" and friend.person.staff is None]
    buyers = [person for person in crowd if _buys(person)]
    rows: list[Row] = []
    for leader in leaders:
        key = leader.person.person_id
        if leader.kind in ("kol", "ambassador"):
            rows += _posts(leader.person, 2 if leader.kind == "kol" else 9, chance)
        if leader.kind == "kol":
            for share in range(3):
                rows += _share(leader.person, share, chance.sample(crowd, 14, "followers of", key, share), chance)
        if leader.kind == "ambassador":
            rows += _share(leader.person, 0, chance.sample(crowd, 5, "followers of", key), chance)
        if leader.kind in ("broker", "ambassador"):
            brought = chance.sample(buyers, 5 if leader.kind == "broker" else 2, "brought by", key)
            for number, friend in enumerate(brought):
                told = {"event_type": "refer", "event_id": f"lr{number}{key}"}
                at = _at(chance, 0, "refers", number, key)
                rows.append(event(at, **_who(leader.person), **told, referred_customer_id=friend.external_userid))
    return rows


def _who(person: Person) -> dict[str, str]:
    return {"source": "wecom", "customer_id": person.external_userid}


def _at(chance: Chance, later: int, *key: object) -> dt.datetime:
    """Return a time in the three weeks from ``FROM`` on, so many days later."""
    day = FROM + dt.timedelta(days=later + chance.between(0, 20, "led on", *key))
    return at_time(day, chance.between(36_000, 75_000, "led at", *key))


def _posts(person: Person, count: int, chance: Chance) -> list[Row]:
    """Return reviews of the last days, one a day: a post counts for less the older it is."""
    key = person.person_id
    rows: list[Row] = []
    for number in range(count):
        at = at_time(LAST - dt.timedelta(days=20 - 2 * number), chance.between(36_000, 75_000, "posts", number, key))
        rows.append(event(at, **_who(person), event_type="review", event_id=f"lp{number}{key}"))
    return rows


def _share(person: Person, number: int, followers: list[Person], chance: Chance) -> list[Row]:
    key = person.person_id
    share_id, at = f"ls{number}{key}", _at(chance, 0, "shares", number, key)
    rows = [event(at, **_who(person), event_type="share", event_id=f"lh{number}{key}", share_id=share_id)]
    for follower in followers:
        seen = at + dt.timedelta(minutes=chance.between(3, 4000, "opened", share_id, follower.person_id))
        if follower is not person:
            name = f"lc{number}{key}{follower.person_id}"
            rows.append(event(seen, **_who(follower), event_type="visit", event_id=name, share_id=share_id))
    return rows


def resold(landing: Landing, leaders: list[Leader], journey: Journey, chance: Chance) -> None:
    """Write ``standard/orders`` and their lines: what resellers bought by the case, one line an order."""
    orders: list[Row] = []
    lines: list[Row] = []
    goods = sorted(set(journey.product))
    for leader in leaders:
        if leader.kind != "small_b":
            continue
        key = leader.person.person_id
        for number in range(RESALE_ORDERS):
            day = dt.date(2017, 3, 5) + dt.timedelta(
                days=30 * number + chance.between(0, 20, "resale day", number, key)
            )
            at = at_time(day, chance.between(32_400, 61_200, "resale at", number, key))
            yuan = chance.between(*RESALE_YUAN, "resale yuan", number, key)
            order_id, sku = f"WS{number}{key}", chance.pick(goods, "resale sku", number, key)
            cost = round(yuan * (1 - RESALE_MARGIN))
            paid = (text(at), text(at), "finished", f"{yuan}.00", f"{yuan}.00")
            orders.append((at, as_csv(("crm", order_id, leader.person.member_no, *paid))))
            lines.append((at, as_csv(("crm", order_id, "1", sku, "200", f"{yuan}.00", f"{cost}.00"))))
    landing.deliver("standard", "orders", orders, suffix="csv", header=ORDERS)
    landing.deliver("standard", "order_lines", lines, suffix="csv", header=LINES)

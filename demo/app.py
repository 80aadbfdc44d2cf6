"""App behaviour as Sensors logs it: sessions at each person's own pace, anonymous before the first login.

The pace is drawn for the person and knows nothing of what they will buy: the overlay cannot flatter a model.
"""

import datetime as dt
import random

from demo.calendar import LAST, OPENS, at_time, epoch_ms
from demo.chance import Chance
from demo.journey import Journey
from demo.landing import Landing, Row
from demo.people import Person
from demo.retail import enveloped

PROJECT = "production"
EVENTS = (
    ("ViewProduct", 44),
    ("Search", 14),
    ("AddToCart", 9),
    ("Favourite", 5),
    ("Like", 5),
    ("Comment", 2),
    ("Review", 2),
    ("Share", 3),
    ("SignIn", 6),
    ("WatchLive", 3),
    ("ReceiveCoupon", 3),
    ("AskService", 2),
    ("VisitStore", 1),
    ("SubmitForm", 1),
)
_NAMES = tuple(name for name, _ in EVENTS)
_WEIGHTS = tuple(weight for _, weight in EVENTS)
SESSIONS_A_DAY = 0.14


def anonymous_id(person: Person) -> str:
    """Return the tracker's id of the device: one for everybody who uses the store's tablet."""
    return f"an-{person.app_device[:24]}"


def logged_in_at(person: Person) -> dt.datetime | None:
    """Return when a person first logged in; None for those who never do."""
    if not person.app_login or person.app_at is None:
        return None
    return max(person.app_at + dt.timedelta(hours=30), person.registered_at + dt.timedelta(minutes=30))


def _identities(person: Person, at: dt.datetime, chance: Chance) -> dict[str, str]:
    login = logged_in_at(person)
    if login is None or at < login:
        return {"$identity_anonymous_id": anonymous_id(person)}
    identities = {"$identity_login_id": person.app_login, "$identity_anonymous_id": anonymous_id(person)}
    if (
        chance.happens(0.7, "app phone", person.person_id)
        and "two_member_numbers" not in person.flags
        and person.kind != "tester"
    ):
        changed = person.phone_changed_at is not None and at >= person.phone_changed_at
        identities["$identity_mobile"] = person.new_phone if changed else person.phone
    if chance.happens(0.3, "app union", person.person_id) and person.union_known(at):
        identities["$identity_mp_unionid"] = person.unionid
    return identities


def _record(person: Person, at: dt.datetime, event: str, extra: dict[str, object], number: int, chance: Chance) -> Row:
    identities = _identities(person, at, chance)
    login = identities.get("$identity_login_id")
    payload: dict[str, object] = {
        "type": extra.pop("type", "track"),
        "event": event,
        "time": epoch_ms(at),
        "distinct_id": login or identities["$identity_anonymous_id"],
        "identities": identities,
        "properties": {"$is_login_id": login is not None, "$device_id": person.app_device, "synthetic": True, **extra},
        "project": "default" if person.kind == "tester" else PROJECT,
        "_track_id": f"9{chance.number('track', person.person_id, number) % 10**14:014d}",
    }
    return at, enveloped(PROJECT, at, payload)


def _details(event: str, favourites: list[tuple[str, str]], stream: random.Random) -> dict[str, object]:
    sku, category = favourites[min(int(stream.expovariate(0.5)), len(favourites) - 1)]
    if event in ("ViewProduct", "AddToCart", "Favourite", "Review", "Comment", "Like", "Share"):
        details: dict[str, object] = {"sku": sku, "category": category}
        if event == "Share":
            details["share_id"] = f"sh{stream.randint(1, 10**9)}"
        if event == "ViewProduct":
            details["event_duration"] = round(stream.expovariate(1 / 25), 1)
        return details
    if event == "Search":
        return {"keyword": category}
    if event == "WatchLive":
        return {"event_duration": round(stream.expovariate(1 / 420), 1)}
    return {}


def _sessions(person: Person, favourites: list[tuple[str, str]], chance: Chance) -> list[Row]:
    assert person.app_at is not None
    stream, rows = chance.stream("app", person.person_id), list[Row]()
    day, number = max(person.app_at.date(), OPENS), 0
    while True:
        day += dt.timedelta(days=1 + int(stream.expovariate(SESSIONS_A_DAY * person.pace)))
        at = at_time(day, min(int(stream.gauss(66_000, 14_000)) % 86_400, 85_000))
        if day > LAST or not person.present(at):
            return rows
        if at < person.app_at:
            continue
        for _ in range(1 + int(stream.expovariate(0.28))):
            at += dt.timedelta(milliseconds=stream.randint(2_000, 90_000))
            event = stream.choices(_NAMES, _WEIGHTS)[0]
            if at.date() > day:
                break
            rows.append(_record(person, at, event, _details(event, favourites, stream), number, chance))
            if stream.random() < 0.002:
                rows.append(rows[-1])
            number += 1


def _account(person: Person, chance: Chance) -> list[Row]:
    """Return the signing up, and for a few the tracker taking a binding back."""
    login = logged_in_at(person)
    if login is None or not person.present(login):
        return []
    at, rows = login + dt.timedelta(seconds=1), []
    at_row, line = _record(person, at, "$SignUp", {"type": "track_signup"}, -1, chance)
    rows.append((at_row, line.replace('"identities"', f'"original_id":"{anonymous_id(person)}","identities"', 1)))
    if "unbound" in person.flags:
        off = at + dt.timedelta(days=12)
        rows.append(_record(person, off, "$UnbindID", {"type": "track_id_unbind"}, -2, chance))
    return rows


def deliver(landing: Landing, journey: Journey, people: list[Person], chance: Chance) -> None:
    """Write ``app/events``: each person keeps coming back to a dozen products of their own."""
    products = journey.products[journey.products["product_category"].notna()]
    sold = sorted(set(journey.product))
    known = {
        int(key): str(value) for key, value in zip(products["product_id"], products["product_category"], strict=True)
    }
    shelf = [(str(product), known[product]) for product in sold if product in known]
    rows: list[Row] = []
    for person in people:
        if person.app_at is not None and person.app_device:
            favourites = [chance.pick(shelf, "favourite", person.person_id, rank) for rank in range(12)]
            rows += _account(person, chance)
            rows += _sessions(person, favourites, chance)
    landing.deliver("app", "events", rows, monthly=True)

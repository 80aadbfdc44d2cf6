"""App behaviour as Sensors logs it: sessions at each person's own pace, anonymous before the first login.

The pace is drawn for the person and knows nothing of what they will buy: the overlay cannot flatter a model.
"""

import datetime as dt
import random
import zlib

from demo.calendar import END, LAST, OPENS, at_time, epoch_ms
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
#: How long a wrong binding of a login to a stranger's device stands before the tracker takes it back.
BOUND_FOR = dt.timedelta(days=12)


Share = tuple[dt.datetime, Person, str, str, str]


def device_of(person: Person, at: dt.datetime) -> str:
    """Return the device somebody uses at a time; a binding to a stranger's device holds until it is taken back."""
    login = logged_in_at(person)
    if person.bound_device and login is not None and login <= at < login + BOUND_FOR:
        return person.bound_device
    return person.app_device


def anonymous_id(device: str) -> str:
    """Return the tracker's id of a device."""
    return f"an-{device[-24:]}"


def logged_in_at(person: Person) -> dt.datetime | None:
    """Return when a person first logged in; None for those who never do."""
    if not person.app_login or person.app_at is None:
        return None
    return max(person.app_at + dt.timedelta(hours=30), person.registered_at + dt.timedelta(minutes=30))


def _identities(person: Person, at: dt.datetime, chance: Chance) -> dict[str, str]:
    login, anonymous = logged_in_at(person), anonymous_id(device_of(person, at))
    if login is None or at < login:
        return {"$identity_anonymous_id": anonymous}
    identities = {"$identity_login_id": person.app_login, "$identity_anonymous_id": anonymous}
    verified = chance.happens(0.85, "app phone", person.person_id) and "two_member_numbers" not in person.flags
    if verified and person.kind != "tester":
        changed = person.phone_changed_at is not None and at >= person.phone_changed_at
        identities["$identity_mobile"] = person.new_phone if changed else person.phone
    if chance.happens(0.3, "app union", person.person_id) and person.union_known(at):
        identities["$identity_mp_unionid"] = person.unionid
    return identities


class Log:
    """The tracker's log while it is written: rows, the ids that appear in it, and what was shared."""

    def __init__(self, chance: Chance) -> None:
        self.rows: list[Row] = []
        self.seen: set[str] = set()
        self.shares: list[Share] = []
        self._chance = chance
        self._numbers: dict[str, int] = {}

    def track(self, person: Person, at: dt.datetime, event: str, extra: dict[str, object], kind: str = "track") -> None:
        """Log one record of a person, under their login once they have logged in."""
        if at.date() > END or not person.present(at):
            return
        number = self._numbers[person.person_id] = self._numbers.get(person.person_id, 0) + 1
        identities = _identities(person, at, self._chance)
        login = identities.get("$identity_login_id")
        distinct = login or identities["$identity_anonymous_id"]
        payload: dict[str, object] = {"type": kind}
        if event:
            payload["event"] = event
        payload |= {"time": epoch_ms(at), "distinct_id": distinct}
        if kind == "track_signup":
            payload["original_id"] = identities["$identity_anonymous_id"]
        properties = {
            "$is_login_id": login is not None,
            "$device_id": device_of(person, at),
            "synthetic": True,
            **extra,
        }
        payload |= {
            "identities": identities,
            "properties": properties,
            "project": "default" if person.kind == "tester" else PROJECT,
            "_track_id": f"9{self._chance.number('track', person.person_id, number) % 10**14:014d}",
        }
        self.rows.append((at, enveloped(PROJECT, at, payload)))
        if person.kind != "tester" and at.date() <= LAST:
            self.seen.add(distinct)
        if event == "Share":
            self.shares.append((at, person, str(extra["share_id"]), str(extra["sku"]), str(extra["category"])))


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
    if event == "AskService" and zlib.crc32(sku.encode()) % 4 == 0:
        return {"sku": sku, "category": category}
    if event == "WatchLive":
        return {"event_duration": round(stream.expovariate(1 / 420), 1)}
    return {}


def _sessions(log: Log, person: Person, favourites: list[tuple[str, str]], chance: Chance) -> None:
    assert person.app_at is not None
    stream, day = chance.stream("app", person.person_id), max(person.app_at.date(), OPENS)
    while True:
        day += dt.timedelta(days=1 + int(stream.expovariate(SESSIONS_A_DAY * person.pace)))
        at = at_time(day, min(int(stream.gauss(66_000, 14_000)) % 86_400, 85_000))
        if day > END or not person.present(at):
            return
        if at < person.app_at:
            continue
        for _ in range(1 + int(stream.expovariate(0.28))):
            at += dt.timedelta(milliseconds=stream.randint(2_000, 90_000))
            event = stream.choices(_NAMES, _WEIGHTS)[0]
            if at.date() > day:
                break
            log.track(person, at, event, _details(event, favourites, stream))
            if stream.random() < 0.002:
                log.rows.append(log.rows[-1])


def _account(log: Log, person: Person) -> None:
    """Log the signing up, and for a few the tracker taking a binding back."""
    login = logged_in_at(person)
    if login is None:
        return
    log.track(person, login + dt.timedelta(seconds=1), "$SignUp", {}, "track_signup")
    home: dict[str, object] = {"gender": person.gender, "province": person.province, "city": person.city}
    log.track(person, login + dt.timedelta(seconds=2), "", home, "profile_set")
    if person.bound_device:
        log.track(person, login + BOUND_FOR - dt.timedelta(seconds=1), "$UnbindID", {}, "track_id_unbind")


def _word_of_mouth(log: Log, users: list[Person], chance: Chance) -> None:
    """Log who opened what was shared, and who brought whom: one new login in twelve was referred."""
    for at, sharer, share_id, sku, category in list(log.shares):
        for number in range(chance.pick((0, 0, 0, 0, 1, 1, 2, 3), "clicks", share_id)):
            friend = chance.pick(users, "clicks", share_id, number)
            clicked = at + dt.timedelta(seconds=chance.between(300, 150_000, "clicked", share_id, number))
            if friend.app_at is not None and friend.app_at < clicked and friend is not sharer:
                log.track(friend, clicked, "ViewProduct", {"sku": sku, "category": category, "share_id": share_id})
    logins = [(login, person) for person in users if (login := logged_in_at(person)) is not None]
    for login, person in logins:
        since, sponsor = chance.pick(logins, "referred by", person.person_id)
        if chance.happens(1 / 12, "referred", person.person_id) and since < login and login.year == LAST.year:
            log.track(sponsor, login + dt.timedelta(minutes=5), "Refer", {"referred_login_id": person.app_login})


def deliver(landing: Landing, journey: Journey, people: list[Person], chance: Chance) -> set[str]:
    """Write ``app/events``: each person keeps coming back to a dozen products of their own; return the ids logged."""
    products = journey.products[journey.products["product_category"].notna()]
    sold = sorted(set(journey.product))
    known = {
        int(key): str(value) for key, value in zip(products["product_id"], products["product_category"], strict=True)
    }
    shelf = [(str(product), known[product]) for product in sold if product in known]
    users = [person for person in people if person.app_at is not None and person.app_device]
    log = Log(chance)
    for person in users:
        _account(log, person)
        _sessions(log, person, [chance.pick(shelf, "favourite", person.person_id, rank) for rank in range(12)], chance)
    _word_of_mouth(log, users, chance)
    landing.deliver("app", "events", log.rows, monthly=True)
    return log.seen

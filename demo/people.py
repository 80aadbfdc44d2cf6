"""Who is who at the demo brand: one buyer per household, members who never buy, the registered, visitors, testers."""

import dataclasses
import datetime as dt
from typing import Any

from demo.calendar import LAST, at_time, wall
from demo.chance import Chance
from demo.journey import Journey
from demo.names import Numbers, full_name, platform_id
from demo.stores import Chain, Staff

#: Share of each kind that uses a channel; ours, set to what private-domain brands of this size report to one another.
CHANNEL_RATES = {
    "buyer": {"crm": 0.94, "wecom": 0.55, "oa": 0.42, "app": 0.34, "mini": 0.16, "call": 0.05, "email": 0.2},
    "member": {"crm": 0.0, "wecom": 0.86, "oa": 0.45, "app": 0.30, "mini": 0.10, "call": 0.0, "email": 0.0},
    "registered": {"crm": 1.0, "wecom": 0.38, "oa": 0.30, "app": 0.42, "mini": 0.30, "call": 0.02, "email": 0.1},
    "visitor": {"crm": 0.0, "wecom": 0.0, "oa": 0.15, "app": 1.0, "mini": 0.0, "call": 0.0, "email": 0.0},
    "tester": {"crm": 1.0, "wecom": 0.0, "oa": 0.0, "app": 0.4, "mini": 0.0, "call": 0.0, "email": 0.0},
}
#: Of those who bought for the first time since then: the share that a code or a person brought before they bought.
NEW_SINCE, ADDED_FIRST = wall(2017, 6, 1), 0.7
MINI_HOUSEHOLDS, MINI_ORDERS = 0.22, 0.34
TMALL_HOUSEHOLDS, TMALL_ORDERS = 0.10, 0.30
WALK_IN_TICKETS = 0.03
_AGES = {
    "19-24": (1993, 1998),
    "25-34": (1983, 1992),
    "35-44": (1973, 1982),
    "45-54": (1963, 1972),
    "55-64": (1953, 1962),
    "65+": (1935, 1952),
}


@dataclasses.dataclass(slots=True)
class Person:
    """One human being (or test account) and what the channels call them; times are Shanghai wall times."""

    person_id: str
    kind: str
    household_id: int | None
    name: str
    gender: str
    birth_date: dt.date
    province: str
    city: str
    phone: str
    registered_at: dt.datetime
    store_id: int
    acquisition: str
    pace: float
    staff: Staff | None = None
    first_order_at: dt.datetime | None = None
    last_order_at: dt.datetime | None = None
    quiet_from: dt.datetime | None = None
    email: str = ""
    unionid: str = ""
    unionid_known_at: dt.datetime | None = None
    member_no: str = ""
    second_member_no: str = ""
    second_phone: str = ""
    second_uid: str = ""
    second_until: dt.datetime | None = None
    merged_at: dt.datetime | None = None
    pos_uid: str = ""
    pos_phone: str = ""
    crm_phone: str = ""
    crm_typed: str = ""
    crm_birthday: str = ""
    family_phone: str = ""
    mini_openid: str = ""
    tmall_id: str = ""
    tmall_ouid: str = ""
    external_userid: str = ""
    wecom_at: dt.datetime | None = None
    oa_openid: str = ""
    oa_at: dt.datetime | None = None
    app_login: str = ""
    app_device: str = ""
    bound_device: str = ""
    app_at: dt.datetime | None = None
    calls: bool = False
    phone_changed_at: dt.datetime | None = None
    new_phone: str = ""
    flags: list[str] = dataclasses.field(default_factory=list)

    def present(self, at: dt.datetime) -> bool:
        """Return whether the person still shows up anywhere at a time (a number that fell silent does not)."""
        return self.quiet_from is None or at < self.quiet_from

    def uid_at(self, at: dt.datetime) -> str:
        """Return the POS customer id used at a till at a time: the older card first, where there are two."""
        return self.second_uid if self.second_until is not None and at < self.second_until else self.pos_uid

    def union_known(self, at: dt.datetime) -> bool:
        """Return whether the platforms send this person's unionid at a time."""
        return self.unionid_known_at is not None and self.unionid_known_at <= at


def people_of(journey: Journey, chain: Chain, chance: Chance, numbers: Numbers) -> list[Person]:
    """Return the population, buyers first (by household), every id and date drawn from the seed.

    Raises
    ------
    RuntimeError
        When the number space is exhausted (never at the data set's size).
    """
    first_last: dict[int, list[dt.datetime]] = {}
    for basket in journey.baskets:
        first_last.setdefault(basket.household_id, [basket.at, basket.at])[1] = basket.at
    households = sorted(first_last)
    roles: list[tuple[str, int | None]] = [("buyer", household) for household in households]
    for home in households:
        members = chance.pick((0, 0, 0, 0, 0, 1, 1, 1, 2, 2), "members", home)
        roles += [("member", home)] * members
    for kind, rate, least in (("registered", 0.36, 30), ("visitor", 0.24, 10), ("tester", 0.004, 3)):
        roles += [(kind, None)] * max(least, round(len(households) * rate))
    people = []
    for number, (kind, household) in enumerate(roles):
        bought = first_last.get(household) if kind == "buyer" and household is not None else None
        person = _person(number, kind, household, bought, journey, chain, chance, numbers)
        _channels(person, chance)
        people.append(person)
    return people


def _person(
    number: int,
    kind: str,
    household: int | None,
    bought: list[dt.datetime] | None,
    journey: Journey,
    chain: Chain,
    chance: Chance,
    numbers: Numbers,
) -> Person:
    key = (kind, number)
    gender = "female" if chance.happens(0.64, "gender", *key) else "male"
    facts: dict[str, Any] = journey.demographics.get(household or -1, {}) if kind == "buyer" else {}
    low, high = _AGES.get(str(facts.get("age")), (1955, 2001))
    birth = dt.date(chance.between(low, high, "year", *key), 1, 1) + dt.timedelta(chance.between(0, 364, "day", *key))
    store = chain.home_store(household, *key)
    return Person(
        person_id=f"p{chance.number('person', *key) % 10**12:012d}",
        kind=kind,
        household_id=household,
        name="测试账号" if kind == "tester" else full_name(chance, gender, *key),
        gender=gender,
        birth_date=birth,
        province=store.province,
        city=store.city,
        phone=numbers.new(*key),
        registered_at=_registered_at(bought, chance, *key),
        store_id=store.store_id,
        acquisition=chance.pick(("store", "store", "store", "wecom", "mini_program", "tmall", "ad"), "from", *key),
        pace=0.15 + 1.7 * chance.share("pace", *key) ** 2,
        first_order_at=bought[0] if bought else None,
        last_order_at=bought[1] if bought else None,
        email=f"u{chance.number('mail', *key) % 10**9:09d}@example.com"
        if chance.happens(CHANNEL_RATES[kind]["email"], "email", *key)
        else "",
    )


def _registered_at(bought: list[dt.datetime] | None, chance: Chance, *key: object) -> dt.datetime:
    """Return when somebody joined: old customers before the data begins, new ones at or before their first order."""
    if bought is None:
        start, span = dt.date(2016, 6, 1), (LAST - dt.date(2016, 6, 1)).days
        return at_time(
            start + dt.timedelta(chance.between(0, span, "joined", *key)), chance.between(32400, 79000, "t", *key)
        )
    if bought[0].date() < dt.date(2017, 3, 1):
        start = dt.date(2015, 3, 1)
        return at_time(
            start + dt.timedelta(chance.between(0, 660, "joined", *key)), chance.between(32400, 79000, "t", *key)
        )
    if chance.happens(0.5, "at the till", *key):
        return bought[0] - dt.timedelta(minutes=chance.between(2, 9, "minutes", *key))
    return bought[0] - dt.timedelta(days=chance.between(1, 60, "before", *key))


def _later(person: Person, chance: Chance, what: str) -> dt.datetime:
    """Return when a person met a channel: any day from joining (or the brand's start there) to the last date."""
    start = max(person.registered_at, wall(2016, 9, 1, 9))
    last = at_time(LAST, 72_000)
    if start >= last:
        return start
    days = (last - start).days
    at = start + dt.timedelta(days=int(days * chance.share(what, "met", person.person_id) ** 1.4))
    return at + dt.timedelta(seconds=chance.between(60, 5 * 3600, what, "second", person.person_id))


def _before_buying(person: Person, chance: Chance) -> dt.datetime | None:
    """Return when a new buyer was added who came by a code first and bought then (SYNTHETIC); None for the others."""
    bought = person.first_order_at
    if bought is None or bought < NEW_SINCE or not chance.happens(ADDED_FIRST, "added first", person.person_id):
        return None
    waits = dt.timedelta(days=chance.between(0, 35, "days to buy", person.person_id))
    return bought - waits - dt.timedelta(minutes=chance.between(40, 600, "minutes to buy", person.person_id))


def _channels(person: Person, chance: Chance) -> None:
    rates, key = CHANNEL_RATES[person.kind], person.person_id
    uses = {channel: chance.happens(rate, "uses", channel, key) for channel, rate in rates.items()}
    if person.kind == "member" and not (uses["wecom"] or uses["oa"] or uses["app"]):
        uses["wecom"] = True
    person.unionid = platform_id(chance, "o6_", 25, "union", key)
    person.unionid_known_at = wall(2015, 1, 1)
    if uses["crm"]:
        person.member_no = f"M{chance.number('member', key) % 10**9:09d}"
        person.crm_phone = person.phone
    added_first = _before_buying(person, chance)
    if uses["wecom"] or added_first:
        person.external_userid = platform_id(chance, "wm", 30, "external", key)
        person.wecom_at = added_first or _later(person, chance, "wecom")
    if uses["oa"]:
        person.oa_openid, person.oa_at = platform_id(chance, "oA", 26, "oa", key), _later(person, chance, "oa")
    if uses["app"]:
        person.app_at = _later(person, chance, "app")
        person.app_device = platform_id(chance, "", 32, "device", key).lower()
        person.app_login = (
            ""
            if person.kind in ("visitor", "member")
            else (person.member_no or f"A{chance.number('login', key) % 10**9}")
        )
    if person.kind == "buyer":
        household = person.household_id
        person.pos_uid = f"7{chance.number('pos', key) % 10**17:017d}"
        person.pos_phone = person.phone
        if uses["mini"] or chance.happens(MINI_HOUSEHOLDS, "mini", household):
            person.mini_openid = platform_id(chance, "oM", 26, "mini", key)
        if chance.happens(TMALL_HOUSEHOLDS, "tmall", household):
            person.tmall_id = platform_id(chance, "AA", 24, "tmall", key)
            person.tmall_ouid = platform_id(chance, "ou", 20, "ouid", key)
    elif uses["mini"]:
        person.mini_openid = platform_id(chance, "oM", 26, "mini", key)
    person.calls = uses["call"]

"""Who a person is, where they can be reached and who speaks to them: docs/published-tables.md, "customers".

The hard rules are docs/hard-rules.md; reach, consent and owner the section of that name of docs/segments-and-stages.md.
"""

import datetime as dt
from collections import Counter

from tests.oracle.book import Act, Book, Key, Person
from tests.oracle.people import first_told, house_numbers, owned, values
from tests.oracle.world import NEVER, Record, end, number, seed

TWO_WAY = {"message_replied", "speak", "ask_service", "book"}


def profile(book: Book, person: Person) -> dict[str, object]:
    """Return the columns of customers that say who a person is."""
    records = book.customers.get(person, [])
    registered = [row.time("registered_at") for row in records if row.time("registered_at")]
    birth = birth_date(records)
    city = _newest(records, "city")
    liked = (None, None) if exclusion(book, person) else _preferences(book, person)
    return {
        "as_of_date": book.day,
        "first_seen_at": seen_between(book, person)[0],
        "last_seen_at": seen_between(book, person)[1],
        "channels": sorted({channel for channel, _ in seen(book, person)}),
        "acquisition_channel": _acquisition(records),
        "registered_at": min(registered, default=None),
        "gender": _newest(records, "gender"),
        "age_band": _age_band(birth, book.day),
        "province": _province(records),
        "city": city,
        "city_tier": _city_tier(city),
        "member_level": _level(records),
        "points_balance": _points(book, person, records),
        "reachable_channels": sorted(reachable(book, person)),
        "consented_channels": sorted(consented(book, person)),
        "owner_staff_id": owner(book, person),
        "last_seller_staff_id": last_seller(book, person),
        **dict(zip(("preferred_channel", "preferred_hour"), liked, strict=True)),
        "is_island": False,
        **confidence(book, person),
        "exclusion": exclusion(book, person),
    }


def confidence(book: Book, person: Person) -> dict[str, object]:
    """Return how sure an identity is: nothing is typed or a device's in a random brand, so never low.

    Of who carries a value that joins nobody it is not said: before it was that of many, a limit may have refused it.
    """
    carried = values(book.known, book.day)
    mine = {value for value, holders in carried.items() if holders & person}
    if mine - set(owned(carried, house_numbers(book.known, book.day))):
        return {}
    strength = {row["id_type"]: int(row["strength"]) for row in seed("id_types")}
    least = next(int(row["value"]) for row in seed("identity_limits") if row["limit_name"] == "strong_link")
    is_known = any(strength[kind] >= least for kind in book.reached.get(person, set()))
    return {"identity_confidence": "high" if len(person) > 1 or is_known else "medium"}


def exclusion(book: Book, person: Person) -> str | None:
    """Return the first hard rule that keeps a person out of scores and lists."""
    reasons = {row.text("reason") for row in book.suppressions.get(person, [])}
    records = book.customers.get(person, [])
    birth = birth_date(records)
    if "test" in reasons or any(row.says("is_test") for row in records):
        return "test"
    if "staff" in reasons:
        return "staff"
    if birth and age(birth, book.day) < 18:
        return "minor"
    words = [row for row in book.rows("consents").get(person, []) if row.text("purpose") == "profiling"]
    if not words:
        return "profiling_never_asked"
    return None if last_word(words) else "profiling_refused"


def last_word(words: list[Record]) -> bool:
    """Return the last word on consent; at the same moment, no."""
    last = max(row.happened for row in words)
    return all(row.says("granted") for row in words if row.happened == last)


def birth_date(records: list[Record]) -> dt.date | None:
    """Return the date of birth; of records that disagree, the later."""
    dates = [dt.date.fromisoformat(row.text("birth_date")) for row in records if row.text("birth_date")]
    return max(dates, default=None)


def age(birth: dt.date, day: dt.date) -> int:
    """Return the full years of somebody on a day."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def _age_band(birth: dt.date | None, day: dt.date) -> str | None:
    if birth is None:
        return None
    years = age(birth, day)
    bands = seed("age_bands")
    return next(row["age_band"] for row in bands if int(row["lower_bound"]) <= years < int(row["upper_bound"]))


def _newest(records: list[Record], column: str) -> str | None:
    return next((row.text(column) for row in records if row.text(column)), None)


def _acquisition(records: list[Record]) -> str | None:
    """Return what the first record says of where the person came from; its own source where it says nothing."""
    first = min(records, key=lambda row: (row.time("registered_at"), row.key), default=None)
    return first and (first.text("acquisition_channel") or first.values["source"])


def _province(records: list[Record]) -> str | None:
    """Return the newest province, of records that name a city as well before others."""
    of_a_city = [row for row in records if row.text("city")]
    return _newest(of_a_city, "province") or _newest(records, "province")


def _city_tier(city: str | None) -> str | None:
    if city is None:
        return None
    tiers = {row["city"]: row["city_tier"] for row in seed("city_tiers")}
    for name in (city, city.removesuffix("市")):
        if name in tiers:
            return tiers[name]
    suffixes = sorted(seed("city_tier_suffixes"), key=lambda row: int(row["priority"]))
    return next((row["city_tier"] for row in suffixes if city.endswith(row["suffix"])), None)


def _level(records: list[Record]) -> str | None:
    ranks = {row["level"]: int(row["rank"]) for row in seed("member_levels")}
    levels = [row.text("level") for row in records if row.text("level")]
    return max(levels, key=lambda level: ranks.get(level, 0), default=None)


def _points(book: Book, person: Person, records: list[Record]) -> int | None:
    told = _newest(records, "points")
    if told is not None:
        return int(told)
    entries = book.rows("points_ledger").get(person, [])
    return sum(int(row.text("points")) for row in entries) if entries else None


def seen(book: Book, person: Person) -> list[tuple[str, dt.datetime]]:
    """Return through which channel and when a person was seen: own acts, going away included, and orders placed."""
    kinds = {row["touch"]: row["is_received_only"] for row in seed("touch_types")}
    acts = [act for act in book.touches.get(person, []) if kinds[act.touch] == "false"]
    placed = book.placed.get(person, [])
    return [(act.channel, act.at) for act in acts] + [(row.values["source"], row.happened) for row in placed]


def seen_between(book: Book, person: Person) -> tuple[dt.datetime, dt.datetime]:
    """Return when a person was first and last seen; with nothing else known, when the record came to be."""
    moments = [at for _, at in seen(book, person)]
    moments = moments or [min(first_told(book.known)[record][1] for record in person)]
    return min(moments), max(moments)


def reachable(book: Book, person: Person) -> set[str]:
    """Return the message channels over which a person has a live address."""
    mine = book.reached.get(person, set())
    found = {
        row["message_channel"] for row in seed("reach_rules") if row["rule"] == "identifier" and row["id_type"] in mine
    }
    sent = book.rows("messages").get(person, [])
    dead = {(row["failure_reason"], row["failed_channel"], row["dead_channel"]) for row in seed("unreachable_reasons")}
    for channel in ("sms", "call"):
        last = max(
            (row for row in sent if row.text("message_channel") == channel), key=lambda row: row.newness, default=None
        )
        if last and last.text("failure_reason"):
            found -= {other for other in ("sms", "call") if (last.text("failure_reason"), channel, other) in dead}
    if followers(book, person):
        found.add("wecom")
    if any(is_member(row, book.day) for row in book.rows("group_memberships").get(person, [])):
        found.add("wecom_group")
    accounts: dict[Key, list[Act]] = {}
    for act in book.touches.get(person, []):
        if act.touch in ("follow", "unfollow") and act.channel == "official_account":
            accounts.setdefault(act.row.record, []).append(act)
    if any(max(turns, key=lambda act: (act.at, act.touch)).touch == "follow" for turns in accounts.values()):
        found.add("official_account")
    return found


def is_member(row: Record, day: dt.date) -> bool:
    """Say whether somebody is in a group at the end of a day."""
    return not (row.time("left_at") and row.time("left_at") < end(day))


def followers(book: Book, person: Person) -> list[Record]:
    """Return the friendships that stand at the end of the day."""
    steps = ("deleted_by_staff_at", "deleted_by_customer_at")
    rows = book.rows("follows").get(person, [])
    return [row for row in rows if not any(row.time(step) and row.time(step) < end(book.day) for step in steps)]


def consented(book: Book, person: Person, purpose: str = "marketing") -> set[str]:
    """Return the message channels with consent to a purpose: of each the last word, one about all channels included."""
    words = [row for row in book.rows("consents").get(person, []) if row.text("purpose") == purpose]
    found = set()
    for channel in (row["message_channel"] for row in seed("message_channels")):
        mine = [row for row in words if row.text("message_channel") in (channel, None)]
        if mine and last_word(mine):
            found.add(channel)
    return found


def owner(book: Book, person: Person) -> str | None:
    """Return who speaks to the customer, of the followers at work."""
    mine = [row for row in followers(book, person) if row.text("staff_id") in book.staff_at_work]
    return ranked_followers(book, person, mine)[0].text("staff_id") if mine else None


def ranked_followers(book: Book, person: Person, rows: list[Record]) -> list[Record]:
    """Return followers by the last two-way contact, else the last sale, else who was added first."""
    talks, sales = _last_talks(book, person), _last_sales(book, person)

    def place(row: Record) -> tuple[float, float, dt.datetime, str]:
        staff = row.text("staff_id")
        talked, sold = talks.get(staff, NEVER), sales.get(staff, NEVER)
        return (-(talked - NEVER).total_seconds(), -(sold - NEVER).total_seconds(), row.happened, staff)

    return sorted(rows, key=place)


def last_seller(book: Book, person: Person) -> str | None:
    """Return who of the staff at work sold to the person last."""
    sales = {staff: at for staff, at in _last_sales(book, person).items() if staff in book.staff_at_work}
    return min(sorted(sales), key=lambda staff: -(sales[staff] - NEVER).total_seconds(), default=None)


def _last_talks(book: Book, person: Person) -> dict[str, dt.datetime]:
    found: dict[str, dt.datetime] = {}
    for act in book.touches.get(person, []):
        is_recent = act.at >= end(book.day) - dt.timedelta(days=number("activity_window_days"))
        if act.touch in TWO_WAY and act.row.text("staff_id") and is_recent:
            staff = act.row.text("staff_id")
            found[staff] = max(act.at, found.get(staff, NEVER))
    return found


def _last_sales(book: Book, person: Person) -> dict[str, dt.datetime]:
    found: dict[str, dt.datetime] = {}
    for order in book.orders.get(person, []):
        if (staff := order.row.text("staff_id")) and order.is_purchase:
            found[staff] = max(order.ordered_at, found.get(staff, NEVER))
    return found


def _preferences(book: Book, person: Person) -> tuple[str | None, int | None]:
    """Return the channel and the hour of most orders and own acts; of equally many the later, then by name."""
    since = end(book.day) - dt.timedelta(days=number("preference_days"))
    kinds = {row["touch"]: row["is_received_only"] for row in seed("touch_types")}
    acts = [
        (act.channel, act.at)
        for act in book.touches.get(person, [])
        if act.at >= since and kinds[act.touch] == "false" and act.touch != "register"
    ]
    acts += [(order.key[0], order.ordered_at) for order in book.orders.get(person, []) if order.ordered_at >= since]
    return _most([(channel, at) for channel, at in acts if channel]), _most([(at.hour, at) for _, at in acts])


def _most(said: list[tuple]) -> object:
    counted = Counter(value for value, _ in said)
    last = dict(sorted(said, key=lambda pair: pair[1]))
    return min(
        counted, key=lambda value: (-counted[value], -(last[value] - NEVER).total_seconds(), value), default=None
    )

"""The CRM's member export: GB18030 CSV, one row per change of a member, and its rulings about double numbers."""

import datetime as dt
from collections import defaultdict

from demo.calendar import END, LIVE_FROM, at_time, text, wall
from demo.chance import Chance
from demo.landing import Landing, Row, as_csv
from demo.people import Person
from demo.retail import MINI_APP, Sale

HEADER = (
    "member_no,mobile,unionid,openid,openid_app,email,name,gender,birthday,level,points,register_time,"
    "register_channel,register_store,status,is_test,updated_at"
)
MERGES = "member_no_from,member_no_to,merged_at"
#: Growth (yuan paid) that a level starts at, and its name.
LEVELS = ((8000, "钻石"), (2000, "黑金"), (500, "金卡"), (100, "银卡"), (0, "初级粉丝"))
#: Months with a 30th in the days of the daily export: whoever registered in one of them, in an earlier year, and bought
#: nothing for so many days loses a level on that day (保级).
RATED_IN, RATED_ON, KEPT_BY = (11, 12), 30, dt.timedelta(days=90)


class Book:
    """What a CRM learns from sales: paid yuan per member and day."""

    def __init__(self) -> None:
        self._days: dict[str, dict[dt.date, int]] = defaultdict(lambda: defaultdict(int))

    def note(self, sale: Sale) -> None:
        """Count a sale to its buyer, unless the till did not know them."""
        if sale.customer_id != "0":
            self._days[sale.person.person_id][sale.basket.at.date()] += sale.basket.paid_fen // 100

    def days(self, person: Person) -> dict[dt.date, int]:
        """Return paid yuan per day of a person, in the order of days."""
        return dict(sorted(self._days.get(person.person_id, {}).items()))


def level_of(growth: int, levels_lost: int = 0) -> str:
    """Return the level of a growth value, or one that many below: growth never falls, and a level may."""
    place = next(place for place, (least, _) in enumerate(LEVELS) if growth >= least)
    return LEVELS[min(place + levels_lost, len(LEVELS) - 1)][1]


def _lost_at(person: Person, paid: dict[dt.date, int]) -> dt.datetime | None:
    """Return when this member lost a level in the days on which the export runs daily; none where they kept it."""
    day = person.registered_at.date()
    if day.year >= LIVE_FROM.year or day.month not in RATED_IN:
        return None
    rated_on = dt.date(LIVE_FROM.year, day.month, RATED_ON)
    if any(rated_on - KEPT_BY <= bought < rated_on for bought in paid):
        return None
    return at_time(rated_on, 7200)


def _changes(person: Person, book: Book) -> dict[dt.datetime, tuple[int, str]]:
    """Return growth and level at every moment at which the export carries a row of this member."""
    paid = book.days(person)
    lost_at = _lost_at(person, paid)
    moments = {person.registered_at + dt.timedelta(minutes=1)}
    first_of_month = [wall(2017, month, 1, 2) for month in range(2, 12)]
    moments |= {moment for moment in first_of_month if any(day < moment.date() for day in paid)}
    moments |= {at_time(day + dt.timedelta(days=1), 7200) for day in paid if LIVE_FROM <= day < END}
    if person.phone_changed_at is not None:
        moments.add(person.phone_changed_at)
    if person.member_no and person.unionid_known_at is not None and person.unionid_known_at.year > 2016:
        moments.add(person.unionid_known_at)
    if lost_at is not None:
        moments.add(lost_at)
    rows: dict[dt.datetime, tuple[int, str]] = {}
    for moment in sorted(moments):
        if moment >= person.registered_at and person.present(moment):
            growth = sum(yuan for day, yuan in paid.items() if day < moment.date())
            # whoever buys again is given the level back that their growth says
            lost = (
                lost_at is not None
                and lost_at <= moment
                and not any(lost_at.date() <= day < moment.date() for day in paid)
            )
            now = growth, level_of(growth, int(lost))
            forced = moment in (person.phone_changed_at, person.unionid_known_at)
            if not rows or forced or now != list(rows.values())[-1]:
                rows[moment] = now
    return rows


def _row(
    person: Person,
    at: dt.datetime,
    rated: tuple[int, str],
    chance: Chance,
    *,
    first: bool = False,
    second: bool = False,
) -> Row:
    growth, level = rated
    # Only the first export went through somebody's hands (and Excel); later ones are the system's own.
    spent = sum(1 for step in range(growth // 400) if chance.happens(0.6, "spent", person.person_id, step)) * 300
    phone = person.second_phone if second else (person.crm_typed if first else "") or person.crm_phone
    if not second and person.phone_changed_at is not None and at >= person.phone_changed_at:
        phone = person.new_phone
    mini = bool(person.mini_openid) and chance.happens(0.5, "crm openid", person.person_id) and not second
    registered = person.registered_at - dt.timedelta(days=420) if second else person.registered_at
    return at, as_csv((
        person.second_member_no if second else person.member_no,
        phone,
        person.unionid if person.union_known(at) and chance.happens(0.6, "crm union", person.person_id) else "",
        person.mini_openid if mini else "",
        MINI_APP if mini else "",
        person.email,
        person.name,
        {"female": "女", "male": "男"}[person.gender] if chance.happens(0.8, "gender", person.person_id) else "",
        person.crm_birthday
        or (person.birth_date.isoformat() if chance.happens(0.7, "birthday", person.person_id) else ""),
        level,
        max(0, growth - spent),
        text(registered),
        person.acquisition,
        person.store_id,
        "normal",
        int(person.kind == "tester"),
        text(at),
    ))


def deliver(landing: Landing, people: list[Person], book: Book, chance: Chance) -> None:
    """Write ``crm/members`` (history and the rows that changed on each date) and ``crm/merges``."""
    rows: list[Row] = []
    merges: list[Row] = []
    for person in people:
        if person.member_no:
            changes = _changes(person, book)
            rows += [_row(person, at, changes[at], chance, first=at == min(changes)) for at in changes]
        if person.second_member_no:
            start = person.registered_at - dt.timedelta(days=420)
            rows.append(_row(person, start + dt.timedelta(minutes=1), (60, level_of(60)), chance, second=True))
            if person.merged_at is not None:
                pair = (person.second_member_no, person.member_no, text(person.merged_at))
                merges.append((person.merged_at, as_csv(pair)))
    landing.deliver("crm", "members", rows, suffix="csv", header=HEADER, encoding="gb18030")
    landing.deliver("crm", "merges", merges, suffix="csv", header=MERGES)

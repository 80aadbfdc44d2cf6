"""SYNTHETIC: by which code or way people came to a member of staff, and who opened a code's page without coming.

WeCom tells the code of whoever was added (``state``) and nothing of those who only looked. The page behind a code tells
them, by the code it was opened under: ``campaign_id`` of its visits. What was spent on a code is told by day.
"""

import datetime as dt
from typing import TYPE_CHECKING

from demo.calendar import END, OPENS, at_time, days
from demo.chance import Chance
from demo.landing import Row
from demo.people import Person
from demo.service_desk import event

if TYPE_CHECKING:
    from demo.wecom import Friend

#: Of twenty people: how many come by which kind of code; the rest came without one.
_KINDS = ("qr",) * 8 + ("store",) * 2 + ("parcel",) * 3 + ("live",) * 2 + ("ad",) * 2 + ("",) * 3
#: WeCom's numbers of the ways to come without a code: searched by mobile, a card passed on, out of a group.
_WITHOUT_CODE = (2, 3, 3, 4, 4)
BY_CODE = 1
#: Yuan a day that a code cost, at least and at most.
SPENDS = {"ad_moments": ("ad", 12, 44), "live_night": ("live", 6, 24), "parcel_card": ("parcel_card", 1, 5)}


def code_of(person: Person, chance: Chance) -> str:
    """Return the code by which a person came; empty for who came without one."""
    kind = chance.pick(_KINDS, "code", person.person_id)
    if kind in ("qr", "store"):
        return f"{kind}_{person.store_id}"
    return next((code for code in SPENDS if code.startswith(f"{kind}_")), "") if kind else ""


def way_of(person: Person, chance: Chance) -> int:
    """Return WeCom's number of the way in which a person was added."""
    return BY_CODE if code_of(person, chance) else chance.pick(_WITHOUT_CODE, "add way", person.person_id)


def visits(friends: list["Friend"], chance: Chance) -> list[Row]:
    """Return the visits of the pages behind the codes: of who came, minutes before, and of who only looked.

    Rows of ``standard/events``.
    """
    rows: list[Row] = []
    for friend in friends:
        key, code = (friend.person.person_id, friend.staff.staff_id), code_of(friend.person, chance)
        if not code:
            continue
        channel = code.split("_", 1)[0].replace("parcel", "parcel_card").replace("qr", "store")
        at = friend.added_at - dt.timedelta(minutes=3)
        visit = {"source": "wecom", "event_type": "visit", "channel": channel, "campaign_id": code}
        mine = {"event_id": f"cv{'-'.join(key)}", "customer_id": friend.person.external_userid}
        rows.append(event(at, **visit, **mine))
        for number in range(chance.pick((0, 1, 1, 2, 3), "looked", *key)):
            seen = at + dt.timedelta(minutes=chance.between(1, 90, "looked at", *key, number))
            if seen.date() == at.date():
                looker = f"h5-{chance.number('h5', *key, number)}"
                rows.append(event(seen, **visit, event_id=f"cv{'-'.join(key)}-{number}", anonymous_id=looker))
    return [row for row in rows if row[0].date() <= END]


def spends(chance: Chance) -> list[Row]:
    """Return what each code cost on each day, in the columns of ``standard/channel_costs``."""
    rows: list[Row] = []
    for day in days(OPENS, END):
        for code, (channel, low, high) in SPENDS.items():
            fen = chance.between(low * 100, high * 100, "code cost", code, day)
            rows.append((at_time(day, 82_800), f"{channel},{day},{fen // 100}.{fen % 100:02d},{code}"))
    return rows

"""SYNTHETIC: what members asked the service desk for a price, and which reviews they read in the member's corner.

No platform of the demo tells either, and a signal that nobody ever gives could not be looked at.
"""

import datetime as dt
from collections.abc import Sequence

from demo.calendar import END, at_time, text
from demo.chance import Chance
from demo.journey import Journey
from demo.landing import Landing, Row, as_csv
from demo.people import Person

COLUMNS = (
    "source", "event_id", "customer_id", "event_type", "occurred_at", "object_type", "object_id", "anonymous_id",
    "channel", "campaign_id", "group_id", "duration_seconds", "staff_id", "share_id", "parent_event_id",
    "referred_customer_id",
)  # fmt: skip
HEADER = ",".join(COLUMNS)
#: Both begin here: before, the desk kept no log.
OPENED = dt.date(2017, 10, 20)
SHARE = 0.06


def event(at: dt.datetime, **told: str) -> Row:
    """Return one row of ``standard/events``: the columns that are told, the others empty."""
    return at, as_csv(text(at) if column == "occurred_at" else told.get(column, "") for column in COLUMNS)


def deliver(
    landing: Landing, people: list[Person], journey: Journey, chance: Chance, in_tools: Sequence[Row] = ()
) -> None:
    """Write ``standard/events``: one act of a few members each, and what the brand's own tools saw (pages, groups)."""
    rows: list[Row] = [*in_tools]
    goods = sorted(set(journey.product))
    for person in people:
        key = person.person_id
        if not person.member_no or person.kind == "tester" or not chance.happens(SHARE, "desk", key):
            continue
        day = OPENED + dt.timedelta(days=chance.between(0, (END - OPENED).days, "desk day", key))
        at = at_time(day, chance.between(36_000, 75_000, "desk at", key))
        if at < person.registered_at or not person.present(at):
            continue
        act, about = chance.pick((("ask_service", "price"), ("view", "review")), "desk act", key)
        sku = str(chance.pick(goods, "desk sku", key))
        told = {"source": "crm", "event_id": f"de{key}", "customer_id": person.member_no, "event_type": act}
        rows.append(event(at, **told, object_type=about, object_id=sku))
    landing.deliver("standard", "events", rows, suffix="csv", header=HEADER)

"""A random small brand as rows of the standard channel: who they are, what they bought, what they did and said."""

import dataclasses
import datetime as dt
import random
from typing import Final

from tests.builders import phone, yuan

#: The morning after the last is the members' day, on which the general list has an occasion.
DATES: Final = [dt.date(2026, 3, 5), dt.date(2026, 3, 6), dt.date(2026, 3, 7)]
LIVE_FROM: Final = DATES[0]
DAYS: Final = 460
SOURCES: Final = ("shop", "web", "crm")
CHANNELS: Final = ("store", "mini_program", "app", "wecom_qr")
STEPS: Final = {
    *("paid_at", "finished_at", "cancelled_at", "refunded_at", "redeemed_at", "left_at", "revoked_at", "renewed_at"),
    *("deleted_by_staff_at", "deleted_by_customer_at", "delivered_at", "opened_at", "clicked_at", "replied_at"),
    *("unsubscribed_at", "unbound_at"),
}
#: Articles K0, K1 …; the last two are sold from LAUNCH on.
GOODS: Final = 16
LAUNCH: Final = DATES[0] - dt.timedelta(days=50)
CATEGORIES: Final = ("茶", "面霜", "洗护", "玩具", "啤酒")


@dataclasses.dataclass(frozen=True)
class Row:
    """A row of a data set of the standard channel, and when it lands where the channel is live (Shanghai time).

    ``is_live_only``: an export of the whole history does not hold it, as it does not hold a first telling where a
    further step is told later.
    """

    dataset: str
    values: dict[str, str]
    lands: dt.datetime | None
    is_live_only: bool = False


def clock(day: dt.date, hour: int, minute: int = 0, second: int = 0) -> dt.datetime:
    """Return an instant of a business day."""
    return dt.datetime.combine(day, dt.time(hour, minute, second))


class Maker:
    """Makes the rows of one brand; everything hangs on the seed."""

    def __init__(self, seed: int, people: int | None = None):
        self.chance = random.Random(f"oracle {seed}")
        self.rows: list[Row] = []
        self.first = DATES[0] - dt.timedelta(days=DAYS)
        self.people = people or self.chance.randrange(48, 60)
        self.records: dict[int, list[tuple[str, str]]] = {}
        self.began: dict[int, dt.datetime] = {}
        self.tied: set[int] = set()
        self.renumbered: set[int] = set()
        self.shares: list[str] = []
        self.bought: dict[int, list[tuple[str, str, dt.datetime]]] = {}
        self.count = 0

    def add(self, dataset: str, at: dt.datetime, **values: object) -> None:
        """Add a row that becomes true at a moment, and again for each later step of it that a live channel tells."""
        steps = {name for name, value in values.items() if isinstance(value, dt.datetime) and name in STEPS}
        later = sorted({values[name] for name in steps if values[name] > at and values[name] >= clock(LIVE_FROM, 0)})
        for moment in [at, *later]:
            untold = {name: None for name in steps if values[name] > moment and values[name] in later}
            self._row(dataset, moment, values | untold, bool(untold))

    def live(self, dataset: str, at: dt.datetime, **values: object) -> None:
        """Add a row that only a live channel delivers."""
        self._row(dataset, at, values, True)

    def _row(self, dataset: str, at: dt.datetime, values: dict[str, object], is_live_only: bool) -> None:
        """Add a row; a live one lands in the night, now and then after the cut-off or a night late."""
        text = {
            name: f"{value:%Y-%m-%d %H:%M:%S}" if isinstance(value, dt.datetime) else str(value)
            for name, value in values.items()
            if value is not None
        }
        lands = None
        if at >= clock(LIVE_FROM, 0):
            night = clock(at.date() + dt.timedelta(days=1), 0)
            lands = night + dt.timedelta(hours=self.chance.choices([2.5, 8, 26.5], [0.85, 0.08, 0.07])[0])
        self.rows.append(Row(dataset, text, lands, is_live_only))

    def number(self, prefix: str) -> str:
        """Return an id not used before."""
        self.count += 1
        return f"{prefix}{self.count:05d}"

    def moment(self, since: dt.datetime, until: dt.datetime | None = None) -> dt.datetime:
        """Return a moment from one on, mostly of the day; now and then just before or after midnight."""
        last = until or clock(DATES[-1], 23, 59)
        days = max(0, (last.date() - since.date()).days)
        # Every third moment falls into the last weeks, where most windows look.
        back = (
            self.chance.randrange(min(days, 40) + 1) if self.chance.random() < 0.35 else self.chance.randrange(days + 1)
        )
        day = last.date() - dt.timedelta(days=back)
        edge = self.chance.random()
        if edge < 0.04:
            found = clock(day, 23, 59, 59)
        elif edge < 0.08:
            found = clock(day, 0, 0, 0)
        else:
            found = clock(day, self.chance.randrange(7, 23), self.chance.randrange(60), self.chance.randrange(60))
        return max(found, since + dt.timedelta(minutes=1))

    def tie(self, person: int, other: int) -> bool:
        """Say whether two people may share a number or be merged: once each, or they outgrow the limits of an id."""
        if person == other or {person, other} & self.tied or {person, other} <= self.renumbered:
            return False
        self.tied |= {person, other}
        return True

    def odds(self, share: float) -> bool:
        """Return yes as often as the share says."""
        return self.chance.random() < share


def make(seed: int, people: int | None = None) -> list[Row]:
    """Return the rows of the brand of a seed."""
    from tests.oracle import contacts, doings, persons  # these two need what stands above

    maker = Maker(seed, people)
    persons.shops_and_goods(maker)
    contacts.groups_and_offers(maker)
    for person in range(maker.people):
        persons.records(maker, person)
        doings.purchases(maker, person)
        contacts.contacts(maker, person)
    if maker.odds(0.3):
        contacts.consent_of_one_channel_under_another_header(maker)
    return maker.rows


__all__ = [
    "CATEGORIES",
    "CHANNELS",
    "DATES",
    "DAYS",
    "LIVE_FROM",
    "SOURCES",
    "Maker",
    "Row",
    "clock",
    "make",
    "phone",
    "yuan",
]

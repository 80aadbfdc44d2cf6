"""What was known of a brand's rows on a date: docs/plugging-in-your-channels.md, "When a record counts" and after.

Clocks are Shanghai's throughout. A date D knows what happened before D ended and was known by 06:00 of the next day.
"""

import csv
import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable
from functools import cache, cached_property
from pathlib import Path

from tests.oracle.brand import Row, clock

SEEDS = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds"
LAG = dt.timedelta(hours=6)
YEAR = dt.timedelta(days=365)
KEYS = {
    "customers": ("source", "customer_id"),
    "orders": ("source", "order_id"),
    "order_lines": ("source", "order_id", "line_id"),
    "refunds": ("source", "refund_id"),
    "products": ("source", "sku_id"),
    "events": ("source", "event_id"),
    "messages": ("source", "message_id"),
    "coupons": ("source", "coupon_id"),
    "consents": ("source", "customer_id", "message_channel", "purpose", "changed_at"),
    "suppressions": ("id_type", "id_scope", "id_value", "message_channel", "reason", "changed_at"),
    "stores": ("store_id",),
    "staff": ("staff_id",),
    "follows": ("source", "staff_id", "customer_id", "added_at"),
    "entitlements": ("source", "entitlement_id"),
    "groups": ("source", "group_id"),
    "group_memberships": ("source", "group_id", "customer_id", "joined_at"),
    "task_results": ("task_id", "staff_id", "changed_at"),
    "member_merges": ("source", "customer_id_from", "customer_id_to"),
    "points_ledger": ("source", "entry_id"),
    "channel_costs": ("channel", "cost_date", "campaign_id"),
    "offers": ("offer_id",),
}
# The time of the event that a row is; what describes (products, shops, staff) has none.
HAPPENED = {
    "customers": "registered_at",
    "orders": "ordered_at",
    "refunds": "refunded_at",
    "events": "occurred_at",
    "messages": "sent_at",
    "coupons": "issued_at",
    "consents": "changed_at",
    "suppressions": "changed_at",
    "follows": "added_at",
    "group_memberships": "joined_at",
    "task_results": "changed_at",
    "member_merges": "merged_at",
    "points_ledger": "occurred_at",
}
NEVER = clock(dt.date(1900, 1, 1), 0)
#: What makes no other version: the time of change, and of customers the identifiers, which are links of their own.
UNSAID = {"updated_at", "mobile", "email", "unionid", "openid", "openid_app", "member_no"}
FOREVER = clock(dt.date(9999, 1, 1), 0)
DESCRIBES = {"products", "stores", "staff", "groups", "offers"}


@cache
def seed(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of a seed."""
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def number(name: str) -> int:
    """Return a number of the seed segment_numbers."""
    return next(int(row["value"]) for row in seed("segment_numbers") if row["name"] == name)


def end(day: dt.date) -> dt.datetime:
    """Return the midnight with which a business day ends."""
    return clock(day + dt.timedelta(days=1), 0)


def cut_off(day: dt.date) -> dt.datetime:
    """Return until when a date's records may have become known."""
    return clock(day + dt.timedelta(days=1), 6)


@dataclasses.dataclass(frozen=True)
class Record:
    """One landed row, and when it was known."""

    dataset: str
    values: dict[str, str]
    known: dt.datetime
    place: int
    is_live: bool
    is_repeat: bool = False

    def text(self, name: str) -> str | None:
        """Return a value, or nothing where it is empty."""
        return self.values.get(name) or None

    def time(self, name: str) -> dt.datetime | None:
        """Return an instant."""
        found = self.values.get(name)
        return dt.datetime.fromisoformat(found) if found else None

    def fen(self, name: str) -> int | None:
        """Return an amount of yuan as fen."""
        found = self.values.get(name)
        return round(float(found) * 100) if found else None

    def says(self, name: str) -> bool:
        """Return yes or no."""
        return self.values.get(name) == "true"

    @property
    def key(self) -> tuple[str, ...]:
        """The row's natural key."""
        return tuple(self.values.get(name, "") for name in KEYS[self.dataset])

    @property
    def record(self) -> tuple[str, str]:
        """The customer's record it names."""
        return (self.values["source"], self.values.get("customer_id", ""))

    @property
    def happened(self) -> dt.datetime | None:
        """When what it tells happened; nothing for what describes."""
        return self.time(HAPPENED[self.dataset]) if self.dataset in HAPPENED else None

    @property
    def newness(self) -> tuple[dt.datetime, int]:
        """Of two versions the one with the later time of change is the newer, else the one landed last."""
        return (self.time("updated_at") or self.happened or NEVER, self.place)


@dataclasses.dataclass(frozen=True, eq=False)
class World:
    """The rows of a brand as a home that loads them knows them."""

    records: tuple[Record, ...]

    @property
    def is_live(self) -> bool:
        """Whether any of it landed after its channel went live."""
        return any(row.is_live for row in self.records)

    @cached_property
    def by_dataset(self) -> dict[str, list[Record]]:
        """The rows of each data set."""
        found: dict[str, list[Record]] = {}
        for record in self.records:
            found.setdefault(record.dataset, []).append(record)
        return found

    def all(self, dataset: str) -> list[Record]:
        """Return every row of a data set, whenever it was known."""
        return self.by_dataset.get(dataset, [])

    @cache  # noqa: B019 - a world lives as long as its brand is compared
    def known(self, dataset: str, day: dt.date) -> list[Record]:
        """Return the rows of a data set that count on a date, all versions of them."""
        return [row for row in self.all(dataset) if counts(row, day)]

    @cache  # noqa: B019
    def latest(self, dataset: str, day: dt.date) -> list[Record]:
        """Return the newest known version of every key on a date."""
        return newest((row for row in self.known(dataset, day) if not row.is_repeat), lambda row: row.key)


def counts(row: Record, day: dt.date) -> bool:
    """Say whether a row counts on a date: known by the cut-off, happened and changed before the date ended."""
    if row.known > cut_off(day):
        return False
    moments = (row.happened, row.time("updated_at"))
    return all(moment is None or moment < end(day) for moment in moments)


def newest(rows: Iterable[Record], key: Callable[[Record], object]) -> list[Record]:
    """Return the newest row of each key."""
    found: dict[object, Record] = {}
    for row in rows:
        best = found.get(key(row))
        if best is None or best.newness <= row.newness:
            found[key(row)] = row
    return list(found.values())


def world(rows: list[Row]) -> World:
    """Return the brand as a home knows it that has loaded these rows in this order."""
    records = []
    orders: dict[tuple[str, str], dt.datetime] = {}
    for row in (row for row in rows if row.dataset == "orders"):
        key = (row.values["source"], row.values["order_id"])
        orders[key] = min(_known(row), orders.get(key, FOREVER))
    for place, row in enumerate(rows):
        if row.dataset == "order_lines" and not row.lands:
            known = orders.get((row.values["source"], row.values["order_id"]), FOREVER)
        else:
            known = _known(row)
        records.append(Record(row.dataset, row.values, known, place, bool(row.lands)))
    return World(tuple(_repeats(_corrected(records))))


def _known(row: Row) -> dt.datetime:
    """Return when a row was known: live when it landed; in history by its own times."""
    if row.lands:
        return row.lands
    if row.values.get("updated_at"):
        return dt.datetime.fromisoformat(row.values["updated_at"])
    if row.dataset in DESCRIBES:
        return NEVER
    if row.dataset == "entitlements":
        return dt.datetime.fromisoformat(row.values["expires_at"]) - YEAR + LAG
    if row.dataset == "channel_costs":
        return end(dt.date.fromisoformat(row.values["cost_date"])) + LAG
    return dt.datetime.fromisoformat(row.values[HAPPENED[row.dataset]]) + LAG


def _corrected(records: list[Record]) -> list[Record]:
    """Leave out rows of history that a later row of the same key and time corrects, in the past too."""
    last = {}
    for row in records:
        if not row.is_live:
            last[(row.dataset, row.key, row.newness[0])] = row.place
    return [row for row in records if row.is_live or last[(row.dataset, row.key, row.newness[0])] == row.place]


def _repeats(records: list[Record]) -> list[Record]:
    """Mark the rows that say what the row of their key before them said: they are no new version."""
    before: dict[tuple, Record] = {}
    found = []
    for row in sorted(records, key=lambda row: (row.newness, row.known)):
        last = before.get((row.dataset, row.key))
        said = [{name: text for name, text in each.values.items() if name not in UNSAID} for each in (last or row, row)]
        is_repeat = last is not None and said[0] == said[1] and last.known <= row.known
        before[row.dataset, row.key] = row
        found.append(dataclasses.replace(row, is_repeat=is_repeat))
    return sorted(found, key=lambda row: row.place)

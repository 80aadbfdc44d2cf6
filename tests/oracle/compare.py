"""Compares what is published for a date with what the oracle says."""

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pyarrow.parquet as pq

from tests.oracle.world import cut_off

UTC = dt.timedelta(hours=8)
LAST = dt.date(9000, 1, 1)
Key = tuple[str, str]


@dataclasses.dataclass
class Report:
    """How many values were compared, and what differed: (date, table, key, column, published, oracle)."""

    compared: int = 0
    differences: list[tuple] = dataclasses.field(default_factory=list)

    def value(self, where: tuple, column: str, published: object, oracle: object) -> None:
        """Compare one value."""
        self.compared += 1
        if isinstance(published, float) and isinstance(oracle, (int, float)):
            if abs(published - oracle) <= 1e-6 * max(1.0, abs(published)):
                return
        elif published == oracle:
            return
        self.differences.append((*where, column, published, oracle))

    def row(self, where: tuple, published: dict | None, oracle: dict | None) -> None:
        """Compare the columns of a row that the oracle knows, or say that one of the two has no such row."""
        if published is None or oracle is None:
            self.value(where, "the row", published and "published", oracle and {k: v for k, v in oracle.items() if v})
            return
        for column, value in oracle.items():
            self.value(where, column, published[column], value)


def versions(home: Path) -> dict[dt.date, Path]:
    """Return the folder published for each date, the newest of it."""
    folders = sorted((home / "published" / "versions").iterdir(), key=lambda folder: folder.stat().st_mtime)
    return {dt.date.fromisoformat(folder.name[:10]): folder for folder in folders}


def rows(folder: Path, table: str) -> list[dict]:
    """Return the rows of a published table; instants as Shanghai's clock shows them."""
    found = pq.read_table(folder / f"{table}.parquet").to_pylist()
    return [{name: _plain(value) for name, value in row.items()} for row in found]


def _plain(value: object) -> object:
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None) + UTC
    return value


def partition(folder: Path, day: dt.date | None = None) -> dict[str, frozenset[Key]]:
    """Return the records of each published person, as known now or on an earlier date."""
    found: dict[str, set[Key]] = {}
    for row in rows(folder, "identity_map"):
        if row["id_type"] == "customer_id" and row["one_id"] and _stood(row, day):
            found.setdefault(row["one_id"], set()).add((row["id_scope"], row["id_token"]))
    return {one_id: frozenset(records) for one_id, records in found.items()}


@cache
def ancestries(folder: Path, day: dt.date = LAST) -> dict[str, set[str]]:
    """Return the ids that each id came of as known on a date, one change after the other.

    Who flows into another brings all they came of; the parts of a split come of what was split, and of one another.
    """
    found: dict[str, set[str]] = defaultdict(set)
    redirects = [row for row in rows(folder, "identity_redirects") if row["changed_at"] <= cut_off(day)]
    for row in sorted(redirects, key=lambda row: row["changed_at"]):
        old, new = row["one_id_old"], row["one_id"]
        others = {
            other["one_id"]
            for other in redirects
            if (other["one_id_old"], other["change"], row["change"]) == (old, "split", "split")
            and abs(other["changed_at"] - row["changed_at"]) < dt.timedelta(seconds=1)
        }
        found[new] |= ({old} | found[old] | others) - {new}
    return found


def _stood(row: dict, day: dt.date | None) -> bool:
    if day is None:
        return row["known_to"] is None
    until = cut_off(day)
    return row["known_from"] <= until and (row["known_to"] is None or row["known_to"] > until)


def by_person(
    report: Report, day: dt.date, table: str, published: Iterable[dict], ids: dict, oracle: dict[frozenset, dict]
) -> None:
    """Compare a table of one row a person."""
    mine = {ids.get(row["one_id"], row["one_id"]): row for row in published}
    for person in sorted({*mine, *oracle}, key=lambda records: sorted(records)[0]):
        where = (day, table, " ".join("/".join(record) for record in sorted(person)))
        report.row(where, mine.get(person), oracle.get(person))

"""Empties, words and middles of a file, held against its channel's own last 28 days: what changed is said by name.

A column that lost its header is empty, a renamed status is a word nobody knows, and both load. So a file of which a
share of the rows became empty, or brings words that its channel did not write in four weeks, or whose amounts moved,
says so in its ledger row. Nothing is set aside for it; a twentyfold median is (:mod:`medians`). Limits are rows of the
seed ``landing_limits``.
"""

import dataclasses
import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.channels.engine.declare import Column
from orchestration.home_rules import seed_file
from orchestration.seed_rows import read_seed
from orchestration.settings import Settings

#: A column with more words than this has no vocabulary: ids, titles, remarks.
MOST_WORDS: Final = 50
#: What a row of the accounts of a file's column says first: which column of which file, whose, and of how many rows.
OF_A_COLUMN: Final[dict[str, str]] = {
    "file_id": "varchar",
    "channel": "varchar",
    "dataset": "varchar",
    "table_name": "varchar",
    "column_name": "varchar",
    "whose": "varchar",
    "row_count": "bigint",
}
SHARES: Final[dict[str, str]] = {
    **OF_A_COLUMN,
    "empty_count": "bigint",
    # word -> rows; null where the column has no vocabulary
    "words": "varchar",
    "from_at": "timestamp",
    "to_at": "timestamp",
}
Row = dict[str, Any]
Key = tuple[str, str, str]


@dataclasses.dataclass(frozen=True)
class Limits:
    """The rows of the seed ``landing_limits``."""

    watched_days: float
    fewest_rows: float
    unit_fold: float
    moved_fold: float
    more_empty_share: float
    unknown_word_share: float


def landing_limits(settings: Settings) -> Limits:
    """Return the limits of a home: its own, else the shipped ones."""
    rows = read_seed(seed_file(settings, "landing_limits")).cells()
    return Limits(**{row["name"]: float(row["value"]) for _, row in rows})


@dataclasses.dataclass
class _Column:
    rows: int = 0
    empty: int = 0
    words: Counter[str] | None = dataclasses.field(default_factory=Counter)


@dataclasses.dataclass
class Shares:
    """What the optional columns of a file hold by (table, column, whose), as they are read."""

    columns: dict[Key, _Column] = dataclasses.field(default_factory=dict)

    def add(self, table: str, columns: Iterable[Column], rows: pa.Table) -> None:
        """Count the empties of some rows, and the words of those columns that have few."""
        if not len(rows):
            return
        whose = rows["source"] if "source" in rows.column_names else rows["_account"]
        groups = pc.unique(whose).to_pylist()
        watched = [each for each in columns if not each.required]
        for one in groups:
            mine = rows
            if len(groups) > 1:
                mine = rows.filter(pc.is_null(whose) if one is None else pc.fill_null(pc.equal(whose, one), False))
            for column in watched:
                self._count(self.columns.setdefault((table, column.name, one or ""), _Column()), column, mine)

    def _count(self, found: _Column, column: Column, rows: pa.Table) -> None:
        texts = rows[column.outputs[0]]
        found.rows += len(texts)
        found.empty += texts.null_count
        if column.type != "text":
            found.words = None
        if found.words is not None:
            counted = texts.drop_null().value_counts()
            if len(counted) + len(found.words) > 2 * MOST_WORDS:
                found.words = None
                return
            for word in counted.to_pylist():
                found.words[word["values"]] += word["counts"]
            if len(found.words) > MOST_WORDS:
                found.words = None

    def rows(self, place: Row, from_at: dt.datetime, to_at: dt.datetime) -> list[Row]:
        """Return a file's shares as rows; ``place`` says which file it is."""
        return [
            place
            | {"table_name": table, "column_name": column, "whose": whose, "from_at": from_at, "to_at": to_at}
            | {"row_count": found.rows, "empty_count": found.empty}
            | {"words": None if found.words is None else json.dumps(found.words, ensure_ascii=False)}
            for (table, column, whose), found in self.columns.items()
        ]


def known_shares(connection: duckdb.DuckDBPyConnection, channel: str, dataset: str, since: dt.datetime) -> list[Row]:
    """Return the shares of a data set's files that loaded and reach into the time since a moment."""
    rows = connection.execute(
        f"select {', '.join(SHARES)} from channels.file_shares where channel = ? and dataset = ? and to_at >= ?",
        [channel, dataset, since],
    )
    return [dict(zip(SHARES, row, strict=True)) for row in rows.fetchall()]


def changes(mine: Iterable[Row], known: Iterable[Row], limits: Limits) -> dict[str, int]:
    """Return what a file says otherwise than its channel did: the name of the warning, with its column, and per cent.

    ``more_empty mobile``: so many per cent of the rows are empty. ``unknown_words level``: so many per cent of the
    filled rows have words that nobody wrote in the days before.
    """
    earlier = _by_column(known)
    said: dict[str, int] = {}
    for row in mine:
        past = _past(row, earlier, limits)
        before = sum(other["row_count"] for other in past)
        if row["row_count"] < limits.fewest_rows or before < limits.fewest_rows:
            continue
        empty = row["empty_count"] / row["row_count"]
        if empty - sum(other["empty_count"] for other in past) / before > limits.more_empty_share:
            said[f"more_empty {row['column_name']}"] = round(100 * empty)
        if (unknown := _unknown(row, past, limits)) > limits.unknown_word_share:
            said[f"unknown_words {row['column_name']}"] = round(100 * unknown)
    return said


def moved(mine: Iterable[Row], known: Iterable[Row], limits: Limits) -> dict[str, int]:
    """Return the amounts whose median moved: ``moved_median amount_yuan``, and how many per cent of before it is."""
    earlier = _by_column(known)
    said: dict[str, int] = {}
    for row in mine:
        past = _past(row, earlier, limits)
        before = sum(other["row_count"] for other in past)
        if row["row_count"] < limits.fewest_rows or before < limits.fewest_rows:
            continue
        usual = sorted(past, key=lambda other: other["median"])[len(past) // 2]["median"]
        if not 1 / limits.moved_fold < row["median"] / usual < limits.moved_fold:
            said[f"moved_median {row['column_name']}"] = round(100 * row["median"] / usual)
    return said


def _by_column(rows: Iterable[Row]) -> dict[Key, list[Row]]:
    found: dict[Key, list[Row]] = {}
    for row in rows:
        found.setdefault((row["table_name"], row["column_name"], row["whose"]), []).append(row)
    return found


def _past(row: Row, earlier: dict[Key, list[Row]], limits: Limits) -> list[Row]:
    since = row["from_at"] - dt.timedelta(days=limits.watched_days)
    return [
        other
        for other in earlier.get((row["table_name"], row["column_name"], row["whose"]), [])
        if other["to_at"] >= since and other["from_at"] <= row["to_at"] and other["file_id"] != row["file_id"]
    ]


def _unknown(row: Row, past: list[Row], limits: Limits) -> float:
    """Return the share of a file's filled rows whose word was not written before; 0 where there is no vocabulary."""
    if row["words"] is None or any(other["words"] is None for other in past):
        return 0.0
    words: dict[str, int] = json.loads(row["words"])
    before = Counter[str]()
    for other in past:
        before.update(json.loads(other["words"]))
    filled = sum(words.values())
    if filled < limits.fewest_rows or before.total() < limits.fewest_rows:
        return 0.0
    return sum(count for word, count in words.items() if word not in before) / filled

"""The medians of a file's money, held against its channel's own last 28 days: yuan that became fen is seen at once.

A file whose median of an amount lies twenty-fold above or below that of the 28 days before it, with thirty rows on
both sides, is set aside alone: its unit has changed, or its columns have. Sources of ``standard`` are compared each
with itself, since a shop for furniture may join a shop for coffee.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterable
from typing import Any, Final

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.channels.engine.declare import Column
from orchestration.channels.engine.reasons import BrokenFile
from orchestration.channels.engine.watching import OF_A_COLUMN, Limits

#: More values than this of one column say nothing new about its median.
_MOST: Final = 200_000
MEDIANS: Final[dict[str, str]] = {
    **OF_A_COLUMN,
    "median": "double",
    "from_at": "timestamp",
    "to_at": "timestamp",
}
Row = dict[str, Any]


@dataclasses.dataclass
class Medians:
    """The amounts of a file by (table, column, whose), as they are read."""

    values: dict[tuple[str, str, str], list[np.ndarray]] = dataclasses.field(default_factory=dict)

    def add(self, table: str, columns: Iterable[Column], rows: pa.Table) -> None:
        """Keep the amounts above zero of some rows, of the columns that must have one, by their source or account.

        What is optional (a discount) may be of any size: a promotion is no other unit.
        """
        names = [each.name for each in columns if each.required and each.name.endswith(("_yuan", "_fen"))]
        if not names or not len(rows):
            return
        whose = rows["source"] if "source" in rows.column_names else rows["_account"]
        groups = [(one or "", one) for one in pc.unique(whose).to_pylist()]
        for name in names:
            numbers = rows[name].cast(pa.float64())
            for group, one in groups:
                mine = numbers
                if len(groups) > 1:
                    mine = numbers.filter(
                        pc.is_null(whose) if one is None else pc.fill_null(pc.equal(whose, one), False)
                    )
                kept = self.values.setdefault((table, name, group), [])
                if sum(map(len, kept)) < _MOST:
                    array = mine.drop_null().to_numpy()
                    kept.append(array[array > 0])

    def rows(self, place: Row, from_at: dt.datetime, to_at: dt.datetime) -> list[Row]:
        """Return a file's medians as rows; ``place`` says which file it is."""
        found = []
        for (table, column, whose), parts in self.values.items():
            if count := sum(map(len, parts)):
                median = float(np.median(np.concatenate(parts)))
                said = {
                    "table_name": table,
                    "column_name": column,
                    "whose": whose,
                    "row_count": count,
                    "median": median,
                }
                found.append(place | said | {"from_at": from_at, "to_at": to_at})
        return found


def known_medians(connection: duckdb.DuckDBPyConnection, channel: str, dataset: str) -> list[Row]:
    """Return the medians of a data set's files that loaded."""
    columns = ", ".join(MEDIANS)
    where = "channel = ? and dataset = ?"
    rows = connection.execute(f"select {columns} from channels.file_medians where {where}", [channel, dataset])
    return [dict(zip(MEDIANS, row, strict=True)) for row in rows.fetchall()]


def judge(mine: Iterable[Row], known: Iterable[Row], limits: Limits) -> None:
    """Set a file aside whose amounts are of another size than its channel's were.

    Raises
    ------
    BrokenFile
        ``another_unit``, naming the column.
    """
    earlier: dict[tuple[str, str, str], list[Row]] = {}
    for row in known:
        earlier.setdefault((row["table_name"], row["column_name"], row["whose"]), []).append(row)
    for row in mine:
        if row["row_count"] < limits.fewest_rows:
            continue
        since = row["from_at"] - dt.timedelta(days=limits.watched_days)
        past = [
            other
            for other in earlier.get((row["table_name"], row["column_name"], row["whose"]), [])
            if other["to_at"] >= since and other["from_at"] <= row["to_at"] and other["file_id"] != row["file_id"]
        ]
        if sum(other["row_count"] for other in past) < limits.fewest_rows:
            continue
        usual = _weighted_median([(other["median"], other["row_count"]) for other in past])
        if not 1 / limits.unit_fold < row["median"] / usual < limits.unit_fold:
            raise BrokenFile("another_unit", row["column_name"])


def _weighted_median(pairs: list[tuple[float, int]]) -> float:
    """Return the median of files' medians, each as often as it has rows."""
    ordered = sorted(pairs)
    counts = np.cumsum([count for _, count in ordered])
    return ordered[int(np.searchsorted(counts, counts[-1] / 2))][0]

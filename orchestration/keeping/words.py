"""What a run says of the dates that it kept and of those that it made again."""

import datetime as dt
from collections.abc import Mapping, Sequence

import duckdb

from orchestration.keeping.ledger import CUT_OFF, DATES, KEPT, PUBLISHED, STATE

Row = tuple[str, dt.date, str]
_KINDS = {STATE: "days before", CUT_OFF: "training cut-offs"}


def rows_of(con: duckdb.DuckDBPyConnection) -> list[Row]:
    """Return (kind, date, cause) of the dates that the last run needed, empty where no run has decided yet."""
    name = DATES.partition(".")[2]
    if not con.execute("select 1 from duckdb_tables() where table_name = $name", {"name": name}).fetchone():
        return []
    return con.execute(f"select kind, as_of_date, cause from {DATES} order by all").fetchall()


def said(rows: Sequence[Row]) -> str:
    """Return one plain line: how many dates were kept, and which were made again because of what."""
    counted = []
    for kind, name in _KINDS.items():
        mine = [cause for row_kind, _, cause in rows if row_kind == kind and cause != PUBLISHED]
        if mine:
            counted.append(f"{mine.count(KEPT)} of {len(mine)} {name} kept")
    causes: dict[str, list[dt.date]] = {}
    for kind, date, cause in rows:
        if kind in _KINDS and cause not in (KEPT, PUBLISHED):
            causes.setdefault(cause, []).append(date)
    made = [f"{_span(dates)} ({cause})" for cause, dates in sorted(causes.items())]
    return "; ".join([", ".join(counted), *(["made again: " + ", ".join(made)] if made else [])])


def said_of_keys(touched: Mapping[str, int | None]) -> str:
    """Return one plain line: how many tables were made by touched keys alone, and which were made whole."""
    if touched and not any(number is not None for number in touched.values()):
        return f"all {len(touched)} tables that are made by key were made whole"
    keys = sum(number for number in touched.values() if number is not None)
    whole = sorted(table for table, number in touched.items() if number is None)
    line = f"{len(touched) - len(whole)} of {len(touched)} tables by key, {keys} keys touched"
    return f"{line}; whole: {', '.join(whole)}" if whole else line


def by_cause(rows: Sequence[Row]) -> dict[str, int]:
    """Return how many dates were made or kept, by cause."""
    causes = [cause for _, _, cause in rows]
    return {cause: causes.count(cause) for cause in sorted(set(causes))}


def _span(dates: Sequence[dt.date]) -> str:
    first, last = min(dates), max(dates)
    return f"{first}" if first == last else f"{len(set(dates))} dates from {first} to {last}"

"""Whether landing holds anything for a date, asked before the expensive part of a run."""

import datetime as dt
from collections.abc import Sequence

import duckdb

from orchestration.business_time import day_ends_at


class NoData(RuntimeError):
    """A date for which nothing has landed."""


def require_data(connection: duckdb.DuckDBPyConnection, dates: Sequence[dt.date], days: int, landing: str) -> None:
    """Refuse dates that no landed file reaches.

    A brand may be closed on the date itself, so the files' records may lie up to ``days`` before its end.

    Raises
    ------
    NoData
        Names the dates, what landing does cover, and what to do.
    """
    files = connection.execute(
        """
        select min_event_at, max_event_at from channels.ledger
        where status = 'loaded' and loaded > 0 and min_event_at is not null
        """
    ).fetchall()
    lacking = []
    for date in sorted(dates):
        end = day_ends_at(date)
        if not any(first < end and last >= end - dt.timedelta(days=days) for first, last in files):
            lacking.append(date.isoformat())
    if not lacking:
        return
    covered = (
        f"{landing} holds records from {min(f for f, _ in files):%Y-%m-%d} to {max(f for _, f in files):%Y-%m-%d}"
        if files
        else f"{landing} holds no readable record"
    )
    raise NoData(
        f"{', '.join(lacking)} has no data: {covered}.\n  remedy: deliver files that cover the date to landing/, "
        "or choose a date they cover; `siyu status` shows what was set aside"
    )

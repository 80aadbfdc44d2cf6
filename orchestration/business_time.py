"""Business dates in Asia/Shanghai and the instants that bound them. Every stored instant is UTC."""

import datetime as dt
from collections.abc import Iterable
from typing import Final

SHANGHAI_OFFSET: Final = dt.timedelta(hours=8)
#: Cut-offs of training snapshots lie on a fixed grid (every 14th Sunday counted from this one), so that two
#: training dates share their snapshots and the grid never depends on what has been run before.
CUT_OFF_GRID_ANCHOR: Final = dt.date(2009, 1, 4)
CUT_OFF_GRID_DAYS: Final = 14


def parse_business_date(text: str) -> dt.date:
    """Return the date written as ``YYYY-MM-DD``; anything else is a ValueError that says so."""
    try:
        parsed = dt.date.fromisoformat(text)
    except (TypeError, ValueError):
        parsed = None
    if parsed is None or parsed.isoformat() != text:
        raise ValueError(f"{text!r} is not a business date; write it as YYYY-MM-DD, for example 2017-11-30")
    return parsed


def day_ends_at(date: dt.date) -> dt.datetime:
    """Return the UTC instant (naive) at which a Shanghai business date is over; an event there belongs to the next."""
    return dt.datetime.combine(date, dt.time()) + dt.timedelta(days=1) - SHANGHAI_OFFSET


def cut_off_at(date: dt.date, cut_off_hour: int) -> dt.datetime:
    """Return the UTC instant (naive) up to which records count as known for a date: the next day at this hour."""
    return day_ends_at(date) + dt.timedelta(hours=cut_off_hour)


def last_over(now: dt.datetime, cut_off_hour: int) -> dt.date:
    """Return the newest business date whose cut-off has passed at an instant (UTC, naive)."""
    return (now + SHANGHAI_OFFSET - dt.timedelta(hours=cut_off_hour)).date() - dt.timedelta(days=1)


def training_date(date: dt.date) -> dt.date:
    """Return the last Monday at or before a date: the training date of the model that scores it."""
    return date - dt.timedelta(days=date.weekday())


def closed_cut_offs(trained_on: dt.date, horizon_days: int, most: int) -> list[dt.date]:
    """Return the newest grid dates whose label window of ``horizon_days`` is over and known by a training date."""
    newest = trained_on - dt.timedelta(days=horizon_days + 1)
    newest -= dt.timedelta(days=(newest - CUT_OFF_GRID_ANCHOR).days % CUT_OFF_GRID_DAYS)
    return sorted(newest - dt.timedelta(days=CUT_OFF_GRID_DAYS * step) for step in range(most))


def state_dates(as_of_dates: Iterable[dt.date], window_days: int) -> list[dt.date]:
    """Return every date whose state a run recomputes: each as-of date and the ``window_days`` before it."""
    return sorted({date - dt.timedelta(days=back) for date in as_of_dates for back in range(window_days + 1)})

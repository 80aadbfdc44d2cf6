"""The demo brand's calendar: one declared offset puts the data set's clock into Asia/Shanghai."""

import datetime as dt
from typing import Final

#: The data set's clock reads 20:00-22:00 at its busiest and 07:00-09:00 at its quietest: it is UTC written down for
#: shops five hours west of it. Taking five hours off gives shopping hours (busiest 15:00-17:00, quietest
#: 02:00-04:00) and puts the whole set inside the calendar year 2017. The result is read as Asia/Shanghai wall time.
CLOCK_OFFSET: Final = dt.timedelta(hours=-5)
SHANGHAI: Final = dt.timedelta(hours=8)

OPENS: Final = dt.date(2017, 1, 1)
#: Business dates with a daily delivery; everything before lands once, under ``history/``.
LIVE_FROM: Final = dt.date(2017, 11, 3)
LAST: Final = dt.date(2017, 11, 30)
#: The data set's own last day. What comes after LAST waits under ``later/`` until a further morning lands it.
END: Final = dt.date(2017, 12, 31)


def wall(year: int, month: int, day: int, hour: int = 0) -> dt.datetime:
    """Return a Shanghai wall time: naive, as platforms write it, and never mixed with instants."""
    return dt.datetime(year, month, day, hour)  # noqa: DTZ001


_EPOCH: Final = wall(1970, 1, 1)


def epoch(at: dt.datetime) -> int:
    """Return epoch seconds of a Shanghai wall time."""
    return int((at - SHANGHAI - _EPOCH).total_seconds())


def epoch_ms(at: dt.datetime) -> int:
    """Return epoch milliseconds of a Shanghai wall time."""
    return (at - SHANGHAI - _EPOCH) // dt.timedelta(milliseconds=1)


def utc(at: dt.datetime) -> str:
    """Return the UTC instant of a Shanghai wall time as ISO text, the form of ``_fetched_at``."""
    return (at - SHANGHAI).strftime("%Y-%m-%dT%H:%M:%SZ")


def text(at: dt.datetime | None) -> str:
    """Return a Shanghai wall time as platforms print it without a zone; nothing for no time."""
    return "" if at is None else at.strftime("%Y-%m-%d %H:%M:%S")


def days(first: dt.date, last: dt.date) -> list[dt.date]:
    """Return the dates from first to last, both included."""
    return [first + dt.timedelta(days=step) for step in range((last - first).days + 1)]


def at_time(day: dt.date, seconds: int) -> dt.datetime:
    """Return the wall time so many seconds into a day."""
    return dt.datetime.combine(day, dt.time()) + dt.timedelta(seconds=seconds)

"""The time that a pull asks for, as a person writes it and as it follows from the pull before."""

import dataclasses
import datetime as dt
from typing import Final

from orchestration.business_time import SHANGHAI_OFFSET

_EXAMPLE: Final = "write a day (2026-11-28) or a moment in Shanghai (2026-11-28T10:00)"


@dataclasses.dataclass(frozen=True)
class Window:
    """From a moment on and until before another one (UTC, naive)."""

    start: dt.datetime
    end: dt.datetime

    def slices(self, length: dt.timedelta) -> list["Window"]:
        """Return it in pieces of a length, the last one shorter."""
        found, start = [], self.start
        while start < self.end:
            end = min(start + length, self.end)
            found.append(Window(start, end))
            start = end
        return found


@dataclasses.dataclass(frozen=True)
class WindowRule:
    """Which window a pull asks for where nobody names one.

    Parameters
    ----------
    step
        Ends lie on its multiples, so that the same slices are asked for again.
    first
        How far back the very first pull goes.
    again
        How far the next one goes back behind the end of the last: what may still have changed.
    furthest
        How far back the platform answers.
    """

    step: dt.timedelta
    first: dt.timedelta
    again: dt.timedelta
    furthest: dt.timedelta

    def window(
        self, now: dt.datetime, done_until: dt.datetime | None, start: dt.datetime | None, end: dt.datetime | None
    ) -> Window:
        """Return the window of a pull.

        Parameters
        ----------
        now
            The present moment (UTC, naive), as the other moments.
        done_until
            The end of what was pulled whole, None where nothing was.
        start, end
            What a person asked for.

        Raises
        ------
        ValueError
            Nothing lies in it, it is still to come, or the platform no longer has it; the message is for a person.
        """
        end = end or _floor(now, self.step)
        if start is None:
            start = _floor(now - self.first, self.step) if done_until is None else done_until - self.again
            start = max(start, _floor(now - self.furthest, self.step) + self.step)
        if end > now:
            raise ValueError(f"{_said(end)} is still to come")
        if start < now - self.furthest:
            raise ValueError(f"{_said(start)} is too long ago: the platform answers for {self.furthest.days} days")
        if start >= end:
            raise ValueError(f"nothing lies between {_said(start)} and {_said(end)}")
        return Window(start, end)


def parse_moment(text: str) -> dt.datetime:
    """Return a day or a moment of Shanghai as a person writes it, in UTC and naive.

    Raises
    ------
    ValueError
        It is neither; the message says how to write one.
    """
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no moment; {_EXAMPLE}") from None
    if moment.tzinfo is not None:
        return moment.astimezone(dt.UTC).replace(tzinfo=None)
    return moment - SHANGHAI_OFFSET


def in_shanghai(moment: dt.datetime) -> str:
    """Return a moment (UTC, naive) as platforms and people write it: 2026-11-28 10:00:00."""
    return f"{moment + SHANGHAI_OFFSET:%Y-%m-%d %H:%M:%S}"


def epoch_seconds(moment: dt.datetime) -> int:
    """Return a moment (UTC, naive) as whole seconds since 1970."""
    return int(moment.replace(tzinfo=dt.UTC).timestamp())


def _said(moment: dt.datetime) -> str:
    return f"{moment + SHANGHAI_OFFSET:%Y-%m-%d %H:%M}"


def _floor(moment: dt.datetime, step: dt.timedelta) -> dt.datetime:
    return moment - (moment - moment.replace(hour=0, minute=0, second=0, microsecond=0)) % step

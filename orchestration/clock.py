"""The one clock of a home: what time it is in the world, and for a demo what time it is said to be.

``siyu --now`` sets the variable below for the process and its children, so that a demo of 2017 can be landed, published
and answered as on its own mornings. Nothing else reads a clock: tests/unit/test_one_clock.py holds all code to it. What
measures how long something took reads ``time.monotonic``, which is no time in the world.
"""

import datetime as dt
import os
from pathlib import Path
from typing import Final

from orchestration.business_time import SHANGHAI_OFFSET

#: The moment that --now gave, UTC; settings.py lists it among what siyu sets by itself.
VARIABLE: Final = "SIYU_NOW"
#: What makes a home a demo.
DEMO: Final = "demo.json"
#: What the clocks of other systems count from (UTC, naive).
EPOCH: Final = dt.datetime(1970, 1, 1)  # noqa: DTZ001
_EXAMPLE: Final = "write it as 2017-12-01T09:00 (in Shanghai) or 2017-12-01T01:00+00:00"


def real_now() -> dt.datetime:
    """Return the present moment (UTC, naive) by the real clock: for what may not be moved, as the age of a law."""
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


def now() -> dt.datetime:
    """Return the home's present moment (UTC, naive): that of --now where it was given, else the real one."""
    return given() or real_now()


def given() -> dt.datetime | None:
    """Return the moment of --now (UTC, naive), None where the real clock holds."""
    text = os.environ.get(VARIABLE)
    return dt.datetime.fromisoformat(text) if text else None


def set_now(moment: dt.datetime) -> None:
    """Let this process and its children live at a moment (UTC, naive)."""
    os.environ[VARIABLE] = moment.isoformat()


def unset() -> None:
    """Let the real clock hold again, whatever was inherited."""
    os.environ.pop(VARIABLE, None)


def parse_moment(text: str) -> dt.datetime:
    """Return a moment as a person writes it (Shanghai time unless it says its offset), UTC and naive, whole seconds.

    Raises
    ------
    ValueError
        It is no moment, or lies ahead of the real clock: files land when they appear, so a run there could not be
        repeated.
    """
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or len(text) == len("2017-12-01"):
        raise ValueError(f"{text!r} is no moment; {_EXAMPLE}")
    if moment.tzinfo is None:
        moment -= SHANGHAI_OFFSET
    else:
        moment = moment.astimezone(dt.UTC).replace(tzinfo=None)
    if moment > real_now():
        raise ValueError(f"{text!r} is still to come; {_EXAMPLE}, a moment that has passed")
    return moment.replace(microsecond=0)


def check_home(home: Path) -> None:
    """Refuse a moment that was given for a home that is no demo.

    Raises
    ------
    ValueError
        The message says what --now is for.
    """
    if given() is not None and not (home / DEMO).is_file():
        raise ValueError(
            f"--now is for demo homes, and {home} has no {DEMO}: a brand lives by the real clock;"
            " make a demo with: siyu run"
        )


def stamp(file: Path) -> None:
    """Date a file that was just written by the home's clock: its age is told by its time of change."""
    if (moment := given()) is not None:
        seconds = moment.replace(tzinfo=dt.UTC).timestamp()
        os.utime(file, (seconds, seconds))

"""When people are told of a night: when it failed or was blocked, when it is late, and when it is well again."""

import datetime as dt
import sys
from typing import Final

from orchestration import clock
from orchestration.business_time import last_over
from orchestration.publishing.versions import Store
from orchestration.screen import say
from orchestration.settings import Settings
from orchestration.telling.book import Told, deliver, open_trouble, tell
from orchestration.telling.words import Kind, Notice
from orchestration.warehouse import is_locked

_BLOCKED: Final = "published: blocked"


def tell_failure(settings: Settings, run_id: str, first: dt.date, last: dt.date, step: str, said: str) -> None:
    """Tell that a run failed; it is told once, whether its own process or the scheduler is first."""
    kind: Kind = "blocked" if _BLOCKED in said else "failed"
    where = step.replace("__", "/", 1)
    _tell(settings, Notice(f"run:{run_id}", kind, first, last, where, said, Store(settings.published).current()))


def tell_success(settings: Settings, run_id: str, last: dt.date) -> None:
    """Tell that the last trouble is over, where a run came to its date or beyond."""
    trouble = open_trouble(settings)
    if trouble and last.isoformat() >= trouble["dates"][1]:
        current = Store(settings.published).current()
        _tell(settings, Notice(f"mended:{run_id}", "mended", last, last, current=current))


def tell_late(settings: Settings, now: dt.datetime) -> dt.date | None:
    """Tell that the night is late, once a date; return the date that is late.

    Parameters
    ----------
    settings
        Whose home; one that never published anything is not late.
    now
        The moment, UTC and naive.
    """
    date = late(settings, now)
    if date:
        current, runs = Store(settings.published).current(), is_locked(settings)
        _tell(settings, Notice(f"late:{date}", "late", date, date, current=current, is_running=runs))
    return date


def late(settings: Settings, now: dt.datetime) -> dt.date | None:
    """Return the newest date that should be published by now and is not; None where none is."""
    store = Store(settings.published)
    current = store.current()
    due = dt.timedelta(minutes=settings.late_after_minutes)
    date = last_over(now - due, settings.cut_off_hour)
    is_demo = clock.given() is None and (settings.home / clock.DEMO).is_file()
    if is_demo or current is None:
        return None
    passed = [day for day, name in store.newest_by_date().items() if not store.is_unfinished(name)]
    return None if max(passed, default=dt.date.min) >= date else date


def tell_test(settings: Settings) -> str:
    """Tell that telling works; return why it does not, empty where it does."""
    now = clock.now()
    today = last_over(now, settings.cut_off_hour)
    return tell(settings, Notice(f"test:{now.isoformat()}", "test", today, today), now).why_not


def tell_waiting(settings: Settings) -> str:
    """Say in the group what it could not be told before; return why that failed."""
    return deliver(settings, clock.now())


def _tell(settings: Settings, notice: Notice) -> None:
    """Tell; a night never fails because nobody could be told of it."""
    try:
        told = tell(settings, notice, clock.now())
    except OSError as error:
        told = Told(True, f"{error.strerror or error}: {error.filename or settings.home}")
    if told.why_not:
        say(f"siyu: nobody was told: {told.why_not}; it is said again by the next siyu tell", file=sys.stderr)

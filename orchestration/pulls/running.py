"""Runs one pull: its lock, its credentials from the environment, its book, and what it came to."""

import contextlib
import dataclasses
import datetime as dt
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from orchestration import audit_log, clock, screen
from orchestration.files import PRIVATE_FOLDER_MODE, PRIVATE_MODE
from orchestration.locks import locked_within
from orchestration.pulls.book import Book
from orchestration.pulls.calls import Calls, PullError
from orchestration.pulls.catalogue import PULLS, base_url, missing
from orchestration.pulls.shelf import Shelf
from orchestration.pulls.window import Window
from orchestration.pulls.work import Pull, Work
from orchestration.settings import Settings, SettingsError

FOLDER: Final = "pulls"
BOOK: Final = "pulls.sqlite"


@dataclasses.dataclass(frozen=True)
class Pulled:
    """What a pull came to; ``new`` is what landed, the rest said what had landed before."""

    name: str
    window: Window | None
    pages: int
    records: int
    new_pages: int
    new_records: int
    calls: int
    retries: int
    refreshes: int
    unanswered: int


def book_of(settings: Settings) -> Path:
    """Return where a home keeps the book of its pulls."""
    return settings.home / FOLDER / BOOK


def run_pull(
    settings: Settings,
    name: str,
    start: dt.datetime | None = None,
    end: dt.datetime | None = None,
    say: Callable[[str], None] = screen.say,
    environment: Mapping[str, str] = os.environ,
) -> Pulled:
    """Pull once, from the first page to the last.

    Parameters
    ----------
    settings
        Whose home, and where platforms answer.
    name
        A pull of the catalogue.
    start, end
        The time to ask for (UTC, naive); what follows from the last pull where they are left out.
    say
        Gets a line where something is worth one.
    environment
        Where the credentials stand.

    Raises
    ------
    SettingsError
        An unknown pull, a credential that is not set, a time that cannot be asked for; nothing was asked.
    PullError
        The platform refuses or fails, or another process does the same pull. What had landed stays.
    """
    if name not in PULLS:
        raise SettingsError(f"there is no pull {name!r}; known: {', '.join(PULLS)}")
    pull = PULLS[name]
    url = base_url(settings, pull)
    if lacking := missing(pull, environment):
        raise SettingsError(f"{name} needs {', '.join(lacking)} in the environment; see docs/operations.md, Pulls")
    secrets = {variable: environment[variable].strip() for variable in pull.variables}
    now = clock.now()
    with _alone(settings, name), Book(book_of(settings), name, secrets[pull.account]) as book:
        window = _window(pull, now, book, start, end)
        calls = Calls(pull.platform, settings.pull_backoff_seconds, _hidden(pull, secrets))
        shelf = Shelf(settings, pull.channel, pull.dataset, secrets[pull.account], book)
        work = Work(settings, url, secrets, calls, shelf, book, now, window, say)
        try:
            try:
                pull.fetch(work)
            finally:
                shelf.flush()
        except PullError:
            audit_log.append(settings, "pull_stopped", {"pull": name, **_counted(shelf)})
            raise
        book.remember_end(window.start if window else None, window.end if window else None, now)
        audit_log.append(settings, "pulled", {"pull": name, **_counted(shelf)})
    return Pulled(name, window, **_counted(shelf), **dataclasses.asdict(calls.counts))


def _counted(shelf: Shelf) -> dict[str, int]:
    return {
        "pages": shelf.pages,
        "records": shelf.records,
        "new_pages": shelf.new_pages,
        "new_records": shelf.new_records,
    }


def _hidden(pull: Pull, secrets: Mapping[str, str]) -> list[str]:
    """Return what no message may hold: every credential but the account, which stands in every file anyway."""
    return [value for variable, value in secrets.items() if variable != pull.account]


def _window(
    pull: Pull, now: dt.datetime, book: Book, start: dt.datetime | None, end: dt.datetime | None
) -> Window | None:
    if pull.window is None:
        if start or end:
            raise SettingsError(f"{pull.name} fetches what is there now: it takes no --from and no --to")
        return None
    try:
        return pull.window.window(now, book.done_until(), start, end)
    except ValueError as error:
        raise SettingsError(f"{pull.name}: {error}") from None


@contextlib.contextmanager
def _alone(settings: Settings, name: str) -> Iterator[None]:
    """Hold the pull's lock, which ends with the process: of two at once, one waits and then gives up."""
    folder = settings.home / FOLDER
    folder.mkdir(mode=PRIVATE_FOLDER_MODE, parents=True, exist_ok=True)
    descriptor = os.open(folder / f"{name}.lock", os.O_RDWR | os.O_CREAT, PRIVATE_MODE)
    try:
        if not locked_within(descriptor, settings.lock_wait_seconds):
            raise PullError(f"{name}: another process is at this pull; let it end, then pull again")
        yield
    finally:
        os.close(descriptor)

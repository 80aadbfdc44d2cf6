"""What a pull works with: its settings, credentials, calls, shelf and book, and how it is declared."""

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from orchestration.pulls.book import Book
from orchestration.pulls.calls import Calls
from orchestration.pulls.shelf import Shelf
from orchestration.pulls.window import Window, WindowRule
from orchestration.settings import Settings


@dataclasses.dataclass
class Work:
    """One pull in progress."""

    settings: Settings
    base_url: str
    secrets: Mapping[str, str] = dataclasses.field(repr=False)
    calls: Calls
    shelf: Shelf
    book: Book
    now: dt.datetime
    window: Window | None
    say: Callable[[str], None]


@dataclasses.dataclass(frozen=True)
class Pull:
    """One pull.

    Parameters
    ----------
    name
        As a person calls it: ``siyu pull NAME``.
    platform
        Whose: a key of the setting ``pull_urls``.
    channel, dataset
        Where its pages land.
    about
        What it fetches, in a sentence.
    variables
        The variables of the environment that hold its credentials.
    account
        Which of them is the account: the scope of the ids inside.
    fetch
        Does it.
    window
        Which time it asks for; None where it fetches what is there now.
    """

    name: str
    platform: str
    channel: str
    dataset: str
    about: str
    variables: tuple[str, ...]
    account: str
    fetch: Callable[[Work], Any]
    window: WindowRule | None = None

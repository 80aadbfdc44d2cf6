"""What a home remembers of its pulls: what was landed of each page, how far each got, who was there last time.

SQLite in its WAL mode: an entry outlives a killed process, and after a power cut the last ones may be missing. That
costs no more than their pages, landed once more; staging drops what says the same again, as without the book.
"""

import datetime as dt
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Final

from orchestration.files import PRIVATE_MODE

_TABLES: Final = """
    create table if not exists pages (
        pull text, account text, place text, sha256 text not null, file text not null, fetched_at text not null,
        primary key (pull, account, place)
    ) without rowid;
    create table if not exists ends (
        pull text, account text, done_until text, ended_at text not null, primary key (pull, account)
    ) without rowid;
    create table if not exists members (
        pull text, account text, member text, primary key (pull, account, member)
    ) without rowid;
"""


class Book:
    """The book of one pull of one account."""

    def __init__(self, path: Path, pull: str, account: str) -> None:
        if not path.exists():
            path.touch(PRIVATE_MODE)
        self._whose = (pull, account)
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.executescript("pragma journal_mode = wal; pragma synchronous = normal;" + _TABLES)

    def __enter__(self) -> "Book":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def landed(self, place: str) -> str | None:
        """Return the sha256 of what was landed last of a page, None where nothing was."""
        query = "select sha256 from pages where pull = ? and account = ? and place = ?"
        row = self._connection.execute(query, (*self._whose, place)).fetchone()
        return row[0] if row else None

    def remember_page(self, place: str, sha256: str, file: str, fetched_at: dt.datetime) -> None:
        """Note what was landed of a page."""
        values = (*self._whose, place, sha256, file, fetched_at.isoformat())
        self._connection.execute("insert or replace into pages values (?, ?, ?, ?, ?, ?)", values)

    def done_until(self) -> dt.datetime | None:
        """Return the end of what was pulled whole (UTC, naive)."""
        query = "select done_until from ends where pull = ? and account = ?"
        row = self._connection.execute(query, self._whose).fetchone()
        return dt.datetime.fromisoformat(row[0]) if row and row[0] else None

    def remember_end(self, start: dt.datetime | None, until: dt.datetime | None, now: dt.datetime) -> None:
        """Note that everything from a moment until another was pulled whole; a gap before it moves nothing."""
        known = self.done_until()
        if until is not None and known is not None and start is not None:
            until = known if start > known else max(known, until)
        values = (*self._whose, until.isoformat() if until else None, now.isoformat())
        self._connection.execute("insert or replace into ends values (?, ?, ?, ?)", values)

    def members(self) -> set[str]:
        """Return who was there when the pull was last whole."""
        query = "select member from members where pull = ? and account = ?"
        return {member for (member,) in self._connection.execute(query, self._whose)}

    def remember_members(self, members: Iterable[str]) -> None:
        """Note who is there now."""
        self._connection.execute("begin immediate")
        self._connection.execute("delete from members where pull = ? and account = ?", self._whose)
        rows = ((*self._whose, member) for member in members)
        self._connection.executemany("insert or ignore into members values (?, ?, ?)", rows)
        self._connection.execute("commit")


def ends(path: Path) -> dict[str, tuple[str | None, str]]:
    """Return, by pull, until when it was done and when it last ended (UTC), the newest of its accounts."""
    if not path.exists():
        return {}
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        query = "select pull, max(done_until), max(ended_at) from ends group by pull"
        return {pull: (until, ended) for pull, until, ended in connection.execute(query)}
    finally:
        connection.close()

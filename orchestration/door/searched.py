"""Which rows of Dagster's storage nights before have searched: its log of events only grows, by thousands a night."""

import contextlib
import hashlib
import json
import sqlite3
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from orchestration.files import replacing
from orchestration.settings import Settings

#: Dagster adds rows to these and changes none; all others are searched whole each night.
GROWING: Final = ("event_logs", "asset_event_tags")
_FILE: Final = "dagster_home/searched.json"


class Searched:
    """The last row searched of each growing table, by file; written when the search is through, and not if it fails.

    A night that was killed leaves it as it was, so that the next one searches that night's rows too.

    Parameters
    ----------
    home
        The home, to which the files are named.
    """

    def __init__(self, home: Path) -> None:
        self._home, self._file = home, home / _FILE
        self._before: dict[str, dict[str, tuple[int, str]]] = {}
        with contextlib.suppress(FileNotFoundError, ValueError):  # without it, or with a broken one, all is searched
            self._before = json.loads(self._file.read_text(encoding="utf-8"))
        self._now: dict[str, dict[str, tuple[int, str]]] = {}

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return what nights of a home have searched."""
        return cls(settings.home)

    def up_to(self, path: Path, table: str, database: sqlite3.Connection) -> int:
        """Return the last row of a table that needs no search, 0 where all need one, and note where it ends now."""
        if table not in GROWING:
            return 0
        name = str(path.relative_to(self._home))
        ((last,),) = database.execute(f'select coalesce(max(rowid), 0) from "{table}"').fetchall()
        # the first column's: what is added while the next is searched is the next night's
        self._now.setdefault(name, {}).setdefault(table, (last, _row(database, table, last)))
        before, was = self._before.get(name, {}).get(table, (0, ""))
        # SQLite gives the number of a row that was deleted again: a run deleted on the page, a storage begun anew
        return before if was == _row(database, table, before) else 0

    def __enter__(self) -> Self:
        """Return it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write what was searched; files that are gone are forgotten."""
        if kind is not None or not self._now:
            return
        known = {name: rows for name, rows in (self._before | self._now).items() if (self._home / name).is_file()}
        with replacing(self._file, 0o600) as draft:
            draft.write_text(json.dumps(known, sort_keys=True), encoding="utf-8")


def _row(database: sqlite3.Connection, table: str, number: int) -> str:
    """Return a hash of what a row holds, of a row that is not there too."""
    found = database.execute(f'select * from "{table}" where rowid = ?', (number,)).fetchall()
    return hashlib.sha256(repr(found).encode()).hexdigest()

"""What nights before have searched: which rows of Dagster's storage, which only grows, and until when all files."""

import contextlib
import datetime as dt
import hashlib
import json
import sqlite3
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from orchestration import clock
from orchestration.files import replacing
from orchestration.settings import Settings

#: Dagster adds rows to these and changes none; all others are searched whole each night.
GROWING: Final = ("event_logs", "asset_event_tags")
_FILE: Final = "dagster_home/searched.json"


class Searched:
    """When the last search began that came to its end, and the last row it saw of each growing table, by file.

    A night that was killed leaves it as it was, so that the next one searches that night's rows and files too.

    Parameters
    ----------
    home
        The home, to which the files are named.
    """

    def __init__(self, home: Path) -> None:
        self._home, self._file = home, home / _FILE
        self._before: dict[str, dict[str, tuple[int, str]]] = {}
        self._at, self._began = clock.EPOCH, clock.real_now()
        with contextlib.suppress(FileNotFoundError, ValueError, KeyError, TypeError):
            said = json.loads(self._file.read_text(encoding="utf-8"))  # without it, or a broken one, all is searched
            self._at, self._before = dt.datetime.fromisoformat(said["at"]), said["rows"]
        self._now: dict[str, dict[str, tuple[int, str]]] = {}

    def since(self, began: dt.datetime) -> dt.datetime:
        """Return from when on files were not searched: the beginning of a run, or of one before it that was killed."""
        return min(began, self._at)

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
        if kind is not None or not self._file.parent.is_dir():
            return
        known = {name: rows for name, rows in (self._before | self._now).items() if (self._home / name).is_file()}
        with replacing(self._file, 0o600) as draft:
            said = {"at": self._began.isoformat(), "rows": known}
            draft.write_text(json.dumps(said, sort_keys=True), encoding="utf-8")


def _row(database: sqlite3.Connection, table: str, number: int) -> str:
    """Return a hash of what a row holds, of a row that is not there too."""
    found = database.execute(f'select * from "{table}" where rowid = ?', (number,)).fetchall()
    return hashlib.sha256(repr(found).encode()).hexdigest()

"""Files of a home changed as what they are: which kind one is, and the texts of a SQLite file written anew.

Erasing and rekeying come through here. A file that nobody can read as what it is is never changed by its bytes: a
packed or binary one would be broken by it.
"""

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal

SQLITE: Final = b"SQLite format 3\0"
#: What SQLite keeps beside a database is a part of it: it is written by SQLite alone.
BESIDE_SQLITE: Final = ("-wal", "-shm", "-journal")
_PARQUET: Final = b"PAR1"
_DUCKDB: Final = b"DUCK"
_PACKED: Final = (b"\x1f\x8b", b"PK\x03\x04")
_CHARSETS: Final = ("utf-8", "gb18030")
FileKind = Literal["sqlite", "beside_sqlite", "duckdb", "parquet", "packed", "text", "binary"]


def is_packed(content: bytes) -> bool:
    """Return whether bytes are those of a file whose texts stand packed in it."""
    return content.startswith((*_PACKED, _PARQUET)) or content[8:12] == _DUCKDB


def kind_of_file(path: Path) -> FileKind:
    """Return what a file is, by its first bytes and, where they do not say, by whether all of them are text."""
    if path.name.endswith(BESIDE_SQLITE):
        return "beside_sqlite"
    content = path.read_bytes()
    if content.startswith(SQLITE):
        return "sqlite"
    if content[8:12] == _DUCKDB:
        return "duckdb"
    if content.startswith(_PARQUET):
        return "parquet"
    if content.startswith(_PACKED):
        return "packed"
    return "text" if charset_of(content) else "binary"


def charset_of(content: bytes) -> str | None:
    """Return in which encoding bytes are a text; None where they are none."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\0" in content:
        return None
    for charset in _CHARSETS:
        with contextlib.suppress(UnicodeDecodeError):
            content.decode(charset)
            return charset
    return None


def change_sqlite(
    path: Path, change: Callable[[str], str], is_gone: Callable[[int], bool] = lambda number: False
) -> int:
    """Change the texts of a SQLite file; return in how many cells. Where one changed, the file is written anew.

    Parameters
    ----------
    path
        The database; whoever else has it open waits.
    change
        Given each text, returns it as it is to stand.
    is_gone
        Asked of each whole number: where it goes, 0 stands.
    """

    def changed(value: str | int) -> str | int:
        if isinstance(value, str):
            return change(value)
        return 0 if is_gone(value) else value

    cells = 0
    with contextlib.closing(sqlite3.connect(path, timeout=60, isolation_level=None)) as database:
        database.create_function("changed", 1, changed, deterministic=True)
        database.execute("pragma secure_delete = on")
        database.execute("pragma wal_checkpoint(truncate)")
        tables = database.execute(
            "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'"
        ).fetchall()
        for (table,) in tables:
            for column in [row[1] for row in database.execute(f'pragma table_info("{table}")')]:
                cell = f'"{column}"'
                done = database.execute(
                    f'update or ignore "{table}" set {cell} = changed({cell})'
                    f" where typeof({cell}) in ('text', 'integer') and changed({cell}) is not {cell}"
                )
                cells += done.rowcount
        if cells:
            database.execute("pragma wal_checkpoint(truncate)")
            database.execute("vacuum")
            database.execute("pragma wal_checkpoint(truncate)")
    return cells

"""Files at the door: reports, pages, logs, what dbt and Dagster keep. A value in them is starred in its place."""

import contextlib
import dataclasses
import datetime as dt
import gzip
import io
import re
import sqlite3
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from orchestration import audit_log
from orchestration.changed_files import BESIDE_SQLITE, SQLITE
from orchestration.dbt_calls import is_the_checkouts_parse
from orchestration.door.known import Finder, Known, masked
from orchestration.door.searched import Searched
from orchestration.door.windows import may_hold
from orchestration.files import replacing
from orchestration.settings import Settings

#: What a run leaves behind besides tables and pages, which are clean before they are written.
LEFT_BY_A_RUN: Final = (
    "dagster_home", "dbt_target", "quarantine", "ledger.parquet", "published/checks", "last_run.json",
)  # fmt: skip
_PARQUET: Final = b"PAR1"
_GZIP: Final = b"\x1f\x8b"
_ZIP: Final = b"PK\x03\x04"
#: Of a packed file no more is read: a bomb is no report.
_MOST_BYTES: Final = 512 * 2**20
#: Stars would break a number of JSON; in a database's rows nines stand for what was found.
_NINE: Final = "9"
#: Seven letters or more of ASCII as UTF-16 writes them, in either order of bytes.
_WIDE: Final = (
    ("utf-16-le", re.compile(rb"(?:[\x20-\x7e]\x00){7,}")),
    ("utf-16-be", re.compile(rb"(?:\x00[\x20-\x7e]){7,}")),
)


@dataclasses.dataclass(frozen=True)
class Starred:
    """A file in which values were starred, below the home, and how many."""

    name: str
    values: int


def clean(settings: Settings, text: str) -> str:
    """Return a page or message with whatever the vault knows starred."""
    if not may_hold(text):
        return text
    with Known(settings) as known:
        return masked(text, known.find([text])[0])


def star_left_behind(settings: Settings, since: dt.datetime) -> list[Starred]:
    """Star what the vault knows in what runs left: files changed since a moment (UTC, naive) or the last search."""
    done = []
    with Known(settings) as known, Searched.of(settings) as searched:
        moment = searched.since(since).replace(tzinfo=dt.UTC).timestamp()
        for part in LEFT_BY_A_RUN:
            for path in files_below(settings.home / part):
                with contextlib.suppress(FileNotFoundError):  # a run that goes on takes its own away again
                    # The inode's time: a demo's files are dated by its own clock.
                    if path.stat().st_ctime < moment or is_the_checkouts_parse(path):
                        continue
                    if values := star(known, path, searched):
                        done.append(Starred(str(path.relative_to(settings.home)), values))
    if done:
        audit_log.append(settings, "contact_values_starred", {one.name: one.values for one in done})
    return done


def files_below(place: Path) -> list[Path]:
    """Return the files of a folder, or the file itself, links left out."""
    found = [place] if place.is_file() else sorted(place.rglob("*"))
    return [path for path in found if path.is_file() and not path.is_symlink()]


def star(known: Finder, path: Path, searched: Searched | None = None) -> int:
    """Star what a finder knows in a file, as it is written there; return how many values were found.

    ``searched`` says which rows of a database nights before have searched; without it all are.

    What SQLite keeps beside a database is a part of it: it is written by SQLite alone.
    """
    if path.name.endswith(BESIDE_SQLITE):
        return 0
    content = path.read_bytes()
    if content.startswith(SQLITE):
        return _star_rows(known, path, searched)
    if content.startswith(_PARQUET):
        return _star_parquet(known, path)
    found = 0
    # After a hit the bytes are others, and so is where each piece stands: the search begins anew.
    while hit := next(((one, hits) for one in pieces(content) if (hits := known.find([one.text])[0])), None):
        piece, hits = hit
        found += len(hits)
        starred = masked(piece.text, hits).encode(piece.encoding, "surrogateescape")
        content = content[: piece.start] + starred + content[piece.end :]
    if found:
        with replacing(path, path.stat().st_mode & 0o777) as draft:
            draft.write_bytes(content)
    return found


class Piece(NamedTuple):
    """A part of a file's bytes that is text in an encoding."""

    text: str
    encoding: str
    start: int
    end: int


def pieces(content: bytes) -> Iterator[Piece]:
    """Yield what bytes say: each run of UTF-16 in them, and all as utf-8, or GBK as well where they are no utf-8."""
    for name, pattern in _WIDE if b"\0" in content else ():
        for run in pattern.finditer(content):
            yield Piece(run.group().decode(name), name, run.start(), run.end())
    try:
        yield Piece(content.decode(), "utf-8", 0, len(content))
    except UnicodeDecodeError:
        yield Piece(content.decode("utf-8", "surrogateescape"), "utf-8", 0, len(content))
        yield Piece(content.decode("gb18030", "surrogateescape"), "gb18030", 0, len(content))


def count(known: Finder, path: Path) -> int:
    """Return how many values that a finder knows stand in a file, whatever it is packed in."""
    return sum(len(found) for texts in _texts(path) for found in known.find(texts))


def _texts(path: Path) -> Iterator[list[str]]:
    content = path.read_bytes()
    if content.startswith(_PARQUET):
        yield from (sorted(_texts_of(column)) for column in pq.read_table(io.BytesIO(content)).columns)
    elif content.startswith(SQLITE):
        yield [text for *_, text in _rows(path)]
    else:
        yield from ([piece.text] for inner in _unpacked(content) for piece in pieces(inner))


def _unpacked(content: bytes) -> Iterator[bytes]:
    if content.startswith(_GZIP):
        with contextlib.suppress(OSError, EOFError):
            yield gzip.GzipFile(fileobj=io.BytesIO(content)).read(_MOST_BYTES)
    elif content.startswith(_ZIP):
        with contextlib.suppress(zipfile.BadZipFile, RuntimeError), zipfile.ZipFile(io.BytesIO(content)) as packed:
            yield from (packed.open(name).read(_MOST_BYTES) for name in packed.namelist())
    yield content


def _texts_of(column: pa.ChunkedArray) -> set[str]:
    kind = column.type
    if pa.types.is_list(kind):
        column, kind = pa.compute.list_flatten(column), kind.value_type
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_dictionary(kind)):
        return set()
    return {text for text in pa.compute.unique(column).to_pylist() if text and may_hold(text)}


def starred(known: Finder, table: pa.Table) -> tuple[pa.Table, int]:
    """Return a table with what a finder knows starred in its texts, and how many values that were."""
    found = 0
    for place, field in enumerate(table.schema):
        texts = sorted(_texts_of(table.column(place)))
        hits = {text: hit for text, hit in zip(texts, known.find(texts), strict=True) if hit}
        if not hits:
            continue
        instead = {text: masked(text, hit) for text, hit in hits.items()}
        values = [
            [instead.get(one, one) for one in value] if isinstance(value, list) else instead.get(value, value)
            for value in table.column(place).to_pylist()
        ]
        table = table.set_column(place, field, pa.array(values, field.type))
        found += sum(map(len, hits.values()))
    return table, found


def _star_parquet(known: Finder, path: Path) -> int:
    try:
        whole = pq.read_table(path)
    except pa.ArrowInvalid:  # half a file: the draft of a process that was killed or writes just now
        return 0
    table, found = starred(known, whole)
    if found:
        with replacing(path, path.stat().st_mode & 0o777) as draft:
            pq.write_table(table, draft)
    return found


def _rows(path: Path, searched: Searched | None = None) -> Iterator[tuple[str, str, int, str]]:
    """Yield every text of a database that could hold a value: table, column, row and text."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        for table, column in _columns(database):
            new = f"rowid > ? and typeof(\"{column}\") = 'text'"
            rows = database.execute(
                f'select rowid, "{column}" from "{table}" where {new}',
                (searched.up_to(path, table, database) if searched else 0,),
            )
            for row, text in rows:
                if may_hold(text):
                    yield table, column, row, text


def _columns(database: sqlite3.Connection) -> list[tuple[str, str]]:
    tables = database.execute(
        "select name from sqlite_master where type = 'table' and sql not like '%without rowid%'"
        " and name not like 'sqlite_%'"
    ).fetchall()
    return [(table, row[1]) for (table,) in tables for row in database.execute(f'pragma table_info("{table}")')]


def _star_rows(known: Finder, path: Path, searched: Searched | None) -> int:
    rows = list(_rows(path, searched))
    texts = sorted({text for *_, text in rows})  # Dagster writes the names of assets and runs again and again
    found = {text: hits for text, hits in zip(texts, known.find(texts), strict=True) if hits}
    changed = [
        (table, column, row, masked(text, found[text], _NINE), len(found[text]))
        for table, column, row, text in rows
        if text in found
    ]
    if changed:
        with contextlib.closing(sqlite3.connect(path, timeout=30)) as database:
            database.execute("pragma secure_delete = on")
            with database:
                for table, column, row, text, _ in changed:
                    database.execute(f'update "{table}" set "{column}" = ? where rowid = ?', (text, row))
            database.execute("pragma wal_checkpoint(truncate)")
    return sum(values for *_, values in changed)

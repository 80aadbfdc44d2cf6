"""Everything else in a home: logs, pages, journals and Dagster's storage, searched for the person's bytes."""

import contextlib
import gzip
import re
import shutil
import sqlite3
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from orchestration import clock
from orchestration.files import replacing
from orchestration.home import OF_A_DEMO
from orchestration.settings import Settings

#: Shorter values stand in any file by chance.
SHORTEST_SEARCHED: Final = 8
_SQLITE: Final = b"SQLite format 3\x00"
_GONE: Final = b"(erased)"
#: What has its own way of being cut, or is the vault.
_OWN_WAY: Final = ("raw", "landing", "vault", "published", "erasure")
#: Where derived things lie that a run makes again: a file that cannot be masked is taken away.
_MADE_AGAIN: Final = ("dbt_target", "reports", "identity", "models")


def spellings(values: Iterable[str]) -> list[bytes]:
    """Return how values may stand in files: as they are, in GBK and UTF-16, phones grouped and with their country."""
    found: set[bytes] = set()
    for value in values:
        forms = {value}
        if re.fullmatch(r"1[3-9]\d{9}", value):
            parts = value[:3], value[3:7], value[7:]
            forms |= {"-".join(parts), " ".join(parts)}
        for form in forms:
            for charset in ("utf-8", "gb18030", "utf-16-le"):
                found.add(form.encode(charset, "replace"))
    return sorted(found, key=lambda each: (-len(each), each))


def is_contact(value: str) -> bool:
    """Return whether a value in the clear is a number or an address of mail: a name stands in other texts by chance."""
    return "@" in value or bool(re.fullmatch(r"\+?\d[\d-]{6,}", value))


def searched(values: Iterable[str]) -> list[str]:
    """Return the values that are long enough to be looked for in any file."""
    return sorted(value for value in set(values) if len(value) >= SHORTEST_SEARCHED)


def mask(settings: Settings, values: Iterable[str]) -> list[str]:
    """Take values out of every file that has no way of its own; return the names of those changed."""
    needles = spellings(searched(values))
    pattern = re.compile(b"|".join(map(re.escape, needles))) if needles else None
    changed = []
    for file in _files(settings.home):
        if pattern is None or file.relative_to(settings.home).parts[0] in _OWN_WAY or file.suffix == ".duckdb":
            continue
        if _is_sqlite(file):
            if _mask_sqlite(file, [each.decode() for each in needles if _is_text(each)]):
                changed.append(str(file.relative_to(settings.home)))
        elif any(map(pattern.search, unpacked(file))):
            _mask_file(settings, file, pattern)
            changed.append(str(file.relative_to(settings.home)))
    return changed


def _mask_file(settings: Settings, file: Path, pattern: re.Pattern[bytes]) -> None:
    part = file.relative_to(settings.home).parts[0]
    if part == "models":  # sealed as a whole: a model without a word of its card would be refused
        shutil.rmtree(file.parent)
        return
    if file.suffix in (".parquet", ".msgpack", ".xlsx"):
        if part in _MADE_AGAIN:
            file.unlink()
        return
    content = pattern.sub(_GONE, file.read_bytes())
    with replacing(file, file.stat().st_mode & 0o777, is_durable=True) as draft:
        draft.write_bytes(content)


def _mask_sqlite(file: Path, values: list[str]) -> bool:
    """Replace values in every text of a SQLite file, and write the file anew where one stood in it."""
    with contextlib.closing(sqlite3.connect(file, isolation_level=None, timeout=60)) as database:
        database.execute("pragma wal_checkpoint(truncate)")
        if not any(value.encode() in file.read_bytes() for value in values):
            return False
        names = [name for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
        for table in names:
            columns = [row[1] for row in database.execute(f'pragma table_info("{table}")')]
            for column in columns:
                for value in values:
                    database.execute(
                        f'update "{table}" set "{column}" = replace("{column}", ?, ?)'
                        f' where typeof("{column}") = \'text\' and instr("{column}", ?)',
                        (value, _GONE.decode(), value),
                    )
        database.execute("vacuum")
        database.execute("pragma wal_checkpoint(truncate)")
    return True


def residue(settings: Settings, values: Iterable[str], leave_out: Iterable[Path] = ()) -> list[str]:
    """Return the files of a home in which a value still stands, gzip unpacked; the vault's own is encrypted."""
    needles = spellings(searched(values))
    if not needles:
        return []
    pattern = re.compile(b"|".join(map(re.escape, needles)))
    out = tuple(leave_out)
    found = []
    for file in _files(settings.home):
        if any(file.is_relative_to(folder) for folder in out):
            continue
        if any(map(pattern.search, unpacked(file))):
            found.append(str(file.relative_to(settings.home)))
    return found


def unpacked(file: Path) -> Iterator[bytes]:
    """Yield a file's bytes, and where they are packed what is in them: a Parquet file hides its texts from a search."""
    yield file.read_bytes()
    with contextlib.suppress(OSError, EOFError, zlib.error, zipfile.BadZipFile, pa.ArrowException):
        if file.suffix == ".gz":
            yield gzip.decompress(file.read_bytes())
        elif file.suffix == ".xlsx":
            with zipfile.ZipFile(file) as archive:
                yield from (archive.read(name) for name in archive.namelist())
        elif file.suffix == ".parquet":
            table = pq.read_table(file)
            texts = [name for name in table.column_names if not _is_number(table.schema.field(name).type)]
            yield from (repr(pc.unique(_flat(table[name])).to_pylist()).encode() for name in texts)
    if file.suffix == ".duckdb":
        yield from _texts_of_warehouse(file)


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_primitive(kind))


def _flat(column: pa.ChunkedArray) -> pa.Array:
    flat = column.combine_chunks()
    while pa.types.is_list(flat.type):
        flat = flat.flatten()
    return flat.cast(pa.string()) if pa.types.is_dictionary(flat.type) else flat


def _texts_of_warehouse(file: Path) -> Iterator[bytes]:
    with contextlib.closing(duckdb.connect(str(file), read_only=True)) as warehouse:
        for schema, table, column in warehouse.execute(
            "select schema_name, table_name, column_name from duckdb_columns()"
            " where not internal and contains(data_type, 'VARCHAR')"
        ).fetchall():
            query = f'select string_agg(distinct "{column}"::varchar, chr(10)) from "{schema}"."{table}"'
            ((text,),) = warehouse.execute(query).fetchall()
            yield (text or "").encode()


def _files(home: Path) -> Iterator[Path]:
    out = OF_A_DEMO if (home / clock.DEMO).is_file() else ()
    for file in sorted(home.rglob("*")):
        if file.is_file() and not file.is_symlink() and file.relative_to(home).parts[0] not in out:
            yield file


def _is_sqlite(file: Path) -> bool:
    with file.open("rb") as content:
        return content.read(len(_SQLITE)) == _SQLITE


def _is_text(value: bytes) -> bool:
    try:
        return "\x00" not in value.decode()
    except UnicodeDecodeError:
        return False

"""What a person is searched by in files: their numbers and addresses with the door's eyes, their ids as they stand."""

import contextlib
import gzip
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from orchestration.changed_files import charset_of, is_packed, kind_of_file
from orchestration.channels.engine.contacts import MOBILE
from orchestration.door.files import pieces
from orchestration.door.known import masked
from orchestration.door.theirs import Theirs

#: Shorter values stand in any file by chance.
SHORTEST_SEARCHED: Final = 8
#: A number of so many digits is an id and nobody's amount, whoever writes it.
LONGEST_NUMBER: Final = 16
GONE: Final = "(erased)"
_CHARSETS: Final = ("utf-8", "gb18030", "utf-16-le")
#: Bytes that are no text as a whole are read as the texts that may stand in them up to here: a log of two encodings.
_MOST_MIXED: Final = 16 * 2**20
#: Tables up to here are read by one query, larger ones a column at a time; a home has 3,000 columns of text.
_FEW_ROWS: Final = 10_000
#: In a database stars would break a number of JSON; nines stand for what was found.
_NINE: Final = "9"
#: An id stands by itself: not inside a longer number or word. A line's end as JSON writes it is no letter before it.
_BEFORE: Final = r"(?:(?<![0-9A-Za-z])|(?<=\\[nrt]))"
_AFTER: Final = r"(?![0-9A-Za-z])"
_BEFORE_WIDE: Final = rb"(?<![0-9A-Za-z]\x00)"
_AFTER_WIDE: Final = rb"(?![0-9A-Za-z]\x00)"


def is_contact(value: str) -> bool:
    """Return whether a value in the clear is a number or an address of mail: a name stands in other texts by chance."""
    return "@" in value or MOBILE.fullmatch(value) is not None or re.fullmatch(r"\+?\d[\d-]{6,}", value) is not None


class Needles:
    """What a person is searched by.

    Parameters
    ----------
    contacts
        Their numbers and addresses of mail in the clear: found however they are written.
    ids
        Ids, tokens and order numbers: found as they are, standing by themselves. Short ones say nothing alone.
    """

    def __init__(self, contacts: Iterable[str], ids: Iterable[str] = ()) -> None:
        ids = set(ids)
        known = {each for each in contacts if is_contact(each) and len(each) >= SHORTEST_SEARCHED}
        self.theirs = Theirs(known)
        self.emptied = Emptied(self.theirs, ids - known)
        whole = sorted({each for each in ids if len(each) >= SHORTEST_SEARCHED} - known, key=_longest_first)
        self._text = re.compile(_BEFORE + "(?:" + "|".join(map(re.escape, whole)) + ")" + _AFTER) if whole else None
        self._bytes = re.compile(_of_bytes(whole)) if whole else None
        self._plain = sorted({each.encode(charset, "replace") for each in whole for charset in _CHARSETS})
        self._numbers = frozenset(int(each) for each in {*known, *whole} if each.isascii() and each.isdigit())

    def __bool__(self) -> bool:
        """Return whether there is anything to look for."""
        return bool(self.theirs) or self._text is not None

    def stand_in_text(self, text: str) -> bool:
        """Return whether one stands in a text."""
        return bool(self.theirs.find([text])[0]) or (self._text is not None and self._text.search(text) is not None)

    def stand_in(self, file: Path) -> bool:
        """Return whether one stands in a file, whatever it is packed in."""
        return any(map(self._stand_in_bytes, self._unpacked(file)))

    def is_number(self, number: int) -> bool:
        """Return whether a whole number is one of them."""
        return number in self._numbers

    def without(self, text: str) -> str:
        """Return a text of a database without them: of its length where a number stood, for it may be JSON."""
        text = masked(text, self.theirs.find([text])[0], _NINE)
        return self._text.sub(GONE, text) if self._text else text

    def bytes_without(self, content: bytes) -> bytes:
        """Return the bytes of a text without their ids, in whichever encoding; numbers are starred by the door."""
        return self._bytes.sub(GONE.encode(), content) if self._bytes else content

    def _stand_in_bytes(self, content: bytes) -> bool:
        # looked for plainly first: the pattern costs ten times as much
        if self._bytes is not None and any(one in content for one in self._plain) and self._bytes.search(content):
            return True
        if self.theirs.stand_as_they_are_in(content):
            return True
        if not self.theirs or (charset_of(content) is None and (is_packed(content) or len(content) > _MOST_MIXED)):
            return False
        return any(self.theirs.find([piece.text])[0] for piece in pieces(content))

    def _unpacked(self, file: Path) -> Iterator[bytes]:
        yield from unpacked(file)
        if self._numbers and file.suffix in (".parquet", ".duckdb"):
            yield from (b"%d" % number for number in _whole_numbers(file, self._numbers))


class Emptied:
    """What a person leaves empty in other people's records: numbers and addresses however written, long ids alone.

    Parameters
    ----------
    theirs
        Their numbers and addresses.
    ids
        Their ids. One with a letter, or of 16 digits and more, is nobody else's anywhere; a shorter number may be
        somebody's amount.
    """

    def __init__(self, theirs: Theirs, ids: Iterable[str] = ()) -> None:
        self._theirs = theirs
        whole = sorted({each for each in ids if _says_who(each)}, key=_longest_first)
        told = "|".join(map(re.escape, whole))
        self._ids = re.compile(f"{_BEFORE}(?:{told}){_AFTER}") if whole else None
        # A bare number of JSON has to stay a value.
        self._bare = re.compile(rf"(?<=[:\[,])(\s*)(?:{told})(?=\s*[,\]}}])") if whole else None

    def __bool__(self) -> bool:
        """Return whether there is anything to empty."""
        return bool(self._theirs) or self._ids is not None

    def without(self, text: str, *, is_json: bool = False) -> tuple[str, int]:
        """Return a text without them, and how many stood in it."""
        text, count = self._theirs.without(text)
        bare = ids = 0
        if self._bare is not None and is_json:
            text, bare = self._bare.subn(r"\1null", text)
        if self._ids is not None:
            text, ids = self._ids.subn("", text)
        return text, count + bare + ids


def _says_who(value: str) -> bool:
    return len(value) >= SHORTEST_SEARCHED and (not value.isdigit() or len(value) >= LONGEST_NUMBER)


def _longest_first(value: str | bytes) -> tuple[int, str | bytes]:
    return -len(value), value


def _of_bytes(values: Iterable[str]) -> bytes:
    plain = {value.encode(charset, "replace") for value in values for charset in _CHARSETS[:2]}
    wide = {value.encode(_CHARSETS[2]) for value in values}
    ends = (_BEFORE.encode(), _AFTER.encode()), (_BEFORE_WIDE, _AFTER_WIDE)
    parts = (
        before + b"(?:" + b"|".join(map(re.escape, sorted(forms, key=_longest_first))) + b")" + after
        for forms, (before, after) in zip((plain, wide), ends, strict=True)
    )
    return b"|".join(parts)


def unpacked(file: Path) -> Iterator[bytes]:
    """Yield a file's bytes, and where they are packed what is in them: a Parquet file hides its texts from a search."""
    kind = kind_of_file(file)
    if kind != "duckdb":  # its blocks are packed, and long
        yield file.read_bytes()
    with contextlib.suppress(OSError, EOFError, zlib.error, zipfile.BadZipFile, pa.ArrowException):
        if file.suffix == ".gz":
            yield gzip.decompress(file.read_bytes())
        elif file.suffix == ".xlsx":
            with zipfile.ZipFile(file) as archive:
                yield from (archive.read(name) for name in archive.namelist())
        elif kind == "parquet":
            table = pq.read_table(file)
            texts = [name for name in table.column_names if not pa.types.is_primitive(table.schema.field(name).type)]
            yield from ("\n".join(map(str, pc.unique(_flat(table[name])).to_pylist())).encode() for name in texts)
    if kind == "duckdb":
        yield file.read_bytes()
        yield from _texts_of_warehouse(file)


def _flat(column: pa.ChunkedArray) -> pa.Array:
    flat = column.combine_chunks()
    while pa.types.is_list(flat.type):
        flat = flat.flatten()
    return flat.cast(pa.string()) if pa.types.is_dictionary(flat.type) else flat


def _texts_of_warehouse(file: Path) -> Iterator[bytes]:
    with contextlib.closing(duckdb.connect(str(file), read_only=True)) as warehouse:
        for table, columns in _columns(warehouse, "contains(data_type, 'VARCHAR')"):
            once = "distinct" if len(columns) == 1 else ""
            texts = ", ".join(f"{column}::varchar" for column in columns)
            for column in warehouse.sql(f"select {once} {texts} from {table}").to_arrow_table().columns:
                yield "\n".join(pc.unique(column.drop_null()).to_pylist()).encode()


def _columns(warehouse: duckdb.DuckDBPyConnection, which: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the tables with some of their columns: a small table's at once, those of a large one in turn."""
    for table, columns, rows in warehouse.execute(
        """select format('"{}"."{}"', schema_name, table_name), list(format('"{}"', column_name)),"""
        " max(estimated_size) from duckdb_columns() left join duckdb_tables() using (schema_name, table_name)"
        f" where not duckdb_columns.internal and {which} group by all order by 1"
    ).fetchall():
        if rows is not None and rows <= _FEW_ROWS:
            yield table, columns
        else:
            yield from ((table, [column]) for column in columns)


def _whole_numbers(file: Path, wanted: frozenset[int]) -> Iterator[int]:
    """Yield those of some whole numbers that stand in a column of numbers."""
    if file.suffix == ".parquet":
        table = pq.read_table(file)
        for name in table.column_names:
            if pa.types.is_integer(table.schema.field(name).type):
                yield from wanted.intersection(pc.unique(table[name]).to_pylist())
        return
    with contextlib.closing(duckdb.connect(str(file), read_only=True)) as warehouse:
        for table, columns in _columns(warehouse, "data_type in ('BIGINT', 'UBIGINT', 'HUGEINT')"):
            each = ", ".join(f"{column}::hugeint" for column in columns)
            found = warehouse.execute(
                f"select distinct number from (select unnest([{each}]) as number from {table})"
                " where number in (select unnest($numbers::hugeint[]))",
                {"numbers": sorted(wanted)},
            ).fetchall()
            yield from (int(number) for (number,) in found)

"""Eyes that share nothing with the door's: whether a number or an address stands in bytes, however it is written."""

import binascii
import gzip
import html
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote_to_bytes

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

_NO_DIGIT = bytes(byte for byte in range(256) if not 48 <= byte <= 57)
_OTHER = re.compile(r"[^\x00-\x7f]+")
_DECIMAL = re.compile(r"(?![0-9])\d")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{12,}")
_ESCAPED = re.compile(rb"%[0-9A-Fa-f]{2}|\\[ux][0-9A-Fa-f]{2}|&#")
#: Between two digits of a number: so much, or an escape, is still that number.
_APART = r"(?:[^0-9A-Za-z]|\\\\?[a-z]|\\\\?x00|\\\\?u[0-9a-f]{4}){0,6}"


class Eyes:
    """Look for numbers as whoever tries to read them would: every encoding, every digit, whatever parts them.

    Parameters
    ----------
    numbers
        Of as many digits each, all with the same first eight.
    addresses
        Of mail, in small letters.
    """

    def __init__(self, numbers: Sequence[str], addresses: Sequence[str] = ()) -> None:
        self._numbers = numbers
        self._addresses = addresses
        (self._begin,) = {number[:8].encode() for number in numbers}
        self._apart = {number: re.compile(_APART.join(number)) for number in numbers}

    def in_text(self, text: str) -> set[str]:
        """Return the numbers whose digits stand in a text one after the other, with marks between them at most.

        And the addresses that stand in it.
        """
        folded = _folded(text)
        if "@" in folded and (found := {one for one in self._addresses if one in folded.lower()}):
            return found | self._numbers_in(folded)
        return self._numbers_in(folded)

    def _numbers_in(self, folded: str) -> set[str]:
        digits = folded.encode("ascii", "ignore").translate(None, _NO_DIGIT)
        if self._begin not in digits:
            return set()
        return {number for number in self._numbers if number.encode() in digits and self._apart[number].search(folded)}

    def in_bytes(self, content: bytes) -> set[str]:
        """Return the numbers in bytes: as utf-8, GBK or UTF-16, plain, escaped or in base64."""
        return set().union(*(self.in_text(text) for text in _readings(content)))

    def in_file(self, path: Path) -> set[str]:
        """Return the numbers in a file, and in what it packs: a gzip, a zip, a workbook, a Parquet file, a database."""
        content = path.read_bytes()
        found = self.in_bytes(content) | self.in_text(str(path))
        for inner in _unpacked(path, content):
            found |= self.in_bytes(inner)
        return found

    def in_home(self, home: Path, without: Iterable[str], since: float = 0.0) -> dict[str, set[str]]:
        """Return, by file below a home that changed since a moment, the numbers in it; some parts left out."""
        left = set(without)
        files = [one for one in sorted(home.rglob("*")) if one.is_file() and not one.is_symlink()]
        files = [one for one in files if one.stat().st_ctime >= since]
        found = {
            str(one.relative_to(home)): self.in_file(one) for one in files if one.relative_to(home).parts[0] not in left
        }
        return {name: numbers for name, numbers in found.items() if numbers}


def _folded(text: str) -> str:
    """Return a text with every digit as ASCII, without what shows nothing."""
    return text if text.isascii() else _OTHER.sub(lambda other: _fold(other.group()), text)


def _fold(other: str) -> str:
    shown = _DECIMAL.sub(lambda digit: str(unicodedata.decimal(digit.group())), unicodedata.normalize("NFKC", other))
    return "".join(one for one in shown if one.isascii() or unicodedata.category(one)[0] == "L")


def _readings(content: bytes) -> Iterator[str]:
    yield from _decoded(content)
    if _ESCAPED.search(content):
        unquoted = re.sub(rb"\\u00([0-9A-Fa-f]{2})|\\x([0-9A-Fa-f]{2})", _byte, unquote_to_bytes(content))
        yield from _decoded(unquoted)
        shown = content.decode("utf-8", "ignore")
        yield html.unescape(re.sub(r"\\u([0-9A-Fa-f]{4})", lambda code: chr(int(code[1], 16)), shown))
    for run in _BASE64.findall(content):
        for skip in range(4):
            part = run[skip:].translate(bytes.maketrans(b"-_", b"+/"))
            part = part[: len(part) - len(part) % 4] if len(part) % 4 == 1 else part
            try:
                inner = binascii.a2b_base64(part + b"=" * (-len(part) % 4))
            except binascii.Error:
                continue
            yield from _decoded(inner)


def _byte(escape: re.Match[bytes]) -> bytes:
    return bytes.fromhex((escape[1] or escape[2]).decode())


def _decoded(content: bytes) -> Iterator[str]:
    yield content.decode("utf-8", "ignore")
    if not content.isascii():
        yield content.decode("gb18030", "ignore")
    if b"\0" in content:
        yield content.replace(b"\0", b"").decode("utf-8", "ignore")


def _unpacked(path: Path, content: bytes) -> Iterator[bytes]:
    if content.startswith(b"\x1f\x8b"):
        yield gzip.decompress(content)
    elif content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            yield from (packed.read(name) for name in packed.namelist())
    elif content.startswith(b"PAR1"):
        table = pq.read_table(io.BytesIO(content))
        yield str(table.schema).encode()
        yield from ("\n".join(map(str, column.unique().to_pylist())).encode() for column in _columns(table))
    elif content[8:12] == b"DUCK":
        with duckdb.connect(str(path), read_only=True) as database:
            names = database.execute(
                'select format(\'"{}"."{}"\', schema_name, table_name) from duckdb_tables()'
            ).fetchall()
            for (name,) in names:
                yield "\n".join(str(row) for row in database.sql(f"select * from {name}").fetchall()).encode()


def _columns(table: pa.Table) -> Iterator[pa.ChunkedArray]:
    for column in table.columns:
        yield column.combine_chunks().flatten() if pa.types.is_list(column.type) else column

"""Landing files: which are complete, what their bytes are and in which encoding."""

import codecs
import dataclasses
import gzip
import hashlib
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from orchestration.channels.engine.reasons import BrokenFile

#: Longest suffix first; what a name ends in decides how it is read.
FORMATS: Final = ("csv.gz", "jsonl.gz", "csv", "jsonl", "json", "parquet", "xlsx")
UNFINISHED: Final = (".part", ".tmp", ".crdownload", ".filepart", ".uploading")
BLOCK: Final = 8 << 20
#: A line or header beyond this is no table; keeps memory bounded on hostile input.
LONGEST_LINE: Final = 16 << 20
_ZIP, _OLE, _GZIP, _PARQUET = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"PAR1"
#: What begins so is a page or a table of one, not a table of text.
_MARKUP: Final = re.compile(
    rb"<(?:!doctype|!--|\?xml|html|head|body|table|div|meta|style|script|title|br|p)\b", re.IGNORECASE
)
#: A gzip that unpacks to more than this and to so many times its own size is a bomb: tables reach a tenth of it.
LARGEST_UNPACKED: Final = 1 << 28
LARGEST_RATIO: Final = 200
#: A workbook that unpacks to more than this, or to a hundred times its size, is not opened.
LARGEST_WORKBOOK: Final = 2 << 30
WORKBOOK_RATIO: Final = 100


@dataclasses.dataclass(frozen=True)
class Landed:
    """A file in landing, as found: nothing of it has been read yet."""

    path: Path
    #: below ``landing/<channel>/<dataset>``
    name: str
    bytes: int
    modified_ns: int

    @property
    def format(self) -> str | None:
        """The format its name declares, or None."""
        lower = self.name.lower()
        return next((each for each in FORMATS if lower.endswith(f".{each}")), None)

    @property
    def in_history(self) -> bool:
        """Whether it lies in a folder ``history``."""
        return "history" in Path(self.name).parts[:-1]


@dataclasses.dataclass(frozen=True)
class Probe:
    """What one pass over a file's bytes tells."""

    file_id: str
    encoding: str
    lines: int


def below(folder: Path) -> list[Path]:
    """Return everything below a folder, in name order; none where it is not there.

    Raises
    ------
    PermissionError
        A folder that cannot be listed: what lies in it may be a refusal, so nothing goes on as if it were empty.
    """
    found: list[Path] = []
    if folder.is_dir():
        for place, folders, files in os.walk(folder, onerror=_unlisted):
            found.extend(Path(place, name) for name in (*folders, *files))
    return sorted(found)


def _unlisted(error: OSError) -> None:
    if isinstance(error, PermissionError):
        raise PermissionError(
            f"{error.filename} cannot be listed: give whoever runs siyu the right to read it, then run again"
        ) from None


def discover(folder: Path, wants_done: bool) -> tuple[list[Landed], list[tuple[Landed, str]]]:
    """Return the complete files below a dataset's folder in name order, and those to wait for with the reason."""
    ready: list[Landed] = []
    waiting: list[tuple[Landed, str]] = []
    for path in below(folder):
        try:
            status = path.lstat()
        except FileNotFoundError:  # renamed since the folder was listed: complete now, and read by the next run
            continue
        # ~$orders.xlsx lies beside a workbook as long as somebody has it open.
        if stat.S_ISDIR(status.st_mode) or path.name.startswith((".", "~$")) or path.suffix == ".done":
            continue
        name = readable_name(path.relative_to(folder).as_posix())
        landed = Landed(path, name, status.st_size, status.st_mtime_ns)
        if path.suffix.lower() in UNFINISHED:
            waiting.append((landed, "unfinished"))
        elif wants_done and not path.with_name(path.name + ".done").exists():
            waiting.append((landed, "no_done_marker"))
        else:
            ready.append(landed)
    return ready, waiting


def readable_name(name: str) -> str:
    """Return a file's name as text: one that is not UTF-8 (unpacked from a Chinese Windows) is read as GB18030."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return os.fsencode(name).decode("gb18030", "replace")
    return name


def is_unchanged(landed: Landed) -> bool:
    """Say whether a file still has the size and time it was found with; one that grows is read another time."""
    try:
        status = landed.path.lstat()
    except FileNotFoundError:
        return False
    return (status.st_size, status.st_mtime_ns) == (landed.bytes, landed.modified_ns)


def check_shell(path: Path, file_format: str | None) -> None:
    """Refuse what a name promises and the first bytes deny, before anything is expanded.

    Raises
    ------
    BrokenFile
        Naming the reason.
    """
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode):
        raise BrokenFile("not_a_regular_file")
    if file_format is None:
        raise BrokenFile("old_workbook" if path.suffix.lower() in (".xls", ".et") else "unknown_format")
    if status.st_size == 0:
        raise BrokenFile("empty_file")
    with path.open("rb") as file:
        head = file.read(512)
    if file_format.endswith(".gz"):
        if not head.startswith(_GZIP):
            raise BrokenFile("not_gzip")
    elif file_format == "parquet":
        if not head.startswith(_PARQUET):
            raise BrokenFile("not_parquet")
    elif file_format == "xlsx":
        if not head.startswith(_ZIP):
            raise BrokenFile("not_xlsx")
    elif head.startswith((_ZIP, _OLE, _GZIP, _PARQUET)):
        raise BrokenFile("not_text")
    elif _MARKUP.match(head.lstrip(b"\xef\xbb\xbf \t\r\n")):
        raise BrokenFile("html_page")


def check_workbook(path: Path) -> None:
    """Refuse a workbook that unpacks to far more than it is; raises ``BrokenFile``."""
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError):
        raise BrokenFile("not_xlsx") from None
    if unpacked > LARGEST_WORKBOOK or unpacked > WORKBOOK_RATIO * max(path.stat().st_size, 1 << 16):
        raise BrokenFile("zip_bomb")


def open_content(path: Path, file_format: str) -> IO[bytes]:
    """Open a file's decompressed bytes; links are not followed."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    raw = os.fdopen(descriptor, "rb")
    return gzip.GzipFile(fileobj=raw) if file_format.endswith(".gz") else raw  # type: ignore[return-value]


def _blocks(path: Path, file_format: str) -> Iterator[bytes]:
    try:
        with open_content(path, file_format) as content:
            packed, unpacked = path.stat().st_size, 0
            while block := content.read(BLOCK):
                unpacked += len(block)
                if unpacked > LARGEST_UNPACKED and unpacked > LARGEST_RATIO * packed:
                    raise BrokenFile("gzip_bomb")
                yield block
    except (EOFError, zlib.error):
        raise BrokenFile("truncated_gzip") from None
    except gzip.BadGzipFile:
        raise BrokenFile("not_gzip") from None


def probe(path: Path, file_format: str) -> Probe:
    """Read a file once: the sha256 of its decompressed bytes, how many lines it has and its encoding.

    The encoding is UTF-16 by its mark, else UTF-8 where at least as many non-ASCII lines are valid as not (GB18030
    text hardly ever is), else GB18030. Nothing is guessed from letter frequencies.
    """
    digest = hashlib.sha256()
    if file_format in ("parquet", "xlsx"):
        for block in _blocks(path, file_format):
            digest.update(block)
        return Probe(digest.hexdigest(), "binary", 0)
    lines, valid, invalid, last, first = 0, 0, 0, b"", b""
    rest = b""
    for block in _blocks(path, file_format):
        digest.update(block)
        first = first or block[:4]
        last = block[-1:]
        lines += block.count(b"\n")
        whole, _, tail = block.rpartition(b"\n")
        good, bad = _utf8_lines(rest + whole)
        valid, invalid, rest = valid + good, invalid + bad, tail
        if len(rest) > LONGEST_LINE:
            raise BrokenFile("header_too_long")
    good, bad = _utf8_lines(rest)
    valid, invalid = valid + good, invalid + bad
    if not first:
        raise BrokenFile("empty_file")
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    else:
        encoding = "utf-8" if valid >= invalid else "gb18030"
    if encoding != "utf-16" and file_format.endswith(("json", "jsonl", "jsonl.gz")):
        encoding = "utf-8" if valid or not invalid else "gb18030"
    return Probe(digest.hexdigest(), encoding, lines + (last != b"\n"))


def _utf8_lines(block: bytes) -> tuple[int, int]:
    """Return how many lines speak for UTF-8 and how many against it; one test for a block without a fault."""
    if block.isascii():
        return 0, 0
    try:
        block.decode("utf-8")
        return block.count(b"\n") + 1, 0
    except UnicodeDecodeError:
        pass
    good = bad = 0
    for line in block.splitlines():
        if not line.isascii():
            try:
                line.decode("utf-8")
                good += 1
            except UnicodeDecodeError:
                bad += 1
    return good, bad

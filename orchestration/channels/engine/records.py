"""Records between a file and the rules: batches of columns of text with their line numbers, and the file's tally."""

import dataclasses
import functools
import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa

from orchestration.channels.engine.declare import Column, Dataset
from orchestration.channels.engine.reasons import BrokenFile
from orchestration.channels.engine.refusal_words import says_refusal

#: What an enveloped record says beside its payload; delimited and Parquet files may have them as columns.
ENVELOPE: Final = ("_account", "_fetched_at")
_BRACKETED = re.compile(r"\([^)]*\)|\[[^\]]*\]|【[^】]*】")
_JOINERS = re.compile(r"[\s_\-()\[\]【】*:\"']+")


class Fault(NamedTuple):
    """Why a record, or where line is None a whole file, was set aside; whether it can have been a refusal.

    ``key`` is what of its natural key could be read: the columns and the hash of their values. ``widest`` is what it
    refuses in its widest reading, as ``widest_reading`` writes it: None where it names nobody.
    """

    line: int | None
    column: str | None
    reason: str
    may_refuse: bool = True
    key: tuple[str, str] | None = None
    widest: str | None = None


def key_hash(values: Sequence[str]) -> str:
    """Return what stands for the values of a key where no value may stand."""
    return hashlib.sha256("\x1f".join(values).encode("utf-8", "replace")).hexdigest()


@dataclasses.dataclass
class Tally:
    """What happened to a file's physical records; the engine checks that it adds up.

    Of a text whose records are lines, so do the ``lines``: each is a record, or stands ``beside`` one (the header,
    the further lines of a quoted field).
    """

    physical: int = 0
    lines: int = 0
    beside: int = 0
    skipped: Counter[str] = dataclasses.field(default_factory=Counter)
    warnings: Counter[str] = dataclasses.field(default_factory=Counter)
    rejected: list[Fault] = dataclasses.field(default_factory=list)
    #: how many records the file itself says that it has (共 5 条)
    announced: int | None = None
    #: headers that nobody declared and that say that people refuse, with their line
    refusing: dict[str, int] = dataclasses.field(default_factory=dict)
    #: the cells of a table's header, of every sheet's; of JSON none
    headers: dict[str, None] = dataclasses.field(default_factory=dict)

    def skip(self, what: str) -> None:
        """Count one record as a declared skip."""
        self.physical += 1
        self.skipped[what] += 1

    def title(self, what: str, cells: Sequence[str], line: int) -> None:
        """Count one row above the header as skipped, and note what it says: a number of records, or of refusals."""
        self.skip(what)
        self.announced = announced(cells) if self.announced is None else self.announced
        for cell in cells:
            self.undeclared(cell.strip(), line)

    def undeclared(self, header: str, line: int) -> None:
        """Note a header that nobody declared where it says that people refuse: what it tells is not read."""
        if says_refusal(header):
            self.refusing.setdefault(header, line)

    def reject(self, line: int, reason: str, column: str | None = None) -> None:
        """Count one record as set aside before its values were read."""
        self.physical += 1
        self.rejected.append(Fault(line, column, reason))


@dataclasses.dataclass
class Elements:
    """The elements of a child dataset in a batch: whose they are, their place, and their columns."""

    parents: np.ndarray
    ordinals: np.ndarray
    columns: dict[str, pa.Array]


@dataclasses.dataclass
class Batch:
    """Some records of a file, column by column, as written; a declared column that the file lacks is all null."""

    lines: np.ndarray
    columns: dict[str, pa.Array]
    accounts: pa.Array | None = None
    fetched: pa.Array | None = None
    children: dict[str, Elements] = dataclasses.field(default_factory=dict)
    #: per column that narrows, which records do not have it at all, not even empty
    unsaid: dict[str, np.ndarray] = dataclasses.field(default_factory=dict)
    #: records that are a platform's answer and none of its entities: the reason, and the key that holds those
    answers: dict[int, tuple[str, str]] = dataclasses.field(default_factory=dict)

    def __len__(self) -> int:
        """Return the number of records."""
        return len(self.lines)


@functools.lru_cache(maxsize=4096)
def header_keys(text: str) -> tuple[str, ...]:
    """Return what a header is compared by: without case, width, spaces and joiners, with and without its unit."""
    folded = unicodedata.normalize("NFKC", text).casefold().strip().lstrip("\ufeff'`")
    whole = _JOINERS.sub("", folded)
    bare = _JOINERS.sub("", _BRACKETED.sub("", folded))
    return (whole, bare) if bare and bare != whole else (whole,)


def names_of(column: Column) -> tuple[str, ...]:
    """Return every header a column goes by."""
    return (column.name, *((column.path,) if column.path else ()), *column.aliases)


def map_header(dataset: Dataset, header: list[str], tally: Tally, line: int = 1) -> dict[str, int]:
    """Return the position of each declared column and envelope field in a header.

    Parameters
    ----------
    dataset
        Whose columns.
    header
        The cells of the header.
    tally
        Is told the headers that nobody declared.
    line
        Where the header stands.

    Raises
    ------
    BrokenFile
        ``duplicated_header`` or ``missing_column``, naming the column.
    """
    known = {
        key: column.name for column in dataset.columns for name in names_of(column) for key in header_keys(name)[:1]
    }
    positions: dict[str, int] = {}
    unknown: list[str] = []
    tally.headers |= dict.fromkeys(text.strip() for text in header if text.strip())
    for position, text in enumerate(header):
        if text.strip() in ENVELOPE:
            positions.setdefault(text.strip(), position)
            continue
        keys = header_keys(text)
        if not keys[0]:
            continue
        name = next((known[key] for key in keys if key in known), None)
        if name in positions:
            raise BrokenFile("duplicated_header", name)
        if name is None:  # nobody reads it, so that it may stand there as often as it likes
            unknown.append(text.strip())
            tally.warnings[f"unknown_column {text.strip()}"] = 1
            tally.undeclared(text.strip(), line)
        else:
            positions[name] = position
    if not positions.keys() - set(ENVELOPE):
        raise BrokenFile("unknown_header")
    wanted = (column.name for column in dataset.columns if column.required or (column.narrows and unknown))
    if missing := [name for name in wanted if name not in positions]:
        raise BrokenFile("missing_column", ", ".join(missing))
    return positions


def recognised(dataset: Dataset, header: list[str]) -> int:
    """Return how many of a line's cells are headers of the dataset."""
    known = _known_keys(dataset)
    return sum(any(key in known for key in header_keys(cell)) for cell in header)


@functools.lru_cache(maxsize=256)
def _known_keys(dataset: Dataset) -> frozenset[str]:
    return frozenset(key for column in dataset.columns for name in names_of(column) for key in header_keys(name)[:1])


def header_among(dataset: Dataset, rows: Sequence[list[str]]) -> int | None:
    """Return which of a file's first rows is its header, or None.

    The first one that has every required column; else that which has most columns, half of its cells or four at least.
    The first row that says anything is taken where it has one: what it lacks is named then.
    """
    best, most = None, 0
    first = next((place for place, cells in enumerate(rows) if any(cell.strip() for cell in cells)), None)
    for place, cells in enumerate(rows):
        if has_every_column(dataset, cells):
            return place
        count = recognised(dataset, cells)
        filled = sum(bool(cell.strip()) for cell in cells)
        if count > most and (count * 2 >= min(filled, 4) or place == first):
            best, most = place, count
    return best


def has_every_column(dataset: Dataset, cells: Sequence[str]) -> bool:
    """Say whether a row names every column that a file must have, and one at least."""
    wanted = _required_keys(dataset)
    keys = {key for cell in cells for key in header_keys(cell)}
    return bool(wanted) and all(names & keys for names in wanted)


@functools.lru_cache(maxsize=256)
def _required_keys(dataset: Dataset) -> tuple[frozenset[str], ...]:
    required = (column for column in dataset.columns if column.required)
    return tuple(frozenset(header_keys(name)[0] for name in names_of(column)) for column in required)


def note_refusals(rows: Sequence[Sequence[str]], lines: Sequence[int], tally: Tally) -> None:
    """Note what the widest of a file's first rows says of refusals where none is a header that can be read."""
    found = [(sum(bool(cell.strip()) for cell in cells), -line, cells) for cells, line in zip(rows, lines, strict=True)]
    if not found:
        return
    _, line, widest = max(found, key=lambda row: row[:2])
    for cell in widest:
        tally.undeclared(cell.strip(), -line)


#: What says how many records there are: 共 5 条, 合计：3 笔记录, (2 rows).
_ANNOUNCED: Final = re.compile(
    r"(?:共|总计|合计|总数|记录数)\D{0,6}?(\d{1,9})\s*(?:条|笔|行|单|项|个订单)|^\(?(\d{1,9}) (?:rows?|records?)\)?$",
    re.IGNORECASE,
)


def announced(cells: Sequence[str]) -> int | None:
    """Return how many records a line above or below them says that there are."""
    for cell in cells:
        if match := _ANNOUNCED.search(unicodedata.normalize("NFKC", cell[:200]).strip()):
            return int(match[1] or match[2])
    return None

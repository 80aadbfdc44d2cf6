"""Which data set or mapping a file is made for: told by the headers in its first lines, before anything is read."""

import csv
import dataclasses
import itertools
import json
from pathlib import Path
from typing import Any, Final

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.channels.engine import registry
from orchestration.channels.engine.declare import Dataset
from orchestration.channels.engine.files import FORMATS, probe
from orchestration.channels.engine.lines import line_blocks
from orchestration.channels.engine.mappings import CHANNEL, MappedDataset, always_filled
from orchestration.channels.engine.platform_answers import SIGNS, holder_of
from orchestration.channels.engine.reasons import BrokenFile
from orchestration.channels.engine.records import ENVELOPE, has_every_column, header_keys, names_of, recognised

LINES: Final = 60
_DELIMITERS: Final = (",", "\t", ";", "|")


@dataclasses.dataclass(frozen=True)
class Candidate:
    """A data set that a file may be of, how many of its headers it knows, and whether it has all that it needs."""

    channel: str
    dataset: Dataset
    known: int
    is_whole: bool

    @property
    def place(self) -> str:
        """Its folder under ``landing/``."""
        return self.dataset.name if isinstance(self.dataset, MappedDataset) else f"{self.channel}/{self.dataset.name}"


def first_rows(path: Path, file_format: str) -> list[list[str]]:
    """Return the cells of a file's first rows; of JSON one row, the paths of its first record.

    Raises
    ------
    BrokenFile
        When they cannot be read.
    """
    if file_format == "xlsx":
        try:
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
            rows = [
                ["" if value is None else str(value) for value in row]
                for sheet in book.sheetnames
                for row in itertools.islice(book[sheet].iter_rows(values_only=True), LINES)
            ]
        except Exception:  # whatever is wrong with it, the reader says so in the end
            raise BrokenFile("not_xlsx") from None
        return rows
    if file_format == "parquet":
        try:
            return [list(pq.read_schema(path).names)]
        except (pa.ArrowException, OSError):
            raise BrokenFile("not_parquet") from None
    blocks = line_blocks(path, file_format, probe(path, file_format).encoding)
    lines = next(iter(blocks), None)
    texts = [lines.text(place) or "" for place in range(min(len(lines), LINES))] if lines else []
    if file_format.startswith("json"):
        record = first_record(path, file_format, texts)
        return [paths_of(record), paths_of(opened(record)[1])]
    widest = max(_DELIMITERS, key=lambda each: max((text.count(each) for text in texts), default=0))
    return [next(csv.reader([text], delimiter=widest), []) for text in texts]


def first_record(path: Path, file_format: str, texts: list[str]) -> dict[str, Any]:
    """Return the first object of a JSON file, its envelope taken off; an empty one where there is none."""
    try:
        is_lines = file_format.startswith("jsonl")
        whole = json.loads(texts[0] if is_lines else path.read_text(encoding="utf-8-sig"))
    except (ValueError, IndexError):
        return {}
    first = whole[0] if isinstance(whole, list) and whole else whole
    if isinstance(first, dict) and isinstance(first.get("payload"), dict):
        first = first["payload"]
    return first if isinstance(first, dict) else {}


def opened(record: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return where in an answer its records lie, and the first of them; "" and the record where it is none."""
    where = holder_of(record) if SIGNS & record.keys() else None
    for key in where.split(".") if where else ():
        record = record[key]
    return (where, record[0]) if where else ("", record)  # type: ignore[index]


def paths_of(record: dict[str, Any], before: str = "") -> list[str]:
    """Return the paths of a record's values, keys joined by dots."""
    found = []
    for key, value in record.items():
        found.append(f"{before}{key}")
        if isinstance(value, dict):
            found += paths_of(value, f"{before}{key}.")
    return found


def candidates(rows: list[list[str]], mapped: dict[str, MappedDataset]) -> list[Candidate]:
    """Return every data set and mapping of which a file has a header, the likeliest first."""
    declared = [(channel.name, dataset) for channel in registry.channels().values() for dataset in channel.datasets]
    every: list[tuple[str, Dataset]] = [*declared, *((CHANNEL, dataset) for dataset in mapped.values())]
    found = []
    for channel, dataset in every:
        known, is_whole = max(((recognised(dataset, row), _has_all(dataset, row)) for row in rows), default=(0, False))
        if any(_has_all(dataset, row) for row in rows):
            is_whole = True
        if known:
            found.append(Candidate(channel, dataset, known, is_whole))
    return sorted(found, key=lambda each: (each.is_whole, each.known, each.channel == CHANNEL), reverse=True)


def where_it_belongs(path: Path, place: str, mapped: dict[str, MappedDataset]) -> str:
    """Return a sentence that says where a refused file belongs; nothing where it is of no data set or mapping.

    Parameters
    ----------
    path
        The file.
    place
        The folder under ``landing/`` in which it lies.
    mapped
        The mappings of the home.
    """
    file_format = next((each for each in FORMATS if path.name.lower().endswith(f".{each}")), None)
    try:
        found = candidates(first_rows(path, file_format), mapped) if file_format else []
    except (BrokenFile, OSError, ValueError, csv.Error, pa.ArrowException):
        return ""
    other = next((each.place for each in found if each.is_whole and each.place != place), None)
    return f" It looks like {other}: put it into landing/{other}/." if other else ""


def _has_all(dataset: Dataset, row: list[str]) -> bool:
    if not isinstance(dataset, MappedDataset):
        return has_every_column(dataset, row)
    keys = {key for cell in row for key in header_keys(cell)}
    needed = [column for column in dataset.columns if column.required]
    if any(not {header_keys(name)[0] for name in names_of(column)} & keys for column in needed):
        return False
    for target in always_filled(dataset.targets):
        said = dict(target.values)
        for column in target.dataset.columns:
            reads = said[column.name].reads if column.required and column.name in said else ()
            if reads and not {header_keys(header)[0] for header in reads} & keys:
                return False
    return True


def headers_of(dataset: Dataset, rows: list[list[str]]) -> list[str]:
    """Return the row that is the header: the first with every column, else the one with most of them."""
    whole = [row for row in rows if _has_all(dataset, row)]
    best = whole[0] if whole else max(rows, key=lambda row: recognised(dataset, row), default=[])
    return [cell.strip() for cell in best if cell.strip() and cell.strip() not in ENVELOPE]

"""Parquet files and xlsx workbooks as batches of text."""

import datetime as dt
import itertools
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from openpyxl import Workbook
from openpyxl.utils.datetime import MAC_EPOCH

from orchestration.channels.engine.column_cleaning import TEXT, as_text
from orchestration.channels.engine.declare import Dataset
from orchestration.channels.engine.files import check_workbook
from orchestration.channels.engine.json_records import Explode
from orchestration.channels.engine.reasons import BrokenFile
from orchestration.channels.engine.records import ENVELOPE, Batch, Tally, header_among, map_header, note_refusals
from orchestration.channels.engine.row_table import RowTable

ROWS_PER_BATCH: Final = 50_000
#: A day number alone, as a cell without a date's format shows it.
_SERIAL: Final = re.compile(r"^(\d{5})(\.\d+)?$")
_DAYS_TO_1904: Final = 1462
#: What openpyxl and the parsers below it raise on a damaged workbook (XML errors are SyntaxErrors).
UNREADABLE: Final = (
    OSError, ValueError, LookupError, TypeError, AttributeError, SyntaxError, EOFError, NotImplementedError,
    zipfile.BadZipFile, zlib.error,
)  # fmt: skip


def read_parquet(path: Path, dataset: Dataset, tally: Tally) -> Iterator[Batch]:
    """Yield the batches of a Parquet file; its row number stands for the line."""
    try:
        file = pq.ParquetFile(path)
        nested = bool(dataset.children) or any("." in (column.path or "") for column in dataset.columns)
        start = 1
        explode = Explode(dataset, tally)
        for batch in file.iter_batches(ROWS_PER_BATCH):
            lines = np.arange(start, start + batch.num_rows)
            start += batch.num_rows
            if nested:
                yield explode.batch(lines.tolist(), [_read_json(record) for record in batch.to_pylist()])
            else:
                yield _flat(batch, lines, dataset, tally)
        if start == 1:
            map_header(dataset, file.schema_arrow.names, tally)
    except UnicodeDecodeError:
        raise BrokenFile("undecodable") from None
    except (pa.ArrowException, OSError):
        raise BrokenFile("not_parquet") from None


def _read_json(record: dict[str, Any]) -> dict[str, Any]:
    """Return an enveloped record with its payload opened: Parquet landings keep it as JSON text."""
    if isinstance(record.get("payload"), str):
        try:
            return {**record, "payload": json.loads(record["payload"])}
        except ValueError:
            return record
    return record


def _flat(batch: pa.RecordBatch, lines: np.ndarray, dataset: Dataset, tally: Tally) -> Batch:
    positions = map_header(dataset, batch.schema.names, tally)
    columns = {}
    for column in dataset.columns:
        position = positions.get(column.name)
        columns[column.name] = pa.nulls(len(lines), TEXT) if position is None else _column_text(batch.column(position))
    tally.physical += len(lines)
    accounts, fetched = (
        None if name not in positions else _column_text(batch.column(positions[name])) for name in ENVELOPE
    )
    return Batch(lines, columns, accounts, fetched)


def _column_text(array: pa.Array) -> pa.Array:
    """Return a typed column as text; a whole-second instant without its empty fraction, one with a zone in UTC."""
    kind = array.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        try:
            array.validate(full=True)  # writers of other houses store GBK bytes as strings
        except pa.ArrowInvalid:
            raise BrokenFile("undecodable") from None
    if pa.types.is_dictionary(kind):
        return _column_text(array.dictionary_decode())
    if pa.types.is_timestamp(kind):
        text = pc.replace_substring_regex(array.cast(TEXT), r"\.0+(Z?)$", r"\1")
        return pc.replace_substring_regex(text, r"(\.\d{6})\d{3}(Z?)$", r"\1\2")
    if pa.types.is_floating(kind):
        return as_text([None if value != value else value for value in array.to_pylist()])
    if (
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_integer(kind)
        or pa.types.is_date(kind)
    ):
        return array.cast(TEXT)
    if pa.types.is_decimal(kind) or pa.types.is_boolean(kind):
        return array.cast(TEXT)
    return as_text([
        value.decode("utf-8", "replace") if isinstance(value, bytes) else value for value in array.to_pylist()
    ])


def read_workbook(path: Path, dataset: Dataset, tally: Tally) -> Iterator[Batch]:
    """Yield the batches of a worksheet; the sheet's row stands for the line."""
    check_workbook(path)
    try:
        values = openpyxl.load_workbook(path, read_only=True, data_only=True)
        written = openpyxl.load_workbook(path, read_only=True, data_only=False)
    except UNREADABLE:
        raise BrokenFile("not_xlsx") from None
    if dataset.sheet and dataset.sheet not in values.sheetnames:
        raise BrokenFile("unknown_sheet")
    for name in [dataset.sheet] if dataset.sheet else values.sheetnames:
        rows = _numbered(values[name], written[name])
        first = list(itertools.islice(rows, dataset.preamble + 1))
        texts, place = _header_place(dataset, (shown for _, shown, _ in first))
        if place is not None:
            break
        note_refusals(texts, range(1, len(texts) + 1), tally)
    else:
        raise BrokenFile("unknown_header")
    if others := len(values.sheetnames) - 1:
        tally.warnings["other_sheets"] = others
    yield from _sheet(itertools.chain(first, rows), place, dataset, tally, values.epoch == MAC_EPOCH)
    values.close()
    written.close()


def _header_place(dataset: Dataset, rows: Iterable[tuple[Any, ...]]) -> tuple[list[list[str]], int | None]:
    """Return the first rows of a sheet as texts, and which of them is the header."""
    texts = [[_cell_text(value) for value in row] for row in rows]
    return texts, header_among(dataset, texts)


def sheet_that_is_read(book: Workbook, dataset: Dataset) -> str | None:
    """Return the name of the one sheet whose rows are a dataset's records; the others are read by nobody."""
    for sheet in book.worksheets:
        if not dataset.sheet or sheet.title == dataset.sheet:
            first = itertools.islice(sheet.iter_rows(values_only=True), dataset.preamble + 1)
            if _header_place(dataset, first)[1] is not None:
                return str(sheet.title)
    return None


_SheetRow = tuple[int, tuple[Any, ...], tuple[Any, ...]]


def _sheet(rows: Iterator[_SheetRow], place: int, dataset: Dataset, tally: Tally, is_mac: bool) -> Iterator[Batch]:
    """Yield the batches of a sheet whose header stands at a place; what stands above it is skipped and counted."""
    table: RowTable | None = None
    days: frozenset[int] = frozenset()
    held: list[tuple[int, list[str]]] = []
    for number, shown, typed in rows:
        cells = [_cell_text(value) for value in shown]
        if number <= place:
            tally.title("preamble" if any(cells) else "blank", cells, number)
        elif table is None:
            while cells and not cells[-1]:
                cells.pop()
            table = RowTable(dataset, cells, tally, line=number)
            if is_mac:  # of a number in a cell without a date's format only the workbook knows from when it counts
                dated = (each.name for each in dataset.columns if each.type in ("instant", "date"))
                days = frozenset(table.positions[name] for name in dated if name in table.positions)
        elif any(_is_unvalued(value, formula) for value, formula in zip(shown, typed, strict=False)):
            tally.reject(number, "formula_without_value")
        else:
            for each in days.intersection(range(len(cells))):
                cells[each] = _SERIAL.sub(_from_1900, cells[each])
            held.append((number, cells + [""] * (table.width - len(cells))))
        if table is not None and len(held) >= ROWS_PER_BATCH:
            yield table.batch(held)
            held = []
    if table is not None:
        yield table.batch(held)


def _from_1900(match: re.Match[str]) -> str:
    """Return a day number of a workbook that counts from 1904 as one that counts from 1900."""
    return f"{int(match[1]) + _DAYS_TO_1904}{match[2] or ''}"


def _numbered(values: Any, written: Any) -> Iterator[_SheetRow]:
    for number, (shown, typed) in enumerate(_sheet_rows(values, written), 1):
        yield number, shown, typed


def _sheet_rows(values: Any, written: Any) -> Iterator[tuple[tuple[Any, ...], tuple[Any, ...]]]:
    """Yield each row as shown and as written; a workbook is unpacked while it is read, and may end in the middle."""
    try:
        yield from zip(values.iter_rows(values_only=True), written.iter_rows(values_only=True), strict=False)
    except UNREADABLE:
        raise BrokenFile("not_xlsx") from None


def _is_unvalued(value: Any, formula: Any) -> bool:
    return value is None and isinstance(formula, str) and formula.startswith("=")


def _cell_text(value: Any) -> str:
    """Return a cell as text: a whole number digit by digit, one of 16 digits or more as the damage it is."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        if abs(value) >= 1e15:
            return format(float(value), ".5E")
        return str(int(value)) if value == int(value) else repr(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    return str(value)

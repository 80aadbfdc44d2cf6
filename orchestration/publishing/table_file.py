"""One published table as a file for a spreadsheet: lists joined, instants in Shanghai without a zone, no formulas."""

import csv
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import openpyxl
import pyarrow.parquet as pq
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from orchestration.business_time import SHANGHAI_OFFSET
from orchestration.files import PRIVATE_MODE, replacing
from orchestration.publishing.contract import TableContract, of_manifest
from orchestration.publishing.versions import Store, date_of
from orchestration.rights import require
from orchestration.sending import activations
from orchestration.sending.gateways.cells import safe
from orchestration.settings import Settings

#: What one sheet holds, its line of names among it.
SHEET_ROWS: Final = 1_048_576
#: A spreadsheet counts in doubles: a whole number from here on would lose its last digits.
_EXACT: Final = 10**15
_BATCH_ROWS: Final = 20_000


class NoTable(RuntimeError):
    """There is no such table, nothing is published, or the file cannot hold it."""


def export_table(settings: Settings, name: str, kind: str, out: Path | None = None) -> tuple[Path, int]:
    """Write a table of CURRENT's version as ``csv`` or ``xlsx``, for its owner alone; return the file and its rows.

    Raises
    ------
    NoTable
        The message says what is there instead, or what to take.
    """
    require(settings, "export")
    store = Store(settings.published)
    current = store.current()
    if current is None:
        raise NoTable("nothing is published yet: run a date first: siyu daily YYYY-MM-DD")
    said = store.manifest(current)
    tables = of_manifest(said)
    if name not in tables:
        raise NoTable(f"no published table is called {name!r}; there are {', '.join(tables)}")
    rows = int(said["tables"][name]["rows"])
    if kind == "xlsx" and rows >= SHEET_ROWS:
        raise NoTable(f"{name} has {rows:,} rows and a sheet holds {SHEET_ROWS - 1:,}: take --csv, nothing was written")
    file = out or Path(f"{name}-{date_of(current)}.{kind}")
    if not file.parent.is_dir():
        raise NoTable(f"there is no folder {file.parent}: name a file in one that is there, with --out")
    activations.note_place(settings, file)
    source = store.versions / current / f"{name}.parquet"
    with replacing(file, PRIVATE_MODE) as draft:
        (_write_csv if kind == "csv" else _write_xlsx)(draft, tables[name], _rows(source))
    return file, rows


def _rows(source: Path) -> Iterator[list[Any]]:
    with pq.ParquetFile(source) as file:
        for batch in file.iter_batches(_BATCH_ROWS):
            columns = [[_plain(value) for value in column.to_pylist()] for column in batch.columns]
            yield from map(list, zip(*columns, strict=True))


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return safe(";".join(value))
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).replace(tzinfo=None) + SHANGHAI_OFFSET
    if isinstance(value, str):
        return safe(value)
    return value


def _write_csv(path: Path, table: TableContract, rows: Iterator[list[Any]]) -> None:
    """Write UTF-8 with its mark, by which Excel shows Chinese rightly; nothing between two commas is null."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(table.column_names)
        writer.writerows(rows)


def _write_xlsx(path: Path, table: TableContract, rows: Iterator[list[Any]]) -> None:
    """Write the rows on one sheet, and on a second what each column means."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(table.name[:31])
    sheet.freeze_panes = "A2"
    sheet.append([_bold(sheet, name) for name in table.column_names])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    words = book.create_sheet("columns")
    words.append([_bold(words, name) for name in ("column", "type", "unit", "meaning", "含义", "null")])
    for one in table.columns:
        unit = "instant, Asia/Shanghai" if one.data_type.startswith("timestamp") else one.unit
        told = (one.name, one.data_type, unit, one.description, one.description_zh, one.null)
        words.append([_cell(words, text) for text in told])
    book.save(path)


def _bold(sheet: Any, name: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, name)
    cell.font = Font(bold=True)
    return cell


def _cell(sheet: Any, value: Any) -> Any:
    """Return a number, date or yes or no as it is, and a text as a text, whatever it looks like (#N/A is one too)."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= _EXACT:
        value = str(value)
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet)
    cell.value = value
    cell.data_type = "s"
    return cell

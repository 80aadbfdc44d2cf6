"""Files of cells that no spreadsheet takes for a formula."""

import csv
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

#: What hides before a sign: blanks of any width, and what takes no room at all.
_BLANK: Final = r"[\s\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
_SIGN: Final = r"[=+\-@\uff1d\uff0b\uff0d\uff20|%]"
#: OWASP, CSV injection: what a cell begins with that a spreadsheet runs, in full width too, or after a line end.
_RUNS: Final = re.compile(rf"^(?:[\t\r\n]|{_BLANK}*{_SIGN})|[\t\r\n]{_BLANK}*{_SIGN}")
#: What a workbook cannot hold (XML 1.0), halves of a character that no file can hold among it.
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MONEY: Final = re.compile(r"-?\d+(\.\d+)?")


def held(value: Any) -> str:
    """Return a value as a text that every file can hold; what none can is left out."""
    return _CONTROLS.sub("", "" if value is None else str(value))


def safe(value: Any) -> str:
    """Return a value as the text of a cell; what a spreadsheet would run gets an apostrophe before it."""
    text = held(value)
    return "'" + text if _RUNS.search(text) and not _MONEY.fullmatch(text) else text


def write_csv(path: Path, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> Path:
    """Write cells as UTF-8 with its mark (Excel shows Chinese rightly), every one quoted; return the path."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(header)
        writer.writerows([safe(value) for value in row] for row in rows)
    return path


class Sheet(NamedTuple):
    """A sheet of a workbook: its name, the names of its columns, and its rows."""

    name: str
    header: Sequence[str]
    rows: Sequence[Sequence[Any]]


def write_xlsx(path: Path, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> Path:
    """Write cells as texts of a workbook, whatever they look like; return the path."""
    return write_sheets(path, [Sheet("calls", header, rows)])


def write_sheets(path: Path, sheets: Sequence[Sheet]) -> Path:
    """Write sheets of cells as texts of one workbook, whatever they look like; return the path."""
    book = openpyxl.Workbook(write_only=True)
    for one in sheets:
        sheet = book.create_sheet(one.name)
        sheet.append([_cell(sheet, name, is_bold=True) for name in one.header])
        for row in one.rows:
            sheet.append([_cell(sheet, value) for value in row])
    book.save(path)
    return path


def _cell(sheet: Any, value: Any, *, is_bold: bool = False) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet)
    cell.value = safe(value)
    cell.data_type = "s"
    if is_bold:
        cell.font = Font(bold=True)
    return cell

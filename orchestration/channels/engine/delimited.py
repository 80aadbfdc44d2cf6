"""Delimited text: records put together from lines, the header found, skips counted, broken lines set aside."""

import csv
import re
from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
import pyarrow as pa

from orchestration.channels.engine.column_cleaning import TEXT
from orchestration.channels.engine.declare import Dataset
from orchestration.channels.engine.reasons import BrokenFile
from orchestration.channels.engine.records import ENVELOPE, Batch, Tally, header_keys, map_header, recognised

#: Lines a quoted field may run over; an unterminated quote is found out after as many.
LONGEST_SPAN: Final = 50
LONGEST_HEADER: Final = 1_000_000
csv.field_size_limit(1 << 25)

Row = tuple[int, list[str]]


def records(
    blocks: Iterable[list[str | None]], delimiter: str, width: int, tally: Tally, line: int
) -> Iterator[list[Row]]:
    """Yield the records of lines as (line, cells), block by block; lines that are none are counted in the tally.

    A record starts where the one before ended. After a broken quote reading starts again at the next line, so one
    bad line costs one record.
    """
    carried: list[str | None] = []
    iterator = iter(blocks)
    following = next(iterator, None)
    while following is not None:
        lines, following = carried + following, next(iterator, None)
        rows, used = _split(lines, delimiter, width, tally, line, last=following is None)
        yield rows
        carried = lines[used:]
        line += used


def _split(
    lines: list[str | None], delimiter: str, width: int, tally: Tally, line: int, last: bool
) -> tuple[list[Row], int]:
    if not any(text is None or '"' in text or "\x00" in text for text in lines):
        return [(line + index, text.split(delimiter)) for index, text in enumerate(lines) if text is not None], len(
            lines
        )
    whole = _split_clean(lines, delimiter, width, line)
    return (whole, len(lines)) if whole is not None else _split_line_by_line(lines, delimiter, width, tally, line, last)


def _split_clean(lines: list[str | None], delimiter: str, width: int, line: int) -> list[Row] | None:
    """Return the records where the quotes are in order and no record but a complete one runs over lines."""
    if any(text is None or "\x00" in text for text in lines):
        return None
    reader = csv.reader((f"{text}\n" for text in lines), delimiter=delimiter, strict=True)
    rows: list[Row] = []
    start = 0
    try:
        for row in reader:
            if reader.line_num - start > 1 and len(row) != width:
                return None
            rows.append((line + start, row))
            start = reader.line_num
    except csv.Error:
        return None
    return rows


def _split_line_by_line(
    lines: list[str | None], delimiter: str, width: int, tally: Tally, line: int, last: bool
) -> tuple[list[Row], int]:
    rows: list[Row] = []
    index = 0
    while index < len(lines):
        text = lines[index]
        if text is None or "\x00" in text:
            tally.reject(line + index, "undecodable_line" if text is None else "nul_byte")
            index += 1
            continue
        if '"' not in text:
            rows.append((line + index, text.split(delimiter)))
            index += 1
            continue
        row, span, reason = _quoted(lines, index, delimiter)
        if reason == "more" and not last:
            return rows, index
        if row is None or (span > 1 and len(row) != width):
            tally.reject(line + index, "bad_quote" if reason == "bad_quote" else "unterminated_quote")
            index += 1
        else:
            rows.append((line + index, row))
            index += span
    return rows, len(lines)


def _quoted(lines: list[str | None], index: int, delimiter: str) -> tuple[list[str] | None, int, str | None]:
    """Return the record that starts at a line, how many lines it takes, or why there is none (``more``: not yet)."""
    for span in range(1, LONGEST_SPAN + 1):
        if index + span > len(lines):
            return None, span, "more"
        piece = lines[index : index + span]
        if piece[-1] is None:
            return None, span, "unterminated_quote"
        try:
            found = list(csv.reader((f"{text}\n" for text in piece), delimiter=delimiter, strict=True))
        except csv.Error as error:
            if "unexpected end of data" not in str(error):
                return None, span, "bad_quote"
            continue
        return (found[0], span, None) if len(found) == 1 else (None, span, "unterminated_quote")
    return None, LONGEST_SPAN, "unterminated_quote"


def read_delimited(blocks: Iterable[list[str | None]], dataset: Dataset, tally: Tally) -> Iterator[Batch]:
    """Yield the batches of a delimited file from its lines.

    Raises
    ------
    BrokenFile
        When no header can be found or told apart.
    """
    iterator = iter(blocks)
    lines: list[str | None] = next(iterator, [])
    if dataset.headerless:
        header, start = [column.name for column in dataset.columns], 0
        delimiter = max(dataset.delimiters, key=lambda each: (lines[0] or "").count(each)) if lines else ","
    else:
        header, start, delimiter = _find_header(lines, dataset, tally)
    table = RowTable(dataset, header, tally, max(start, 1))

    def rest() -> Iterator[list[str | None]]:
        yield lines[start:]
        yield from iterator

    for rows in records(rest(), delimiter, len(header), tally, start + 1):
        yield table.batch(rows)


def _find_header(lines: list[str | None], dataset: Dataset, tally: Tally) -> tuple[list[str], int, str]:
    before = 0
    for index, text in enumerate(lines):
        if text is None:
            raise BrokenFile("unknown_header")
        if len(text) > LONGEST_HEADER:
            raise BrokenFile("header_too_long")
        if not text.strip():
            tally.skip("blank")
            continue
        best = max(dataset.delimiters, key=lambda each: recognised(dataset, _cells(lines, index, each)[0]))
        cells, span = _cells(lines, index, best)
        if recognised(dataset, cells) * 2 >= min(len(cells), 4) or before >= dataset.preamble:
            return cells, index + span, best
        before += 1
        tally.skip("preamble")
    raise BrokenFile("unknown_header")


def _cells(lines: list[str | None], index: int, delimiter: str) -> tuple[list[str], int]:
    text = lines[index] or ""
    if '"' not in text:
        return text.split(delimiter), 1
    cells, span, _ = _quoted(lines, index, delimiter)
    return (cells, span) if cells else (text.split(delimiter), 1)


class RowTable:
    """Rows of cells under a header become batches; totals, blanks and repeated headers are skipped and counted."""

    def __init__(self, dataset: Dataset, header: list[str], tally: Tally, line: int = 1) -> None:
        self.positions = map_header(dataset, header, tally, line)
        if absent := sum(column.name not in self.positions for column in dataset.columns):
            tally.warnings["absent_columns"] = absent
        self._dataset = dataset
        self._tally = tally
        self._header = [] if dataset.headerless else [header_keys(cell)[0] for cell in header]
        self.width = len(header)
        words = "|".join(re.escape(word) for word in dataset.totals)
        self._totals = re.compile(rf"(?:{words})\s*[:\uff1a]?[\s\d.,¥元条行笔个]*", re.IGNORECASE) if words else None
        self._filled = dict.fromkeys(dataset.forward_fill, "")

    def batch(self, rows: list[Row]) -> Batch:
        """Return the records among rows, column by column."""
        kept = [row for row in map(self._judged, rows) if row is not None]
        self._tally.physical += len(kept)
        columns = {}
        for column in self._dataset.columns:
            position = self.positions.get(column.name)
            if position is None:
                columns[column.name] = pa.nulls(len(kept), TEXT)
            else:
                cells = [cells[position] for _, cells in kept]
                if column.name in self._filled:
                    cells = self._fill(column.name, cells)
                columns[column.name] = pa.array(cells, TEXT)
        lines = np.fromiter((line for line, _ in kept), np.int64, len(kept))
        accounts, fetched = (self._envelope(name, kept) for name in ENVELOPE)
        return Batch(lines, columns, accounts, fetched)

    def _envelope(self, name: str, rows: list[Row]) -> pa.Array | None:
        position = self.positions.get(name)
        return None if position is None else pa.array([cells[position] for _, cells in rows], TEXT)

    def _judged(self, row: Row) -> Row | None:
        line, cells = row
        first = next((cell.strip() for cell in cells if cell and not cell.isspace()), "")
        if not first:
            self._tally.skip("blank")
        elif self._totals is not None and self._totals.fullmatch(first):
            self._tally.skip("totals")
        elif self._header and header_keys(first)[0] == self._header[0] and self._is_header(cells):
            self._tally.skip("repeated_header")
        elif len(cells) == self.width:
            return row
        elif len(cells) > self.width and not any(cells[self.width :]):
            return line, cells[: self.width]
        else:
            self._tally.reject(line, "too_few" if len(cells) < self.width else "too_many")
        return None

    def _is_header(self, cells: list[str]) -> bool:
        return [header_keys(cell)[0] for cell in cells][: self.width] == self._header

    def _fill(self, name: str, cells: list[str]) -> list[str]:
        filled = []
        for cell in cells:
            if cell and not cell.isspace():
                self._filled[name] = cell
            filled.append(self._filled[name])
        return filled

"""Delimited text: plain lines go by whole columns, every other line by hand; skips counted, broken lines set aside."""

import csv
import itertools
import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from orchestration.channels.engine.declare import Dataset
from orchestration.channels.engine.lines import Lines
from orchestration.channels.engine.reasons import BrokenFile
from orchestration.channels.engine.records import (
    Batch,
    Tally,
    has_every_column,
    header_among,
    note_refusals,
    recognised,
)
from orchestration.channels.engine.row_table import TEXT, Row, RowTable

#: Lines a quoted field may run over; an unterminated quote is found out after as many.
LONGEST_SPAN: Final = 50
LONGEST_HEADER: Final = 1_000_000
csv.field_size_limit(1 << 25)


class _Head(NamedTuple):
    """One of a file's first rows: where it begins, how many lines it takes, its cells, and what it is if skipped."""

    place: int
    span: int
    cells: list[str]
    delimiter: str
    is_what: str | None


class _Records:
    """Tells the records of a table from its lines.

    A line that alone is a whole record is one, whatever stands before it; of the others each is read by hand. After a
    broken quote reading starts again at the next line, so one bad line costs one record.
    """

    def __init__(self, table: RowTable, delimiter: str, tally: Tally) -> None:
        self._table = table
        self._delimiter = delimiter
        self._tally = tally
        comma = re.escape(delimiter)
        cell = rf'(?:"(?:[^"]|"")*"|[^"\n{comma}]*)'
        self._whole = rf"\A{cell}(?:{comma}{cell}){{{table.width - 1}}}\n\z"
        self._quoted_cell = re.compile(rf'(?:^|(?<={comma}))"(?:[^"]|"")*"(?={comma}|$)')
        names = [str(position) for position in range(table.width)]
        self._reading = {
            "parse_options": arrow_csv.ParseOptions(delimiter=delimiter, ignore_empty_lines=False),
            "convert_options": arrow_csv.ConvertOptions(check_utf8=False, column_types=dict.fromkeys(names, TEXT)),
        }
        self._names = names

    def batch(self, lines: Lines, number: int, is_last: bool) -> tuple[Batch, int]:
        """Return the records of lines, the first of which has a number, and how many lines they took."""
        try:
            is_plain, cells = self._plain(lines, is_even=True)
        except pa.ArrowInvalid:  # lines of another width are among them
            is_plain, cells = self._plain(lines, is_even=False)
        rows, taken, used = self._odd(lines, np.flatnonzero(~is_plain).tolist(), number, is_last)
        places = np.flatnonzero(is_plain)
        if len(taken):  # by a field that runs over lines
            is_free = ~np.isin(places, taken)
            places, cells = places[is_free], [column.filter(pa.array(is_free)) for column in cells]
        return self._table.batch(rows, cells, places + number), used

    def _plain(self, lines: Lines, is_even: bool) -> tuple[np.ndarray, list[pa.Array]]:
        """Return which lines are plain, and their cells by column."""
        is_plain = plain_lines(lines, self._delimiter, self._table.width, self._whole, is_even)
        content = lines.those(is_plain)
        if not content.size:
            return is_plain, [pa.nulls(0, TEXT)] * self._table.width
        options = arrow_csv.ReadOptions(use_threads=False, column_names=self._names, block_size=content.size + 1)
        plain = arrow_csv.read_csv(pa.BufferReader(content), options, **self._reading)
        return is_plain, [column.combine_chunks() for column in plain.columns]

    def _odd(self, lines: Lines, odd: list[int], number: int, is_last: bool) -> tuple[list[Row], list[int], int]:
        """Return the rows that begin at odd lines, every line they took, and how many lines are done with."""
        rows: list[Row] = []
        taken: list[int] = []
        free = 0
        for place in odd:
            if place < free:
                continue
            cells, span, reason = self._by_hand(lines, place, is_last)
            if reason == "more":
                return rows, [*taken, *range(place, len(lines))], place
            if cells is not None:
                rows.append((number + place, cells))
            for line in range(place, place + span if cells is None else place):
                self._tally.reject(number + line, str(reason))
            free = place + span
            if span > 1:
                taken += range(place, free)
                if cells is not None:
                    self._tally.beside += span - 1
                    self._tally.warnings["lines_in_quotes"] += span - 1
        return rows, taken, len(lines)

    def _by_hand(self, lines: Lines, place: int, is_last: bool) -> tuple[list[str] | None, int, str | None]:
        """Return the record that starts at a line and the lines it takes, or those to set aside and why."""
        text = lines.text(place)
        if text is None:
            return None, 1, "undecodable_line"
        if "\x00" in text:
            return None, 1, "nul_byte"
        row, span, reason = _quoted(lines, place, self._delimiter)
        if reason == "more" and not is_last:
            return None, 0, "more"
        if row is None:
            return None, 1, "bad_quote" if reason == "bad_quote" else "unterminated_quote"
        if span > 1 and len(row) != self._table.width:
            return None, 1, "unterminated_quote"
        if span > 1 and self._swallows(lines, place, span):
            return None, 1 if self._table.is_told_by_values else span, "unterminated_quote"
        last = lines.text(place + span - 1) or ""
        if lines.is_cut and place + span == len(lines) and self._table.may_be_cut(row, last):
            return None, span, "cut_last_line"
        return row, span, None

    def _swallows(self, lines: Lines, place: int, span: int) -> bool:
        """Say whether a record over several lines is several records between two lone quotes.

        Then its first line has as many cells as the header, its quote taken for a letter, and so has a later one.
        """
        widths = (
            self._quoted_cell.sub("", lines.text(each) or "").count(self._delimiter) + 1
            for each in range(place, place + span)
        )
        return next(widths) == self._table.width > 1 and self._table.width in widths


def plain_lines(lines: Lines, delimiter: str, width: int, whole: str, is_even: bool) -> np.ndarray:
    """Say of each line whether it alone is plainly a whole record: as wide as the header, its quotes in order.

    Where lines are taken for even, the width of those without quotes is not looked at.
    """
    is_plain = np.ones(len(lines), bool)
    if not is_even:
        delimiters = np.flatnonzero(lines.bytes == ord(delimiter))
        is_plain = np.diff(np.searchsorted(delimiters, lines.ends), prepend=0) == width - 1
    if len(quoted := lines.with_char('"')):
        fits = pc.match_substring_regex(lines.as_array().take(pa.array(quoted)), whole)
        is_plain[quoted] = fits.to_numpy(zero_copy_only=False)
    is_plain[lines.with_char("\x00")] = False
    is_plain[list(lines.broken)] = False
    is_plain[len(lines) - lines.is_cut :] = False
    return is_plain


def _quoted(lines: Lines, place: int, delimiter: str) -> tuple[list[str] | None, int, str | None]:
    """Return the record that starts at a line, how many lines it takes, or why there is none (``more``: not yet)."""
    text = lines.text(place) or ""
    if '"' not in text:
        return text.split(delimiter), 1, None
    end = min(place + LONGEST_SPAN, len(lines))
    texts = itertools.takewhile(lambda each: each is not None, map(lines.text, range(place, end)))
    reader = csv.reader((f"{each}\n" for each in texts), delimiter=delimiter, strict=True)
    try:
        return next(reader), reader.line_num, None
    except csv.Error as error:
        if "unexpected end of data" not in str(error):
            return None, 1, "bad_quote"
    is_open = place + reader.line_num == len(lines) and reader.line_num < LONGEST_SPAN
    return None, 1, "more" if is_open else "unterminated_quote"


def read_delimited(blocks: Iterable[Lines], dataset: Dataset, tally: Tally, is_whole: bool = False) -> Iterator[Batch]:
    """Yield the batches of a delimited file from its lines.

    Parameters
    ----------
    blocks
        Its lines.
    dataset
        What they are rows of.
    tally
        Where its records are counted.
    is_whole
        The sender says that nothing is missing at the end, with or without a line end.

    Raises
    ------
    BrokenFile
        When no header can be found or told apart.
    """
    iterator = iter(blocks)
    lines = next(iterator, Lines(b""))
    tally.lines += len(lines)
    if dataset.headerless:
        header, number = [column.name for column in dataset.columns], 0
        first = (lines.text(0) or "") if len(lines) else ""
        delimiter = max(dataset.delimiters, key=first.count)
    else:
        header, number, delimiter = _find_header(lines, dataset, tally)
    records = _Records(RowTable(dataset, header, tally, is_whole, max(number, 1)), delimiter, tally)
    rest: Lines | None = lines.from_(number)
    while rest is not None:
        following = next(iterator, None)
        tally.lines += len(following) if following else 0
        batch, used = records.batch(rest, number + 1, is_last=following is None)
        yield batch
        number += used
        carried = rest.from_(used)
        rest = carried.then(following) if following else None


def _find_header(lines: Lines, dataset: Dataset, tally: Tally) -> tuple[list[str], int, str]:
    """Return the header's cells, the number of lines up to and with it, and the delimiter; count what stands above."""
    heads: list[_Head] = []
    place = 0
    while place < len(lines) and len(heads) <= dataset.preamble:
        heads.append(_head(lines, place, dataset))
        place += heads[-1].span
        if has_every_column(dataset, heads[-1].cells):
            break
    rows = [head.cells for head in heads]
    found = header_among(dataset, rows)
    if found is None:
        note_refusals(rows, [head.place + 1 for head in heads], tally)
        raise BrokenFile("header_too_long" if any(head.is_what == "too_long" for head in heads) else "unknown_header")
    for head in heads[:found]:
        if head.is_what is None:
            tally.reject(head.place + 1, "undecodable_line")
        else:
            tally.title(head.is_what, head.cells, head.place + 1)
        tally.beside += head.span - 1
    header = heads[found]
    tally.beside += header.span
    return header.cells, header.place + header.span, header.delimiter


def _head(lines: Lines, place: int, dataset: Dataset) -> _Head:
    text = lines.text(place)
    if text is None or not text.strip():
        return _Head(place, 1, [], "", None if text is None else "blank")
    if len(text) > LONGEST_HEADER:
        return _Head(place, 1, [], "", "too_long")
    read = {each: _cells(lines, place, each) for each in dataset.delimiters}
    best = max(dataset.delimiters, key=lambda each: recognised(dataset, read[each][0]))
    return _Head(place, read[best][1], read[best][0], best, "preamble")


def _cells(lines: Lines, place: int, delimiter: str) -> tuple[list[str], int]:
    cells, span, _ = _quoted(lines, place, delimiter)
    return (cells, span) if cells else ((lines.text(place) or "").split(delimiter), 1)

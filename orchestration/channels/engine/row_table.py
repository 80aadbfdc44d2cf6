"""Rows of cells under a header become batches; totals, blanks and repeated headers are skipped and counted."""

import re
from string import ascii_lowercase
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.channels.engine.declare import Column, Dataset
from orchestration.channels.engine.records import ENVELOPE, Batch, Tally, announced, header_keys, map_header

TEXT: Final = pa.string()
Row = tuple[int, list[str]]
#: A first cell that begins so is not blank; what else a row may be is asked of those that do not, or by other words.
_BEGINS: Final = r"\A[0-9A-Za-z\p{Han}]"
#: The footer of psql and its like.
_ROW_COUNT: Final = re.compile(r"\(?\d{1,9} (?:rows?|records?)\)?", re.IGNORECASE)
_BLANK: Final = r"\A\s*\z"
_NEVER: Final = r"\z."
#: What a text never passes for: the value of a column of these types.
_SHAPED: Final = frozenset({"instant", "date", "decimal", "integer", "probability", "boolean"})


class RowTable:
    """Makes batches of a table's rows.

    Parameters
    ----------
    dataset
        What they are rows of.
    header
        Its header as written.
    tally
        Where its records are counted.
    is_whole
        Nothing is missing at the file's end, whether or not its last line ends.
    line
        Where the header stands.
    """

    def __init__(self, dataset: Dataset, header: list[str], tally: Tally, is_whole: bool = True, line: int = 1) -> None:
        self.positions = map_header(dataset, header, tally, line)
        if absent := sum(column.name not in self.positions for column in dataset.columns):
            tally.warnings["absent_columns"] = absent
        self._dataset = dataset
        self._tally = tally
        self._header = [] if dataset.headerless else [header_keys(cell)[0] for cell in header]
        self._is_whole = is_whole
        self.width = len(header)
        words = "|".join(re.escape(word) for word in dataset.totals)
        self._totals = re.compile(rf"(?:{words})\s*[:\uff1a]?[\s\d.,¥元条行笔个]*", re.IGNORECASE) if words else None
        self._may_total = rf"(?i)\A(?:{words})" if words else _NEVER
        initials = {word[:1].casefold() for word in dataset.totals}
        self._plainly = rf"\A[0-9{''.join(each + each.upper() for each in ascii_lowercase if each not in initials)}]"
        #: line and width of the last closing line
        self._closing = 0, 0
        self._filled = dict.fromkeys(dataset.forward_fill, "")
        self.is_told_by_values = any(
            column.required and (column.type in _SHAPED or column.values) for column in dataset.columns
        )

    def may_be_cut(self, cells: list[str], text: str) -> bool:
        """Say whether the value at the end of a line without an end may be the beginning of a longer one."""
        if self._is_whole or text.endswith('"') or len(cells) != self.width or self._skipped(cells):
            return False
        last = next((each for each in self._dataset.columns if self.positions.get(each.name) == self.width - 1), None)
        if last is None:
            return self.width - 1 in self.positions.values()
        return not (cells[-1] and _ends_itself(last, cells[-1]))

    def batch(self, rows: list[Row], plain: list[pa.Array] | None = None, lines: np.ndarray | None = None) -> Batch:
        """Return the records among rows, and among plain rows given column by column with their lines."""
        if plain is None or lines is None or not len(lines):
            plain, lines = [pa.nulls(0, TEXT)] * self.width, np.zeros(0, np.int64)
        doubtful = self._doubtful(plain)
        if doubtful.any():
            picked = zip(*(column.filter(pa.array(doubtful)).to_pylist() for column in plain), strict=True)
            rows = rows + [(line, list(cells)) for line, cells in zip(lines[doubtful].tolist(), picked, strict=True)]
            plain, lines = [column.filter(pa.array(~doubtful)) for column in plain], lines[~doubtful]
        kept = [row for row in map(self._judged, rows) if row is not None]
        lines = np.concatenate((lines, np.fromiter((line for line, _ in kept), np.int64, len(kept))))
        order = np.argsort(lines) if kept else None
        self._tally.physical += len(lines)

        def column(position: int) -> pa.Array:
            if order is None:
                return plain[position]
            cells = pa.array([cells[position] for _, cells in kept], TEXT)
            return pa.concat_arrays([plain[position], cells]).take(pa.array(order))

        columns = {name: column(position) for name, position in self.positions.items()}
        for name in self._filled:
            if name in columns:
                columns[name] = pa.array(self._fill(name, columns[name].to_pylist()), TEXT)
        accounts, fetched = (columns.pop(name, None) for name in ENVELOPE)
        for each in self._dataset.columns:
            columns.setdefault(each.name, pa.nulls(len(lines), TEXT))
        return Batch(lines if order is None else lines[order], columns, accounts, fetched)

    def _doubtful(self, plain: list[pa.Array]) -> np.ndarray:
        """Say of plain rows which may be blank, a totals line or the header again; some that are not do no harm."""
        doubtful = ~_fits(plain[0], self._plainly)
        places = np.flatnonzero(doubtful)
        for cells in plain:  # where a cell is blank the next one is looked at
            if not len(places):
                break
            some = cells.take(pa.array(places))
            doubtful[places] = ~_fits(some, _BEGINS) | _fits(some, self._may_total)
            places = places[_fits(some, _BLANK)]
        if self._header:
            again = np.arange(len(doubtful))
            for key, cells in zip(self._header, plain, strict=True):
                letters = re.escape("".join(sorted({*key, *key.upper()} - {"\n"})))
                fits = rf"\A(?:[\s_\-()\[\]*:\"'`{letters}]|[^\x00-\x7f])*\z"
                again = again[_fits(cells.take(pa.array(again)), fits)]
                if not len(again):
                    break
            doubtful[again] = True
        return doubtful

    def _judged(self, row: Row) -> Row | None:
        line, cells = row
        skipped = self._skipped(cells)
        if not skipped and self._closing == (line - 1, len(cells)) and len(cells) < self.width:
            skipped = "closing_line"
        elif skipped == "closing_line":
            self._closing = line, len(cells)
        if skipped:
            self._tally.skip(skipped)
            if skipped == "totals" and (count := announced(cells)) is not None:
                self._tally.announced = count
        elif len(cells) == self.width:
            return row
        elif len(cells) > self.width and not any(cells[self.width :]):
            return line, cells[: self.width]
        else:
            self._tally.reject(line, "too_few" if len(cells) < self.width else "too_many")
        return None

    def _skipped(self, cells: list[str]) -> str | None:
        first = next((cell.strip() for cell in cells if cell and not cell.isspace()), "")
        if not first:
            return "blank"
        if self._totals is not None and (self._totals.fullmatch(first) or _ROW_COUNT.fullmatch(first)):
            return "totals"
        if len(cells) < self.width and first.startswith(self._dataset.ends_with):
            return "closing_line"
        if self._header and header_keys(first)[0] == self._header[0] and self._is_header(cells):
            return "repeated_header"
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


def _fits(texts: pa.Array, pattern: str) -> np.ndarray:
    return np.asarray(pc.match_substring_regex(texts, pattern))


def _ends_itself(column: Column, text: str) -> bool:
    """Say whether a text is a word of a column's list, or a yes or no, and not the beginning of another."""
    words = {word.casefold() for word in (*column.values, *(spelling for spelling, _ in column.synonyms))}
    longer = [word for word in words if word.startswith(text.casefold())]
    return longer == [text.casefold()] if words else column.type == "boolean"

"""Writing landing files: history in one go, then a file per business date, the same bytes on every run.

What falls after the last date waits in a folder of its own, a file per day, until a further morning lands it.
"""

import csv
import datetime as dt
import gzip
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from demo.calendar import END, LAST, LIVE_FROM

Row = tuple[dt.datetime, str]


def as_json(record: Mapping[str, Any]) -> str:
    """Return a record as one compact line; keys keep the order the platform sends them in."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def as_csv(values: Iterable[object]) -> str:
    """Return values as one CSV record, quoted only where a reader needs it; None is an empty cell."""
    cells = []
    for value in values:
        cell = "" if value is None else str(value)
        if any(character in cell for character in ',"\n\r'):
            cell = '"' + cell.replace('"', '""') + '"'
        cells.append(cell)
    return ",".join(cells)


def _check_columns(name: str, header: str, lines: list[str]) -> None:
    """Stop a demo whose own lines lack columns: the door would set them aside and withhold every list."""
    columns = len(next(csv.reader([header])))
    for line, cells in zip(lines, csv.reader(lines), strict=True):
        if len(cells) != columns:
            raise ValueError(f"{name}: {len(cells)} values under {columns} columns ({header}) in {line}")


def _content(lines: list[str], header: str, encoding: str) -> bytes:
    return ("\n".join([header, *lines] if header else lines) + "\n").encode(encoding)


class Landing:
    """The landing folder of a home while it is written; counts what it wrote and what fell after the last date."""

    def __init__(self, root: Path, later: Path | None = None) -> None:
        self.root, self.later = root, later
        self.rows: dict[str, int] = {}
        self.files = 0
        self.bytes = 0
        self.after_last: dict[str, int] = {}

    def deliver(
        self,
        channel: str,
        dataset: str,
        rows: Iterable[Row],
        *,
        suffix: str = "jsonl",
        header: str = "",
        encoding: str = "utf-8",
        monthly: bool = False,
        by_date: bool = True,
    ) -> None:
        """Write rows, sorted by (wall time, text), to ``history/`` and to a file per business date.

        Rows after the last date are counted, and those of the data set's time wait as files of their days.

        Parameters
        ----------
        rows
            (Shanghai wall time at which the platform had the row, its line without a newline).
        monthly
            Split the history by month; otherwise it is one file.
        by_date
            False puts everything up to the last date into one history file.

        Raises
        ------
        ValueError
            A line has more or fewer values than its header.
        """
        name = f"{channel}/{dataset}"
        parts: dict[str, list[str]] = {}
        waiting: dict[str, list[str]] = {}
        rows = sorted(rows)
        if header:
            _check_columns(name, header, [line for _, line in rows])
        for at, line in rows:
            day = at.date()
            if day > LAST:
                self.after_last[name] = self.after_last.get(name, 0) + 1
                if day <= END:
                    waiting.setdefault(f"{day}.{suffix}", []).append(line)
            elif day >= LIVE_FROM and by_date:
                parts.setdefault(f"{day}.{suffix}", []).append(line)
            else:
                stem = f"{max(day, dt.date(2017, 1, 1)):%Y-%m}" if monthly else "all"
                parts.setdefault(f"history/{stem}.{suffix}.gz", []).append(line)
        for file_name, lines in sorted(parts.items()):
            self.file(channel, dataset, file_name, lines, header=header, encoding=encoding)
        for file_name, lines in sorted(waiting.items()):
            self._keep(channel, dataset, file_name, _content(lines, header, encoding))

    def file(
        self, channel: str, dataset: str, name: str, lines: list[str], *, header: str = "", encoding: str = "utf-8"
    ) -> None:
        """Write one file, compressed when its name says so."""
        self.put(channel, dataset, name, _content(lines, header, encoding))
        self.count(f"{channel}/{dataset}", len(lines))

    def _keep(self, channel: str, dataset: str, name: str, content: bytes) -> None:
        if self.later is not None:
            path = self.later / channel / dataset / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    def count(self, name: str, rows: int) -> None:
        """Add rows to a dataset's count."""
        self.rows[name] = self.rows.get(name, 0) + rows

    def put(self, channel: str, dataset: str, name: str, content: bytes) -> None:
        """Write bytes, compressed when the name says so, with nothing in the archive that changes between runs."""
        path = self.root / channel / dataset / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith(".gz"):
            buffer = io.BytesIO()
            with gzip.GzipFile(filename="", mode="wb", compresslevel=4, fileobj=buffer, mtime=0) as archive:
                archive.write(content)
            content = buffer.getvalue()
        path.write_bytes(content)
        self.files += 1
        self.bytes += len(content)

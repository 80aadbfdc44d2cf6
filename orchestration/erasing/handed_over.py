"""Files of exports, task lists and tables that still lie where they were written, without an erased person's lines.

A member's page for the phone is one text: of a list that was cut, and wherever the person stands in one, it goes, and
``siyu tasks`` writes it again.
"""

import csv
import glob
import io
import json
import zipfile
from collections.abc import Sequence, Set
from pathlib import Path
from typing import Any, Final, NamedTuple

import openpyxl

from orchestration.erasing.needles import Needles
from orchestration.files import PRIVATE_MODE, replacing
from orchestration.sending import activations
from orchestration.sending.handing_over import draft_of, forget_drafts
from orchestration.sending.tasks.leads import LEAD
from orchestration.settings import Settings

#: Whose row one is in a published table that was written to a file: others whom it names stand in other columns.
_OWNER: Final = "one_id"


class Done(NamedTuple):
    """What was done: lines cut, pages taken away, and files that nobody can read as what they are called."""

    lines: int
    pages: int
    unread: tuple[Path, ...] = ()


def cut(settings: Settings, values: Set[str], needles: Needles, leads: Set[str] = frozenset()) -> Done:
    """Take the person's lines out of everything that was handed over and still stands.

    Drafts of a process that was killed before its export counted go whole: nobody was given them.

    Parameters
    ----------
    settings
        Whose home.
    values
        What a cell may hold whole: numbers, tokens, ids, tasks; no name, for others are called the same.
    needles
        The same, for pages, in which they stand inside a text.
    leads
        Numbers of the person's leads: they name the person in a sheet of leads alone.
    """
    forget_drafts(settings)
    gone = pages = 0
    unread: list[Path] = []
    for written in activations.places(settings):
        _forget_halves(written)
        for place in (written, draft_of(written)):
            found = [place] if place.is_file() else sorted(place.rglob("*"))
            files = [one for one in found if one.is_file() and not one.is_symlink()]
            lines = 0
            for file in files:
                try:
                    lines += _cut_file(file, values, leads)
                except (UnicodeError, ValueError, KeyError, csv.Error, zipfile.BadZipFile):
                    unread.append(file)
            for page in [one for one in files if one.suffix == ".html" and one.parent != place]:
                if lines or needles.stand_in(page):
                    page.unlink()
                    pages += 1
            gone += lines
    return Done(gone, pages, tuple(unread))


def _forget_halves(written: Path) -> None:
    """Take away what a process that was killed left of a file beside its place: nobody was given it."""
    for half in written.parent.glob(f".{glob.escape(written.name)}.*"):
        if half.is_file() and not half.is_symlink():
            half.unlink()


def _is_theirs(row: Sequence[str], head: Sequence[str], values: Set[str]) -> bool:
    """Return whether a line goes: of a table of people whose row it is, of a list whoever stands in it."""
    return row[head.index(_OWNER)] in values if _OWNER in head and len(row) == len(head) else bool(values & set(row))


def _but(cell: str, values: Set[str]) -> str:
    """Return a cell; one that lists several values (``a;b``) without the person's."""
    parts = cell.split(";")
    return ";".join(part for part in parts if part not in values) if values & set(parts) else cell


def _cut_file(file: Path, values: Set[str], leads: Set[str]) -> int:
    if file.suffix == ".csv":
        text = file.read_text(encoding="utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline="")))
        values = values | leads if rows and rows[0][:1] == [LEAD] else values
        kept = [[_but(cell, values) for cell in row] for row in rows if not _is_theirs(row, rows[0], values)]
        if kept == rows:
            return 0
        out = io.StringIO()
        csv.writer(out, quoting=csv.QUOTE_ALL).writerows(kept)
        _write(file, out.getvalue().encode("utf-8-sig"))
        return max(len(rows) - len(kept), 1)
    if file.suffix == ".jsonl":
        lines = file.read_text(encoding="utf-8").splitlines()
        changed = [_without(json.loads(line), values) for line in lines]
        if changed == [json.loads(line) for line in lines]:
            return 0
        text = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in changed if one is not None)
        _write(file, text.encode())
        return 1
    if file.suffix == ".xlsx":
        book = openpyxl.load_workbook(file)
        gone = 0
        for sheet in book.worksheets:
            for number in range(sheet.max_row, 0, -1):
                cells = [str(cell.value) for cell in sheet[number]]
                if _is_theirs(cells, [str(cell.value) for cell in sheet[1]], values):
                    sheet.delete_rows(number)
                    gone += 1
                    continue
                for cell in sheet[number]:
                    if isinstance(cell.value, str) and (rest := _but(cell.value, values)) != cell.value:
                        cell.value, gone = rest, gone + 1
        if gone:
            with replacing(file, PRIVATE_MODE, is_durable=True) as draft:
                book.save(draft)
        return gone
    return 0


def _without(body: Any, values: Set[str]) -> Any:
    """Return a platform's message without a recipient, None where it was to nobody else."""
    if isinstance(body, dict):
        if any(isinstance(value, str) and value in values for value in body.values()):
            return None
        kept = {key: _without(value, values) for key, value in body.items()}
        emptied = any(isinstance(value, list) and value and not kept[key] for key, value in body.items())
        return None if emptied else kept
    if isinstance(body, list):
        found = [_without(one, values) for one in body if not (isinstance(one, str) and one in values)]
        return [one for one in found if one is not None]
    return body


def _write(file: Path, content: bytes) -> None:
    with replacing(file, PRIVATE_MODE, is_durable=True) as draft:
        draft.write_bytes(content)

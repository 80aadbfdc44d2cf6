"""Files of exports and task lists that still lie where they were written, without an erased person's lines.

A member's page for the phone is one text: of a list that was cut, and wherever the person stands in one, it goes, and
``siyu tasks`` writes it again.
"""

import csv
import io
import json
from collections.abc import Set
from pathlib import Path
from typing import Any

import openpyxl

from orchestration.erasing.needles import Needles
from orchestration.files import PRIVATE_MODE, replacing
from orchestration.sending import activations
from orchestration.sending.handing_over import draft_of
from orchestration.settings import Settings


def cut(settings: Settings, values: Set[str], needles: Needles) -> tuple[int, int]:
    """Take the person's lines out of every folder that was handed over and still stands; return lines and pages.

    Parameters
    ----------
    settings
        Whose home.
    values
        What a cell may hold whole: numbers, tokens, ids, tasks; no name, for others are called the same.
    needles
        The same, for pages, in which they stand inside a text.
    """
    gone = pages = 0
    for folder in activations.places(settings):
        for place in (folder, draft_of(folder)):
            files = [one for one in sorted(place.rglob("*")) if one.is_file() and not one.is_symlink()]
            lines = sum(_cut_file(file, values) for file in files)
            for page in [one for one in files if one.suffix == ".html" and one.parent != place]:
                if lines or needles.stand_in(page):
                    page.unlink()
                    pages += 1
            gone += lines
    return gone, pages


def _cut_file(file: Path, values: Set[str]) -> int:
    if file.suffix == ".csv":
        text = file.read_text(encoding="utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline="")))
        kept = [row for row in rows if not values & set(row)]
        if len(kept) == len(rows):
            return 0
        out = io.StringIO()
        csv.writer(out, quoting=csv.QUOTE_ALL).writerows(kept)
        _write(file, out.getvalue().encode("utf-8-sig"))
        return len(rows) - len(kept)
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
                if values & {str(cell.value) for cell in sheet[number]}:
                    sheet.delete_rows(number)
                    gone += 1
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

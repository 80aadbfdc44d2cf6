"""Files of exports that still lie where they were written, without an erased person's lines."""

import csv
import io
import json
from collections.abc import Set
from pathlib import Path
from typing import Any

import openpyxl

from orchestration.erasing.tombstones import Tombstones
from orchestration.files import PRIVATE_MODE, replacing
from orchestration.sending import activations
from orchestration.settings import Settings


def cut(settings: Settings, stones: Tombstones, values: Set[str]) -> int:
    """Take the person's lines out of every export's folder that still stands; return how many."""
    gone = 0
    for export_id in activations.exports(settings):
        place = activations.place_of(settings, export_id)
        for file in sorted(place.rglob("*")) if place.is_dir() else []:
            if file.is_file() and not file.is_symlink():
                gone += _cut_file(file, values)
    return gone


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

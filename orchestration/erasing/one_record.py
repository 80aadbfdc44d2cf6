"""One record of a delivered text: where it ends, its cells by name, and how it is written again."""

import csv
import io
import json
from collections.abc import Iterable
from typing import Any, Final

from orchestration.channels.engine.delimited import LONGEST_SPAN

ENDS: Final = "\r\n"


def record_at(lines: list[str], place: int, delimiter: str) -> tuple[list[str], int]:
    """Return the cells of the record that begins at a line, and how many lines it takes."""
    for span in range(1, min(LONGEST_SPAN, len(lines) - place) + 1):
        text = "".join(lines[place : place + span])
        try:
            rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
        except csv.Error:
            continue
        if len(rows) == 1:
            return rows[0], span
        break
    return lines[place].rstrip(ENDS).split(delimiter), 1


def headers(header: list[str], width: int) -> list[str]:
    """Return names for so many cells, none twice."""
    names = [*header[:width], *(f"_{place}" for place in range(len(header), width))]
    return [name if name and names.index(name) == place else f"{name}_{place}" for place, name in enumerate(names)]


def as_csv(cells: Iterable[str], delimiter: str) -> str:
    """Return cells as one line, without its end."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="").writerow(list(cells))
    return out.getvalue()


def as_json(value: Any) -> str:
    """Return a value as JSON without blanks, its Chinese as it is."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def leaves(value: Any) -> Iterable[Any]:
    """Yield every value in a record that says something."""
    if isinstance(value, dict):
        for one in value.values():
            yield from leaves(one)
    elif isinstance(value, list):
        for one in value:
            yield from leaves(one)
    elif value is not None and value != "":
        yield value

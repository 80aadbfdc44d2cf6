"""Chinese names of stages and tables, for those who read the quality page in Chinese."""

import csv
import functools
from pathlib import Path
from typing import Final

_WORDS: Final = Path(__file__).with_name("words_zh.csv")


@functools.cache
def _words() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    with _WORDS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["kind"], {})[row["word"]] = row["zh"]
    return found


def stage_zh(stage: str) -> str:
    """Return a stage's name in Chinese; its own name where nobody has given one."""
    return _words()["stage"].get(stage, stage)


def table_zh(table: str) -> str:
    """Return a table's name in Chinese: its own, or its channel's and what it holds; else the name as it is."""
    own = _words()["table"].get(table)
    if own:
        return own
    for channel, said in _words()["channel"].items():
        noun = _words()["noun"].get(table.removeprefix(f"{channel}_"))
        if table.startswith(f"{channel}_") and noun:
            return f"{said}：{noun}"
    return table

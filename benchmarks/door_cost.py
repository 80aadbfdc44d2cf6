"""What the door costs over a home's clean texts: python -m benchmarks.door_cost HOME [OTHER].

It is given what a night gives it: the texts of the published tables, the report's pages, what dbt and Dagster leave.
CPU seconds of looking for windows and of asking the vault for them, both checkouts in turn over the same bytes, the
best of each; goal: at most 1.25 times what it took before (OTHER is a checkout of before).
"""

import importlib
import re
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple
from unittest import mock

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import orchestration
from orchestration.door import files
from orchestration.door.known import Known
from orchestration.settings import Settings

REPEATS: Final = 3


def texts_of(home: Path) -> dict[str, pa.Array]:
    """Return the texts that a night looks through, each once, by where they stand."""
    found: dict[str, set[str]] = {"tables": set(), "pages": set(), "dbt": set(), "Dagster": set()}
    for file in sorted((home / "published" / "current").resolve().glob("*.parquet")):
        for column in pq.read_table(file).columns:
            flat = pc.list_flatten(column) if pa.types.is_list(column.type) else column
            if pa.types.is_string(flat.type):
                found["tables"].update(pc.drop_null(pc.unique(flat)).to_pylist())
    for place, folder in (("pages", "reports"), ("dbt", "dbt_target")):
        for file in files.files_below(home / folder):
            if file.suffix in (".html", ".sql", ".json", ".log"):
                found[place].update(piece.text for piece in files.pieces(file.read_bytes()))
    for file in files.files_below(home / "dagster_home"):
        if file.suffix == ".db":
            found["Dagster"].update(text for *_, text in files._rows(file))
    return {place: pa.array(sorted(texts), pa.string()) for place, texts in found.items()}


class Eyes(NamedTuple):
    """What looks through texts in a checkout: its vault's asker, its first sieve, and the ids that it passes over."""

    known: type[Known]
    prefilter: str
    own: re.Pattern[str]

    @classmethod
    def here(cls) -> "Eyes":
        """Return those of the modules that are loaded now."""
        windows = importlib.import_module("orchestration.door.windows")
        tables = importlib.import_module("orchestration.door.tables")
        return cls(importlib.import_module("orchestration.door.known").Known, windows.PREFILTER, tables.OWN)

    @classmethod
    def of(cls, checkout: Path) -> "Eyes":
        """Return those of another checkout."""
        mine = {name: sys.modules.pop(name) for name in list(sys.modules) if name.startswith("orchestration.door")}
        with mock.patch.object(orchestration, "__path__", [str(checkout / "orchestration")]):
            found = cls.here()
        sys.modules.update(mine)
        return found


def taken(settings: Settings, texts: pa.Array, eyes: Eyes) -> float:
    """Return the CPU seconds of one look through texts, nothing remembered of the one before."""
    for one in vars(sys.modules[eyes.known.__module__]).values():
        if hasattr(one, "cache_clear"):
            one.cache_clear()
    with eyes.known(settings) as vault:
        began = time.process_time()
        could = pc.or_(pc.match_substring_regex(texts, eyes.prefilter), pc.invert(pc.string_is_ascii(texts)))
        vault.find([text for text in texts.filter(could).to_pylist() if not eyes.own.fullmatch(text)])
        return time.process_time() - began


def main(home: Path, other: Path | None) -> None:
    """Print the CPU seconds by place, and the ratio."""
    settings = Settings(home=home)
    looks = [Eyes.here(), *([Eyes.of(other)] if other else [])]
    sums = [0.0] * len(looks)
    for place, texts in texts_of(home).items():
        turns = [[taken(settings, texts, eyes) for eyes in looks] for _ in range(REPEATS)]
        best = [min(turn[number] for turn in turns) for number in range(len(looks))]
        sums = [total + seconds for total, seconds in zip(sums, best, strict=True)]
        megabytes = sum(len(text.encode("utf-8", "replace")) for text in texts.to_pylist()) / 1e6
        print(f"{place:<8} {len(texts):>7,} texts {megabytes:6.1f} MB  {_said(best)}")
    print(f"{'all':<32}{_said(sums)}")


def _said(seconds: Sequence[float]) -> str:
    ratio = f", before {seconds[1]:.2f}: {seconds[0] / seconds[1]:.2f} times" if len(seconds) > 1 else ""
    return f"{seconds[0]:.2f} CPU s{ratio}"


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve() if len(sys.argv) > 2 else None)

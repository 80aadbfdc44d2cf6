"""A brand's own rules: ``rules/<seed>.csv`` of a home stands in for the seed of that name that siyu ships.

A release may change shipped seeds; what stands in the home stays. A file here replaces its whole seed, so it starts as
a copy of the shipped one.
"""

import csv
import dataclasses
import datetime as dt
import decimal
import functools
import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import duckdb
import yaml

from orchestration.files import sha256_of
from orchestration.settings import CHECKOUT, Settings, SettingsError

SEEDS: Final = CHECKOUT / "dbt_project" / "seeds"
FOLDER: Final = "rules"
#: How a value of a type is read, and what to write instead of one that cannot be.
_KINDS: Final = {
    "bigint": "a whole number",
    "decimal": "a number",
    "double": "a number",
    "boolean": "true or false",
    "date": "a date, 2026-11-28",
}


@dataclasses.dataclass(frozen=True)
class OwnRules:
    """A seed that a home replaces: its name, its file and the file's sha256."""

    seed: str
    file: Path
    sha256: str


def own_rules(settings: Settings) -> list[OwnRules]:
    """Return the seeds that a home replaces, by name; the files are not looked into."""
    files = sorted((settings.home / FOLDER).glob("*.csv"))
    return [OwnRules(file.stem, file, sha256_of(file)) for file in files]


def seed_file(settings: Settings, seed: str) -> Path:
    """Return the file that holds a seed's rows: the home's own, else the shipped one."""
    own = settings.home / FOLDER / f"{seed}.csv"
    return own if own.is_file() else SEEDS / f"{seed}.csv"


def check_own_rules(settings: Settings) -> list[OwnRules]:
    """Return the seeds that a home replaces, after every one of their cells was read.

    Raises
    ------
    SettingsError
        A file that names no seed, other columns than the shipped seed's, a row that is too short or too long, a value
        of the wrong kind or a row that stands twice; the message names file, line, column and remedy.
    """
    for rules in (found := own_rules(settings)):
        shipped = SEEDS / f"{rules.seed}.csv"
        if not shipped.is_file():
            known = ", ".join(sorted(file.stem for file in SEEDS.glob("*.csv")))
            raise SettingsError(f"{rules.file}: there is no seed {rules.seed!r}; rename the file to one of: {known}")
        _check(rules.file, shipped, _types(rules.seed))
    return found


def load_own_rules(connection: duckdb.DuckDBPyConnection, settings: Settings) -> list[str]:
    """Replace the rows of the warehouse's seeds by a home's own, in one transaction; return the seeds' names."""
    found = own_rules(settings)
    connection.execute("begin")
    try:
        for rules in found:
            head, *rows = _rows(rules.file)
            columns = ", ".join(f'"{column}"' for column in head)
            marks = ", ".join("?" for _ in head)
            connection.execute(f'delete from seeds."{rules.seed}"')
            if rows:
                connection.executemany(
                    f'insert into seeds."{rules.seed}" ({columns}) values ({marks})',
                    [[cell or None for cell in row] for row in rows],
                )
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise
    return [rules.seed for rules in found]


def _rows(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return [row for row in csv.reader(opened) if row]


@functools.cache
def _declared() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for file in sorted(SEEDS.glob("_*.yml")):
        said: Mapping[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
        for seed in said.get("seeds", []):
            found[seed["name"]] = dict(seed.get("config", {}).get("column_types", {}))
    return found


def _types(seed: str) -> dict[str, str]:
    """Return the type of each column: as the seed's yml declares it, else as all shipped values read."""
    head, *rows = _rows(SEEDS / f"{seed}.csv")
    shipped = {column: [row[place] for row in rows if row[place]] for place, column in enumerate(head)}
    inferred = {
        column: next((kind for kind in ("boolean", "bigint", "decimal") if all(map(_reader(kind), values))), "varchar")
        for column, values in shipped.items()
    }
    return inferred | {column: kind.split("(")[0] for column, kind in _declared().get(seed, {}).items()}


def _reader(kind: str) -> Any:
    return functools.partial(_reads, kind)


def _reads(kind: str, value: str) -> bool:
    if kind == "boolean":
        return value.lower() in {"true", "false"}
    if kind not in _KINDS:
        return True
    try:
        number = decimal.Decimal(value) if kind != "date" else decimal.Decimal(0)
        if kind == "date":
            dt.date.fromisoformat(value)
    except (decimal.InvalidOperation, ValueError):
        return False
    return number.is_finite() and (kind != "bigint" or number == number.to_integral_value())


def _check(file: Path, shipped: Path, types: Mapping[str, str]) -> None:
    try:
        lines = _rows(file)
    except UnicodeDecodeError:
        raise SettingsError(f"{file}: not UTF-8; save it as CSV UTF-8") from None
    wanted, *shipped_rows = _rows(shipped)
    head = lines[0] if lines else []
    if sorted(head) != sorted(wanted):
        listed = ", ".join(wanted)
        raise SettingsError(f"{file} line 1: its columns are those of the shipped seed, {listed}; copy {shipped.name}")
    may_be_empty = {
        column for place, column in enumerate(wanted) if not shipped_rows or any(not row[place] for row in shipped_rows)
    }
    seen: dict[tuple[str, ...], int] = {}
    for number, row in zip(itertools.count(2), lines[1:], strict=False):
        if len(row) != len(head):
            counts = f"{len(row)} values for {len(head)} columns"
            raise SettingsError(f"{file} line {number}: {counts}; put quotes around a value that has commas")
        for column, value in zip(head, row, strict=True):
            kind = types.get(column, "varchar")
            if not value and column not in may_be_empty:
                raise SettingsError(f"{file} line {number}: {column} is empty; the shipped seed always says it")
            if value and not _reads(kind, value):
                raise SettingsError(f"{file} line {number}: {column} is {value!r}; write {_KINDS[kind]}")
        if tuple(row) in seen:
            raise SettingsError(f"{file} line {number}: the same row as line {seen[tuple(row)]}; leave one of them out")
        seen[tuple(row)] = number

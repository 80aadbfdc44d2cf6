"""Seeds as files: their rows with the lines they stand on, and whether a brand's own rows can take a seed's place."""

import csv
import dataclasses
import datetime as dt
import functools
import itertools
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import yaml  # type: ignore[import-untyped]

from orchestration.settings import CHECKOUT, SettingsError

SEEDS: Final = CHECKOUT / "dbt_project" / "seeds"
_KEYS: Final = CHECKOUT / "dbt_project" / "seed_keys.yml"
#: How a value of a type looks, and what to write instead of one that does not. ASCII digits alone: a full-width one
#: from an input method is a number to Python and none to the warehouse.
_KINDS: Final = {
    "boolean": (re.compile(r"true|false", re.IGNORECASE), "true or false"),
    "bigint": (re.compile(r"-?[0-9]{1,15}"), "a whole number in plain digits"),
    "decimal": (re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,8})?"), "a number in plain digits"),
    "date": (re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"), "a date, 2026-11-28"),
}
_ALIASES: Final = {"integer": "bigint", "double": "decimal"}


@dataclasses.dataclass(frozen=True)
class SeedRows:
    """A seed's file: its header, and its rows with the line on which each ends."""

    file: Path
    head: list[str]
    rows: list[tuple[int, list[str]]]

    def cells(self) -> list[tuple[int, dict[str, str]]]:
        """Return the rows by column."""
        return [(line, dict(zip(self.head, row, strict=True))) for line, row in self.rows]


def read_seed(file: Path) -> SeedRows:
    """Read a seed's CSV: UTF-8, with or without a byte order mark; blank lines are passed over.

    Raises
    ------
    SettingsError
        It is no readable CSV file; the message names file, line and remedy.
    """
    rows: list[tuple[int, list[str]]] = []
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            reader = csv.reader(opened, strict=True)
            try:
                rows.extend((reader.line_num, row) for row in reader if row)
            except csv.Error as error:
                raise SettingsError(f"{file} line {reader.line_num}: {error}; save it as CSV UTF-8 anew") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{file} line {len(rows) + 1}: not UTF-8; save it as CSV UTF-8") from None
    except OSError as error:
        raise SettingsError(f"{file}: cannot be read ({error.strerror}); put the CSV file itself there") from None
    for line, row in rows:
        if any("\0" in cell for cell in row):
            raise SettingsError(f"{file} line {line}: it holds a NUL byte; save it as CSV UTF-8 anew")
    head = rows[0][1] if rows else []
    return SeedRows(file, head, rows[1:])


def check_seed(own: SeedRows, seed: str) -> None:
    """Judge rows that are to take a shipped seed's place.

    Raises
    ------
    SettingsError
        Other columns, a short or long row, a value of the wrong kind or below nothing where the shipped seed never is,
        an empty value where it never is, a key that stands twice, a row that is missing, unknown, or leaves a gap or an
        overlap between bands; the message names file, line, column and remedy.
    """
    shipped = read_seed(SEEDS / f"{seed}.csv")
    if sorted(own.head) != sorted(shipped.head):
        odd = sorted(set(own.head) - set(shipped.head)) or sorted(set(shipped.head) - set(own.head))
        what = "has" if set(own.head) - set(shipped.head) else "lacks"
        listed = ", ".join(shipped.head)
        said = f"the header {what} {', '.join(map(repr, odd)) or 'a column twice'}"
        raise SettingsError(f"{own.file} line 1: {said}; its columns are {listed}: copy {shipped.file.name}")
    for line, row in own.rows:
        if len(row) != len(own.head):
            counts = f"{len(row)} values for {len(own.head)} columns"
            raise SettingsError(f"{own.file} line {line}: {counts}; put quotes around a value that has commas")
    _check_cells(own, shipped, _types(shipped, seed))
    rule = _keys()[seed]
    _check_keys(own, shipped, rule["key"], is_closed=rule.get("closed", False))
    if "tiles" in rule:
        _check_tiles(own, shipped, rule["tiles"]["by"], rule["tiles"]["over"])


def _check_cells(own: SeedRows, shipped: SeedRows, types: Mapping[str, str]) -> None:
    values = {column: [row[column] for _, row in shipped.cells()] for column in shipped.head}
    for line, row in own.cells():
        for column, value in row.items():
            kind = types[column]
            if not value and all(values[column]):
                raise SettingsError(f"{own.file} line {line}: {column} is empty; the shipped seed always says it")
            if not value or kind not in _KINDS:
                continue
            if not _reads(kind, value):
                raise SettingsError(f"{own.file} line {line}: {column} is {value!r}; write {_KINDS[kind][1]}")
            if value.startswith("-") and not any(known.startswith("-") for known in values[column]):
                raise SettingsError(f"{own.file} line {line}: {column} is {value!r}; it is never below 0")


def _check_keys(own: SeedRows, shipped: SeedRows, key: Sequence[str], *, is_closed: bool) -> None:
    seen: dict[tuple[str, ...], int] = {}
    named = ", ".join(key)
    for line, row in own.cells():
        found = tuple(row[column] for column in key)
        if found in seen:
            both = f"{named} is {_shown(found)} as in line {seen[found]}"
            raise SettingsError(f"{own.file} line {line}: {both}; leave one of the two rows out")
        seen[found] = line
    if not is_closed:
        return
    wanted = {tuple(row[column] for column in key) for _, row in shipped.cells()}
    if unknown := [found for found in seen if found not in wanted]:
        said = f"nothing reads a row whose {named} is {_shown(unknown[0])}"
        raise SettingsError(f"{own.file} line {seen[unknown[0]]}: {said}; write it as in {shipped.file.name}")
    if missing := sorted(wanted - set(seen)):
        said = f"no row has {named} {_shown(missing[0])}"
        raise SettingsError(f"{own.file} line {len(own.rows) + 2}: {said}; copy it from {shipped.file.name}")


def _check_tiles(own: SeedRows, shipped: SeedRows, by: Sequence[str], over: Sequence[Sequence[str]]) -> None:
    """Refuse bands of which two hold a value, or none: a customer with it would be counted twice, or lost."""
    whole = _groups(shipped, by)
    for group, rows in _groups(own, by).items():
        points = []
        for lower, upper, _ in over:
            bounds = {int(row[bound]) + step for _, row in rows for bound in (lower, upper) for step in (-1, 0, 1)}
            least = min(int(row[lower]) for _, row in whole[group])
            most = max(int(row[upper]) for _, row in whole[group])
            points.append(sorted(bound for bound in bounds if least < bound < most))
        for point in itertools.product(*points):
            holding = [line for line, row in rows if _holds(row, over, point)]
            if len(holding) == 1:
                continue
            where = ", ".join(f"{lower} to {upper} {at}" for (lower, upper, _), at in zip(over, point, strict=True))
            where += f" of {_shown(group)}" if group else ""
            if holding:
                raise SettingsError(f"{own.file} line {holding[1]}: line {holding[0]} holds {where} too; shorten one")
            raise SettingsError(f"{own.file} line {rows[-1][0]}: no row holds {where}; let one reach further")


def _groups(seed: SeedRows, by: Sequence[str]) -> dict[tuple[str, ...], list[tuple[int, dict[str, str]]]]:
    groups: dict[tuple[str, ...], list[tuple[int, dict[str, str]]]] = defaultdict(list)
    for line, row in seed.cells():
        groups[tuple(row[column] for column in by)].append((line, row))
    return groups


def _holds(row: Mapping[str, str], over: Sequence[Sequence[str]], point: Sequence[int]) -> bool:
    for (lower, upper, ends), at in zip(over, point, strict=True):
        low, high = int(row[lower]), int(row[upper])
        is_in = low < at < high or (at == low and ends != "upper") or (at == high and ends != "lower")
        if not is_in or low > high:
            return False
    return True


def _shown(values: Sequence[str]) -> str:
    return ", ".join(value or "empty" for value in values)


def column_types(seed: str) -> dict[str, str]:
    """Return the DuckDB type of each column of a seed in its order: as its yml declares it, else varchar."""
    declared = _declared().get(seed, {})
    return {column: declared.get(column, "varchar") for column in read_seed(SEEDS / f"{seed}.csv").head}


def _types(shipped: SeedRows, seed: str) -> dict[str, str]:
    """Return the type of each column: as the seed's yml declares it, else as all shipped values read."""
    values = {column: [row[column] for _, row in shipped.cells() if row[column]] for column in shipped.head}
    inferred = {
        column: next((kind for kind in ("boolean", "bigint", "decimal") if _all_read(kind, known)), "varchar")
        for column, known in values.items()
    }
    declared = {column: kind.split("(")[0] for column, kind in _declared().get(seed, {}).items()}
    return inferred | {column: _ALIASES.get(kind, kind) for column, kind in declared.items()}


def _all_read(kind: str, values: Sequence[str]) -> bool:
    return bool(values) and all(_reads(kind, value) for value in values)


def _reads(kind: str, value: str) -> bool:
    if not _KINDS[kind][0].fullmatch(value):
        return False
    if kind == "date":
        try:
            dt.date.fromisoformat(value)
        except ValueError:
            return False
    return True


@functools.cache
def _declared() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for file in sorted(SEEDS.glob("_*.yml")):
        said: Mapping[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
        for seed in said.get("seeds", []):
            found[seed["name"]] = dict(seed.get("config", {}).get("column_types", {}))
    return found


@functools.cache
def _keys() -> dict[str, dict[str, Any]]:
    said: dict[str, dict[str, Any]] = yaml.safe_load(_KEYS.read_text(encoding="utf-8"))
    return said

"""What the report says, read from one published version, the models' cards and the run's check results."""

import dataclasses
import datetime as dt
import functools
import json
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow.parquet as pq

from orchestration.home_rules import seed_file
from orchestration.labels import Labels, labels
from orchestration.publishing.contract import tables
from orchestration.seed_rows import read_seed
from orchestration.settings import Settings

#: The same words in Chinese and in English.
Words = tuple[str, str]
WEEK = dt.timedelta(days=7)


@dataclasses.dataclass(frozen=True)
class Facts:
    """One published version opened for reading; every table of the contract is a view of the same name."""

    connection: duckdb.DuckDBPyConnection
    version: str
    as_of_date: dt.date
    manifest: dict[str, Any]
    cards: list[dict[str, Any]]
    settings: Settings
    labels: Labels

    def rows(self, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a query; ``$as_of`` is always bound."""
        return self._asked(sql, parameters).fetchall()

    def frame(self, sql: str, **parameters: Any) -> pd.DataFrame:
        """Return the result of a query as a frame."""
        return self._asked(sql, parameters).df()

    def one(self, sql: str, **parameters: Any) -> dict[str, Any]:
        """Return the only row of a query by the names of its columns."""
        answer = self._asked(sql, parameters)
        names = [column[0] for column in answer.description or []]
        return dict(zip(names, answer.fetchall()[0], strict=True))

    def kpi(self, name: str, date: dt.date | None = None, part: str = "value") -> float | None:
        """Return a key figure of a date for everybody, or a part of it, or None where it is unknown."""
        sql = f"""
            select {part} from kpi_daily
            where kpi = $kpi and kpi_date = $date and dimension = 'all' and value_key = 'all'
        """
        found = self.rows(sql, kpi=name, date=date or self.as_of_date)
        return found[0][0] if found else None

    def week(self, name: str, ends_on: dt.date | None = None, part: str = "value") -> float | None:
        """Return a key figure summed over the seven days to a date; unknown where one of the days is."""
        last = ends_on or self.as_of_date
        sql = f"""
            select sum({part}), count({part}) from kpi_daily
            where kpi = $kpi and kpi_date > $before and kpi_date <= $last and dimension = 'all' and value_key = 'all'
        """
        ((total, days),) = self.rows(sql, kpi=name, before=last - WEEK, last=last)
        return total if days == WEEK.days else None

    def seed(self, name: str) -> list[dict[str, str]]:
        """Return the rows of a seed as the home has them; an empty cell is an empty text."""
        return [row for _, row in read_seed(seed_file(self.settings, name)).cells()]

    def setting(self, name: str) -> float:
        """Return a number of the seed report_settings."""
        return next(float(row["value"]) for row in self.seed("report_settings") if row["name"] == name)

    def word(self, kind: str, code: str | None) -> Words:
        """Return a code as a person reads it in Chinese and in English; a dash where there is none."""
        return ("—", "—") if code is None else (self.labels.zh(kind, code), self.labels.en(kind, code))

    @functools.cached_property
    def _stores(self) -> dict[str, str]:
        return dict(self.rows("select store_id, coalesce(name, store_id) from stores"))

    @functools.cached_property
    def _staff(self) -> dict[str, str | None]:
        return dict(self.rows("select staff_id, store_id from staff"))

    def store(self, store_id: str) -> str:
        """Return a store's name; its id where it has none."""
        return self._stores.get(store_id, store_id)

    def staff(self, staff_id: str, store_id: str | None = None) -> str:
        """Return a member of staff by store and id: their names lie in the vault alone."""
        store = store_id or self._staff.get(staff_id)
        return f"{self.store(store)} · {staff_id}" if store else staff_id

    def has(self, table: str) -> bool:
        """Tell whether a table has a row."""
        return bool(self.rows(f'select 1 from "{table}" limit 1'))

    def _asked(self, sql: str, parameters: dict[str, Any]) -> duckdb.DuckDBPyConnection:
        bound = {"as_of": self.as_of_date} | parameters
        return self.connection.execute(sql, {name: value for name, value in bound.items() if f"${name}" in sql})


def open_version(settings: Settings, folder: Path, cards: list[dict[str, Any]]) -> Facts:
    """Open a published version.

    Parameters
    ----------
    settings
        Whose home.
    folder
        The version's folder.
    cards
        The cards of the models that scored it.
    """
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    connection = duckdb.connect()
    connection.execute("set timezone = 'Asia/Shanghai'")
    for file in sorted(folder.glob("*.parquet")):
        quoted = file.as_posix().replace("'", "''")
        connection.execute(f"create view \"{file.stem}\" as select * {_lacking(file)} from read_parquet('{quoted}')")
    words = labels(connection)
    for name, table in tables().items():
        if not (folder / f"{name}.parquet").is_file():
            columns = ", ".join(f'cast(null as {column.data_type}) as "{column.name}"' for column in table.columns)
            connection.execute(f'create view "{name}" as select {columns} limit 0')
    as_of = dt.date.fromisoformat(manifest["as_of_date"])
    return Facts(connection, folder.name, as_of, manifest, cards, settings, words)


def _lacking(file: Path) -> str:
    """Return the columns that a version of an earlier release has not yet, as unknown; the contract only adds."""
    if (table := tables().get(file.stem)) is None:
        return ""
    there = set(pq.read_schema(file).names)
    return "".join(
        f', cast(null as {column.data_type}) as "{column.name}"' for column in table.columns if column.name not in there
    )

"""What the report says, read from one published version, the models' cards and the run's check results."""

import dataclasses
import datetime as dt
import json
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from orchestration.settings import Settings


@dataclasses.dataclass(frozen=True)
class Facts:
    """One published version opened for reading; every table of the contract is a view of the same name."""

    connection: duckdb.DuckDBPyConnection
    version: str
    as_of_date: dt.date
    manifest: dict[str, Any]
    cards: list[dict[str, Any]]
    settings: Settings

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
        connection.execute(f"create view \"{file.stem}\" as select * from read_parquet('{quoted}')")
    as_of = dt.date.fromisoformat(manifest["as_of_date"])
    return Facts(connection, folder.name, as_of, manifest, cards, settings)

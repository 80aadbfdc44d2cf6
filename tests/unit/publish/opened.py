"""A version that holds what a test says and nothing else: every other table of the contract is there and empty."""

import datetime as dt
import json
from pathlib import Path

from orchestration.publishing.contract import tables
from orchestration.report.facts import Facts, open_version
from orchestration.settings import Settings

THURSDAY = dt.date(2017, 11, 30)


def version_of(home: Path, channels: dict[str, dict] | None = None, **rows: list[dict]) -> Facts:
    """Open a version of 30 November 2017 whose tables hold the rows given; a column that a row leaves out is null."""
    folder = home / "published" / "versions" / f"{THURSDAY}-literal"
    folder.mkdir(parents=True)
    manifest = {"as_of_date": THURSDAY.isoformat(), "channels": channels or {}}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    facts = open_version(Settings(home=home), folder, [])
    for table, given in rows.items():
        columns = {column.name: column.data_type for column in tables()[table].columns}
        declared = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        facts.connection.execute(f"drop view {table}; create table {table} ({declared})").fetchall()
        for row in given:
            names, marks = ", ".join(row), ", ".join("?" for _ in row)
            facts.connection.execute(f"insert into {table} ({names}) values ({marks})", list(row.values())).fetchall()
    return facts


def days(kpi: str, values: list[float | None], column: str = "value") -> list[dict]:
    """Return rows of kpi_daily for the days up to the version's, the last value on the day itself."""
    first = THURSDAY - dt.timedelta(days=len(values) - 1)
    whole = {"kpi": kpi, "dimension": "all", "value_key": "all"}
    return [whole | {"kpi_date": first + dt.timedelta(days=at), column: value} for at, value in enumerate(values)]

"""The models' SQL for any dates: compiled by dbt once, with a stand-in for each kind of date, and filled in per night.

A night of a tiny brand then costs its queries alone. What a night is made of is the product's own: landing, ledger,
the plan's dates, identity and which dates are kept; only dbt's and Dagster's way of starting queries is left out.
"""

import functools
import importlib.util
import re
from pathlib import Path
from typing import Any

import duckdb

from orchestration.dbt_calls import PROJECT
from orchestration.dbt_graph import models, nodes, parents_of, table_of
from tests.warehouse.run_dbt import messages, run_dbt

#: A day that no brand knows, for each kind of date; the first day of its quarter stands for the frozen dates of it.
STAND_INS = {"as_of": "1001-02-04", "state": "1002-02-02", "seen": "1003-02-02", "stepped": "1004-02-02"}
STAND_INS |= {"feature": "1005-02-02", "earlier": "1006-02-02"}
_DATES = {day: f"select day from run.dates where kind = '{kind}'" for kind, day in STAND_INS.items()} | {
    f"{day[:4]}-01-01": f"select date_trunc('quarter', day)::date from run.dates where kind = '{kind}'"
    for kind, day in STAND_INS.items()
}
_LAST = "(select {} from run.dates where kind = 'as_of')"
#: The stand-in for published dates alone: the newest of them, and its Monday.
_ALONE = {"cast('1001-02-02' as date)": "date_trunc('week', max(day))::date", "cast('1001-02-04' as date)": "max(day)"}
_LISTED = re.compile(r"select\s+cast\('(10\d\d-\d\d-\d\d)' as date\) as as_of_date(?:\s+union all)?\s*")
_AMONG = re.compile(r"in \(\s*((?:cast\('10\d\d-\d\d-\d\d' as date\)(?:,\s*)?)+)\s*\)")
_DAY = re.compile(r"10\d\d-\d\d-\d\d")


def compile_all(warehouse: Path) -> dict[str, str]:
    """Return the SQL of every model by unique id, with ``run.dates`` (kind, day) in the place of a run's dates."""
    done = run_dbt(warehouse, ["compile"], {kind: [day] for kind, day in STAND_INS.items()})
    assert done.success, messages(done)
    found = {}
    for unique_id, node in models().items():
        file = warehouse.parent / "target" / "compiled" / "siyu" / node["original_file_path"]
        found[unique_id] = filled(file.read_text(encoding="utf-8")) if file.suffix == ".sql" else ""
    left = [one for one, sql in found.items() if re.search(r"'10\d\d-\d\d-\d\d'", sql)]
    assert left == [], left
    return found


def filled(sql: str) -> str:
    """Return a compiled query with the table of a run's dates in the place of its stand-ins."""
    sql = re.sub(rf"(?:{_LISTED.pattern})+", lambda found: f"{_days(found.group())} ", sql)
    sql = _AMONG.sub(lambda found: f"in ({_days(found.group(), 'day')})", sql)
    for stand_in, newest in _ALONE.items():
        sql = sql.replace(stand_in, _LAST.format(newest))
    return sql


def _days(text: str, name: str = "as_of_date") -> str:
    union = " union ".join(_DATES[day] for day in dict.fromkeys(_DAY.findall(text)))
    return f"select day as {name} from ({union}) as days (day)"


@functools.cache
def in_order() -> list[str]:
    """Return the models so that each follows what it reads."""
    known: dict[str, None] = {}

    def visit(unique_id: str) -> None:
        if unique_id in known or unique_id not in models():
            return
        for parent in sorted(parents_of(unique_id)):
            visit(parent)
        known[unique_id] = None

    for unique_id in sorted(models()):
        visit(unique_id)
    return list(known)


class _Config:
    """What a Python model says of itself, and what it asks of its meta."""

    def __init__(self, meta: dict[str, Any]) -> None:
        self.meta_get = meta.get

    def __call__(self, **_: Any) -> None:
        """Take what the model says of itself."""


class Frames:
    """What dbt hands to a Python model: the tables that it reads, and its settings."""

    def __init__(self, con: duckdb.DuckDBPyConnection, unique_id: str) -> None:
        self._con = con
        self._tables = {table: (schema, table) for schema, table in map(_table, parents_of(unique_id))}
        self.config = _Config(models()[unique_id]["config"]["meta"])

    def ref(self, name: str) -> Any:
        """Return a table that the model reads."""
        return self._con.table(".".join(self._tables[name]))


def _table(unique_id: str) -> tuple[str, str]:
    return table_of(nodes()[unique_id])


def run_python(con: duckdb.DuckDBPyConnection, unique_id: str) -> None:
    """Make the table of a Python model."""
    node = models()[unique_id]
    spec = importlib.util.spec_from_file_location(node["name"], PROJECT / node["original_file_path"])
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made = module.model(Frames(con, unique_id), None)
    con.register("made_of_python", made)
    con.execute(f"create or replace table {'.'.join(_table(unique_id))} as select * from made_of_python")
    con.unregister("made_of_python")

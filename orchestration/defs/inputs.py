"""Whether what a run makes alone can be made: a table of a date stands on tables that keep that date no more.

A run of the whole job makes everything it reads. A person may make one table for one date from its page: where what it
reads of that date was let go, it would be made of nothing, and the rows that it has would be deleted for that.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Final

import dagster as dg
import duckdb

from orchestration.dbt_graph import models, table_of
from orchestration.keeping.ledger import last_made
from orchestration.python_tables import PYTHON_TABLES
from orchestration.run_plan import RunPlan

#: So many dates that a table does keep are named.
_NAMED: Final = 3


def by_date() -> frozenset[str]:
    """Return the tables that keep rows by as_of_date from night to night."""
    of_dbt = {
        ".".join(table_of(node))
        for node in models().values()
        if node["config"]["materialized"] == "incremental" and node["config"]["unique_key"] == "as_of_date"
    }
    return frozenset(of_dbt | {table for table, columns in PYTHON_TABLES.items() if "as_of_date" in columns})


def require_inputs(context: dg.AssetExecutionContext, con: duckdb.DuckDBPyConnection, plan: RunPlan) -> None:
    """Refuse to make tables alone for dates that what they read keeps no more; called before anything is deleted.

    Raises
    ------
    dagster.Failure
        Names the table that is lacking, the date, and what to do instead; a second try would find the same.
    """
    chosen = context.run.asset_selection
    # The whole job makes its inputs; what the last run made of these dates is there, a table without a row too.
    if not chosen or last_made(con, plan) is not None:
        return
    reads = {
        parent for key in context.selected_asset_keys for parent in context.assets_def.asset_deps.get(key, ())
    } - set(chosen)
    if lacking := lacks(con, {".".join(key.path) for key in reads} & by_date(), plan.as_of_dates):
        table, date, kept = lacking
        known = ", ".join(str(each) for each in kept[-_NAMED:]) or "none"
        raise dg.Failure(
            f"{table} keeps nothing of {date} any more, and what was asked for is made from it: nothing was deleted or"
            f" made. Make the whole date (siyu daily {date}, or the job daily for it), or choose a date that is kept;"
            f" the newest are {known}.",
            allow_retries=False,
        )


def lacks(
    con: duckdb.DuckDBPyConnection, tables: Iterable[str], dates: Sequence[dt.date]
) -> tuple[str, dt.date, list[dt.date]] | None:
    """Return the first table and date of which nothing is kept, with the dates that are; None where all is there."""
    present = con.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
    for table in sorted(set(tables) & {name for (name,) in present}):
        kept = [date for (date,) in con.execute(f"select distinct as_of_date from {table} order by 1").fetchall()]
        if kept and (gone := sorted(set(dates) - set(kept))):
            return table, gone[0], kept
    return None

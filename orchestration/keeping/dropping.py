"""Dates that nothing needs any more leave the tables told by date: not looked back to, learned from or published."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Final

import duckdb

from orchestration.business_time import CUT_OFF_GRID_ANCHOR, CUT_OFF_GRID_DAYS
from orchestration.dbt_graph import models, table_of
from orchestration.keeping.ledger import LEDGER
from orchestration.run_plan import RunPlan

#: The stages whose tables grow by a whole brand a date; what later stages keep by date is small, or read by people.
_STAGES: Final = ("people", "lifecycle", "segments", "features")
#: So many cut-offs before a run's first stay: a run of an older date, or of the week before, learns from them.
_OLDER_CUT_OFFS: Final = 2


def tables() -> list[str]:
    """Return the tables that keep dates in the stages that grow by them."""
    return sorted(
        ".".join(table_of(node))
        for node in models().values()
        if node["config"]["materialized"] == "incremental"
        and node["config"]["unique_key"] == "as_of_date"
        and node["schema"] in _STAGES
    )


def needed(plan: RunPlan, published: Iterable[dt.date]) -> tuple[dt.date, list[dt.date]]:
    """Return since when every date is needed, and which dates before that are.

    Needed are the dates that a run looks back to, those that a kept version looked back to, the cut-offs that models
    are learned from, and the first days of the quarters of all of these, on which cuts and cadences are frozen.
    """
    looks_back = plan.as_of_dates[0] - plan.state_dates[0]
    since = min([*plan.state_dates, *(date - looks_back for date in published)])
    cut_offs = {date for dates in plan.cut_offs.values() for date in dates}
    if cut_offs:
        newest = (max(cut_offs) - CUT_OFF_GRID_ANCHOR).days // CUT_OFF_GRID_DAYS
        oldest = (min(cut_offs) - CUT_OFF_GRID_ANCHOR).days // CUT_OFF_GRID_DAYS - _OLDER_CUT_OFFS
        steps = range(oldest, newest + 1)
        cut_offs = {CUT_OFF_GRID_ANCHOR + dt.timedelta(days=CUT_OFF_GRID_DAYS * step) for step in steps}
    dated = {since, *cut_offs, *plan.state_dates}
    quarters = {date.replace(month=(date.month - 1) // 3 * 3 + 1, day=1) for date in dated}
    return since, sorted(date for date in cut_offs | quarters if date < since)


def drop(con: duckdb.DuckDBPyConnection, since: dt.date, also: Sequence[dt.date]) -> int:
    """Delete the rows of dates before ``since`` but those of ``also``, from the ledger first; return how many went."""
    gone = "as_of_date < $since and not list_contains($also::date[], as_of_date)"
    values = {"since": since, "also": list(also)}
    # What the ledger says of a table may be less than the table holds, never more.
    con.execute(
        f"delete from {LEDGER} where {gone} and list_contains($tables, relation)", {**values, "tables": tables()}
    )
    present = con.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
    rows = 0
    for table in sorted({name for (name,) in present} & set(tables())):
        ((count,),) = con.execute(f"delete from {table} where {gone}", values).fetchall()
        rows += int(count)
    return rows

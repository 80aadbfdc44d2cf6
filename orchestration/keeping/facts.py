"""What is said of people, summed up day by day, so that a night can tell from which day on it is said otherwise.

Every row of a table of ``people`` begins on a day, may end on one, and may be filled in on days between. Each of these
is an event of its day, hashed. If two nights agree on the events of all days up to a date, the same rows stood on it.
"""

import datetime as dt
from typing import Final

import duckdb

from orchestration.keeping.tables import FACTS, RUN_KEYS, STEPS

DIGESTS: Final = "main.told_days"
#: Tables without from_date and to_date: the day of a row.
_DAYS: Final = {"basket_changes": "changed_date", "identity_moves": "moved_date"}
#: What stands for an order's key of the run.
_ORDER: Final = ("source", "order_id")
_ALWAYS: Final = "date '0001-01-01'"


def _columns(con: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    return sorted(con.table(f"people.{table}").columns)


def events_of(con: duckdb.DuckDBPyConnection, table: str) -> str:
    """Return the query of a table's events: ``day`` and ``hashed``."""
    columns, steps = _columns(con, table), STEPS.get(table, {})
    later = {column for step, brings in steps.items() for column in (step, *brings)}
    kept = [column for column in columns if column not in RUN_KEYS | later | {"to_date"}]
    rows = f"people.{table} as told"
    if "order_key" in columns and "order_id" not in columns:
        orders = f"(select distinct order_key, {', '.join(_ORDER)} from people.order_states)"
        rows += f" left join {orders} as orders using (order_key)"
        kept = [*_ORDER, *kept]
    content = ", ".join(f'"{column}"' for column in kept)
    day = _DAYS.get(table)
    if day:
        return f"select {day} as day, hash({content}) as hashed from {rows}"
    # A row that begins a second time from the day of a step: the step's own event names the row and the step.
    parts = [
        "select from_day as day, hashed from standing",
        "select to_date as day, hash('ends', hashed) as hashed from standing where to_date is not null",
    ]
    for step, brings in steps.items():
        brought = ", ".join(f'"{column}"' for column in (step, *brings))
        parts.append(
            f"select greatest(from_day, {step}) as day, hash('{step}', hashed, {brought}) as hashed from standing"
            f" where {step} is not null and (to_date is null or {step} < to_date)"
        )
    carried = "".join(f', "{column}"' for column in sorted(later))
    return (
        f"with standing as (select coalesce(from_date, {_ALWAYS}) as from_day, to_date, hash({content}) as hashed"
        f"{carried} from {rows} where to_date is null or from_date is null or to_date > from_date) "
        + " union all ".join(parts)
    )


def take(con: duckdb.DuckDBPyConnection) -> None:
    """Sum up what the tables of ``people`` say now, into the temporary table ``told_now``."""
    con.execute("create or replace temp table told_now (relation varchar, day date, events bigint, digest hugeint)")
    for table in FACTS:
        con.execute(
            f"insert into told_now select '{table}', day, count(*), sum(cast(hashed as hugeint))"
            f" from ({events_of(con, table)}) group by day"
        )


def changed_from(con: duckdb.DuckDBPyConnection) -> dict[str, dt.date]:
    """Return the first day on which each table says otherwise than when dates were last kept; needs :func:`take`."""
    con.execute(f"create table if not exists {DIGESTS} (relation varchar, day date, events bigint, digest hugeint)")
    rows = con.execute(
        f"select relation, min(day) from told_now as now full outer join {DIGESTS} as before using (relation, day)"
        " where now.digest is distinct from before.digest or now.events is distinct from before.events"
        " group by relation order by relation"
    )
    return dict(rows.fetchall())


def note(con: duckdb.DuckDBPyConnection) -> None:
    """Keep what :func:`take` summed up as what the kept dates stand on; within the caller's transaction."""
    con.execute(f"delete from {DIGESTS}")
    con.execute(f"insert into {DIGESTS} select * from told_now order by relation, day")

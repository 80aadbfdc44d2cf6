"""How the models' tables and seeds become frames, and how the registry is written."""

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

import duckdb
import pandas as pd

from orchestration.python_tables import PYTHON_TABLES


def of_dates(con: duckdb.DuckDBPyConnection, table: str, dates: Sequence[dt.date], where: str = "true") -> pd.DataFrame:
    """Return a table's rows of some dates in (as_of_date, one_id) order; dates are ``datetime.date``."""
    chosen = f"select * from {table} where as_of_date in (select unnest($dates::date[])) and {where}"
    found = con.sql(f"{chosen} order by as_of_date, one_id", params={"dates": list(dates)}).to_arrow_table()
    return found.to_pandas(date_as_object=True)


def snapshots(con: duckdb.DuckDBPyConnection, dates: Sequence[dt.date]) -> pd.DataFrame:
    """Return the feature rows a model may speak of: visitors, of whom nothing is known, and test accounts stay out."""
    return of_dates(con, "features.customer_features", dates, "purchase_stage <> 'visitor' and not is_test")


def seed(con: duckdb.DuckDBPyConnection, name: str, order: str) -> pd.DataFrame:
    """Return a seed in a fixed order."""
    return con.execute(f"select * from seeds.{name} order by {order}").df()


def replace_training_dates(con: duckdb.DuckDBPyConnection, registry: pd.DataFrame) -> int:
    """Replace the registry's rows of the frame's training dates, in one transaction; return the rows written."""
    columns = PYTHON_TABLES["models.registry"]
    listed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    chosen = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind in columns.items())
    con.execute(f"create table if not exists models.registry ({listed})")
    con.register("incoming_registry", registry)
    con.execute("begin")
    con.execute(
        "delete from models.registry where training_date in (select cast(training_date as date) from incoming_registry)"
    )
    con.execute(f"insert into models.registry select {chosen} from incoming_registry order by training_date, model")
    con.execute("commit")
    con.unregister("incoming_registry")
    return len(registry)


def registered_cards(con: duckdb.DuckDBPyConnection, trained_on: dt.date) -> dict[str, dict[str, Any]]:
    """Return the cards of a training date by model."""
    rows = con.execute("select model, card from models.registry where training_date = $date", {"date": trained_on})
    return {str(model): json.loads(card) for model, card in rows.fetchall()}

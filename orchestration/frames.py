"""Frames out of the warehouse and into it: how the Python stages read what dbt built, and write what dbt reads."""

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa

from orchestration.python_tables import PYTHON_TABLES
from orchestration.warehouse import replace_dates


def query(con: duckdb.DuckDBPyConnection, sql: str, **params: object) -> pd.DataFrame:
    """Return a query's rows: dates are ``datetime.date``, decimals become doubles, lists arrays."""
    arrow = con.sql(sql, params=params or None).to_arrow_table()
    decimals = [field.name for field in arrow.schema if pa.types.is_decimal(field.type)]
    return arrow.to_pandas(date_as_object=True).astype(dict.fromkeys(decimals, "float64"))


def of_dates(
    con: duckdb.DuckDBPyConnection, table: str, dates: Sequence[dt.date], key: str = "one_id", where: str = "true"
) -> pd.DataFrame:
    """Return a table's rows of some dates in (as_of_date, key) order."""
    chosen = f"select * from {table} where as_of_date in (select unnest($dates::date[])) and {where}"
    return query(con, f"{chosen} order by as_of_date, {key}", dates=list(dates))


def snapshots(con: duckdb.DuckDBPyConnection, dates: Sequence[dt.date]) -> pd.DataFrame:
    """Return the feature rows a model may speak of: not visitors without a lead, nor excluded people."""
    spoken_of = "(purchase_stage <> 'visitor' or lead_age_days is not null) and not is_excluded"
    return of_dates(con, "features.customer_features", dates, where=spoken_of)


def seed(con: duckdb.DuckDBPyConnection, name: str, order: str) -> pd.DataFrame:
    """Return a seed in a fixed order."""
    return con.execute(f"select * from seeds.{name} order by {order}").df()


def seeds(con: duckdb.DuckDBPyConnection, names: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Return seeds as frames by name; decimals become doubles."""
    return {name: query(con, f'select * from seeds."{name}"') for name in names}


def replace_registry(con: duckdb.DuckDBPyConnection, registry: pd.DataFrame) -> int:
    """Replace the registry's rows of the frame's training dates; return the rows written."""
    trained = registry.sort_values(["training_date", "model"])
    dates = sorted({dt.date.fromisoformat(str(date)) for date in trained["training_date"]})
    columns = PYTHON_TABLES["models.registry"]
    return replace_dates(con, "models.registry", trained, dates, columns, by="training_date")


def registered_cards(con: duckdb.DuckDBPyConnection, trained_on: dt.date) -> dict[str, dict[str, Any]]:
    """Return the cards of a training date by model."""
    rows = con.execute("select model, card from models.registry where training_date = $date", {"date": trained_on})
    return {str(model): json.loads(card) for model, card in rows.fetchall()}

"""How the recall assets read their inputs and write what is no snapshot of a date."""

import datetime as dt
from collections.abc import Sequence

import duckdb
import pandas as pd
import pyarrow as pa

from ml.recall import SEEDS, Rules
from orchestration.settings import Settings


def _frame(arrow: pa.Table) -> pd.DataFrame:
    decimals = [field.name for field in arrow.schema if pa.types.is_decimal(field.type)]
    return arrow.to_pandas(date_as_object=True).astype(dict.fromkeys(decimals, "float64"))


def of_dates(con: duckdb.DuckDBPyConnection, table: str, dates: Sequence[dt.date], key: str = "one_id") -> pd.DataFrame:
    """Return a table's rows of the run's dates, in a fixed order; decimals become doubles, lists arrays."""
    chosen = f"select * from {table} where as_of_date in (select unnest($dates::date[])) order by as_of_date, {key}"
    return _frame(con.sql(chosen, params={"dates": list(dates)}).to_arrow_table())


def seeds(con: duckdb.DuckDBPyConnection, names: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Return seeds as frames by name; decimals become doubles."""
    return {name: _frame(con.sql(f'select * from seeds."{name}"').to_arrow_table()) for name in names}


def load_rules(con: duckdb.DuckDBPyConnection, settings: Settings, offers: pd.DataFrame | None = None) -> Rules:
    """Return recall's seeds with the home's settings and, where given, the offers' terms per date."""
    return Rules(
        seeds=seeds(con, list(SEEDS)),
        gross_margin_rate=settings.gross_margin_rate,
        holdout_share=settings.holdout_share,
        exploration_share=settings.exploration_share,
        horizon_days=settings.horizon_days,
        staff_channels=tuple(settings.staff_channels),
        offers=offers,
    )

"""The columns of the recall tables as they stand in the warehouse, and how their inputs are read."""

import datetime as dt
from collections.abc import Sequence
from typing import Final

import duckdb
import pandas as pd
import pyarrow as pa

_INSTANT, _FEN, _RATE, _TEXT, _DATE = "TIMESTAMP", "BIGINT", "DOUBLE", "VARCHAR", "DATE"

ASSIGNMENT: Final = {
    "as_of_date": _DATE, "one_id": _TEXT, "arm": _TEXT, "audience_id": _TEXT, "assignment_probability": _RATE,
    "global_holdout": "BOOLEAN", "audience_kind": _TEXT, "policy_id": _TEXT, "ladder_step": "BIGINT", "campaign_id": _TEXT,
}  # fmt: skip
AUDIENCE: Final = {
    "as_of_date": _DATE, "one_id": _TEXT, "audience_id": _TEXT, "audience_kind": _TEXT, "policy_id": _TEXT,
    "ladder_step": "BIGINT", "campaign_id": _TEXT, "arm": _TEXT, "assignment_probability": _RATE, "message_channel": _TEXT,
    "staff_id": _TEXT, "store_id": _TEXT, "offer_id": _TEXT, "pay_rate": "DECIMAL(18, 4)", "wave": _TEXT,
    "send_after_at": _INSTANT, "send_before_at": _INSTANT, "valid_until_at": _INSTANT, "stop_if": "VARCHAR[]",
    "content_theme": _TEXT, "churn_probability": _RATE, "organic_return_probability": _RATE, "lift_p50": _RATE,
    "expected_cost_fen": _FEN, "net_p10_fen": _FEN, "net_p50_fen": _FEN, "net_p90_fen": _FEN, "roi_p10": _RATE,
    "roi_p50": _RATE, "roi_p90": _RATE, "basis": _TEXT, "consent_purpose": _TEXT, "why": _TEXT,
    "probability_roi_positive": _RATE, "break_even_lift": _RATE, "assumptions_hash": _TEXT,
}  # fmt: skip
TASKS: Final = {
    "task_id": _TEXT, "as_of_date": _DATE, "audience_id": _TEXT, "one_id": _TEXT, "staff_id": _TEXT, "store_id": _TEXT,
    "message_channel": _TEXT, "priority": "BIGINT", "send_after_at": _INSTANT, "send_before_at": _INSTANT,
    "template_id": _TEXT, "template_variables": _TEXT, "offer_id": _TEXT, "offer_words": _TEXT, "why": _TEXT,
    "talking_point_1": _TEXT, "talking_point_2": _TEXT, "do_not_say": _TEXT, "stop_if": "VARCHAR[]",
    "fallback_channel": _TEXT, "expected_net_p50_fen": _FEN,
}  # fmt: skip
BUDGET: Final = {
    "as_of_date": _DATE, "audience_id": _TEXT, "budget_fen": _FEN, "expected_cost_fen": _FEN, "shadow_price": _RATE,
    "dual_bound_fen": _FEN, "optimality_gap": _RATE,
}  # fmt: skip
ROI_CURVE: Final = {
    "as_of_date": _DATE, "audience_id": _TEXT, "budget_fen": _FEN, "expected_cost_fen": _FEN, "net_p10_fen": _FEN,
    "net_p50_fen": _FEN, "net_p90_fen": _FEN,
}  # fmt: skip


def _frame(arrow: pa.Table) -> pd.DataFrame:
    decimals = [field.name for field in arrow.schema if pa.types.is_decimal(field.type)]
    return arrow.to_pandas(date_as_object=True).astype(dict.fromkeys(decimals, "float64"))


def of_dates(con: duckdb.DuckDBPyConnection, table: str, dates: Sequence[dt.date]) -> pd.DataFrame:
    """Return a table's rows of the run's dates, in a fixed order; decimals become doubles, lists arrays."""
    chosen = f"select * from {table} where as_of_date in (select unnest($dates::date[])) order by as_of_date, one_id"
    return _frame(con.sql(chosen, params={"dates": list(dates)}).to_arrow_table())


def seeds(con: duckdb.DuckDBPyConnection, names: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Return seeds as frames by name; decimals become doubles."""
    return {name: _frame(con.sql(f'select * from seeds."{name}"').to_arrow_table()) for name in names}

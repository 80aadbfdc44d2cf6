"""What a score is kept as."""

from typing import Final

#: Columns of ``scores.customer_scores`` with their DuckDB types, in the table's order.
SCORES: Final[dict[str, str]] = {
    "as_of_date": "DATE",
    "one_id": "VARCHAR",
    "model": "VARCHAR",
    "model_version": "VARCHAR",
    "horizon_days": "BIGINT",
    "score": "DOUBLE",
    "decile": "BIGINT",
    "basis": "VARCHAR",
    "reason_1": "VARCHAR",
    "reason_2": "VARCHAR",
    "reason_3": "VARCHAR",
}

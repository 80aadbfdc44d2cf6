"""Columns and warehouse types of the tables that Python stages write and dbt reads as sources.

They stand in one place so that a brand without models, scores or candidates still publishes: what is missing is
made empty before dbt reads it. Instants are ``TIMESTAMP`` in UTC, money is ``BIGINT`` fen, lists are ``VARCHAR[]``.
"""

from typing import Final

import duckdb

from ml.recall.tables import OUTCOMES, PLANNED

#: ``schema.table`` -> column -> DuckDB type, in the table's order.
PYTHON_TABLES: Final[dict[str, dict[str, str]]] = {
    "models.registry": {
        "training_date": "DATE",
        "model": "VARCHAR",
        "model_id": "VARCHAR",
        "champion": "VARCHAR",
        "basis": "VARCHAR",
        "horizon_days": "BIGINT",
        "auc": "DOUBLE",
        "pr_auc": "DOUBLE",
        "brier": "DOUBLE",
        "top_decile_lift": "DOUBLE",
        "ece": "DOUBLE",
        "gates_passed": "BOOLEAN",
        "card": "VARCHAR",
    },
    "scores.customer_scores": {
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
    },
    **{f"recall.{name}": columns for name, (_, columns) in PLANNED.items()},
    "recall.outcomes": OUTCOMES,
}


def create_missing(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Create, empty, every Python table that the warehouse lacks; return the names of those created, sorted."""
    present = {
        f"{schema}.{table}"
        for schema, table in connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
    }
    missing = sorted(set(PYTHON_TABLES) - present)
    for name in missing:
        schema, table = name.split(".")
        columns = ", ".join(f'"{column}" {kind}' for column, kind in PYTHON_TABLES[name].items())
        connection.execute(f'create schema if not exists "{schema}"')
        connection.execute(f'create table "{schema}"."{table}" ({columns})')
    return missing

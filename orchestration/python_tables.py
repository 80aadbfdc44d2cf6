"""Columns and warehouse types of the tables that Python stages write and dbt reads as sources.

They stand in one place so that a brand without models, scores or candidates still publishes: what is missing is
made empty before dbt reads it. Instants are ``TIMESTAMP`` in UTC, money is ``BIGINT`` fen, lists are ``VARCHAR[]``.
"""

from typing import Final

import duckdb

from ml.models.tables import REGISTRY
from ml.recall.tables import HEALTH, OUTCOMES, PLANNED
from ml.scores.tables import SCORES

#: ``schema.table`` -> column -> DuckDB type, in the table's order.
PYTHON_TABLES: Final[dict[str, dict[str, str]]] = {
    "models.registry": REGISTRY,
    "scores.customer_scores": SCORES,
    **{f"recall.{name}": columns for name, (_, columns) in PLANNED.items()},
    "recall.outcomes": OUTCOMES,
    "recall.health": HEALTH,
}


def _quoted(name: str) -> str:
    return f'"{name}"'


def _other(found: dict[str, str], declared: dict[str, str]) -> bool:
    # DuckDB prints DECIMAL(18,4) for what is declared as DECIMAL(18, 4).
    return list(found.items()) != [(column, kind.replace(" ", "")) for column, kind in declared.items()]


def create_missing(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Create, empty, every Python table that the warehouse lacks; return the names of those created, sorted."""
    present = {
        f"{schema}.{table}"
        for schema, table in connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
    }
    missing = sorted(set(PYTHON_TABLES) - present)
    for name in missing:
        schema, table = name.split(".")
        columns = ", ".join(f"{_quoted(column)} {kind}" for column, kind in PYTHON_TABLES[name].items())
        connection.execute(f"create schema if not exists {_quoted(schema)}")
        connection.execute(f"create table {_quoted(schema)}.{_quoted(table)} ({columns})")
    return missing


def fit_columns(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Rewrite the Python tables that another release left with other columns; return their names, sorted.

    Their rows stay, because results of staff and messages refer to tasks and plans of before: a new column is null in
    them, a column that is gone goes with its values. Rewritten, not altered (docs/decisions.md, 54).

    Raises
    ------
    duckdb.ConversionException
        A value that does not fit its column's new type; the table is as it was.
    """
    found: dict[str, dict[str, str]] = {}
    for schema, table, column, kind in connection.execute(
        "select schema_name, table_name, column_name, data_type from duckdb_columns() order by column_index"
    ).fetchall():
        found.setdefault(f"{schema}.{table}", {})[column] = kind
    other = [name for name in sorted(PYTHON_TABLES) if name in found and _other(found[name], PYTHON_TABLES[name])]
    for name in other:
        columns = ", ".join(
            f"cast({_quoted(column) if column in found[name] else 'null'} as {kind}) as {_quoted(column)}"
            for column, kind in PYTHON_TABLES[name].items()
        )
        schema, table = name.split(".")
        where = f"{_quoted(schema)}.{_quoted(table)}"
        connection.execute(f"create or replace table {where} as select {columns} from {where}")
    return other

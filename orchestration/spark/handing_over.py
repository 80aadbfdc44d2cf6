"""Tables handed from the warehouse to Spark as Parquet files: what landed, the seeds, and what Python stages wrote."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def export(
    warehouse: duckdb.DuckDBPyConnection, tables: Iterable[tuple[str, str]], folder: Path
) -> Iterator[tuple[str, str, Path]]:
    """Write tables of the warehouse as Parquet files and yield where each of them lies."""
    for schema, name in tables:
        file = folder / schema / f"{name}.parquet"
        file.parent.mkdir(parents=True, exist_ok=True)
        columns = warehouse.execute(f'describe select * from "{schema}"."{name}"').fetchall()
        listed = ", ".join(_portable(column, kind) for column, kind, *_ in columns)
        warehouse.execute(f"""copy (select {listed} from "{schema}"."{name}") to '{file}' (format parquet)""")
        yield schema, name, file


def _portable(column: str, kind: str) -> str:
    """Return a column as Parquet keeps it exactly: of a sum's 128 bits DuckDB would write a double."""
    return f'cast("{column}" as decimal(38, 0)) as "{column}"' if kind == "HUGEINT" else f'"{column}"'


def take_in(session: "SparkSession", files: Iterable[tuple[str, str, Path]]) -> None:
    """Let Spark know each file as the table of its name, where it lies."""
    for schema, name, file in files:
        session.sql(f"create schema if not exists {schema}")
        session.sql(f"create table {schema}.{name} using parquet location '{file}'")

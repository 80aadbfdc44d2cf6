"""A published table in Postgres: the same types, nulls, keys and words as its contract has, and its rows."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import duckdb
import pyarrow.csv
from psycopg import Connection, sql

from orchestration.publishing.contract import NEVER, Column, TableContract

#: Warehouse type of a column -> its type in Postgres.
TYPES: Final = {
    "varchar": "text",
    "bigint": "bigint",
    "double": "double precision",
    "boolean": "boolean",
    "date": "date",
    "timestamp with time zone": "timestamp with time zone",
    "varchar[]": "text[]",
}
_BATCH_ROWS: Final = 50_000


def create(schema: str, table: TableContract) -> sql.Composed:
    """Return what makes a table, without rows and without its key."""
    columns = sql.SQL(", ").join(
        sql.SQL("{} {}{}").format(
            sql.Identifier(column.name),
            sql.SQL(TYPES[column.data_type]),
            sql.SQL(" not null" if column.null == NEVER else ""),
        )
        for column in table.columns
    )
    return sql.SQL("create table {} ({})").format(sql.Identifier(schema, table.name), columns)


def key(schema: str, table: TableContract) -> sql.Composed:
    """Return what makes a table's key its primary key; refused where a key stands twice."""
    columns = sql.SQL(", ").join(map(sql.Identifier, table.key))
    return sql.SQL("alter table {} add primary key ({})").format(sql.Identifier(schema, table.name), columns)


def comments(kind: str, schema: str, table: TableContract) -> sql.Composed:
    """Return the words of the contract as comments on a table or view and on its columns, as one text to run."""
    place = sql.Identifier(schema, table.name)
    said = [sql.SQL("comment on {} {} is {}").format(sql.SQL(kind), place, sql.Literal(table.words))]
    said += [
        sql.SQL("comment on column {}.{} is {}").format(place, sql.Identifier(column.name), sql.Literal(column.words))
        for column in table.columns
    ]
    return sql.SQL("; ").join(said)


def view(schema: str, of_schema: str, table: TableContract) -> sql.Composed:
    """Return what makes the view of a table by which readers know it, or points it to another version's."""
    columns = sql.SQL(", ").join(map(sql.Identifier, table.column_names))
    return sql.SQL("create or replace view {} as select {} from {}").format(
        sql.Identifier(schema, table.name), columns, sql.Identifier(of_schema, table.name)
    )


def fill(
    connection: Connection, schema: str, table: TableContract, file: Path, reading: duckdb.DuckDBPyConnection
) -> int:
    """Copy the rows of a table's file into its table, which this very transaction made; return how many.

    ``freeze`` shows them to transactions that began before ours ends, too. Without it, whoever took their snapshot
    before CURRENT moved (a dump, a tool that reads repeatably) would find tables without a row behind the views.
    ``reading`` is a connection of a DuckDB in memory, the same for all of a version's files.
    """
    names = sql.SQL(", ").join(map(sql.Identifier, table.column_names))
    into = sql.SQL("copy {} ({}) from stdin (format csv, freeze)").format(sql.Identifier(schema, table.name), names)
    with connection.cursor() as cursor:
        with cursor.copy(into) as copy:
            for lines in _lines(table, file, reading):
                copy.write(lines)
        return cursor.rowcount


def _lines(table: TableContract, file: Path, reading: duckdb.DuckDBPyConnection) -> Iterator[bytes]:
    """Return the rows as CSV: a text is quoted, so an empty one is none that is missing."""
    columns = ", ".join(map(_as_text, table.columns))
    rows = reading.sql(f"select {columns} from read_parquet($file)", params={"file": str(file)})
    for batch in rows.to_arrow_reader(_BATCH_ROWS):
        lines = io.BytesIO()
        pyarrow.csv.write_csv(batch, lines, pyarrow.csv.WriteOptions(include_header=False))
        yield lines.getvalue()


def _as_text(column: Column) -> str:
    name = f'"{column.name}"'
    if not column.data_type.endswith("[]"):
        return name
    quoted = r"""'"' || replace(replace(one, '\', '\\'), '"', '\"') || '"'"""
    return f"'{{' || array_to_string(list_transform({name}, lambda one: {quoted}), ',') || '}}' as {name}"

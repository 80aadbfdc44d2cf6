"""Spark's rows of a table held against DuckDB's: as sets, in DuckDB's types, fractions as published."""

import dataclasses
from pathlib import Path

import duckdb

from tests.keeping.nights import RUN_KEYS

#: Ratios are published with six decimals (macro ratio); the last bit of a double is the order of a sum.
DECIMALS = 6


@dataclasses.dataclass(frozen=True)
class Compared:
    """One table: its rows in DuckDB and in Spark, and how many stand in one of the two alone."""

    table: str
    rows: int
    rows_of_spark: int
    only_duckdb: int
    only_spark: int
    example: str

    @property
    def is_equal(self) -> bool:
        """Whether the row sets are the same."""
        return not self.only_duckdb and not self.only_spark


def compare(con: duckdb.DuckDBPyConnection, table: tuple[str, str], files: Path) -> Compared:
    """Compare a table of the warehouse with the Parquet files that Spark made of the same model."""
    schema, name = table
    columns = [
        (column, kind)
        for column, kind, *_ in con.execute(f'describe select * from "{schema}"."{name}"').fetchall()
        if column not in RUN_KEYS
    ]
    listed = ", ".join(_told(column, kind) for column, kind in columns)
    duck = f'select {listed} from "{schema}"."{name}"'
    found = sorted(files.glob("*.parquet"))
    spark = f"select {listed} from read_parquet({[str(file) for file in found]})" if found else f"{duck} limit 0"
    counts = [con.execute(f"select count(*) from ({one})").fetchone()[0] for one in (duck, spark)]
    alone = [
        con.execute(f"select * from (({one}) except all ({other})) order by all").fetchall()
        for one, other in ((duck, spark), (spark, duck))
    ]
    example = _first_difference([column for column, _ in columns], *alone)
    return Compared(f"{schema}.{name}", *counts, len(alone[0]), len(alone[1]), example)


def _told(column: str, kind: str) -> str:
    value = f'cast("{column}" as {kind})'
    return f'round({value}, {DECIMALS}) as "{column}"' if kind == "DOUBLE" else f'{value} as "{column}"'


def _first_difference(columns: list[str], duck: list[tuple], spark: list[tuple]) -> str:
    """Return where the first row that DuckDB alone has differs from the row of Spark that is most like it."""
    if not duck or not spark:
        return str((duck or spark)[:1])[:300] if duck or spark else ""
    nearest = max(spark, key=lambda row: sum(one == other for one, other in zip(duck[0], row, strict=True)))
    pairs = zip(columns, duck[0], nearest, strict=True)
    return "; ".join(f"{column}: {one!r} and {other!r}" for column, one, other in pairs if one != other)[:300]

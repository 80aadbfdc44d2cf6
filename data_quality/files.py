"""Measures a version's files, in a connection that reaches nothing else."""

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from data_quality.checks import Check, measure


def measure_version(
    folder: Path,
    tables: Sequence[str],
    checks: Sequence[Check],
    version: Mapping[str, Any],
    beside: Mapping[str, Any],
    memory_limit: str,
    before: Mapping[str, tuple[Sequence[int], Sequence[pa.Table]]],
) -> dict[str, float]:
    """Return the numbers of a version's files, read back from disk in a connection that can reach nothing else.

    Parameters
    ----------
    folder
        Where the version's Parquet files stand.
    tables
        Their names.
    checks
        What to measure.
    version
        ``as_of_date``, ``ends_at``, ``cut_off_at``, ``customers_before``, ``contactable_before``.
    beside
        Relation name to Arrow table: what the files are compared with.
    memory_limit
        As DuckDB writes it, for example ``2GB``.
    before
        Table to rows of which something was kept back when its file was written, as they stood before, and to the
        places from 0 at which the file has what was left of them: the former are measured.
    """
    with duckdb.connect(config={"memory_limit": memory_limit}) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute("set allowed_directories = $folders", {"folders": [str(folder)]})
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        for table in tables:
            path = str(folder / f"{table}.parquet").replace("'", "''")
            if table not in before:
                connection.execute(f"create view \"{table}\" as select * from read_parquet('{path}')")
                continue
            places, rows = before[table]
            connection.register(f"{table} left", pa.table({"place": pa.array(places, pa.int64())}))
            connection.register(f"{table} before", pa.concat_tables(rows))
            connection.execute(
                f'create view "{table}" as select * exclude (file_row_number)'
                f" from read_parquet('{path}', file_row_number = true)"
                f' where file_row_number not in (select place from "{table} left")'
                f' union all by name select * from "{table} before"'
            )
        for name, relation in beside.items():
            connection.register(name, relation)
        connection.execute(
            "create table version as select cast($as_of_date as date) as as_of_date,"
            " cast($ends_at as timestamptz) as ends_at, cast($cut_off_at as timestamptz) as cut_off_at,"
            " cast($customers_before as bigint) as customers_before,"
            " cast($contactable_before as bigint) as contactable_before",
            {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in version.items()},
        )
        return measure(connection, checks)

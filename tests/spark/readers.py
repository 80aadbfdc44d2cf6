"""Every published table as polars and Spark read it, beside what its file says of itself."""

from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from orchestration.publish import publish
from orchestration.publishing.contract import tables
from orchestration.publishing.versions import Store
from tests.unit.publish.world import DATE, brand

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def version(home: Path) -> Path:
    """Publish a small brand and return the folder of its version."""
    settings = brand(home)
    publish(settings, [DATE])
    store = Store(settings.published)
    return store.versions / store.current()


def read_by_polars(folder: Path) -> dict[str, str]:
    """Return the tables that polars reads otherwise than pyarrow, and how; every value of a table is compared."""
    import polars as pl

    differing = {}
    for name, table in tables().items():
        expected, found = pq.read_table(folder / f"{name}.parquet"), pl.read_parquet(folder / f"{name}.parquet")
        if found.columns != list(table.column_names):
            differing[name] = f"columns {found.columns}"
        elif found.to_dicts() != expected.to_pylist():
            differing[name] = "rows differ"
    return differing


def read_by_spark(session: "SparkSession", folder: Path) -> dict[str, str]:
    """Return the tables that Spark reads otherwise than pyarrow, and how: columns, and the count of rows."""
    differing = {}
    for name, table in tables().items():
        rows, found = (
            pq.read_metadata(folder / f"{name}.parquet").num_rows,
            session.read.parquet(str(folder / f"{name}.parquet")),
        )
        if found.columns != list(table.column_names):
            differing[name] = f"columns {found.columns}"
        elif (count := found.count()) != rows:
            differing[name] = f"{count} rows of {rows}"
    return differing

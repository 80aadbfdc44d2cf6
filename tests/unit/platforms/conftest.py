"""Lands records of one dataset in a new home and hands back the rows of a table, as the door made them."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.channels.engine.ingest import ingest
from orchestration.settings import Settings

Row = dict[str, Any]
LANDED_AT = dt.datetime(2018, 1, 1)
Lander = Callable[..., dict[str, list[Row]]]


@pytest.fixture
def land(tmp_path: Path) -> Lander:
    """Return a function: (channel, dataset, records or bytes, suffix) -> the channel's tables and its quarantine."""

    def run(channel: str, dataset: str, content: list[Row] | bytes, suffix: str = "jsonl") -> dict[str, list[Row]]:
        folder = tmp_path / "landing" / channel / dataset
        folder.mkdir(parents=True)
        if not isinstance(content, bytes):
            content = "\n".join(json.dumps(record, ensure_ascii=False) for record in content).encode()
        (folder / f"export.{suffix}").write_bytes(content)
        with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
            result = ingest(Settings(home=tmp_path), connection, channel, LANDED_AT, progress=lambda _: None)
            return {
                table.split("__")[-1]: rows(connection, f'select * from channels."{table}" order by _line')
                for table in result.rows
            } | {"quarantine": rows(connection, "select * from channels.quarantine order by line")}

    return run


def rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[Row]:
    """Return a query's rows as dictionaries."""
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

"""The warehouse without erased people: written anew beside the old file, because DuckDB leaves deleted bytes in it.

Landed tables forget the files whose bytes changed, so that they are read again from ``raw/``; what dbt built is left
out, for the next run makes it again from those; the Python stages' tables keep all other people's rows.
"""

import os
from typing import Final

import duckdb
import pyarrow as pa

from orchestration.channels.engine.tables import ACCOUNTS
from orchestration.erasing.journal import Journal
from orchestration.erasing.person import where_theirs
from orchestration.erasing.published import rows_to_go
from orchestration.erasing.tombstones import Tombstones
from orchestration.files import sync_folder
from orchestration.python_tables import PYTHON_TABLES
from orchestration.settings import Settings

#: What is loaded again from files beside the warehouse.
_RELOADED: Final = ("activations", "withdrawals", "plans", "unread_refusals", "widest_refusals")


def rewrite(settings: Settings, stones: Tombstones, begun: Journal) -> int:
    """Write the warehouse anew without the person and swap the files; return the rows left out by name.

    Done again it comes to the same.
    """
    new = settings.warehouse.with_name("warehouse.erasing.duckdb")
    for left in (new, new.with_name(new.name + ".wal")):
        left.unlink(missing_ok=True)
    if not settings.warehouse.exists():
        return 0
    connection = duckdb.connect(
        str(settings.warehouse), config={"memory_limit": settings.memory_limit, "threads": settings.threads}
    )
    try:
        connection.execute("checkpoint")
        old = connection.execute("select current_database()").fetchall()[0][0]
        connection.execute(f"attach '{str(new).replace(chr(39), chr(39) * 2)}' as fresh")
        gone = _copy(connection, old, begun, stones)
        connection.execute("checkpoint fresh")
        connection.execute("detach fresh")
    finally:
        connection.close()
    with new.open("rb") as file:
        os.fsync(file.fileno())
    new.chmod(settings.warehouse.stat().st_mode & 0o777)
    new.replace(settings.warehouse)
    settings.warehouse.with_name(settings.warehouse.name + ".wal").unlink(missing_ok=True)
    sync_folder(settings.home)
    return gone


def _copy(connection: duckdb.DuckDBPyConnection, old: str, begun: Journal, stones: Tombstones) -> int:
    gone = 0
    tables = connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = $old and not internal",
        {"old": old},
    ).fetchall()
    for schema, table in tables:
        name = f"{schema}.{table}"
        if not (schema in ("channels", "seeds") or name in PYTHON_TABLES or name == "main.release"):
            continue
        if schema == "channels" and table in _RELOADED:
            continue
        target, source = f'fresh."{schema}"."{table}"', f'{old}."{schema}"."{table}"'
        connection.execute(f'create schema if not exists fresh."{schema}"')
        if name in PYTHON_TABLES:
            gone += _without_people(connection, source, target, stones)
        elif schema == "channels":
            column = "file_id" if table in ACCOUNTS else "_file_id"
            known = f"({column} is null or {column} not in (select unnest($ids::varchar[])))"
            if table in ("ledger", "quarantine"):  # what they say of a file under the name it had is said anew
                known += " and not coalesce(file_name in (select unnest($names::varchar[])), false)"
            # of a file that raw/ no longer keeps, the person's rows go here
            theirs = where_theirs(begun.person, table, connection, source)
            known += f" and not coalesce({theirs}, false)" if theirs else ""
            names = {"names": sorted(begun.named)} if "$names" in known else {}
            said = {"ids": sorted(begun.moved), **names}
            connection.execute(f"create table {target} as from {source} where {known}", said)
        else:
            where = " where part = 'seeds'" if name == "main.release" else ""
            connection.execute(f"create table {target} as from {source}{where}")
    return gone


def _without_people(connection: duckdb.DuckDBPyConnection, source: str, target: str, stones: Tombstones) -> int:
    """Copy a Python stage's table without the rows that name an erased person."""
    rows = connection.sql(f"from {source}").to_arrow_table()
    gone = rows_to_go(rows, stones)
    connection.execute(f"create table {target} as from {source} limit 0")
    if not gone.any():
        connection.execute(f"insert into {target} from {source}")
        return 0
    kept = rows.filter(pa.array(~gone))
    connection.register("kept_rows", kept)
    connection.execute(f"insert into {target} from kept_rows")
    connection.unregister("kept_rows")
    return int(gone.sum())

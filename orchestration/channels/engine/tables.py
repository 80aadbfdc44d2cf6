"""The warehouse tables of the doors: one per dataset, the ledger of files and the quarantine of records."""

import contextlib
import datetime as dt
from collections.abc import Container, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.channels.engine.declare import Channel, Dataset
from orchestration.channels.engine.mappings import MappedDataset
from orchestration.channels.engine.medians import MEDIANS
from orchestration.channels.engine.records import key_hash
from orchestration.channels.engine.sent_tokens import SentTokens
from orchestration.channels.engine.watching import SHARES
from orchestration.files import PRIVATE_MODE, replacing
from orchestration.settings import Settings

#: One row per file delivered (a file under another name with the same content has its own row, status duplicate).
LEDGER: Final[dict[str, str]] = {
    "file_id": "varchar",
    "channel": "varchar",
    "dataset": "varchar",
    "file_name": "varchar",
    "bytes": "bigint",
    "modified_ns": "bigint",
    "encoding": "varchar",
    "landed_at": "timestamp",
    "is_history": "boolean",
    "physical_records": "bigint",
    "loaded": "bigint",
    "quarantined": "bigint",
    "skipped": "bigint",
    "status": "varchar",
    "reason": "varchar",
    "warnings": "varchar",
    "min_event_at": "timestamp",
    "max_event_at": "timestamp",
    "rule_version": "varchar",
    # from when on it is read again, because something in it lies in the future, or a rekey renamed what it refused
    "read_again_at": "timestamp",
}
#: One row per record set aside (line null: the whole file), and per header that says that people refuse and that nobody
#: declared. key_columns and key_hash are what of the record's natural key could be read, widest what it may refuse and
#: for whom.
QUARANTINE: Final[dict[str, str]] = {
    "file_id": "varchar",
    "channel": "varchar",
    "dataset": "varchar",
    "file_name": "varchar",
    "line": "bigint",
    "column_name": "varchar",
    "reason": "varchar",
    "remedy": "varchar",
    "rule_version": "varchar",
    "may_refuse": "boolean",
    "key_columns": "varchar",
    "key_hash": "varchar",
    "widest": "varchar",
}

#: What is kept of files, beside their rows.
ACCOUNTS: Final = {"ledger": LEDGER, "quarantine": QUARANTINE, "file_medians": MEDIANS, "file_shares": SHARES}


def create_tables(connection: duckdb.DuckDBPyConnection, channel: Channel | None = None) -> None:
    """Create the ledger, the quarantine and every table of a channel where they are missing.

    A table whose columns are not the declared ones (a module has changed) is dropped with its ledger rows, so that
    its files are read again from ``raw/``.
    """
    connection.execute("create schema if not exists channels")
    found: dict[str, list[str]] = dict(
        connection.execute(
            "select table_name, list(column_name order by column_index) from duckdb_columns() "
            "where schema_name = 'channels' group by table_name"
        ).fetchall()
    )
    for name, columns in ACCOUNTS.items():
        if name not in found:
            connection.execute(f"create table channels.{name} ({_listed(columns)})")
        for column, kind in columns.items():
            if name in found and column not in found[name]:  # a home of an earlier release
                connection.execute(f"alter table channels.{name} add column {column} {kind}")
    if channel is None:
        return
    for name, columns in channel.tables().items():
        if found.get(name) == list(columns):
            continue
        if name in found:
            connection.execute(f'drop table channels."{name}"')
            for dataset in channel.datasets:
                if name in _tables_of(channel, dataset):
                    _forget(connection, channel, dataset)
            forget_other_mappings(connection, channel, ())  # what they brought into it is lost with it
        connection.execute(f'create table channels."{name}" ({_listed(columns)})')


def forget_other_rules(connection: duckdb.DuckDBPyConnection, channel: Channel, dataset: Dataset) -> None:
    """Forget a dataset's files that other rules read (a new alias or word, another unit): ``raw/`` is read anew."""
    others = connection.execute(
        "select 1 from channels.ledger "
        "where channel = ? and dataset = ? and status <> 'waiting' and rule_version <> ? limit 1",
        [channel.name, dataset.name, dataset.rule_version],
    ).fetchone()
    if others:
        with transaction(connection):
            _forget(connection, channel, dataset)


def forget_known_tokens(
    connection: duckdb.DuckDBPyConnection, channel: Channel, dataset: Dataset, tokens: SentTokens
) -> None:
    """Forget the files of which a record was set aside for a token that an export has brought since: read anew."""
    waiting = connection.execute(
        "select file_id, list(distinct key_hash) from channels.quarantine "
        "where channel = ? and dataset = ? and reason = 'unknown_token' group by file_id",
        [channel.name, dataset.name],
    ).fetchall()
    if not waiting:
        return
    known = {key_hash([token]) for token in tokens.all}
    _forget_files(connection, channel, dataset, [file_id for file_id, hashes in waiting if known.intersection(hashes)])


def forget_passed_times(
    connection: duckdb.DuckDBPyConnection, channel: Channel, dataset: Dataset, now: dt.datetime
) -> None:
    """Forget the files of which something lay in the future and no longer does: a clock was wrong, so read anew."""
    passed = connection.execute(
        "select file_id from channels.ledger where channel = ? and dataset = ? and read_again_at <= ?",
        [channel.name, dataset.name, now],
    ).fetchall()
    _forget_files(connection, channel, dataset, [file_id for (file_id,) in passed])


def forget_accepted(
    connection: duckdb.DuckDBPyConnection, channel: Channel, dataset: Dataset, accepted: Container[str]
) -> None:
    """Forget the files that were set aside whole and that a person accepted since: they are read anew."""
    refused = connection.execute(
        "select distinct file_id from channels.ledger where channel = ? and dataset = ? and status = 'quarantined'",
        [channel.name, dataset.name],
    ).fetchall()
    for file_id in [file_id for (file_id,) in refused if file_id in accepted]:
        place = [channel.name, dataset.name, file_id]
        with transaction(connection):
            for name in ("quarantine", "ledger"):
                connection.execute(
                    f"delete from channels.{name} where channel = ? and dataset = ? and file_id = ?", place
                )


def _forget_files(
    connection: duckdb.DuckDBPyConnection, channel: Channel, dataset: Dataset, file_ids: Sequence[str]
) -> None:
    """Forget files that loaded, so that the next step reads them from ``raw/``."""
    if not file_ids:
        return
    with transaction(connection):
        for file_id in file_ids:
            for name in _existing(connection, _tables_of(channel, dataset)):
                connection.execute(f'delete from channels."{name}" where _file_id = ?', [file_id])
            place = [channel.name, dataset.name, file_id]
            for name, status in (
                ("quarantine", ""),
                ("file_medians", ""),
                ("file_shares", ""),
                ("ledger", " and status = 'loaded'"),
            ):
                connection.execute(
                    f"delete from channels.{name} where channel = ? and dataset = ? and file_id = ?{status}", place
                )


def forget_other_mappings(connection: duckdb.DuckDBPyConnection, channel: Channel, names: Container[str]) -> None:
    """Forget what mappings brought that a home no longer has: their folders belong to nobody now."""
    found = connection.execute(
        "select distinct dataset from channels.ledger where channel = ? and contains(dataset, '/')", [channel.name]
    ).fetchall()
    for name in [name for (name,) in found if name not in names]:
        with transaction(connection):
            _forget_mapped(connection, channel, name)


def _forget(connection: duckdb.DuckDBPyConnection, channel: Channel, dataset: Dataset) -> None:
    if isinstance(dataset, MappedDataset):
        _forget_mapped(connection, channel, dataset.name)
        return
    for name in _existing(connection, _tables_of(channel, dataset)):
        connection.execute(f'delete from channels."{name}"')
    _forget_accounts(connection, channel, dataset.name)


def _forget_mapped(connection: duckdb.DuckDBPyConnection, channel: Channel, name: str) -> None:
    """Forget a mapped folder: its rows stand beside those of the data sets, wherever it once brought some."""
    mine = "_file_id in (select file_id from channels.ledger where channel = ? and dataset = ?)"
    for table in _existing(connection, set(channel.tables())):
        connection.execute(f'delete from channels."{table}" where {mine}', [channel.name, name])
    _forget_accounts(connection, channel, name)


def _forget_accounts(connection: duckdb.DuckDBPyConnection, channel: Channel, name: str) -> None:
    for owned in ACCOUNTS:
        connection.execute(f"delete from channels.{owned} where channel = ? and dataset = ?", [channel.name, name])


def _existing(connection: duckdb.DuckDBPyConnection, names: set[str]) -> list[str]:
    rows = connection.execute("select table_name from duckdb_tables() where schema_name = 'channels'").fetchall()
    return sorted(names & {name for (name,) in rows})


def _tables_of(channel: Channel, dataset: Dataset) -> set[str]:
    if isinstance(dataset, MappedDataset):
        return set(dataset.tables)
    return {f"{channel.name}__{each}" for each in (dataset.name, *(child.name for child in dataset.children))}


def _listed(columns: dict[str, str]) -> str:
    return ", ".join(f'"{name}" {kind}' for name, kind in columns.items())


def append(connection: duckdb.DuckDBPyConnection, table: str, rows: pa.Table) -> None:
    """Append an Arrow table whose columns are the target's, in order."""
    # Not registered: the open transaction would hold every table that was (255 MB a million events).
    connection.from_arrow(rows).insert_into(f"channels.{table}")


def append_rows(
    connection: duckdb.DuckDBPyConnection, table: str, columns: dict[str, str], rows: Sequence[dict[str, Any]]
) -> None:
    """Append rows given as dictionaries; a key that is missing is null."""
    if rows:
        types = {"varchar": pa.string(), "bigint": pa.int64(), "boolean": pa.bool_(), "timestamp": pa.timestamp("us")}
        types["double"] = pa.float64()
        arrays = [pa.array([row.get(name) for row in rows], types[kind]) for name, kind in columns.items()]
        append(connection, table, pa.Table.from_arrays(arrays, names=list(columns)))


@contextlib.contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Run what is inside as one transaction."""
    connection.execute("begin")
    try:
        yield
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")


def export(settings: Settings, connection: duckdb.DuckDBPyConnection) -> None:
    """Write the ledger and the quarantine as Parquet for people, each replaced in one step.

    Files are named after customers, also in spellings that ingest does not read: what the vault knows is starred.
    """
    from orchestration.door.files import starred  # it stands above the doors
    from orchestration.door.known import Known

    ledger = connection.sql(
        "select * from channels.ledger order by channel, dataset, file_name, file_id, landed_at"
    ).to_arrow_table()
    quarantine = connection.sql(
        "select * from channels.quarantine order by channel, dataset, file_name, file_id, line, column_name, reason"
    ).to_arrow_table()
    unread = connection.sql(
        "select * from channels.unread_refusals order by channel, dataset, landed_at, file_id, line"
    ).to_arrow_table()
    home = settings.home
    with Known(settings) as known:
        for table, path in (
            (ledger, home / "ledger.parquet"),
            (quarantine, home / "quarantine" / "quarantine.parquet"),
            (unread, home / "quarantine" / "unread_refusals.parquet"),
        ):
            _replace(starred(known, table)[0], path)


def _replace(table: pa.Table, path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with replacing(path, PRIVATE_MODE) as draft:
        pq.write_table(table, draft)

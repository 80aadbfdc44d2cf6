"""Rows on their way into the warehouse: many small files in one insert, a file and its ledger row in one commit."""

import os
from types import TracebackType
from typing import Any, Final, Self

import duckdb
import pyarrow as pa

from orchestration.channels.engine.declare import Channel
from orchestration.channels.engine.medians import MEDIANS
from orchestration.channels.engine.tables import LEDGER, QUARANTINE, append, append_rows
from orchestration.channels.engine.vault import Vault
from orchestration.channels.engine.watching import SHARES

#: Rows held before they are written; bounds memory, and saves the fixed cost of an insert per small file.
ROWS_PER_WRITE: Final = 200_000


class Writer:
    """Holds the rows, ledger rows and quarantine rows of files until they are written together.

    The vault is flushed before the rows: a token whose plain value is lost could never be reached again, a value
    without rows does no harm. Leaving the block commits; an error passing through rolls back.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, channel: Channel, vault: Vault) -> None:
        self.ledger: list[dict[str, Any]] = []
        self.quarantine: list[dict[str, Any]] = []
        self.medians: list[dict[str, Any]] = []
        self.shares: list[dict[str, Any]] = []
        self._connection = connection
        self._tables = tuple(channel.tables())
        self._vault = vault
        self._pending: dict[str, list[pa.Table]] = {}
        self._held = 0
        self._open = False

    @property
    def is_full(self) -> bool:
        """Whether as many rows are held as are written at once."""
        return self._held >= ROWS_PER_WRITE

    def hold(self, parts: list[tuple[str, pa.Table]]) -> None:
        """Keep rows of tables for the next write."""
        for table, rows in parts:
            self._pending.setdefault(table, []).append(rows)
            self._held += rows.num_rows

    def write(self) -> None:
        """Write the held rows into the open transaction, beginning one where there is none."""
        self._vault.flush()
        if not self._open:
            self._connection.execute("begin")
            self._open = True
        for table, parts in self._pending.items():
            append(self._connection, table, pa.concat_tables(parts))
        self._pending, self._held = {}, 0

    def forget(self, file_id: str) -> None:
        """Delete what the open transaction already holds of a file."""
        for table in self._tables:
            self._connection.execute(f'delete from channels."{table}" where _file_id = ?', [file_id])

    def replace_refused(self, channel: str, dataset: str, file_id: str, file_name: str | None) -> None:
        """Delete what the ledger and the quarantine say of bytes that were refused whole and are now read.

        Under every name where ``file_name`` is None (they loaded), else under that one. Part of the open transaction.
        """
        place = [channel, dataset, file_id]
        named = "" if file_name is None else " and file_name = ?"
        names = [] if file_name is None else [file_name]
        self.write()
        for table, whole in (("ledger", "status = 'quarantined'"), ("quarantine", "line is null")):
            self._connection.execute(
                f"delete from channels.{table} where channel = ? and dataset = ? and file_id = ? and {whole}{named}",
                [*place, *names],
            )

        def stays(row: dict[str, Any], is_whole: bool) -> bool:
            mine = [row["channel"], row["dataset"], row.get("file_id")] == place and is_whole
            return not (mine and file_name in (None, row["file_name"]))

        self.ledger = [row for row in self.ledger if stays(row, row["status"] == "quarantined")]
        self.quarantine = [row for row in self.quarantine if stays(row, row["line"] is None)]

    def commit(self) -> None:
        """Make the files so far durable: rows, quarantine and ledger together, their copies in ``raw/`` before."""
        self.write()
        if self.ledger:
            os.sync()  # once for all files: an fsync of each copy and sidecar costs two disk commits per file
        append_rows(self._connection, "quarantine", QUARANTINE, self.quarantine)
        append_rows(self._connection, "ledger", LEDGER, self.ledger)
        append_rows(self._connection, "file_medians", MEDIANS, self.medians)
        append_rows(self._connection, "file_shares", SHARES, self.shares)
        self._connection.execute("commit")
        self._open = False
        self.ledger, self.quarantine, self.medians, self.shares = [], [], [], []

    def __enter__(self) -> Self:
        """Return the writer."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Commit, or roll back when an error passes through."""
        if kind is None:
            self.commit()
        elif self._open:
            self._connection.execute("rollback")
            self._open = False

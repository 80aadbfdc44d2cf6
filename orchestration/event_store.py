"""Dagster's own SQLite storage, with the connections of the run at work kept open.

Dagster opens the file anew for every statement of every event, and SQLite writes its log back into the file at each
close: 1,200 events of a night opened files 7,800 times, half of a small night's CPU (docs/decisions.md, 108).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from dagster import AssetKey
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from sqlalchemy.pool import StaticPool

_INDEX = "index"
_BUSY_SECONDS = 60


class KeptEventLog(SqliteEventLogStorage):  # type: ignore[misc]
    """The event log in one file a run and one index over all, the last run's and the index's connection kept open."""

    def __init__(self, base_dir: str, inst_data: Any = None) -> None:
        self._kept: dict[str, sa.Engine] = {}
        self._there: dict[str, bool] = {}
        #: The newest materialization that this process has stored of each asset, with its id in the index.
        self.stored: dict[AssetKey, tuple[int, EventLogEntry]] = {}
        super().__init__(base_dir, inst_data)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[sa.Connection]:
        with self._db_lock:
            engine = self._engine(shard)
            with engine.connect() as connection, connection.begin():
                yield connection

    def _engine(self, shard: str) -> sa.Engine:
        if shard not in self._kept:
            for old in [name for name in self._kept if name != _INDEX and shard != _INDEX]:
                self._kept.pop(old).dispose()
            engine = sa.create_engine(
                self.conn_string_for_shard(shard),
                poolclass=StaticPool,
                connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False},
            )
            # In write-ahead mode a loss of power costs the last events, never the file.
            sa.event.listen(engine, "connect", lambda made, _: made.execute("pragma synchronous = normal"))
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            self._kept[shard] = engine
        return self._kept[shard]

    def has_table(self, table_name: str) -> bool:
        """Say whether the index has a table; asked of the file once, where Dagster asks at every event with tags."""
        return self._asked(table_name, super().has_table, table_name)

    def _has_asset_key_col_on_connection(self, conn: sa.Connection, column_name: str) -> bool:
        return self._asked(column_name, super()._has_asset_key_col_on_connection, conn, column_name)

    def _store_asset_event(self, conn: sa.Connection, event: EventLogEntry, event_id: int) -> None:
        super()._store_asset_event(conn, event, event_id)
        if event.dagster_event and event.dagster_event.is_step_materialization and event.dagster_event.asset_key:
            self.stored[event.dagster_event.asset_key] = event_id, event

    def _asked(self, name: str, ask: Callable[..., bool], *arguments: Any) -> bool:
        """Ask until the answer is yes: no table or column goes away under a process at work."""
        self._there[name] = self._there.get(name, False) or ask(*arguments)
        return self._there[name]

    def dispose(self) -> None:
        """Close what was kept open."""
        while self._kept:
            self._kept.popitem()[1].dispose()
        super().dispose()


class HomeStorage(DagsterSqliteStorage):  # type: ignore[misc]
    """Dagster's storage of a home: runs, schedules and events in SQLite below ``dagster_home``."""

    def __init__(self, base_dir: str, inst_data: Any = None) -> None:
        super().__init__(base_dir, inst_data)
        self._event_log_storage.dispose()
        self._event_log_storage = KeptEventLog(self._event_log_storage._base_dir)

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Any) -> "HomeStorage":
        """Return the storage that ``dagster.yaml`` of a home asks for."""
        return cls(inst_data=inst_data, **config_value)

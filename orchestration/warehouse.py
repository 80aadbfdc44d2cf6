"""The warehouse of a home: one writer behind a lock, short connections, partitions replaced by date."""

import contextlib
import datetime as dt
import json
import os
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from orchestration.locks import locked_within
from orchestration.screen import say
from orchestration.settings import Settings
from orchestration.stages import STAGES

if TYPE_CHECKING:
    import pandas as pd

LOCK_FILE = "writer.lock"
#: Whoever takes the lock under this name erases; everybody else first ends what was begun.
ERASING = "erase"
#: Stands in a home that a restore has begun and not ended: nothing may be read or built there.
RESTORING = ".restoring"
#: DuckDB's words where another process has the file open.
_HELD = re.compile(r"Could not set lock on file.*\(PID (\d+)\)", re.DOTALL)


class HomeBusy(RuntimeError):
    """Another run holds the home; the message names its process and run."""


@contextlib.contextmanager
def writer_lock(settings: Settings, run_id: str) -> Iterator[None]:
    """Hold the home's single writer lock around a run.

    The lock is an ``flock`` on ``writer.lock``: the system drops it with the process, so a killed run leaves none.

    Raises
    ------
    HomeBusy
        When another process still holds it after ``lock_wait_seconds``.
    """
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = settings.home / LOCK_FILE
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not locked_within(descriptor, settings.lock_wait_seconds):
            holder = _holder(path)
            raise HomeBusy(
                f"{settings.home} is being written by process {holder.get('pid')} "
                f"(run {holder.get('run_id')}). Waited {settings.lock_wait_seconds} s. "
                "Let that run end, then start again."
            )
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps({"pid": os.getpid(), "run_id": run_id}).encode(), 0)
        if (settings.home / RESTORING).exists():
            raise HomeBusy(f"{settings.home} was restored by half: run siyu restore again, on the same backup")
        if run_id != ERASING:
            _end_erasures(settings)
        yield
        os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def _end_erasures(settings: Settings) -> None:
    """End every erasure that was asked for and killed: nothing is read or built with an erased person in it."""
    if not any((settings.home / "erasure" / "open").glob("e-*.json")):
        return
    # Imported here: it stands above the warehouse, and a home without an erasure pays nothing for it.
    from orchestration.erasing.erase import StillThere, complete

    try:
        complete(settings)
    except StillThere as error:
        say(f"siyu: {error}", file=sys.stderr)


def is_locked(settings: Settings) -> bool:
    """Return whether a process holds the home's writer lock at this moment."""
    path = settings.home / LOCK_FILE
    if not path.exists():
        return False
    descriptor = os.open(path, os.O_RDWR)
    try:
        return not locked_within(descriptor, 0)
    finally:
        os.close(descriptor)


def last_holder(settings: Settings) -> str | None:
    """Return the run that was killed while it held the lock, None where the last one gave it back."""
    return _holder(settings.home / LOCK_FILE).get("run_id")


def _holder(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


@contextlib.contextmanager
def connect(
    settings: Settings, *, readable: Sequence[Path] = (), read_only: bool = False
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse, sandboxed, and CHECKPOINT and close it on the way out.

    Parameters
    ----------
    settings
        Whose home.
    readable
        Folders the connection may read from and write to beside the warehouse file itself; nothing else of the
        file system can be reached, and no setting can be changed afterwards.
    read_only
        Open without the right to write: it shuts out whoever writes, all the same, so the home's lock has to be held.

    Raises
    ------
    HomeBusy
        Another process has the warehouse open, as somebody who looks into it with DuckDB.
    """
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        connection = duckdb.connect(
            str(settings.warehouse),
            read_only=read_only,
            config={"memory_limit": settings.memory_limit, "threads": settings.threads},
        )
    except duckdb.IOException as error:
        if not (found := _HELD.search(str(error))):
            raise
        raise HomeBusy(
            f"{settings.warehouse} is open in process {found[1]}: let it end, or close it there, then start again"
        ) from None
    try:
        connection.execute("set timezone = 'UTC'")
        connection.execute("set allowed_directories = $folders", {"folders": [str(folder) for folder in readable]})
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        yield connection
        if not read_only:
            connection.execute("checkpoint")
    finally:
        connection.close()


def create_schemas(connection: duckdb.DuckDBPyConnection) -> None:
    """Create one schema per stage, and one for seeds, where they are missing."""
    for stage in (*STAGES, "seeds"):
        connection.execute(f'create schema if not exists "{stage}"')


def replace_dates(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    frame: "pd.DataFrame",
    dates: Sequence[dt.date],
    columns: dict[str, str],
    by: str = "as_of_date",
) -> int:
    """Replace a table's partitions with a frame's rows, in one transaction.

    Parameters
    ----------
    connection
        An open warehouse.
    table
        ``schema.table``; made with ``columns`` when it is missing.
    frame
        The new rows of all ``dates`` together; its columns are cast to ``columns``.
    dates
        The partitions replaced, those without a row included.
    columns
        Column name to DuckDB type, in the table's order.
    by
        The column that names the partition.

    Returns
    -------
    int
        Rows written.
    """
    schema, name = table.split(".")
    target = f'"{schema}"."{name}"'
    connection.execute("begin")
    try:
        listed = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
        connection.execute(f"create table if not exists {target} ({listed})")
        connection.execute(
            f"delete from {target} where {by} in (select unnest($dates::date[]))", {"dates": list(dates)}
        )
        if len(frame):
            connection.register("incoming_frame", frame)
            chosen = ", ".join(f'cast("{column}" as {kind})' for column, kind in columns.items())
            connection.execute(f"insert into {target} select {chosen} from incoming_frame")
            connection.unregister("incoming_frame")
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise
    return len(frame)

"""The log of plans really published: a file per version that CURRENT was moved to, written once and never changed.

``published/plans/<version>.parquet`` holds the version's ``recall_plans`` with the version and the instant of the move.
The warehouse holds all of them as ``channels.plans``: a run loads what is new, so that a warehouse that is built anew
knows again who was planned, who was held back and with what odds. A date that was only backfilled was never current,
stands in no file, and teaches nothing.
"""

import datetime as dt
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ml.recall.tables import PLANS
from orchestration.files import PRIVATE_FOLDER_MODE, PRIVATE_MODE, replacing
from orchestration.publishing.versions import Store, date_of
from orchestration.settings import Settings

FOLDER: Final = "plans"
#: Beside it, named by versions too: whom nobody may write to any more since it was published.
WITHDRAWN: Final = "withdrawn"
#: DuckDB's types of the log, in its order; moved_at is UTC.
COLUMNS: Final = {"version": "VARCHAR", "moved_at": "TIMESTAMP", **PLANS}
_ARROW: Final = {
    "VARCHAR": pa.string(), "BIGINT": pa.int64(), "DOUBLE": pa.float64(), "BOOLEAN": pa.bool_(), "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
}  # fmt: skip
#: Columns whose unit is a fraction of a fen, as they are published and as the warehouse names them.
_PUBLISHED_AS: Final = {"fen_per_lift": "unit_fen", "fen_at_no_lift": "base_fen"}
SCHEMA: Final = pa.schema([(name, _ARROW[kind]) for name, kind in COLUMNS.items()])


class UnreadablePlans(ValueError):
    """A file of the log cannot be used; the message names it and says what to do."""


def keep_plans(store: Store, version: str, moved_at: dt.datetime) -> int:
    """Write a version's plans, held back ones included, before CURRENT moves to it; return the rows written.

    The first move to a version writes its file; a later one finds it and leaves it alone. Where a clock was put back,
    a version still moved after those of its date that had moved before: which of them was current last says who was
    sent something and who was held back.
    """
    path = store.root / FOLDER / f"{version}.parquet"
    if path.exists():
        return 0
    moved_at = max(moved_at, _after_those_of(store.root / FOLDER, date_of(version), moved_at))
    rows = pq.read_table(store.versions / version / "recall_plans.parquet")
    rows = rows.rename_columns([_PUBLISHED_AS.get(name, name) for name in rows.column_names])
    rows = rows.append_column("version", pa.array([version] * rows.num_rows, pa.string()))
    rows = rows.append_column("moved_at", pa.array([moved_at] * rows.num_rows, pa.timestamp("us")))
    rows = rows.select(SCHEMA.names).cast(SCHEMA)
    path.parent.mkdir(mode=PRIVATE_FOLDER_MODE, parents=True, exist_ok=True)
    with replacing(path, PRIVATE_MODE, is_durable=True) as draft:
        pq.write_table(rows, draft, compression="zstd")
    return int(rows.num_rows)


def _after_those_of(folder: Path, date: str, moved_at: dt.datetime) -> dt.datetime:
    """Return the first instant after every move to a version of a date, ``moved_at`` where there was none."""
    moves = [
        moved
        for path in folder.glob(f"{date}*.parquet")
        for moved in pq.read_table(path, columns=["moved_at"]).column(0).unique().to_pylist()
    ]
    return max(moves) + dt.timedelta(microseconds=1) if moves else moved_at


def create_table(connection: duckdb.DuckDBPyConnection) -> None:
    """Create ``channels.plans`` where it is missing or another release's: its files are read again."""
    connection.execute("create schema if not exists channels")
    held = connection.execute(
        "select column_name from duckdb_columns() where schema_name = 'channels' and table_name = 'plans'"
        " order by column_index"
    ).fetchall()
    if held and [name for (name,) in held] != list(COLUMNS):
        connection.execute("drop table channels.plans")
    columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    connection.execute(f"create table if not exists channels.plans ({columns})")


def load(settings: Settings, connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Bring ``channels.plans`` up to the files; return its rows. A file that is gone goes out of it again.

    Raises
    ------
    UnreadablePlans
        A file that is cut short, or holds another version's plans: read twice, its people would have two episodes.
    """
    create_table(connection)
    files = _files(settings)
    loaded = {row[0] for row in connection.execute("select distinct version from channels.plans").fetchall()}
    for gone in loaded - set(files):
        connection.execute("delete from channels.plans where version = ?", [gone])
    for version in sorted(set(files) - loaded):
        connection.register("incoming", _read(files[version]))
        connection.execute("insert into channels.plans by name select * from incoming")
        connection.unregister("incoming")
    ((rows,),) = connection.execute("select count(*) from channels.plans").fetchall()
    return {"plans": rows}


def _read(path: Path) -> pa.Table:
    try:
        rows = pq.read_table(path)
        rows = rows.select(SCHEMA.names).cast(SCHEMA)
    except (pa.ArrowException, OSError, KeyError) as error:
        raise UnreadablePlans(
            f"{path} is no log of plans ({error}): without it nobody knows whom that version held back. Put it back"
            " from a backup; if there is none, take it away, and what it planned is neither read nor learned from"
        ) from error
    held = set(rows.column("version").to_pylist()) - {path.stem}
    if held:
        raise UnreadablePlans(f"{path} holds the plans of {', '.join(map(str, sorted(held, key=str)))}: take it away")
    return rows


def _files(settings: Settings) -> dict[str, Path]:
    folder = settings.published / FOLDER
    return {path.stem: path for path in folder.glob("*.parquet") if not path.name.startswith(".")}

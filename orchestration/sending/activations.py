"""The log of what left the house: a file per export under ``activations/``, written once and never changed.

A row is one recipient of one export. What was taken back before it was sent stands in files of its own beside it. The
warehouse holds both as ``channels.activations`` and ``channels.withdrawals``: a run and every export load what is new,
so that a warehouse that is built anew knows again who was written to.
"""

import collections
import datetime as dt
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.audit_log import all_lines
from orchestration.files import PRIVATE_FOLDER_MODE, PRIVATE_MODE, replacing, write_text
from orchestration.settings import Settings

_TEXT, _INSTANT, _FEN = pa.string(), pa.timestamp("us"), pa.int64()
#: One row per recipient of an export; instants are UTC. id_token is a vault token, or the platform's own id.
ACTIVATIONS: Final = pa.schema([
    ("export_id", _TEXT),
    ("list_name", _TEXT),
    ("version", _TEXT),
    ("as_of_date", pa.date32()),
    ("one_id", _TEXT),
    ("message_channel", _TEXT),
    ("audience_id", _TEXT),
    ("policy_id", _TEXT),
    ("ladder_step", _FEN),
    ("campaign_id", _TEXT),
    ("wave", _TEXT),
    ("arm", _TEXT),
    ("offer_id", _TEXT),
    ("template_id", _TEXT),
    ("task_id", _TEXT),
    ("staff_id", _TEXT),
    ("consent_purpose", _TEXT),
    ("recipient", _TEXT),
    ("recipient_token", _TEXT),
    ("published_token", _TEXT),
    ("id_type", _TEXT),
    ("id_scope", _TEXT),
    ("id_token", _TEXT),
    ("file_name", _TEXT),
    ("file_sha256", _TEXT),
    ("exported_at", _INSTANT),
    ("expires_at", _INSTANT),
    ("expected_cost_fen", _FEN),
])
#: One row per recipient taken back; without a recipient_token the whole export was.
WITHDRAWALS: Final = pa.schema([
    ("export_id", _TEXT),
    ("recipient_token", _TEXT),
    ("reason", _TEXT),
    ("withdrawn_at", _INSTANT),
])
_TABLES: Final = {"activations": ACTIVATIONS, "withdrawals": WITHDRAWALS}
_TYPES: Final = {_TEXT: "varchar", _INSTANT: "timestamp", _FEN: "bigint", pa.date32(): "date"}
_SUFFIXES: Final = {"activations": ".parquet", "withdrawals": ".withdrawn.parquet"}
_DONE: Final = ".handed-over"
#: Every place outside the home that people's rows were written to; before it there was a list of lists written again.
_PLACES: Final = "places.jsonl"
_AGAIN: Final = "written-again.jsonl"
#: What the audit log says when a list that names nobody new was written.
WRITTEN_AGAIN: Final = "tasks_written_again"
_PLACE: Final = b"siyu.place"
_WAYS: Final = b"siyu.ways"


def folder(settings: Settings) -> Path:
    """Return where a home keeps the log; it names people, so it is its owner's alone."""
    return settings.home / "activations"


def keep(
    settings: Settings, export_id: str, rows: pa.Table, place: Path, ways: Mapping[str, int] | None = None
) -> None:
    """Write an export's rows, durably: from here on they count, in every cap and budget.

    ``place`` is the folder under whose name the export is handed over; until ``finished`` it may not stand yet.
    ``ways`` counts the rows by how they are carried out, where their channel alone does not say it.
    """
    said = {_PLACE: str(place).encode("utf-8", "surrogateescape")}
    if ways is not None:
        said[_WAYS] = json.dumps(dict(ways)).encode("ascii")
    table = rows.select(ACTIVATIONS.names).cast(ACTIVATIONS).replace_schema_metadata(said)
    _write(settings, export_id + _SUFFIXES["activations"], table)


def unfinished(settings: Settings) -> list[tuple[str, Path]]:
    """Return the exports that are kept and whose handing over nobody saw the end of, with their folders."""
    found = []
    for export_id in exports(settings):
        if not (folder(settings) / f"{export_id}{_DONE}").exists():
            found.append((export_id, place_of(settings, export_id)))
    return found


def finished(settings: Settings, export_id: str) -> None:
    """Remember that an export was handed over."""
    write_text(folder(settings) / f"{export_id}{_DONE}", "", PRIVATE_MODE)


def withdraw(settings: Settings, rows: Iterable[dict[str, Any]], at: dt.datetime) -> int:
    """Take recipients back, durably; return how many rows were written.

    Parameters
    ----------
    settings
        Whose home.
    rows
        ``export_id``, ``recipient_token`` (None: the whole export) and ``reason``.
    at
        When, UTC.
    """
    by_export: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_export.setdefault(row["export_id"], []).append({**row, "withdrawn_at": at})
    for export_id, mine in by_export.items():
        number = len(list(folder(settings).glob(f"{export_id}.*{_SUFFIXES['withdrawals']}")))
        name = f"{export_id}.{number + 1:04d}{_SUFFIXES['withdrawals']}"
        _write(settings, name, pa.Table.from_pylist(mine, WITHDRAWALS))
    return sum(map(len, by_export.values()))


def exports(settings: Settings) -> list[str]:
    """Return the ids of all exports, in the order of their names: by date, channel, recipient and number."""
    ends = _SUFFIXES["activations"], _SUFFIXES["withdrawals"]
    names = [path.name for path in folder(settings).glob(f"*{ends[0]}") if not path.name.startswith(".")]
    return sorted(name.removesuffix(ends[0]) for name in names if not name.endswith(ends[1]))


def rows_of(settings: Settings, export_id: str) -> pa.Table:
    """Return what an export wrote down."""
    return pq.read_table(folder(settings) / (export_id + _SUFFIXES["activations"]), schema=ACTIVATIONS)


def place_of(settings: Settings, export_id: str) -> Path:
    """Return the folder under whose name an export is handed over; it may be gone by now."""
    said = pq.read_schema(folder(settings) / (export_id + _SUFFIXES["activations"])).metadata or {}
    return Path(os.fsdecode(said[_PLACE]))


def ways_of(settings: Settings, export_id: str) -> dict[str, int]:
    """Return how many rows of an export are carried out in each way: by default, on each channel."""
    said = pq.read_schema(folder(settings) / (export_id + _SUFFIXES["activations"])).metadata or {}
    if _WAYS in said:
        return dict(json.loads(said[_WAYS]))
    return dict(sorted(collections.Counter(rows_of(settings, export_id)["message_channel"].to_pylist()).items()))


def note_place(settings: Settings, place: Path) -> None:
    """Note a folder or file outside the home before its first byte is written: an erasure looks for people in it.

    One line is added, durably; a process that died in the middle of one spoils no other.
    """
    file = folder(settings) / _PLACES
    file.parent.mkdir(mode=PRIVATE_FOLDER_MODE, parents=True, exist_ok=True)
    line = b"\n" + json.dumps(str(place.absolute())).encode("ascii") + b"\n"
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, PRIVATE_MODE), "ab") as noted:
        noted.write(line)
        noted.flush()
        os.fsync(noted.fileno())


def noted_places(settings: Settings) -> list[Path]:
    """Return the places that were noted; a line that a killed process left unfinished is none."""
    found = set[Path]()
    for name in (_PLACES, _AGAIN):
        file = folder(settings) / name
        for line in file.read_text(encoding="utf-8", errors="replace").splitlines() if file.exists() else ():
            try:
                found.add(Path(json.loads(line)))
            except (ValueError, TypeError):
                continue
    return sorted(found)


def places(settings: Settings) -> list[Path]:
    """Return every folder and file that people's rows were ever written to; many are gone by now.

    Of lists written again before their folders were noted the audit log knows the name: they lie beside another one.
    """
    known = {place_of(settings, export_id) for export_id in exports(settings)} | set(noted_places(settings))
    again = {line["details"].get("export") for line in all_lines(settings) if line.get("action") == WRITTEN_AGAIN}
    return sorted(known | {place.parent / name for place in known for name in again if name})


def withdrawn_of(settings: Settings, export_id: str) -> set[str | None]:
    """Return the recipient tokens of an export that were taken back; None among them is the whole export."""
    files = folder(settings).glob(f"{export_id}.*{_SUFFIXES['withdrawals']}")
    return {token for file in files for token in pq.read_table(file, schema=WITHDRAWALS)["recipient_token"].to_pylist()}


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create ``channels.activations`` and ``channels.withdrawals`` where they are missing."""
    connection.execute("create schema if not exists channels")
    for name, schema in _TABLES.items():
        columns = ", ".join(f"{field.name} {_TYPES[field.type]}" for field in schema)
        connection.execute(f"create table if not exists channels.{name} ({columns}, file varchar)")


def load(settings: Settings, connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Bring both tables up to the files; return their rows.

    A file that is in the warehouse and no longer in the folder goes out of it again: the folder is the log.
    """
    create_tables(connection)
    counts = {}
    for name, schema in _TABLES.items():
        files = {path.name: path for path in _files(settings, name)}
        loaded = {row[0] for row in connection.execute(f"select distinct file from channels.{name}").fetchall()}
        for gone in loaded - set(files):
            connection.execute(f"delete from channels.{name} where file = ?", [gone])
        for file in sorted(set(files) - loaded):
            rows = pq.read_table(files[file], schema=schema)
            rows = rows.append_column("file", pa.array([file] * rows.num_rows, _TEXT))
            connection.register("incoming", rows)
            connection.execute(f"insert into channels.{name} by name select * from incoming")
            connection.unregister("incoming")
        ((counts[name],),) = connection.execute(f"select count(*) from channels.{name}").fetchall()
    return counts


def _files(settings: Settings, table: str) -> list[Path]:
    withdrawn = _SUFFIXES["withdrawals"]
    found = [path for path in folder(settings).glob("*.parquet") if not path.name.startswith(".")]
    return [path for path in found if path.name.endswith(withdrawn) == (table == "withdrawals")]


def _write(settings: Settings, name: str, rows: pa.Table) -> None:
    place = folder(settings)
    place.mkdir(mode=PRIVATE_FOLDER_MODE, parents=True, exist_ok=True)
    with replacing(place / name, PRIVATE_MODE, is_durable=True) as draft:
        pq.write_table(rows, draft, compression="zstd")

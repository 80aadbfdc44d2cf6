"""What the warehouse knows of where a person stands in delivered files: file, line, and what was set aside.

So a file is not read by its reader again: 96 MB of the demo's raw files took minutes, the warehouse says it in seconds.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.channels.engine import registry
from orchestration.channels.engine.declare import Child, Dataset
from orchestration.erasing.finding import Found, look, look_in_texts
from orchestration.erasing.needles import Needles
from orchestration.erasing.person import Person, rows_of
from orchestration.erasing.tombstones import Tombstones, is_token
from orchestration.settings import Settings
from orchestration.warehouse import connect

#: Says what of a file, by id and path, is to be cut: nothing at all, or None where its own reader has to say.
Finds = Callable[[str, Path], Found | None]
_FREE: Final = ("text", "json")


def finds(settings: Settings, person: Person, stones: Tombstones, needles: Needles, moved: dict[str, str]) -> Finds:
    """Return what says of each raw file what is to be cut out of it.

    Parameters
    ----------
    settings, person, stones
        Whose home, who, and their tombstones.
    needles
        What they are searched by: columns and sheets that nobody reads are looked through for it.
    moved
        Ids of files that were cut already: nothing is left in the new ones.
    """
    known: dict[str, Found] = {}
    if settings.warehouse.exists():
        with connect(settings, read_only=True) as warehouse:
            names = {name for (name,) in warehouse.execute("select table_name from duckdb_tables()").fetchall()}
            if "ledger" in names:
                _accounts(warehouse, known)
                _landed(warehouse, person, stones, known)
                _mentioned(warehouse, person, stones, known, names)

    def of(file_id: str, path: Path) -> Found | None:
        if file_id in moved.values():
            return Found()
        found = known.get(file_id)
        if found is not None and not (found.acts or found.doubtful or found.broken) and _holds(path, needles):
            found.is_searched = True
        return found

    return of


def _accounts(warehouse: duckdb.DuckDBPyConnection, known: dict[str, Found]) -> None:
    """Note every file that was read, its encoding, and the lines that were set aside."""
    for file_id, encoding, reason in warehouse.execute(
        "select file_id, max(encoding), max(case when status = 'quarantined' then coalesce(reason, 'broken') end)"
        " from channels.ledger where file_id is not null and status in ('loaded', 'quarantined') group by 1"
    ).fetchall():
        known[file_id] = Found(encoding=encoding or "utf-8", broken=reason)
    for file_id, line in warehouse.execute(
        "select distinct file_id, line from channels.quarantine where line is not null"
    ).fetchall():
        if file_id in known:
            known[file_id].doubtful.add(line)


def _landed(warehouse: duckdb.DuckDBPyConnection, person: Person, stones: Tombstones, known: dict[str, Found]) -> None:
    for table, place, rows in rows_of(person, warehouse, "*"):
        for file_id in pc.unique(rows["_file_id"]).to_pylist():
            if file_id in known:
                mine = rows.filter(pc.equal(rows["_file_id"], file_id))
                look(known[file_id], place, mine, table.partition("__")[0], stones)
    for found in known.values():
        found.settle()


def _mentioned(
    warehouse: duckdb.DuckDBPyConnection,
    person: Person,
    stones: Tombstones,
    known: dict[str, Found],
    names: set[str],
) -> None:
    """Find the person's tokens inside other texts."""
    tokens = sorted(value for value in person.values if is_token(value))
    for table, columns in _free_texts().items():
        if table not in names or not tokens:
            continue
        where = " or ".join(f"contains(\"{column}\", '{token}')" for column in columns for token in tokens)
        rows: pa.Table = warehouse.sql(f'select * from channels."{table}" where {where}').to_arrow_table()
        for file_id in pc.unique(rows["_file_id"]).to_pylist():
            if file_id in known:
                mine = rows.filter(pc.equal(rows["_file_id"], file_id))
                look_in_texts(known[file_id], table, mine, stones)


def _free_texts() -> dict[str, list[str]]:
    """Return the columns of each table that hold texts of any kind."""
    found = {}
    for channel in registry.channels().values():
        for dataset in channel.datasets:
            parts: list[Dataset | Child] = [dataset, *dataset.children]
            for part in parts:
                free = [each.name for each in part.columns if each.type in _FREE and not each.values]
                if free:
                    found[f"{channel.name}__{part.name}"] = free
    return found


def _holds(path: Path, needles: Needles) -> bool:
    try:
        return bool(needles) and needles.stand_in(path)
    except (OSError, EOFError):
        return True

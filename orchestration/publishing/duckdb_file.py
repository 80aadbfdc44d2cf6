"""``published/siyu.duckdb``: one file to open, with a view per table of CURRENT's version and the words of each column.

The views name their files by whole paths: DuckDB reads a relative one from the folder in which the reader's program was
started, and no view can ask where its own file lies (docs/decisions.md 321). Where a home was moved, ``siyu readers``
writes the file anew.
"""

from pathlib import Path
from typing import Final

import duckdb

from orchestration.publishing.contract import TableContract

FILE: Final = "siyu.duckdb"


def write(file: Path, version: Path, tables: dict[str, TableContract]) -> None:
    """Write a database of commented views over the files of a version."""
    file.unlink(missing_ok=True)
    with duckdb.connect() as connection:
        # The oldest form that knows comments: a tool that is some releases behind opens it too.
        connection.execute(f"attach {_text(str(file))} as siyu (storage_version 'v1.0.0'); use siyu; begin")
        connection.execute(";".join(_view(table, version / f"{name}.parquet") for name, table in tables.items()))
        connection.execute("commit; use memory; detach siyu")


def _view(table: TableContract, file: Path) -> str:
    columns = ", ".join(map(_name, table.column_names))
    said = [f"create view {_name(table.name)} as select {columns} from read_parquet({_text(str(file))})"]
    said.append(f"comment on view {_name(table.name)} is {_text(table.words)}")
    said += [f"comment on column {_name(table.name)}.{_name(one.name)} is {_text(one.words)}" for one in table.columns]
    return ";".join(said)


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"

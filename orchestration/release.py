"""Which release built a warehouse's tables: partitions left by another one are dropped, never altered."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import duckdb

from orchestration.rules_text import hash_of
from orchestration.settings import CHECKOUT

_DBT = CHECKOUT / "dbt_project"
#: The schemas that hold nothing but what dbt builds, and the files that decide their rows and columns. Landed
#: records and these files alone make a partition, so a run makes those it needs again; altering columns in place would
#: meet DuckDB's log-replay bugs around ALTER. Staging is built anew by every release anyway; it is dropped so that a
#: table whose model was renamed leaves no customer ids behind under a name that nobody reads. The Python
#: stages' tables keep their rows: results refer to their tasks.
_BUILT_BY_DBT: Final = (
    "staging",
    "identity",
    "customer",
    "people",
    "segments",
    "lifecycle",
    "features",
    "figures",
    "published",
)
_SEEDS: Final = ("seeds",)
_RULES: Final = ("models", "macros", "seeds")
#: What else lies beside them, compiled by Python or left by an editor, is no rule and makes nothing anew.
_WRITTEN_AS: Final = frozenset({".sql", ".yml", ".csv", ".py"})


def _files(dbt_project: Path, folders: Iterable[str]) -> list[Path]:
    found = (file for folder in folders for file in (dbt_project / folder).rglob("*"))
    return [file for file in found if file.suffix in _WRITTEN_AS and not file.name.startswith(".")]


def release_of_seeds(own: Iterable[Path] = ()) -> str:
    """Return a hash of dbt's seeds, with their column types and tests, and of a home's own rules."""
    return hash_of([*_files(_DBT, _SEEDS), *own])


def release_of_rules(dbt_project: Path = _DBT, own: Iterable[Path] = ()) -> str:
    """Return a hash of all that decides rows and columns: dbt's models, macros and seeds, and a home's own rules.

    Not of what they are commented or described with: such a release makes nothing anew.
    """
    return hash_of([*_files(dbt_project, _RULES), *own])


def noted(connection: duckdb.DuckDBPyConnection, part: str) -> str | None:
    """Return which release of a part the warehouse holds; None when it holds none."""
    connection.execute("create table if not exists main.release (part varchar, release varchar)")
    found = connection.execute("select release from main.release where part = $part", {"part": part}).fetchall()
    return str(found[0][0]) if found else None


def note(connection: duckdb.DuckDBPyConnection, part: str, release: str) -> None:
    """Note which release of a part the warehouse holds now."""
    connection.execute("begin")
    connection.execute("delete from main.release where part = $part", {"part": part})
    connection.execute("insert into main.release values ($part, $release)", {"part": part, "release": release})
    connection.execute("commit")


def drop_other_releases(
    connection: duckdb.DuckDBPyConnection, dbt_project: Path = _DBT, own: Iterable[Path] = ()
) -> list[str]:
    """Drop dbt's tables that another release, or other rules of the home, built; return their schemas."""
    # Imported here: they bring the models' libraries, and `siyu --version` asks for the hash alone.
    from orchestration.keeping.ledger import forget
    from orchestration.python_tables import PYTHON_TABLES

    release = release_of_rules(dbt_project, own)
    if noted(connection, "dbt") == release:
        return []
    for schema in _BUILT_BY_DBT:
        connection.execute(f'drop schema if exists "{schema}" cascade')
    for (name,) in connection.execute("select table_name from duckdb_tables() where schema_name = 'recall'").fetchall():
        if f"recall.{name}" not in PYTHON_TABLES:
            connection.execute(f'drop table recall."{name}"')
    forget(connection)
    note(connection, "dbt", release)
    return list(_BUILT_BY_DBT)

"""Which release built a warehouse's tables: partitions left by another one are dropped, never altered."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import duckdb

from orchestration.settings import CHECKOUT

_DBT = CHECKOUT / "dbt_project"
#: What keeps partitions between runs, and the files that decide its rows and columns. A partition is a pure function
#: of landed records and these files, so a run makes those it needs again; altering columns in place would meet DuckDB's
#: log-replay bugs around ALTER. A new threshold must not drop recall's tasks, to which their results still refer.
_KEPT: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "dbt": (
        ("segments", "lifecycle", "features", "published"),
        ("dbt_project/models/**/*.*", "dbt_project/macros/**/*.*", "dbt_project/seeds/**/*.*"),
    ),
    "python": (("models", "scores", "recall"), ("orchestration/python_tables.py", "ml/recall/tables.py")),
}


def _hash(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for file in sorted(files):
        if file.is_file():
            digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()


def release_of_seeds() -> str:
    """Return a hash of dbt's seeds, with their column types and tests."""
    return _hash(_DBT.glob("seeds/**/*.*"))


def noted(connection: duckdb.DuckDBPyConnection, part: str) -> str | None:
    """Return which release of a part the warehouse holds; None when it holds none."""
    connection.execute("create table if not exists main.release (part varchar, release varchar)")
    found = connection.execute("select release from main.release where part = $part", {"part": part}).fetchone()
    return str(found[0]) if found else None


def note(connection: duckdb.DuckDBPyConnection, part: str, release: str) -> None:
    """Note which release of a part the warehouse holds now."""
    connection.execute("begin")
    connection.execute("delete from main.release where part = $part", {"part": part})
    connection.execute("insert into main.release values ($part, $release)", {"part": part, "release": release})
    connection.execute("commit")


def drop_other_releases(connection: duckdb.DuckDBPyConnection, checkout: Path = CHECKOUT) -> list[str]:
    """Drop the tables that another release built; return their schemas."""
    dropped = []
    for part, (schemas, patterns) in _KEPT.items():
        release = _hash(file for pattern in patterns for file in checkout.glob(pattern))
        if noted(connection, part) == release:
            continue
        for schema in schemas:
            connection.execute(f'drop schema if exists "{schema}" cascade')
        dropped += schemas
        note(connection, part, release)
    return dropped

"""Which release built a warehouse's tables: partitions left by another one are dropped, never altered."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import duckdb

from orchestration.settings import CHECKOUT, Settings

#: Stages whose tables keep partitions between runs. Every partition is a pure function of landed records, so a run
#: makes those it needs again; altering columns in place would meet DuckDB's log-replay bugs around ALTER.
_PARTITIONED = ("segments", "lifecycle", "features", "models", "scores", "recall", "published")


def release_of_tables() -> str:
    """Return a hash of everything that decides the columns of the partitioned tables."""
    project = CHECKOUT / "dbt_project"
    own = [CHECKOUT / "orchestration" / "python_tables.py", CHECKOUT / "ml" / "recall" / "tables.py"]
    return _hash([*project.glob("models/**/*.*"), *project.glob("macros/**/*"), *own])


def _hash(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for file in sorted(files):
        if file.is_file():
            digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()


class Seeds:
    """Whether a warehouse holds the seeds of this checkout: 57 of them take 5 s to load and seldom change."""

    def __init__(self, settings: Settings) -> None:
        self._stamp = settings.home / "warehouse.seeds"
        folder = CHECKOUT / "dbt_project" / "seeds"
        self._hash = _hash([*folder.glob("*.csv"), *folder.glob("*.yml"), CHECKOUT / "dbt_project" / "dbt_project.yml"])

    def are_loaded(self, connection: duckdb.DuckDBPyConnection) -> bool:
        """Return whether the seeds loaded last are these very ones, and are still there."""
        found = connection.execute(
            "select count(*) from information_schema.tables where table_schema = 'seeds'"
        ).fetchall()
        stamped = self._stamp.exists() and self._stamp.read_text(encoding="utf-8") == self._hash
        return stamped and found[0][0] > 0

    def forget(self) -> None:
        """Say that the seeds are about to be replaced."""
        self._stamp.unlink(missing_ok=True)

    def remember(self) -> None:
        """Say that the seeds of this checkout are loaded."""
        self._stamp.write_text(self._hash, encoding="utf-8")


def drop_other_releases(settings: Settings, connection: duckdb.DuckDBPyConnection) -> bool:
    """Drop the partitioned tables when another release built them; return whether that was so."""
    stamp = settings.home / "warehouse.release"
    release = release_of_tables()
    if stamp.exists() and stamp.read_text(encoding="utf-8") == release:
        return False
    for stage in _PARTITIONED:
        connection.execute(f'drop schema if exists "{stage}" cascade')
    stamp.write_text(release, encoding="utf-8")
    return True

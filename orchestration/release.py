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

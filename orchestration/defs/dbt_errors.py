"""What a person reads when a table could not be built: which one, why, and where the whole story stands."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from orchestration.dbt_calls import DbtFailed, NodeFailed


class TablesFailed(RuntimeError):
    """A dbt call that built some tables and failed at others."""


def what_failed(error: DbtFailed, log: Path, said: Sequence[str] = ()) -> str:
    """Return the failed tables of a dbt call with their reasons, one a line.

    Parameters
    ----------
    error
        The call's failure.
    log
        Where dbt wrote everything.
    said
        What failed tests say of their rows.
    """
    found = [f"{one.path.removeprefix('models/')}: {one.reason}" for one in error.failed]
    return "\n  ".join([*(found or [str(error).strip()]), *said, f"remedy: mend the cause, run the date again; {log}"])


def failed_tests_say(failed: Sequence[NodeFailed], connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return what the failed data tests of a dbt call have to say of their rows.

    dbt itself tells only how many rows a test found. A test that can tell more without showing a customer's data
    selects one column, ``says``; its query is asked once more.

    Parameters
    ----------
    failed
        What failed.
    connection
        The warehouse it ran on.
    """
    said: list[str] = []
    for one in failed:
        if not one.query:
            continue
        try:
            rows = connection.sql(one.query)
        except duckdb.Error:  # a model that failed: its query fails again
            continue
        if rows.columns == ["says"]:
            said += [str(row[0]) for row in rows.fetchall()]
    return sorted(said)

"""What a person reads when a table could not be built: which one, why, and where the whole story stands."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

import duckdb

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_FAILURE = re.compile(r"Failure in (?:model|test|seed|unit_test) (\S+) \(([^)]*)\)\s*\n(.*?)(?=\n\s*\n|\Z)", re.DOTALL)


class TablesFailed(RuntimeError):
    """A dbt call that built some tables and failed at others."""


def what_failed(message: str, log: Path, said: Sequence[str] = ()) -> str:
    """Return the failed tables of a dbt error with their reasons, one a line.

    Parameters
    ----------
    message
        The text of dbt's failure, colours and command line included.
    log
        Where dbt wrote everything.
    said
        What failed tests say of their rows.
    """
    plain = _COLOUR.sub("", message)
    found = [
        f"{path.removeprefix('models/')}: {' '.join(reason.split())[:400]}"
        for _, path, reason in _FAILURE.findall(plain)
    ]
    return "\n  ".join([
        *(found or [plain.strip().splitlines()[-1]]),
        *said,
        f"remedy: mend the cause, run the date again; {log}",
    ])


def failed_tests_say(target: Path, connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return what the failed data tests of a dbt call have to say of their rows.

    dbt itself tells only how many rows a test found. A test that can tell more without showing a customer's data
    selects one column, ``says``; its query is asked once more.

    Parameters
    ----------
    target
        Where the dbt call left its results.
    connection
        The warehouse it ran on.
    """
    results = target / "run_results.json"
    if not results.is_file():
        return []
    failed = [
        result["compiled_code"]
        for result in json.loads(results.read_text(encoding="utf-8"))["results"]
        if result["status"] == "fail" and result.get("compiled_code")
    ]
    said: list[str] = []
    for query in failed:
        rows = connection.sql(query)
        if rows.columns == ["says"]:
            said += [str(row[0]) for row in rows.fetchall()]
    return sorted(said)

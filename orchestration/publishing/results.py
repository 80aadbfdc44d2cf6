"""What the checks of a door or of a version said, for the assets that show it."""

import datetime as dt
import json
from collections.abc import Sequence

import duckdb

from data_quality.judge import judge
from data_quality.report import Report
from orchestration.publishing.gates import door
from orchestration.publishing.versions import Store
from orchestration.settings import Settings


def check_door(
    name: str, settings: Settings, connection: duckdb.DuckDBPyConnection, dates: Sequence[dt.date]
) -> Report:
    """Return the report of one of the doors before published, over a run's dates."""
    return judge([door(name, settings, connection, dates, ["run"])])["run"]


def newest_result(store: Store) -> tuple[list[str], int]:
    """Return the failed checks of CURRENT's results file, and how many were run; nothing run when there is none."""
    current = store.current()
    try:
        result = json.loads((store.results / f"{current}.json").read_text(encoding="utf-8"))
        return [one["sentence"] for one in result["failed"]], int(result["checks_run"])
    except (OSError, ValueError, KeyError):
        return [], 0

"""The gates before published, measured over the warehouse: channels, features and scores of a run's dates."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Final

import duckdb

from data_quality.checks import Check, measure
from data_quality.judge import Gate
from data_quality.suites.channels import channels_checks
from data_quality.suites.features import features_checks
from data_quality.suites.scores import scores_checks
from orchestration.settings import Settings

#: Gate -> the table without which it is not asked.
TABLES: Final = {
    "channels": "channels.ledger",
    "features": "features.customer_features",
    "scores": "scores.customer_scores",
}


def gate(
    name: str,
    settings: Settings,
    connection: duckdb.DuckDBPyConnection,
    dates: Sequence[dt.date],
    subjects: Sequence[str],
) -> Gate:
    """Measure a gate once for a run's dates, on behalf of each of the versions that the run publishes."""
    checks = _CHECKS[name](settings, connection, dates)
    numbers = measure(connection, checks)
    return Gate(name, checks, dict.fromkeys(subjects, numbers))


def present(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the gates whose table the warehouse has."""
    rows = connection.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
    known = {row[0] for row in rows}
    return [name for name, table in TABLES.items() if table in known]


def checked_tables() -> set[tuple[str, str]]:
    """Return the tables, by stage and name, that these gates have a check of."""
    suites = {"channels": channels_checks({}), "features": features_checks([], []), "scores": scores_checks([])}
    return {(check.stage or name, check.table) for name, checks in suites.items() for check in checks}


def _features(settings: Settings, connection: duckdb.DuckDBPyConnection, dates: Sequence[dt.date]) -> list[Check]:
    doubles = connection.execute(
        "select column_name from duckdb_columns() where schema_name = 'features' and table_name = 'customer_features'"
        " and data_type = 'DOUBLE' order by column_index"
    ).fetchall()
    return features_checks(dates, [row[0] for row in doubles])


_CHECKS: Final[dict[str, Callable[[Settings, duckdb.DuckDBPyConnection, Sequence[dt.date]], list[Check]]]] = {
    "channels": lambda settings, connection, dates: channels_checks(settings.minimum_rows),
    "features": _features,
    "scores": lambda settings, connection, dates: scores_checks(dates),
}

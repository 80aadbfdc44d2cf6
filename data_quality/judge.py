"""Great Expectations judges the numbers: a suite over the one-row frame of a door's metrics.

The aggregate is DuckDB's, in one query, and only the row of numbers is handed over: the same checks over the rows
themselves as a pandas batch cost several times the query and hold the tables in memory (docs/decisions.md).
"""

import functools
import os
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from data_quality.checks import UNKNOWN, Check
from data_quality.report import Finding, Report

_SOURCE = "metrics"


def judge(
    door: str, checks: Sequence[Check], measured: Mapping[str, Mapping[str, float]], docs: Path | None = None
) -> dict[str, Report]:
    """Return a report per subject of what a door's suite says about its numbers.

    Parameters
    ----------
    door
        The stage whose door it is.
    checks
        What is expected.
    measured
        Subject (a version, a run) to the numbers of its checks, by name.
    docs
        Folder of a Data Docs site to write, none when omitted.

    Raises
    ------
    ValueError
        A number is missing: a check that was not measured must not pass.
    """
    if not checks or not measured:
        return {subject: Report(subject, ()) for subject in measured}
    if not all(check.name in numbers for check in checks for numbers in measured.values()):
        raise ValueError(f"door {door}: not every check was measured")
    frame = pd.DataFrame([{check.name: numbers[check.name] for check in checks} for numbers in measured.values()])
    verdicts = _verdicts(door, checks, frame, docs)
    return {
        subject: Report(
            subject,
            tuple(
                Finding(
                    door,
                    check.name,
                    check.table,
                    None if numbers[check.name] == UNKNOWN else numbers[check.name],
                    check.low,
                    check.high,
                    verdicts[check.name] or _inside(check, numbers[check.name]),
                    check.remedy,
                )
                for check in checks
            ),
        )
        for subject, numbers in measured.items()
    }


def _inside(check: Check, number: float) -> bool:
    """Say which subject it was, once the suite has said that one of several fails."""
    low = float("-inf") if check.low is None else check.low
    high = float("inf") if check.high is None else check.high
    return number != UNKNOWN and low <= number <= high


def _verdicts(door: str, checks: Sequence[Check], frame: pd.DataFrame, docs: Path | None) -> dict[str, bool]:
    """Return per check whether the suite holds for every row of the frame."""
    gx = great_expectations()
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    batch = (
        context.data_sources.add_pandas(_SOURCE).add_dataframe_asset(door).add_batch_definition_whole_dataframe("door")
    )
    expectations = [
        gx.expectations.ExpectColumnValuesToBeBetween(
            column=check.name,
            # an unknown number lies below every bound, and a bound that is open below still excludes it
            min_value=UNKNOWN / 2 if check.low is None else check.low,
            max_value=check.high,
            meta={"table": check.table, "notes": check.remedy},
        )
        for check in checks
    ]
    # all at once: added one by one, each costs a pass over the whole suite
    suite = context.suites.add(gx.ExpectationSuite(name=door, expectations=expectations))
    definition = context.validation_definitions.add(gx.ValidationDefinition(name=door, data=batch, suite=suite))
    result = definition.run(batch_parameters={"dataframe": frame}, result_format="BOOLEAN_ONLY")
    if docs is not None:
        from data_quality.docs import write_site

        write_site(context, docs)
    return {str(one.expectation_config.kwargs["column"]): bool(one.success) for one in result.results}


@functools.cache
def great_expectations() -> Any:
    """Return the library, imported only where checks run (4 s of CPU), with its analytics off."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import great_expectations as gx
    return gx

"""Great Expectations judges the numbers: a suite per door over a frame with one row of metrics per subject.

The aggregate is DuckDB's, in one query, and only the row of numbers is handed over: the same checks over the rows
themselves as a pandas batch cost several times the query and hold the tables in memory (docs/decisions.md).
"""

import dataclasses
import functools
import logging
import os
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from data_quality.checks import UNKNOWN, Check
from data_quality.report import Finding, Report

_SOURCE = "metrics"


@dataclasses.dataclass(frozen=True)
class Door:
    """A stage's checks, and the numbers measured for each subject (a version, or a run)."""

    name: str
    checks: Sequence[Check]
    measured: Mapping[str, Mapping[str, float]]


def judge(doors: Sequence[Door], docs: Path | None = None) -> dict[str, Report]:
    """Return a report per subject of what the suites of its doors say about its numbers.

    Parameters
    ----------
    doors
        What is expected of what; a subject may pass several doors.
    docs
        Folder of the Data Docs site to write, none when omitted.

    Raises
    ------
    ValueError
        A number is missing: a check that was not measured must not pass.
    """
    context = _context()
    findings: dict[str, list[Finding]] = {}
    said: dict[str, dict[str, bool]] = {}
    for door in doors:
        for subject, numbers in door.measured.items():
            findings.setdefault(subject, [])
            missing = sorted({check.name for check in door.checks} - set(numbers))
            if missing:
                raise ValueError(f"{door.name}: {subject}: not measured: {', '.join(missing)}")
        if not door.checks or not door.measured:
            continue
        verdicts = said[door.name] = _verdicts(context, door)
        for subject, numbers in door.measured.items():
            findings[subject] += [_finding(door.name, check, numbers[check.name], verdicts) for check in door.checks]
    if docs is not None:
        from data_quality.docs import write_site

        write_site(context, docs, said)
    return {subject: Report(subject, tuple(found)) for subject, found in findings.items()}


def _finding(door: str, check: Check, number: float, verdicts: Mapping[str, bool]) -> Finding:
    """Turn a suite's verdict into a finding; where the suite fails for one of several subjects, say for which."""
    low = float("-inf") if check.low is None else check.low
    high = float("inf") if check.high is None else check.high
    passed = verdicts[check.name] or (number != UNKNOWN and low <= number <= high)
    observed = None if number == UNKNOWN else number
    return Finding(
        door, check.name, check.table, observed, check.low, check.high, passed, check.remedy, check.is_comparison
    )


def _verdicts(context: Any, door: Door) -> dict[str, bool]:
    """Return per check whether the suite holds for every row of the frame."""
    gx = great_expectations()
    frame = pd.DataFrame([
        {check.name: numbers[check.name] for check in door.checks} for numbers in door.measured.values()
    ])
    asset = context.data_sources.get(_SOURCE).add_dataframe_asset(door.name)
    expectations = [
        gx.expectations.ExpectColumnValuesToBeBetween(
            column=check.name,
            # an unknown number lies below every bound, and a bound that is open below still excludes it
            min_value=UNKNOWN / 2 if check.low is None else check.low,
            max_value=check.high,
            meta={"table": check.table, "notes": check.remedy},
        )
        for check in door.checks
    ]
    # all at once: added one by one, each costs a pass over the whole suite
    suite = context.suites.add(gx.ExpectationSuite(name=door.name, expectations=expectations))
    batch = asset.add_batch_definition_whole_dataframe("door")
    definition = context.validation_definitions.add(gx.ValidationDefinition(name=door.name, data=batch, suite=suite))
    result = definition.run(batch_parameters={"dataframe": frame}, result_format="BOOLEAN_ONLY")
    return {str(one.expectation_config.kwargs["column"]): bool(one.success) for one in result.results}


def _context() -> Any:
    context = great_expectations().get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    context.data_sources.add_pandas(_SOURCE)
    return context


@functools.cache
def great_expectations() -> Any:
    """Return the library, imported only where checks run (4 s of CPU), with its analytics off."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import great_expectations as gx
    return gx

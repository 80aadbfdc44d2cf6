"""Great Expectations judges the numbers: one frame holds every number beside its bounds, a row per check and subject.

The aggregates are DuckDB's, and only their numbers are handed over: the same checks over the rows themselves as a
pandas batch cost several times the query and hold the tables in memory (docs/decisions.md, 52).
"""

import dataclasses
import functools
import logging
import os
import threading
import warnings
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from data_quality.checks import Check
from data_quality.report import Finding, Report

_NUMBERS: Final = "numbers"


@dataclasses.dataclass(frozen=True)
class Gate:
    """A stage's checks, and the numbers measured for each subject (a version, or a run)."""

    name: str
    checks: Sequence[Check]
    measured: Mapping[str, Mapping[str, float]]


def judge(gates: Sequence[Gate]) -> dict[str, Report]:
    """Return a report per subject of what Great Expectations says about its numbers; a subject may pass several gates.

    Raises
    ------
    ValueError
        A number is missing: a check that was not measured must not pass.
    """
    asked: list[tuple[str, str, Check, float]] = []
    for gate in gates:
        for subject, numbers in gate.measured.items():
            missing = sorted({check.name for check in gate.checks} - set(numbers))
            if missing:
                raise ValueError(f"{gate.name}: {subject}: not measured: {', '.join(missing)}")
            asked += [(subject, gate.name, check, numbers[check.name]) for check in gate.checks]
    outside = _outside([(number, check.low, check.high) for _, _, check, number in asked])
    findings: dict[str, list[Finding]] = {subject: [] for gate in gates for subject in gate.measured}
    for row, (subject, gate_name, check, number) in enumerate(asked):
        findings[subject].append(_finding(gate_name, check, number, row not in outside))
    return {subject: Report(subject, tuple(found)) for subject, found in findings.items()}


def _finding(gate: str, check: Check, number: float, passed: bool) -> Finding:
    return Finding(
        gate=gate,
        name=check.name,
        stage=check.stage or gate,
        table=check.table,
        observed=None if pd.isna(number) else number,
        low=check.low,
        high=check.high,
        passed=passed,
        remedy=check.remedy,
        is_comparison=check.is_comparison,
    )


def _outside(rows: Sequence[tuple[float, float | None, float | None]]) -> set[int]:
    """Return the places of the numbers that lie outside their bounds; one that is missing lies outside any."""
    if not rows:
        return set()
    gx = great_expectations()
    frame = pd.DataFrame(rows, columns=["observed", "low", "high"]).astype(float)
    frame = frame.fillna({"low": float("-inf"), "high": float("inf")})
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    batch = (
        context.data_sources
        .add_pandas(_NUMBERS)
        .add_dataframe_asset(_NUMBERS)
        .add_batch_definition_whole_dataframe(_NUMBERS)
    )
    at_least = functools.partial(
        gx.expectations.ExpectColumnPairValuesAToBeGreaterThanB, or_equal=True, ignore_row_if="neither"
    )
    expectations = [at_least(column_A="observed", column_B="low"), at_least(column_A="high", column_B="observed")]
    suite = context.suites.add(gx.ExpectationSuite(name="within_bounds", expectations=expectations))
    definition = gx.ValidationDefinition(name=_NUMBERS, data=batch, suite=suite)
    result = context.validation_definitions.add(definition).run(
        batch_parameters={"dataframe": frame}, result_format="COMPLETE"
    )
    found: set[int] = set()
    for one in result.results:
        unexpected = one.result.get("unexpected_index_list") or ()
        # an expectation that fails without naming a row could not be asked: then nothing has passed
        found |= set(range(len(rows))) if not one.success and not unexpected else set(unexpected)
    return found


@functools.cache
def great_expectations() -> Any:
    """Return the library, imported only where checks run (3.5 s of CPU), with its analytics off."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import great_expectations as gx
    return gx


def import_beside() -> None:
    """Import the library in a thread of its own, while the caller waits for a database: the run waits less for it."""
    threading.Thread(target=great_expectations, name="great expectations", daemon=True).start()

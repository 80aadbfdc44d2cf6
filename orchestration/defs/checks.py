"""One asset check per table: every quality check and dbt test of the table, as the results file of publish says it.

The step of `published/version` yields all of them, from the file that it has just written and that decides whether
CURRENT moves. The daily job selects no check: one that is selected costs a step, or two more events of a run.
"""

import itertools
from collections.abc import Iterable, Iterator
from typing import Final

import dagster as dg

from data_quality.report import Finding, by_table, markdown_table, one_of_each
from orchestration.dbt_checks import tables_of_tests
from orchestration.defs.shared import Home
from orchestration.defs.transform import key_of
from orchestration.publishing.contract import tables
from orchestration.publishing.gates import checked_tables
from orchestration.publishing.versions import Store, date_of

NAME: Final = "quality"
VERSION: Final = dg.AssetKey(["published", "version"])


def _checked_keys() -> list[dg.AssetKey]:
    published = {("published", name) for name in tables()}
    tested = set(itertools.chain.from_iterable(tables_of_tests().values()))
    return sorted({key_of(*table) for table in published | checked_tables() | tested})


SPECS: Final = [
    dg.AssetCheckSpec(
        NAME,
        asset=key,
        description="Every quality check and dbt test of the table: observed number, bound, verdict and remedy.",
        additional_deps=[VERSION],
    )
    for key in _checked_keys()
]


def evaluations(findings: Iterable[Finding]) -> Iterator[dg.AssetCheckEvaluation]:
    """Return the outcome of each table's check: passed where all of its findings are."""
    of_key: dict[dg.AssetKey, list[Finding]] = {}
    for (stage, table), found in by_table(findings).items():
        of_key.setdefault(key_of(stage, table), []).extend(found)
    for key, found in of_key.items():
        failed = [one for one in found if not one.passed]
        yield dg.AssetCheckEvaluation(
            asset_key=key,
            check_name=NAME,
            passed=not failed,
            metadata={
                "checks": len(found),
                "failed": len(failed),
                "findings": dg.MetadataValue.md(markdown_table(found)),
            },
        )


def evaluations_of(store: Store, versions: Iterable[str]) -> Iterator[dg.AssetCheckEvaluation]:
    """Return what the results files of a run's versions say: of each check the newest date, or the newest failed."""
    return evaluations(one_of_each([store.findings(name) for name in sorted(versions, key=date_of)]))


@dg.multi_asset_check(specs=SPECS, can_subset=True)
def quality(context: dg.AssetCheckExecutionContext, home: Home) -> Iterator[dg.AssetCheckResult]:
    """Show the results file of CURRENT once more, for the checks that a person asks for in the UI."""
    store = Store(home.settings.published)
    for one in evaluations_of(store, filter(None, [store.current()])):
        if one.asset_check_key in context.selected_asset_check_keys:
            yield dg.AssetCheckResult(
                passed=one.passed, asset_key=one.asset_key, check_name=NAME, metadata=one.metadata
            )

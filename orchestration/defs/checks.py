"""The suites of the doors as asset checks. What blocks a publish is the results file that publish itself reads."""

from collections.abc import Callable

import dagster as dg

from orchestration.defs.shared import Home, partition_dates
from orchestration.publishing.results import check_door, newest_result
from orchestration.publishing.versions import Store
from orchestration.warehouse import connect

_GUARDED = {
    "channels": ["channels", "ledger"],
    "features": ["features", "customer_features"],
    "scores": ["scores", "customer_scores"],
}


def _result(failed: list[str], run: int) -> dg.AssetCheckResult:
    metadata = {"checks_run": run, "failed": dg.MetadataValue.md("\n".join(f"- {line}" for line in failed) or "none")}
    return dg.AssetCheckResult(passed=not failed and run > 0, metadata=metadata)


def _door_check(door: str, key: list[str]) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=key, name=f"{door}_door", description=f"The {door} suite: one aggregate query, judged as a whole."
    )
    def check(context: dg.AssetCheckExecutionContext, home: Home) -> dg.AssetCheckResult:
        with connect(home.settings, read_only=True) as warehouse:
            report = check_door(door, home.settings, warehouse, partition_dates(context))
        return _result([finding.sentence() for finding in report.failures], len(report.findings))

    return check


def _version_check() -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=["published", "version"], name="published_door", description="What CURRENT's results file says."
    )
    def check(home: Home) -> dg.AssetCheckResult:
        return _result(*newest_result(Store(home.settings.published)))

    return check


_ALL: list[Callable[..., object]] = [_door_check(door, key) for door, key in _GUARDED.items()]
channels_door, features_door, scores_door = _ALL
published_door = _version_check()

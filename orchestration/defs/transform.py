"""The dbt parts of a run: the seeds where they changed, everything before the Python stages, the published tables."""

import json
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DbtCliResource, DbtProject, dbt_assets
from dagster_dbt.errors import DagsterDbtCliRuntimeError

from orchestration.data_horizon import require_data
from orchestration.defs.dbt_errors import TablesFailed, failed_tests_say, what_failed
from orchestration.defs.shared import OWNERS, Home, partition_dates
from orchestration.defs.translator import SEEDS, StageTranslator
from orchestration.home_rules import load_own_rules, own_rules
from orchestration.python_tables import create_missing
from orchestration.release import note, noted, release_of_seeds
from orchestration.settings import CHECKOUT, Settings
from orchestration.warehouse import connect

PROJECT = DbtProject(project_dir=CHECKOUT / "dbt_project", profiles_dir=CHECKOUT / "dbt_project")
_PUBLISHED = "path:models/figures path:models/published"
_SEEDS = "resource_type:seed"
_PARSED = "partial_parse.msgpack"


def _target(settings: Settings, part: str) -> Path:
    """Return where a dbt call leaves its log and results, with the newest parse of this home laid ready."""
    target = settings.home / "dbt_target" / part
    target.mkdir(parents=True, exist_ok=True)
    # A call that ends before its first table writes no results: those of last night must not speak for it.
    (target / "run_results.json").unlink(missing_ok=True)
    parses = sorted(target.parent.glob(f"*/{_PARSED}"), key=lambda file: (file.stat().st_mtime_ns, str(file)))
    if parses and parses[-1].parent != target:
        shutil.copy2(parses[-1], target / _PARSED)
    return target


def _arguments(settings: Settings) -> list[str]:
    """Return the dbt command; its vars are the home's settings, the same every day, so that dbt keeps its parse."""
    os.environ["SIYU_WAREHOUSE_THREADS"] = str(settings.threads)
    os.environ["SIYU_WAREHOUSE_MEMORY"] = settings.memory_limit
    names = ("cut_off_hour", "restate_days", "kpi_days", "horizon_days", "profiling")
    variables = {name: getattr(settings, name) for name in names}
    return ["build", "--exclude-resource-type", "unit_test", "--vars", json.dumps(variables)]


def _build(context: dg.AssetExecutionContext, home: Home, dbt: DbtCliResource) -> Iterator[Any]:
    settings = home.settings
    target = _target(settings, context.op_execution_context.op.name)
    os.environ["SIYU_RUN_DATES"] = json.dumps(home.plan(context).dates_for_dbt())
    try:
        yield from dbt.cli(_arguments(settings), context=context, target_path=target).stream()
    except DagsterDbtCliRuntimeError as error:
        raise _tables_failed(settings, target, error) from None


def _tables_failed(settings: Settings, target: Path, error: Exception) -> TablesFailed:
    with connect(settings, read_only=True) as warehouse:
        said = failed_tests_say(target, warehouse)
    return TablesFailed(what_failed(str(error), target / "dbt.log", said))


@dg.asset(
    key=SEEDS,
    group_name="staging",
    owners=OWNERS,
    description="Vocabularies, thresholds, policies and prices: dbt's seeds and their tests, loaded when they change.",
    kinds={"dbt", "csv"},
)
def seeds(home: Home, dbt: DbtCliResource) -> dg.MaterializeResult:
    """Load the seeds when the warehouse holds other ones: 58 tables and their tests cost a night 10 CPU seconds."""
    started, settings = time.monotonic(), home.settings
    release = release_of_seeds(rules.file for rules in own_rules(settings))
    with connect(settings) as warehouse:
        loaded = noted(warehouse, "seeds") != release
        if loaded:  # until all are in and tested, the warehouse holds those of no release
            note(warehouse, "seeds", "")
    if loaded:
        target = _target(settings, "seeds")
        arguments = [*_arguments(settings), "--select", _SEEDS]
        try:
            dbt.cli(arguments, manifest=PROJECT.manifest_path, target_path=target).wait()
            with connect(settings) as warehouse:
                own = load_own_rules(warehouse, settings)
            if own:
                dbt.cli(["test", *arguments[1:]], manifest=PROJECT.manifest_path, target_path=target).wait()
        except DagsterDbtCliRuntimeError as error:
            raise _tables_failed(settings, target, error) from None
        with connect(settings) as warehouse:
            note(warehouse, "seeds", release)
    seconds = round(time.monotonic() - started, 2)
    own_names = ", ".join(rules.seed for rules in own_rules(settings)) or "none"
    metadata = {"loaded": loaded, "seconds": seconds, "release": release, "own_rules": own_names}
    return dg.MaterializeResult(metadata=metadata)


@dbt_assets(
    manifest=PROJECT.manifest_path,
    project=PROJECT,
    name="customers_to_features",
    exclude=f"{_PUBLISHED} {_SEEDS}",
    dagster_dbt_translator=StageTranslator(OWNERS),
)
def customers_to_features(context: dg.AssetExecutionContext, home: Home, dbt: DbtCliResource) -> Iterator[Any]:
    """Build staging, identity, customer, segments, lifecycle and features for all dates of the run."""
    settings = home.settings
    with connect(settings, read_only=True) as warehouse:
        require_data(warehouse, partition_dates(context), settings.restate_days, str(settings.landing))
    yield from _build(context, home, dbt)


@dbt_assets(
    manifest=PROJECT.manifest_path,
    project=PROJECT,
    name="published_tables",
    select=_PUBLISHED,
    dagster_dbt_translator=StageTranslator(OWNERS),
)
def published_tables(context: dg.AssetExecutionContext, home: Home, dbt: DbtCliResource) -> Iterator[Any]:
    """Build the figures and the published tables from every stage before them."""
    with connect(home.settings) as warehouse:
        create_missing(warehouse)
    yield from _build(context, home, dbt)

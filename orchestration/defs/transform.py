"""The two dbt parts of a run: everything before the Python stages, and the published tables after them."""

import json
from collections.abc import Iterator
from typing import Any

import dagster as dg
from dagster_dbt import DbtCliResource, DbtProject, dbt_assets
from dagster_dbt.errors import DagsterDbtCliRuntimeError

from orchestration.data_horizon import require_data
from orchestration.defs.dbt_errors import TablesFailed, what_failed
from orchestration.defs.shared import OWNERS, Home, partition_dates
from orchestration.defs.translator import StageTranslator
from orchestration.python_tables import create_missing
from orchestration.settings import CHECKOUT
from orchestration.warehouse import connect

PROJECT = DbtProject(project_dir=CHECKOUT / "dbt_project", profiles_dir=CHECKOUT / "dbt_project")
_PUBLISHED = "path:models/published"


def _build(context: dg.AssetExecutionContext, home: Home, dbt: DbtCliResource) -> Iterator[Any]:
    settings = home.settings
    target = settings.home / "dbt_target" / context.op_execution_context.op.name
    dates = json.dumps(home.plan(context).dbt_vars(settings))
    arguments = ["build", "--exclude-resource-type", "unit_test", "--vars", dates]
    try:
        yield from dbt.cli(arguments, context=context, target_path=target).stream()
    except DagsterDbtCliRuntimeError as error:
        raise TablesFailed(what_failed(str(error), target / "dbt.log")) from None


@dbt_assets(
    manifest=PROJECT.manifest_path,
    project=PROJECT,
    name="customers_to_features",
    exclude=_PUBLISHED,
    dagster_dbt_translator=StageTranslator(OWNERS),
)
def customers_to_features(context: dg.AssetExecutionContext, home: Home, dbt: DbtCliResource) -> Iterator[Any]:
    """Build seeds, staging, identity, customer, segments, lifecycle and features for all dates of the run."""
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
    """Build the published tables from every stage before them."""
    with connect(home.settings) as warehouse:
        create_missing(warehouse)
    yield from _build(context, home, dbt)

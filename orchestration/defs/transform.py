"""The two dbt parts of a run: everything before the Python stages, and the published tables after them."""

import json
from collections.abc import Iterator
from typing import Any

import dagster as dg
from dagster_dbt import DbtCliResource, DbtProject, dbt_assets
from dagster_dbt.errors import DagsterDbtCliRuntimeError

from orchestration.defs.shared import ONE_RUN, OWNERS, PARTITIONS, Home
from orchestration.defs.translator import StageTranslator
from orchestration.defs.dbt_errors import TablesFailed, what_failed
from orchestration.settings import CHECKOUT

PROJECT = DbtProject(project_dir=CHECKOUT / "dbt_project", profiles_dir=CHECKOUT / "dbt_project")
_PUBLISHED = "path:models/published"


def _build(context: dg.AssetExecutionContext, home: Home, dbt: DbtCliResource) -> Iterator[Any]:
    plan = home.plan(context)
    arguments = ["build", "--exclude-resource-type", "unit_test", "--vars", json.dumps(plan.dbt_vars(home.settings))]
    target = home.settings.home / "dbt_target" / context.op.name
    try:
        yield from dbt.cli(arguments, context=context, target_path=target).stream()
    except DagsterDbtCliRuntimeError as error:
        raise TablesFailed(what_failed(str(error), target / "dbt.log")) from None


@dbt_assets(
    manifest=PROJECT.manifest_path,
    project=PROJECT,
    name="customers_to_features",
    exclude=_PUBLISHED,
    partitions_def=PARTITIONS,
    backfill_policy=ONE_RUN,
    dagster_dbt_translator=StageTranslator(OWNERS),
)
def customers_to_features(context: dg.AssetExecutionContext, home: Home, dbt: DbtCliResource) -> Iterator[Any]:
    """Build seeds, staging, identity, customer, segments, lifecycle and features for all dates of the run."""
    yield from _build(context, home, dbt)


@dbt_assets(
    manifest=PROJECT.manifest_path,
    project=PROJECT,
    name="published_tables",
    select=_PUBLISHED,
    partitions_def=PARTITIONS,
    backfill_policy=ONE_RUN,
    dagster_dbt_translator=StageTranslator(OWNERS),
)
def published_tables(context: dg.AssetExecutionContext, home: Home, dbt: DbtCliResource) -> Iterator[Any]:
    """Build the published tables from every stage before them."""
    yield from _build(context, home, dbt)

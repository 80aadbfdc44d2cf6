"""The jobs and their schedules: the night, half an hour after a date's cut-off, and before it what platforms keep."""

import datetime as dt
import os
from typing import Final

import dagster as dg

from orchestration.defs.sending import EXPORTS
from orchestration.pulls.catalogue import PULLS as EVERY_PULL
from orchestration.pulls.catalogue import missing
from orchestration.settings import Settings, load_settings
from orchestration.stages import PULLS

#: A run that lasts longer than this is dead: monitoring fails it, so that the queue behind it moves.
MAX_RUNTIME_SECONDS = 4 * 3600

daily = dg.define_asset_job(
    "daily",
    # the checks are yielded by the step of published/version (orchestration/defs/checks.py)
    # and what leaves the house leaves it by a person's hand; what platforms keep is fetched before, by the job `pulls`
    selection=dg.AssetSelection.all()
    - dg.AssetSelection.all_asset_checks()
    - dg.AssetSelection.assets(EXPORTS)
    - dg.AssetSelection.groups(PULLS),
    executor_def=dg.in_process_executor,
    description="Landing to published for one business date, or for a range of them as one run.",
    tags={"dagster/max_runtime": str(MAX_RUNTIME_SECONDS), "dagster/max_retries": "1"},
)


def cron_of(settings: Settings) -> str:
    """Return when the night runs: at half past the hour until which a date's records count as known."""
    return f"30 {settings.cut_off_hour} * * *"


def fresh_by(settings: Settings) -> dg.FreshnessPolicy:
    """Return by when the night's version has to stand: Dagster looks at the asset, the sensor `watch` at the date."""
    due = settings.cut_off_hour * 60 + settings.late_after_minutes
    return dg.FreshnessPolicy.cron(
        deadline_cron=f"{due % 60} {due // 60 % 24} * * *",
        lower_bound_delta=dt.timedelta(minutes=settings.late_after_minutes),
        timezone="Asia/Shanghai",
    )


FRESH: Final = fresh_by(load_settings())


@dg.schedule(
    job=daily,
    cron_schedule=cron_of(load_settings()),
    execution_timezone="Asia/Shanghai",
    description="Every morning, half an hour after the cut-off: yesterday's business date, landing to published.",
)
def every_morning(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Run yesterday's business date: its records are known until the cut-off, half an hour before."""
    yesterday = context.scheduled_execution_time.date().toordinal() - 1
    key = type(context.scheduled_execution_time.date()).fromordinal(yesterday).isoformat()
    return dg.RunRequest(run_key=key, partition_key=key)


pulls = dg.define_asset_job(
    "pulls",
    selection=dg.AssetSelection.groups(PULLS),
    executor_def=dg.in_process_executor,
    description="What the platforms keep, fetched into landing/; a pull that fails stops no other.",
    tags={"dagster/max_runtime": str(MAX_RUNTIME_SECONDS)},
)


def pulls_cron_of(settings: Settings) -> str:
    """Return when the pulls run: at half past the hour before the cut-off, so that the night reads what they landed."""
    return f"30 {(settings.cut_off_hour - 1) % 24} * * *"


@dg.schedule(
    job=pulls,
    cron_schedule=pulls_cron_of(load_settings()),
    execution_timezone="Asia/Shanghai",
    description="An hour before the night: fetch what the platforms keep, those whose credentials the scheduler has.",
)
def before_the_cut_off(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Run the pulls whose credentials are in the environment of the scheduler."""
    able = [name for name, pull in EVERY_PULL.items() if not missing(pull, os.environ)]
    if not able:
        return dg.SkipReason("no credentials of any platform are in the environment: docs/operations.md, Pulls")
    keys = [dg.AssetKey([PULLS, name]) for name in able]
    return dg.RunRequest(run_key=context.scheduled_execution_time.isoformat(), asset_selection=keys)

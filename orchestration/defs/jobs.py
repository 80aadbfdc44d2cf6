"""The daily job and its schedule: one run per business date, half an hour after the date's cut-off."""

import dagster as dg

from orchestration.defs.sending import EXPORTS
from orchestration.settings import Settings, load_settings

#: A run that lasts longer than this is dead: monitoring fails it, so that the queue behind it moves.
MAX_RUNTIME_SECONDS = 4 * 3600

daily = dg.define_asset_job(
    "daily",
    # the checks are yielded by the step of published/version (orchestration/defs/checks.py)
    # and what leaves the house leaves it by a person's hand
    selection=dg.AssetSelection.all() - dg.AssetSelection.all_asset_checks() - dg.AssetSelection.assets(EXPORTS),
    executor_def=dg.in_process_executor,
    description="Landing to published for one business date, or for a range of them as one run.",
    tags={"dagster/max_runtime": str(MAX_RUNTIME_SECONDS), "dagster/max_retries": "1"},
)


def cron_of(settings: Settings) -> str:
    """Return when the night runs: at half past the hour until which a date's records count as known."""
    return f"30 {settings.cut_off_hour} * * *"


@dg.schedule(job=daily, cron_schedule=cron_of(load_settings()), execution_timezone="Asia/Shanghai")
def every_morning(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Run yesterday's business date: its records are known until the cut-off, half an hour before."""
    yesterday = context.scheduled_execution_time.date().toordinal() - 1
    key = type(context.scheduled_execution_time.date()).fromordinal(yesterday).isoformat()
    return dg.RunRequest(run_key=key, partition_key=key)

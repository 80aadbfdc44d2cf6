"""The Dagster instance of a home: its configuration, and the sweep of runs whose process is gone."""

import datetime as dt
import os
import time
from pathlib import Path

import dagster as dg

from orchestration import clock
from orchestration.settings import Settings
from orchestration.warehouse import is_locked, last_holder

_DAGSTER_YAML = """\
telemetry:
  enabled: false
storage:
  custom:
    module: orchestration.event_store
    class: HomeStorage
    config:
      base_dir:
        env: DAGSTER_HOME
# A run says what it does in events; what it prints is the terminal's, not sent there by way of files and processes.
compute_logs:
  module: dagster._core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
# No invitation to join a mailing list in front of an operator's first screen.
nux:
  enabled: false
# DuckDB has one writer: a second run waits in the queue.
concurrency:
  runs:
    max_concurrent_runs: 1
run_monitoring:
  enabled: true
  start_timeout_seconds: 180
  poll_interval_seconds: 30
  # The default launcher cannot ask a worker for its health, so a dead run is found by its age or the sweep.
  max_runtime_seconds: 14400
run_retries:
  enabled: true
  max_retries: 1
  # What a step says is wrong is as wrong a second time; only a run whose process died is worth another one.
  retry_on_asset_or_op_failure: false
# Whether published/version is as new as it should be, on its page.
freshness:
  enabled: true
retention:
  schedule:
    purge_after_days: 90
"""
_UNBORN = [dg.DagsterRunStatus.NOT_STARTED]
#: A run takes the writer lock once its definitions are loaded: as long as that may take on a busy machine it is spared.
_STARTING_SECONDS = 90
#: Between giving the lock back and saying that it is done, a run needs moments.
_ENDING_SECONDS = 3.0
_UNFINISHED = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.CANCELING]


def prepare_instance(settings: Settings) -> Path:
    """Write the home's Dagster configuration and point this process at it; return its folder."""
    folder = settings.dagster_home
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / "dagster.yaml").write_text(_DAGSTER_YAML, encoding="utf-8")
    os.environ["DAGSTER_HOME"] = str(folder)
    os.environ["SIYU_HOME"] = str(settings.home)
    os.environ.setdefault("DO_NOT_TRACK", "1")
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    return folder


def sweep_orphans(instance: dg.DagsterInstance, settings: Settings) -> list[str]:
    """Fail the runs that a killed process left unfinished, so that the queue behind them moves.

    A run that works holds the home's writer lock. When nobody holds it, an unfinished run has no process if it had the
    lock (a killed run leaves its name in the lock's file), or if it began so long ago that it should have it by now.

    Returns
    -------
    list of str
        The run ids failed.
    """
    if is_locked(settings):
        return []
    # Younger ones may be about to take the lock. Dagster dates its runs by the real clock.
    now = clock.real_now()
    unborn = instance.get_runs(filters=dg.RunsFilter(statuses=_UNBORN, created_before=_ago(now)))
    held = last_holder(settings)
    records = instance.get_run_records(filters=dg.RunsFilter(statuses=_UNFINISHED))
    dead = [
        record for record in records if record.dagster_run.run_id == held or _began(record) <= _ago(now).timestamp()
    ]
    if dead:
        time.sleep(_ENDING_SECONDS)
    still = [instance.get_run_by_id(record.dagster_run.run_id) for record in dead]
    orphans = [*(run for run in still if run and run.status in _UNFINISHED and not is_locked(settings)), *unborn]
    for run in orphans:
        instance.report_run_failed(run, "The process of this run is gone (killed or power lost); swept at start-up.")
    return [run.run_id for run in orphans]


def _ago(now: dt.datetime) -> dt.datetime:
    return now.replace(tzinfo=dt.UTC) - dt.timedelta(seconds=_STARTING_SECONDS)


def _began(record: dg.RunRecord) -> float:
    """Return when a run was started, in seconds as Dagster counts them; its creation where it does not say."""
    return float(record.start_time or record.create_timestamp.timestamp())

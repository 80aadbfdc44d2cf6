"""The Dagster instance of a home: its configuration, and the sweep of runs whose process is gone."""

import datetime as dt
import os
from pathlib import Path

import dagster as dg

from orchestration import clock
from orchestration.settings import Settings
from orchestration.warehouse import is_locked

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
retention:
  schedule:
    purge_after_days: 90
"""
_UNBORN = [dg.DagsterRunStatus.NOT_STARTED]
_STARTING_SECONDS = 60
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

    A run that works holds the home's writer lock; when nobody holds it, an unfinished run has no process.

    Returns
    -------
    list of str
        The run ids failed.
    """
    if is_locked(settings):
        return []
    orphans = instance.get_runs(filters=dg.RunsFilter(statuses=_UNFINISHED))
    # A run killed before its first step; younger ones may be about to start. Dagster dates its runs by the real clock.
    long_ago = clock.real_now().replace(tzinfo=dt.UTC) - dt.timedelta(seconds=_STARTING_SECONDS)
    orphans = [*orphans, *instance.get_runs(filters=dg.RunsFilter(statuses=_UNBORN, created_before=long_ago))]
    for run in orphans:
        instance.report_run_failed(run, "The process of this run is gone (killed or power lost); swept at start-up.")
    return [run.run_id for run in orphans]

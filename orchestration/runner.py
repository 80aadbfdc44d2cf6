"""Runs the daily job for a set of business dates in this process, and says how it went."""

import dataclasses
import datetime as dt
import gc
import json
import os
import resource
import sqlite3
import sys
import time
from collections.abc import Sequence
from contextlib import redirect_stdout

import dagster as dg

from orchestration import clock, retention
from orchestration.disk import is_full, with_remedy
from orchestration.door.files import clean, star_left_behind
from orchestration.instance import prepare_instance, sweep_orphans
from orchestration.keeping.costs import is_watched, nights_of, remember
from orchestration.keeping.ledger import KEPT, PUBLISHED, TRAINING
from orchestration.keeping.words import Row, by_cause
from orchestration.progress import Progress, cpu_seconds
from orchestration.screen import say
from orchestration.settings import EVERY_DATE, Settings


@dataclasses.dataclass(frozen=True)
class Outcome:
    """How a run ended: its failures as (step, message), and the seconds and CPU seconds of each step."""

    succeeded: bool
    failures: list[tuple[str, str]]
    seconds: dict[str, float]
    total_seconds: float
    cpu_seconds: dict[str, float]
    run_id: str
    total_cpu_seconds: float


def run_dates(
    settings: Settings, dates: Sequence[dt.date], is_unfinished_wanted: bool = False, is_full_wanted: bool = False
) -> Outcome:
    """Run landing to published for consecutive business dates, as one run.

    Parameters
    ----------
    settings
        Whose home; its writer lock is held by the run itself.
    dates
        The business dates, without gaps.
    is_unfinished_wanted
        Let CURRENT move to a date that is not over.
    is_full_wanted
        Make every date that the run needs again, whatever was kept from the nights before.

    Returns
    -------
    Outcome
        Never raises for a failed stage: the failure is in the outcome.
    """
    started, started_at = time.monotonic(), clock.real_now()
    prepare_instance(settings)
    # A command may run any date; the page offers those that are over (orchestration/defs/shared.py).
    os.environ[EVERY_DATE] = "1"
    # The definitions and the libraries stay to the end: the cycle collector need not walk them every 700 objects.
    gc.set_threshold(100_000, 50, 1_000)
    # Imported here: loading the definitions costs seconds that a refused command must not pay.
    from orchestration.definitions import definitions
    from orchestration.defs.shared import FULL_TAG, UNFINISHED_TAG, dates_of_run

    with dg.DagsterInstance.get() as instance:
        for run_id in sweep_orphans(instance, settings):
            say(f"  swept   run {run_id}: its process is gone, marked failed", flush=True)
        job = definitions.resolve_job_def("daily")
        run_id = dg_run_id()
        tags = {
            "dagster/asset_partition_range_start": min(dates).isoformat(),
            "dagster/asset_partition_range_end": max(dates).isoformat(),
            **({UNFINISHED_TAG: "true"} if is_unfinished_wanted else {}),
            **({FULL_TAG: "true"} if is_full_wanted else {}),
        }
        console = settings.home / "dagster_home" / "console.log"
        with Progress(sys.stdout) as progress, console.open("a", encoding="utf-8") as log, redirect_stdout(log):
            instance.add_event_listener(run_id, progress.on_event)
            try:
                _forget_old_runs(settings, instance)
                result = job.execute_in_process(
                    instance=instance,
                    run_id=run_id,
                    tags=tags,
                    raise_on_error=False,
                    # The terminal shows Progress; Dagster keeps its own record of every event.
                    run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
                )
            except Exception as error:
                # Dagster's own record is on that disk too: what it cannot write it raises.
                if not is_full(str(error)):
                    raise
                result, why = None, str(error).splitlines()[0]
    if result is None or not result.success:  # what Dagster wrote of the failure after the run had let go of the home
        _search(settings, started_at)
    failures = list(progress.failures)
    if result is None:
        failures = failures or [("start", why)]
    elif not result.success and not failures:
        failures = [("start", _start_failure(result))]
    if result is not None and result.success and progress.skipped:
        # Dagster calls a run successful whose steps were skipped because a table they read was not made.
        failures = [(progress.skipped[0], f"{len(progress.skipped)} steps were skipped: {', '.join(progress.skipped)}")]
    passed = time.monotonic() - started
    failures = [(step, with_remedy(_cleaned(settings, message), settings.home)) for step, message in failures]
    outcome = Outcome(
        not failures, failures, dict(progress.seconds), passed, dict(progress.cpu_seconds), run_id, cpu_seconds()
    )
    _remember(settings, dates, outcome, dates_of_run(run_id))
    return outcome


def _search(settings: Settings, since: dt.datetime) -> None:
    """Star what a failed run left; where its disk is full that waits for the next run, which searches from there on."""
    try:
        star_left_behind(settings, since)
    except (OSError, sqlite3.Error) as error:
        if not is_full(str(error)):
            raise


def _cleaned(settings: Settings, message: str) -> str:
    """Return a failure's words with the numbers starred; on a full disk the vault cannot be asked, and says so."""
    try:
        return clean(settings, message)
    except (OSError, sqlite3.Error) as error:
        if not is_full(str(error)):
            raise
        return f"what it says could not be searched for numbers: {error}"


def _forget_old_runs(settings: Settings, instance: dg.DagsterInstance) -> None:
    """Delete what Dagster keeps of runs whose term is over (retention_classes, ``runs``)."""
    since = retention.kept_since(settings, "runs", clock.real_now())
    if since is not None:
        for record in instance.get_run_records(dg.RunsFilter(created_before=since.replace(tzinfo=dt.UTC))):
            instance.delete_run(record.dagster_run.run_id)


def _remember(settings: Settings, dates: Sequence[dt.date], outcome: Outcome, made: list[Row]) -> None:
    """Leave what the run cost beside its results, for whoever asks where the time went.

    Of the dates that it made only those of a run that published all of its own are told.
    """
    made = made if {date for _, date, cause in made if cause == PUBLISHED} == set(dates) else []
    peak_kib = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    said = {
        "dates": [min(dates).isoformat(), max(dates).isoformat()],
        "succeeded": outcome.succeeded,
        "seconds": round(outcome.total_seconds, 1),
        "cpu_seconds": round(outcome.total_cpu_seconds, 1),
        "peak_mib_of_one_process": peak_kib // 1024,
        "steps": {
            step: {"seconds": round(seconds, 2), "cpu_seconds": round(outcome.cpu_seconds[step], 2)}
            for step, seconds in outcome.seconds.items()
        },
    }
    file = settings.last_run
    nights = nights_of(file)
    if outcome.succeeded and made and not is_watched():
        trained = any(cause != KEPT for kind, _, cause in made if kind == TRAINING)
        counted = sum(cause != KEPT for kind, _, cause in made if kind != TRAINING)
        nights = remember(nights, {"made": counted, "trained": trained, "cpu_seconds": said["cpu_seconds"]})
    said |= {"dates_by_cause": by_cause(made), "nights": nights}
    file.write_text(json.dumps(said, indent=2) + "\n", encoding="utf-8")
    clock.stamp(file)


def dg_run_id() -> str:
    """Return a fresh run id, in the form Dagster gives its own."""
    from dagster._core.utils import make_new_run_id

    return make_new_run_id()


def _start_failure(result: dg.ExecuteInProcessResult) -> str:
    """Return why a run ended before its first step, for example a home that another run holds."""
    for event in result.all_events:
        data = event.event_specific_data
        error = getattr(data, "error", None)
        while error is not None:
            if error.cause is None:
                return str(error.message).strip()
            error = error.cause
    return "the run ended before its first step"

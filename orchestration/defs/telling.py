"""What Dagster tells people by itself: a run that failed or is well again, a night that is late; and it sweeps."""

import datetime as dt

import dagster as dg

from orchestration import clock
from orchestration.defs.jobs import daily
from orchestration.defs.shared import dates_of_tags
from orchestration.door.files import star_left_behind
from orchestration.instance import sweep_orphans
from orchestration.settings import load_settings
from orchestration.telling.nights import tell_failure, tell_late, tell_success, tell_waiting

_EVERY_SECONDS = 60
_RUNNING = dg.DefaultSensorStatus.RUNNING
#: Tag that Dagster gives a failed run which it starts again by itself.
_WILL_RETRY = "dagster/will_retry"
#: Told instead of an error's words where nobody could look whether a number stands in them.
_NOT_SEARCHED = "see the run's own page: what it says could not be searched for numbers"


@dg.run_failure_sensor(
    monitored_jobs=[daily], default_status=_RUNNING, description="Tells that a night failed: docs/operations.md."
)
def failed_night(context: dg.RunFailureSensorContext) -> None:
    """Tell of a failed run, unless Dagster starts it again by itself; star what it left after it let go of the home.

    That it failed and why Dagster writes down last: of a run that the page or the schedule started, nobody else looks.
    """
    is_clean = _starred()
    run = context.dagster_run
    first, last = dates_of_tags(run.tags)
    if first is None or last is None or run.tags.get(_WILL_RETRY) == "true":
        return
    steps = context.get_step_failure_events()
    error = steps[0].step_failure_data.error if steps else None
    while error is not None and error.cause is not None:
        error = error.cause
    said = error.message if error else context.failure_event.message or ""
    step = steps[0].step_key or "" if steps else ""
    dates = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    tell_failure(load_settings(), run.run_id, *dates, step, said.strip() if is_clean else _NOT_SEARCHED)


def _starred() -> bool:
    """Star what a failed run left; return False where it could not be searched: they are told all the same."""
    try:
        star_left_behind(load_settings(), clock.real_now())
    except Exception:  # a full disk, a key that is gone, a locked database: what ends nights ends the search as well
        return False
    return True


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS,
    monitored_jobs=[daily],
    default_status=_RUNNING,
    description="Tells that a night is well again.",
)
def mended_night(context: dg.RunStatusSensorContext) -> None:
    """Tell that the last trouble is over."""
    _, last = dates_of_tags(context.dagster_run.tags)
    if last is not None:
        tell_success(load_settings(), context.dagster_run.run_id, dt.date.fromisoformat(last))


@dg.sensor(
    minimum_interval_seconds=_EVERY_SECONDS,
    default_status=_RUNNING,
    description="Tells that the night is late, and fails runs whose process is gone.",
)
def watch(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Look once a minute whether the night is late or a run died, and tell what could not be told before."""
    settings = load_settings()
    swept = sweep_orphans(context.instance, settings)
    late = tell_late(settings, clock.now())
    why_not = tell_waiting(settings)
    said = [
        *(f"run {run_id}: its process was gone, marked failed" for run_id in swept),
        *([f"{late} is late"] if late else []),
        *([f"nobody was told: {why_not}"] if why_not else []),
    ]
    return dg.SkipReason("; ".join(said) or "nothing is late, nothing died")

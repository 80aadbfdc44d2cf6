"""A run whose process is gone is failed, and one that only just starts is not (FAULTS 3.8)."""

import os
import signal
import subprocess
import sys

import dagster as dg
import pytest

from orchestration import clock, instance
from orchestration.instance import prepare_instance, sweep_orphans
from orchestration.settings import Settings
from orchestration.warehouse import writer_lock
from tests.orchestration.test_one_writer import HOLD

STARTED = dg.DagsterRunStatus.STARTED


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home, its Dagster and the seconds by which the real clock is put forward."""
    ahead = [0.0]
    real = clock.real_now
    monkeypatch.setattr(clock, "real_now", lambda: real() + instance.dt.timedelta(seconds=ahead[0]))
    monkeypatch.setattr(instance, "_ENDING_SECONDS", 0.0)
    monkeypatch.setenv("DAGSTER_HOME", "")
    monkeypatch.setenv("SIYU_HOME", str(tmp_path))
    settings = Settings(home=tmp_path)
    prepare_instance(settings)
    with dg.DagsterInstance.get() as made:
        yield settings, made, ahead


@dg.job
def nightly():
    pass


def started(made, status=STARTED):
    run = made.create_run_for_job(nightly, status=dg.DagsterRunStatus.NOT_STARTED)
    made.report_engine_event("begins", run)
    if status is STARTED:
        made.handle_new_event(
            dg.EventLogEntry(
                error_info=None,
                level=20,
                user_message="",
                run_id=run.run_id,
                timestamp=clock.real_now().replace(tzinfo=instance.dt.UTC).timestamp(),
                job_name="nightly",
                dagster_event=dg.DagsterEvent("PIPELINE_START", "nightly"),
            )
        )
    return run.run_id


def status(made, run_id):
    return made.get_run_by_id(run_id).status


def test_a_run_that_has_not_taken_the_lock_yet_is_spared_until_it_should_have_it(home):
    settings, made, ahead = home
    young = started(made)
    unborn = started(made, dg.DagsterRunStatus.NOT_STARTED)
    assert sweep_orphans(made, settings) == []
    assert status(made, young) is STARTED
    ahead[0] = 60
    assert sweep_orphans(made, settings) == []
    ahead[0] = 91
    assert set(sweep_orphans(made, settings)) == {young, unborn}
    assert status(made, young) is dg.DagsterRunStatus.FAILURE


def test_a_run_that_was_killed_while_it_held_the_lock_is_failed_at_once(home):
    settings, made, _ = home
    killed, young = started(made), started(made)
    command = [sys.executable, "-c", HOLD.replace("run-of-the-other", killed), str(settings.home), "run"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline().strip() == "held"
    assert sweep_orphans(made, settings) == []
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert sweep_orphans(made, settings) == [killed]
    assert status(made, young) is STARTED


def test_nothing_is_swept_while_a_run_works(home):
    settings, made, ahead = home
    started(made)
    ahead[0] = 10_000
    with writer_lock(settings, "another"):
        assert sweep_orphans(made, settings) == []


def test_a_run_that_gave_the_lock_back_and_is_about_to_say_that_it_is_done_is_spared(home, monkeypatch):
    settings, made, ahead = home
    run_id = started(made)
    ahead[0] = 10_000
    ends = lambda _: made.report_run_canceled(made.get_run_by_id(run_id))  # noqa: E731
    monkeypatch.setattr(instance.time, "sleep", ends)
    assert sweep_orphans(made, settings) == []

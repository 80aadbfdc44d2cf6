"""What Dagster's sensors tell, with its real events: a night nobody sat beside."""

import datetime as dt
import json

import dagster as dg
import pytest

from orchestration.channels.engine.keys import contacts_file
from orchestration.definitions import definitions
from orchestration.defs.jobs import fresh_by
from orchestration.defs.telling import failed_night, mended_night, watch
from orchestration.instance import prepare_instance
from orchestration.settings import Settings, load_settings
from orchestration.telling.nights import tell_failure


@dg.op(name="published__version")
def version():
    raise RuntimeError("the step") from RuntimeError("published: blocked; 139 1234 5678 of it")


@dg.job
def nightly():
    version()


@dg.job
def well():
    pass


@pytest.fixture
def made(tmp_path, monkeypatch):
    monkeypatch.setenv("DAGSTER_HOME", "")
    monkeypatch.setenv("SIYU_HOME", str(tmp_path))
    prepare_instance(Settings(home=tmp_path))
    with dg.DagsterInstance.get() as made:
        yield made


def ran(made, job):
    return job.execute_in_process(instance=made, raise_on_error=False, tags={"dagster/partition": "2026-03-09"})


def see(made, sensor, result):
    wanted = "PIPELINE_SUCCESS" if result.success else "PIPELINE_FAILURE"
    (event,) = [one for one in result.all_events if one.event_type_value == wanted]
    context = dg.build_run_status_sensor_context(
        sensor_name=sensor.name,
        dagster_instance=made,
        dagster_run=made.get_run_by_id(result.run_id),
        dagster_event=event,
    )
    sensor(context if result.success else context.for_run_failure())


def lines():
    file = load_settings().home / "notices.jsonl"
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


def test_a_run_that_failed_is_told_with_its_step_and_its_own_words_once_with_the_command(made):
    result = ran(made, nightly)
    see(made, failed_night, result)
    (line,) = lines()
    assert (line["kind"], line["dates"]) == ("blocked", ["2026-03-09", "2026-03-09"])
    assert "Stopped at published/version: published: blocked; [withheld] of it" in line["en"]
    see(made, failed_night, result)
    day = dt.date(2026, 3, 9)
    tell_failure(load_settings(), result.run_id, day, day, "published__version", "said by the command")
    assert len(lines()) == 1


def test_a_run_that_failed_is_told_though_nobody_could_look_for_numbers_in_what_it_left(made):
    result = ran(made, nightly)
    vault = contacts_file(load_settings())
    vault.parent.mkdir(parents=True, exist_ok=True)
    vault.write_bytes(b"half a database" * 100)
    (load_settings().home / "last_run.json").write_text("of 139 1234 5678", encoding="utf-8")
    see(made, failed_night, result)
    (line,) = lines()
    assert "could not be searched for numbers" in line["en"] and "1234" not in json.dumps(line)


def test_a_run_that_dagster_starts_again_is_not_told(made):
    result = ran(made, nightly)
    assert made.get_run_by_id(result.run_id).tags["dagster/will_retry"] == "false"
    made.add_run_tags(result.run_id, {"dagster/will_retry": "true"})
    see(made, failed_night, result)
    assert lines() == []


def test_a_night_that_is_well_again_is_told(made):
    see(made, mended_night, ran(made, well))
    assert lines() == []
    see(made, failed_night, ran(made, nightly))
    see(made, mended_night, ran(made, well))
    assert [line["kind"] for line in lines()] == ["blocked", "mended"]


def test_the_watch_says_what_it_found(made):
    assert "nothing is late" in watch(dg.build_sensor_context(instance=made)).skip_message


def test_the_sensors_run_from_the_start_and_the_version_has_a_deadline():
    sensors = {sensor.name: sensor.default_status for sensor in definitions.sensors}
    assert sensors == dict.fromkeys(("failed_night", "mended_night", "watch"), dg.DefaultSensorStatus.RUNNING)
    policy = definitions.resolve_asset_graph().get(dg.AssetKey(["published", "version"])).freshness_policy
    assert (policy.deadline_cron, policy.timezone) == ("30 7 * * *", "Asia/Shanghai")
    late = fresh_by(Settings(cut_off_hour=22, late_after_minutes=150))
    assert late.deadline_cron == "30 0 * * *"

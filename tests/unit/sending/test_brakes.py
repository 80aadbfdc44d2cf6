"""What a person stopped binds the next export until a person resumes it."""

import json

import pytest

from orchestration.sending.brakes import BrakeRefused, holding, kept_at, resume, stop
from orchestration.settings import SettingsError
from tests.unit.sending.world import MORNING, World, row


@pytest.fixture
def world(tmp_path):
    rows = [row("p1"), row("p2", "email", policy_id="recall_dormant"), row("p3", "call", staff_id="G2", store_id="S2")]
    return World(tmp_path / "home", *rows, row("p4", "email", list_name="general", policy_id="general", store_id=None))


def _out(world, tmp_path):
    world.export(tmp_path / "out")
    files = (world.settings.home / "activations").glob("*.parquet")
    return sorted(one for (one,) in world.ask(f"select one_id from ({_read(files)})"))


def _read(files):
    import pyarrow.parquet as pq

    rows = [f"select '{one}' as one_id" for file in files for one in pq.read_table(file)["one_id"].to_pylist()]
    return " union all ".join(rows) or "select null as one_id where false"


@pytest.mark.parametrize(
    ("what", "name", "out"),
    [
        ("all", "", []),
        ("policy", "recall_dormant", ["p1", "p3", "p4"]),
        ("policy", "general", ["p1", "p2", "p3"]),
        ("channel", "email", ["p1", "p3"]),
        ("staff", "G2", ["p1", "p2", "p4"]),
        ("store", "S2", ["p1", "p2", "p4"]),
        ("store", "S9", ["p1", "p2", "p3", "p4"]),
    ],
)
def test_a_stop_keeps_in_what_it_names_and_a_resume_lets_it_out(what, name, out, world, tmp_path):
    stop(world.settings, what, name, "wrong price", MORNING)
    assert _out(world, tmp_path) == out
    resume(world.settings, what, name, "", MORNING)
    assert _out(world, tmp_path) == ["p1", "p2", "p3", "p4"]


def test_the_last_word_about_a_thing_holds(world):
    settings = world.settings
    stop(settings, "channel", "sms", "wrong link", MORNING)
    stop(settings, "channel", "email", "wrong link", MORNING)
    resume(settings, "channel", "sms", "mended", MORNING)
    stop(settings, "channel", "sms", "wrong again", MORNING)
    assert [(one.name, one.why) for one in holding(settings)] == [("email", "wrong link"), ("sms", "wrong again")]
    assert len(kept_at(settings).read_text(encoding="utf-8").splitlines()) == 4


def test_resuming_everything_leaves_what_was_stopped_by_name(world):
    stop(world.settings, "all", "", "the shop burns", MORNING)
    stop(world.settings, "channel", "sms", "wrong link", MORNING)
    resume(world.settings, "all", "", "", MORNING)
    assert [(one.what, one.name) for one in holding(world.settings)] == [("channel", "sms")]


@pytest.mark.parametrize(
    ("what", "name", "why", "said"),
    [
        ("channel", "sms", " ", "--reason is empty"),
        ("channel", "smss", "why", "there is no channel 'smss', so stopping it stops nothing; known: app_push, call"),
        ("policy", "recall", "why", "there is no policy 'recall'"),
        ("channel", "email", "why", "channel email is stopped already"),
    ],
)
def test_a_stop_that_would_stop_nothing_is_refused(what, name, why, said, world):
    stop(world.settings, "channel", "email", "why", MORNING)
    with pytest.raises(BrakeRefused, match=said):
        stop(world.settings, what, name, why, MORNING)


def test_what_is_not_stopped_cannot_be_resumed(world):
    with pytest.raises(BrakeRefused, match="channel sms is not stopped; stopped is: nothing"):
        resume(world.settings, "channel", "sms", "", MORNING)
    stop(world.settings, "staff", "G2", "on leave", MORNING)
    with pytest.raises(BrakeRefused, match="everything is not stopped; stopped is: staff G2"):
        resume(world.settings, "all", "", "", MORNING)


@pytest.mark.parametrize(
    "line",
    [
        "stop sms",
        "",
        "[]",
        '{"action": "stop", "what": "channel", "name": "sms", "by": "Lin", "why": "x"}',
        '{"action": "halt", "what": "channel", "name": "sms", "by": "Lin", "why": "x", "at": "y"}',
        '{"action": "stop", "what": "chanel", "name": "sms", "by": "Lin", "why": "x", "at": "y"}',
    ],
)
def test_a_line_that_nobody_can_read_stops_every_export(line, world, tmp_path):
    stop(world.settings, "staff", "G9", "on leave", MORNING)
    path = kept_at(world.settings)
    path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"brakes\.jsonl, line 2: no stop can be read there"):
        world.export(tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_number_in_a_reason_is_kept_as_a_token(world):
    stop(world.settings, "channel", "sms", "13900000001 rang", MORNING)
    kept = json.loads(kept_at(world.settings).read_text(encoding="utf-8"))
    assert "13900000001" not in kept["why"]
    assert kept["why"].endswith("rang")
    assert kept["at"] == "2026-03-11T01:00:00Z"

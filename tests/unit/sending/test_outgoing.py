"""What ``siyu status`` tells of what left the house: the last exports, what waits, what is stopped."""

import datetime as dt
import shutil

import pytest

from orchestration.home_facts import facts
from orchestration.sending import activations
from orchestration.sending.outgoing import general_list, general_said, last_exports, stops
from tests.unit.sending.world import MORNING, World, row

EVENING = dt.datetime(2026, 3, 11, 12)  # the last moment of the lists' messages


@pytest.fixture
def world(tmp_path):
    general = {"list_name": "general", "arm": None, "policy_id": "general"}
    rows = (row("p1"), row("p2"), row("p3", "email"), row("p4", **general), row("p5", "email", **general))
    return World(tmp_path / "home", *rows)


def test_nothing_left_the_house_yet(world):
    assert last_exports(world.settings, MORNING) == []
    assert general_list(world.settings, MORNING) == {"rows": 2, "out": 0, "waiting": 2}


def test_the_last_exports_say_who_got_how_many_rows_and_which_folder_waits(world, tmp_path):
    world.export(tmp_path / "out", lists=("audience",))
    (first, *_), second = activations.rows_of(world.settings, "20260310-sms-cloud-sms-001").to_pylist(), None
    back = {"export_id": first["export_id"], "recipient_token": first["recipient_token"], "reason": "moved"}
    activations.withdraw(world.settings, [back], MORNING)
    shutil.rmtree(tmp_path / "out" / "20260310-email-cloud-sms-001")
    mail, second = last_exports(world.settings, MORNING)
    assert second == {
        "export_id": "20260310-sms-cloud-sms-001",
        "exported_at": "2026-03-11T01:00:00Z",
        "message_channel": "sms",
        "recipient": "cloud-sms",
        "rows": 2,
        "withdrawn": 1,
        "folder": str(tmp_path / "out" / "20260310-sms-cloud-sms-001"),
        "waits": True,
    }
    assert (mail["rows"], mail["waits"]) == (1, False)  # somebody deleted its folder, as the page asks
    assert [one["waits"] for one in last_exports(world.settings, EVENING)] == [False, False]


def test_an_export_that_was_taken_back_whole_waits_for_nobody_and_an_earlier_list_is_not_the_last(world, tmp_path):
    world.export(tmp_path / "out", channels=("sms",), lists=("audience",))
    early = activations.folder(world.settings) / "20260310-sms-cloud-sms-001.parquet"
    shutil.copy(early, early.with_name("20260309-sms-cloud-sms-001.parquet"))
    activations.withdraw(
        world.settings, [{"export_id": early.stem, "recipient_token": None, "reason": "price"}], MORNING
    )
    (last,) = last_exports(world.settings, MORNING)
    assert (last["export_id"], last["withdrawn"], last["waits"]) == (early.stem, 2, False)


def test_what_waits_of_the_general_list_is_what_did_not_go_out_and_nothing_once_its_morning_is_over(world, tmp_path):
    world.export(tmp_path / "out", lists=("audience",))
    assert general_list(world.settings, MORNING)["waiting"] == 2
    world.export(tmp_path / "out", lists=("general",), channels=("sms",))
    assert general_list(world.settings, MORNING) == {"rows": 2, "out": 1, "waiting": 1}
    midnight = dt.datetime(2026, 3, 11, 16)
    assert general_list(world.settings, midnight - dt.timedelta(seconds=1))["waiting"] == 1
    assert general_list(world.settings, midnight) == {"rows": 2, "out": 1, "waiting": 0}
    assert general_said(1) == (
        "1 row of the general list waits: siyu export --all --list general --recipient NAME --out FOLDER"
    )
    assert general_said(1200, "agency", "out").startswith("1,200 rows of the general list wait: ")


def test_a_line_of_the_brakes_that_nobody_can_read_stops_everything_and_is_told(world):
    file = world.settings.home / "brakes.jsonl"
    line = '{"action": "stop", "what": "channel", "name": "sms", "by": "Lin", "why": "price", "at": "2026"}\n'
    file.write_text(line, encoding="utf-8")
    assert stops(world.settings) == [{"what": "channel", "name": "sms", "by": "Lin", "at": "2026", "why": "price"}]
    file.write_text("stop everything\n", encoding="utf-8")
    (told,) = stops(world.settings)
    assert (told["what"], "line 1: no stop can be read there" in told["why"]) == ("all", True)


def test_status_tells_it_all(world, tmp_path):
    (world.settings.published / "versions" / (world.settings.published / "CURRENT").read_text()).joinpath(
        "manifest.json"
    ).write_text('{"as_of_date": "2026-03-10", "contract_version": 1}', encoding="utf-8")
    world.export(tmp_path / "out", lists=("audience",), channels=("sms",))
    found = facts(world.settings, MORNING)
    assert ([one["rows"] for one in found["exports"]], found["stops"]) == ([2], [])
    steps = "\n".join(found["next_steps"])
    assert "20260310-sms-cloud-sms-001 waits to be uploaded" in steps
    assert "2 rows of the general list wait: siyu export" in steps

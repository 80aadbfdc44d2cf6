"""A demo lives at the moment it is told: landing, publishing and ages follow, and it gives the same bytes again."""

import datetime as dt
import json
import sqlite3

import duckdb
import pytest

from orchestration.audit_log import last_lines, verify
from orchestration.settings import Settings
from tests.builders import current_version, published_hashes, siyu, siyu_anew
from tests.journey.conftest import MORNING, TODAY, YESTERDAY, copied, land_demo


def _run(home, *arguments, start=siyu):
    outcome = start(home, *arguments)
    assert outcome.returncode == 0, outcome.stdout[-3000:] + outcome.stderr[-3000:]
    return outcome.stdout


def _landed(home):
    return duckdb.execute(f"select distinct landed_at from '{home / 'ledger.parquet'}'").fetchall()


def _version_of(home, date):
    (found,) = [folder for folder in (home / "published" / "versions").iterdir() if folder.name.startswith(str(date))]
    return found


@pytest.fixture(scope="module")
def demo(first_morning, tmp_path_factory):
    return copied(first_morning, tmp_path_factory.mktemp("today") / "home")


def test_what_is_first_seen_under_now_landed_then(demo):
    assert _landed(demo) == [(dt.datetime(2026, 3, 9, 1),)]
    assert current_version(demo).name.startswith("2026-03-08-")


def test_the_audit_log_says_which_moment_was_used_and_when_it_really_was(demo):
    lines = last_lines(Settings(home=demo), 20)
    said = [(line["action"], line["details"]) for line in lines if line["action"] in {"now_used", "run_started"}]
    assert [action for action, _ in said] == ["now_used", "run_started"]
    assert said[0][1] == {"now": "2026-03-09T01:00:00Z"}
    assert (said[1][1]["first"], said[1][1]["last"]) == ("2026-03-08", "2026-03-08")
    assert lines[-1]["action"] == "run_ended" and lines[-1]["details"]["versions"] == [current_version(demo).name]
    assert {line["at"] for line in lines if "real_at" in line} == {"2026-03-09T01:00:00Z"}
    assert verify(Settings(home=demo)).broken is None
    assert siyu(demo, "audit", "verify").returncode == 0


def test_the_same_files_and_the_same_moment_give_the_same_bytes(demo, tmp_path_factory):
    again = land_demo(tmp_path_factory.mktemp("again") / "home")
    _run(again, *MORNING, "daily", str(YESTERDAY), start=siyu_anew)
    assert published_hashes(again) == published_hashes(demo)
    assert current_version(again).name == current_version(demo).name
    report = f"reports/{YESTERDAY}/index.html"
    assert (again / report).read_bytes() == (demo / report).read_bytes()


def test_a_day_that_is_going_on_is_current_only_for_whoever_asks(demo):
    """In one test, for the order is the story."""
    before = current_version(demo).name
    said = _run(demo, *MORNING, "daily", str(TODAY))
    kept = _version_of(demo, TODAY)
    assert "2026-03-09 is not over, its records count until 2026-03-10 06:00 in Shanghai: CURRENT does not" in said
    assert "UNFINISHED: 2026-03-09 is not over: its records count until 2026-03-10 06:00 in Shanghai. Its" in said
    assert f"{kept.name} is kept, and CURRENT stays at {before}; run it again then, or" in said
    assert current_version(demo).name == before
    with sqlite3.connect(demo / "dagster_home" / "history" / "runs" / "index.db") as history:
        made = "select event from event_logs where dagster_event_type = 'ASSET_MATERIALIZATION' and partition = ?"
        told = [event for (event,) in history.execute(made, [str(TODAY)]) if '"not_over"' in event]
    assert told and all(f"is kept, and CURRENT stays at {before}" in event for event in told)
    assert json.loads((kept / "manifest.json").read_text("utf-8"))["unfinished"]
    page = (demo / "reports" / str(TODAY) / "index.html").read_text(encoding="utf-8")
    assert "This date was not over: its records count until 2026-03-10 06:00 in Shanghai" in page.split("</header>")[0]

    said = _run(demo, *MORNING, "daily", str(TODAY), "--unfinished")
    assert f"UNFINISHED: CURRENT is {kept.name}, whose date is not over" in said
    assert current_version(demo).name == kept.name
    assert "made before that date was over" in _run(demo, *MORNING, "status")

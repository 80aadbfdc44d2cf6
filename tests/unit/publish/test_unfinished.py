"""A date that is not over is built and kept, and CURRENT goes to it only for whoever asks."""

import datetime as dt

import duckdb
import pytest

from orchestration import clock
from orchestration.audit_log import last_lines, verify
from orchestration.home_facts import facts
from orchestration.publish import RollbackRefused, not_over, publish, rollback
from orchestration.publishing.versions import Store
from orchestration.report.build import heading
from orchestration.report.facts import open_version
from orchestration.report.page import page
from tests.unit.publish.world import DATE, brand, published_brand

BEFORE = DATE - dt.timedelta(days=1)
#: The records of 30 November 2017 count until 06:00 of 1 December in Shanghai.
ENDS = dt.datetime(2017, 11, 30, 22)
NOON = dt.datetime(2017, 11, 30, 4)


def logged(settings):
    """Return the versions that the log of plans knows to have been current, in the order of the moves."""
    files = sorted((settings.published / "plans").iterdir(), key=lambda file: file.stat().st_mtime_ns)
    return [file.stem for file in files]


def change(settings, city):
    with duckdb.connect(str(settings.warehouse)) as con:
        con.execute("update published.customers set city = $city", {"city": city})


@pytest.fixture
def day_before(tmp_path):
    """A brand whose CURRENT is the day before, and for whom the day itself is going on."""
    settings, done = published_brand(tmp_path, [BEFORE, DATE], [BEFORE])
    return settings, done.current


def test_without_being_asked_for_it_is_kept_and_neither_current_nor_a_plan_really_published(day_before):
    settings, before = day_before
    done = publish(settings, [DATE], began_at=NOON)
    store = Store(settings.published)
    assert done.current == store.current() == before
    assert done.unfinished == done.versions and store.has_passed(done.versions[DATE])
    assert store.manifest(done.versions[DATE])["unfinished"] == {"records_count_until": "2017-11-30T22:00:00Z"}
    assert logged(settings) == [before]
    assert store.unfinished_of([BEFORE, DATE]) == done.versions
    assert (settings.published / "current").resolve().name == before


def test_asked_for_it_is_current_and_says_so(day_before):
    settings, before = day_before
    done = publish(settings, [DATE], began_at=NOON, is_unfinished_wanted=True)
    assert done.current == Store(settings.published).current() == done.versions[DATE]
    assert logged(settings) == [before, done.current]
    said = not_over(done.unfinished, done.current, 6)
    assert said == (
        f"CURRENT is {done.current}, whose date is not over: its records count until 2017-12-01 06:00 in Shanghai;"
        " run it again then"
    )
    found = facts(settings, NOON)
    assert found["current"]["records_count_until"] == "2017-11-30T22:00:00Z"
    assert [step for step in found["next_steps"] if "made before 2017-11-30 was over" in step]


def test_before_anything_else_is_published_it_leaves_current_at_nothing(tmp_path):
    settings = brand(tmp_path)
    done = publish(settings, [DATE], began_at=NOON)
    assert done.current is None and not (settings.published / "CURRENT").exists()
    assert not (settings.published / "plans").exists()
    assert "CURRENT stays at nothing yet" in not_over(done.unfinished, done.current, 6)
    with pytest.raises(RollbackRefused, match="nothing is published"):
        rollback(settings)


def test_what_is_said_names_the_version_that_is_kept_and_the_command_that_publishes_it(day_before):
    settings, before = day_before
    done = publish(settings, [DATE], began_at=NOON)
    assert not_over(done.unfinished, done.current, 6) == (
        f"2017-11-30 is not over: its records count until 2017-12-01 06:00 in Shanghai. Its version"
        f" {done.versions[DATE]} is kept, and CURRENT stays at {before}; run it again then, or let CURRENT move to it"
        " as it is: siyu daily 2017-11-30 --unfinished"
    )
    assert not_over({}, before, 6) == ""


@pytest.mark.parametrize(("began_at", "moves"), [(ENDS - dt.timedelta(seconds=1), False), (ENDS, True)])
def test_a_date_is_over_at_its_cut_off(day_before, began_at, moves):
    settings, before = day_before
    done = publish(settings, [DATE], began_at=began_at)
    assert (done.current != before, bool(done.unfinished)) == (moves, not moves)


def test_a_run_that_began_before_the_cut_off_and_ends_after_it_has_not_read_the_whole_date(day_before, monkeypatch):
    settings, before = day_before
    (settings.home / "demo.json").write_text("{}", encoding="utf-8")
    monkeypatch.setenv(clock.VARIABLE, (ENDS + dt.timedelta(hours=1)).isoformat())
    assert publish(settings, [DATE], began_at=ENDS - dt.timedelta(minutes=1)).current == before
    assert publish(settings, [DATE]).current != before


def test_publishing_alone_after_the_cut_off_makes_no_whole_date_of_half_a_one(day_before):
    settings, before = day_before
    kept = publish(settings, [DATE], began_at=NOON).versions
    alone = publish(settings, [DATE], began_at=ENDS, landing_was_read=False)
    assert (alone.current, alone.unfinished) == (before, kept)
    done = publish(settings, [DATE], began_at=ENDS)
    assert publish(settings, [DATE], began_at=ENDS, landing_was_read=False).current == done.current != before


def test_of_a_range_current_goes_to_the_newest_date_that_was_over(tmp_path):
    settings = brand(tmp_path, [BEFORE, DATE])
    done = publish(settings, [BEFORE, DATE], began_at=NOON)
    assert (done.current, done.unfinished) == (done.versions[BEFORE], {DATE: done.versions[DATE]})
    assert logged(settings) == [done.versions[BEFORE]]


def test_over_it_has_another_name_than_when_it_was_not_and_takes_its_place(day_before):
    settings, before = day_before
    kept = publish(settings, [DATE], began_at=NOON).versions[DATE]
    done = publish(settings, [DATE], began_at=ENDS)
    assert done.current == done.versions[DATE] != kept
    assert done.retired == [] and logged(settings) == [before, done.current]
    assert Store(settings.published).newest_by_date()[DATE] == done.current
    assert "unfinished" not in Store(settings.published).manifest(done.current)


def test_a_rollback_passes_it_over_unless_it_is_named(tmp_path):
    dates = [DATE - dt.timedelta(days=back) for back in (2, 1, 0)]
    settings, done = published_brand(tmp_path, dates, dates[:1])
    oldest = done.current
    unfinished = publish(settings, dates[1:2], began_at=NOON - dt.timedelta(days=1)).versions[BEFORE]
    newest = publish(settings, dates[2:]).current
    assert rollback(settings) == oldest
    assert rollback(settings, unfinished) == unfinished == Store(settings.published).current()
    assert logged(settings) == [oldest, newest, unfinished]


def test_where_a_demos_clock_was_put_back_the_version_of_the_whole_date_stays(tmp_path):
    after = DATE + dt.timedelta(days=1)
    settings, done = published_brand(tmp_path, [DATE, after])
    change(settings, "上海市")
    again = publish(settings, [DATE], began_at=NOON)
    store = Store(settings.published)
    assert again.current == done.versions[after]
    assert store.newest_by_date()[DATE] == done.versions[DATE] and store.is_whole(done.versions[DATE])


def test_the_page_says_above_everything_that_the_date_was_not_over(day_before):
    settings, before = day_before
    done = publish(settings, [DATE], began_at=NOON)
    folder = settings.published / "versions"
    shown = page(heading(open_version(settings, folder / done.versions[DATE], [])), [])
    assert "2017-12-01 06:00 in Shanghai" in shown and "这一天还没有结束" in shown
    assert "还没有结束" not in page(heading(open_version(settings, folder / before, [])), [])


def test_an_earlier_date_leaves_current_on_the_later_one(tmp_path):
    settings, done = published_brand(tmp_path, [BEFORE, DATE], [DATE])
    later = done.current
    done = publish(settings, [BEFORE])
    assert done.current == later == Store(settings.published).current() and logged(settings) == [later]


def test_what_was_published_and_gone_back_to_stands_in_the_audit_log(day_before):
    settings, before = day_before
    done = publish(settings, [DATE])
    rollback(settings)
    lines = [line for line in last_lines(settings, 20) if line["action"] != "key_made"]
    assert [(line["action"], line["details"]) for line in lines] == [
        ("published", {"versions": {"2017-11-29": before}, "current": before, "not_over": []}),
        ("published", {"versions": {"2017-11-30": done.current}, "current": done.current, "not_over": []}),
        ("rolled_back", {"from": done.current, "to": before}),
    ]
    assert verify(settings).broken is None

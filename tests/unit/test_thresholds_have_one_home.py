"""A threshold that is changed in its one home is followed by plan, suite and schedule alike."""

import datetime as dt

import duckdb
import pandas as pd
import pytest

from data_quality.checks import measure
from data_quality.suites.recall import RecallLimits, recall_checks
from ml.recall import arms
from ml.recall.schedule import scheduled
from orchestration.defs.jobs import cron_of
from orchestration.publishing.audit import checks_of
from orchestration.run_plan import plan_run, transition_days
from orchestration.settings import Settings, SettingsError
from tests.unit.recall.people import make_rules

DATE = dt.date(2026, 3, 10)
WITH_SENDER = "whoever_a_person_writes_to_has_a_sender"
IN_HOURS = "send_windows_are_in_order_and_outside_quiet_hours"


def _limits(staff_channels=("wecom", "call"), opens_hour=9.0, closes_hour=21.0):
    return RecallLimits(arms.SENT, staff_channels, opens_hour, closes_hour)


def _faults(limits, name, row):
    """Return how many rows of a one-row audience a check of the suite counts."""
    with duckdb.connect() as connection:
        connection.execute(f"create table recall_audience as select {row}")
        connection.execute("create table version as select timestamp '2026-03-10 16:00:00' as ends_at")
        return measure(connection, [check for check in recall_checks(limits) if check.name == name])[name]


def _sent_at(clock, until="20:30"):
    """Return the row of a plan sent on 11 March at a time of day in Shanghai."""
    return (
        f"timestamp '2026-03-11 {clock}' - interval 8 hour as send_after_at,"
        f" timestamp '2026-03-11 {until}' - interval 8 hour as send_before_at,"
        " timestamp '2026-03-11 23:00' - interval 8 hour as valid_until_at"
    )


@pytest.mark.parametrize(("staff_channels", "faults"), [(("wecom", "call"), 1), (("wecom",), 0), ((), 0)])
def test_a_call_needs_a_sender_only_where_staff_carry_calls(staff_channels, faults):
    row = "'call' as message_channel, null as staff_id"
    assert _faults(_limits(staff_channels), WITH_SENDER, row) == faults


@pytest.mark.parametrize(
    ("clock", "opens", "closes", "faults"),
    [
        ("08:00", 9, 21, 1),
        ("08:00", 8, 21, 0),
        ("08:15", 8.5, 21, 1),
        ("08:30", 8.5, 21, 0),
        ("09:00", 9, 21, 0),
        ("20:00", 9, 20, 1),
        ("20:00", 9, 21, 0),
    ],
)
def test_the_suite_lets_through_the_hours_that_the_plan_was_made_under(clock, opens, closes, faults):
    limits = _limits(opens_hour=opens, closes_hour=closes)
    assert _faults(limits, IN_HOURS, _sent_at(clock)) == faults


@pytest.mark.parametrize(
    ("exclusions", "faults"), [(["profiling_refused", "profiling_never_asked"], 3), (["profiling_refused"], 4)]
)
def test_the_general_list_holds_whom_an_exclusion_of_the_seed_keeps_out_and_nobody_else(exclusions, faults):
    people = [("P1", "profiling_refused"), ("P2", "profiling_never_asked"), ("P3", "minor"), ("P4", None)]
    check = "the_general_list_is_of_whom_profiling_alone_keeps_out"
    with duckdb.connect() as connection:
        connection.execute("create table customers (one_id varchar, exclusion varchar)")
        connection.executemany("insert into customers values (?, ?)", people)
        connection.execute("create table general_list as select unnest(['P1', 'P2', 'P3', 'P4', 'P5']) as one_id")
        connection.execute("create table profiling_exclusions as select unnest($1) as exclusion", [exclusions])
        asked = [one for one in recall_checks(_limits()) if one.name == check]
        assert measure(connection, asked) == {check: faults}


def test_a_plan_opened_an_hour_earlier_by_the_seeds_passes_the_suite_of_the_same_seeds():
    rules = make_rules(quiet_to_hour=8, list_stands_hour=8)
    windows = rules.seeds["channel_windows"]
    windows.loc[windows["message_channel"] == "sms", "opens"] = "08:00"
    person = pd.DataFrame({
        "as_of_date": [DATE],
        "message_channel": ["sms"],
        "preferred_hour": [8],
        "is_deleted_friend": [False],
        "play_id": ["stage_at_risk"],
        "consent_purpose": ["marketing"],
        "audience_kind": ["recall"],
    })
    plan = scheduled(person, rules)
    assert plan["send_after_at"].tolist() == [pd.Timestamp("2026-03-11 00:00")]
    with duckdb.connect() as warehouse:
        warehouse.execute("create schema seeds")
        warehouse.register("settings", rules.seeds["recall_settings"][["name", "value"]])
        warehouse.execute("create table seeds.recall_settings as select * from settings")
        checks = [check for check in checks_of(Settings(), warehouse) if check.name == IN_HOURS]
        warehouse.register("recall_audience", plan[["send_after_at", "send_before_at", "valid_until_at"]])
        warehouse.execute("create table version as select timestamp '2026-03-10 16:00:00' as ends_at")
        assert measure(warehouse, checks) == {IN_HOURS: 0}


@pytest.mark.parametrize(("hour", "cron"), [(6, "30 6 * * *"), (8, "30 8 * * *"), (0, "30 0 * * *")])
def test_the_night_runs_half_an_hour_after_the_cut_off(hour, cron):
    assert cron_of(Settings(cut_off_hour=hour)) == cron


def test_a_run_recomputes_as_many_days_of_state_as_the_seed_says(tmp_path):
    numbers = tmp_path / "segment_numbers.csv"
    numbers.write_text("name,value,unit,source\ntransition_days,2,days,ours\n", encoding="utf-8")
    plan = plan_run(Settings(), [DATE], numbers)
    assert plan.state_dates == [dt.date(2026, 3, 8), dt.date(2026, 3, 9), DATE]
    assert len(plan_run(Settings(), [DATE]).state_dates) == transition_days() + 1


def test_a_seed_without_the_look_back_is_named(tmp_path):
    numbers = tmp_path / "segment_numbers.csv"
    numbers.write_text("name,value,unit,source\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"segment_numbers\.csv: transition_days needs a row"):
        transition_days(numbers)


@pytest.mark.parametrize(("horizon_days", "newest"), [(28, dt.date(2026, 2, 8)), (56, dt.date(2026, 1, 11))])
def test_a_longer_horizon_closes_the_newest_cut_off_earlier(horizon_days, newest):
    plan = plan_run(Settings(horizon_days=horizon_days), [DATE])
    assert [dates[-1] for dates in plan.cut_offs.values()] == [newest]

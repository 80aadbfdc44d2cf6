"""Which dates a run makes, in a warehouse of a few rows: what is said of people opens a date, and nothing else does."""

import datetime as dt

import duckdb
import pytest

from orchestration.keeping.ledger import PUBLISHED, decide, last_made
from orchestration.keeping.tables import FACTS, KEPT, REGISTRY
from orchestration.keeping.words import by_cause, rows_of, said, said_of_keys
from orchestration.run_plan import RunPlan

DAYS = [dt.date(2026, 3, day) for day in range(1, 7)]
TODAY, CUT_OFF, MONDAY = DAYS[-1], dt.date(2026, 1, 11), dt.date(2026, 3, 2)
PLAN = RunPlan([TODAY], DAYS, [], [MONDAY], {MONDAY: [CUT_OFF]})
HORIZON = 28
COLUMNS = {
    "basket_changes": "order_key bigint, changed_date date",
    "identity_moves": "one_id varchar, moved_date date",
    "order_states": "order_key bigint, source varchar, order_id varchar, person_key bigint, paid bigint,"
    " from_date date, to_date date",
    "contacts": "person_key bigint, message_id varchar, opened_at timestamp, opened_date date, clicked_at timestamp,"
    " clicked_date date, replied_at timestamp, replied_date date, unsubscribed_at timestamp, unsubscribed_date date,"
    " from_date date, to_date date",
}


@pytest.fixture
def con():
    with duckdb.connect() as warehouse:
        warehouse.execute("create schema people")
        for table in FACTS:
            columns = COLUMNS.get(table)
            if columns is None:
                columns = "key varchar, from_date date, to_date date"
                for step in ("deleted_by_customer", "deleted_by_staff"):
                    columns += f", {step}_date date, {step}_at timestamp"
                columns += ", redeemed_date date, redeeming_order_id varchar, order_discount_fen bigint"
                columns += ", last_valid_date date, left_date date"
            warehouse.execute(f"create table people.{table} ({columns})")
        order(warehouse, "o1", "2026-01-05")
        night(warehouse)
        yield warehouse


def order(con, order_id, from_date, to_date=None, key=1, paid=100):
    con.execute(
        "insert into people.order_states values (?, 's', ?, 9, ?, ?, ?)", [key, order_id, paid, from_date, to_date]
    )


def contact(con, opened=None, from_date="2026-03-02"):
    con.execute("delete from people.contacts")
    con.execute(
        "insert into people.contacts by name select 'm' as message_id, ?::date as opened_date, ?::date as from_date",
        [opened, from_date],
    )


def night(con, rules="r", plan=PLAN, is_full=False):
    """Decide, and fill the ledger as dbt would."""
    made = decide(con, plan, rules, HORIZON, is_full)
    con.execute("delete from main.kept")
    rows = [(table, date) for table in KEPT for date in (*plan.state_dates, *plan.feature_dates)]
    con.executemany(f"insert into main.kept values (?, ?, '{rules}')", rows)
    con.execute("insert into main.kept values (?, ?, 'learned so')", [REGISTRY, MONDAY])
    return made


def opened(con, **options):
    return {
        (kind, str(date)[5:]): cause
        for (kind, date), cause in night(con, **options).causes.items()
        if cause != PUBLISHED
    }


def test_nothing_new_opens_nothing(con):
    made = night(con)
    assert (made.state, made.features, made.trains) == ([TODAY], [TODAY], False)
    assert said(rows_of(con)) == "5 of 5 days before kept, 1 of 1 training cut-offs kept"


def test_a_row_opens_the_dates_from_its_first_day_on(con):
    order(con, "o2", "2026-03-04")
    assert opened(con) == {("state", "03-04"): "orders", ("state", "03-05"): "orders"}
    assert said(rows_of(con)).endswith("made again: 2 dates from 2026-03-04 to 2026-03-05 (orders)")
    assert by_cause(rows_of(con)) == {"kept": 5, "orders": 2, "published": 1}
    assert opened(con) == {}


def test_a_row_that_ends_opens_the_dates_from_its_end_on(con):
    con.execute("update people.order_states set to_date = '2026-03-05'")
    assert opened(con) == {("state", "03-05"): "orders"}


def test_a_row_that_vanished_opens_the_dates_from_its_first_day_on_and_what_was_learned(con):
    con.execute("delete from people.order_states")
    found = opened(con)
    assert found["cut-off", "01-11"] == found["state", "03-01"] == "orders"
    assert ("training", "03-02") in found


def test_a_label_looks_ahead_and_its_cut_off_opens_with_what_happened_in_its_window(con):
    order(con, "o2", "2026-02-08", to_date="2026-02-09")
    assert ("cut-off", "01-11") in opened(con)
    order(con, "o3", "2026-02-09")
    assert ("cut-off", "01-11") not in opened(con)


def test_keys_that_are_handed_out_anew_every_night_open_nothing(con):
    con.execute("update people.order_states set order_key = 77, person_key = 3")
    assert opened(con) == {}


def test_another_order_with_the_same_basket_is_another(con):
    order(con, "o2", "2026-01-05", key=2)
    con.execute("insert into people.basket_changes values (1, '2026-03-03')")
    night(con)
    con.execute("update people.basket_changes set order_key = 2")
    assert opened(con)["state", "03-03"] == "what orders hold"


def test_a_step_that_is_filled_in_later_opens_the_dates_from_its_own_day_on(con):
    contact(con)
    night(con)
    contact(con, opened="2026-03-05")
    assert opened(con) == {("state", "03-05"): "contacts"}
    contact(con, opened="2026-03-04")
    assert set(opened(con)) == {("state", "03-04"), ("state", "03-05")}


def test_two_rows_in_the_place_of_one_are_seen(con):
    order(con, "o1", "2026-01-05")
    assert len(opened(con)) == 7


def test_a_table_of_which_a_date_is_missing_opens_it(con):
    con.execute("delete from main.kept where relation = 'lifecycle.aipl' and as_of_date = '2026-03-03'")
    assert opened(con) == {("state", "03-03"): "not made yet"}


def test_steps_are_not_missed_on_the_first_day_of_a_run(con):
    con.execute("delete from main.kept where relation = 'lifecycle.stage_transitions' and as_of_date = '2026-03-01'")
    assert opened(con) == {}


def test_a_run_that_is_killed_before_it_made_what_it_opened_finds_it_open(con):
    order(con, "o2", "2026-03-04")
    decide(con, PLAN, "r", HORIZON)
    made = decide(con, PLAN, "r", HORIZON)
    assert [str(date) for date in made.state] == ["2026-03-04", "2026-03-05", "2026-03-06"]


def test_who_makes_some_tables_alone_makes_the_dates_of_the_last_run(con):
    order(con, "o2", "2026-03-05")
    made = night(con)
    again = last_made(con, PLAN)
    assert (again.state, again.features) == (made.state, made.features)
    assert last_made(con, RunPlan([DAYS[0]], DAYS[:1], [], [], {})) is None


@pytest.mark.parametrize(
    ("touched", "line"),
    [
        ({"customer.orders": None, "customer.events": None}, "all 2 tables that are made by key were made whole"),
        ({"customer.orders": 40, "customer.events": 0}, "2 of 2 tables by key, 40 keys touched"),
        (
            {"customer.orders": 40, "customer.events": None},
            "1 of 2 tables by key, 40 keys touched; whole: customer.events",
        ),
    ],
)
def test_a_night_says_which_tables_were_made_by_key(touched, line):
    assert said_of_keys(touched) == line

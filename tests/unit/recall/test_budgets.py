"""What a month may cost is spent by what went out."""

import datetime as dt

import duckdb
import pytest

from orchestration.recall_inputs import budgets
from orchestration.settings import Settings

D = dt.date
#: Fen, exported at (UTC), known from, taken back from.
SENT = [
    (3_000, "2017-11-02 01:00:00", "2017-11-02", None),
    (4_000, "2017-11-29 01:00:00", "2017-11-29", None),
    (50_000, "2017-11-03 01:00:00", "2017-11-03", "2017-11-04"),
    # 23:30 UTC on the last of October is the first of November in Shanghai; half an hour before 16:00 it is not
    (100, "2017-10-31 23:30:00", "2017-11-01", None),
    (70_000, "2017-10-31 15:30:00", "2017-11-01", None),
]


@pytest.fixture
def warehouse():
    with duckdb.connect() as connection:
        connection.execute("create schema customer")
        connection.execute(
            "create table customer.activations"
            " (expected_cost_fen bigint, exported_at timestamp, counts_from date, withdrawn_from date)"
        )
        connection.executemany("insert into customer.activations values (?, ?, ?, ?)", SENT)
        yield connection


def test_what_went_out_this_month_reduces_the_days_that_are_left(warehouse, tmp_path):
    settings = Settings(home=tmp_path, daily_budget_yuan=50, monthly_budget_yuan=100)
    found = budgets(warehouse, settings, [D(2017, 11, 1), D(2017, 11, 2), D(2017, 11, 28), D(2017, 11, 29)])
    # of 10,000 fen: 100 are spent, then 3,100 (and 50,000 until they were taken back), then 7,100
    assert found == {D(2017, 11, 1): 5_000, D(2017, 11, 2): 5_000, D(2017, 11, 28): 5_000, D(2017, 11, 29): 2_900}
    assert budgets(warehouse, settings, [D(2017, 11, 3)]) == {D(2017, 11, 3): 0}


def test_a_list_of_the_last_day_is_sent_in_the_next_month(warehouse, tmp_path):
    settings = Settings(home=tmp_path, daily_budget_yuan=50, monthly_budget_yuan=40)
    assert budgets(warehouse, settings, [D(2017, 11, 30)]) == {D(2017, 11, 30): 4_000}


def test_without_a_budget_of_a_month_every_day_has_its_own(warehouse, tmp_path):
    settings = Settings(home=tmp_path, daily_budget_yuan=50)
    assert budgets(warehouse, settings, [D(2017, 11, 29)]) == {D(2017, 11, 29): 5_000}

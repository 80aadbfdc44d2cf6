"""What a night says it will cost: nothing before the third, then what such nights cost."""

import pytest

from orchestration.keeping.costs import REMEMBERED, expected, nights_of, remember


def night(made, cost, trained=False):
    return {"made": made, "trained": trained, "cpu_seconds": cost}


def test_the_first_two_nights_expect_nothing():
    assert expected([], 1, trains=False) is None
    assert expected([night(43, 100.0)], 1, trains=False) is None


def test_nights_that_made_as_many_dates_cost_as_much_in_the_middle():
    assert expected([night(2, 50.0), night(2, 52.0), night(2, 90.0)], 2, trains=False) == 52.0


def test_every_further_date_costs_what_it_cost_before():
    assert expected([night(43, 142.0), night(2, 60.0)], 12, trains=False) == pytest.approx(80.0)


def test_a_cheaper_night_with_more_dates_makes_no_date_cost_less_than_nothing():
    assert expected([night(43, 50.0), night(2, 60.0)], 100, trains=False) == pytest.approx(55.0)


def test_a_night_that_trains_goes_by_nights_that_trained():
    nights = [night(2, 50.0), night(2, 50.0), night(3, 120.0, True), night(3, 124.0, True)]
    assert expected(nights, 3, trains=True) == 122.0
    assert expected(nights, 2, trains=False) == 50.0


def test_only_the_last_thirty_nights_are_remembered(tmp_path):
    nights = remember([night(1, float(day)) for day in range(REMEMBERED)], night(1, 99.0))
    assert (len(nights), nights[0]["cpu_seconds"], nights[-1]["cpu_seconds"]) == (REMEMBERED, 1.0, 99.0)
    assert nights_of(tmp_path / "last_run.json") == []
    (tmp_path / "last_run.json").write_text("torn", encoding="utf-8")
    assert nights_of(tmp_path / "last_run.json") == []

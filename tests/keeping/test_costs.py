"""What a night says it will cost: nothing before the third, then what such nights cost."""

import sys

import pytest

from orchestration.keeping.costs import NEWEST, REMEMBERED, expected, is_watched, nights_of, remember


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


def test_an_odd_night_moves_nothing():
    """A night took twice as long on a busy machine; another made many dates, and was slow as well."""
    nights = [night(1, 90.0), night(1, 92.0), night(1, 205.0), night(1, 91.0), night(11, 110.0), night(21, 300.0)]
    nights.append(night(11, 112.0))
    assert expected([*nights, night(1, 89.0)], 1, trains=False) == pytest.approx(91.0, abs=1)
    assert expected([*nights, night(1, 89.0)], 11, trains=False) == pytest.approx(110.0, rel=0.1)


def test_the_newest_of_the_nights_alike_count():
    grown = [night(1, 40.0)] * NEWEST + [night(1, 80.0)] * NEWEST
    assert expected(grown, 1, trains=False) == 80.0


def test_a_night_under_a_profiler_says_so():
    """Such nights cost four times as much: the run does not remember them (205 CPU seconds were said, 90 spent)."""
    before = sys.getprofile()
    try:
        sys.setprofile(lambda *_: None)
        assert is_watched()
    finally:
        sys.setprofile(before)
    assert not is_watched() or sys.gettrace() is not None or before is not None


def test_only_the_last_thirty_nights_are_remembered(tmp_path):
    nights = remember([night(1, float(day)) for day in range(REMEMBERED)], night(1, 99.0))
    assert (len(nights), nights[0]["cpu_seconds"], nights[-1]["cpu_seconds"]) == (REMEMBERED, 1.0, 99.0)
    assert nights_of(tmp_path / "last_run.json") == []
    (tmp_path / "last_run.json").write_text("torn", encoding="utf-8")
    assert nights_of(tmp_path / "last_run.json") == []

import datetime as dt
import itertools

import pytest

from orchestration.business_time import closed_cut_offs, cut_off_at, day_ends_at, parse_business_date, training_date


def test_a_business_date_is_over_at_shanghai_midnight():
    assert day_ends_at(dt.date(2017, 11, 30)) == dt.datetime(2017, 11, 30, 16, 0)


def test_a_date_is_known_until_six_the_next_morning():
    assert cut_off_at(dt.date(2017, 11, 30), 6) == dt.datetime(2017, 11, 30, 22, 0)


def test_the_model_of_a_date_was_trained_on_the_last_monday_at_or_before_it():
    assert training_date(dt.date(2017, 11, 30)) == dt.date(2017, 11, 27)
    assert training_date(dt.date(2017, 11, 27)) == dt.date(2017, 11, 27)


def test_a_label_window_is_over_and_known_before_the_training_date():
    cut_offs = closed_cut_offs(dt.date(2017, 11, 27), horizon_days=28, most=3)
    assert all(cut_off + dt.timedelta(days=28) < dt.date(2017, 11, 27) for cut_off in cut_offs)
    assert [later - earlier for earlier, later in itertools.pairwise(cut_offs)] == [dt.timedelta(days=14)] * 2
    assert all(cut_off.isoweekday() == 7 for cut_off in cut_offs)


def test_two_training_dates_a_week_apart_share_their_cut_off_grid():
    first = closed_cut_offs(dt.date(2017, 11, 20), 28, 14)
    second = closed_cut_offs(dt.date(2017, 11, 27), 28, 14)
    assert len(set(first) & set(second)) >= 13


@pytest.mark.parametrize("text", ["2017-13-01", "20171130", "2017-11-31", "yesterday", "", "2017-11-30 "])
def test_a_malformed_date_is_refused_with_the_form_it_should_have(text):
    with pytest.raises(ValueError, match="YYYY-MM-DD"):
        parse_business_date(text)

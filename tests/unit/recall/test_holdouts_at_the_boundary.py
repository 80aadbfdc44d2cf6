"""The boundaries of the holdout: the share itself, the instant of the cut-off."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from ml.recall.holdouts import global_holdout, ids_known, keys_of, unit_draws
from orchestration.business_time import cut_off_at
from tests.unit.recall.people import DATE, NO_ANCESTRY
from tests.unit.recall.test_holdouts import FREE, HELD, OUT, SALT, ancestry, frame


def test_sixteen_bytes_are_salt_enough():
    assert unit_draws(["p"], b"s" * 16).shape == (1,)
    with pytest.raises(ValueError, match="at least 16 bytes, this one 15"):
        unit_draws(["p"], b"s" * 15)


def test_whose_draw_is_the_share_itself_is_not_held_out():
    (draw,) = unit_draws([OUT], SALT)
    assert global_holdout(frame(OUT), NO_ANCESTRY, SALT, draw).tolist() == [False]
    assert global_holdout(frame(OUT), NO_ANCESTRY, SALT, np.nextafter(draw, 1)).tolist() == [True]


def test_a_merge_is_known_from_the_instant_of_the_cut_off_and_the_first_held_out_part_decides():
    cut_off, second = cut_off_at(DATE, 6), sorted(HELD)[1]
    at_once = ancestry(FREE, OUT, cut_off)
    assert global_holdout(frame(FREE), at_once, SALT, 0.05).tolist() == [True]
    a_moment_later = ancestry(FREE, OUT, cut_off + dt.timedelta(microseconds=1))
    assert global_holdout(frame(FREE), a_moment_later, SALT, 0.05).tolist() == [False]
    both = pd.concat([ancestry(FREE, OUT, cut_off), ancestry(FREE, second, cut_off + dt.timedelta(days=9))])
    assert global_holdout(frame(FREE), both, SALT, 0.05).tolist() == [True]


def test_a_person_has_one_draw_and_one_more_for_every_ancestor_known_by_then():
    cut_off = cut_off_at(DATE, 6)
    parts = pd.concat([
        ancestry("merged", "a", cut_off),
        ancestry("merged", "b", dt.datetime(2017, 11, 1)),
        ancestry("merged", "b", dt.datetime(2017, 11, 2)),  # the same id, told twice
        ancestry("merged", "c", cut_off + dt.timedelta(microseconds=1)),
        ancestry("somebody else", "d", dt.datetime(2017, 11, 1)),
    ])
    assert ids_known(frame("alone", "merged"), parts).tolist() == [1, 3]


def test_a_draw_hashes_one_text_for_ever():
    """Written otherwise, the same person and date would be drawn anew: another would be held back."""
    who = pd.Series(["p1"])
    assert keys_of(who, pd.Series([DATE])) == ["p1|2017-11-30"]
    assert keys_of(who, pd.Series([pd.Timestamp(DATE)])) == ["p1|2017-11-30T00:00:00"]
    assert keys_of(who, pd.Series(["recall_lost|201711"])) == ["p1|recall_lost|201711"]

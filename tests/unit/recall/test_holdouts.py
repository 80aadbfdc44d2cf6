"""Draws that nobody can steer, and that survive a merge."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from ml.recall.assignment import Salts
from ml.recall.holdouts import campaign_share, global_holdout, ids_known, keys_of, required_control, unit_draws
from orchestration.business_time import cut_off_at
from tests.unit.recall.people import DATE, NO_ANCESTRY

SALT = b"a salt of thirty-two bytes......"
IDS = [f"p_{number}" for number in range(4000)]
HELD = {one_id for one_id, draw in zip(IDS, unit_draws(IDS, SALT), strict=True) if draw < 0.05}
FREE = next(one_id for one_id in IDS if one_id not in HELD)
OUT = next(iter(sorted(HELD)))


def frame(*one_ids: str) -> pd.DataFrame:
    return pd.DataFrame({"as_of_date": DATE, "cut_off_at": cut_off_at(DATE, 6), "one_id": list(one_ids)})


def ancestry(one_id: str, ancestor: str, known_from: dt.datetime) -> pd.DataFrame:
    return pd.DataFrame({"one_id": [one_id], "ancestor_one_id": [ancestor], "known_from": [known_from]})


def test_a_twentieth_is_held_out_and_stays_out():
    assert 150 < len(HELD) < 250
    held = global_holdout(frame(*IDS), NO_ANCESTRY, SALT, 0.05)
    assert set(np.array(IDS)[held]) == HELD


def test_on_a_merge_the_holdout_wins():
    merged = global_holdout(frame(FREE), ancestry(FREE, OUT, dt.datetime(2017, 11, 10)), SALT, 0.05)
    assert merged.tolist() == [True]


def test_the_parts_of_a_split_inherit_it():
    part = ancestry(FREE, OUT, dt.datetime(2017, 11, 10))
    assert global_holdout(frame(FREE, OUT), part, SALT, 0.05).tolist() == [True, True]


def test_a_merge_learned_later_is_not_known_yet():
    later = ancestry(FREE, OUT, dt.datetime(2017, 12, 2))
    assert global_holdout(frame(FREE), later, SALT, 0.05).tolist() == [False]


def test_draws_do_not_depend_on_order_or_company():
    alone = global_holdout(frame(OUT, FREE), NO_ANCESTRY, SALT, 0.05)
    assert alone.tolist() == [True, False]


def test_another_salt_holds_out_others():
    others = set(np.array(IDS)[unit_draws(IDS, b"another salt of thirty-two bytes") < 0.05])
    assert 2 < len(HELD & others) < 30  # 5% of 5% of 4,000 is 10


def test_a_short_salt_is_refused():
    with pytest.raises(ValueError, match="at least 16 bytes"):
        unit_draws(["p"], b"short")


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
    """Written otherwise, the same person and date would be drawn anew: explorers and controls would change."""
    who = pd.Series(["p1"])
    assert keys_of(who, pd.Series([DATE])) == ["p1|2017-11-30"]
    assert keys_of(who, pd.Series([pd.Timestamp(DATE)])) == ["p1|2017-11-30T00:00:00"]
    assert keys_of(who, pd.Series(["recall_lost|201711"])) == ["p1|recall_lost|201711"]


def test_the_holdout_salt_may_not_serve_exploration_too():
    with pytest.raises(ValueError, match="must differ"):
        Salts(holdout=SALT, exploration=SALT)


def test_power_agrees_with_the_published_sizes():
    assert required_control(0.01, 0.20, 0.10) == pytest.approx(220_000, rel=0.05)
    assert required_control(0.01, 0.20, 0.50) == pytest.approx(85_000, rel=0.05)


def test_to_see_one_half_become_six_tenths_takes_385_people_an_arm():
    # (1.96 + 0.84)^2 x (.5 x .5 + .6 x .4) / .1^2 = 384.6, twice and rounded up
    assert required_control(0.5, 0.2, 0.5) == 770


def test_a_campaign_exactly_large_enough_for_the_largest_share_answers_by_itself():
    just = required_control(0.01, 0.2, 0.3)
    bounds = {"least": 0.05, "most": 0.3, "pooled": 0.1}
    assert campaign_share(just, 0.01, 0.2, **bounds) == (0.3, True)
    assert campaign_share(just - 1, 0.01, 0.2, **bounds) == (0.1, False)


def test_a_large_campaign_needs_a_smaller_control_and_a_small_one_is_pooled():
    bounds = {"least": 0.05, "most": 0.5, "pooled": 0.1}
    assert campaign_share(2_000_000, 0.01, 0.2, **bounds) == (0.05, True)
    share, powered = campaign_share(100_000, 0.01, 0.2, **bounds)
    assert powered
    assert required_control(0.01, 0.2, share) <= 100_000 < required_control(0.01, 0.2, share - 0.01)
    assert campaign_share(800, 0.01, 0.2, **bounds) == (0.1, False)

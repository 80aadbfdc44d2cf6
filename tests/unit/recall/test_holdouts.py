"""Draws that nobody can steer, and that survive a merge."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from ml.recall.assignment import Salts
from ml.recall.holdouts import campaign_share, global_holdout, required_control, unit_draws
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


def test_the_holdout_salt_may_not_serve_exploration_too():
    with pytest.raises(ValueError, match="must differ"):
        Salts(holdout=SALT, exploration=SALT)


def test_power_agrees_with_the_published_sizes():
    assert required_control(0.01, 0.20, 0.10) == pytest.approx(220_000, rel=0.05)
    assert required_control(0.01, 0.20, 0.50) == pytest.approx(85_000, rel=0.05)


def test_a_large_campaign_needs_a_smaller_control_and_a_small_one_is_pooled():
    bounds = {"least": 0.05, "most": 0.5, "pooled": 0.1}
    assert campaign_share(2_000_000, 0.01, 0.2, **bounds) == (0.05, True)
    share, powered = campaign_share(100_000, 0.01, 0.2, **bounds)
    assert powered
    assert required_control(0.01, 0.2, share) <= 100_000 < required_control(0.01, 0.2, share - 0.01)
    assert campaign_share(800, 0.01, 0.2, **bounds) == (0.1, False)

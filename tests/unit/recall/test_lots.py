"""How many are held back, and when an audience is cut: literal nights and plans."""

import dataclasses

import numpy as np
import pytest

from ml.recall.lots import held_back_rate, stop_verdict
from ml.recall.posterior import prior
from tests.unit.recall.episodes import CELLS, SETTINGS

BEFORE = prior(CELLS, SETTINGS)
#: Two cells matter: theta .02 and .04, with standard deviations .01 and .03 that have nothing in common.
MEAN, COVARIANCE = np.zeros(len(CELLS)), np.zeros((len(CELLS), len(CELLS)))
MEAN[:2], COVARIANCE[0, 0], COVARIANCE[1, 1] = (0.02, 0.04), 0.01**2, 0.03**2
BELIEVED = dataclasses.replace(BEFORE, mean=MEAN, covariance=COVARIANCE)
CELL, UNIT = np.array([0, 0, 1]), np.array([1_000.0, 2_000.0, 1_000.0])


def test_fewer_are_held_back_from_night_to_night_and_never_none():
    found = [held_back_rate(nights, SETTINGS) for nights in (0, 20, 30, 40, 400)]
    assert [round(rate, 6) for rate in found] == [0.15, 0.075, 0.053033, 0.05, 0.05]


def test_an_audience_is_judged_as_a_whole_as_everybody_of_a_cell_shares_its_error():
    found = stop_verdict(BELIEVED, CELL, UNIT, np.array([-10.0, -10.0, -20.0]), nights=28)
    # 3,000 x .02 + 1,000 x .04 - 40; of 30 and 30 together
    assert found.mean_fen == pytest.approx(60)
    assert found.sd_fen == pytest.approx(np.sqrt(30**2 + 30**2))
    assert (found.p10_fen, found.p90_fen) == pytest.approx((60 - 1.28155157 * 42.4264069, 60 + 1.28155157 * 42.4264069))
    assert not found.is_stopped


def test_an_audience_that_cannot_be_told_from_nothing_is_stopped_from_night_28_on():
    # 100 - 69 = 31 is under .75 x 42.4 = 31.8, and 33 is not
    for cost, stopped in ((-69.0, True), (-67.0, False)):
        base = np.array([cost, 0.0, 0.0])
        assert stop_verdict(BELIEVED, CELL, UNIT, base, nights=28).is_stopped is stopped
        assert not stop_verdict(BELIEVED, CELL, UNIT, base, nights=27).is_stopped


def test_an_audience_of_nobody_is_nobodys_to_stop():
    nobody = np.zeros(0)
    found = stop_verdict(BELIEVED, nobody.astype(int), nobody, nobody, nights=50)
    assert (found.is_stopped, found.mean_fen, found.sd_fen) == (False, 0.0, 0.0)

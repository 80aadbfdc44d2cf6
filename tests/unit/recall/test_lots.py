"""How many are held back, and when an audience is cut: literal nights and plans."""

import dataclasses
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ml.recall.lots import held_back_rate, stop_verdict
from ml.recall.posterior import prior
from tests.unit.recall.episodes import CELLS, SETTINGS

BEFORE = prior(CELLS, SETTINGS)
#: Two cells matter: theta .02 and .04, with standard deviations .01 and .03 that have nothing in common.
MEAN, COVARIANCE = np.zeros(len(CELLS)), np.zeros((len(CELLS), len(CELLS)))
MEAN[:2], COVARIANCE[0, 0], COVARIANCE[1, 1] = (0.02, 0.04), 0.01**2, 0.03**2
BELIEVED = dataclasses.replace(BEFORE, mean=MEAN, covariance=COVARIANCE)


def plans(*base_fen: float, **columns: Any) -> pd.DataFrame:
    """Return three plans, two of the first cell and one of the second, of people who would not come by themselves."""
    rows = CELLS.iloc[[0, 0, 1]][["band", "message_channel", "depth"]].reset_index(drop=True)
    rows = rows.assign(
        cell=[0, 0, 1], unit_fen=[1_000.0, 2_000.0, 1_000.0], factor=1.0, base_fen=list(base_fen), p0=0.0
    )
    rows = rows.assign(contacts_28d=None, coupon_taste=None, wecom_answers=None)
    return rows.assign(base_fen=list(base_fen), **columns)


def test_fewer_are_held_back_from_night_to_night_and_never_none():
    found = [held_back_rate(nights, SETTINGS) for nights in (0, 20, 30, 40, 400)]
    assert [round(rate, 6) for rate in found] == [0.15, 0.075, 0.053033, 0.05, 0.05]


def test_an_audience_is_judged_as_a_whole_as_everybody_of_a_cell_shares_its_error():
    found = stop_verdict(BELIEVED, plans(-10.0, -10.0, -20.0), nights=28)
    # 3,000 x .02 + 1,000 x .04 - 40; of 30 and 30 together
    assert found.mean_fen == pytest.approx(60)
    assert found.sd_fen == pytest.approx(np.sqrt(30**2 + 30**2))
    assert (found.p10_fen, found.p90_fen) == pytest.approx((60 - 1.28155157 * 42.4264069, 60 + 1.28155157 * 42.4264069))
    assert not found.is_stopped


def test_an_audience_that_cannot_be_told_from_nothing_is_stopped_from_night_28_on():
    # 100 - 69 = 31 is under .75 x 42.4 = 31.8, and 33 is not
    for cost, stopped in ((-69.0, True), (-67.0, False)):
        asked = plans(cost, 0.0, 0.0)
        assert stop_verdict(BELIEVED, asked, nights=28).is_stopped is stopped
        assert not stop_verdict(BELIEVED, asked, nights=27).is_stopped


def test_how_contacts_wear_an_effect_out_is_an_error_that_everybody_shares_too():
    """Each contact more is believed to change an effect by nothing, +- .35; theta would be less by as much as it is."""
    often = plans(-10.0, -10.0, -20.0, contacts_28d=2)
    # 2 x .35 of 3,000 x .02 + 1,000 x .04 beside the 30 and 30 of theta
    assert stop_verdict(BELIEVED, often, nights=28).sd_fen == pytest.approx(np.sqrt(30**2 + 30**2 + (0.7 * 100) ** 2))
    # Where theta of both cells falls by twice itself as contacts count more, their errors cancel.
    known = np.zeros((len(CELLS), 3))
    known[:2, 2] = 2 * MEAN[:2]
    together = dataclasses.replace(BELIEVED, against=known)
    assert stop_verdict(together, often, nights=28).sd_fen == pytest.approx(np.sqrt(30**2 + 30**2))


def test_an_audience_of_nobody_is_nobodys_to_stop():
    found = stop_verdict(BELIEVED, plans(0.0, 0.0, 0.0).head(0), nights=50)
    assert (found.is_stopped, found.mean_fen, found.sd_fen) == (False, 0.0, 0.0)

"""Worlds drawn from what is believed: the intervals of audiences hold what they say."""

import numpy as np
import pytest

from benchmarks.calibration import lift, people, seeds, world
from ml.recall.design import Z90
from ml.recall.posterior import prior

CELLS, SETTINGS = seeds()


def test_a_lift_is_of_whoever_would_not_come_anyway_and_of_their_tastes():
    theta = np.full(len(CELLS), 0.1)
    who = people(np.random.default_rng(1), CELLS, 2).assign(
        message_channel="wecom", depth="none", p0=[0.0, 0.9], contacts_28d=[0.0, 1.0], wecom_answers=[0.4, 0.6]
    )
    found = lift(prior(CELLS, SETTINGS), who, theta, np.array([0.0, 0.5, -0.25]), SETTINGS)
    # the second comes anyway in nine of ten cases, answers one step above the middle and was met once
    assert found.tolist() == pytest.approx([0.1, 0.1 * 0.1 * 1.25])


def test_of_twenty_worlds_no_more_than_a_few_fall_out():
    away = np.array([world(seed, 600, CELLS, SETTINGS) for seed in range(20)])
    assert ((np.abs(away) < Z90).mean(axis=0) >= 0.75).all()

"""BG/NBD against published parameters and against a simulation of its own story."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import approx_fprime

from ml.models.bgnbd import BgNbd, fit_bgnbd, log_likelihood
from tests.unit.ml.shoppers import cdnow

PUBLISHED = BgNbd(r=0.2426, alpha=4.4136, a=0.7929, b=2.4259)


def test_parameters_of_cdnow_calibrated_to_the_end_of_september_1997():
    """Fader, Hardie and Lee (2005) print these four figures for the same customers."""
    log = cdnow()
    log = log[log["date"] <= "1997-09-30"]
    people = log.groupby("master_id")["date"].agg(["min", "max", "count"])
    weeks = pd.Timedelta(days=7)
    found = fit_bgnbd(
        (people["count"] - 1).to_numpy(float),
        ((people["max"] - people["min"]) / weeks).to_numpy(float),
        ((pd.Timestamp("1997-09-30") - people["min"]) / weeks).to_numpy(float),
    )
    assert [found.r, found.alpha, found.a, found.b] == pytest.approx([0.2426, 4.4136, 0.7929, 2.4259], rel=0.01)


BUYERS = np.array([[0, 0, 30], [1, 4, 38], [6, 37, 38], [3, 20, 39], [0, 0, 5], [12, 30, 31]], dtype=float).T


def test_the_slope_of_the_likelihood_is_that_of_its_values():
    at = np.array([-0.3, 1.4, -0.2, 0.8])
    by_hand = approx_fprime(at, lambda one: log_likelihood(one, *BUYERS)[0], 1e-7)
    assert log_likelihood(at, *BUYERS)[1] == pytest.approx(by_hand, rel=1e-4)


def test_a_fit_says_whether_it_came_to_its_end():
    many = np.tile(BUYERS, 50)
    assert fit_bgnbd(*many).converged
    assert not fit_bgnbd(*many, iterations=2).converged


def test_where_nobody_leaves_the_fit_ends_on_its_bound():
    everybody = np.array([[10, 29, 30], [11, 30, 31], [12, 31, 32], [10, 32, 32]], dtype=float).T
    found = fit_bgnbd(*np.tile(everybody, 50))
    assert found.converged
    assert found.probability_alive(*everybody).min() > 0.99


def test_who_has_no_order_in_the_days_it_looks_back_over_has_a_chance_of_their_own():
    told = BgNbd(0.24, 4.4, 0.8, 2.4, otherwise=0.93)
    x, last, age = (np.array([1.0, np.nan]), np.array([4.0, np.nan]), np.array([38.0, np.nan]))
    silent = told.probability_no_order(x, last, age, 4.0)
    assert silent[1] == 0.93
    assert silent[0] == BgNbd(0.24, 4.4, 0.8, 2.4).probability_no_order(x[:1], last[:1], age[:1], 4.0)[0]
    assert BgNbd.from_json(told.to_json()) == told


def test_a_one_time_buyer_is_alive_and_yet_may_well_stay_silent():
    once, age = np.array([0.0]), np.array([38.0])
    assert PUBLISHED.probability_alive(once, once, age)[0] == 1.0
    silent = PUBLISHED.probability_no_order(once, once, age, 13.0)[0]
    assert silent == pytest.approx(((4.4136 + 38) / (4.4136 + 38 + 13)) ** 0.2426)


def test_silence_is_likelier_the_longer_the_last_order_lies_back():
    last = np.array([37.0, 30.0, 20.0, 5.0])
    silent = PUBLISHED.probability_no_order(np.full(4, 6.0), last, np.full(4, 38.0), 4.0)
    assert (np.diff(silent) > 0).all()


def test_the_chance_of_silence_agrees_with_a_simulation_of_the_model():
    chance = np.random.default_rng(4)
    people, world, age, horizon = 20_000, BgNbd(1.2, 10.0, 0.8, 4.0), 30.0, 8.0
    rate, leave = chance.gamma(world.r, 1 / world.alpha, people), chance.beta(world.a, world.b, people)
    repeats, last, silent = np.zeros(people), np.zeros(people), np.ones(people, dtype=bool)
    clock, alive = np.zeros(people), np.ones(people, dtype=bool)
    for _ in range(60):
        clock = clock + chance.exponential(1 / rate)
        seen, later = alive & (clock <= age), alive & (clock > age) & (clock <= age + horizon)
        repeats, last = repeats + seen, np.where(seen, clock, last)
        silent &= ~later
        alive &= chance.random(people) >= leave
    told = world.probability_no_order(repeats, last, np.full(people, age), horizon)
    for x in (0, 1, 3):
        chosen = repeats == x
        assert told[chosen].mean() == pytest.approx(silent[chosen].mean(), abs=0.015)
    found = fit_bgnbd(repeats, last, np.full(people, age))
    assert [found.r, found.alpha, found.a, found.b] == pytest.approx([1.2, 10.0, 0.8, 4.0], rel=0.2)

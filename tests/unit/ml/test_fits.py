"""Every fit says whether it came to its end, and comes to scikit-learn's answer from rare events to near certainty."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from ml.models.linear import LinearModel, fit_logit, fit_recency, fit_towards

BASES = (0.02, 0.05, 0.1, 0.3, 0.5, 0.7, 0.8, 0.98)


def _buyers(base, rows=4000):
    """Days since the last order, and who ordered again: a share of `base`, whatever the days."""
    days = np.linspace(1.0, 200.0, rows)
    return days, (np.arange(rows) % 100 < base * 100).astype(np.int64)


@pytest.mark.parametrize("base", BASES)
def test_a_constant_base_is_fitted_as_it_is_however_far_from_the_prior(base):
    days, labels = _buyers(base)
    fitted = fit_recency(days, labels, "recency_days", prior_rate=0.1, prior_centre_days=60.0, prior_slope=-0.3)
    assert fitted.converged
    assert fitted.probabilities(days[:, None]).mean() == pytest.approx(
        base, abs=0.01
    )  # the prior weighs some 40 of 4,000 rows


@pytest.mark.parametrize(("base", "told"), [(0.5, 0.5), (0.7, 0.7), (0.8, 0.8)])
def test_a_level_alone_is_the_share_itself(base, told):
    """Newton steps without a search along the line once fitted these as .343, .431 and .499."""
    labels = (np.arange(4000) % 10 < base * 10).astype(np.int64)
    weights, converged = fit_towards(np.ones((4000, 1)), labels, np.zeros(1), np.array([-2.0]))
    assert converged
    assert 1 / (1 + np.exp(-weights[0])) == pytest.approx(told, abs=1e-9)


def _answers(base, seed=5, rows=4000):
    """Two features of which one is at times unknown, and answers that depend on both."""
    chance = np.random.default_rng(seed)
    days, orders = np.linspace(1.0, 200.0, rows), chance.integers(0, 30, rows).astype(float)
    margin = np.log(base / (1 - base)) - 0.8 * (np.log(days) - 4.0) + 0.4 * (np.log1p(orders) - 2.4)
    labels = (chance.random(rows) < 1 / (1 + np.exp(-margin))).astype(np.int64)
    orders[::7] = np.nan
    return days, orders, labels


@pytest.mark.parametrize("each", [1.0, 3.0], ids=["alike", "weighted"])
@pytest.mark.parametrize("base", BASES)
def test_what_is_drawn_to_nothing_is_scikit_learns_regression(base, each):
    days, _, labels = _answers(base)
    weights = np.where(np.arange(len(days)) % 3 == 0, each, 1.0)
    design = np.column_stack([np.ones(len(days)), np.log(days)])
    found, converged = fit_towards(design, labels, np.array([0.0, 1.0]), np.zeros(2), weights=weights)
    peer = LogisticRegression(C=1.0, tol=1e-12, max_iter=10_000).fit(np.log(days)[:, None], labels, weights)
    assert converged
    assert found == pytest.approx([peer.intercept_[0], peer.coef_[0][0]], abs=1e-6)


@pytest.mark.parametrize("each", [1.0, 3.0], ids=["alike", "weighted"])
@pytest.mark.parametrize("base", BASES)
def test_the_logit_is_scikit_learns_regression_of_standardised_features(base, each):
    days, orders, labels = _answers(base)
    weights = np.where(np.arange(len(days)) % 3 == 0, each, 1.0)
    found = fit_logit(np.column_stack([days, orders]), labels, ["days", "orders"], 10.0, weights)
    logged = np.log1p(np.column_stack([days, orders]))
    design = (logged - np.nanmean(logged, axis=0)) / np.nanstd(logged, axis=0)
    design = np.column_stack([np.nan_to_num(design), np.isnan(orders)])
    peer = LogisticRegression(C=0.1, tol=1e-12, max_iter=10_000).fit(design, labels, weights)
    assert found.converged
    told = [found.intercept, *found.coefficients, found.missing_coefficients[1]]
    assert told == pytest.approx([peer.intercept_[0], *peer.coef_[0]], abs=1e-6)


def test_a_fit_without_a_row_is_its_prior():
    weights, converged = fit_towards(np.ones((0, 1)), np.zeros(0, dtype=np.int64), np.array([4.0]), np.array([-2.0]))
    assert (weights.tolist(), converged) == ([-2.0], True)


def test_a_fit_that_is_cut_short_says_so():
    days, labels = _buyers(0.8)
    design = np.column_stack([np.ones(len(days)), np.log(days)])
    _, converged = fit_towards(design, labels, np.array([4.0, 4.0]), np.array([-2.0, -0.3]), iterations=1)
    assert not converged


def test_a_logit_that_is_cut_short_says_so():
    days, orders, labels = _answers(0.8)
    short = fit_logit(np.column_stack([days, orders]), labels, ["days", "orders"], 10.0, iterations=1)
    assert short.converged is False


def test_a_kept_model_says_whether_its_fit_came_to_an_end():
    matrix = np.array([[1.0, np.nan], [2.0, 3.0], [5.0, 1.0], [9.0, 2.0]])
    fitted = fit_logit(matrix, np.array([0, 0, 1, 1]), ["orders", "visits"], 1.0)
    assert fitted.converged and fitted.to_json()["converged"] is True
    assert LinearModel.from_json({**fitted.to_json(), "converged": False}).converged is False

"""Every fit says whether it came to its end, and comes to scikit-learn's answer from rare events to near certainty."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from ml.models.linear import LinearModel, fit_logit, fit_recency, fit_towards

BASES = (0.02, 0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.98)


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


@pytest.mark.parametrize("base", BASES)
def test_with_hardly_a_prior_it_is_scikit_learns_regression(base):
    days, _ = _buyers(base)
    chance = np.random.default_rng(5)
    margin = np.log(base / (1 - base)) - 0.8 * (np.log(days) - 4.0)
    labels = (chance.random(len(days)) < 1 / (1 + np.exp(-margin))).astype(np.int64)
    design = np.column_stack([np.ones(len(days)), np.log(days)])
    weights, converged = fit_towards(design, labels, np.array([1e-9, 1.0]), np.zeros(2))
    peer = LogisticRegression(C=1.0, tol=1e-10, max_iter=1000).fit(np.log(days)[:, None], labels)
    assert converged
    assert weights == pytest.approx([peer.intercept_[0], peer.coef_[0][0]], abs=1e-4)


def test_a_fit_without_a_row_is_its_prior():
    weights, converged = fit_towards(np.ones((0, 1)), np.zeros(0, dtype=np.int64), np.array([4.0]), np.array([-2.0]))
    assert (weights.tolist(), converged) == ([-2.0], True)


def test_a_fit_that_is_cut_short_says_so():
    days, labels = _buyers(0.8)
    design = np.column_stack([np.ones(len(days)), np.log(days)])
    _, converged = fit_towards(design, labels, np.array([4.0, 4.0]), np.array([-2.0, -0.3]), iterations=1)
    assert not converged


def test_a_kept_model_says_whether_its_fit_came_to_an_end():
    matrix = np.array([[1.0, np.nan], [2.0, 3.0], [5.0, 1.0], [9.0, 2.0]])
    fitted = fit_logit(matrix, np.array([0, 0, 1, 1]), ["orders", "visits"], 1.0)
    assert fitted.converged and fitted.to_json()["converged"] is True
    assert LinearModel.from_json({**fitted.to_json(), "converged": False}).converged is False

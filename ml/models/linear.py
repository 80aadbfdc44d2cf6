"""Ridge logit, kept as plain JSON: coefficients of signed log1p features, standardised."""

import dataclasses
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from ml.features.matrix import Matrix, Vector
from ml.models.measures import Labels

#: A fit stops at this slope of the penalised likelihood, and counts as converged up to this much a row.
_GRADIENT = 1e-8
_SETTLED = 1e-8
_ITERATIONS = 200
_SHARE_MISSING_FOR_INDICATOR = 0.005


@dataclasses.dataclass(frozen=True)
class LinearModel:
    """log-odds = intercept + sum of coefficient * (signed_log1p(x) - centre) / scale, or the missing term."""

    features: tuple[str, ...]
    centre: Vector
    scale: Vector
    coefficients: Vector
    missing_coefficients: Vector
    intercept: float
    #: Whether the fit came to its end; of a model that was read back, what its file says.
    converged: bool = True

    def contributions(self, matrix: Matrix) -> Matrix:
        """Return each feature's term of the log-odds, shape (rows, features)."""
        logged = signed_log1p(matrix)
        terms = (logged - self.centre) / self.scale * self.coefficients
        return np.where(np.isnan(logged), self.missing_coefficients, terms)

    def probabilities(self, matrix: Matrix) -> Vector:
        """Return the probability of the positive label, one per row."""
        return sigmoid(self.intercept + self.contributions(matrix).sum(axis=1))

    def to_json(self) -> dict[str, Any]:
        """Return the model as plain JSON values."""
        return {
            "form": "linear",
            "transform": "signed_log1p",
            "features": list(self.features),
            "centre": self.centre.tolist(),
            "scale": self.scale.tolist(),
            "coefficients": self.coefficients.tolist(),
            "missing_coefficients": self.missing_coefficients.tolist(),
            "intercept": self.intercept,
            "converged": self.converged,
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "LinearModel":
        """Return the model that ``to_json`` wrote."""
        return cls(
            features=tuple(values["features"]),
            centre=np.asarray(values["centre"], dtype=np.float64),
            scale=np.asarray(values["scale"], dtype=np.float64),
            coefficients=np.asarray(values["coefficients"], dtype=np.float64),
            missing_coefficients=np.asarray(values["missing_coefficients"], dtype=np.float64),
            intercept=float(values["intercept"]),
            converged=bool(values.get("converged", True)),
        )


def signed_log1p(matrix: Matrix) -> Matrix:
    """Return sign(x) * log(1 + |x|): counts and money are skewed, and trends may be negative."""
    return np.asarray(np.sign(matrix) * np.log1p(np.abs(matrix)))


def sigmoid(margin: Vector) -> Vector:
    """Return 1 / (1 + exp(-margin)), without overflow."""
    return np.asarray(0.5 * (1 + np.tanh(margin / 2)))


def log_odds(probabilities: Vector) -> Vector:
    """Return log(p / (1 - p)) with p kept off 0 and 1 by 1e-6."""
    clipped = np.clip(probabilities, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(clipped / (1 - clipped)))


def _slope(design: Matrix, labels: Labels, weights: Vector, precision: Vector, away: Vector, found: Vector) -> Vector:
    """Return the slope of the penalised negative log likelihood at ``found``, which lies ``away`` from its prior."""
    return np.asarray(design.T @ (weights * (sigmoid(design @ found) - labels)) + precision * away)


def _settled(slope: Vector, weights: Vector) -> bool:
    """Whether the fit came to its end: the slope is all but flat for the weight of its rows."""
    return bool(np.abs(slope).max(initial=0.0) <= _SETTLED * max(float(weights.sum()), 1.0))


def fit_towards(
    design: Matrix,
    labels: Labels,
    precision: Vector,
    prior: Vector,
    iterations: int = _ITERATIONS,
    weights: Vector | None = None,
) -> tuple[Vector, bool]:
    """Return the coefficients that maximise log likelihood - sum(precision * (w - prior)^2) / 2, and whether it is so.

    Scikit-learn's regression draws coefficients towards 0 alone, so this takes scipy's trust-region Newton method.

    Parameters
    ----------
    design
        Shape (rows, columns), the column of ones included.
    labels
        0 or 1 a row.
    precision, prior
        One per column: how strongly, and towards what, a coefficient is drawn.
    iterations
        After so many the fit ends; where it has not settled by then it has not converged.
    weights
        How much each row counts; all alike where there are none.
    """
    from scipy.optimize import minimize

    each = np.ones(len(labels)) if weights is None else weights

    def loss(w: Vector) -> float:
        margin = design @ w
        return float(
            (each * (np.logaddexp(0.0, margin) - labels * margin)).sum() + (precision * (w - prior) ** 2).sum() / 2
        )

    def gradient(w: Vector) -> Vector:
        return _slope(design, labels, each, precision, w - prior, w)

    def curvature(w: Vector) -> Matrix:
        chances = sigmoid(design @ w)
        return np.asarray((design * (each * chances * (1 - chances))[:, None]).T @ design + np.diag(precision))

    start = prior.astype(np.float64)
    found = minimize(
        loss,
        start,
        jac=gradient,
        hess=curvature,
        method="trust-exact",
        options={"gtol": _GRADIENT, "maxiter": iterations},
    )
    return np.asarray(found.x, dtype=np.float64), _settled(gradient(found.x), each)


def fit_logit(
    matrix: Matrix,
    labels: Labels,
    features: Sequence[str],
    ridge: float,
    weights: Vector | None = None,
    iterations: int = _ITERATIONS,
) -> LinearModel:
    """Fit the ridge logit; centring, scaling and missing values are learned from these rows only.

    Parameters
    ----------
    matrix
        Training rows, shape (rows, features), NaN where a value cannot be said.
    labels
        0 or 1 a row.
    features
        Names of the columns.
    ridge
        Penalty on every standardised coefficient; the intercept has none.
    weights
        How much each row counts; all alike where there are none.
    iterations
        After so many the fit ends; where it has not settled by then it has not converged.
    """
    # Imported here: a night without training does not pay for it.
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    logged = signed_log1p(matrix)
    missing = np.isnan(logged)
    known = np.maximum((~missing).sum(axis=0), 1)
    centre = np.where(missing, 0.0, logged).sum(axis=0) / known
    filled = np.where(missing, 0.0, logged - centre)
    scale = np.sqrt((filled**2).sum(axis=0) / known)
    scale = np.where(scale > 1e-9, scale, 1.0)
    told = np.flatnonzero(missing.mean(axis=0) > _SHARE_MISSING_FOR_INDICATOR)
    design = np.hstack([filled / scale, missing[:, told].astype(np.float64)])
    each = np.ones(len(labels)) if weights is None else weights
    # sklearn's Newton-Cholesky: as many rows as features squared, and one answer for one input
    fitted = LogisticRegression(C=1.0 / ridge, solver="newton-cholesky", tol=_GRADIENT, max_iter=iterations)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # asked of the slope below
        fitted.fit(design, labels, sample_weight=each)
    found, count = fitted.coef_[0], matrix.shape[1]
    missing_coefficients = np.zeros(count)
    missing_coefficients[told] = found[count:]
    whole = np.concatenate([fitted.intercept_, found])
    penalty = np.concatenate([[0.0], np.full(len(found), ridge)])
    slope = _slope(np.column_stack([np.ones(len(labels)), design]), labels, each, penalty, whole, whole)
    intercept = float(fitted.intercept_[0])
    converged = _settled(slope, each)
    return LinearModel(tuple(features), centre, scale, found[:count], missing_coefficients, intercept, converged)


def fit_recency(
    days: Vector,
    labels: Labels,
    feature: str,
    prior_rate: float,
    prior_centre_days: float,
    prior_slope: float,
    weights: Vector | None = None,
) -> LinearModel:
    """Fit the one-feature baseline, drawn to its prior line; without a row it is the prior line.

    The prior weighs as a standard deviation of 0.5 log-odds on level and slope: some 40 rows outweigh it.
    """
    centre = float(np.log1p(prior_centre_days))
    known = ~np.isnan(days)
    logged = np.where(known, np.log1p(np.where(known, days, 0.0)) - centre, 0.0)
    prior = np.array([float(log_odds(np.array([prior_rate]))[0]), prior_slope])
    design = np.column_stack([np.ones(len(days)), logged])
    line, converged = fit_towards(design, labels, np.array([4.0, 4.0]), prior, weights=weights)
    return LinearModel((feature,), np.array([centre]), np.ones(1), line[1:], np.zeros(1), float(line[0]), converged)

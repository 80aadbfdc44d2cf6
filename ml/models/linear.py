"""Ridge logit by Newton steps, kept as plain JSON: coefficients of signed log1p features, standardised."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from ml.features.matrix import Matrix, Vector
from ml.models.measures import Labels

_STEPS = 50
_TOLERANCE = 1e-10
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


def newton_logit(design: Matrix, labels: Labels, precision: Vector, prior: Vector) -> Vector:
    """Return the coefficients that maximise log likelihood - sum(precision * (w - prior)^2) / 2.

    Parameters
    ----------
    design
        Shape (rows, columns), the column of ones included.
    labels
        0 or 1 a row.
    precision, prior
        One per column: how strongly, and towards what, a coefficient is drawn.
    """
    weights = prior.astype(np.float64).copy()
    for _ in range(_STEPS):
        chances = sigmoid(design @ weights)
        gradient = design.T @ (labels - chances) - precision * (weights - prior)
        curvature = (design * (chances * (1 - chances))[:, None]).T @ design + np.diag(precision + 1e-9)
        step = np.linalg.solve(curvature, gradient)
        weights = weights + step * min(1.0, 5.0 / max(float(np.abs(step).max()), 1e-12))
        if np.abs(step).max() < _TOLERANCE:
            break
    return weights


def fit_logit(matrix: Matrix, labels: Labels, features: Sequence[str], ridge: float) -> LinearModel:
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
    """
    logged = signed_log1p(matrix)
    missing = np.isnan(logged)
    known = np.maximum((~missing).sum(axis=0), 1)
    centre = np.where(missing, 0.0, logged).sum(axis=0) / known
    filled = np.where(missing, 0.0, logged - centre)
    scale = np.sqrt((filled**2).sum(axis=0) / known)
    scale = np.where(scale > 1e-9, scale, 1.0)
    told = np.flatnonzero(missing.mean(axis=0) > _SHARE_MISSING_FOR_INDICATOR)
    design = np.hstack([np.ones((len(matrix), 1)), filled / scale, missing[:, told].astype(np.float64)])
    precision = np.full(design.shape[1], ridge)
    precision[0] = 0.0
    weights = newton_logit(design, labels, precision, np.zeros(design.shape[1]))
    count = matrix.shape[1]
    missing_coefficients = np.zeros(count)
    missing_coefficients[told] = weights[1 + count :]
    return LinearModel(tuple(features), centre, scale, weights[1 : 1 + count], missing_coefficients, float(weights[0]))


def fit_recency(
    days: Vector, labels: Labels, feature: str, prior_rate: float, prior_centre_days: float, prior_slope: float
) -> LinearModel:
    """Fit the one-feature baseline, drawn to its prior line; without a row it is the prior line.

    The prior weighs as a standard deviation of 0.5 log-odds on level and slope: some 40 rows outweigh it.
    """
    centre = float(np.log1p(prior_centre_days))
    known = ~np.isnan(days)
    logged = np.where(known, np.log1p(np.where(known, days, 0.0)) - centre, 0.0)
    prior = np.array([float(log_odds(np.array([prior_rate]))[0]), prior_slope])
    design = np.column_stack([np.ones(len(days)), logged])
    weights = newton_logit(design, labels, np.array([4.0, 4.0]), prior)
    return LinearModel((feature,), np.array([centre]), np.ones(1), weights[1:], np.zeros(1), float(weights[0]))

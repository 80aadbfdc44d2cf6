"""Platt scaling, learned out of time and only where it is needed."""

import dataclasses

import numpy as np

from ml.features.matrix import Vector
from ml.models.linear import fit_towards, log_odds, sigmoid
from ml.models.measures import Labels


@dataclasses.dataclass(frozen=True)
class Calibration:
    """probability -> sigmoid(intercept + slope * log-odds); (0, 1) leaves it as it is."""

    intercept: float = 0.0
    slope: float = 1.0

    def apply(self, probabilities: Vector) -> Vector:
        """Return the calibrated probabilities; raw ones pass untouched when nothing was learned."""
        if self.intercept == 0.0 and self.slope == 1.0:
            return probabilities
        return sigmoid(self.intercept + self.slope * log_odds(probabilities))


def fit_calibration(labels: Labels, probabilities: Vector, weights: Vector | None = None) -> Calibration:
    """Fit Platt scaling, drawn to the identity: 100 rows of weight on a slope of 1, and never a slope below 0.2.

    A fit that comes to no end leaves the scores as they are. Rows weigh alike where there are no weights.
    """
    margin = log_odds(probabilities)
    design = np.column_stack([np.ones(len(margin)), margin])
    (intercept, slope), converged = fit_towards(
        design, labels, np.array([1.0, 10.0]), np.array([0.0, 1.0]), weights=weights
    )
    if not converged:
        return Calibration()
    return Calibration(round(float(intercept), 12), round(float(max(slope, 0.2)), 12))

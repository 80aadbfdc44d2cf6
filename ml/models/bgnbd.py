"""BG/NBD: purchases while alive at a gamma-distributed rate, death after a purchase with a beta-distributed chance.

Fader, Hardie and Lee (2005), "Counting Your Customers" the Easy Way, equations 6 and 7. Never 1 - p_alive as a churn
score: one-time buyers have p_alive 1. The score is the probability of no order in the horizon.
"""

import dataclasses
from typing import Any, Final

import numpy as np
from scipy.special import betaln, digamma, expit, gammaln

from ml.features.matrix import Vector

#: Log parameters stay inside this; where one lies on it, nobody leaves, say, and the fit has come to its end there.
_BOUND: Final = 9.0
#: A fit counts as converged up to this slope of a customer's log likelihood.
_SETTLED: Final = 1e-6
_ITERATIONS: Final = 500
#: A fit that the rounding of one machine stopped short begins again from there with a fresh curvature.
_STARTS: Final = 4


@dataclasses.dataclass(frozen=True)
class BgNbd:
    """r, alpha of the purchase rate (alpha in the data's time unit); a, b of the chance to leave."""

    r: float
    alpha: float
    a: float
    b: float
    #: Whether the fit came to its end.
    converged: bool = True
    #: The chance of no order that stands for whoever has no order in the days the inputs look back over.
    otherwise: float = 1.0

    def to_json(self) -> dict[str, Any]:
        """Return the model as plain JSON values."""
        return {"form": "bgnbd", **dataclasses.asdict(self)}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "BgNbd":
        """Return the model that ``to_json`` wrote."""
        told = {name: float(values[name]) for name in ("r", "alpha", "a", "b", "otherwise")}
        return cls(**told, converged=bool(values["converged"]))

    def probability_alive(self, repeats: Vector, last_repeat: Vector, age: Vector) -> Vector:
        """Return P(alive at age | x, t_x, T); 1 without a repeat purchase."""
        x = np.maximum(repeats, 1.0)
        odds = np.exp(
            (self.r + repeats) * (np.log(self.alpha + age) - np.log(self.alpha + last_repeat))
            + np.log(self.a)
            - np.log(self.b + x - 1.0)
        )
        return np.asarray(np.where(repeats > 0, 1.0 / (1.0 + odds), 1.0))

    def probability_no_order(self, repeats: Vector, last_repeat: Vector, age: Vector, horizon: float) -> Vector:
        """Return P(no purchase in (T, T + horizon] | x, t_x, T), and ``otherwise`` where T cannot be said.

        Alive at T, the rate is gamma(r + x, alpha + T), so P(none | alive) = ((alpha+T) / (alpha+T+h)) ** (r + x).
        """
        alive = self.probability_alive(repeats, last_repeat, age)
        silent = np.exp((self.r + repeats) * (np.log(self.alpha + age) - np.log(self.alpha + age + horizon)))
        return np.asarray(np.where(np.isnan(age), self.otherwise, 1.0 - alive * (1.0 - silent)))


def log_likelihood(parameters: Vector, repeats: Vector, last_repeat: Vector, age: Vector) -> tuple[float, Vector]:
    """Return the log likelihood of (log r, log alpha, log a, log b) over customers' (x, t_x, T), and its slope."""
    r, alpha, a, b = np.exp(parameters)
    x, rest = repeats, np.maximum(repeats, 1.0) - 1.0
    waited, silent = np.log(alpha + age), np.log(alpha + age) - np.log(alpha + last_repeat)
    shared = gammaln(r + x) - gammaln(r) + r * np.log(alpha) - (r + x) * waited + betaln(a, b + x) - betaln(a, b)
    gone = np.where(x > 0, np.log(a) - np.log(b + rest) + (r + x) * silent, -np.inf)
    left = expit(gone)
    slope = np.array([
        (digamma(r + x) - digamma(r) + np.log(alpha) - waited + left * silent).sum(),
        (r / alpha - (r + x) / (alpha + age) + left * (r + x) * (1 / (alpha + age) - 1 / (alpha + last_repeat))).sum(),
        (digamma(a + b) - digamma(a + b + x) + left / a).sum(),
        (digamma(b + x) - digamma(b) + digamma(a + b) - digamma(a + b + x) - left / (b + rest)).sum(),
    ])
    return float(np.sum(shared + np.logaddexp(0.0, gone))), slope * np.exp(parameters)


def fit_bgnbd(repeats: Vector, last_repeat: Vector, age: Vector, iterations: int = _ITERATIONS) -> BgNbd:
    """Fit by maximum likelihood (L-BFGS-B on log parameters, bounded to exp(-9)..exp(9)).

    Parameters
    ----------
    repeats, last_repeat, age
        Repeat purchase days x, time of the last one t_x and age T since the first purchase, one per customer, one unit.
    iterations
        After so many the fit ends; where it has not settled by then it has not converged.
    """
    # Half a second of imports that a night without training does not pay.
    from scipy.optimize import minimize

    unit, people = max(float(np.mean(age)) / 20.0, 1e-9), max(len(age), 1)
    scaled_last, scaled_age = last_repeat / unit, age / unit

    def loss(parameters: Vector) -> tuple[float, Vector]:
        value, slope = log_likelihood(parameters, repeats, scaled_last, scaled_age)
        return -value / people, -slope / people

    at, settled = np.array([0.0, np.log(5.0), 0.0, np.log(3.0)]), False
    for _ in range(_STARTS):
        found = minimize(
            loss,
            x0=at,
            jac=True,
            method="L-BFGS-B",
            bounds=[(-_BOUND, _BOUND)] * 4,
            options={"maxiter": iterations, "ftol": 1e-15, "gtol": 1e-8},
        )
        at, slope = found.x, loss(found.x)[1]
        outward = (np.abs(at) >= _BOUND - 1e-6) & (slope * at < 0)
        if settled := bool((outward | (np.abs(slope) <= _SETTLED)).all()):
            break
    r, alpha, a, b = np.exp(at)
    return BgNbd(float(r), float(alpha * unit), float(a), float(b), settled)

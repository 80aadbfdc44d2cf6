"""BG/NBD: purchases while alive at a gamma-distributed rate, death after a purchase with a beta-distributed chance.

Fader, Hardie and Lee (2005), "Counting Your Customers" the Easy Way, equations 6 and 7. Never 1 - p_alive as a churn
score: one-time buyers have p_alive 1. The score is the probability of no order in the horizon.
"""

import dataclasses

import numpy as np
from scipy.special import betaln, gammaln

from ml.features.matrix import Vector


@dataclasses.dataclass(frozen=True)
class BgNbd:
    """r, alpha of the purchase rate (alpha in the data's time unit); a, b of the chance to leave."""

    r: float
    alpha: float
    a: float
    b: float
    #: Whether the fit came to its end.
    converged: bool = True

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
        """Return P(no purchase in (T, T + horizon] | x, t_x, T).

        Alive at T, the rate is gamma(r + x, alpha + T), so P(none | alive) = ((alpha+T) / (alpha+T+h)) ** (r + x).
        """
        alive = self.probability_alive(repeats, last_repeat, age)
        silent = np.exp((self.r + repeats) * (np.log(self.alpha + age) - np.log(self.alpha + age + horizon)))
        return np.asarray(1.0 - alive * (1.0 - silent))


def log_likelihood(parameters: Vector, repeats: Vector, last_repeat: Vector, age: Vector) -> float:
    """Return the log likelihood of (log r, log alpha, log a, log b) over customers' (x, t_x, T)."""
    r, alpha, a, b = np.exp(parameters)
    shared = (
        gammaln(r + repeats)
        - gammaln(r)
        + r * np.log(alpha)
        + betaln(a, b + repeats)
        - betaln(a, b)
        - (r + repeats) * np.log(alpha + age)
    )
    gone = np.where(
        repeats > 0,
        np.log(a)
        - np.log(b + np.maximum(repeats, 1.0) - 1.0)
        + (r + repeats) * (np.log(alpha + age) - np.log(alpha + last_repeat)),
        -np.inf,
    )
    return float(np.sum(shared + np.logaddexp(0.0, gone)))


def fit_bgnbd(repeats: Vector, last_repeat: Vector, age: Vector) -> BgNbd:
    """Fit by maximum likelihood (L-BFGS-B on log parameters, bounded to exp(-9)..exp(9)).

    Parameters
    ----------
    repeats, last_repeat, age
        Repeat purchase days x, time of the last one t_x and age T since the first purchase, one per customer, one unit.
    """
    # Half a second of imports that a night without training does not pay.
    from scipy.optimize import minimize

    unit = max(float(np.mean(age)) / 20.0, 1e-9)
    scaled_last, scaled_age = last_repeat / unit, age / unit
    found = minimize(
        lambda p: -log_likelihood(p, repeats, scaled_last, scaled_age) / max(len(age), 1),
        x0=np.array([0.0, np.log(5.0), 0.0, np.log(3.0)]),
        method="L-BFGS-B",
        bounds=[(-9.0, 9.0)] * 4,
        options={"maxiter": 500, "ftol": 1e-12, "gtol": 1e-8},
    )
    r, alpha, a, b = np.exp(found.x)
    return BgNbd(float(r), float(alpha * unit), float(a), float(b), bool(found.success))

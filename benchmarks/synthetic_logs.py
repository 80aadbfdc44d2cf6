"""Randomised logs whose truth is known (SYNTHETIC), as a brand would land its own: who, what was drawn, what came.

Four options (``control``, an SMS, a coupon, a WeCom message), drawn by chances that go by the tier, so that whoever
leaves the chances out is misled: the dear are sent the coupon more often, and buy more often whatever is sent.
"""

import dataclasses
from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]

OPTIONS: Final = ("control", "sms", "coupon", "wecom")
#: The chance of each option by tier.
CHANCES: Final = {"gold": (0.2, 0.2, 0.4, 0.2), "silver": (0.25, 0.25, 0.25, 0.25), "plain": (0.4, 0.3, 0.15, 0.15)}
#: A basket in yuan: its middle and the spread of its logarithm, as of a grocer.
BASKET_YUAN, BASKET_SPREAD = 80.0, 0.8


def _alike(sms: float, coupon: float, wecom: float) -> Callable[[pd.DataFrame], Floats]:
    return lambda people: np.tile([0.0, sms, coupon, wecom], (len(people), 1))


def _differ(people: pd.DataFrame) -> Floats:
    taste, lapsed = people["coupon_share"].to_numpy() > 0.5, people["recency_days"].to_numpy() > 60
    effects = [np.zeros(len(people)), np.full(len(people), 0.01)]
    effects += [np.where(taste, 0.08, -0.01), np.where(lapsed, 0.01, 0.05)]
    return np.stack(effects, axis=1)


#: Kind -> by how much each option raises the chance of an order, shape (n, 4); the control by nothing.
KINDS: Final[dict[str, Callable[[pd.DataFrame], Floats]]] = {
    "best_for_all": _alike(0.01, 0.04, 0.02),
    "people_differ": _differ,
    "null": _alike(0.0, 0.0, 0.0),
    "harm": _alike(-0.01, -0.02, -0.03),
    "money": _alike(0.01, 0.04, 0.02),
}


@dataclasses.dataclass(frozen=True)
class Truth:
    """A log and, of each of its rows, what is expected of every option (columns of ``OPTIONS``)."""

    log: pd.DataFrame
    expected: pd.DataFrame

    def earned(self, rows: npt.NDArray[np.bool_], options: npt.NDArray[np.object_]) -> float:
        """Return what giving these rows these options truly earns a row over the control, on average."""
        of = self.expected[rows]
        at = of.columns.get_indexer(np.where(options == "nothing", "control", options))
        return float((of.to_numpy()[np.arange(len(of)), at] - of["control"].to_numpy()).mean())


def synthetic(kind: str, seed: int, rows: int) -> Truth:
    """Return a log of a kind; the outcome is an order or not, of ``money`` what it paid (yuan).

    One customer in ten was drawn twice, on two days, each draw a row of its own.

    Raises
    ------
    ValueError
        A kind that is none of ``KINDS``.
    """
    if kind not in KINDS:
        raise ValueError(f"no synthetic log is called {kind!r}; there are {', '.join(KINDS)}")
    rng = np.random.default_rng(seed)
    customers = int(np.ceil(rows / 1.1))
    people = pd.DataFrame({
        "customer": [f"c{number:06d}" for number in range(customers)],
        "tier": rng.choice(list(CHANCES), customers, p=[0.15, 0.35, 0.5]),
        "recency_days": rng.integers(30, 200, customers),
        "coupon_share": np.round(rng.beta(2, 3, customers), 3),
        "city": rng.choice(["shanghai", "hangzhou", "suzhou", "ningbo", "other"], customers),
        "orders_365d": rng.poisson(4, customers),
    })
    people = people.loc[np.concatenate([np.arange(customers), np.arange(rows - customers)])].reset_index(drop=True)
    chances = np.array([CHANCES[tier] for tier in people["tier"]])
    drawn = (rng.random(rows)[:, None] > chances.cumsum(axis=1)).sum(axis=1).clip(max=len(OPTIONS) - 1)
    base = 0.04 + 0.08 * people["tier"].eq("gold") + 0.1 * np.exp(-people["recency_days"] / 60)
    rate = np.clip(base.to_numpy()[:, None] + KINDS[kind](people), 0.0, 1.0)
    ordered = rng.random(rows) < rate[np.arange(rows), drawn]
    worth = 1.0
    outcome = ordered.astype(np.float64)
    if kind == "money":
        middle = BASKET_YUAN * np.exp(0.3 * people["tier"].eq("gold").to_numpy())
        outcome = np.round(ordered * middle * rng.lognormal(0.0, BASKET_SPREAD, rows), 2)
        worth = middle[:, None] * np.exp(BASKET_SPREAD**2 / 2)
    log = people.assign(
        option=np.array(OPTIONS, dtype=object)[drawn],
        probability=chances[np.arange(rows), drawn],
        outcome=outcome,
    )
    return Truth(log, pd.DataFrame(rate * worth, columns=list(OPTIONS)))

"""The incremental profit of one customer and one treatment over a horizon, with its interval.

    gain = m * ((p0 + tau) * A1 - p0 * A0)
    cost = send + labour + fatigue + (p0 + tau) * r * d
    pull = share of tau's margin that was only moved forward
    net  = gain - cost - pull

p0 is the organic order probability, tau the lift, m the gross margin rate, A0 and A1 what a customer spends over the
horizon given at least one order (before the offer is deducted), r the share of orders that redeem, d the offer's cost
net of the supplier's share, fatigue P(unsubscribe) times the margin that being reachable protects. The tail
(value after the horizon) is 0 unless it has been measured. tau is what the posterior says of the cell (band x channel
x depth) for somebody of that p0; under basis ``prior`` that is the seed's curve, shrunk and wide.
"""

from collections.abc import Mapping
from statistics import NormalDist
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]

#: Columns that net_profit reads, one row per (customer, treatment); rates are shares of one, money is fen.
INPUTS: Final = (
    "p0", "p0_logit_sd", "margin_rate", "basket_fen", "basket_cv", "orders_given_one",
    "lift_p10", "lift_p50", "lift_p90", "redemption_p10", "redemption_p50", "redemption_p90",
    "basket_p10", "basket_p50", "basket_p90", "pull_p10", "pull_p50", "pull_p90",
    "offer_fen", "fixed_fen",
)  # fmt: skip
_DRAWS: Final = 128
_TABLES: Final = 64
_BLOCK: Final = 1024
#: A P90 lies so many deviations above a normal's middle.
Z90: Final = NormalDist().inv_cdf(0.9)
_AXES: Final = ("lift", "redemption", "basket", "pull", "p0", "spend")


def draw_tables(seed: int = 20090101) -> Floats:
    """Return the shared normal draws, shape (tables, axes, draws).

    Each axis is a stratified sample of the standard normal in an order of its own (a Latin hypercube): 128 draws
    estimate a P10 about as well as 1,000 independent ones. A row picks its table by hash, so results depend neither
    on the order of the rows nor on threads.
    """
    strata = np.array([NormalDist().inv_cdf((at + 0.5) / _DRAWS) for at in range(_DRAWS)])
    generator = np.random.Generator(np.random.Philox(key=seed))
    return np.array([[generator.permutation(strata) for _ in _AXES] for _ in range(_TABLES)])


def table_of(keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    """Return which table a row draws from, from a 64-bit hash of (one_id, as_of_date, offer_id)."""
    return (keys % np.uint64(_TABLES)).astype(np.int64)


def _two_piece(z: Floats, rows: Mapping[str, Floats], name: str) -> Floats:
    """Draws of a two-piece normal that passes through the row's P10, P50 and P90."""
    low, middle, high = (rows[f"{name}_{point}"][:, None] for point in ("p10", "p50", "p90"))
    return middle + np.where(z > 0, z * ((high - middle) / Z90), z * ((middle - low) / Z90))


def net_draws(rows: Mapping[str, Floats], z: Mapping[str, Floats]) -> tuple[Floats, Floats]:
    """Return net profit and cost in fen, shape (rows, draws), for standard normal draws ``z`` per axis."""
    p0 = rows["p0"][:, None]
    base = np.clip(p0 + rows["p0_logit_sd"][:, None] * p0 * (1 - p0) * z["p0"], 0.0, 1.0)
    ordered = np.clip(base + _two_piece(z["lift"], rows, "lift"), 0.0, 1.0)
    lift = ordered - base
    spend = (
        np.maximum(1 + rows["basket_cv"][:, None] * z["spend"], 0.0)
        * (rows["basket_fen"] * rows["orders_given_one"])[:, None]
    )
    margin = rows["margin_rate"][:, None] * spend
    larger = np.maximum(_two_piece(z["basket"], rows, "basket"), 0.0)
    gain = margin * (ordered * larger - base)
    redeemed = np.clip(_two_piece(z["redemption"], rows, "redemption"), 0.0, 1.0)
    cost = rows["fixed_fen"][:, None] + ordered * redeemed * rows["offer_fen"][:, None]
    pull = np.clip(_two_piece(z["pull"], rows, "pull"), 0.0, 1.0) * np.maximum(lift, 0.0) * margin * larger
    return gain - cost - pull, cost


def linear_net(options: pd.DataFrame) -> tuple[Floats, Floats]:
    """Return (``base_fen``, ``unit_fen``): at the middle case the net is base + unit x lift, while the lift is no loss.

    Source: the formulas above; what is decided by needs many draws of the lift, and each is one line.
    """
    rows: dict[str, Floats] = {name: options[name].to_numpy(dtype=np.float64) for name in INPUTS}
    margin = rows["margin_rate"] * rows["basket_fen"] * rows["orders_given_one"]
    redeemed = np.clip(rows["redemption_p50"], 0.0, 1.0) * rows["offer_fen"]
    base = margin * rows["p0"] * (rows["basket_p50"] - 1) - rows["fixed_fen"] - rows["p0"] * redeemed
    unit = margin * rows["basket_p50"] * (1 - np.clip(rows["pull_p50"], 0.0, 1.0)) - redeemed
    return np.asarray(base), np.asarray(unit)


def orders_given_one(orders: Floats, most: float) -> Floats:
    """Return how many orders a horizon holds, given that it holds one: x / (1 - exp(-x)) where x come on average.

    A0 and A1 are what is spent *if anything is*: whoever orders once in four weeks on average, and does order in these
    four, orders 1.58 times. Counting x there, and one where x is less, told a third too little.
    """
    return np.asarray(np.clip(orders / -np.expm1(-orders), 1.0, most))


def expected_cost_fen(cost: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return costs in whole fen, rounded up: a budget is never kept by rounding."""
    return np.asarray(np.ceil(cost - 1e-6), dtype=np.int64)


def break_even_lift(rows: Mapping[str, Floats]) -> Floats:
    """Return the lift at which the middle case earns nothing; null where no lift can."""
    spend = rows["margin_rate"] * rows["basket_fen"] * rows["orders_given_one"]
    redeemed = rows["redemption_p50"] * rows["offer_fen"]
    earned = spend * rows["basket_p50"] * (1 - rows["pull_p50"]) - redeemed
    needed = rows["fixed_fen"] + rows["p0"] * redeemed - spend * rows["p0"] * (rows["basket_p50"] - 1)
    return np.divide(np.maximum(needed, 0.0), earned, out=np.full_like(earned, np.nan), where=earned > 0)


def net_profit(options: pd.DataFrame, keys: npt.NDArray[np.uint64]) -> pd.DataFrame:
    """Return the money of every (customer, treatment).

    Parameters
    ----------
    options
        Columns ``INPUTS``.
    keys
        A 64-bit hash per row of (one_id, as_of_date, offer_id): the seed of its draws.

    Returns
    -------
    DataFrame
        ``expected_cost_fen, net_p10_fen, net_p50_fen, net_p90_fen`` (whole fen), ``roi_p10, roi_p50, roi_p90,
        probability_roi_positive, break_even_lift`` (6 decimals), indexed as ``options``. An roi is that percentile of
        the net over the expected cost, both as told in whole fen; null where the cost is 0.
    """
    columns: dict[str, Floats] = {name: options[name].to_numpy(dtype=np.float64) for name in INPUTS}
    tables, picks = draw_tables(), table_of(keys)
    out = {name: np.zeros(len(options)) for name in ("cost", "p10", "p50", "p90", "positive")}
    places = (round(0.1 * _DRAWS) - 1, _DRAWS // 2 - 1, _DRAWS // 2, round(0.9 * _DRAWS))
    order = np.argsort(picks, kind="stable")
    edges = np.searchsorted(picks[order], np.arange(_TABLES + 1))
    for table in range(_TABLES):
        z = {axis: tables[table, at][None, :] for at, axis in enumerate(_AXES)}
        members = order[edges[table] : edges[table + 1]]
        for start in range(0, len(members), _BLOCK):
            at = members[start : start + _BLOCK]
            net, cost = net_draws({name: values[at] for name, values in columns.items()}, z)
            out["cost"][at] = cost.mean(axis=1)
            out["positive"][at] = (net > 0).mean(axis=1)
            ranked = np.partition(net, places, axis=1)
            out["p10"][at] = ranked[:, places[0]]
            out["p50"][at] = (ranked[:, places[1]] + ranked[:, places[2]]) / 2
            out["p90"][at] = ranked[:, places[3]]
    spent = expected_cost_fen(out["cost"])
    nets = {
        "p10": np.floor(out["p10"] + 1e-6).astype(np.int64),
        "p50": np.rint(out["p50"]).astype(np.int64),
        "p90": np.rint(out["p90"]).astype(np.int64),
    }
    return pd.DataFrame(
        {
            "expected_cost_fen": spent,
            **{f"net_{point}_fen": net for point, net in nets.items()},
            **{
                f"roi_{point}": np.round(np.where(spent > 0, net / np.where(spent > 0, spent, 1), np.nan), 6)
                for point, net in nets.items()
            },
            "probability_roi_positive": np.round(out["positive"], 6),
            "break_even_lift": np.round(break_even_lift(columns), 6),
        },
        index=options.index,
    )

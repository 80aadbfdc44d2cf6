"""Do the published intervals cover the truth, after selection, in worlds whose lift is known?"""

import dataclasses
from statistics import NormalDist

import numpy as np
import pandas as pd

from ml.recall.knapsack import Problem, solve
from ml.recall.learned import nothing_learned
from ml.recall.portfolio import portfolio_net
from ml.recall.roi import INPUTS, net_draws, net_profit
from tests.unit.recall.people import make_rules

CUSTOMERS, WORLDS = 80, 240
CURVES = {
    "official": (0.008, 0.016, 0.035, 3.0, 0.0),
    "sms": (0.012, 0.024, 0.053, 8.0, 0.0),
    "coupon": (0.028, 0.056, 0.123, 27.0, 600.0),
}
Z90 = NormalDist().inv_cdf(0.9)
#: What is believed: of each curve a normal of its own through its P10 and P90.
BEFORE = nothing_learned(make_rules()).posterior
ROOT = np.zeros((len(BEFORE.mean), len(BEFORE.mean)))
ROOT[:3, :3] = np.diag([(high - low) / 2 / Z90 for low, _, high, _, _ in CURVES.values()])
BELIEVED = dataclasses.replace(BEFORE, root=ROOT, covariance=ROOT @ ROOT.T)
AXES = ("lift", "redemption", "basket", "pull", "p0", "spend")


def options(rng: np.random.Generator) -> pd.DataFrame:
    """Return every customer's three options as recall sees them."""
    rows = []
    for basket, p0 in zip(rng.lognormal(9, 0.6, CUSTOMERS), rng.beta(2, 4, CUSTOMERS), strict=True):
        for curve, (low, middle, high, fixed, offer) in CURVES.items():
            row = dict.fromkeys(INPUTS, 0.0) | {
                "margin_rate": 0.25,
                "orders_given_one": 2.0,
                "basket_cv": 0.3,
                "p0_logit_sd": 0.25,
            }
            row |= {
                "basket_fen": basket,
                "p0": p0,
                "lift_p10": low,
                "lift_p50": middle,
                "lift_p90": high,
                "fixed_fen": fixed,
            }
            row |= {"offer_fen": offer, "redemption_p10": 0.2, "redemption_p50": 0.4, "redemption_p90": 0.6}
            row |= {"pull_p10": 0.05, "pull_p50": 0.15, "pull_p90": 0.4} | dict.fromkeys(
                ("basket_p10", "basket_p50", "basket_p90"), 1.0
            )
            rows.append({"curve": curve, "cell": list(CURVES).index(curve), **row})
    return pd.DataFrame(rows)


def true_profit(chosen: pd.DataFrame, rng: np.random.Generator) -> float:
    """Return what the chosen contacts earn in one world: each curve has one true lift, each customer a true basket."""
    drawn = {curve: {axis: rng.standard_normal() for axis in AXES} for curve in CURVES}
    calibration = rng.standard_normal()
    total = 0.0
    for curve, rows in chosen.groupby("curve"):
        z = {axis: np.full((len(rows), 1), drawn[curve][axis]) for axis in AXES}
        z["p0"], z["spend"] = np.full((len(rows), 1), calibration), rng.standard_normal((len(rows), 1))
        net, _ = net_draws({name: rows[name].to_numpy() for name in INPUTS}, z)
        total += net.sum()
    return total


def test_nine_in_ten_audiences_earn_what_their_interval_says():
    covered = []
    for seed in range(WORLDS):
        rng = np.random.default_rng(seed)
        seen = options(rng)
        money = net_profit(seen, rng.integers(0, 2**63, len(seen)).astype(np.uint64))
        shape = (CUSTOMERS, len(CURVES))
        value = np.maximum(money["net_p10_fen"].to_numpy(float), 0.0).reshape(shape)
        cost = money["expected_cost_fen"].to_numpy(float).reshape(shape)
        free = np.full(shape, -1)
        choice = solve(Problem(value, cost, free, free, 400.0, np.zeros(0), np.zeros(0)), exact=False).choice
        taken = np.flatnonzero(choice >= 0)
        picked = seen.iloc[taken * len(CURVES) + choice[taken]]
        low, high = portfolio_net(picked, BELIEVED, (0.05, 0.95))
        covered.append(low <= true_profit(picked, rng) <= high)
    assert 0.86 <= np.mean(covered) <= 0.94


def test_adding_up_customers_would_understate_what_is_shared():
    """1,000 customers of one curve are no safer than one: a prior that is too high is too high for all of them."""
    rng = np.random.default_rng(1)
    many = pd.concat([options(rng)] * 10, ignore_index=True)
    many = many[many["curve"] == "sms"]
    low, middle, high = portfolio_net(many, BELIEVED, (0.1, 0.5, 0.9))
    assert (high - low) / middle > 1.0

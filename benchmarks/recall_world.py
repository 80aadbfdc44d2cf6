"""How much selection flatters the predicted profit when the lift is known, and whether intervals cover the truth.

Customers have a true organic probability and a true basket; recall sees a noisy score and the average of a few orders,
shrunk. It selects at P10 as in production. Realised profit is what the same contacts earn under the true values. The
ratio realised / predicted is what the row ``prior_mean_share`` of learning_settings stands on until episodes end.

    python -m benchmarks.recall_world [worlds]
"""

import sys

import numpy as np
import pandas as pd

from ml.recall.knapsack import Problem, solve
from ml.recall.roi import INPUTS, net_draws, net_profit

CUSTOMERS = 1_500
#: P10, P50, P90 of the lift and the fixed cost in fen: official account, SMS, WeCom, and WeCom with 10% off.
CURVES = (
    ((0.0064, 0.016, 0.04), 3.0, 0.0),
    ((0.0096, 0.024, 0.06), 8.0, 0.0),
    ((0.016, 0.04, 0.1), 27.0, 0.0),
    ((0.0224, 0.056, 0.14), 27.0, 0.1),
)


def world(rng: np.random.Generator) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """Return the options as recall sees them (customers x curves rows) and the true values of the same rows."""
    orders = 1 + rng.poisson(5, CUSTOMERS)
    basket = rng.lognormal(np.log(6_000), 0.6, CUSTOMERS)
    own = basket * np.maximum(1 + 0.7 * rng.standard_normal(CUSTOMERS) / np.sqrt(orders), 0.1)
    seen_basket = (orders * own + 3 * basket.mean()) / (orders + 3)
    p0 = rng.beta(2, 4, CUSTOMERS)
    logit = np.log(p0 / (1 - p0)) + 0.4 * rng.standard_normal(CUSTOMERS)
    rows = {name: np.zeros((CUSTOMERS, len(CURVES))) for name in INPUTS}
    for at, ((low, middle, high), fixed, discount) in enumerate(CURVES):
        rows["lift_p10"][:, at], rows["lift_p50"][:, at], rows["lift_p90"][:, at] = low, middle, high
        rows["fixed_fen"][:, at], rows["offer_fen"][:, at] = fixed, discount * seen_basket
        for point, redeemed in (("p10", 0.2), ("p50", 0.4), ("p90", 0.6)):
            rows[f"redemption_{point}"][:, at] = redeemed if discount else 0.0
    for point, pulled in (("p10", 0.05), ("p50", 0.15), ("p90", 0.4)):
        rows[f"pull_{point}"][:], rows[f"basket_{point}"][:] = pulled, 1.0
    rows["p0"][:], rows["basket_fen"][:] = (1 / (1 + np.exp(-logit)))[:, None], seen_basket[:, None]
    rows["margin_rate"][:], rows["orders_given_one"][:], rows["basket_cv"][:], rows["p0_logit_sd"][:] = (
        0.25,
        2.0,
        0.3,
        0.25,
    )
    seen = pd.DataFrame({name: values.ravel() for name, values in rows.items()})
    truth = {name: values.ravel().copy() for name, values in rows.items()}
    truth["p0"], truth["basket_fen"] = np.repeat(p0, len(CURVES)), np.repeat(basket, len(CURVES))
    truth["offer_fen"] = np.tile([discount for _, _, discount in CURVES], CUSTOMERS) * truth["basket_fen"]
    return seen, truth


def ratio(seed: int, deflation: float, budget_share: float) -> tuple[float, int]:
    """Return realised over predicted P50 profit of the selected audience, and its size."""
    rng = np.random.default_rng(seed)
    seen, truth = world(rng)
    money = net_profit(seen, rng.integers(0, 2**63, len(seen)).astype(np.uint64), deflation)
    shape = (CUSTOMERS, len(CURVES))
    value = np.maximum(money["net_p10_fen"].to_numpy(float), 0.0).reshape(shape)
    cost = money["expected_cost_fen"].to_numpy(float).reshape(shape)
    free = np.full(shape, -1)
    budget = budget_share * float(cost.max(axis=1).sum())
    choice = solve(Problem(value, cost, free, free, budget, np.zeros(0), np.zeros(0)), exact=False).choice
    taken = np.flatnonzero(choice >= 0)
    cells = taken * len(CURVES) + choice[taken]
    zero = {axis: np.zeros((1, 1)) for axis in ("lift", "redemption", "basket", "pull", "p0", "spend")}
    realised, _ = net_draws({name: values[cells] for name, values in truth.items()}, zero, 1.0)
    return float(realised.sum()) / float(money["net_p50_fen"].to_numpy()[cells].sum()), len(taken)


def main() -> None:
    """Print the ratio for several budgets, without and with deflation."""
    worlds = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    for budget_share in (1.0, 0.1, 0.02):
        for deflation in (1.0, 0.9):
            found = [ratio(seed, deflation, budget_share) for seed in range(worlds)]
            ratios = np.array([one for one, _ in found])
            size = int(np.mean([size for _, size in found]))
            print(f"budget share {budget_share:4}: deflation {deflation}: realised/predicted {ratios.mean():.3f} "
                  f"[{np.quantile(ratios, 0.05):.3f}, {np.quantile(ratios, 0.95):.3f}], {size} customers")  # fmt: skip


if __name__ == "__main__":
    main()

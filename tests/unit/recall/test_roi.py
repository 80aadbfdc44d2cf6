"""What one contact earns: ML's formula on worlds whose answer is known."""

import numpy as np
import pandas as pd

from ml.recall.roi import INPUTS, net_draws, net_profit

KEYS = np.arange(64, dtype=np.uint64)


def one(**changes: float) -> pd.DataFrame:
    """Return one treatment of a 100 yuan basket at 25% margin, with no uncertainty, no offer and 10 fen to send."""
    row = dict.fromkeys(INPUTS, 0.0) | {
        "margin_rate": 0.25,
        "basket_fen": 10_000.0,
        "orders_given_one": 1.0,
        "fixed_fen": 10.0,
    }
    row |= {f"basket_{point}": 1.0 for point in ("p10", "p50", "p90")}
    for name, value in changes.items():
        if name in {"lift", "redemption", "pull"}:
            row |= {f"{name}_{point}": value for point in ("p10", "p50", "p90")}
        else:
            row[name] = value
    return pd.DataFrame([row])


def money(**changes: float) -> pd.Series:
    return net_profit(one(**changes), KEYS[:1], deflation=1.0).iloc[0]


def test_the_formula_by_hand():
    # gain .25 x 10000 x .02 = 50; cost 10 + (.3 + .02) x .5 x 100 = 26; pull .2 x 50 = 10
    result = money(p0=0.3, lift=0.02, redemption=0.5, offer_fen=100, pull=0.2)
    assert (result["net_p50_fen"], result["expected_cost_fen"]) == (14, 26)
    assert result["roi_p50"] == round(14 / 26, 6)


def test_a_rate_of_return_is_the_net_told_over_the_cost_told():
    # A push of 1.2 fen costs 2 in whole fen. Of the cost per draw alone its return would be told as 11.5 and not 7.
    widely = {"lift_p10": 0.001, "lift_p50": 0.006, "lift_p90": 0.02, "redemption_p10": 0.0, "redemption_p90": 0.5}
    for told in (money(lift=0.006, fixed_fen=1.2), money(p0=0.2, fixed_fen=1.2, offer_fen=40, **widely)):
        assert told["expected_cost_fen"] > 1.2
        for point in ("p10", "p50", "p90"):
            assert told[f"roi_{point}"] == round(told[f"net_{point}_fen"] / told["expected_cost_fen"], 6)
    assert money(lift=0.006, fixed_fen=1.2)[["net_p50_fen", "expected_cost_fen", "roi_p50"]].tolist() == [14, 2, 7.0]


def test_a_plan_that_costs_nothing_has_no_rate_of_return():
    free = money(lift=0.006, fixed_fen=0.0)
    assert free["expected_cost_fen"] == 0
    assert free[["roi_p10", "roi_p50", "roi_p90"]].isna().all()


def test_a_coupon_for_somebody_who_comes_anyway_loses_money():
    result = money(p0=0.9, lift=0.0, redemption=0.5, offer_fen=1000)
    assert result["net_p90_fen"] == -460
    assert result["roi_p90"] < 0
    assert result["probability_roi_positive"] == 0


def test_the_likelier_they_return_by_themselves_the_less_recall_earns():
    earned = [money(p0=p0, lift=0.5 - p0, redemption=0.5, offer_fen=1000)["net_p50_fen"] for p0 in (0.1, 0.2, 0.3, 0.4)]
    assert earned == sorted(earned, reverse=True)
    assert len(set(earned)) == 4


def test_an_offer_nobody_redeems_costs_nothing():
    assert money(p0=0.3, lift=0.02, redemption=0.0, offer_fen=5000)["expected_cost_fen"] == 10


def test_a_lift_that_is_only_moved_forward_earns_nothing():
    assert money(p0=0.3, lift=0.05, pull=1.0)["net_p50_fen"] == -10


def test_profit_is_margin_and_not_sales():
    assert (
        money(lift=0.1, fixed_fen=0.0)["net_p50_fen"] == 250
    )  # a tenth of an order more: 1,000 of sales, 250 of margin


def test_break_even_is_the_lift_at_which_nothing_is_earned():
    needed = money(p0=0.3, redemption=0.5, offer_fen=100, pull=0.2)["break_even_lift"]
    assert abs(money(p0=0.3, lift=needed, redemption=0.5, offer_fen=100, pull=0.2)["net_p50_fen"]) <= 1
    assert np.isnan(money(lift=0.5, redemption=1.0, offer_fen=5000)["break_even_lift"])


def test_a_wide_prior_gives_a_wide_interval_around_the_same_middle():
    wide = one(p0=0.1)
    wide = wide.assign(lift_p10=0.005, lift_p50=0.02, lift_p90=0.06)
    result = net_profit(wide, KEYS[:1], 1.0).iloc[0]
    assert abs(result["net_p10_fen"] - (2500 * 0.005 - 10)) <= 1
    assert abs(result["net_p50_fen"] - (2500 * 0.02 - 10)) <= 1
    assert abs(result["net_p90_fen"] - (2500 * 0.06 - 10)) <= 5


def test_deflation_shrinks_the_lift_and_not_the_cost():
    half = net_profit(one(p0=0.1, lift=0.02), KEYS[:1], deflation=0.5).iloc[0]
    assert (half["net_p50_fen"], half["expected_cost_fen"]) == (15, 10)


def test_the_order_of_rows_changes_nothing():
    rng = np.random.default_rng(1)
    rows = pd.concat(
        [one(p0=p0, lift=0.02, basket_cv=0.3, p0_logit_sd=0.3) for p0 in rng.random(200)], ignore_index=True
    )
    keys = rng.integers(0, 2**63, 200).astype(np.uint64)
    shuffled = rng.permutation(200)
    forward = net_profit(rows, keys, 0.7)
    back = net_profit(rows.iloc[shuffled].reset_index(drop=True), keys[shuffled], 0.7)
    pd.testing.assert_frame_equal(forward.iloc[shuffled].reset_index(drop=True), back)


def test_probabilities_stay_probabilities():
    columns = {name: one(p0=0.95, lift=0.2, p0_logit_sd=3.0)[name].to_numpy() for name in INPUTS}
    z = {axis: np.linspace(-3, 3, 31)[None, :] for axis in ("lift", "redemption", "basket", "pull", "p0", "spend")}
    net, _ = net_draws(columns, z, 1.0)
    assert net.max() <= 2500 * 1.0
    assert net.min() >= -10 - 1e-9

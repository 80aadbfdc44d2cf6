"""What one contact earns: ML's formula on worlds whose answer is known."""

from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest

from ml.recall.roi import INPUTS, draw_tables, linear_net, net_draws, net_profit, orders_given_one, table_of

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
    return net_profit(one(**changes), KEYS[:1]).iloc[0]


def test_the_formula_by_hand():
    # gain .25 x 10000 x .02 = 50; cost 10 + (.3 + .02) x .5 x 100 = 26; pull .2 x 50 = 10
    result = money(p0=0.3, lift=0.02, redemption=0.5, offer_fen=100, pull=0.2)
    assert (result["net_p50_fen"], result["expected_cost_fen"]) == (14, 26)
    assert (result["net_p10_fen"], result["net_p90_fen"]) == (14, 14)
    assert [result[name] for name in ("roi_p10", "roi_p50", "roi_p90")] == [0.538462] * 3


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
    result = net_profit(wide, KEYS[:1]).iloc[0]
    assert abs(result["net_p10_fen"] - (2500 * 0.005 - 10)) <= 1
    assert abs(result["net_p50_fen"] - (2500 * 0.02 - 10)) <= 1
    assert abs(result["net_p90_fen"] - (2500 * 0.06 - 10)) <= 5


def test_the_order_of_rows_changes_nothing():
    rng = np.random.default_rng(1)
    rows = pd.concat(
        [one(p0=p0, lift=0.02, basket_cv=0.3, p0_logit_sd=0.3) for p0 in rng.random(200)], ignore_index=True
    )
    keys = rng.integers(0, 2**63, 200).astype(np.uint64)
    shuffled = rng.permutation(200)
    forward = net_profit(rows, keys)
    back = net_profit(rows.iloc[shuffled].reset_index(drop=True), keys[shuffled])
    pd.testing.assert_frame_equal(forward.iloc[shuffled].reset_index(drop=True), back)


def test_probabilities_stay_probabilities():
    columns = {name: one(p0=0.95, lift=0.2, p0_logit_sd=3.0)[name].to_numpy() for name in INPUTS}
    z = {axis: np.linspace(-3, 3, 31)[None, :] for axis in ("lift", "redemption", "basket", "pull", "p0", "spend")}
    net, _ = net_draws(columns, z)
    assert net.max() <= 2500 * 1.0
    assert net.min() >= -10 - 1e-9


Z90 = NormalDist().inv_cdf(0.9)
MIDDLE = dict.fromkeys(("lift", "redemption", "basket", "pull", "p0", "spend"), 0.0)


def drawn(row: pd.DataFrame, **z: float) -> tuple[float, float]:
    """Return net profit and cost of one row in one world, told by its standard normal draws."""
    columns = {name: row[name].to_numpy() for name in INPUTS}
    net, cost = net_draws(columns, {axis: np.array([[at]]) for axis, at in (MIDDLE | z).items()})
    return round(float(net[0, 0]), 6), round(float(cost[0, 0]), 6)


def test_two_orders_at_a_larger_basket_by_hand():
    row = one(p0=0.3, lift=0.02, redemption=0.5, offer_fen=100, pull=0.2, orders_given_one=2.0)
    row = row.assign(basket_p10=1.1, basket_p50=1.1, basket_p90=1.1)
    # margin 5,000 fen; gain 5000 x (.32 x 1.1 - .3) = 260; cost 10 + .32 x .5 x 100 = 26; pull .2 x .02 x 5,500 = 22
    assert drawn(row) == (212, 26)


def test_a_coupon_is_taken_off_once_in_full_by_whoever_redeems_it_and_never_from_the_basket():
    # A0 20,000 and A1 22,000 fen: gain .25 x (.32 x 22,000 - .3 x 20,000) = 260; cost 10 + .32 x .5 x 600 = 106
    row = one(p0=0.3, lift=0.02, redemption=0.5, offer_fen=600, orders_given_one=2.0)
    row = row.assign(basket_p10=1.1, basket_p50=1.1, basket_p90=1.1)
    assert drawn(row) == (154, 106)
    assert drawn(row.assign(offer_fen=0)) == (154 + 96, 10)
    nobody = row.assign(redemption_p10=0.0, redemption_p50=0.0, redemption_p90=0.0)
    assert drawn(nobody) == (154 + 96, 10)


def test_orders_that_come_with_the_first_are_those_of_a_count_that_is_not_nothing():
    # a thousand people, one order each on average: 632 order, and 1,000 / 632 = 1.58 times
    counts = np.random.default_rng(3).poisson(1.0, 200_000)
    assert orders_given_one(np.array([1.0]), 12.0)[0] == pytest.approx(counts[counts > 0].mean(), abs=0.01)
    assert orders_given_one(np.array([1e-12, 1e-3, 12.0, 400.0]), 12.0).round(4).tolist() == [1.0, 1.0005, 12.0, 12.0]


def test_a_score_that_was_too_low_makes_an_offer_dearer():
    row = one(p0=0.3, p0_logit_sd=0.5, redemption=1.0, offer_fen=1_000)
    # .5 x .3 x .7 = .105 more of them would have come anyway, or fewer
    assert [drawn(row, p0=z)[1] for z in (-1.0, 0.0, 1.0, 2.0)] == [205, 310, 415, 520]


def test_a_customer_who_spends_more_earns_more():
    row = one(p0=0.3, lift=0.02, basket_cv=0.5, fixed_fen=0.0)
    assert [drawn(row, spend=z)[0] for z in (-3.0, -1.0, 0.0, 1.0)] == [0, 25, 50, 75]


def test_a_lift_passes_through_its_three_points_and_straight_between_them():
    row = one(p0=0.1, fixed_fen=0.0).assign(lift_p10=0.01, lift_p50=0.02, lift_p90=0.05)
    assert [drawn(row, lift=z * Z90)[0] for z in (-2, -1, -0.5, 0, 0.5, 1, 2)] == [0, 25, 37.5, 50, 87.5, 125, 200]


def test_the_draws_are_the_same_for_ever():
    """Other draws, or others of the same row, would move every published interval a little without a reason."""
    tables = draw_tables()
    assert tables.shape == (64, 6, 128)
    assert tables[0, 0, :3].round(6).tolist() == [0.455934, -0.267528, 0.711842]
    assert table_of(np.array([0, 63, 64, 2**63 + 5], dtype=np.uint64)).tolist() == [0, 63, 0, 5]


def test_two_customers_have_draws_of_their_own_and_the_same_customer_the_same():
    dear = one(basket_fen=10_000_000.0, basket_cv=0.3).assign(lift_p10=0.01, lift_p50=0.02, lift_p90=0.05)
    rows = pd.concat([dear] * 3, ignore_index=True)
    first, second, again = net_profit(rows, np.array([1, 2, 65], dtype=np.uint64)).to_dict("records")
    assert first == again
    assert first != second


def test_the_middle_of_a_symmetric_lift_is_its_middle():
    dear = one(basket_fen=10_000_000.0).assign(lift_p10=0.02 - 0.01 * Z90, lift_p50=0.02, lift_p90=0.02 + 0.01 * Z90)
    low, middle, high = net_profit(dear, KEYS[:1]).iloc[0][["net_p10_fen", "net_p50_fen", "net_p90_fen"]]
    assert middle == 2_500_000 * 0.02 - 10
    assert abs((high - middle) - (middle - low)) <= 1
    assert low == pytest.approx(middle - 2_500_000 * 0.01 * Z90, rel=0.02)


def test_what_costs_nothing_has_no_return_on_its_cost_and_half_a_fen_counts_as_one():
    free = money(lift=0.02, fixed_fen=0.0)
    assert (free["net_p50_fen"], free["expected_cost_fen"]) == (50, 0)
    assert np.isnan([free["roi_p10"], free["roi_p50"], free["roi_p90"]]).all()
    assert money(lift=0.02, fixed_fen=0.5)["roi_p50"] == 50.0


def test_a_contact_that_earns_nothing_is_no_gain_and_half_a_fen_is_one():
    assert money(fixed_fen=0.0)["probability_roi_positive"] == 0
    assert money(lift=0.0002, fixed_fen=0.0)["probability_roi_positive"] == 1


def test_figures_have_six_decimals():
    wide = one(p0=0.1).assign(lift_p10=0.02 - 0.01 * Z90, lift_p50=0.02, lift_p90=0.02 + 0.01 * Z90)
    found = net_profit(wide, KEYS[:1]).iloc[0]
    assert found["probability_roi_positive"] == 0.945312  # 121 of 128 draws lie above a lift of .4%
    for name in ("roi_p10", "roi_p50", "roi_p90", "break_even_lift"):
        assert found[name] == round(found[name], 6)


def test_break_even_by_hand():
    smaller = one(p0=0.3, redemption=0.5, offer_fen=100, pull=0.2, orders_given_one=2.0)
    smaller = smaller.assign(basket_p10=0.98, basket_p50=0.98, basket_p90=0.98)
    # needed 10 + .3 x 50 + 5000 x .3 x .02 = 55, each point of lift earns 5000 x .98 x .8 - 50 = 3,870
    assert net_profit(smaller, KEYS[:1]).iloc[0]["break_even_lift"] == round(55 / 3_870, 6)
    larger = smaller.assign(basket_p50=1.1)
    assert net_profit(larger, KEYS[:1]).iloc[0]["break_even_lift"] == 0.0


def test_an_order_that_earns_nothing_never_breaks_even_and_one_of_half_a_fen_does():
    assert np.isnan(money(redemption=0.5, offer_fen=5_000)["break_even_lift"])
    assert money(basket_fen=2.0)["break_even_lift"] == 20.0


def test_the_middle_case_is_a_line_in_the_lift():
    # margin 5,000 fen: 5000 x .3 x .1 - 10 - .3 x 50 = 125 without a lift, each point 5000 x 1.1 x .8 - 50 = 4,350
    row = one(p0=0.3, lift=0.02, redemption=0.5, offer_fen=100, pull=0.2, orders_given_one=2.0)
    row = row.assign(basket_p10=1.1, basket_p50=1.1, basket_p90=1.1)
    base, unit = linear_net(row)
    assert (base.round(6).tolist(), unit.round(6).tolist()) == ([125.0], [4_350.0])
    # .02 of them are the 212 fen that the formula tells
    assert drawn(row)[0] == pytest.approx(base[0] + 0.02 * unit[0])

"""The interval of an audience: what its customers share does not average out."""

from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest

from ml.recall.portfolio import portfolio_draws, portfolio_net
from ml.recall.roi import INPUTS

LEVELS = (0.1, 0.5, 0.9)
Z90 = NormalDist().inv_cdf(0.9)


def contact(**changes: float) -> dict[str, float]:
    """Return a contact of a margin of 1,000,000 fen an order whose lift is 2%, give or take 1%, and costs nothing."""
    row = dict.fromkeys(INPUTS, 0.0) | dict.fromkeys(("basket_p10", "basket_p50", "basket_p90"), 1.0)
    row |= {"p0": 0.3, "margin_rate": 0.25, "basket_fen": 4_000_000.0, "orders_given_one": 1.0}
    return row | {"lift_p10": 0.02 - 0.01 * Z90, "lift_p50": 0.02, "lift_p90": 0.02 + 0.01 * Z90} | changes


def net(*curves: str, **changes: float) -> list[float]:
    rows = pd.DataFrame([contact(**changes)] * len(curves))
    return portfolio_net(rows, pd.Series(curves), 1.0, LEVELS).tolist()


def test_customers_of_one_curve_err_together_and_those_of_two_apart():
    one, together, apart = net("sms"), net("sms", "sms"), net("sms", "wecom")
    assert one == pytest.approx([20_000 - 10_000 * Z90, 20_000, 20_000 + 10_000 * Z90], rel=0.01)
    assert together == pytest.approx([2 * at for at in one])
    assert apart[1] == pytest.approx(40_000, rel=0.02)
    assert apart[2] - apart[0] == pytest.approx((together[2] - together[0]) / np.sqrt(2), rel=0.1)


def test_a_calibration_error_is_shared_by_all_curves():
    dear = {"p0_logit_sd": 0.5, "basket_p10": 1.5, "basket_p50": 1.5, "basket_p90": 1.5}
    still = dear | dict.fromkeys(("lift_p10", "lift_p50", "lift_p90"), 0.0)
    one, two = net("sms", **still), net("sms", "wecom", **still)
    assert one[0] < one[1] < one[2]
    assert two == pytest.approx([2 * at for at in one])


def test_what_a_single_customer_happens_to_spend_averages_out():
    assert net("sms", basket_cv=0.9) == net("sms")


def test_nobody_earns_nothing():
    nobody = pd.DataFrame(columns=list(INPUTS), dtype=float)
    assert portfolio_net(nobody, pd.Series(dtype=object), 1.0, LEVELS).tolist() == [0, 0, 0]


def test_the_draws_of_an_audience_are_the_same_for_ever():
    """Other draws would move every published interval of an audience a little without a reason."""
    rows = pd.DataFrame([contact(), contact()])
    draws = portfolio_draws(rows, pd.Series(["wecom", "sms"]), 1.0)
    assert draws.shape == (2, 512)
    assert draws[:, :2].round().tolist() == [[21055, 23943], [22802, 14238]]

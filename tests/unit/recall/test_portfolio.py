"""The interval of an audience: what its customers share does not average out."""

import dataclasses
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest

from ml.recall.learned import nothing_learned
from ml.recall.portfolio import portfolio_draws, portfolio_net
from ml.recall.posterior import Posterior
from ml.recall.roi import INPUTS
from tests.unit.recall.people import make_rules

LEVELS = (0.1, 0.5, 0.9)
Z90 = NormalDist().inv_cdf(0.9)
#: Of two cells the lift is 2%, give or take 1%: of one what the other is not.
BEFORE = nothing_learned(make_rules()).posterior
ROOT = np.diag(np.full(len(BEFORE.mean), 0.01))
APART = dataclasses.replace(BEFORE, mean=np.full(len(ROOT), 0.02), root=ROOT, covariance=ROOT @ ROOT.T)


def contact(**changes: float) -> dict[str, float]:
    """Return a contact of a margin of 1,000,000 fen an order whose lift is 2%, give or take 1%, and costs nothing."""
    row = dict.fromkeys(INPUTS, 0.0) | dict.fromkeys(("basket_p10", "basket_p50", "basket_p90"), 1.0)
    row |= {"p0": 0.3, "margin_rate": 0.25, "basket_fen": 4_000_000.0, "orders_given_one": 1.0}
    return row | {"lift_p10": 0.02 - 0.01 * Z90, "lift_p50": 0.02, "lift_p90": 0.02 + 0.01 * Z90} | changes


def net(*cells: int, believed: Posterior = APART, **changes: float) -> list[float]:
    rows = pd.DataFrame([contact(**changes) for _ in cells]).assign(cell=list(cells))
    return portfolio_net(rows, believed, LEVELS).tolist()


def test_customers_of_one_cell_err_together_and_those_of_two_apart():
    one, together, apart = net(0), net(0, 0), net(0, 1)
    assert one == pytest.approx([20_000 - 10_000 * Z90, 20_000, 20_000 + 10_000 * Z90], rel=0.01)
    assert together == pytest.approx([2 * at for at in one])
    assert apart[1] == pytest.approx(40_000, rel=0.02)
    assert apart[2] - apart[0] == pytest.approx((together[2] - together[0]) / np.sqrt(2), rel=0.1)


def test_cells_that_were_learned_together_err_together():
    root = np.zeros_like(ROOT)
    root[:, 0] = 0.01  # whatever one cell lacks all of them lack
    alike = dataclasses.replace(APART, root=root, covariance=root @ root.T)
    assert net(0, 1, believed=alike) == pytest.approx([2 * at for at in net(0, believed=alike)])


def test_what_is_known_of_a_cell_leaves_no_interval():
    known = dataclasses.replace(APART, root=0 * ROOT, covariance=0 * ROOT)
    assert net(0, 0, believed=known) == pytest.approx([40_000] * 3)


def test_a_calibration_error_is_shared_by_all_cells():
    dear = {"p0_logit_sd": 0.5, "basket_p10": 1.5, "basket_p50": 1.5, "basket_p90": 1.5}
    still = dear | dict.fromkeys(("lift_p10", "lift_p50", "lift_p90"), 0.0)
    one, two = net(0, **still), net(0, 1, **still)
    assert one[0] < one[1] < one[2]
    assert two == pytest.approx([2 * at for at in one])


def test_what_a_single_customer_happens_to_spend_averages_out():
    assert net(0, basket_cv=0.9) == net(0)


def test_nobody_earns_nothing():
    assert portfolio_net(pd.DataFrame(columns=[*INPUTS, "cell"], dtype=float), APART, LEVELS).tolist() == [0, 0, 0]


def test_the_draws_of_an_audience_are_the_same_for_ever():
    """Other draws would move every published interval of an audience a little without a reason."""
    rows = pd.DataFrame([contact(), contact()]).assign(cell=[1, 0])
    draws = portfolio_draws(rows, APART)
    assert draws.shape == (2, 512)
    assert draws[:, :2].round().tolist() == [[26962, 14005], [19731, 25878]]

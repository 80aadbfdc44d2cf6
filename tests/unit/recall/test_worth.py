"""What an order that recall brings is worth over the plan's reckoning: literal episodes of two bands."""

import dataclasses
import datetime as dt

import numpy as np
import pandas as pd
import pytest

from ml.recall.posterior import prior
from ml.recall.rules import MissingColumns
from ml.recall.worth import worth
from tests.unit.recall.episodes import CELLS, DATE, SETTINGS, episode, held

PLAN_DATE = DATE - dt.timedelta(days=28)
#: Every cell moves half of those who would not order by themselves, for certain.
HALF = dataclasses.replace(prior(CELLS, SETTINGS), mean=np.full(len(CELLS), 0.5))
#: Nobody orders by themselves; an order is reckoned to earn 25 yuan: of 200 sent, 100 x 25.
MONEY = {
    "plan_date": PLAN_DATE, "p0": 0.0, "held_back_probability": 0.5, "unit_fen": 2_500.0, "base_fen": -10.0,
    "expected_cost_fen": 10, "redeemed_fen": 0,
}  # fmt: skip


def two_sides(orders: int, paid_fen: int = 10_000, people: int = 200, **columns: object) -> pd.DataFrame:
    """Return so many sent, of whom so many ordered for so much, and as many held back, of whom half as many did."""
    rows = [
        make(f"{make.__name__}{number}", **MONEY, paid_fen_h=paid_fen * (number < of), **columns)
        for make, of in ((episode, orders), (held, orders // 2))
        for number in range(people)
    ]
    return pd.DataFrame(rows)


def learned(rows: pd.DataFrame, **settings: float) -> pd.DataFrame:
    return worth(HALF, rows, DATE, SETTINGS | settings, least=30).set_index("band")


def test_what_was_earned_over_what_was_reckoned_deflates_the_next_plan():
    found = learned(two_sides(100)).loc["dormant"]
    # 100 orders less 50 of the held back, at a quarter of 100 yuan: 1,250 of the 2,500 yuan that were reckoned
    assert found[["rows_sent", "rows_held", "reckoned_fen"]].tolist() == [200, 200, 250_000]
    assert found["estimate"] == pytest.approx(0.5)
    # 200 x sqrt((.5 x .5 x 200 + .25 x .75 x 200) / 199 / 200) orders of 25 yuan
    error = 200 * np.sqrt((50 + 37.5) / 199 / 200) * 2_500 / 250_000
    assert found["estimate_se"] == pytest.approx(error)
    share = (0.4**2 + 0.2**2) / (0.4**2 + 0.2**2 + error**2)
    assert found["mean"] == pytest.approx(1 - share * 0.5, abs=1e-6)
    assert found["sd"] == pytest.approx(np.sqrt(0.2 * (1 - share)), abs=1e-6)


def test_more_than_was_reckoned_raises_it_and_noise_hardly_moves_it():
    assert learned(two_sides(100, paid_fen=30_000)).loc["dormant", "mean"] > 1.3
    faint = dataclasses.replace(HALF, mean=np.full(len(CELLS), 0.02))
    noisy = worth(faint, two_sides(4, people=10), DATE, SETTINGS, least=30)
    assert noisy["estimate"].tolist() == pytest.approx([10.0])
    assert noisy["mean"].tolist() == pytest.approx([1.0], abs=0.03)


def test_a_band_of_which_little_is_known_is_drawn_to_the_others_and_not_to_one():
    few = two_sides(4, people=10, band="lost").assign(episode_id=[f"lost{at}" for at in range(20)])
    found = learned(pd.concat([two_sides(100), few]))
    assert found.loc["lost", "mean"] < learned(few).loc["lost", "mean"] < 1
    assert found.loc["dormant", "mean"] < found.loc["lost", "mean"]


def test_coupons_are_reckoned_beside_the_unit_and_added_back_to_what_was_paid():
    with_offers = two_sides(100, paid_fen=9_000).assign(redeemed_fen=lambda rows: 1_000 * (rows["paid_fen_h"] > 0))
    assert learned(with_offers).loc["dormant", "estimate"] == pytest.approx(0.5)
    # A unit net of 5 yuan of coupon an order, and the 2.5 yuan that each plan expects of it.
    net = two_sides(100).assign(unit_fen=2_000.0, expected_cost_fen=260)
    assert learned(net).loc["dormant", "reckoned_fen"] == 250_000


def test_whoever_would_have_come_anyway_is_taken_off_both_sides():
    surely = two_sides(100).assign(p0=0.4)
    found = learned(surely).loc["dormant"]
    # lift of half of the .6 who would not come; the same difference between the sides
    assert found["reckoned_fen"] == 150_000
    assert found["estimate"] == pytest.approx(1_250 / 1_500)


def test_only_own_plans_of_orders_whose_money_is_read_enter():
    rows = two_sides(100)
    for left_out in (
        {"objective": "friend"}, {"is_closed_h": False}, {"as_of_date": DATE - dt.timedelta(days=1)},
        {"arm": "random"}, {"unit_fen": None, "p0": None},
    ):  # fmt: skip
        assert worth(HALF, rows.assign(**left_out), DATE, SETTINGS, least=30).empty


def test_without_a_side_or_a_lift_nothing_is_said():
    for rows in (two_sides(100).query("is_sent"), two_sides(0)):
        found = learned(rows).loc["dormant"]
        assert np.isnan(found["estimate"])
        assert (found["mean"], found["sd"]) == (1.0, round(float(np.sqrt(0.2)), 6))
    nothing = dataclasses.replace(HALF, mean=np.zeros(len(CELLS)))
    found = worth(nothing, two_sides(100), DATE, SETTINGS, least=30)
    assert found[["reckoned_fen", "mean"]].values.tolist() == [[0, 1.0]]


def test_it_stays_within_its_ends():
    found = learned(two_sides(100, paid_fen=1_000_000), worth_sd=100.0)
    assert found.loc["dormant", "mean"] == SETTINGS["worth_most"]


def test_rows_in_any_order_say_the_same():
    rows = two_sides(100)
    assert learned(rows).equals(learned(rows.sample(frac=1, random_state=3)))


def test_frames_without_a_column_are_refused_by_name():
    with pytest.raises(MissingColumns, match="people.recall_episodes lacks unit_fen"):
        worth(HALF, two_sides(1).drop(columns="unit_fen"), DATE, SETTINGS, least=30)

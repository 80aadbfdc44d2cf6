"""Sent minus held back, added up over dates and chances: everybody counted, and counted once."""

import datetime as dt

import numpy as np
import pytest

from ml.recall.design import srm_p_value
from tests.unit.recall.read_episodes import MONDAY, WEEK, buyers, episodes, money, read


def test_dates_of_different_chances_are_compared_each_with_itself():
    # Nobody gains anything: on Monday 60% order either way and half are held back, on Tuesday 10% and a tenth are.
    first = episodes(buyers(300, 500), buyers(300, 500), expected_cost_fen=0.0)
    then = {"plan_date": MONDAY + dt.timedelta(days=1), "held_back_probability": 0.1, "expected_cost_fen": 0.0}
    assert money(first, episodes(buyers(90, 900), buyers(10, 100), **then)).iloc[0]["realised_net_fen"] == 0
    assert (
        money(first, episodes(buyers(90, 900), buyers(10, 100), **then | {"plan_date": MONDAY})).iloc[0][
            "realised_net_fen"
        ]
        == 0
    ), "of one date too: a month may change between two policies' first dates"


def test_a_date_with_one_held_back_is_read_with_the_week_and_not_left_out():
    # Tuesday: 5 sent something, 1 held back; with Monday's 10 and 10 the mean difference is 12/15 - 2/11.
    monday = episodes(buyers(8, 10), buyers(2, 10), expected_cost_fen=0.0)
    tuesday = episodes(buyers(4, 5), buyers(0, 1), plan_date=MONDAY + dt.timedelta(days=1), expected_cost_fen=0.0)
    found = money(monday, tuesday).iloc[0]
    assert found[["people_sent", "people_held_back"]].tolist() == [15, 11]
    assert found["realised_net_fen"] == round(15 * (12 / 15 - 2 / 11) * 1_000)


def test_a_date_with_too_few_joins_the_smallest_date_and_leaves_the_others_by_themselves():
    # Tuesday (5 and 1) joins Monday (10 and 10); Wednesday (20 and 20, half against a fifth) is counted all the same.
    monday = episodes(buyers(8, 10), buyers(2, 10), expected_cost_fen=0.0)
    tuesday = episodes(buyers(4, 5), buyers(0, 1), plan_date=MONDAY + dt.timedelta(days=1), expected_cost_fen=0.0)
    wednesday = episodes(buyers(10, 20), buyers(4, 20), plan_date=MONDAY + dt.timedelta(days=2), expected_cost_fen=0.0)
    found = money(monday, tuesday, wednesday).iloc[0]
    assert found["realised_net_fen"] == round((15 * (12 / 15 - 2 / 11) + 20 * (1 / 2 - 1 / 5)) * 1_000)


def test_dates_with_too_few_are_read_together_before_they_join_one_that_stands_by_itself():
    # Tuesday and Wednesday together: 4 of 4 against 1 of 2. Monday by itself: 5 of 10 against 5 of 10.
    days = [MONDAY + dt.timedelta(days=day) for day in (1, 2)]
    pair = [
        episodes(buyers(2, 2), buyers(held, 1), plan_date=day, expected_cost_fen=0.0)
        for held, day in zip((0, 1), days, strict=True)
    ]
    found = money(episodes(buyers(5, 10), buyers(5, 10), expected_cost_fen=0.0), *pair).iloc[0]
    assert found["realised_net_fen"] == round(4 * (1 - 1 / 2) * 1_000)


def test_where_chances_meet_the_held_back_stand_for_those_who_were_sent_something():
    # One held back of two ordered, one of five did not; read together the first stands for one, the second for four.
    even = episodes(buyers(1, 1), buyers(1, 1), expected_cost_fen=0.0)
    few = episodes(buyers(2, 4), buyers(0, 1), held_back_probability=0.2, expected_cost_fen=0.0)
    assert money(even, few).iloc[0]["realised_net_fen"] == 2_000  # 5 times 3/5 less 1/5


def test_a_week_without_anybody_held_back_is_read_with_the_nearest_week_of_its_policy_the_earlier_one_first():
    weeks = [
        episodes(buyers(5, 10), buyers(held, 10), plan_date=MONDAY + week * WEEK, expected_cost_fen=0.0)
        for week, held in ((0, 9), (1, 3), (3, 8))
    ]
    alone = episodes(buyers(5, 10), [], plan_date=MONDAY + 2 * WEEK, expected_cost_fen=0.0)
    other = episodes(buyers(5, 10), buyers(0, 10), plan_date=MONDAY + 2 * WEEK, policy_id="re_add")
    found = money(*weeks, alone, other).set_index(["policy_id", "week_from"]).loc["recall_at_risk"]
    row = found.loc[MONDAY + 2 * WEEK]
    assert row[["people_sent", "people_held_back"]].tolist() == [10, 0]
    assert row["realised_net_fen"] == 10 * (0.5 - 0.3) * 1_000
    assert found.loc[MONDAY, "realised_net_fen"] == 10 * (0.5 - 0.9) * 1_000


def test_the_same_rows_in_another_order_say_the_same():
    rng = np.random.default_rng(1)
    rows = episodes(list(rng.lognormal(8, 1, 400)), list(rng.lognormal(8, 1, 60)), held_back_probability=0.13)
    assert read(rows.sample(frac=1, random_state=2)).equals(read(rows))


def test_of_few_buyers_the_spread_is_taken_from_both_sides():
    # None of 40 held back ordered: by themselves they would say that nobody ever does.
    found = money(episodes(buyers(40, 200), buyers(0, 40), held_back_probability=1 / 6)).iloc[0]
    spread = (40 * 0.8) / (199 + 39) * 1e6  # squares about the means of both sides, in margin
    half = 1.6448536 * 200 * (spread * (1 / 200 + 1 / 40)) ** 0.5
    assert found["realised_high_fen"] - found["realised_net_fen"] == pytest.approx(half, abs=1)


def test_the_chances_may_differ_from_person_to_person():
    # .1 of 900 and .5 of 100: 140 held back are expected, by a variance of 81 + 25.
    q = np.array([0.1] * 900 + [0.5] * 100)
    assert srm_p_value(np.arange(1000) < 140, q) == 1.0
    assert srm_p_value(np.arange(1000) < 140 + 20, q) == pytest.approx(0.0521, abs=1e-4)  # 20 / sqrt(106) = 1.943

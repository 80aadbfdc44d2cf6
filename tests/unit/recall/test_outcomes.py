"""Reading what was sent really earned, against people whose answer is known."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from ml.recall import arms
from ml.recall.tables import OUTCOMES
from tests.unit.recall.read_episodes import KNOWN, MONDAY, WEEK, buyers, episodes, money, read


def test_what_those_sent_something_spent_more_times_margin_less_the_cost_of_sending():
    # 40 of 100 order, of those held back 30: .1 x 4,000 x .25 = 100 fen a head, less 10 of cost, times 100 people.
    found = money(episodes(buyers(40, 100), buyers(30, 100))).iloc[0]
    assert found[["people_sent", "people_held_back", "realised_net_fen"]].tolist() == [100, 100, 9_000]
    # variance of an order of 1,000 fen margin: .4 x .6 and .3 x .7, over 99; 1.645 x 100 x sqrt(1e6 (.24 + .21) / 99)
    assert (found["realised_low_fen"], found["realised_high_fen"]) == (-2_090, 20_090)
    assert found["detectable_net_fen"] == 16_764  # 2.486 standard errors of 6,742


def test_an_episode_says_its_orders_at_its_end_and_its_money_at_its_end_and_after_h_and_3h():
    found = read(episodes(buyers(40, 100), buyers(30, 100), paid_fen_h=0.0, paid_fen_3h=4_000.0))
    assert list(found.columns) == list(OUTCOMES)
    said = found.set_index("read_window")[["lift", "realised_net_fen"]]
    assert said.loc["episode"].tolist() == [0.1, 9_000]
    assert (np.isnan(said.loc["h", "lift"]), said.loc["h", "realised_net_fen"]) == (True, -1_000)
    assert said.loc["3h", "realised_net_fen"] == -1_000


def test_an_episode_that_is_not_over_is_in_no_reading():
    rows = episodes(buyers(40, 100), buyers(30, 100), is_closed_3h=False)
    assert read(rows)["read_window"].tolist() == ["episode", "h"]
    assert read(rows.assign(is_closed=False, is_closed_h=False)).empty


def test_a_redeemed_coupon_is_not_taken_off_a_second_time():
    # An order of 100 yuan with a coupon of 15: 85 were paid. The margin of a quarter is 21.25 yuan, not 21.25 - 15.
    rows = episodes([8_500.0, 8_500.0], [0.0, 0.0], redeemed=True, redeemed_fen=1_500, expected_cost_fen=0.0)
    assert money(rows).iloc[0]["realised_net_fen"] == 2 * 2_125


def test_who_was_not_reached_still_counts_where_the_lot_put_them():
    rows = episodes(buyers(40, 100), buyers(30, 100))
    delivered = rows.assign(is_delivered=rows["paid_fen"].gt(0) & rows["is_sent"])
    assert read(delivered).equals(read(rows.assign(is_delivered=False)))


def test_28_daily_audiences_add_up_to_what_they_earned_once():
    # Each contact earns 10 yuan: of every audience ten are sent something and pay 40 yuan, the others pay nothing.
    days = [MONDAY + dt.timedelta(days=day) for day in range(28)]
    found = money(*(episodes([4_000.0] * 10, [0.0] * 10, plan_date=day, expected_cost_fen=0.0) for day in days))
    assert found["week_from"].tolist() == [MONDAY + week * WEEK for week in range(4)]
    assert found["realised_net_fen"].sum() == 28 * 10 * 1_000


def test_a_policy_that_holds_nobody_back_says_how_many_and_that_they_are_too_few():
    found = read(episodes(buyers(5, 10), []))
    assert found["people_sent"].tolist() == [10, 10, 10]
    assert found["realised_net_fen"].isna().all() and found["lift"].isna().all()
    assert found["verdict"].tolist() == ["too_few"] * 3


def test_policies_and_dates_are_read_apart_and_evenly_drawn_options_are_a_line_of_their_own():
    random = episodes(buyers(3, 10), buyers(3, 10), arm=arms.RANDOM)
    found = money(episodes(buyers(5, 10), buyers(4, 10)), random, episodes([], [4_000.0], arm="holdout_global"))
    assert found["policy_id"].tolist() == ["random", "recall_at_risk"]
    assert found["people_sent"].tolist() == [10, 10]


def test_what_is_predicted_is_the_sum_of_those_sent_and_people_of_one_cell_share_their_error():
    # P10 to P90 of 2 x 1.2816 fen: an error of 1 fen each. Four of a cell: 4; three of another: 3; together 5.
    spread = {"net_p10_fen": 90 - 1.2815515655, "net_p90_fen": 90 + 1.2815515655}
    some = episodes(buyers(1, 4), buyers(1, 4), **spread)
    others = episodes(buyers(1, 3), buyers(1, 3), message_channel="wecom", **spread)
    found = money(some, others.assign(episode_id="other" + others["episode_id"])).iloc[0]
    assert found["predicted_net_fen"] == 7 * 90
    assert (found["predicted_low_fen"], found["predicted_high_fen"]) == (630 - 8, 630 + 8)  # 1.645 x 5


@pytest.mark.parametrize(
    ("sent", "held", "verdict"),
    [
        (buyers(4_400, 10_000), buyers(3_400, 10_000), "agrees"),  # 100 fen a head as predicted
        (buyers(3_400, 10_000), buyers(3_400, 10_000), "disagrees"),  # nothing, of which there is no doubt
        (buyers(4_400, 10_000), buyers(2_400, 10_000), "disagrees"),  # twice as much
        (buyers(44, 100), buyers(34, 100), "too_few"),
        (buyers(34, 100), buyers(34, 100), "too_few"),
        (buyers(0, 100), buyers(0, 100), "too_few"),  # nobody at all ordered: nothing is known of chance
    ],
)
def test_a_verdict_is_given_where_so_many_can_tell_and_too_few_is_not_no_effect(sent, held, verdict):
    found = read(episodes(sent, held)).set_index("read_window")
    assert found["verdict"].tolist() == [verdict] * 3
    if verdict != "too_few":
        assert found["weeks_needed"].isna().all()


def test_too_few_says_how_many_weeks_of_this_size_would_tell():
    # 100 and 100 detect 2.486 x sqrt((.44 x .56 + .34 x .66) x 1e6 / 99) = 172 fen a head; 100 are predicted.
    found = read(episodes(buyers(44, 100), buyers(34, 100))).set_index("read_window")
    assert found["weeks_needed"].tolist() == [3, 3, 3]
    assert found.loc["episode", "detectable_lift"] == pytest.approx(0.1715, abs=1e-4)


def test_an_effect_that_costs_more_than_it_brings_needs_no_more_weeks_to_be_seen():
    # 20 fen less than nothing is predicted: what has to be seen is the 100 of margin, not the loss.
    found = money(episodes(buyers(44, 100), buyers(34, 100), expected_cost_fen=120.0, net_mean_fen=-20.0,
                           net_p10_fen=-20.0, net_p90_fen=-20.0)).iloc[0]  # fmt: skip
    assert found["weeks_needed"] == 3


def test_a_landed_experiment_has_its_lift_beside_that_of_the_seed_and_no_money_that_nobody_knows():
    landed = {
        "source": "agency",
        "experiment_id": "spring",
        "policy_id": None,
        "expected_cost_fen": np.nan,
    } | dict.fromkeys(("lift_mean", "lift_p10", "lift_p90", "net_mean_fen", "net_p10_fen", "net_p90_fen"), np.nan)
    found = read(episodes(buyers(4_400, 10_000), buyers(3_400, 10_000), **landed))
    assert found["read_window"].tolist() == ["episode"]
    row = found.iloc[0]
    assert row[["source", "experiment_id", "lift", "predicted_lift"]].tolist() == ["landed", "spring", 0.1, 0.1]
    assert pd.isna(row["policy_id"]) and pd.isna(row["realised_net_fen"]) and pd.isna(row["predicted_net_fen"])
    assert row["verdict"] == "agrees"


def test_experiments_are_read_apart_and_a_reading_belongs_to_the_date_it_is_known_on():
    landed = {"source": "agency", "policy_id": None, "lift_mean": np.nan}
    both = [episodes(buyers(5, 10), buyers(4, 10), experiment_id=name, **landed) for name in ("autumn", "spring")]
    later = [each.assign(as_of_date=KNOWN + WEEK) for each in both]
    found = read(*both, *later)
    found = found[found["read_window"] == "episode"]
    assert found[["as_of_date", "experiment_id"]].to_numpy().tolist() == [
        [KNOWN, "autumn"], [KNOWN, "spring"], [KNOWN + WEEK, "autumn"], [KNOWN + WEEK, "spring"],
    ]  # fmt: skip


def test_nobody_planned_yet_is_an_empty_table_of_the_same_columns():
    assert list(read(episodes([1.0], [1.0]).iloc[:0]).columns) == list(OUTCOMES)


@pytest.mark.parametrize(("predicted_fen", "verdict"), [(200.9, "agrees"), (-20.9, "too_few"), (201.0, "disagrees")])
def test_intervals_that_touch_are_compatible(predicted_fen, verdict):
    # Realised lies between -2,090 and 20,090 fen.
    certain = dict.fromkeys(("net_mean_fen", "net_p10_fen", "net_p90_fen"), predicted_fen)
    found = money(episodes(buyers(40, 100), buyers(30, 100), **certain)).iloc[0]
    assert found["verdict"] == verdict
    assert pd.isna(found["weeks_needed"]), "of an effect below nothing no number of weeks would tell"

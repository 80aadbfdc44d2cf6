"""Reading what an audience really earned, against people whose answer is known."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from ml.recall.outcomes import (
    JOURNAL_COLUMNS,
    PLANNED_WITH,
    due_on,
    margin_of_difference,
    outcomes,
    read_together,
    srm_p_value,
)
from tests.unit.recall.people import DATE, NO_ANCESTRY, make_rules

RULES = make_rules(holdout_share=0.5)
READ_ON = DATE + dt.timedelta(days=28)
ALL_SENT = pd.DataFrame({"audience_id": "a", "one_id": [f"p{n}" for n in range(1000)]})


UNCHANGED = pd.DataFrame({"one_id": pd.Series(dtype=str), "changed_on": pd.Series(dtype=object)})


def journal(
    arms: list[str], cost_fen: int = 10, policies: list[str] | None = None, margin: float | None = None
) -> pd.DataFrame:
    rows = [
        {
            "version": "v1",
            "as_of_date": DATE,
            "audience_id": "a",
            "one_id": f"p{n}",
            "arm": arm,
            "assignment_probability": 0.5,
            "campaign_id": "c",
            "message_channel": "sms" if arm in ("treat", "explore") else None,
            "offer_id": "none",
            "expected_cost_fen": cost_fen,
            "net_p10_fen": 10,
            "net_p50_fen": 90,
            "net_p90_fen": 200,
            "policy_id": policies[n] if policies else "recall_at_risk",
            "margin_rate": margin,
        }
        for n, arm in enumerate(arms)
    ]
    return pd.DataFrame(rows, columns=[*JOURNAL_COLUMNS, *PLANNED_WITH])


def orders(buyers: list[int], paid_fen: int = 4_000, days: int = 5) -> pd.DataFrame:
    return pd.DataFrame({
        "one_id": [f"p{n}" for n in buyers],
        "order_date": DATE + dt.timedelta(days=days),
        "net_paid_fen": paid_fen,
    })


def read(
    given: pd.DataFrame,
    bought: pd.DataFrame,
    known_on: dt.date = READ_ON,
    sent: pd.DataFrame = ALL_SENT,
    changed: pd.DataFrame | None = None,
    ancestry: pd.DataFrame = NO_ANCESTRY,
) -> pd.DataFrame:
    return outcomes(given, bought, sent, UNCHANGED if changed is None else changed, ancestry, RULES, known_on)


def test_the_lift_over_the_holdout_times_margin_less_cost():
    # Of 100 treated 40 order, of 100 held out 30: .1 x 4,000 x .25 = 100 fen a head, less 10 of cost, times 100 people.
    found = read(journal(["treat"] * 100 + ["holdout_global"] * 100), orders([*range(40), *range(100, 130)])).iloc[0]
    assert found["realised_net_fen"] == 9_000
    assert found["realised_low_fen"] < 9_000 < found["realised_high_fen"]
    assert (found["predicted_net_p10_fen"], found["predicted_net_p50_fen"], found["predicted_net_p90_fen"]) == (
        1_000,
        9_000,
        20_000,
    )
    assert found["inside_interval"]


def test_who_was_not_reached_still_counts_where_they_were_assigned():
    given, bought = journal(["treat"] * 100 + ["holdout_global"] * 100), orders(list(range(40)))
    nobody = read(given, bought, sent=ALL_SENT.iloc[:0]).iloc[0]
    everybody = read(given, bought).iloc[0]
    assert nobody["realised_net_fen"] == everybody["realised_net_fen"]
    assert (nobody["sent_share"], everybody["sent_share"]) == (0.0, 1.0)


def test_explorers_stand_on_neither_side():
    arms = ["treat"] * 50 + ["holdout_campaign"] * 50
    without = read(journal(arms), orders([1, 2, 3])).iloc[0]
    with_them = read(journal([*arms, *["explore"] * 30]), orders([1, 2, 3, *range(100, 130)])).iloc[0]
    assert without["realised_net_fen"] == with_them["realised_net_fen"]


def test_an_audience_is_read_after_h_and_3h_and_never_before():
    given = journal(["treat"] * 10 + ["holdout_global"] * 10)
    assert read(given, orders([1]), READ_ON - dt.timedelta(days=1)).empty
    assert read(given, orders([1]), READ_ON)["read_on_date"].tolist() == [READ_ON]
    assert len(read(given, orders([1]), DATE + dt.timedelta(days=84))) == 2


def test_an_order_on_the_day_of_the_decision_is_not_its_effect():
    given = journal(["treat"] * 10 + ["holdout_global"] * 10)
    assert read(given, orders([1], days=0)).iloc[0]["realised_net_fen"] == -100
    assert read(given, orders([1], days=29)).iloc[0]["realised_net_fen"] == -100


def test_a_reading_belongs_to_the_date_it_is_known_on_and_not_to_the_audiences():
    given, late = journal(["treat"] * 10 + ["holdout_global"] * 10), DATE + dt.timedelta(days=90)
    found = read(given, orders([1]), late)
    assert found["as_of_date"].tolist() == [late, late]
    assert found["read_on_date"].tolist() == [READ_ON, DATE + dt.timedelta(days=84)]


def test_policies_that_hold_out_different_shares_are_compared_each_with_itself():
    # Nobody gains anything: of the at-risk 60% order either way, of the lost 10%. The first hold out half, the others
    # a tenth, so that all held out together look like better customers than all offered together.
    at_risk, lost = ["treat"] * 500 + ["holdout_campaign"] * 500, ["treat"] * 900 + ["holdout_campaign"] * 100
    buyers = [*range(300), *range(500, 800), *range(1000, 1090), *range(1900, 1910)]
    given = journal(at_risk + lost, 0, ["recall_at_risk"] * 1000 + ["recall_lost"] * 1000)
    assert read(given, orders(buyers)).iloc[0]["realised_net_fen"] == 0
    together = read(given.assign(policy_id="one"), orders(buyers)).iloc[0]
    assert together["realised_high_fen"] < 0, "read together they would seem to lose money for certain"


def test_policies_with_few_held_out_are_read_together():
    arms = (["treat"] * 20 + ["holdout_campaign"] * 5) * 3
    given = journal(arms, 0, ["recall_lost"] * 25 + ["re_add"] * 25 + ["renewal"] * 25)
    found = read(given, orders([0, 1, 2, 20]))
    assert found.equals(read(given.assign(policy_id="one"), orders([0, 1, 2, 20])))
    assert found.iloc[0]["realised_low_fen"] < found.iloc[0]["realised_net_fen"]


def test_what_was_earned_is_reckoned_with_the_margin_the_plan_was_made_with():
    arms, bought = ["treat"] * 100 + ["holdout_global"] * 100, orders([*range(40), *range(100, 130)])
    assert read(journal(arms, 0), bought).iloc[0]["realised_net_fen"] == 10_000  # the setting's .25
    assert read(journal(arms, 0, margin=0.4), bought).iloc[0]["realised_net_fen"] == 16_000


def test_merged_people_are_held_out_more_often_and_that_is_no_tampering():
    # Under a share of a half, one id is held out in 1 of 2, two ids in 3 of 4.
    given = journal(["holdout_global"] * 750 + ["treat"] * 250)
    ancestry = pd.DataFrame({"one_id": [f"p{n}" for n in range(1000)], "ancestor_one_id": "old"})
    assert read(given, orders([])).iloc[0]["srm_p_value"] < 1e-6
    assert read(given, orders([]), ancestry=ancestry).iloc[0]["srm_p_value"] == 1.0
    fewer = journal(["holdout_global"] * 700 + ["treat"] * 300)  # chi-square 50^2 / 750 + 50^2 / 250 = 13.3
    assert read(fewer, orders([]), ancestry=ancestry).iloc[0]["srm_p_value"] == 0.000261


def test_a_twice_published_date_counts_once_with_its_last_version():
    first, second = (
        journal(["treat"] * 10 + ["holdout_global"] * 10),
        journal(["treat"] * 10 + ["holdout_global"] * 10, cost_fen=20),
    )
    both = pd.concat([first, second.assign(version="v2")])
    assert read(both, orders([])).iloc[0]["realised_net_fen"] == -200


def test_a_tampered_holdout_is_noticed_and_an_honest_one_is_not():
    assert srm_p_value(5_000, 100_000, 0.05) == 1.0
    assert srm_p_value(4_900, 98_000 + 1_900, 0.05) > 0.05
    assert srm_p_value(3_000, 98_000, 0.05) < 1e-6  # 2 points of the 5 moved into treatment


def test_a_person_merged_since_leaves_the_analysis():
    given = journal(["treat"] * 10 + ["holdout_global"] * 10)
    merged = pd.DataFrame({"one_id": ["p1"], "changed_on": [DATE + dt.timedelta(days=3)]})
    assert read(given, orders([1]), changed=merged).iloc[0]["realised_net_fen"] == -90
    before = merged.assign(changed_on=DATE - dt.timedelta(days=3))
    assert read(given, orders([1]), changed=before).iloc[0]["realised_net_fen"] == 900


def test_two_equal_halves_differ_by_chance_in_about_a_tenth_of_the_readings():
    rng = np.random.default_rng(4)
    outside = 0
    for _ in range(1_000):
        bought = 1_000.0 * (rng.random(400) < 0.3)
        _, low, high = margin_of_difference([(bought[:200], bought[200:])], cost=0.0)
        outside += not low <= 0 <= high
    assert 0.07 <= outside / 1_000 <= 0.13


HALF_HELD = ["treat"] * 10 + ["holdout_global"] * 10


def test_an_order_counts_from_the_day_after_the_date_to_the_day_of_the_reading():
    # .25 x 4,000 fen of one in ten, times ten people, less ten messages of 10 fen
    earned = {days: read(journal(HALF_HELD), orders([1], days=days))["realised_net_fen"][0] for days in (0, 1, 28, 29)}
    assert earned == {0: -100, 1: 900, 28: 900, 29: -100}
    late = read(journal(HALF_HELD), orders([1], days=84), DATE + dt.timedelta(days=84))
    assert late["realised_net_fen"].tolist() == [-100, 900]


def test_who_was_merged_on_the_date_itself_was_judged_as_merged_and_stays():
    given = journal(HALF_HELD)
    merged = pd.DataFrame({"one_id": ["p1"], "changed_on": [DATE]})
    assert read(given, orders([1]), changed=merged)["realised_net_fen"].tolist() == [900]


def test_an_audience_of_which_everybody_was_merged_since_says_nothing():
    everybody = pd.DataFrame({"one_id": [f"p{n}" for n in range(20)], "changed_on": DATE + dt.timedelta(days=1)})
    found = read(journal(HALF_HELD), orders([1]), changed=everybody).iloc[0]
    assert found[["realised_net_fen", "realised_low_fen", "sent_share", "inside_interval"]].isna().all()
    assert (found["predicted_net_p50_fen"], found["srm_p_value"]) == (0, 1.0)


def test_an_explorer_adds_nothing_to_what_was_foretold_or_spent():
    with_them = read(journal([*HALF_HELD, *["explore"] * 30]), orders([1])).iloc[0]
    without = read(journal(HALF_HELD), orders([1])).iloc[0]
    same = [name for name in without.index if name != "srm_p_value"]
    assert with_them[same].equals(without[same])


def test_the_share_that_was_sent_is_of_those_with_a_channel_and_by_messages_of_this_audience():
    arrived = pd.DataFrame({"audience_id": ["a", "a", "another"], "one_id": ["p0", "p19", "p1"]})
    given = journal(["treat"] * 3 + ["holdout_global"] * 17)
    assert read(given, orders([]), sent=arrived)["sent_share"].tolist() == [0.333333]
    nobody = journal(["not_selected"] * 10 + ["holdout_global"] * 10)
    assert read(nobody, orders([]), sent=arrived)["sent_share"].tolist() == [None]


@pytest.mark.parametrize(("cost", "inside"), [(0, False), (1, True), (10, True), (20, True), (21, False)])
def test_the_ends_of_an_interval_belong_to_it(cost, inside):
    # Foretold 100 to 2,000 fen for ten people; earned 2,100 fen less the cost of each, 0 and so on.
    given = journal(HALF_HELD, cost).assign(net_p10_fen=190, net_p90_fen=209)
    found = read(given, orders([1], paid_fen=8_400)).iloc[0]
    assert found["realised_net_fen"] == 2_100 - 10 * cost
    assert found["inside_interval"] == inside


def test_every_audience_is_read_with_its_own_people():
    later = DATE + dt.timedelta(days=1)
    other = journal(["treat"] * 5 + ["holdout_global"] * 5).assign(audience_id="b", as_of_date=later)
    both = pd.concat([journal(HALF_HELD), other])
    found = read(both, orders([1]), later + dt.timedelta(days=28)).set_index("audience_id")["realised_net_fen"]
    assert found.to_dict() == {"a": 900, "b": 950}


def groups(least: int, **policies: tuple[int, int]) -> dict[str, str]:
    """Return the group of each policy of so many (held out, offered)."""
    rows = [(name, side) for name, sides in policies.items() for side, count in enumerate(sides) for _ in range(count)]
    frame = pd.DataFrame(rows, columns=["policy", "side"])
    found = read_together(frame["policy"].rename("policy_id"), frame["side"].eq(0), frame["side"].eq(1), least)
    return dict(zip(frame["policy"], found, strict=True))


SMALL = "small policies"


def test_a_policy_with_just_enough_on_both_sides_is_read_alone():
    assert groups(3, a=(3, 3), b=(4, 9)) == {"a": "a", "b": "b"}
    assert groups(3, a=(2, 9), b=(9, 2), c=(3, 3)) == {"a": SMALL, "b": SMALL, "c": "c"}


def test_small_policies_that_are_enough_together_take_no_larger_one_with_them():
    assert groups(3, a=(1, 1), b=(2, 2), c=(3, 3)) == {"a": SMALL, "b": SMALL, "c": "c"}


def test_where_the_small_are_too_few_even_together_the_next_smallest_joins_them():
    assert groups(3, a=(1, 9), b=(5, 5), c=(4, 9), d=(4, 9)) == {"a": SMALL, "b": "b", "c": SMALL, "d": "d"}
    # The offered are too few until b joins as well.
    assert groups(9, a=(9, 1), b=(9, 9), c=(99, 99)) == {"a": SMALL, "b": SMALL, "c": "c"}
    assert groups(9, a=(1, 9), b=(9, 9), c=(99, 99)) == {"a": SMALL, "b": SMALL, "c": "c"}


def test_where_all_are_too_few_all_are_read_together():
    assert groups(9, a=(1, 1), b=(2, 2)) == {"a": SMALL, "b": SMALL}
    assert groups(9, a=(1, 1)) == {"a": SMALL}


def test_a_difference_of_means_and_its_interval_by_hand():
    group = (np.array([0.0, 10.0, 20.0, 30.0]), np.array([0.0, 2.0]))
    # 4 x (15 - 1) = 56 less 6; 4 x sqrt(166.67 / 4 + 2 / 2) = 26.13, times 1.645 = 42.98
    assert margin_of_difference([group], 6.0) == (50, 7, 93)
    # a second group, twice 3 - 1 with 2 x sqrt(8 / 2 + 2 / 2) = 4.47: together 26.51 x 1.645 = 43.6
    second = (np.array([1.0, 5.0]), np.array([0.0, 2.0]))
    assert margin_of_difference([group, second], 6.0) == (54, 10, 98)


def test_two_people_on_each_side_are_the_fewest_that_say_anything():
    two, one = np.array([1.0, 2.0]), np.array([1.0])
    assert margin_of_difference([(two, two)], 0.0)[0] == 0
    assert margin_of_difference([(two, one)], 0.0) == (None, None, None)
    assert margin_of_difference([(two, two), (one, two)], 0.0) == (None, None, None)
    assert margin_of_difference([], 0.0) == (None, None, None)


def test_sixty_of_a_hundred_where_fifty_were_due_happens_once_in_twenty_two_times():
    # chi-square 10^2 / 50 + 10^2 / 50 = 4
    assert srm_p_value(60, 100, 0.5) == pytest.approx(0.0455, abs=1e-4)
    # 8 too many of 20 due, 8 too few of 80: 64 / 20 + 64 / 80 = 4 as well
    assert srm_p_value(28, 100, 0.2) == pytest.approx(0.0455, abs=1e-4)


def test_where_nobody_or_everybody_is_to_be_held_out_there_is_no_share_to_test():
    assert srm_p_value(0, 100, 0.0) == 1.0
    assert srm_p_value(100, 100, 1.0) == 1.0
    assert srm_p_value(0, 0, 0.5) == 1.0


def test_a_share_held_out_has_a_probability_of_six_decimals():
    found = read(journal(["treat"] * 13 + ["holdout_global"] * 7), orders([])).iloc[0]
    assert found["srm_p_value"] == 0.179712  # chi-square 3^2 / 10 + 3^2 / 10 = 1.8


def test_a_night_after_nobody_was_a_candidate_has_nothing_to_read():
    """A small brand's first night may plan nobody: its journal is there and holds no row."""
    due = READ_ON + dt.timedelta(days=1)
    assert due_on(journal([]), [READ_ON, due], horizon_days=28) == []
    assert due_on(journal(["treat"]), [READ_ON - dt.timedelta(days=1), READ_ON], horizon_days=28) == [READ_ON]

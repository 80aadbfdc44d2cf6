"""Reading what an audience really earned, against people whose answer is known."""

import datetime as dt

import numpy as np
import pandas as pd

from ml.recall.outcomes import JOURNAL_COLUMNS, PLANNED_WITH, due_on, margin_of_difference, outcomes, srm_p_value
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


def test_a_night_after_nobody_was_a_candidate_has_nothing_to_read():
    """A small brand's first night may plan nobody: its journal is there and holds no row."""
    due = READ_ON + dt.timedelta(days=1)
    assert due_on(journal([]), [READ_ON, due], horizon_days=28) == []
    assert due_on(journal(["treat"]), [READ_ON - dt.timedelta(days=1), READ_ON], horizon_days=28) == [READ_ON]

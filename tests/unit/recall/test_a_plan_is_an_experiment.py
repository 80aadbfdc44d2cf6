"""What makes a day's list an experiment: who is held back of whom was planned, who is in a lot, what was learned."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from ml.recall import Rules, Salts, plan_recall
from ml.recall.holdouts import unit_draws
from ml.recall.learned import Learned, nothing_learned
from ml.recall.plan import RecallPlan
from tests.unit.recall.people import DATE, KNOWN, NO_ANCESTRY, make_rules, people, person, scores

ALL_HELD_BACK = {"held_back_first": 1.0, "held_back_least": 1.0}
NEW = {"purchase_stage": "registered_no_order", "days_since_order": None, "average_gap_days": None}


def plan(
    rows: list[dict[str, object]], salts: Salts, rules: Rules, learned: Learned | None = None, **of_scores: float
) -> RecallPlan:
    scored = scores(**{who: ("return_at_risk", score) for who, score in of_scores.items()})
    known = None if learned is None else {DATE: learned}
    return plan_recall(people(*rows), scored, NO_ANCESTRY, rules, salts, {DATE: 1_000_000}, known)


def crowd(count: int, **changes: object) -> list[dict[str, object]]:
    return [person(f"p{number:04d}", **changes) for number in range(count)]


def arms(found: RecallPlan) -> dict[str, str]:
    return found.assignment.set_index("one_id")["arm"].to_dict()


def test_who_is_held_back_has_the_same_plan_and_stands_in_no_list(salts):
    rules = make_rules(**(KNOWN | {"held_back_first": 0.5}))
    found = plan(crowd(40, reachable_channels=["wecom"]), salts, rules)
    plans = found.plans.set_index("one_id")
    held, sent = (set(plans.index[plans["arm"] == arm]) for arm in ("held_back", "treat"))
    assert len(held) > 10 and len(sent) > 10 and len(held | sent) == 40
    same = ["message_channel", "offer_id", "depth", "lift_mean", "net_mean_fen", "expected_cost_fen", "ends_on"]
    assert len(plans[same].drop_duplicates()) == 1
    assert set(found.audience["one_id"]) == set(found.tasks["one_id"]) == sent
    budget = found.budget.iloc[0]
    assert budget["held_back_people"] == len(held)
    assert budget["expected_cost_fen"] == plans.loc[list(sent), "expected_cost_fen"].sum()
    assert found.plan_options.groupby("one_id")["is_chosen"].sum().tolist() == [1] * 40


def test_the_stored_probability_of_who_was_planned_is_that_of_their_side_of_the_lot(salts):
    rules = make_rules(**(KNOWN | {"held_back_first": 0.25}), holdout_share=0.2)
    drawn = plan(crowd(60, reachable_channels=["wecom"]), salts, rules).assignment
    found = drawn.groupby("arm")["assignment_probability"].unique().map(list).to_dict()
    assert found == {"holdout_global": [0.2], "held_back": [0.2], "treat": [0.6]}


def test_fewer_are_held_back_the_longer_a_policy_has_run(salts):
    nights = dataclasses.replace(nothing_learned(make_rules()), nights={"recall_at_risk": 20})
    found = plan([person("anna"), person("bert", purchase_stage="lost")], salts, make_rules(), nights)
    assert found.plans.set_index("one_id")["held_back_probability"].to_dict() == {"anna": 0.075, "bert": 0.15}


def test_whose_episode_is_open_is_planned_nothing_anew(salts, rules):
    open_one = {"open_episode_id": "e_1", "open_episode_kind": "recall", "open_episode_step": 0}
    rows = [
        person("sent", open_episode_arm="treat", **open_one),
        person("held", open_episode_arm="held_back", **open_one),
        person("over"),
    ]
    found = plan(rows, salts, rules)
    assert arms(found) == {"sent": "in_episode", "held": "in_episode", "over": "treat"}
    assert set(found.plans["one_id"]) == set(found.plan_options["one_id"]) == {"over"}


def test_the_next_step_of_a_ladder_goes_on_on_the_sent_side_alone(salts):
    rules = make_rules(**KNOWN, ladder_stop_share=0.0)
    ladder = NEW | {"first_order_step": 1, "days_since_first_order_step": 7, "days_registered": 90}
    ladder |= {"open_episode_id": "e_1", "open_episode_kind": "first_order", "open_episode_step": 1}
    rows = [person(arm, open_episode_arm=arm, **ladder) for arm in ("treat", "held_back", "random")]
    found = plan(rows, salts, rules)
    assert arms(found) == {"treat": "treat", "held_back": "in_episode", "random": "in_episode"}
    row = found.plans.iloc[0]
    assert (row["one_id"], row["episode_id"], row["ladder_step"], row["opens_episode"]) == ("treat", "e_1", 2, False)
    stopped = plan(rows, salts, make_rules(**KNOWN, ladder_stop_share=1.0))
    assert arms(stopped)["treat"] == "held_back" and stopped.audience.empty
    # whom the lot stopped at this step is not asked again the next night
    after = person("treat", open_episode_arm="treat", **(ladder | {"open_episode_step": 2}))
    assert arms(plan([after], salts, rules)) == {"treat": "in_episode"}


def test_an_order_after_the_first_rung_lets_the_climb_go_on_in_the_same_episode(salts):
    bought = {"purchase_stage": "first_buyer", "first_order_step": 1, "orders_since_first_order_ladder": 1}
    bought |= {"days_since_order": 8, "average_gap_days": 7.0, "open_episode_id": "e_1", "open_episode_step": 1}
    bought |= {"open_episode_kind": "first_order", "open_episode_arm": "treat"}
    found = plan([person("anna", **bought)], salts, make_rules(**KNOWN, ladder_stop_share=0.0)).plans
    assert found[["policy_id", "episode_id", "opens_episode"]].to_numpy().tolist() == [
        ["after_purchase_climb", "e_1", False]
    ]


def test_a_service_is_never_held_back_and_opens_no_episode(salts):
    ends = {"purchase_stage": "loyal", "days_to_entitlement_end": 10, "open_episode_id": "e_1"}
    rules = make_rules(**(KNOWN | ALL_HELD_BACK), exploration_share=1.0)
    found = plan(crowd(20, **ends), salts, rules)
    assert set(arms(found).values()) == {"treat"}
    assert set(found.assignment["assignment_probability"]) == {1.0}
    assert set(found.plans["held_back_probability"]) == {0.0}
    assert not found.plans["opens_episode"].any()


def test_who_gets_the_shops_own_list_is_planned_nothing_and_a_service_still(salts, rules):
    ends = {"purchase_stage": "loyal", "days_to_entitlement_end": 10}
    usual = dataclasses.replace(rules, as_usual_share=1.0)
    found = plan([person("anna"), person("bert", **ends)], salts, usual)
    assert arms(found) == {"anna": "as_usual", "bert": "treat"}
    assert found.plans["one_id"].tolist() == ["bert"]


def test_who_returns_surely_is_no_recall(salts, rules):
    rows = [person(who, reachable_channels=["sms"]) for who in ("sure", "open")]
    found = plan(rows, salts, rules, sure=0.98, open=0.3)
    assert arms(found) == {"sure": "not_selected", "open": "treat"}


def test_a_friend_is_worth_a_share_of_a_years_margin_and_not_their_orders(salts, rules):
    gone = {"purchase_stage": "loyal", "is_deleted_friend": True, "reachable_channels": ["sms"]}
    rows = [
        person("buys much", net_paid_fen_365d=4_000_000, average_order_fen=9_000, **gone),
        person("buys dearly", net_paid_fen_365d=200_000, average_order_fen=90_000, **gone),
    ]
    found = plan(rows, salts, rules)
    worth = found.plans.set_index("one_id")["unit_fen"]
    # 5% of a year's 40,000 yuan at 25%
    assert worth["buys much"] == 50_000
    assert worth.get("buys dearly", 2_500) == 2_500


def believed(rules: Rules, mean: dict[str, float], nights: int = 0) -> Learned:
    """Return what was learned: theta of every cell of a channel, known for sure."""
    now = nothing_learned(rules)
    theta = now.posterior.cells["message_channel"].map(mean).fillna(0.0).to_numpy(dtype=np.float64)
    still = np.zeros_like(now.posterior.root)
    return dataclasses.replace(
        now,
        posterior=dataclasses.replace(now.posterior, mean=theta, root=still, covariance=still),
        nights_in_all=nights,
    )


@pytest.mark.parametrize("channel", ["sms", "official_account", "app_push"])
def test_what_was_learned_of_a_channel_moves_the_choice(channel, salts, rules):
    found = plan([person("anna")], salts, rules, believed(rules, {channel: 0.05}))
    assert found.audience["message_channel"].tolist() == [channel]
    assert found.plans["effects_hash"].tolist() == [believed(rules, {channel: 0.05}).posterior.effects_hash]
    nothing = plan([person("anna")], salts, rules, believed(rules, {}))
    assert nothing.audience.empty and arms(nothing) == {"anna": "not_selected"}


def test_from_night_28_on_an_audience_that_cannot_be_told_from_nothing_is_cut_to_a_fifth(salts):
    rules = make_rules()
    seeds = nothing_learned(rules)
    doubted = dataclasses.replace(seeds.posterior, mean=0.2 * seeds.posterior.mean)
    rows = crowd(100, reachable_channels=["sms"])
    before, after = (
        plan(rows, salts, rules, dataclasses.replace(seeds, posterior=doubted, nights_in_all=nights))
        for nights in (27, 28)
    )
    assert [found.budget["is_cut"].tolist() for found in (before, after)] == [[False], [True]]
    whole, left = set(before.plans["one_id"]), set(after.plans["one_id"])
    assert len(whole) > 40
    keys = {who: f"{who}|{DATE}" for who in whole}
    assert left == {who for who in whole if unit_draws([keys[who]], salts.of("stop"))[0] < 0.2}
    assert 0.1 < len(left) / len(whole) < 0.4
    assert {arms(after)[who] for who in whole - left} == {"not_selected"}
    # The log says what was planned after the cut, and each option as much less likely.
    log = after.plan_options[after.plan_options["message_channel"] == "sms"]
    assert set(log.loc[log["is_chosen"], "one_id"]) == left
    full = before.plan_options[before.plan_options["message_channel"] == "sms"]
    key = ["one_id", "offer_id"]
    likely = full.set_index(key)["probability"].reindex(pd.MultiIndex.from_frame(log[key]))
    assert np.allclose(log["probability"].to_numpy(), 0.2 * likely.to_numpy(), atol=1e-6)
    believing = plan(rows, salts, rules, dataclasses.replace(believed(rules, {"sms": 0.05}), nights_in_all=28))
    assert believing.budget["is_cut"].tolist() == [False]

"""The whole plan of a day: who is sent what, by whom, when and why, and who is not."""

import dataclasses
import datetime as dt
import json
import re

import numpy as np
import pandas as pd
import pytest

from ml.recall import plan_recall
from ml.recall.holdouts import unit_draws
from ml.recall.plan import _waiting
from ml.recall.roi import expected_cost_fen
from ml.recall.treatments import offer_cost_fen
from ml.recall.words import FORBIDDEN
from tests.unit.recall.people import ALL_CHANNELS, DATE, KNOWN, NO_ANCESTRY, make_rules, people, person, scores

AMPLE = 1_000_000


def plan(rows, salts, rules, budget_fen=AMPLE, scored=None, ancestry=NO_ANCESTRY):
    return plan_recall(
        people(*rows), scores() if scored is None else scored, ancestry, rules, salts, {DATE: budget_fen}
    )


def crowd(count: int, **changes: object) -> list[dict[str, object]]:
    return [person(f"p{number:04d}", **changes) for number in range(count)]


def arms(found) -> dict[str, str]:
    return found.assignment.set_index("one_id")["arm"].to_dict()


def test_a_recall_that_changes_nothing_is_sent_to_nobody(salts):
    rules = make_rules(**KNOWN)
    priors = rules.seeds["response_priors"]
    priors[["lift_p10", "lift_p50", "lift_p90"]] = 0.0
    found = plan(crowd(40), salts, rules, scored=scores(**{f"p{n:04d}": ("return_at_risk", 0.9) for n in range(40)}))
    assert found.audience.empty
    assert found.tasks.empty
    assert set(arms(found).values()) == {"not_selected"}


def test_without_a_budget_nobody_is_sent_anything(salts, rules):
    found = plan(crowd(40), salts, rules, budget_fen=0)
    assert found.audience.empty
    assert found.budget[["budget_fen", "expected_cost_fen"]].to_numpy().tolist() == [[0, 0]]


def test_the_budget_is_kept_and_its_bound_published(salts, rules):
    found = plan(crowd(120), salts, rules, budget_fen=800)
    budget = found.budget.iloc[0]
    assert 0 < found.audience["expected_cost_fen"].sum() == budget["expected_cost_fen"] <= 800
    assert found.plans["net_mean_fen"].sum() <= budget["dual_bound_fen"] + len(found.plans)
    assert budget["optimality_gap"] < 0.01
    assert budget["shadow_price"] > 0


def test_at_most_one_plan_a_person_and_day(salts, rules):
    found = plan(crowd(60, days_to_entitlement_end=10, is_deleted_friend=True), salts, rules)
    assert not found.audience.duplicated(["as_of_date", "one_id"]).any()
    assert len(found.audience) > 0


def test_a_held_out_person_stands_in_no_audience_and_no_task_though_merged(salts):
    rules = make_rules(holdout_share=0.2)
    held_ids = [f"p{n:04d}" for n in range(200) if unit_draws([f"p{n:04d}"], salts.holdout)[0] < 0.2]
    free = next(f"p{n:04d}" for n in range(200) if f"p{n:04d}" not in held_ids)
    merged = pd.DataFrame({
        "one_id": [free],
        "ancestor_one_id": [held_ids[0]],
        "known_from": [dt.datetime(2017, 11, 10)],
    })
    found = plan(crowd(200), salts, rules, ancestry=merged)
    out = set(found.assignment.loc[found.assignment["arm"] == "holdout_global", "one_id"])
    assert out == {*held_ids, free}
    assert not out & set(found.audience["one_id"])
    assert not out & set(found.tasks["one_id"])
    assert found.assignment.set_index("one_id").loc[free, "global_holdout"]


def test_every_candidate_has_an_arm_and_only_treat_and_random_are_sent(salts):
    found = plan(crowd(160, average_gap_days=7.0), salts, make_rules(holdout_share=0.05, exploration_share=0.3))
    assert len(found.assignment) == 160
    assert {"treat", "random", "holdout_global", "held_back"} <= set(found.assignment["arm"])
    assert set(found.audience["arm"]) == {"treat", "random"}
    planned = found.assignment.loc[found.assignment["arm"].isin(["treat", "random"]), "one_id"]
    assert set(found.audience["one_id"]) <= set(planned)


def test_who_is_held_out_is_asked_as_well_whether_anything_could_be_sent(salts):
    rules = make_rules(holdout_share=0.3)
    rows = [person(f"p{n:04d}", blocked_because="contact_cap" if n % 2 == 0 else None) for n in range(100)]
    drawn = plan(rows, salts, rules, budget_fen=0).assignment
    assert set(drawn.loc[drawn["is_eligible"], "one_id"]) == {f"p{n:04d}" for n in range(1, 100, 2)}
    # As many of those who could be written to as of the others: the draw knows nothing of it.
    held = drawn.loc[drawn["arm"] == "holdout_global", "is_eligible"]
    assert 0.3 < held.mean() < 0.7
    assert set(drawn.loc[drawn["arm"] == "ineligible", "is_eligible"]) == {False}


def test_who_drew_nothing_at_random_keeps_the_arm_and_stands_in_no_audience(salts):
    rules = make_rules(exploration_share=1.0, exploration_budget_share=1.0)
    found = plan(crowd(60, reachable_channels=["app_push"]), salts, rules)
    assert set(found.assignment["arm"]) == {"random"}
    # One option or nothing: a half each.
    assert set(found.assignment["assignment_probability"]) == {0.5}
    assert 15 < len(found.audience) < 45
    assert found.audience["message_channel"].eq("app_push").all()
    logged = found.plans.set_index("one_id")["message_channel"]
    assert len(logged) == 60
    assert set(logged[logged == "nothing"].index) == set(logged.index) - set(found.audience["one_id"])
    assert set(found.plans["option_probability"]) == {0.5}


def test_who_tries_at_random_is_drawn_before_scoring_with_a_stored_probability(salts):
    rules = make_rules(exploration_share=0.3, **KNOWN, exploration_budget_share=1.0, learning_list_share=1.0)
    cold = plan(crowd(120, owner_message_capacity=400), salts, rules)
    warm = plan(
        crowd(120, owner_message_capacity=400),
        salts,
        rules,
        scored=scores(**{f"p{n:04d}": ("return_at_risk", 0.05) for n in range(120)}),
    )
    at_random = {who for who, arm in arms(cold).items() if arm == "random"}
    assert at_random == {who for who, arm in arms(warm).items() if arm == "random"}
    probability = cold.assignment.loc[cold.assignment["arm"] == "random", "assignment_probability"].unique()
    # 0.3 spread evenly over seven options and nothing
    assert set(probability) == {0.0375}
    tried = cold.audience.loc[cold.audience["arm"] == "random", ["message_channel", "offer_id"]].drop_duplicates()
    assert set(tried.itertuples(index=False, name=None)) == {
        ("wecom", "none"), ("wecom", "recall_90"), ("sms", "none"), ("sms", "recall_90"),
        ("official_account", "none"), ("official_account", "recall_90"), ("app_push", "none"),
    }  # fmt: skip


def test_what_exceeds_a_members_capacity_waits_and_goes_to_no_colleague(salts, rules):
    only_wecom = {"reachable_channels": ["wecom"], "average_gap_days": 7.0}
    rows = [*crowd(30, **only_wecom, owner_message_capacity=10), person("other", owner_staff_id="S2", **only_wecom)]
    found = plan(rows, salts, rules)
    by_staff = found.audience.groupby("staff_id").size().to_dict()
    assert by_staff == {"S1": 10, "S2": 1}
    assert pd.Series(arms(found)).value_counts().to_dict() == {"waiting": 20, "treat": 11}


def test_without_an_owner_no_staff_channel_is_used(salts, rules):
    found = plan(crowd(30, owner_staff_id=None), salts, rules)
    assert not set(found.audience["message_channel"]) & {"wecom", "call"}
    assert found.audience["staff_id"].isna().all()


@pytest.mark.parametrize(
    "closed",
    [
        {"consented_channels": []},
        {"reachable_channels": []},
        {"blocked_because": "contact_cap"},
        {"barred_channels": "|".join(ALL_CHANNELS)},
    ],
)
def test_nobody_is_contacted_against_consent_or_reach_or_while_blocked(closed, salts, rules):
    found = plan([person("anna", average_gap_days=7.0, **closed), person("bert", average_gap_days=7.0)], salts, rules)
    assert arms(found) == {"anna": "ineligible", "bert": "treat"}


def test_a_suppressed_channel_leaves_the_others_open(salts, rules):
    found = plan([person("anna", average_gap_days=7.0, suppressed_channels=["wecom", "sms"])], salts, rules)
    assert found.audience["message_channel"].tolist() == ["official_account"]


@pytest.mark.parametrize("full", [{"wecom_marketing_month": 4}, {"wecom_recalls_month": 2}])
def test_wecom_rests_after_four_messages_a_month_or_two_recalls(full, salts, rules):
    open_to_wecom = plan([person("anna", average_gap_days=7.0)], salts, rules)
    assert open_to_wecom.audience["message_channel"].tolist() == ["wecom"]
    assert plan([person("anna", average_gap_days=7.0, **full)], salts, rules).audience["message_channel"].tolist() != [
        "wecom"
    ]


def test_a_reminder_that_a_right_ends_needs_service_consent_and_not_marketing(salts, rules):
    ends = {"purchase_stage": "loyal", "days_to_entitlement_end": 10, "average_gap_days": 7.0}
    found = plan([person("a", **ends, consented_channels=[]), person("b", **ends, service_channels=[])], salts, rules)
    assert arms(found) == {"a": "treat", "b": "ineligible"}
    assert found.audience[["policy_id", "message_channel", "consent_purpose"]].to_numpy().tolist() == [
        ["renewal", "sms", "service"]
    ]


def test_a_person_with_a_problem_gets_a_person_and_no_coupon(salts):
    rules = make_rules(exploration_share=1.0, exploration_budget_share=1.0, learning_list_share=1.0)
    plays = rules.seeds["need_state_plays"].set_index("need_state")
    without_a_person = {*ALL_CHANNELS, "wecom_group"} - set(rules.staff_channels)
    assert set(plays.loc["problem", "barred_channels"].split("|")) == without_a_person
    bars = plays.loc["problem", "barred_channels"]
    found = plan(crowd(60, need_state="problem", barred_channels=bars, pyramid_tier="塔尖"), salts, rules)
    assert set(found.audience["message_channel"]) == {"wecom", "call"}
    assert set(found.audience["offer_id"]) == {"none"}


def test_a_call_is_for_the_top_two_tiers(salts):
    rules = make_rules(exploration_share=1.0, exploration_budget_share=1.0, learning_list_share=1.0)
    assert "call" not in set(plan(crowd(80), salts, rules).audience["message_channel"])
    assert "call" in set(plan(crowd(80, pyramid_tier="核心"), salts, rules).audience["message_channel"])


def test_messages_are_sent_the_next_day_inside_the_window_and_the_customers_hour(salts, rules):
    wecom = {"reachable_channels": ["wecom"], "average_gap_days": 7.0}
    rows = [
        person("early", preferred_hour=10, **wecom),
        person("late", preferred_hour=19, **wecom),
        person("night", preferred_hour=23, **wecom),
    ]
    sent = plan(rows, salts, rules).audience.set_index("one_id")
    local = {
        who: (row["send_after_at"] + dt.timedelta(hours=8), row["send_before_at"] + dt.timedelta(hours=8))
        for who, row in sent.iterrows()
    }
    day = dt.datetime(2017, 12, 1)
    assert local["early"] == (day.replace(hour=10), day.replace(hour=11))
    assert local["late"] == (day.replace(hour=19), day.replace(hour=20))
    assert local["night"] == (day.replace(hour=19), day.replace(hour=20, minute=30))
    assert set(sent["valid_until_at"] + dt.timedelta(hours=8)) == {day.replace(hour=21)}
    assert sent.loc["early", "stop_if"] == [
        "complaint_open",
        "deleted_friend",
        "ordered",
        "refund_open",
        "unsubscribed",
    ]


def test_why_speaks_like_a_shop_assistant(salts, rules):
    found = plan(
        [person("anna", average_gap_days=32.0, average_order_fen=80_000, reachable_channels=["wecom"])], salts, rules
    )
    assert found.audience["why"].tolist() == ["平均32天买一次,已52天未买;爱买母婴;从不用券 → 导购问候,不发券"]


@pytest.mark.parametrize(("days", "said"), [(4.5, 5), (5.5, 6), (5.4, 5), (0.2, 1)])
def test_half_a_day_of_a_mean_gap_is_told_as_a_whole_one(salts, rules, days, said):
    found = plan([person("anna", average_gap_days=days, reachable_channels=["wecom"])], salts, rules)
    assert found.audience["why"].str.startswith(f"平均{said}天买一次").all() and len(found.audience) == 1


def test_why_never_holds_a_probability_or_surveillance(salts):
    rules = make_rules(exploration_share=0.5)
    rows = [
        person(
            f"{stage}{number}", purchase_stage=stage, days_to_entitlement_end=number, is_deleted_friend=number % 2 == 0
        )
        for stage in ("at_risk", "dormant", "lost", "registered_no_order", "loyal")
        for number in range(20)
    ]
    said = " ".join(plan(rows, salts, rules).audience["why"])
    assert len(said) > 500
    assert not [word for word in FORBIDDEN if word in said]
    assert not re.search(r"0\.\d", said)


def test_a_task_names_a_product_only_where_the_identity_is_certain(salts, rules):
    wecom = {"reachable_channels": ["wecom"], "average_gap_days": 7.0}
    rows = [person("sure", **wecom), person("unsure", identity_confidence="low", **wecom)]
    told = plan(rows, salts, rules).tasks.set_index("one_id")["template_variables"].map(json.loads)
    assert told["sure"]["product"] == "奶粉"
    assert "product" not in told["unsure"]


def test_the_morning_list_puts_the_most_profitable_first_and_keeps_its_ids(salts, rules):
    rows = [
        person(
            f"p{n}", reachable_channels=["wecom", "sms"], average_order_fen=30_000 + 10_000 * n, average_gap_days=7.0
        )
        for n in range(5)
    ]
    found, again = plan(rows, salts, rules), plan(rows[::-1], salts, rules)
    ranked = found.tasks.sort_values("priority")
    assert ranked["one_id"].tolist() == ["p4", "p3", "p2", "p1", "p0"]
    assert ranked["expected_net_p50_fen"].is_monotonic_decreasing
    assert set(ranked["fallback_channel"]) == {"sms"}
    assert ranked["template_id"].notna().all()
    assert found.tasks["task_id"].is_unique
    pd.testing.assert_frame_equal(found.tasks, again.tasks)


def test_a_same_day_re_run_in_any_row_order_gives_the_same_tables(salts):
    rules = make_rules(exploration_share=0.2)
    rows = [
        person(f"p{n:03d}", average_order_fen=2_000 + 137 * n, owner_staff_id=f"S{n % 3}", owner_message_capacity=5)
        for n in range(60)
    ]
    one = plan(rows, salts, rules, budget_fen=900)
    two = plan([rows[at] for at in np.random.default_rng(3).permutation(60)], salts, rules, budget_fen=900)
    for name in ("assignment", "audience", "tasks", "budget", "roi_curve", "plans", "plan_options"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name))


def test_more_money_never_earns_less_on_the_curve(salts):
    curve = plan(
        [person(f"p{n:03d}", average_order_fen=2_000 + 137 * n) for n in range(60)], salts, make_rules()
    ).roi_curve
    assert curve["net_p50_fen"].is_monotonic_increasing
    assert (curve["net_p10_fen"] < curve["net_p50_fen"]).all()
    assert (curve["net_p50_fen"] < curve["net_p90_fen"]).all()


def test_a_date_without_a_candidate_still_has_its_budget_row(salts, rules):
    found = plan([person("anna", purchase_stage="loyal")], salts, rules)
    assert found.assignment.empty
    assert found.budget["audience_id"].tolist() == ["recall_20171130"]


def test_an_offers_terms_are_those_the_brand_landed_by_the_date(salts):
    rules = make_rules(exploration_share=1.0, exploration_budget_share=1.0)
    landed = rules.seeds["offers_catalogue"].assign(as_of_date=DATE)
    landed.loc[landed["offer_id"] == "recall_90", "pay_rate"] = 0.8
    found = plan(crowd(80), salts, dataclasses.replace(rules, offers=landed)).audience
    assert set(found.loc[found["offer_id"] == "recall_90", "pay_rate"]) == {0.8}
    assert found.loc[found["offer_id"] == "recall_90", "why"].str.endswith("发8折券").all()


def test_a_silent_customer_of_high_value_is_first_on_the_morning_list(salts, rules):
    wecom = {"reachable_channels": ["wecom"], "average_gap_days": 7.0}
    rows = [
        person("rich", average_order_fen=90_000, **wecom),
        person("silent", average_order_fen=40_000, matrix_cell="静默高价值", **wecom),
    ]
    ranked = plan(rows, salts, rules).tasks.sort_values("priority")
    assert ranked["one_id"].tolist() == ["silent", "rich"]


def test_a_task_belongs_to_the_store_of_who_sends_it_and_names_that_store(salts, rules):
    called = {"reachable_channels": ["call"], "pyramid_tier": "塔尖", "average_order_fen": 90_000}
    call = called | {"average_gap_days": 7.0}
    rows = [person("a", **call), person("b", owner_store_id=None, owner_store_name=None, **call)]
    found = plan([*rows, person("c", reachable_channels=["sms"], average_gap_days=7.0)], salts, rules)
    stores = found.audience.set_index("one_id")["store_id"].to_dict()
    assert stores["a"] == "store2" and pd.isna(stores["b"]) and stores["c"] == "store1"
    told = found.tasks.set_index("one_id")["template_variables"].map(json.loads)
    assert told["a"]["store"] == "二店" and "store" not in told["b"]


def test_an_end_is_told_as_its_day_and_the_sender_reads_how_far_it_is_on_the_day_of_sending(salts, rules):
    # The list of 30 November is carried out on 1 December.
    ends = {1: "12月1日", 2: "12月2日", 10: "12月10日"}
    call = {"purchase_stage": "loyal", "renewal_step": 2, "days_since_renewal_step": 3, "average_gap_days": 7.0}
    rows = [person(f"p{days}", days_to_entitlement_end=days, pyramid_tier="核心", **call) for days in ends]
    found = plan([*rows, person("growing", days_to_entitlement_end=4, **call)], salts, rules)
    arm = found.assignment.set_index("one_id")["arm"]
    assert (arm["p2"], arm["growing"]) == ("treat", "ineligible")
    told = found.tasks.set_index("one_id")["template_variables"].map(json.loads)
    assert {days: told[f"p{days}"]["ends"] for days in ends} == ends
    assert found.audience.set_index("one_id").loc["p10", "why"].startswith("会员权益9天后到期 → ")


def test_who_is_still_comparing_is_told_how_long_an_offer_holds_and_not_hurried(salts):
    rules = make_rules(exploration_share=1.0, exploration_budget_share=1.0, learning_list_share=1.0)
    rows = [
        person(f"p{n}", need_state=state, reachable_channels=["wecom"])
        for n, state in enumerate([None, "exploring"] * 40)
    ]
    found = plan(rows, salts, rules).tasks
    offered = found[found["offer_id"] != "none"]
    assert set(offered["template_id"]) == {"wecom_recall_offer", "wecom_recall_offer_exploring"}
    texts = rules.seeds["message_templates"].set_index("template_id")["text_zh"]
    exploring = {f"p{n}" for n in range(1, 80, 2)}
    for row in offered.itertuples():
        assert "{offer_terms}" in texts[row.template_id]
        assert ("不着急" in texts[row.template_id]) == (row.one_id in exploring)


def test_a_coupon_above_the_usual_basket_is_not_free():
    # Baskets of 80 yuan: 20 off from 100 costs whoever redeems it 20, 8折 from 100 the same, without a floor 16.
    terms = {"one_item": False, "items_per_order": None, "maximum_discount_fen": None, "supplier_share": 0.0}
    rows = pd.DataFrame([
        {"kind": "coupon", "face_value_fen": 2_000, "pay_rate": None, "minimum_spend_fen": 10_000, **terms},
        {"kind": "discount", "face_value_fen": None, "pay_rate": 0.8, "minimum_spend_fen": 10_000, **terms},
        {"kind": "discount", "face_value_fen": None, "pay_rate": 0.8, "minimum_spend_fen": None, **terms},
        {"kind": "points", "face_value_fen": 200, "pay_rate": None, "minimum_spend_fen": None, **terms},
    ])
    assert offer_cost_fen(rows, np.full(4, 8_000.0)).tolist() == [2_000, 2_000, 1_600, 200]


def test_every_variable_of_a_template_is_in_its_text_and_the_other_way_round(rules):
    variables = rules.seeds["template_variables"]
    longest = {name: "长" * most for name, most in zip(variables["variable"], variables["longest_chars"], strict=True)}
    services = {"renewal", "question_open", "complaint_closed", "appointment", "coupon_ending", "points_ending"}
    for row in rules.seeds["message_templates"].fillna("").itertuples():
        assert set(re.findall(r"{(\w+)}", row.text_en)) <= set(longest), row.template_id
        assert set(re.findall(r"{(\w+)}", row.text_zh)) == set(filter(None, row.variables.split("|"))), row.template_id
        if row.message_channel == "sms":
            assert row.text_zh.startswith("【{brand}】"), row.template_id
            # a service carries no way out of advertising: a gateway refuses it there
            assert row.text_zh.endswith("拒收请回复R") == (row.scene_id not in services), row.template_id
            assert len(row.text_zh.format(**longest)) <= 70 * row.sms_segments, row.template_id


def test_a_merged_persons_stored_probability_is_that_of_any_of_their_ids(salts):
    rules = make_rules(holdout_share=0.2, exploration_share=0.1, **KNOWN)
    merged = pd.DataFrame({
        "one_id": [f"p{n:04d}" for n in range(50)],
        "ancestor_one_id": [f"old{n}" for n in range(50)],
        "known_from": dt.datetime(2017, 11, 10),
    })
    found = plan(crowd(100), salts, rules, budget_fen=0, ancestry=merged).assignment.set_index("one_id")
    for ids, who in ((2, [f"p{n:04d}" for n in range(50)]), (1, [f"p{n:04d}" for n in range(50, 100)])):
        drawn = found.loc[who]
        kept = 0.8**ids
        assert set(drawn.loc[drawn["arm"] == "holdout_global", "assignment_probability"]) == {round(1 - kept, 6)}
        assert set(drawn.loc[drawn["arm"] == "not_selected", "assignment_probability"]) == {
            round(kept * 0.9, 6),
            round(kept * 0.1, 6),  # at random, whom no budget let in
        }


def test_a_cost_of_a_part_of_a_fen_is_a_fen(salts, rules):
    found = plan(crowd(40), salts, rules).audience
    costs = pd.DataFrame({"cost": [0.0, 1.0, 1.2, 2.0000000001]})
    assert expected_cost_fen(costs["cost"].to_numpy()).tolist() == [0, 1, 2, 2]
    assert (found["expected_cost_fen"] >= 0).all()


def of_a_fen(count: int) -> list[dict[str, object]]:
    """Return people who can be reached for one fen each: a push by the official account, nothing to lose by it."""
    return crowd(count, reachable_channels=["official_account"], net_paid_fen_365d=None, average_gap_days=7.0)


def test_an_ample_budget_has_no_price_and_its_bound_is_what_is_earned(salts, rules):
    found = plan(of_a_fen(10), salts, rules)
    budget = found.budget.iloc[0]
    assert (budget["expected_cost_fen"], budget["shadow_price"], budget["optimality_gap"]) == (10, 0, 0)
    assert budget["dual_bound_fen"] == found.plans["net_mean_fen"].sum()
    assert found.roi_curve["budget_fen"].tolist() == [1, 3, 5, 8, 10]


def test_the_curve_begins_with_the_first_fen_and_is_empty_where_nothing_is_spent(salts, rules):
    assert set(plan(of_a_fen(1), salts, rules).roi_curve["budget_fen"]) == {1}
    assert plan(of_a_fen(1), salts, rules, budget_fen=0).roi_curve.empty


def test_a_price_has_six_decimals_and_a_gap_eight(salts, rules):
    rows = [
        person(f"p{n:03d}", average_order_fen=12_000 + 137 * n, net_paid_fen_365d=200_000 + 9_000 * n)
        for n in range(12)
    ]
    budget = plan(rows, salts, rules, budget_fen=85).budget.iloc[0]
    assert budget["shadow_price"] == 4.166667
    assert 0 < budget["optimality_gap"] == round(budget["optimality_gap"], 8)


def test_without_a_date_nothing_is_planned(salts, rules):
    found = plan_recall(people(*crowd(3)), scores(), NO_ANCESTRY, rules, salts, {})
    assert found.audience.empty and found.budget.empty and found.tasks.empty


def test_who_waits_has_a_full_member_of_staff_and_nothing_better(rules):
    columns = [
        "candidate",
        "message_channel",
        "value_fen",
        "owner_staff_id",
        "owner_message_capacity",
        "owner_call_capacity",
    ]
    options = pd.DataFrame(
        [
            (0, "wecom", 1, "full", 1, 9),
            (1, "wecom", 0, "full", 1, 9),  # earns nothing
            (2, "wecom", 5, "full", 1, 9),
            (2, "sms", 6, "full", 1, 9),  # better served without a member of staff
            (3, "call", 5, "full", 1, 9),  # of calls there is room
            (4, "call", 5, "away", 9, 0),
            (5, "wecom", 5, "away", 1, 0),  # nothing written yet, room for one
            (6, "wecom", 5, "new", None, None),  # nothing known: the seed's day
            (7, "wecom", 5, "full", 1, 9),  # was written to
            (8, "wecom", 5, "half", 2, 9),
        ],
        columns=columns,
    ).assign(as_of_date=DATE)
    sent = options[options["candidate"] == 7]
    half = sent.assign(owner_staff_id="half", candidate=9)
    assert _waiting(options, pd.concat([sent, half]), rules) == {0, 4}

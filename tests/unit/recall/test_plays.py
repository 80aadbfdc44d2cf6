"""A play decides what is done: by which channels in which order, who sends it, in which scene, out of which purse."""

import datetime as dt

import numpy as np
import pytest

from ml.recall import plan_recall
from ml.recall.candidates import candidates
from ml.recall.plays import channel_order, fitting_plays, listed, offers_of_play
from tests.unit.recall.people import DATE, KNOWN, NO_ANCESTRY, make_rules, people, person, scores
from tests.unit.recall.signalled import with_words

RULES = with_words(**KNOWN)
HIGH_RISK = {"purchase_stage": "loyal", "average_gap_days": 7.0, "average_order_fen": 90_000}


def met(dates=(DATE,), **changes: object) -> str | None:
    """Return the play of somebody whose churn score is high where they are active; care has money on some dates."""
    found = candidates(people(person("anna", **changes)), scores(anna=("churn", 0.9)), RULES, dates_with_care=dates)
    return found["play_id"].iloc[0] if len(found) else None


def planned(salts, *rows, rules=RULES, care_fen=0, budget_fen=1_000_000):
    churn = scores(**{str(row["one_id"]): ("churn", 0.9) for row in rows})
    return plan_recall(
        people(*rows), churn, NO_ANCESTRY, rules, salts, {DATE: budget_fen}, care_budgets_fen={DATE: care_fen}
    )


@pytest.mark.parametrize(
    ("facts", "play"),
    [
        ({"purchase_stage": "lost", "rfm_segment": "一般保持"}, "rfm_general_keep"),
        ({"purchase_stage": "lost", "rfm_segment": "一般挽留"}, "rfm_general_win_back"),
        ({"purchase_stage": "dormant", "rfm_segment": "重要保持"}, "rfm_keep"),
        ({"purchase_stage": "dormant", "rfm_segment": "重要挽留"}, "rfm_win_back"),
        ({"purchase_stage": "loyal", "rfm_segment": "重要价值"}, "rfm_value"),
        ({"purchase_stage": "repeat", "rfm_segment": "一般发展"}, "rfm_general_develop"),
        # a need comes before what somebody is worth
        ({"purchase_stage": "dormant", "rfm_segment": "重要保持", "need_state": "deciding"}, "need_deciding"),
        ({"purchase_stage": "at_risk", "rfm_segment": "重要保持", "days_in_stage": 13}, "care_newly_lapsed"),
        ({"purchase_stage": "at_risk", "rfm_segment": "重要保持", "days_in_stage": 14}, "rfm_keep"),
        ({"purchase_stage": "at_risk", "rfm_segment": "一般保持", "days_in_stage": 1}, "rfm_general_keep"),
        ({"purchase_stage": "loyal", "matrix_cell": "静默高价值"}, "care_silent"),
        ({"purchase_stage": "at_risk", "matrix_cell": "静默高价值", "rfm_segment": "一般保持"}, "care_silent"),
        ({"purchase_stage": "dormant", "matrix_cell": "静默高价值", "rfm_segment": "一般保持"}, "rfm_general_keep"),
        ({"purchase_stage": "lost", "matrix_cell": "低成本", "rfm_segment": "一般挽留"}, "matrix_low_cost"),
        ({"purchase_stage": "loyal", "matrix_cell": "超级用户"}, "matrix_super_user"),
        ({"purchase_stage": "loyal", "five_a_stage": "advocate", "matrix_cell": "核心GMV"}, "five_a_advocate"),
        ({"purchase_stage": "loyal", "rfm_segment": None, "aipl_stage": "loyalty"}, "aipl_loyalty"),
        ({"purchase_stage": "first_buyer", "rfm_segment": None, "aipl_stage": "purchase"}, "aipl_purchase"),
        ({"purchase_stage": "loyal", "rfm_segment": None}, "stage_high_risk"),
        ({"purchase_stage": "lost", "rfm_segment": None}, "stage_lost"),
    ],
)
def test_the_first_play_that_fits_is_the_one(facts, play):
    assert met(**facts) == play


def test_care_without_money_yields_to_the_next_play_that_fits():
    lapsed = {"purchase_stage": "at_risk", "rfm_segment": "重要保持", "days_in_stage": 13}
    silent = {"purchase_stage": "loyal", "matrix_cell": "静默高价值"}
    assert (met(**lapsed), met(dates=(), **lapsed)) == ("care_newly_lapsed", "rfm_keep")
    assert (met(**silent), met(dates=(), **silent)) == ("care_silent", "stage_high_risk")


NEW = {"purchase_stage": "registered_no_order", "days_since_order": None, "rfm_segment": "无消费"}


@pytest.mark.parametrize(
    ("facts", "play"),
    [
        ({"days_registered": 6, "five_a_stage": "ask"}, None),
        ({"days_registered": 7, "five_a_stage": "ask"}, "five_a_ask"),
        ({"days_registered": 29, "five_a_stage": "aware"}, "five_a_aware"),
        ({"days_registered": 29, "five_a_stage": "none"}, None),
        ({"days_registered": 20, "five_a_stage": "ask", "matrix_cell": "培育"}, "matrix_nurture"),
        ({"days_registered": 30, "five_a_stage": "ask"}, "first_order_ladder"),
        ({"days_registered": 400, "first_order_step": 3, "aipl_stage": "interest"}, "aipl_interest"),
        ({"days_registered": 400, "first_order_step": 3, "aipl_stage": "interest", "is_resting": True}, None),
        ({"days_registered": 400, "first_order_step": 3, "aipl_stage": "awareness"}, "aipl_awareness"),
    ],
)
def test_who_has_not_bought_is_met_by_what_they_just_did_before_and_after_the_ladder(facts, play):
    assert met(**NEW, **facts) == play


FRIEND = {"purchase_stage": "visitor", "days_since_order": None, "days_registered": None, "rfm_segment": "无消费"}


def test_a_friend_who_never_registered_is_greeted_by_their_adviser_and_nobody_else_is():
    assert met(**FRIEND) == "friend_unregistered"
    assert met(**FRIEND, owner_staff_id=None) is None
    assert met(**FRIEND, is_resting=True) is None


def test_a_brands_play_is_on_nobodys_list_and_a_play_opens_no_channel_but_its_own(salts):
    found = planned(salts, person("anna", purchase_stage="lost", rfm_segment="一般挽留", **{
        "average_gap_days": 7.0, "average_order_fen": 90_000}))  # fmt: skip
    assert found.audience["play_id"].tolist() == ["rfm_general_win_back"]
    named = listed(RULES.seeds["plays"].set_index("play_id").loc["rfm_general_win_back", "message_channels"])
    assert set(found.audience["message_channel"]) <= set(named)
    assert found.tasks.empty


def test_a_play_that_sells_nothing_gives_no_offer_that_a_public_rule_would(salts):
    lapsed = {"purchase_stage": "at_risk", "days_since_order": 51, "average_order_fen": 90_000, "average_gap_days": 7.0}
    rules = with_words(**KNOWN, exploration_share=1.0, exploration_budget_share=1.0)
    rows = [person(f"p{number:03d}", rfm_segment="一般保持", **lapsed) for number in range(60)]
    assert set(planned(salts, *rows, rules=rules).audience["offer_id"]) == {"none", "recall_90"}
    plays = rules.seeds["plays"]
    plays.loc[plays["play_id"] == "rfm_general_keep", "offer_rule"] = "none"
    assert set(planned(salts, *rows, rules=rules).audience["offer_id"]) == {"none"}


def test_what_stops_a_plan_says_its_play(salts):
    rules = with_words(**KNOWN)
    plays = rules.seeds["plays"]
    plays.loc[plays["play_id"] == "stage_lost", "stop_if"] = "ordered|unsubscribed"
    rows = [person(name, purchase_stage="lost", rfm_segment=segment) for name, segment in
            (("anna", None), ("bert", "一般保持"))]  # fmt: skip
    stops = planned(salts, *rows, rules=rules).audience.set_index("one_id")["stop_if"].to_dict()
    assert stops == {
        "anna": ["ordered", "unsubscribed"],
        "bert": ["complaint_open", "deleted_friend", "ordered", "refund_open", "unsubscribed"],
    }


def test_care_is_paid_by_its_own_purse_and_calls_whoever_it_is_for(salts):
    silent = {**HIGH_RISK, "matrix_cell": "静默高价值", "reachable_channels": ["call"], "pyramid_tier": "成长"}
    other = {**HIGH_RISK, "matrix_cell": "核心GMV", "reachable_channels": ["sms"]}
    crowd = [person(f"s{n:02d}", **silent) for n in range(20)] + [person(f"o{n:02d}", **other) for n in range(20)]
    found = planned(salts, *crowd, care_fen=1_000, budget_fen=300)
    money = found.budget.iloc[0]
    cost = found.audience.groupby("purse")["expected_cost_fen"].sum()
    assert set(found.audience.loc[found.audience["purse"] == "care", "message_channel"]) == {"call"}
    assert 0 < cost["care"] == money["care_cost_fen"] <= money["care_budget_fen"] == 1_000
    assert 0 < cost["incentive"] == money["expected_cost_fen"] <= money["budget_fen"] == 300
    assert money["care_shadow_price"] > 0
    without = planned(salts, *crowd, care_fen=0, budget_fen=300)
    assert set(without.audience["purse"]) == {"incentive"}
    assert without.budget.iloc[0]["expected_cost_fen"] == money["expected_cost_fen"]


def test_a_call_of_care_need_not_earn_its_cost(salts):
    rules = with_words(**KNOWN)
    rules.seeds["send_costs"].loc[lambda rows: rows["message_channel"] == "call", "labour_fen"] = 100_000
    silent = {**HIGH_RISK, "matrix_cell": "静默高价值", "reachable_channels": ["call"]}
    found = planned(salts, person("anna", **silent), rules=rules, care_fen=200_000)
    assert found.audience[["play_id", "message_channel"]].to_numpy().tolist() == [["care_silent", "call"]]
    assert found.audience["net_p50_fen"].iloc[0] < 0
    assert found.audience["list_kind"].tolist() == found.tasks["list_kind"].tolist() == ["care"]
    assert not found.tasks["is_learning"].any()


@pytest.mark.parametrize(
    ("date", "plays"),
    [
        (dt.date(2017, 11, 9), {"festival"}),  # sent on the 10th, the day before 11.11
        (dt.date(2017, 11, 10), set()),
        (dt.date(2017, 11, 7), {"member_day"}),
        (dt.date(2017, 6, 16), {"festival"}),
        (dt.date(2017, 12, 30), {"festival"}),
        (dt.date(2017, 12, 10), {"festival"}),
    ],
)
def test_a_day_of_the_brand_is_met_so_many_days_before_as_its_row_says(date, plays):
    rows = people(person("anna", purchase_stage="loyal"), person("lapsed")).assign(as_of_date=date)
    found = candidates(rows, scores(), RULES)
    of_day = found[found["audience_kind"] == "calendar"]
    assert set(of_day["play_id"]) == plays and set(of_day["one_id"]) <= {"anna"}


def test_a_birthday_is_met_on_the_day_and_named():
    rows = people(person("anna", purchase_stage="loyal", is_birthday=True), person("bert", purchase_stage="loyal"))
    found = candidates(rows, scores(), RULES)
    assert found[["one_id", "play_id", "festival_zh", "festival_en"]].to_numpy().tolist() == [
        ["anna", "birthday", "生日", "birthday"]
    ]


def test_every_play_has_a_trigger_that_something_knows():
    seeds = make_rules().seeds
    plays = seeds["plays"]
    known = {
        "signal": set(seeds["signals"]["signal"]),
        "ladder": set(seeds["recall_policies"]["policy_id"]),
        "calendar": set(plays.loc[plays["play_id"].isin(seeds["brand_days"]["play_id"]), "trigger"]),
        "stage": set(seeds["recall_policies"]["band"]),
        "need_state": set(seeds["need_state_plays"]["need_state"]),
        "matrix": set(seeds["matrix_cells"]["matrix_cell"]),
    }
    for kind, values in known.items():
        of_kind = plays.loc[plays["trigger_kind"] == kind, "trigger"].map(listed).explode()
        assert set(of_kind) <= values, kind
    assert set(seeds["signals"]["signal"]) == set(plays.loc[plays["trigger_kind"] == "signal", "trigger"])
    assert set(seeds["need_state_plays"]["need_state"]) <= set(plays["trigger"])
    assert set(seeds["matrix_cells"]["matrix_cell"]) <= set(plays["trigger"])
    families = seeds["depth_rules"]["rule_id"].str.replace(r"_\d+$", "", regex=True)
    assert {rule for rules in plays["offer_rule"] for rule in listed(rules)} == {"none", *families}


def test_a_date_without_care_money_has_its_row(salts):
    found = planned(salts, person("anna"))
    assert found.budget[["care_budget_fen", "care_cost_fen", "care_shadow_price"]].to_numpy().tolist() == [[0, 0, 0.0]]


def reached() -> set[tuple[str, str, bool]]:
    """Return (channel, scene, with an offer) of everything that some policy, its menu and a play of its can say."""
    seeds = RULES.seeds
    late = seeds["lately_scenes"].groupby(["scene_id", "has_offer"])["lately_scene_id"].agg(set).to_dict()
    options = seeds["recall_policies"].merge(seeds["recall_menu"], on=["policy_id", "ladder_step"])
    plays = seeds["plays"][["play_id", "audience_kind", "scene_id"]]
    rows = options.merge(plays.add_prefix("of_play_"), how="cross")
    named = rows["play_id"].isna() | rows["play_id"].eq(rows["of_play_play_id"])
    kinds = zip(rows["audience_kind"], rows["of_play_audience_kind"], strict=True)
    rows = rows[named & np.array([kind in listed(of_play) for kind, of_play in kinds])]
    rows = rows.assign(
        play_id=rows["of_play_play_id"], asked_channel=None, scene=rows["of_play_scene_id"].fillna(rows["scene_id"])
    )
    rows = rows[(channel_order(rows, RULES) >= 0) & offers_of_play(rows, RULES)]
    said = zip(rows["message_channel"], rows["scene"], rows["offer_id"].ne("none"), strict=True)
    by_person = set(seeds["lately_scenes"].loc[lambda scenes: scenes["in_person_states"].eq("all"), "lately_scene_id"])
    return {
        (channel, own, offer)
        for channel, scene, offer in said
        for own in {scene} | late.get((scene, offer), set())
        if channel in RULES.staff_channels or own not in by_person
    }


def test_every_template_is_said_by_some_plan_and_every_plan_has_one():
    templates = make_rules().seeds["message_templates"]
    # the general list is no plan: it has the same words for all
    templates = templates[templates["scene_id"].ne("general")]
    keys = zip(templates["message_channel"], templates["scene_id"], templates["price_attitude"].notna(), strict=True)
    assert set(keys) == reached()


def test_a_tag_that_tells_nothing_is_no_trigger():
    facts = {"purchase_stage": "dormant", "rfm_segment": "重要保持"}
    assert met(**facts) == "rfm_keep"
    assert met(**facts, matrix_fell=True) == "rfm_keep"
    assert met(**facts, rfm_fell=True) == "stage_dormant"
    assert met(**facts, need_state="deciding", rfm_fell=True) == "need_deciding"
    assert met(**facts, need_state="deciding", need_state_fell=True) == "rfm_keep"
    assert met(purchase_stage="repeat", super_user_role="koc", rfm_segment="重要价值") == "role_leader"
    assert met(purchase_stage="repeat", super_user_role="koc", rfm_segment="重要价值", role_fell=True) == "rfm_value"


def test_a_stage_that_tells_nothing_ends_its_own_play_and_not_that_of_who_may_leave_by_their_score():
    asleep = fitting_plays(
        people(person("anna", purchase_stage="dormant", purchase_fell=True)), "recall", "dormant", RULES
    )
    assert "stage_dormant" not in set(asleep["play_id"])
    loyal = people(person("bert", purchase_stage="loyal", purchase_fell=True))
    assert "stage_high_risk" in set(fitting_plays(loyal, "recall", "high_risk", RULES)["play_id"])

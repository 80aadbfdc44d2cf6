"""What an operations lead who read thirty customers asked for: literal people, and what they are sent or why not."""

import datetime as dt

import pandas as pd
import pytest

from ml.recall import plan_recall
from tests.unit.recall.people import DATE, KNOWN, NO_ANCESTRY, make_rules, people, person, scores
from tests.unit.recall.signalled import signals
from tests.unit.recall.test_saying import finished, plan
from tests.unit.recall.test_tasks import listed, planned

RULES = make_rules(**KNOWN)
WITHOUT_PROFIT = {"average_gap_days": 7.0, "average_order_fen": 90_000}


def night(salts, *rows, given=None, rules=RULES, care_fen=0):
    money = {DATE: 1_000_000}
    return plan_recall(
        people(*rows), scores(), NO_ANCESTRY, rules, salts, money, signals=given, care_budgets_fen={DATE: care_fen}
    )


def reasons(found) -> dict[tuple[str, str], str | None]:
    rows = found.signal_answers[["one_id", "signal", "reason"]].itertuples(index=False, name=None)
    return {(one_id, signal): None if pd.isna(why) else why for one_id, signal, why in rows}


@pytest.mark.parametrize(
    ("asked_in", "about", "said", "question"),
    [
        ("app", "delivery", "3天前在App问过物流,还没有答复", "您11月28日在App问的物流问题还没有给您答复"),
        ("call_centre", None, "3天前打电话问过,还没有答复", "您11月28日打电话问的问题还没有给您答复"),
        # a channel and a topic without a row are not named
        ("pigeon", "page", "3天前问过,还没有答复", "您11月28日问的问题还没有给您答复"),
    ],
)
def test_a_task_says_when_and_where_they_asked_and_about_what_and_is_for_the_first_hours_of_the_day(
    salts, asked_in, about, said, question
):
    given = signals(("anna", "question_open", 2)).assign(asked_in=asked_in, object_type=about)
    row = night(salts, person("anna", preferred_hour=20, reachable_channels=["wecom"]), given=given).audience.iloc[0]
    assert row["why"].startswith(f"{said} → ")
    assert question in row["message_text"]
    assert row["stop_if"] == ["answered", "unsubscribed"]
    # 10:00 in Shanghai on the day after the date, at whatever hour they buy
    assert row["send_after_at"] == pd.Timestamp("2017-12-01 02:00:00")


def test_who_ordered_this_week_is_advertised_nothing_and_their_question_is_answered(salts):
    lately = {"purchase_stage": "loyal", "days_since_order": 3, "blocked_because": "ordered_lately"}
    found = night(
        salts,
        person("cart", **lately),
        person("asks", **lately),
        given=signals(("cart", "cart_left", 1), ("asks", "question_open", 1)),
    )
    assert found.audience["one_id"].tolist() == ["asks"]
    assert reasons(found) == {("cart", "cart_left"): "ordered_lately", ("asks", "question_open"): None}


@pytest.mark.parametrize(
    ("tier", "ordered", "channels", "sms"),
    [
        ("塔尖", 51, {"wecom", "call"}, "by_person"),
        ("核心", 51, {"wecom", "call"}, "by_person"),
        ("成长", 51, {"wecom", "sms", "official_account", "app_push"}, None),
        # who bought lately is greeted: a friend of any tier by their adviser, in WeCom
        ("塔尖", 29, {"wecom"}, "by_person"),
        ("核心", 29, {"wecom"}, "by_person"),
        ("成长", 29, {"wecom"}, "by_person"),
    ],
)
def test_the_top_tiers_are_spoken_with_by_a_person(salts, tier, ordered, channels, sms):
    found = night(salts, person("anna", pyramid_tier=tier, days_since_order=ordered))
    assert set(found.plan_options["message_channel"]) - {"nothing"} == channels
    refused = found.refused_options.set_index(["message_channel", "offer_id"])["refused_because"]
    assert refused.get(("sms", "none")) == sms


def test_whom_nobody_can_speak_with_loses_no_offer_for_being_worth_much(salts):
    found = night(salts, person("anna", pyramid_tier="塔尖", owner_staff_id=None))
    assert {("sms", "none"), ("sms", "recall_90")} <= set(
        found.plan_options[["message_channel", "offer_id"]].itertuples(index=False, name=None)
    )


def test_no_lot_tries_channels_on_the_top_tiers(salts):
    rules = make_rules(**KNOWN, exploration_share=1.0)
    found = night(salts, person("top", pyramid_tier="塔尖"), person("grows", pyramid_tier="成长"), rules=rules)
    arms = found.assignment.set_index("one_id")["arm"]
    assert arms["grows"] in ("random", "waiting") and arms["top"] not in ("random", "waiting")


def test_a_cart_leaves_out_no_first_order_offer_that_is_due(salts):
    new = {"purchase_stage": "registered_no_order", "days_since_order": None, "order_count_365d": 0}
    found = night(salts, person("anna", **new, days_registered=30), given=signals(("anna", "cart_left", 1)))
    options = found.plan_options[["message_channel", "offer_id"]].itertuples(index=False, name=None)
    assert set(options) == {("wecom", "ladder_1"), ("official_account", "ladder_1"), ("nothing", "none")}
    # by SMS and push, which bring no such coupon, the cart is spoken of where nothing brings it
    found = night(
        salts,
        person("anna", **new, days_registered=30, reachable_channels=["sms", "app_push"]),
        given=signals(("anna", "cart_left", 1)),
    )
    assert set(found.plan_options["offer_id"]) == {"none"}


def test_nothing_yields_to_what_is_not_sent(salts):
    rules = make_rules(**KNOWN | {"held_back_first": 1.0, "held_back_least": 1.0})
    given = signals(("anna", "price_asked", 1), ("anna", "cart_left", 1))
    found = night(salts, person("anna", **WITHOUT_PROFIT), given=given, rules=rules)
    assert found.audience.empty
    assert reasons(found) == {("anna", "price_asked"): "holdout", ("anna", "cart_left"): "holdout"}
    found = night(salts, person("anna", **WITHOUT_PROFIT), given=given)
    assert reasons(found) == {("anna", "price_asked"): None, ("anna", "cart_left"): "another_signal_first"}


def test_whose_words_may_not_be_said_stands_on_neither_side_of_the_lot(salts):
    rules = make_rules(**KNOWN | {"held_back_first": 0.5, "held_back_least": 0.5})
    words = rules.seeds["message_templates"]
    words.loc[words["template_id"].isin(["wecom_recall", "wecom_recall_plain"]), ["text_zh", "home_text"]] = "首单有礼"
    names = [f"p{number:02d}" for number in range(40)]
    far = {"days_since_order": 29, "consented_channels": ["wecom"], "days_since_met": None}
    rows = [person(name, **far) for name in names]
    # who bought 29 days ago is asked how they like it; to who bought 140 days ago the broken words would go
    gone = [
        person(f"q{number:02d}", **far | {"days_since_order": 140, "identity_confidence": "low"})
        for number in range(40)
    ]
    found = night(salts, *rows, *gone, rules=rules)
    assert set(found.plans["arm"]) == {"treat", "held_back"}
    assert found.plans["one_id"].str.startswith("p").all()
    assert found.assignment.loc[found.assignment["one_id"].str.startswith("q"), "arm"].unique().tolist() == [
        "ineligible"
    ]
    withheld = found.refused_options[found.refused_options["refused_because"].eq("withheld_words")]
    assert set(withheld["one_id"]) == {f"q{number:02d}" for number in range(40)}
    assert set(withheld["withheld_because"]) == {"first_order"} and withheld["template_id"].notna().all()


def test_of_what_is_owed_the_log_claims_no_effect(salts):
    found = night(salts, person("asks"), person("late"), given=signals(("asks", "question_open", 1)))
    plans = found.plans.set_index("one_id")
    assert plans.loc["asks", ["lift_mean", "lift_p10", "lift_p90"]].isna().all()
    assert plans.loc["late", ["lift_mean", "lift_p10", "lift_p90"]].notna().all()


@pytest.mark.parametrize(
    ("ordered", "met", "scene"), [(30, None, "care"), (31, None, "check_in"), (80, 3, "check_in"), (80, None, "recall")]
)
def test_nobody_is_asked_how_they_like_what_they_bought_more_than_thirty_days_ago(ordered, met, scene):
    said = finished(plan("wecom", "recall", days_since_order=ordered, days_since_met=met))
    assert said["scene_id"].tolist() == [scene]
    assert ("满意" in said["message_text"][0]) == (scene == "care")


def test_an_offer_says_to_nobody_that_it_is_long_since_we_met():
    templates = RULES.seeds["message_templates"]
    offers = templates[templates["price_attitude"].eq("price_minded")]
    assert not offers["text_zh"].str.contains("好久").any()


def test_care_begins_with_the_newly_lapsed_and_with_who_is_worth_most():
    care = {"purse": "care", "offer_id": "none"}
    found = listed(
        planned(0, "silent", **care, play_id="care_silent", matrix_cell="静默高价值", net_paid_fen_365d=900_000),
        planned(1, "lapsed", **care, play_id="care_newly_lapsed", net_paid_fen_365d=300_000),
        planned(2, "lapsed_rich", **care, play_id="care_newly_lapsed", net_paid_fen_365d=500_000),
        planned(3, "earns", 5_000),
    )
    assert found.sort_values("priority").index.tolist() == ["lapsed_rich", "lapsed", "silent", "earns"]


def test_a_question_says_what_kind_of_thing_it_is_about_and_what_was_ordered_since_to_its_sender_alone(salts):
    given = signals(("anna", "question_open", 2)).assign(
        asked_in="app",
        object_type="product",
        object_id="t1",
        asked_category="CHEESE",
        ordered_date=dt.date(2017, 11, 29),
    )
    found = night(salts, person("anna", reachable_channels=["wecom"]), given=given)
    row = found.audience.iloc[0]
    assert row["why"].startswith("3天前在App问过商品（奶酪）,还没有答复;问过之后11月29日下过单 → ")
    assert "奶酪" not in row["message_text"]
    answered = found.signal_answers.iloc[0]
    assert (answered["asked_in"], answered["object_type"], answered["asked_category"]) == ("app", "product", "奶酪")
    assert answered["ordered_date"] == dt.date(2017, 11, 29)


def test_nobody_is_thanked_for_coming_lately_in_a_scene_of_whom_bought_long_ago_too(rules):
    scenes, points = rules.seeds["lately_scenes"], rules.seeds["talking_points"]
    long_ago = set(scenes.loc[~scenes["bought_lately"].astype(bool), "lately_scene_id"])
    said = points.loc[points["scene_id"].isin(long_ago), "words"].tolist()
    assert "gift" in long_ago and said and not [words for words in said if "光顾" in words]

"""What an operations lead left after reading thirty customers and 165 texts: literal people, and what comes of them."""

import pandas as pd
import pytest

from ml.recall.claims import Facts
from ml.recall.passed_over import passed_over
from ml.recall.signal_answers import unsent_because
from tests.unit.recall.people import make_rules, person
from tests.unit.recall.signalled import signals
from tests.unit.recall.test_plan import plan
from tests.unit.recall.test_refused import verdicts
from tests.unit.recall.test_what_a_lead_asked_for import night, reasons

RULES = make_rules()
TOLD = {"reachable_channels": ["sms", "app_push"], "consented_channels": []}


def how(found) -> dict[str, tuple[str, str]]:
    rows = found.audience[["one_id", "play_id", "message_channel"]].itertuples(index=False, name=None)
    return {one_id: (play, channel) for one_id, play, channel in rows}


def option(candidate: int, value: float, base: float, unit: float, lift: float) -> dict[str, object]:
    return {"candidate": candidate, "value_fen": value, "base_fen": base, "unit_fen": unit, "lift": lift}


def test_whom_the_nights_draw_left_out_is_not_told_to_be_worth_nothing():
    options = pd.DataFrame([
        option(1, -20, -30, 1_000, 0.02),  # earns nothing by the mean, and nothing by the draw
        option(2, -20, -30, 1_000, 0.05),  # earns 20 by the mean; the draw said no
        option(2, -25, -40, 1_000, 0.01),
        option(3, 15, -30, 1_000, 0.05),  # the draw said yes, and the money went to others
        option(4, 15, -30, 1_000, 0.05),  # chosen, and cut with its band by a lot
    ])
    assert passed_over(options, {4}).to_dict() == {1: "not_worth", 2: "not_drawn", 3: "no_room", 4: "not_drawn"}


@pytest.mark.parametrize(
    ("arm", "waits", "passed", "reason"),
    [
        ("not_selected", None, "not_drawn", "not_drawn"),
        ("not_selected", None, "not_worth", "not_worth"),
        # a row of an earlier release says no more than it knew
        ("not_selected", None, None, "not_selected"),
        ("waiting", "learning", None, "learning_full"),
        ("waiting", "room", None, "staff_full"),
        ("held_back", None, None, "holdout"),
        ("random", None, None, "holdout"),
        ("in_episode", None, None, "in_episode"),
        ("treat", None, None, None),
    ],
)
def test_the_reason_of_an_arm_is_one_word_everywhere(arm, waits, passed, reason):
    assert unsent_because(arm, waits, passed) == reason


def test_without_money_nobody_is_told_to_be_worth_nothing(salts):
    found = plan([person(f"p{n}") for n in range(30)], salts, RULES, budget_fen=0)
    assert set(found.assignment["arm"]) == {"not_selected"}
    assert "no_room" in set(found.assignment["passed_over_because"])
    assert found.assignment["passed_over_because"].notna().all()


@pytest.mark.parametrize(
    ("ends", "said"), [("coupon_ending", "有一张优惠券12月3日到期"), ("points_ending", "有120积分12月3日起到期")]
)
def test_what_they_own_and_will_lose_is_told_to_who_has_just_ordered_too(salts, ends, said):
    lately = {"purchase_stage": "loyal", "days_since_order": 2, "blocked_because": "ordered_lately"}
    found = night(salts, person("anna", **lately, **TOLD), given=signals(("anna", ends, -3)))
    assert how(found) == {"anna": (ends, "sms")}
    row = found.audience.iloc[0]
    assert (row["list_kind"], row["purse"], row["consent_purpose"]) == ("service", "none", "service")
    assert said in row["message_text"] and "拒收" not in row["message_text"]
    assert not found.plans["opens_episode"].any()


def test_who_cannot_be_told_what_ends_is_sold_to_all_the_same(salts):
    rules = make_rules(holdout_share=0.0, exploration_share=0.0, held_back_first=0.0, held_back_least=0.0)
    cart = signals(
        ("anna", "coupon_ending", -3), ("anna", "cart_left", 1), ("bert", "question_open", 1), ("bert", "cart_left", 1)
    )  # fmt: skip
    rich = {"service_channels": [], "reachable_channels": ["wecom", "sms"], "net_paid_fen_365d": 3_000_000}
    found = night(salts, person("anna", **rich), person("bert", **rich), given=cart, rules=rules)
    assert dict(found.assignment[["one_id", "policy_id"]].itertuples(index=False, name=None)) == {
        "anna": "signal_cart",
        "bert": "signal_question_open",
    }
    assert reasons(found)["anna", "coupon_ending"] == "no_consent"


def test_a_birthday_is_the_purse_of_rights_and_time(salts):
    anna = person("anna", purchase_stage="loyal", days_since_order=20, is_birthday=True)
    assert night(salts, anna, care_fen=10_000).assignment["policy_id"].tolist() == ["day_birthday"]
    plays = RULES.seeds["plays"].set_index("play_id")["purse"]
    assert plays["birthday"] == "care"


@pytest.mark.parametrize(
    ("asked_in", "changes", "channel"),
    [
        # an adviser who can be spoken with answers, wherever it was asked
        ("app", {}, "wecom"),
        ("app", {"reachable_channels": ["app_push", "call", "sms"]}, "call"),
        ("sms", {}, "wecom"),
        ("wecom", {}, "wecom"),
        ("call_centre", {}, "call"),
        ("mini_program", {"subscribed_scenes": ["question_open"]}, "wecom"),
        # without one it is known where it was asked
        ("app", {"owner_staff_id": None}, "app_push"),
        ("sms", {"owner_staff_id": None}, "sms"),
        ("mini_program", {"owner_staff_id": None, "subscribed_scenes": ["question_open"]}, "mini_program"),
        # where that may not be used, by the first of the play's that may
        ("mini_program", {"owner_staff_id": None}, "sms"),
        ("app", {"owner_staff_id": None, "suppressed_channels": ["app_push"]}, "sms"),
        # nobody answers in a shop of a platform
        ("tmall", {}, "wecom"),
    ],
)
def test_a_question_is_answered_by_a_person_and_else_where_it_was_asked(salts, asked_in, changes, channel):
    given = signals(("anna", "question_open", 1)).assign(asked_in=asked_in)
    assert how(night(salts, person("anna", **changes), given=given)) == {"anna": ("question_open", channel)}


def test_a_friend_who_is_only_greeted_hears_it_from_their_adviser_whatever_their_tier():
    bought = {"purchase_stage": "at_risk", "days_since_order": 20, "pyramid_tier": "基础"}
    met = verdicts(**bought)
    assert {name: met[name] for name in ("wecom none", "sms none", "app_push none", "official_account none")} == {
        "wecom none": "open", "sms none": "by_person", "app_push none": "by_person",
        "official_account none": "by_person",
    }  # fmt: skip
    assert verdicts(**bought, owner_staff_id=None)["sms none"] == "open"
    assert verdicts(**bought, wecom_recalls_month=2)["sms none"] == "open"
    # who bought long ago is no greeting: the message asks them back
    assert verdicts(**bought | {"days_since_order": 51})["sms none"] == "open"
    assert verdicts(**bought | {"pyramid_tier": "塔尖"})["call none"] == "wecom_first"


def test_a_public_offer_of_the_lapsed_may_come_by_the_official_account_too():
    menu = RULES.seeds["recall_menu"]
    offers = {
        channel: set(menu.loc[menu["policy_id"].eq("recall_dormant") & menu["message_channel"].eq(channel), "offer_id"])
        for channel in ("wecom", "sms", "official_account")
    }
    assert offers["official_account"] == offers["sms"] == offers["wecom"]


@pytest.mark.parametrize("channel", ["sms", "call", "mini_program"])
def test_a_reminder_of_a_right_that_ends_sells_nothing(channel):
    texts = RULES.seeds["message_templates"]
    said = texts.loc[texts["message_channel"].eq(channel) & texts["scene_id"].eq("renewal"), "text_zh"]
    assert len(said) and not said.str.contains("续").any()


def test_a_fact_is_what_somebody_did_and_not_the_scene_they_are_met_in():
    row = person("anna") | {
        "scene_id": "cart", "offer_id": "none", "is_long_absent": False, "bought_lately": False, "given": (),
        "consent_purpose": "marketing", "days_to_coupon_end": None, "days_to_points_end": None,
        "appointment_at": pd.NaT, "valid_days": None, "pay_rate": None, "maximum_discount_fen": None,
    }  # fmt: skip
    assert "has_cart" not in Facts.of(row).true
    assert "has_cart" in Facts.of(row | {"given": ("cart_left",), "scene_id": "care"}).true
    assert {"has_appointment", "holds_coupon"} <= Facts.of(
        row | {"appointment_at": pd.Timestamp("2017-12-01 02:00"), "days_to_coupon_end": 2}
    ).true

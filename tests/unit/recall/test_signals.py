"""What somebody did is answered the next morning, before anything else; what they are owed before anything is sold."""

import pandas as pd
import pytest

from ml.recall import plan_recall
from tests.unit.recall.people import ALL_CHANNELS, DATE, KNOWN, NO_ANCESTRY, people, person, scores
from tests.unit.recall.signalled import signals, with_words

RULES = with_words(**KNOWN)
ACTIVE = {"purchase_stage": "loyal", "average_gap_days": 7.0, "average_order_fen": 90_000}


def planned(salts, *rows, given, rules=RULES, budget_fen=1_000_000, care_fen=0):
    money = {DATE: budget_fen}
    return plan_recall(
        people(*rows), scores(), NO_ANCESTRY, rules, salts, money, signals=given, care_budgets_fen={DATE: care_fen}
    )


def sent(found) -> dict[str, tuple[str, str]]:
    rows = found.audience[["one_id", "play_id", "message_channel"]].itertuples(index=False, name=None)
    return {one_id: (play, channel) for one_id, play, channel in rows}


def answers(found) -> dict[tuple[str, str], tuple[object, object]]:
    rows = found.signal_answers[["one_id", "signal", "answered_by", "reason"]].itertuples(index=False, name=None)
    return {
        (one_id, signal): tuple(None if pd.isna(said) else said for said in (by, why))
        for one_id, signal, by, why in rows
    }


def test_an_open_question_is_answered_by_the_owner_and_nothing_is_sold_to_who_asks(salts):
    given = signals(("anna", "question_open", 1), ("anna", "cart_left", 0))
    found = planned(salts, person("anna"), given=given)
    assert sent(found) == {"anna": ("question_open", "wecom")}
    row = found.audience.iloc[0]
    assert row["why"].startswith("2天前问过,还没有答复 → ")
    assert (row["offer_id"], row["consent_purpose"], row["purse"], row["signal"]) == (
        "none", "service", "none", "question_open",
    )  # fmt: skip
    assert found.tasks["play_id"].tolist() == ["question_open"]
    assert answers(found) == {
        ("anna", "question_open"): ("task", None),
        ("anna", "cart_left"): (None, "another_signal_first"),
    }


@pytest.mark.parametrize(
    ("changes", "channel", "by"),
    [
        ({}, "wecom", "task"),
        ({"reachable_channels": ["call", "sms"]}, "call", "task"),
        ({"owner_staff_id": None}, "sms", "service"),
        ({"owner_staff_id": None, "reachable_channels": ["mini_program"], "subscribed_scenes": ["question_open"]},
         "mini_program", "service"),
    ],
)  # fmt: skip
def test_an_answer_takes_the_first_channel_of_its_play_that_is_open(salts, changes, channel, by):
    found = planned(
        salts, person("anna", consented_channels=[], **changes), given=signals(("anna", "question_open", 1))
    )
    assert sent(found) == {"anna": ("question_open", channel)}
    assert answers(found) == {("anna", "question_open"): (by, None)}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"service_channels": []}, "no_consent"),
        ({"reachable_channels": []}, "unreachable"),
        ({"suppressed_channels": ALL_CHANNELS}, "refused_channel"),
        ({"blocked_because": "suppressed"}, "suppressed"),
        ({"owner_staff_id": None, "reachable_channels": ["wecom"]}, "no_owner"),
    ],
)
def test_who_asked_and_cannot_be_answered_is_sold_nothing_and_the_reason_stands(salts, changes, reason):
    found = planned(salts, person("anna", **changes), given=signals(("anna", "question_open", 1)))
    assert sent(found) == {}
    assert answers(found) == {("anna", "question_open"): (None, reason)}


@pytest.mark.parametrize("changes", [
    {"blocked_because": "contact_cap"},
    {"blocked_because": "ordered_lately"},
    {"wecom_marketing_month": 4},
    {"wecom_recalls_month": 2},
    {"wecom_contacts_month": 29},
])  # fmt: skip
def test_no_cap_of_politeness_stops_an_answer(salts, changes):
    found = planned(salts, person("anna", **changes), given=signals(("anna", "question_open", 1)))
    assert sent(found) == {"anna": ("question_open", "wecom")}


def test_what_the_platform_allows_stops_an_answer_on_it(salts):
    found = planned(salts, person("anna", wecom_contacts_month=31), given=signals(("anna", "question_open", 1)))
    assert sent(found) == {"anna": ("question_open", "call")}


def test_a_refund_or_a_complaint_that_is_open_stops_what_is_sold_and_no_answer(salts):
    found = planned(
        salts,
        person("asks", blocked_because="refund_open"),
        person("buys", blocked_because="refund_open"),
        given=signals(("asks", "question_open", 1), ("buys", "cart_left", 1)),
    )
    assert sent(found) == {"asks": ("question_open", "wecom")}
    assert answers(found)["buys", "cart_left"] == (None, "refund_open")


def test_an_answer_is_no_experiment_and_needs_no_money(salts):
    rules = with_words(holdout_share=0.5, exploration_share=0.5, held_back_first=0.4, held_back_least=0.4)
    names = [f"p{number:02d}" for number in range(40)]
    given = signals(*((name, "question_open", 1) for name in names))
    found = planned(salts, *(person(name) for name in names), given=given, rules=rules, budget_fen=0)
    assert set(sent(found)) == set(names)
    assert found.assignment["arm"].unique().tolist() == ["treat"]
    assert found.assignment["assignment_probability"].unique().tolist() == [1.0]
    assert not found.plans["opens_episode"].any()
    budget = found.budget.iloc[0]
    assert budget["expected_cost_fen"] == 0
    assert budget["service_cost_fen"] == found.audience["expected_cost_fen"].sum() > 0


def test_an_answer_stops_the_ladder_that_would_have_gone_on(salts):
    climber = {
        "purchase_stage": "registered_no_order", "days_since_order": None, "days_registered": 60, "first_order_step": 1,
        "days_since_first_order_step": 8, "open_episode_id": "e_1", "open_episode_kind": "first_order",
        "open_episode_arm": "treat", "open_episode_step": 1, "order_count_365d": 0, "average_order_fen": None,
        "rfm_segment": "无消费",
    }  # fmt: skip
    assert planned(salts, person("anna", **climber), given=signals()).plans["policy_id"].tolist() == [
        "first_order_ladder"
    ]
    found = planned(salts, person("anna", **climber), given=signals(("anna", "question_open", 1)))
    assert found.plans[["policy_id", "opens_episode"]].to_numpy().tolist() == [["signal_question_open", False]]


def test_a_cart_comes_before_the_stage_and_not_into_an_open_episode(salts):
    given = signals(("anna", "cart_left", 1), ("bert", "cart_left", 1))
    open_episode = {
        "open_episode_id": "e_1", "open_episode_kind": "recall", "open_episode_arm": "treat", "open_episode_step": 0,
    }  # fmt: skip
    found = planned(salts, person("anna", **ACTIVE), person("bert", **ACTIVE, **open_episode), given=given)
    assert sent(found) == {"anna": ("cart", "wecom")}
    assert found.plans.set_index("one_id")["opens_episode"].to_dict() == {"anna": True}
    assert answers(found) == {("anna", "cart_left"): ("task", None), ("bert", "cart_left"): (None, "in_episode")}


def offers(found) -> set[str]:
    """Return the offers that were open to the one person of a plan."""
    return set(found.plan_options["offer_id"])


NEW = {"purchase_stage": "registered_no_order", "days_since_order": None, "order_count_365d": 0}


@pytest.mark.parametrize("signal", ["cart_left", "price_asked", "product_asked"])
@pytest.mark.parametrize(
    ("facts", "offer"),
    [
        # the same public facts give the same offer, whether somebody left a cart or not
        (NEW | {"days_registered": 30}, "ladder_1"),
        (NEW | {"days_registered": 29}, None),
        (NEW | {"days_registered": 60, "first_order_step": 1, "days_since_first_order_step": 7}, "ladder_2"),
        (NEW | {"days_registered": 60, "first_order_step": 1, "days_since_first_order_step": 6}, None),
        ({"purchase_stage": "at_risk", "days_since_order": 29}, None),
        ({"purchase_stage": "at_risk", "days_since_order": 30}, "recall_90"),
        ({"purchase_stage": "dormant", "days_since_order": 70}, "recall_85"),
        # whom no policy calls lapsed has no offer of the lapsed
        ({"purchase_stage": "loyal", "days_since_order": 40}, None),
    ],
)
def test_who_left_a_cart_or_asked_keeps_the_offer_that_the_same_facts_give_without(salts, signal, facts, offer):
    found = planned(salts, person("anna", **facts), given=signals(("anna", signal, 1)))
    assert offers(found) == {"none", offer} - {None}
    assert set(found.assignment["audience_kind"]) == {"signal"}


def test_of_full_days_the_first_asked_are_answered_and_the_others_wait(salts):
    owner = {"owner_message_capacity": 1, "owner_call_capacity": 0, "reachable_channels": ["wecom"]}
    given = signals(("anna", "complaint_closed", 1), ("bert", "question_open", 1), ("carl", "question_open", 1))
    found = planned(salts, *(person(name, **owner) for name in ("anna", "bert", "carl")), given=given)
    assert sent(found) == {"bert": ("question_open", "wecom")}
    assert answers(found)["carl", "question_open"] == (None, "staff_full")
    assert answers(found)["anna", "complaint_closed"] == (None, "staff_full")


def test_who_left_a_month_ago_hears_of_us_by_a_channel_of_their_own_consent_alone(salts):
    gone = {**ACTIVE, "is_deleted_friend": True, "owner_staff_id": None}
    found = planned(
        salts,
        person("early", days_since_deleted=29, **gone),
        person("late", days_since_deleted=30, **gone),
        person("silent", days_since_deleted=30, **gone, consented_channels=["wecom"]),
        given=signals(
            ("early", "friend_deleted", 29), ("late", "friend_deleted", 30), ("silent", "friend_deleted", 30)
        ),
    )
    assert set(sent(found)) == {"late"} and sent(found)["late"][1] != "wecom"
    assert answers(found) == {
        ("early", "friend_deleted"): (None, "rest"),
        ("late", "friend_deleted"): ("audience", None),
        ("silent", "friend_deleted"): (None, "no_consent"),
    }


UNPROFILED = {"is_excluded": True, "matrix_cell": "静默高价值", "super_user_role": "koc", "preferred_hour": 20}
#: What a row may say of whom nobody may profile: whom it meets, with what, when and at what cost.
TOLD = (
    "churn_probability", "organic_return_probability", "lift_p50", "roi_p10", "roi_p50", "roi_p90",
    "probability_roi_positive", "break_even_lift",
)  # fmt: skip


@pytest.mark.parametrize(
    ("signal", "ago", "play"),
    [
        ("question_open", 1, "question_open"),
        ("complaint_closed", 1, "complaint_closed"),
        ("booking", -2, "appointment"),
    ],
)
def test_what_is_owed_reaches_whom_nobody_may_profile_and_says_nothing_of_a_profile(salts, signal, ago, play):
    of_score = scores(anna=("churn", 0.9))
    row = person("anna", open_episode_id="e1", open_episode_kind="recall", open_episode_arm="held_back", **UNPROFILED)
    found = plan_recall(
        people(row), of_score, NO_ANCESTRY, RULES, salts, {DATE: 0}, signals=signals(("anna", signal, ago))
    )
    assert set(sent(found)) == {"anna"} and sent(found)["anna"][0] == play
    assert found.audience[list(TOLD)].isna().all(axis=None)
    assert "爱买" not in found.audience["why"][0] and "券" not in found.audience["why"][0]
    # nothing of their own is in the money, and nobody drew a lot for them
    assert found.audience["net_p50_fen"][0] == -found.audience["expected_cost_fen"][0]
    assert found.assignment[["arm", "assignment_probability", "global_holdout"]].to_numpy().tolist() == [
        ["treat", 1.0, False]
    ]


def test_whom_nobody_may_profile_gets_nothing_else(salts):
    rows = person("anna", **UNPROFILED), person("bert", **UNPROFILED, days_to_entitlement_end=5)
    found = planned(salts, *rows, given=signals(("anna", "cart_left", 1)))
    assert sent(found) == {"bert": ("renewal", "sms")}
    # a call is kept for a tier, and of them no tier is known
    last = {"days_to_entitlement_end": 5, "renewal_step": 2, "days_since_renewal_step": 3, "pyramid_tier": "塔尖"}
    assert sent(planned(salts, person("carl", **last), given=None)) == {"carl": ("renewal", "call")}
    assert sent(planned(salts, person("carl", **UNPROFILED, **last), given=None)) == {}


def test_whom_another_hard_rule_keeps_out_gets_nothing_at_all(salts):
    rows = people(person("anna", **UNPROFILED, may_be_served=False)).assign(exclusion="minor")
    found = plan_recall(
        rows, scores(), NO_ANCESTRY, RULES, salts, {DATE: 1_000}, signals=signals(("anna", "question_open", 1))
    )
    assert answers(found) == {("anna", "question_open"): (None, "minor")}


def test_a_play_without_an_open_channel_yields_to_the_next_and_the_signal_says_what_closed_it(salts):
    # the official account asks nobody of a price; it does speak of a cart
    follows = person("anna", consented_channels=["official_account"], **ACTIVE)
    found = planned(salts, follows, given=signals(("anna", "price_asked", 1), ("anna", "cart_left", 1)))
    assert sent(found)["anna"][0] == "cart"
    assert answers(found)["anna", "price_asked"] == (None, "no_consent")
    # a friend who left is met by the play that reaches them, not by the one of their stage
    gone = {"is_deleted_friend": True, "owner_staff_id": None, "purchase_stage": "registered_no_order"}
    found = planned(salts, person("anna", **gone, days_since_order=None, consented_channels=["sms"]), given=signals())
    assert sent(found) == {"anna": ("re_add", "sms")}


def test_what_is_owed_and_cannot_be_given_yields_to_nothing_that_is_sold(salts):
    asks = person("anna", service_channels=[], purchase_stage="lost", rfm_segment=None)
    found = planned(salts, asks, given=signals(("anna", "question_open", 1)))
    assert sent(found) == {} and answers(found)["anna", "question_open"] == (None, "no_consent")


def test_a_reminder_takes_a_channel_that_opens_before_the_appointment(salts):
    """Here at two o'clock: the mini-program's noon is in time; at one o'clock it is not, and the guide's morning is."""
    given = signals(("anna", "booking", -1))
    open_to_both = {"reachable_channels": ["mini_program", "wecom"], "subscribed_scenes": ["appointment"]}
    for at, channel in (("2017-12-01 06:00", "mini_program"), ("2017-12-01 05:00", "wecom")):
        found = planned(salts, person("anna", **open_to_both), given=given.assign(signal_at=pd.Timestamp(at)))
        assert sent(found)["anna"] == ("appointment", channel)
    too_late = given.assign(signal_at=pd.Timestamp("2017-12-01 03:00"))
    found = planned(salts, person("anna"), given=too_late)
    assert sent(found) == {} and answers(found)["anna", "booking"] == (None, "too_late")


def test_what_is_due_is_named_by_its_day(salts):
    given = signals(("anna", "booking", -2), ("bert", "coupon_ending", -3))
    found = planned(salts, person("anna"), person("bert", **ACTIVE), given=given)
    assert sent(found)["anna"] == ("appointment", "sms")
    assert sent(found)["bert"] == ("coupon_ending", "sms")
    assert found.audience.set_index("one_id")["why"].str.split(";").str[0].to_dict() == {
        "anna": "有预约快到了 → 短信提醒,不推销", "bert": "有一张券快到期 → 短信提醒,不推销",
    }  # fmt: skip

"""Who is a candidate, at which step: the trade's rules on one person each."""

import pandas as pd
import pytest

from ml.recall import MissingColumns
from ml.recall.candidates import candidates
from tests.unit.recall.people import make_rules, people, person, scores

RULES = make_rules()


def step(**changes: object) -> tuple[str, int] | None:
    """Return the policy and step one person is due for."""
    found = candidates(people(person("anna", **changes)), scores(), RULES)
    return None if found.empty else (found["policy_id"][0], int(found["ladder_step"][0]))


@pytest.mark.parametrize(
    ("stage", "policy"), [("at_risk", "recall_at_risk"), ("dormant", "recall_dormant"), ("lost", "recall_lost")]
)
def test_a_lapsed_buyer_enters_the_recall_of_their_band(stage, policy):
    assert step(purchase_stage=stage) == (policy, 0)


def test_an_active_buyer_is_recalled_only_when_likely_to_leave():
    loyal = people(person("calm", purchase_stage="loyal"), person("leaving", purchase_stage="loyal"))
    leaving = scores(calm=("churn", 0.10), leaving=("churn", 0.45))
    found = candidates(loyal, leaving, RULES)
    assert found[["one_id", "policy_id"]].to_numpy().tolist() == [["leaving", "recall_high_risk"]]


@pytest.mark.parametrize("stage", ["first_buyer", "repeat", "loyal"])
def test_what_an_active_buyer_would_do_anyway_is_asked_of_people_left_alone_and_not_of_churn(stage):
    """Of those whom the shop wrote to 45% left: 55% came, and the message brought some of them."""
    leaving = scores(leaving=("churn", 0.45))
    alone = pd.concat([leaving, scores(leaving=("return_active", 0.48))], ignore_index=True)
    found = candidates(people(person("leaving", purchase_stage=stage)), alone, RULES)
    assert found[["churn_probability", "organic_return_probability", "p0"]].to_numpy().tolist() == [[0.45, 0.48, 0.48]]
    unsaid = candidates(people(person("leaving", purchase_stage=stage)), leaving, RULES)
    assert unsaid["organic_return_probability"].isna().all() and unsaid["p0"].notna().all()


NEW = {"purchase_stage": "registered_no_order", "days_since_order": None, "average_gap_days": None}


def test_the_first_order_ladder_begins_thirty_days_after_registering():
    assert step(**NEW, days_registered=29) is None
    assert step(**NEW, days_registered=30) == ("first_order_ladder", 1)


def test_the_next_rung_waits_seven_days():
    assert step(**NEW, first_order_step=1, days_since_first_order_step=6) is None
    assert step(**NEW, first_order_step=1, days_since_first_order_step=7) == ("first_order_ladder", 2)
    assert step(**NEW, first_order_step=2, days_since_first_order_step=7) == ("first_order_ladder", 3)


def test_a_descent_is_once_in_a_lifetime():
    assert step(**NEW, first_order_step=3, days_since_first_order_step=400) is None


def test_the_ladder_stops_on_an_order_and_the_climb_begins():
    bought = {
        "purchase_stage": "first_buyer",
        "days_since_order": 8,
        "first_order_step": 2,
        "days_since_first_order_step": 9,
    }
    assert step(**bought, orders_since_first_order_ladder=1) == ("after_purchase_climb", 1)
    assert step(**bought, orders_since_first_order_ladder=2, climb_step=1) == ("after_purchase_climb", 2)
    assert step(**bought, orders_since_first_order_ladder=5, climb_step=2) == ("after_purchase_climb", 3)
    assert step(**bought, orders_since_first_order_ladder=5, climb_step=3) is None


def test_a_lapsed_buyer_is_never_offered_rung_three_again():
    lapsed = step(
        purchase_stage="dormant", first_order_step=2, days_since_first_order_step=90, orders_since_first_order_ladder=1
    )
    assert lapsed == ("recall_dormant", 0)
    menu = RULES.seeds["recall_menu"]
    assert not set(menu.loc[menu["policy_id"] == "recall_dormant", "offer_id"]) & {"ladder_1", "ladder_2", "ladder_3"}


def test_renewal_goes_from_two_messages_to_a_call():
    assert step(purchase_stage="loyal", days_to_entitlement_end=16) is None
    assert step(purchase_stage="loyal", days_to_entitlement_end=15) == ("renewal", 1)
    assert step(purchase_stage="loyal", days_to_entitlement_end=10, renewal_step=1, days_since_renewal_step=5) is None
    assert step(purchase_stage="loyal", days_to_entitlement_end=9, renewal_step=1, days_since_renewal_step=6) == (
        "renewal",
        2,
    )
    assert step(purchase_stage="loyal", days_to_entitlement_end=6, renewal_step=2, days_since_renewal_step=3) == (
        "renewal",
        3,
    )
    assert step(purchase_stage="loyal", days_to_entitlement_end=2, renewal_step=3, days_since_renewal_step=4) is None


def test_a_deleted_friend_who_still_buys_is_invited_again():
    assert step(purchase_stage="loyal", is_deleted_friend=True) == ("re_add", 0)


def test_a_friend_who_deleted_us_is_left_alone_for_a_month():
    friend = {"purchase_stage": "loyal", "is_deleted_friend": True}
    assert step(**friend, days_since_deleted=29) is None
    assert step(**friend, days_since_deleted=30) == ("re_add", 0)
    assert step(**friend, days_since_deleted=None) is None
    assert step(**{**friend, "is_deleted_friend": False}, days_since_deleted=30) is None
    assert step(**{**friend, "purchase_stage": "lost"}, days_since_deleted=1) == ("recall_lost", 0)


def test_whoever_rests_is_reminded_of_a_right_that_ends_and_advertised_nothing():
    rests = {**NEW, "days_registered": 400, "first_order_step": 3, "days_since_first_order_step": 10}
    friend = {**rests, "is_deleted_friend": True}
    assert step(**friend, is_resting=True) is None
    assert step(**friend, is_resting=False) == ("re_add", 0)
    assert step(**friend, is_resting=True, days_to_entitlement_end=10) == ("renewal", 1)


def test_a_test_account_is_no_candidate():
    assert step(is_excluded=True) is None


def test_what_a_person_would_do_anyway_comes_from_the_model_of_their_band():
    band = people(person("a"), person("b", purchase_stage="lost"), person("c", **NEW, days_registered=40), person("d"))
    found = candidates(
        band, scores(a=("return_at_risk", 0.4), b=("return_lost", 0.02), c=("first_purchase", 0.07)), RULES
    )
    assert found.set_index("one_id")["p0"].to_dict() == {"a": 0.4, "b": 0.02, "c": 0.07, "d": 0.45}
    assert found.set_index("one_id")["organic_return_probability"].isna().to_dict() == {
        "a": False,
        "b": False,
        "c": False,
        "d": True,
    }


def test_a_missing_column_is_named():
    with pytest.raises(MissingColumns, match="days_registered"):
        candidates(people(person("a")).drop(columns="days_registered"), pd.DataFrame(), RULES)


def test_a_right_is_called_back_to_mind_until_the_day_it_ends():
    ends = {"purchase_stage": "loyal"}
    assert step(**ends, days_to_entitlement_end=0) == ("renewal", 1)
    assert step(**ends, days_to_entitlement_end=-1) is None
    assert step(**ends, days_to_entitlement_end=0, renewal_step=1, days_since_renewal_step=6) == ("renewal", 2)
    assert step(**ends, days_to_entitlement_end=-1, renewal_step=1, days_since_renewal_step=6) is None
    assert step(**ends, days_to_entitlement_end=16, renewal_step=1, days_since_renewal_step=6) is None


def test_what_stands_first_among_the_policies_is_done_and_the_rest_waits():
    both = {"purchase_stage": "lost", "is_deleted_friend": True}
    assert step(**both, days_to_entitlement_end=10) == ("renewal", 1)
    assert step(**both) == ("recall_lost", 0)


CLIMBING = {"purchase_stage": "first_buyer", "first_order_step": 1, "orders_since_first_order_ladder": 1}


def test_the_climb_is_for_who_came_by_the_ladder_in_the_second_week_after_their_order():
    assert step(**CLIMBING, days_since_order=6) is None
    assert step(**CLIMBING, days_since_order=7) == ("after_purchase_climb", 1)
    assert step(**CLIMBING, days_since_order=14) == ("after_purchase_climb", 1)
    assert step(**CLIMBING, days_since_order=15) is None
    assert step(**(CLIMBING | {"first_order_step": 0}), days_since_order=7) is None
    assert step(**(CLIMBING | {"orders_since_first_order_ladder": 0}), days_since_order=7) is None
    assert step(**(CLIMBING | {"purchase_stage": "registered_no_order"}), days_since_order=7) is None
    for stage in ("repeat", "loyal"):
        assert step(**(CLIMBING | {"purchase_stage": stage}), days_since_order=7) == ("after_purchase_climb", 1)


def test_a_rung_waits_for_the_one_before_and_for_thirty_days_since_registering():
    assert step(**NEW, days_registered=29, first_order_step=1, days_since_first_order_step=7) is None
    assert step(**NEW, first_order_step=1, days_since_first_order_step=None) is None
    bought = NEW | {"purchase_stage": "at_risk"}
    assert step(**bought, first_order_step=1, days_since_first_order_step=7) == ("recall_at_risk", 0)


def test_likely_to_leave_begins_at_the_seeds_score_and_needs_a_score():
    loyal = people(*(person(who, purchase_stage="loyal") for who in ("at", "below", "unscored")))
    found = candidates(loyal, scores(at=("churn", 0.3), below=("churn", 0.29)), RULES)
    assert found["one_id"].tolist() == ["at"]
    assert found["policy_id"][0] == "recall_high_risk"
    gone = candidates(people(person("anna", purchase_stage="dormant")), scores(anna=("churn", 0.9)), RULES)
    assert (gone["policy_id"][0], gone["p0"][0], gone["churn_probability"][0]) == ("recall_dormant", 0.2, 0.9)


def test_a_campaign_is_named_after_its_policy_step_and_month():
    found = candidates(people(person("a"), person("b", **NEW, days_registered=30)), scores(), RULES)
    assert found["campaign_id"].tolist() == ["recall_at_risk_0_201711", "first_order_ladder_1_201711"]


def test_a_score_speaks_on_its_own_date_only_and_a_probability_stays_one():
    both = scores(anna=("return_at_risk", 0.4), bert=("return_at_risk", 1.2))
    yesterday = both.assign(as_of_date=both["as_of_date"] - pd.Timedelta(days=1), score=0.1)
    found = candidates(people(person("anna"), person("bert")), pd.concat([yesterday, both]), RULES)
    assert found["p0"].tolist() == [0.4, 1.0]


def test_whether_somebody_is_excluded_or_deleted_the_friend_is_no_when_unknown():
    assert step(is_excluded=None) == ("recall_at_risk", 0)
    assert step(purchase_stage="loyal", is_deleted_friend=None) is None

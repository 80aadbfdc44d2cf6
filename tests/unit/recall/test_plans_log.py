"""The log of a night: who was planned, what opened an episode and until when, and how likely every option was."""

import datetime as dt

import pandas as pd
import pytest

from ml.recall.plans import episode_id, option_rows, plan_rows
from ml.recall.tables import PLAN_OPTIONS, PLANS
from tests.unit.recall.people import DATE, make_rules

RULES = make_rules()


def chosen(one_id: str, policy: str = "recall_lost", arm: str = "treat", **changes: object) -> dict[str, object]:
    """Return a chosen option with its lots and its money: an SMS of 10 fen, a lift of .02 worth 100 yuan."""
    row = {
        "as_of_date": DATE, "one_id": one_id, "audience_id": "recall_20171130", "policy_id": policy,
        "audience_kind": "recall", "ladder_step": 0, "campaign_id": f"{policy}_0_201711",
        "consent_purpose": "marketing", "objective": "order", "band": "lost", "message_channel": "sms",
        "offer_id": "recall_90", "depth": "light", "arm": arm, "held_back_probability": 0.15,
        "wait_probability": 0.0, "option_probability": 0.75, "p0": 0.05, "contacts_28d": 0, "coupon_taste": None,
        "wecom_answers": None, "lift": 0.02, "lift_p10": 0.01, "lift_p90": 0.03, "unit_fen": 10_000.0,
        "seed_unit_fen": 20_000.0,
        "base_fen": -10.0, "expected_cost_fen": 10, "net_p10_fen": 90, "net_p50_fen": 190, "net_p90_fen": 290,
        "margin_rate": 0.25, "basis": "prior", "continues_episode": None, "play_id": "rfm_general_keep",
    }  # fmt: skip
    assert set(changes) <= set(row)
    return row | changes


NOBODY = pd.DataFrame([chosen("nobody")]).iloc[:0]


def logged(*plans: dict[str, object], drew_nothing: pd.DataFrame = NOBODY) -> pd.DataFrame:
    return plan_rows(pd.DataFrame(list(plans) or None), drew_nothing, RULES, "abc").set_index("one_id")


def test_an_episode_ends_as_many_days_after_its_plan_as_the_policy_says():
    found = logged(
        chosen("anna"),
        chosen("bert", "first_order_ladder", ladder_step=1),
        chosen("carl", "after_purchase_climb", ladder_step=1, arm="held_back"),
    )
    assert found["opens_episode"].tolist() == [True, True, True]
    ends = {"anna": dt.date(2017, 12, 14), "bert": dt.date(2017, 12, 28), "carl": dt.date(2017, 12, 14)}
    assert found["ends_on"].to_dict() == ends


def test_a_service_and_a_waiting_plan_open_no_episode():
    found = logged(chosen("anna", "renewal", consent_purpose="service"), chosen("bert", arm="waiting"))
    assert found["opens_episode"].tolist() == [False, False]
    assert found["ends_on"].isna().all()


def test_a_further_step_of_a_ladder_goes_on_in_its_episode():
    found = logged(chosen("anna", "first_order_ladder", ladder_step=2, continues_episode="e_first")).loc["anna"]
    assert (found["episode_id"], found["opens_episode"], found["ends_on"]) == ("e_first", False, None)


def test_the_same_plan_has_the_same_episode_for_ever():
    assert episode_id(DATE, "anna", "recall_lost") == episode_id(pd.Timestamp(DATE), "anna", "recall_lost")
    assert logged(chosen("anna")).loc["anna", "episode_id"] == episode_id("2017-11-30", "anna", "recall_lost")
    assert episode_id(DATE, "anna", "recall_lost") == "e_a9915fd826c43a920a841edb"
    others = {episode_id(DATE, "bert", "recall_lost"), episode_id(DATE, "anna", "renewal")}
    assert len(others | {episode_id(DATE, "anna", "recall_lost")}) == 3


def test_who_drew_nothing_at_random_is_planned_with_nothing():
    nothing = pd.DataFrame([chosen("bert", arm="random", option_probability=1 / 3)])
    nothing = nothing.drop(columns=["message_channel", "offer_id", "depth", "wait_probability"])
    found = logged(chosen("anna"), drew_nothing=nothing).loc["bert"]
    assert found[["arm", "message_channel", "offer_id", "depth"]].tolist() == ["random", "nothing", "none", "none"]
    assert found[["expected_cost_fen", "lift_mean", "net_mean_fen", "unit_fen"]].tolist() == [0, 0, 0, 0]
    assert found["option_probability"] == 1 / 3
    assert found["opens_episode"] and found["ends_on"] == dt.date(2017, 12, 14)
    alone = plan_rows(NOBODY, nothing, RULES, "abc")
    assert alone["one_id"].tolist() == ["bert"]


def test_what_is_expected_is_what_the_lift_is_worth_less_the_cost():
    found = logged(chosen("anna")).loc["anna"]
    # -10 + 10,000 x .02, though by the seed's money a lift were worth twice as much
    assert found[["net_mean_fen", "lift_mean", "effects_hash"]].tolist() == [190, 0.02, "abc"]
    assert found["unit_fen"] == 20_000


def test_a_night_without_a_plan_has_a_log_without_a_row():
    assert plan_rows(NOBODY, NOBODY, RULES, "abc").columns.tolist() == list(PLANS)
    nobody = pd.DataFrame(columns=[*PLAN_OPTIONS, "candidate"])
    assert option_rows(nobody, nobody.drop(columns="is_repaired")).columns.tolist() == list(PLAN_OPTIONS)


def open_to(one_id: str, channel: str, probability: float, is_chosen: bool, is_repaired: bool = False):
    return {
        "as_of_date": DATE, "one_id": one_id, "message_channel": channel, "offer_id": "none",
        "probability": probability, "is_chosen": is_chosen, "is_repaired": is_repaired,
    }  # fmt: skip


def test_doing_nothing_is_an_option_of_everybody_and_the_odds_add_up_to_one():
    options = pd.DataFrame([
        open_to("anna", "sms", 0.5, True), open_to("anna", "wecom", 0.25, False),
        open_to("bert", "sms", 0.125, False),
    ])  # fmt: skip
    at_random = pd.DataFrame([open_to("carl", "sms", 1 / 3, False), open_to("carl", "wecom", 1 / 3, False)])
    found = option_rows(options, at_random.drop(columns="is_repaired"))
    assert found[["one_id", "message_channel", "probability", "is_chosen"]].to_numpy().tolist() == [
        ["anna", "nothing", 0.25, False],
        ["anna", "sms", 0.5, True],
        ["anna", "wecom", 0.25, False],
        ["bert", "nothing", 0.875, True],
        ["bert", "sms", 0.125, False],
        ["carl", "nothing", 0.333333, True],
        ["carl", "sms", 0.333333, False],
        ["carl", "wecom", 0.333333, False],
    ]
    assert found.groupby("one_id")["probability"].sum().tolist() == pytest.approx([1, 1, 1], abs=2e-6)


def test_where_repair_chose_doing_nothing_is_repaired_too():
    options = pd.DataFrame([open_to("anna", "sms", 0.5, False, True), open_to("bert", "sms", 0.5, False)])
    found = option_rows(options, options.iloc[:0].drop(columns="is_repaired")).set_index(["one_id", "message_channel"])
    assert found["is_repaired"].to_dict() == {
        ("anna", "nothing"): True, ("anna", "sms"): True, ("bert", "nothing"): False, ("bert", "sms"): False,
    }  # fmt: skip

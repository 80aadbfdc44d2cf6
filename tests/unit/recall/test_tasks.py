"""A member's morning list: whose turn it is, what to say, and what not to."""

import json

import pandas as pd

from ml.recall import Rules
from ml.recall.lists import list_kinds
from ml.recall.tasks import task_id, tasks
from ml.recall.templates import with_templates
from tests.unit.recall.people import DATE, make_rules, person

RULES = make_rules()


def planned(number: int, one_id: str, net_p50_fen: int = 100, **changes: object) -> dict[str, object]:
    """Return a plan of an at-risk buyer whom S1 writes to by WeCom with an offer."""
    plan = {
        "candidate": number, "audience_id": "recall_20171130", "audience_kind": "recall", "scene_id": "recall",
        "message_channel": "wecom", "staff_id": "S1", "play_id": "rfm_general_keep",
        "offer_id": "recall_90", "offer_words": "9折券", "valid_days": 7.0, "maximum_discount_fen": 2000.0,
        "kind": "discount", "pay_rate": 0.9, "face_value_fen": None, "minimum_spend_fen": None, "one_item": False,
        "arm": "treat", "consent_purpose": "marketing", "base_fen": -10.0, "unit_fen": 4_000.0, "lift": 0.05,
        "purse": "incentive",
        "net_p50_fen": net_p50_fen, "why": "", "send_after_at": DATE, "send_before_at": DATE, "stop_if": [],
    }  # fmt: skip
    own = {name: value for name, value in changes.items() if name in plan}
    return person(one_id, **{name: value for name, value in changes.items() if name not in plan}) | plan | own


def options(*rows: tuple[int, str, int]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["candidate", "message_channel", "net_p50_fen"])


def listed(*plans: dict[str, object], others: pd.DataFrame | None = None, rules: Rules = RULES) -> pd.DataFrame:
    written = with_templates(pd.DataFrame(list(plans)), rules)
    return tasks(
        written.assign(list_kind=list_kinds(written)), options() if others is None else others, rules
    ).set_index("one_id")


def told(**changes: object) -> dict[str, str]:
    return json.loads(listed(planned(0, "anna", **changes)).loc["anna", "template_variables"])


def template(**changes: object) -> str:
    return listed(planned(0, "anna", **changes)).loc["anna", "template_id"]


def test_only_what_a_member_of_staff_carries_out_is_a_task():
    found = listed(
        planned(0, "anna"), planned(1, "bert", message_channel="sms"), planned(2, "carl", message_channel="call")
    )
    assert set(found.index) == {"anna", "carl"}
    assert listed(planned(1, "bert", message_channel="sms")).empty


def test_each_members_day_begins_at_one_with_the_silent_of_high_value_and_then_who_earns_most():
    found = listed(
        planned(0, "b", 300),
        planned(1, "a", 300),
        planned(2, "rich", 900),
        planned(3, "silent", 10, matrix_cell="静默高价值"),
        planned(4, "woken", 700, matrix_cell="唤醒"),
        planned(5, "elsewhere", 5, staff_id="S2"),
    )
    assert found["priority"].to_dict() == {"silent": 1, "rich": 2, "woken": 3, "a": 4, "b": 5, "elsewhere": 1}
    assert found["expected_net_p50_fen"].to_dict()["silent"] == 10


def test_a_service_comes_first_then_care_and_what_is_there_to_learn_last():
    found = listed(
        planned(0, "drawn", 900, arm="random"),
        planned(1, "earns", 300),
        planned(2, "silent and doubted", -1, matrix_cell="静默高价值"),
        planned(3, "doubted in the mean", 5, unit_fen=100.0),
        planned(4, "right ends", -3, consent_purpose="service"),
        planned(5, "earns more", 301),
        planned(6, "cared for", -50, purse="care"),
    )
    assert found.sort_values("priority")["list_kind"].to_dict() == {
        "right ends": "service", "cared for": "care", "earns more": "chosen", "earns": "chosen",
        "silent and doubted": "learning", "drawn": "learning", "doubted in the mean": "learning",
    }  # fmt: skip
    assert found["is_learning"].to_dict() == found["list_kind"].eq("learning").to_dict()
    losses = found[found["expected_net_p50_fen"] <= 0]
    assert set(losses["list_kind"]) == {"learning", "care", "service"}
    assert found["priority"][["right ends", "cared for", "earns more"]].tolist() == [1, 2, 3]


def test_the_fallback_is_the_persons_best_channel_that_needs_no_staff():
    others = options(
        (0, "sms", 50), (0, "official_account", 80), (0, "call", 900), (0, "wecom", 950),
        (1, "sms", 50), (1, "app_push", 50), (3, "sms", 999),
    )  # fmt: skip
    found = listed(planned(0, "anna"), planned(1, "bert"), planned(2, "carl"), others=others)["fallback_channel"]
    assert (found["anna"], found["bert"]) == ("official_account", "app_push")
    assert pd.isna(found["carl"])


def test_a_task_has_its_talking_points_in_order_and_both_bars():
    row = listed(planned(0, "anna", need_state="deciding")).loc["anna"]
    assert row["talking_point_1"] == "先问候近况,再问最近要不要再来点买过的"
    # the coupon of the list of 1 December, with its cap and its last day
    assert row["talking_point_2"] == "问一句最近没来的原因,听完再推荐;9折券最多减20元,7天内有效,今天发用到12月8日"
    of_recall = "不提浏览记录、停留时长和深夜访问;不说流失、打分;不一开口就报折扣"
    assert row["do_not_say"] == f"{of_recall};不要发长文"
    assert listed(planned(0, "anna")).loc["anna", "do_not_say"] == of_recall
    without = listed(planned(0, "anna", offer_id="none")).loc["anna", "talking_point_2"]
    assert without == "问一句最近没来的原因,听完再推荐"


def test_a_call_has_the_talking_points_of_a_call():
    of_scene = {"scene_id": "care_call", "offer_id": "none"}
    found = listed(planned(0, "anna", **of_scene), planned(1, "bert", **of_scene, message_channel="call"))
    assert found["talking_point_1"].to_dict() == {
        "anna": "先问候一声,问最近有没有不满意的地方", "bert": "先报品牌、门店和自己的名字,问现在方不方便"
    }  # fmt: skip


def test_a_day_is_worked_through_by_the_clock_in_two_blocks():
    morning, evening = pd.Timestamp("2017-12-01 02:00"), pd.Timestamp("2017-12-01 11:00")
    found = listed(
        planned(0, "rich at night", 900, send_after_at=evening),
        planned(1, "poor in the morning", 100, send_after_at=morning),
        planned(2, "richer in the morning", 200, send_after_at=morning),
        planned(3, "asked", consent_purpose="service", send_after_at=morning),
    )
    assert list(found.sort_values("priority").index) == [
        "asked", "richer in the morning", "poor in the morning", "rich at night"
    ]  # fmt: skip


def test_the_same_plan_has_the_same_task_id_for_ever():
    assert task_id("2017-11-30", "recall_20171130", "p_1", "wecom") == "t_e773e4caabbe377350ca4b28"
    assert listed(planned(0, "p_1")).loc["p_1", "task_id"] == task_id("2017-11-30", "recall_20171130", "p_1", "wecom")


def test_a_template_made_for_an_offer_and_for_the_need_state_is_preferred():
    assert template() == "wecom_recall_offer"
    assert template(offer_id="none") == "wecom_recall"
    assert template(need_state="exploring") == "wecom_recall_offer_exploring"
    assert template(need_state="exploring", offer_id="none") == "wecom_recall"
    assert template(need_state="deciding") == "wecom_recall_offer"
    assert template(message_channel="call", need_state="exploring", offer_id="none") == "call_recall"
    assert pd.isna(template(message_channel="call")), "no call opens with an offer"
    assert pd.isna(template(scene_id="nothing was written for this"))


def test_of_equal_templates_the_first_by_name_is_taken_and_none_that_is_not_approved():
    seed = RULES.seeds["message_templates"]
    plain = seed[seed["template_id"] == "wecom_recall_offer"]
    more = pd.concat([plain.assign(template_id="a_draft", approved=False), plain.assign(template_id="b"), seed])
    rules = make_rules()
    rules.seeds["message_templates"] = more
    found = listed(planned(0, "anna"), rules=rules)
    assert found["template_id"].tolist() == ["b"]


def test_an_offer_of_the_wrong_need_state_weighs_less_than_no_offer_at_all():
    """Without a template of its own an explorer with an offer is told of the offer, not of nothing."""
    seed = RULES.seeds["message_templates"]
    rules = make_rules()
    rules.seeds["message_templates"] = seed[seed["template_id"].isin(["wecom_recall", "wecom_recall_offer"])]
    explorer = planned(0, "anna", need_state="exploring")
    assert listed(explorer, rules=rules)["template_id"].tolist() == ["wecom_recall_offer"]


def test_a_template_is_filled_with_what_is_known_and_a_plain_one_says_the_rest():
    offered = {"title": "您好", "offer_words": "9折券", "offer_terms": "最多减20元，7天内有效", "valid_days": "7"}
    assert told(identity_confidence="low") == offered
    assert told() == offered | {"product": "奶粉"}
    assert told(last_product_name=None) == offered
    assert told(offer_id="none", last_product_name=None) == {"title": "您好", "category": "母婴"}
    assert told(offer_id="none", last_product_name=None, top_category=None) == {"title": "您好"}
    assert template(offer_id="none", top_category=None) == "wecom_recall_plain"
    call = {"message_channel": "call", "last_product_name": None, "offer_id": "none"}
    assert told(**call) == {"store": "二店", "category": "母婴"}
    assert told(**call, owner_store_name=None) == {}
    assert template(**call, owner_store_name=None) == "call_recall_plain"
    ends = {"scene_id": "renewal", "days_to_entitlement_end": 10, "offer_id": "none", "last_product_name": None}
    assert told(**ends, message_channel="call") == {"store": "二店", "ends": "12月10日"}
    assert told(scene_id="nothing was written for this", offer_id="none", last_product_name=None) == {}
    assert "valid_days" not in told(message_channel="wecom", valid_days=None, last_product_name=None)

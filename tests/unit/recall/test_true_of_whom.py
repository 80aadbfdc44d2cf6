"""What is said is true of whom it is said to: whom we met, who bought, who took a coupon, who buys to sell."""

import re

import pandas as pd
import pytest

from ml.recall.schedule import scheduled
from ml.recall.templates import with_scenes
from tests.unit.recall.people import SEED_FOLDER, make_rules, person
from tests.unit.recall.signalled import signals
from tests.unit.recall.test_refused import verdicts
from tests.unit.recall.test_saying import finished, plan, withheld
from tests.unit.recall.test_tasks import listed, planned
from tests.unit.recall.test_what_a_lead_asked_for import night

RULES = make_rules()
MACHINES = ("sms", "official_account", "app_push")
LONG_SINCE = re.compile("好久|没来|想念")
#: Somebody of whom the points ledger alone knows that they buy.
UNLISTED = {
    "purchase_stage": "registered_no_order", "days_since_order": None, "average_gap_days": None,
    "average_order_fen": None, "order_count_365d": 0, "net_paid_fen_365d": 0, "top_category": None,
    "bought_elsewhere": True,
}  # fmt: skip


@pytest.mark.parametrize("touch", ["speak", "add_friend", "submit_form", "comment", "review", "visit_store", "book"])
def test_who_wrote_to_us_or_was_added_as_a_friend_was_met(touch):
    kinds = pd.read_csv(SEED_FOLDER / "touch_types.csv").set_index("touch")
    assert kinds.loc[touch, "is_meeting"]


@pytest.mark.parametrize("touch", ["view", "visit", "add_to_cart", "sign_in", "message_opened", "watch_live"])
def test_who_only_looked_was_not_met(touch):
    kinds = pd.read_csv(SEED_FOLDER / "touch_types.csv").set_index("touch")
    assert not kinds.loc[touch, "is_meeting"]


@pytest.mark.parametrize("scene", ["recall", "care_call"])
@pytest.mark.parametrize("channel", ["wecom", "call", "sms", "official_account", "app_push"])
def test_whom_somebody_spoke_with_within_five_weeks_is_not_told_that_it_is_long(channel, scene):
    for met in (0, 22, 34):
        said = finished(plan(channel, scene, days_since_order=80, days_since_met=met)).iloc[0]
        assert not LONG_SINCE.search(said["message_text"] or "")
    if (channel, scene) in {("wecom", "recall"), ("call", "care_call")}:
        gone = finished(plan(channel, scene, days_since_order=80, days_since_met=35)).iloc[0]
        assert LONG_SINCE.search(gone["message_text"])


def test_the_rule_of_words_judges_by_the_same_meeting():
    rows = pd.DataFrame([plan("wecom", "climb", days_since_order=80, days_since_met=met) for met in (34, None)])
    assert with_scenes(rows, RULES)["is_long_absent"].tolist() == [False, True]


def test_whose_points_say_that_they_bought_is_told_of_no_first_order():
    words = withheld("wecom", "first_order", "ladder_1", **UNLISTED)
    assert words == "first_order"
    assert withheld("wecom", "first_order", "ladder_1", **UNLISTED | {"bought_elsewhere": False}) is None


def test_the_first_order_ladder_names_the_ledger_as_the_reason(salts):
    rows = [person("buys", **UNLISTED), person("new", **UNLISTED | {"bought_elsewhere": False})]
    found = night(salts, *rows)
    assert found.audience["one_id"].tolist() == ["new"]
    refused = found.refused_options.set_index("one_id").loc["buys"]
    assert set(refused["policy_id"]) == {"first_order_ladder"}
    named = refused.set_index("message_channel")["refused_because"]
    assert set(named[["wecom", "official_account"]]) == {"bought_elsewhere"}


def test_a_cart_of_theirs_is_answered_without_the_first_orders_offer(salts):
    rows = [person(name, **UNLISTED | {"bought_elsewhere": name == "buys"}) for name in ("buys", "new")]
    found = night(salts, *rows, given=signals(("buys", "cart_left", 1), ("new", "cart_left", 1)))
    refused = found.refused_options.set_index(["one_id", "message_channel", "offer_id"])["refused_because"]
    assert refused["buys", "wecom", "ladder_1"] == "bought_elsewhere" and ("new", "wecom", "ladder_1") not in refused
    assert refused["new", "wecom", "none"] == "offer_due" and ("buys", "wecom", "none") not in refused


def test_whoever_carries_out_a_task_is_told_not_to_speak_of_what_was_watched():
    kinds = set(RULES.seeds["recall_policies"]["audience_kind"])
    said = RULES.seeds["do_not_say"].set_index("audience_kind")["words"]
    assert kinds <= set(said.index)
    assert said.str.contains("不提浏览记录").all()
    found = listed(*(planned(n, kind, audience_kind=kind, scene_id="recall") for n, kind in enumerate(sorted(kinds))))
    assert found["do_not_say"].str.contains("不提浏览记录").all()


def test_nobody_is_written_of_as_if_they_had_died():
    for name in ("signals", "reason_words", "talking_points", "message_templates", "do_not_say", "need_state_plays"):
        told = pd.read_csv(SEED_FOLDER / f"{name}.csv").astype(str)
        assert not told.apply(lambda column: column.str.contains("不在|去世|离世")).to_numpy().any(), name


def test_a_small_reseller_is_looked_after_and_no_profit_is_claimed_of_it(salts):
    rows = [
        person("sells", super_user_role="small_b", purchase_stage="loyal", days_since_order=12),
        person("cart", super_user_role="small_b", days_since_order=80),
        person("buys"),
    ]
    found = night(salts, *rows, given=signals(("cart", "cart_left", 1)), care_fen=100_000)
    kinds = found.audience.set_index("one_id")["list_kind"]
    assert kinds.get("cart") == "care" and kinds.get("buys") == "chosen"
    assert set(kinds[kinds.index != "buys"]) == {"care"}
    without = night(salts, rows[1], given=signals(("cart", "cart_left", 1)))
    assert without.audience.empty


def test_what_somebody_did_yesterday_is_met_in_the_first_window_whenever_they_buy():
    rows = [
        plan("wecom", scene, preferred_hour=20) | {"play_id": play, "audience_kind": kind}
        for scene, play, kind in (("cart", "cart", "signal"), ("recall", "rfm_keep", "recall"))
    ]
    hours = (pd.to_datetime(scheduled(pd.DataFrame(rows), RULES)["send_after_at"]) + pd.Timedelta(hours=8)).dt.hour
    assert hours.tolist() == [10, 20]


def test_a_quantile_of_gaps_is_no_reason_that_anybody_is_told():
    told = pd.read_csv(SEED_FOLDER / "reason_words.csv").set_index("feature")["is_told"]
    assert not told[told.index.str.contains("p90")].any()


def test_what_to_talk_about_fits_the_offer_and_the_need():
    greeted = {"scene_id": "first_order", "audience_kind": "first_order"}
    found = listed(
        planned(0, "with", **greeted), planned(1, "without", **greeted, offer_id="none"),
        planned(2, "unsure", scene_id="care", offer_id="none", need_state="deciding"),
        planned(3, "settled", scene_id="care", offer_id="none"),
        planned(4, "unheard", scene_id="check_in", offer_id="none", need_state="problem"),
    )  # fmt: skip
    assert "首单礼" in found.loc["with", "talking_point_2"]
    assert not re.search("首单礼|券|单品", found.loc["without", "talking_point_2"])
    assert "满不满意" not in found.loc["unsure", "talking_point_1"]
    assert "满不满意" in found.loc["settled", "talking_point_1"]
    assert "没解决" in found.loc["unheard", "talking_point_1"]


def test_without_an_offer_nobody_is_to_talk_of_one():
    points = RULES.seeds["talking_points"]
    points = points[~points["scene_id"].isin(["gift"]) & points["has_offer"].ne(True)]
    assert not points["words"].str.contains("首单礼|礼遇|有礼|优惠").any()


def test_a_greeting_that_asks_for_an_answer_is_a_persons_to_say():
    met = {"days_since_met": 3, "owner_staff_id": "S1", "days_since_order": 80}
    closed = {channel: verdicts(**met, reachable_channels=[channel])[f"{channel} none"] for channel in MACHINES}
    assert closed == dict.fromkeys(MACHINES, "in_person")
    assert verdicts(**met)["wecom none"] == "open"
    # who still chooses is not asked by a machine how they like what they bought last week
    assert verdicts(days_since_order=8, need_state="deciding", reachable_channels=["sms"])["sms none"] == "in_person"
    assert verdicts(days_since_order=8, reachable_channels=["sms"])["sms none"] == "open"

"""What a shop assistant reads of a person and an offer, word by word."""

import datetime as dt

import pandas as pd
import pytest

from ml.recall.words import ends_in, offer_terms, offer_words, why
from tests.unit.recall.people import make_rules, person

RULES = make_rules()
NOTHING = {"kind": "content", "pay_rate": None, "face_value_fen": None, "minimum_spend_fen": None, "one_item": False}


def called(kind: str, **terms: object) -> str:
    return offer_words(pd.DataFrame([NOTHING | {"kind": kind} | terms]))[0]


def reason(kind: str = "recall", **changes: object) -> str:
    plan = {
        "audience_kind": kind, "scene_id": kind, "band": "at_risk", "message_channel": "sms", "offer_words": "不发券",
        "reason_1": None, "reason_2": None, "reason_3": None, "signal": None, "days_since_signal": None,
        "next_level": None, "growth_missing": None, "asked_in": None, "asked_about": None, "asked_category": None,
        "ordered_date": None,
    }  # fmt: skip
    own = {name: value for name, value in changes.items() if name in plan}
    plan = person("anna", **{name: value for name, value in changes.items() if name not in plan}) | plan | own
    return why(pd.DataFrame([plan]), RULES)[0]


def habit(kind: str = "recall", **changes: object) -> str:
    return reason(kind, **changes).split(" → ")[0].split(";爱买")[0].split(";买过")[0]


def coupons(issued: object, redeemed: object) -> str:
    return reason(coupons_issued_365d=issued, coupons_redeemed_365d=redeemed).split(" → ")[0].split(";")[-1]


@pytest.mark.parametrize(("pay_rate", "words"), [(0.9, "9折券"), (0.85, "85折券"), (0.43, "43折券"), (None, "不发券")])
def test_a_discount_is_called_by_the_tenths_that_are_left_to_pay(pay_rate, words):
    assert called("discount", pay_rate=pay_rate) == words


def test_a_coupon_for_one_item_says_so():
    assert called("discount", pay_rate=0.43, one_item=True) == "单件43折券"


def test_terms_are_the_cap_and_the_days():
    assert offer_terms(3000.0, 7) == "最多减30元，7天内有效"
    assert offer_terms(None, 14.0) == "14天内有效"
    assert offer_terms(2550, 1, in_english=True) == "at most 25.5 yuan, valid for 1 day"
    assert offer_terms(None, 7, in_english=True) == "valid for 7 days"


def test_a_coupon_names_what_it_takes_off_and_from_which_spend():
    assert called("coupon", face_value_fen=800, minimum_spend_fen=5_000) == "满50减8元券"
    assert called("coupon", face_value_fen=850, minimum_spend_fen=1) == "满0.01减8.5元券"
    assert called("coupon", face_value_fen=800, minimum_spend_fen=0) == "8元券"
    assert called("coupon", face_value_fen=800) == "8元券"
    assert called("coupon", minimum_spend_fen=5_000) == "不发券"


def test_points_gifts_and_a_message_alone_are_called_what_they_are():
    assert called("points", face_value_fen=200) == "200积分"
    assert called("points") == "0积分"
    assert called("gift") == "小礼物"
    assert called("gift", face_value_fen=500, pay_rate=0.5) == "小礼物"
    assert called("content", face_value_fen=500, pay_rate=0.5) == "不发券"


def test_an_end_is_counted_from_the_day_after_the_date():
    assert [ends_in(days) for days in (0, 1, 2, 3, 10, 2.0, None)] == [
        "今天", "今天", "明天", "2天后", "9天后", "明天", "今天",
    ]  # fmt: skip


def test_a_buyers_habit_is_their_gap_and_their_silence():
    assert habit() == "平均32天买一次,已52天未买"
    assert habit(average_gap_days=0.2) == "平均1天买一次,已52天未买"
    assert habit(average_gap_days=1.6) == "平均2天买一次,已52天未买"
    assert habit(average_gap_days=None) == "买过一次,已52天未再买"
    assert habit(days_since_order=None, average_gap_days=None, top_category=None) == "注册401天,还没下过单;从不用券"


def test_whose_silence_is_no_longer_than_usual_is_written_to_for_what_made_the_plan():
    early = {"band": "high_risk", "average_gap_days": 22.6, "days_since_order": 7}
    assert habit(**early, need_state="problem") == "最近问过客服,8天前买过"
    assert habit(**early, need_state="none", reason_1="近两周没有来买") == "近两周没有来买,8天前买过"
    assert habit(**early | {"days_since_order": 0}, need_state="problem") == "最近问过客服,昨天刚买过"
    # 23 days are the mean as it is said, and on the 23rd day it is not over
    assert habit(**early | {"days_since_order": 22}, need_state="problem") == "最近问过客服,23天前买过"
    assert habit(**early | {"days_since_order": 23}, need_state="problem") == "平均23天买一次,已24天未买"
    assert habit(average_gap_days=50, days_since_order=49, cadence_days=45) == "按节奏45天内该再来,已50天未买"


def test_a_sheet_has_one_calendar_that_of_the_day_on_which_it_is_read():
    # the list of 30 November is read on 1 December: a purchase of 6 November and a question of that day are as long ago
    assert habit(average_gap_days=8.0, days_since_order=24) == "平均8天买一次,已25天未买"
    assert habit("service", signal="question_open", days_since_signal=24) == "25天前问过,还没有答复"
    assert habit("first_order", days_since_order=None, days_registered=30) == "注册31天,还没下过单"
    early = {"band": "high_risk", "average_gap_days": 22.6, "days_since_order": 7}
    assert habit(**early, reason_1="已8天没有互动") == "已9天没有互动,8天前买过"
    assert habit(**early, reason_1="上次联系在13天前") == "上次联系在14天前,8天前买过"
    assert habit(**early, reason_1="今天刚互动过") == "昨天刚互动过,8天前买过"
    assert habit(**early, reason_1="近28天互动过3天") == "近28天互动过3天,8天前买过"


def test_to_whom_the_points_ledger_says_that_they_bought_nobody_says_that_they_never_did():
    no_order = {"days_since_order": None, "average_gap_days": None, "days_registered": 993}
    assert habit("first_order", **no_order) == "注册994天,还没下过单"
    assert habit("first_order", **no_order, bought_elsewhere=True) == "注册994天,积分账上买过,订单里没有"
    assert habit("re_add", **no_order, bought_elsewhere=True).endswith(";注册994天,积分账上买过,订单里没有")


@pytest.mark.parametrize("state", ["confused", "exploring", "evaluating", "deciding"])
def test_what_somebody_was_seen_doing_is_no_reason_and_no_sign_that_they_leave(state):
    early = {"band": "high_risk", "average_gap_days": 22.6, "days_since_order": 7}
    assert habit(**early, need_state=state, reason_1="近两周没有来买") == "近两周没有来买,8天前买过"
    read = {"signal": "review_read", "average_gap_days": 22.6}
    assert habit("signal", **read, days_since_order=7) == "8天前买过"
    assert habit("signal", **read, days_since_order=51) == "平均23天买一次,已52天未买"
    assert habit("signal", signal="cart_left") == "加购后还没下单"


def test_one_order_is_no_taste():
    assert reason(average_gap_days=None) == "买过一次,已52天未再买;买过母婴;从不用券 → 短信提醒,不发券"
    assert reason().startswith("平均32天买一次,已52天未买;爱买母婴;")


def test_a_reason_of_the_score_that_may_not_be_said_or_is_a_gap_itself_gives_way_to_the_next():
    early = {"band": "high_risk", "average_gap_days": 22.6, "days_since_order": 7}
    gap, share, weeks = "平均23天买一次", "近28天享受优惠约3%", "近12周里有2周来买"
    assert habit(**early, reason_1=gap, reason_2=share, reason_3=weeks) == "近12周里有2周来买,8天前买过"
    assert habit(**early, reason_1=weeks, reason_2="近两周没有来买") == "近12周里有2周来买,8天前买过"
    assert habit(**early, reason_1="已7天未买", reason_2="今天刚买过") == "8天前买过"
    assert habit(**early) == "8天前买过"


def test_who_lapsed_by_the_cadence_of_the_year_and_not_by_all_years_is_told_of_that_cadence():
    slow = {"average_gap_days": 185.0, "days_since_order": 87, "cadence_days": 65}
    assert habit(**slow) == "按节奏65天内该再来,已88天未买"
    assert habit(**slow, need_state="problem") == "最近问过客服,88天前买过"
    assert reason("re_add", **slow, need_state="deciding").startswith("原来是好友,现在不是了;88天前买过;爱买")
    assert reason("re_add", **slow | {"days_since_order": 0}).startswith("原来是好友,现在不是了;昨天刚买过;爱买")


def test_who_asked_and_waits_is_told_how_long_and_answered_rather_than_greeted():
    asked = {"signal": "question_open", "top_category": None, "message_channel": "wecom"}
    assert reason("service", **asked, days_since_signal=2) == "3天前问过,还没有答复 → 导购答复,不推销"
    about = asked | {"days_since_signal": 2, "asked_in": "在App", "asked_about": "商品"}
    # what kind of thing it is about, where it has a Chinese name; who ordered since is owed no apology for that
    assert reason("service", **about, asked_category="CHEESE") == (
        "3天前在App问过商品（奶酪）,还没有答复 → 导购答复,不推销"
    )
    assert reason("service", **about, asked_category="NO SUCH SHELF", ordered_date=dt.date(2017, 11, 28)) == (
        "3天前在App问过商品,还没有答复;问过之后11月28日下过单 → 导购答复,不推销"
    )
    assert reason("service", **asked | {"message_channel": "call"}, days_since_signal=0) == (
        "1天前问过,还没有答复 → 电话答复,不推销"
    )
    closed = {"signal": "complaint_closed", "top_category": None, "message_channel": "wecom"}
    assert reason("service", **closed) == "投诉已处理,还没有回访 → 导购问候,不推销"


def test_each_audience_is_told_what_it_is_about():
    assert habit("first_order", days_since_order=None) == "注册401天,还没下过单"
    assert habit("renewal", days_to_entitlement_end=10) == "会员权益9天后到期"
    assert habit("climb", orders_since_first_order_ladder=2) == "首单礼后已下2单"
    assert reason("re_add").startswith("原来是好友,现在不是了;平均32天买一次,已52天未买;")


def test_who_uses_every_second_coupon_uses_them_often():
    assert coupons(5, 0) == "从不用券"
    assert coupons(5, 2) == "偶尔用券"
    assert coupons(5, 3) == "常用券"
    assert coupons(4, 2) == "常用券"
    assert coupons(1, 1) == "常用券"
    assert coupons(1, 0) == "从不用券"
    assert coupons(0, 0) == "近一年没领过券"
    assert coupons(5, None) == "从不用券"


def test_of_whom_nobody_knows_whether_they_had_a_coupon_nothing_is_said_of_coupons():
    assert reason(coupons_issued_365d=None, coupons_redeemed_365d=None) == (
        "平均32天买一次,已52天未买;爱买母婴 → 短信提醒,不发券"
    )


def test_a_reason_ends_with_the_deed_and_the_offer():
    assert reason() == "平均32天买一次,已52天未买;爱买母婴;从不用券 → 短信提醒,不发券"
    assert reason(top_category=None) == "平均32天买一次,已52天未买;从不用券 → 短信提醒,不发券"
    assert reason(message_channel="call", offer_words="9折券").endswith(" → 电话回访,发9折券")
    assert reason(scene_id="gift", offer_words="9折券").endswith(";从不用券 → 短信提醒,发9折券")


def test_the_reason_of_a_care_plan_speaks_of_no_coupon_and_sells_nothing():
    bought = {"days_since_order": 12, "average_gap_days": 9.0}
    assert reason(scene_id="care", **bought) == "平均9天买一次,已13天未买;爱买母婴 → 短信提醒,不推销"


def test_who_is_near_a_level_has_the_level_and_what_is_missing_in_the_reason():
    near = {"signal": "level_near", "next_level": "金卡", "growth_missing": 40}
    assert habit("signal", **near) == "离金卡还差40成长值"
    assert habit("signal", signal="level_near") == "离会员升级不远了"


def test_who_is_asked_about_their_last_basket_has_it_in_the_reason_too():
    cared_for = reason("care", top_category="冷冻肉", last_category="糖果")
    assert ";上次买的是糖果 → " in cared_for
    assert ";爱买冷冻肉 → " in reason("care", top_category="冷冻肉", last_category="冷冻肉")
    assert ";爱买冷冻肉;" in reason("recall", top_category="冷冻肉", last_category="糖果")

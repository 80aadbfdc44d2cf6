"""The finished words of a plan: filled for one person, true of them, and as long as the channel takes."""

import datetime as dt
import json
import re

import pandas as pd
import pytest

from ml.recall.claims import Facts
from ml.recall.saying import Speaker, fields_of, filled, in_fields, is_too_long, parts, with_texts
from ml.recall.templates import with_scenes, with_templates
from ml.recall.words import offer_words
from tests.oracle.words import sensitive_classes
from tests.unit.recall.people import BRAND, LINK, make_rules, of_home, person

HOME = {"brand": "四域", "link": "https://example.com/a"}
RULES = make_rules()
#: The signal that somebody who stands in a scene gave.
GIVEN = {
    "cart": ("cart_left",),
    "asked": ("price_asked",),
    "question_open": ("question_open",),
    "complaint_closed": ("complaint_closed",),
    "store_visit": ("store_visit",),
}
SERVICES = ("question_open", "complaint_closed", "appointment", "renewal", "coupon_ending", "points_ending")


def plan(channel: str, scene: str, offer: str = "none", **changes: object) -> dict[str, object]:
    """Return a plan as the planner has it before its words: a buyer of 51 days ago, with the terms of an offer."""
    own = {name: changes.pop(name) for name in list(changes) if name in OF_PLAN}
    terms = RULES.seeds["offers_catalogue"].set_index("offer_id").loc[offer].to_dict()
    row = person("anna", **changes) | terms | {"offer_id": offer, "message_channel": channel, "scene_id": scene}
    row |= {"given": GIVEN.get(scene, ()), "consent_purpose": "service" if scene in SERVICES else "marketing"}
    row |= {"days_to_coupon_end": None, "days_to_points_end": None, "appointment_at": None}
    row |= {"is_birthday": scene == "birthday"}
    row |= {"content_theme": "", "offer_words": offer_words(pd.DataFrame([terms]))[0]}
    return row | own


OF_PLAN = (
    "days_to_coupon_end", "days_to_points_end", "appointment_at", "appointment_place", "booked_zh", "booked_en",
    "festival_zh", "festival_en", "valid_days", "maximum_discount_fen", "given", "points_ending", "next_level",
    "growth_missing",
)  # fmt: skip


def finished(*plans: dict[str, object], rules=RULES) -> pd.DataFrame:
    rows = with_scenes(pd.DataFrame(list(plans)), rules)
    return with_texts(with_templates(rows, rules), rules)


def text(channel: str, scene: str, offer: str = "none", rules=RULES, **changes: object) -> str | None:
    return finished(plan(channel, scene, offer, **changes), rules=rules)["message_text"][0]


def withheld(channel: str, scene: str, offer: str = "none", rules=RULES, **changes: object) -> str | None:
    return finished(plan(channel, scene, offer, **changes), rules=rules)["withheld_because"][0]


def with_words(template_id: str, words: str):
    """Return rules under which a template says something else."""
    rules = make_rules()
    seed = rules.seeds["message_templates"].drop(columns=["home_text", "home_text_en", "text_lacks"])
    seed.loc[seed["template_id"] == template_id, "text_zh"] = words
    rules.seeds["message_templates"] = of_home(seed)
    return rules


def test_the_plan_fills_what_it_knows_and_the_home_fills_brand_and_link():
    words = filled("【{brand}】{title}，来看看{link}拒收请回复R", {**HOME, "title": "林女士"})
    assert words == "【四域】林女士，来看看https://example.com/a拒收请回复R"


@pytest.mark.parametrize("said", [{}, {"title": None}, {"title": ""}, {"title": " "}])
def test_words_with_a_gap_are_no_words(said):
    assert filled("{title}，好久没见", said) is None


def test_none_at_all_is_a_number_like_others():
    assert filled("您还有{points}分", {"points": 0}) == "您还有0分"


def test_a_value_that_looks_like_a_variable_is_not_filled_once_more():
    assert filled("{title}，好久没见", {"title": "{link}", **HOME}) == "{link}，好久没见"


@pytest.mark.parametrize(
    ("words", "count"),
    [("字" * 70, 1), ("字" * 71, 2), ("字" * 134, 2), ("字" * 135, 3), ("a" * 70, 1), ("🎁" * 35, 1), ("🎁" * 36, 2)],
)
def test_a_message_over_70_characters_is_billed_in_parts_of_67_and_an_emoji_counts_twice(words, count):
    assert parts(words) == count


def test_a_finished_text_is_what_is_sent_to_the_letter():
    assert text("wecom", "recall") == "您好，好久没见。最近还需要母婴吗？有想让我帮您留意的，回我一声就行。"
    assert text("sms", "recall", "recall_85", days_since_order=70) == (
        f"【{BRAND}】送您85折券，最多减30元，7天内有效 {LINK} 拒收请回复R"
    )
    assert text("call", "care", days_since_order=9) == (
        "您好，我是四域二店的顾问，现在方便说一分钟吗？您买过的母婴还满意吗？有不合适的地方，我来帮您处理。"
    )
    assert text("sms", "renewal", days_to_entitlement_end=10) == (
        f"【{BRAND}】提醒您，您的会员权益12月10日到期，可到我们的页面看看 {LINK}"
    )


def test_the_english_beside_says_the_same_of_the_same_person():
    row = finished(plan("sms", "recall", "recall_85", days_since_order=70)).iloc[0]
    assert row["message_text_en"] == (
        f"[{BRAND}] For you: 15% off, at most 30 yuan, valid for 7 days {LINK} Reply R to stop."
    )


def test_where_a_category_or_a_store_has_no_name_the_sentence_does_without():
    assert text("wecom", "recall", top_category="SW GDS:DONUTS") == (
        "您好，好久没见，最近都好吗？有想让我帮您留意的，回我一声就行。"
    )
    assert text("call", "care", days_since_order=9, owner_store_name=None) == (
        f"您好，我是{BRAND}的顾问，现在方便说一分钟吗？您买的东西都还满意吗？有不合适的地方，我来帮您处理。"
    )


@pytest.mark.parametrize(
    ("brand", "link", "lacks"),
    [("", LINK, "brand_name"), (BRAND, "", "brand_link"), ("", "", "brand_name|brand_link")],
)
def test_a_brand_without_name_or_link_has_no_sms_and_is_told_what_to_set(brand, link, lacks):
    rules = make_rules()
    seed = rules.seeds["message_templates"].drop(columns=["home_text", "home_text_en", "text_lacks"])
    rules.seeds["message_templates"] = of_home(seed, brand, link)
    found = finished(plan("sms", "recall"), plan("wecom", "recall"), rules=rules)
    assert pd.isna(found["message_text"][0])
    assert found["text_lacks"][0] == lacks
    assert found["message_text"][1].startswith("您好，好久没见")
    assert found["withheld_because"].isna().all()


def test_who_came_to_the_store_last_week_is_not_told_that_it_is_long_since_we_met():
    met = finished(plan("wecom", "recall", days_since_met=6)).iloc[0]
    assert met["template_id"] == "wecom_check_in"
    assert "好久" not in met["message_text"]
    assert withheld("wecom", "recall", "recall_85", days_since_met=6) is None
    rules = with_words("wecom_care", "{title}，好久不见")
    assert withheld("wecom", "recall", days_since_order=8, rules=rules) == "long_absent"
    rules = with_words("wecom_check_in", "{title}，好久不见")
    assert withheld("wecom", "recall", days_since_met=6, rules=rules) == "long_absent"


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("{title}，全网最低，来看看", "superlative"),
        ("{title}，国家级品质", "superlative"),
        ("{title}，销量第一的牛奶到了", "first_of_all"),
        ("{title}，最后一天，手慢无", "false_urgency"),
        ("{title}，我们发现您看过这款", "watched"),
        ("{title}，您上次浏览的还在", "watched"),
        ("{title}，您是我们的高价值客户", "segment_name"),
        ("{title}，沉睡客专享", "segment_name"),
        ("{title}，券已到账", "booked_already"),
        ("{title}，首单礼等您来", "first_order"),
        ("{title}，这茶能降血压", "medical"),
        ("{title}，原价99现在9元", "price_compared"),
        ("{title}，送您一张券", "offer"),
        ("{title}，您购物车里的还在", "cart"),
        ("{title}，谢谢您到店", "visited"),
        ("{title}，祝您生日快乐", "birthday"),
        ("{title}，您的权益明天到期", "right"),
    ],
)
def test_a_text_that_may_not_be_said_is_withheld_with_its_rule(words, rule):
    found = finished(plan("wecom", "recall"), rules=_only(words))
    assert found["withheld_because"].tolist() == [rule]
    assert pd.isna(found["message_text"][0])


def _only(words: str):
    rules = with_words("wecom_recall", words)
    seed = rules.seeds["message_templates"]
    rules.seeds["message_templates"] = seed[seed["template_id"] == "wecom_recall"]
    return rules


def test_a_first_order_is_spoken_of_to_whom_never_ordered_alone():
    never = {"days_since_order": None, "average_gap_days": None, "top_category": None}
    assert text("wecom", "first_order", "ladder_1", **never) == (
        "您好，最近想找点什么？选什么可以问我。第一次下单有首单礼：85折券，下单时选用，最多减30元，7天内有效。"
    )
    assert withheld("wecom", "first_order", "ladder_1") == "first_order"
    assert text("wecom", "first_order", **never) == ("您好，第一次买不知道选什么，可以问我，我帮您挑。")
    assert withheld("wecom", "first_order") == "first_order"


def test_a_category_is_named_to_whom_it_is_certain_that_they_bought_it():
    assert text("call", "care_call") == (
        f"您好，我是{BRAND}二店的顾问，现在方便说一分钟吗？您买过母婴，最近没来，是有什么不方便吗？"
    )
    assert text("call", "care_call", identity_confidence="medium") == (
        f"您好，我是{BRAND}二店的顾问，现在方便说一分钟吗？您最近没来，是有什么不方便吗？"
    )
    assert text("wecom", "recall", identity_confidence="low").startswith("您好，好久没见，最近都好吗？")
    assert "没来" not in text("call", "care_call", days_since_order=12)


def test_who_is_still_choosing_is_not_asked_how_they_like_what_they_bought():
    for state in ("deciding", "evaluating"):
        assert "满意" not in text("wecom", "care", days_since_order=9, need_state=state)
    assert "满意" in text("wecom", "care", days_since_order=9)


def test_who_asked_and_waits_is_not_told_that_the_question_was_read():
    assert text("wecom", "question_open") == (
        "您好，让您久等了，抱歉。您之前的问题还没有给您答复，方便的话请直接回复我，我马上跟进。"
    )
    rules = _only("{title}，您之前的问题还没有给您答复")
    assert withheld("wecom", "recall", rules=rules) == "asked"


def test_a_promise_is_that_of_the_offers_row():
    words = "{title}，送您一张85折券，最多减30元，7天内有效"
    rules = with_words("wecom_recall_offer", words)
    assert withheld("wecom", "recall", "recall_85", rules=rules) is None
    assert withheld("wecom", "recall", "recall_75", rules=rules) == "other_terms"
    assert withheld("wecom", "recall", "recall_85", rules=rules, valid_days=5) == "other_terms"
    assert withheld("wecom", "recall", "recall_85", rules=rules, maximum_discount_fen=2000) == "other_terms"
    assert (
        withheld("wecom", "recall", "recall_85", rules=with_words("wecom_recall_offer", "{title}，送您一张8.5折券"))
        is None
    )


def test_a_product_with_a_forbidden_name_keeps_the_message_in_and_a_shop_of_that_name_does_not():
    rules = _only("{title}，您买过的{product}还满意吗？")
    seed = rules.seeds["message_templates"]
    rules.seeds["message_templates"] = seed.assign(variables="title|product")
    assert withheld("wecom", "recall", rules=rules, last_product_name="顶级牛奶") == "superlative"
    assert withheld("call", "care", days_since_order=9, owner_store_name="第一百货顶级店") is None


def test_a_text_longer_than_its_channel_takes_is_withheld():
    rules = with_words("sms_recall_plain", "【{brand}】" + "好" * 60 + "{link} 拒收请回复R")
    assert withheld("sms", "recall", top_category=None, rules=rules) == "too_long"
    rules = with_words("app_push_recall_plain", "好" * 51)
    assert withheld("app_push", "recall", top_category=None, rules=rules) == "too_long"
    rules = with_words("mini_program_renewal", "到期事项：会员权益；温馨提示：" + "好" * 21)
    assert withheld("mini_program", "renewal", days_to_entitlement_end=3, rules=rules) == "too_long"
    rules = with_words("mini_program_renewal", "您的权益{ends}到期")
    assert withheld("mini_program", "renewal", days_to_entitlement_end=3, rules=rules) == "too_long"


def test_a_message_of_the_mini_program_fills_the_fields_of_the_platforms_template():
    fields = fields_of(RULES.seeds["subscription_fields"])["mini_program_renewal"]
    said = text("mini_program", "renewal", days_to_entitlement_end=2)
    assert said == "到期事项：会员权益；温馨提示：12月2日到期，可在小程序里查看"
    assert in_fields(said, fields) == {"thing1": "会员权益", "thing2": "12月2日到期，可在小程序里查看"}
    assert in_fields("别的形式", fields) is None


def test_the_time_of_an_appointment_and_the_end_of_a_coupon_are_said_in_the_shops_time():
    booked = {"appointment_at": pd.Timestamp("2017-12-01 02:30")}
    assert text("wecom", "appointment", **booked) == "您好，提醒您12月1日 10:30有预约。时间不方便的话跟我说，我帮您改。"
    assert text("sms", "appointment", **booked, booked_zh="取货", booked_en="a pickup", appointment_place="二店") == (
        "【四域】提醒您12月1日 10:30有取货预约，在二店，改期请联系 https://s.example.com/a"
    )
    assert text("mini_program", "appointment", **booked, appointment_place="二店") == (
        "预约时间：12月1日 10:30；温馨提示：在二店，改期请联系我们"
    )
    points = {"days_to_points_end": 9, "points_ending": 120}
    assert text("app_push", "points_ending", **points) == "您有120积分12月9日起到期，可点开查看。"
    assert text("app_push", "coupon_ending", days_to_coupon_end=2) == "您有一张优惠券12月2日到期，可点开查看。"
    assert text("wecom", "festival", festival_zh="双12", festival_en="12.12") == (
        "您好，双12快到了。有想添置的跟我说，我帮您看看。"
    )
    assert withheld("wecom", "appointment") == "unfilled"


def test_how_much_is_missing_to_which_level_is_said():
    near = {"next_level": "金卡", "growth_missing": 40}
    assert text("wecom", "level_near", **near) == ("您好，您离金卡还差40成长值。升了有什么，想了解的话我跟您说说。")
    assert text("app_push", "level_near", **near) == "您离金卡还差40成长值，可点开查看。"
    assert withheld("wecom", "level_near") == "unfilled"


def test_what_is_filled_in_stands_in_the_variables():
    found = finished(plan("sms", "recall", "recall_85")).iloc[0]
    assert json.loads(found["template_variables"]) == {
        "offer_terms": "最多减30元，7天内有效", "offer_words": "85折券", "product": "奶粉", "valid_days": "7",
    }  # fmt: skip


def test_no_template_that_ships_breaks_a_rule_of_whom_its_scene_is_about_or_is_too_long():
    """Every template, filled with the longest words, said to somebody who may stand in its scene."""
    variables = RULES.seeds["template_variables"]
    longest = dict(zip(variables["variable"], variables["longest_chars"], strict=True))
    said = {name: "长" * most for name, most in longest.items()} | {"valid_days": "99"}
    speaker = Speaker.of(RULES)
    faults = []
    for template_id, row in speaker.templates.items():
        scene, has_offer = row["scene_id"], isinstance(row["price_attitude"], str)
        never = {"days_since_order": None} if scene == "first_order" else {}
        who = person("anna", days_to_entitlement_end=3, **never) | {
            "scene_id": scene, "is_long_absent": scene in ("recall", "care_call"), "bought_lately": scene == "care",
            "offer_id": "recall_90" if has_offer else "none",
            "pay_rate": 0.9, "maximum_discount_fen": 2000.0, "valid_days": 7, "given": GIVEN.get(scene, ()),
            "is_birthday": scene == "birthday", "consent_purpose": "service" if scene in SERVICES else "marketing",
            "days_to_coupon_end": 2 if scene == "coupon_ending" else None,
            "days_to_points_end": 9 if scene == "points_ending" else None,
            "appointment_at": dt.datetime(2017, 12, 1) if scene == "appointment" else None,
        }  # fmt: skip
        text = filled(row["text_zh"], said)
        rule = speaker.judge.broken(text, Facts.of(who))
        if rule or is_too_long(text, row, speaker.limits, speaker.fields.get(template_id, {})):
            faults.append((template_id, rule or "too_long", text))
    assert faults == []


def test_no_template_names_a_sensitive_thing_or_leaves_a_word_in_another_script():
    for row in RULES.seeds["message_templates"].itertuples():
        assert sensitive_classes(row.text_zh) == set(), row.template_id
        assert not re.search("[一-鿿]", re.sub(r"{\w+}", "", row.text_en)), row.template_id
        assert not re.search("[A-Za-z]{2}", re.sub(r"{\w+}", "", row.text_zh)), row.template_id
        assert not re.search("[,?!;]", row.text_zh), row.template_id


def test_no_category_that_ships_has_a_sensitive_name():
    names = RULES.seeds["category_names"]
    kinds = {
        row.category: sensitive_classes(row.name_zh) | sensitive_classes(row.category) for row in names.itertuples()
    }
    assert {category for category, found in kinds.items() if found} <= {"INFANT FORMULA"}

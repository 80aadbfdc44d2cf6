"""What is said to whom: true of the person on the day, and in Chinese from end to end."""

import json
import re

import pandas as pd
import pytest

from ml.recall.templates import with_scenes
from ml.recall.words import in_chinese
from tests.unit.recall.people import ALL_CHANNELS, make_rules, person, scores
from tests.unit.recall.test_plan import plan

EVERYBODY_AT_RANDOM = {
    "exploration_share": 1.0,
    "exploration_budget_share": 1.0,
    "learning_list_share": 1.0,
}
LATIN_WORD = re.compile("[A-Za-z]{4,}")


def texts(rules) -> dict[str, str]:
    """Return the words of every template by its id."""
    templates = rules.seeds["message_templates"]
    return dict(templates[["template_id", "text_zh"]].itertuples(index=False, name=None))


def test_who_bought_this_week_is_not_told_that_it_is_long_since_we_met(salts):
    rules = make_rules(**EVERYBODY_AT_RANDOM)
    # a brand whose public rule gives its coupon from the first day on
    rules.seeds["depth_rules"].loc[lambda rows: rows["rule_id"].eq("lapsed_30"), "least_days"] = 0
    active, lapsed = {"purchase_stage": "loyal"}, {"purchase_stage": "dormant"}
    # every second one is no friend: a friend who is greeted hears it from their adviser alone
    reach = [ALL_CHANNELS, [channel for channel in ALL_CHANNELS if channel != "wecom"]]
    rows = [
        person(f"{name}{n}", days_since_order=days(n), reachable_channels=reach[n % 2], **stage)
        for name, days, stage in (
            ("now", lambda n: n % 7, active), ("soon", lambda n: 34, lapsed), ("long", lambda n: 35, lapsed),
        )
        for n in range(60)
    ]  # fmt: skip
    churn = scores(**{f"now{n}": ("churn", 0.6) for n in range(60)}).assign(reason_1="近两周没有来买")
    found = plan(rows, salts, rules, scored=churn)
    said = found.audience.assign(words=found.audience["template_id"].map(texts(rules)))
    lately = said[~said["one_id"].str.startswith("long")]
    assert set(lately["message_channel"]) == {"wecom", "sms", "official_account", "app_push"}
    assert not lately["words"].str.contains("好久|没来").any()
    now = lately[lately["one_id"].str.startswith("now")]
    assert now["why"].str.match("近两周没有来买,(昨天刚|[2-7]天前)买过;").all()
    is_offered = lately["offer_id"].ne("none")
    is_friend = lately["one_id"].str.extract(r"(\d+)$")[0].astype(int) % 2 == 0
    assert set(lately.loc[is_friend & ~is_offered, "message_channel"]) == {"wecom"}
    assert set(lately.loc[~is_friend & ~is_offered, "message_channel"]) == {"sms", "official_account", "app_push"}
    assert lately[~is_offered]["template_id"].str.contains("_care|_check_in").all()
    assert lately[is_offered]["template_id"].str.contains("_gift").all()
    assert set(lately[~is_offered]["content_theme"]) == {"日常关怀"}
    assert set(lately[is_offered]["content_theme"]) == {"日常礼遇"}
    assert set(said[said["one_id"].str.startswith("long")]["content_theme"]) == {"老友回归"}
    greeted = said[said["one_id"].str.startswith("long") & said["offer_id"].eq("none")]
    # gateways of text messages refuse such a greeting
    greeted = greeted[greeted["message_channel"] != "sms"]
    assert greeted["words"].str.contains("好久|没来").all()
    asked = found.tasks.set_index("one_id")["talking_point_2"]
    assert not asked[asked.index.str.startswith(("now", "soon"))].str.contains("没来").any()
    assert asked[asked.index.str.startswith("long")].str.contains("没来").all()


def test_what_is_said_in_care_names_no_offer_and_sells_nothing(rules):
    templates = rules.seeds["message_templates"]
    points = rules.seeds["talking_points"]
    cared = [*templates.loc[templates["scene_id"] == "care", "text_zh"]]
    cared += [*points.loc[points["scene_id"] == "care", "words"]]
    assert len(cared) == 25
    assert not [words for words in cared if re.search("offer_words|券|礼|备好|来看看|推荐|来店|需要", words)]
    assert not templates.loc[templates["scene_id"] == "care", "variables"].str.contains("offer").any()
    gifts = templates.loc[templates["scene_id"] == "gift", "text_zh"]
    assert len(gifts) == 5
    assert gifts.str.contains("{offer_words}", regex=False).all()
    assert not gifts.str.contains("好久|没来|想念").any()


def test_who_bought_lately_keeps_the_scene_of_a_policy_that_is_about_something_else(rules):
    rows = [
        ("recall", "none", 30), ("recall", "none", 34), ("recall", "recall_90", 34), ("recall", "none", 35),
        ("recall", "recall_90", 35),
        ("recall", "none", None), ("re_add", "none", 0), ("climb", "climb_1", 0),
    ]  # fmt: skip
    plans = pd.DataFrame(rows, columns=["scene_id", "offer_id", "days_since_order"], index=range(8, 0, -1))
    found = with_scenes(plans.assign(content_theme="想念关怀", days_since_met=None), rules)
    assert found["scene_id"].tolist() == ["care", "check_in", "gift", "recall", "recall", "recall", "re_add", "climb"]
    assert found["content_theme"].tolist() == ["日常关怀", "日常关怀", "日常礼遇", *["想念关怀"] * 5]
    assert found.index.tolist() == plans.index.tolist()


def test_every_option_of_the_menu_has_words_in_its_scene(rules):
    scenes = rules.seeds["recall_policies"][["policy_id", "ladder_step", "scene_id"]]
    menu = rules.seeds["recall_menu"].merge(scenes, on=["policy_id", "ladder_step"])
    lately = rules.seeds["lately_scenes"].assign(scene_id="recall")
    lately = menu.assign(has_offer=menu["offer_id"] != "none").merge(lately, on=["scene_id", "has_offer"])
    # what only a person says needs no words for a machine
    by_machine = ~lately["message_channel"].isin(rules.staff_channels) & lately["in_person_states"].eq("all")
    menu = pd.concat([menu, lately.assign(scene_id=lately["lately_scene_id"])[~by_machine]])
    assert {"recall", "care", "check_in", "gift"} <= set(menu["scene_id"])
    written = rules.seeds["message_templates"]
    written = set(written[["message_channel", "scene_id"]].itertuples(index=False, name=None))
    assert set(menu[["message_channel", "scene_id"]].itertuples(index=False, name=None)) <= written
    points = rules.seeds["talking_points"]
    spoken = set(rules.seeds["message_templates"]["scene_id"]) - {"general"}
    assert set(menu["scene_id"]) <= spoken
    assert spoken == set(points["scene_id"])
    of_all = points[points["message_channel"].isna() & points["need_state"].isna()]
    for has_offer in (True, False):
        said = of_all[of_all["has_offer"].isna() | of_all["has_offer"].eq(has_offer)].groupby("scene_id")["position"]
        assert said.agg(list).map(sorted).tolist() == [[1, 2]] * len(spoken)


def test_a_shelf_word_of_another_language_is_said_in_chinese_or_not_at_all(rules):
    shelves = pd.Series(["INFANT FORMULA", "SW GDS:DONUTS", "母婴", "iPhone配件", None], index=[7, 3, 5, 9, 1])
    said = in_chinese(shelves, rules)
    assert said.dropna().to_dict() == {7: "婴儿奶粉", 5: "母婴", 9: "iPhone配件"}
    assert said.index.tolist() == [7, 3, 5, 9, 1]


def test_no_sentence_about_a_person_holds_an_english_shelf_word(salts):
    rules = make_rules(**EVERYBODY_AT_RANDOM)
    shelves = ["INFANT FORMULA", "SW GDS:DONUTS", "母婴", None]
    rows = [
        person(f"p{n}", top_category=shelves[n % 4], last_product_name="WHITENING SYSTEMS 14 CT") for n in range(120)
    ]
    found = plan(rows, salts, rules).audience
    for row in found.itertuples():
        told = json.loads(row.template_variables)
        assert not LATIN_WORD.search(row.why + "".join(told.values()))
        assert "product" not in told
    why = found.set_index("one_id")["why"]
    assert {"爱买婴儿奶粉" in why.get(f"p{n}", "爱买婴儿奶粉") for n in range(0, 120, 4)} == {True}
    assert not any("爱买" in why.get(f"p{n}", "") for n in range(1, 120, 4))
    told = found.loc[found["template_id"] == "sms_recall"].set_index("one_id")["template_variables"].map(json.loads)
    kinds = {shelves[int(one_id[1:]) % 4]: variables["category"] for one_id, variables in told.items()}
    assert kinds == {"INFANT FORMULA": "婴儿奶粉", "母婴": "母婴"}
    plain = found.loc[found["template_id"] == "sms_recall_plain", "one_id"]
    assert {shelves[int(one_id[1:]) % 4] for one_id in plain} == {"SW GDS:DONUTS", None}


@pytest.mark.parametrize(
    ("bought", "habit"),
    [
        ({"days_since_order": 0}, "昨天刚买过;"),
        ({"days_since_order": 1}, "2天前买过;"),
        ({"days_since_order": 31}, "32天前买过;"),
        ({"days_since_order": 32}, "平均32天买一次,已33天未买;"),
        ({"days_since_order": 0, "average_gap_days": None}, "买过一次,昨天刚买过;"),
        ({"days_since_order": 9, "average_gap_days": None}, "买过一次,已10天未再买;"),
    ],
)
def test_who_bought_today_has_just_bought(bought, habit, salts):
    rules = make_rules(**EVERYBODY_AT_RANDOM)
    rows = [person(f"p{n}", purchase_stage="loyal", is_deleted_friend=True, **bought) for n in range(12)]
    why = plan(rows, salts, rules).audience["why"]
    assert len(why) > 0
    assert why.str.startswith(f"原来是好友,现在不是了;{habit}").all()


def test_what_only_the_sender_knows_is_left_to_the_sender(salts, rules):
    found = plan([person("anna", reachable_channels=["sms"], average_gap_days=7.0)], salts, rules).audience
    assert found["template_id"].tolist() == ["sms_recall"]
    assert json.loads(found["template_variables"][0]) == {"category": "母婴", "product": "奶粉"}


def test_a_message_begins_with_a_greeting_and_says_often_to_nobody_who_bought_once(salts, rules):
    wecom = {"reachable_channels": ["wecom"], "average_gap_days": None, "average_order_fen": 90_000}
    found = plan([person("anna", **wecom)], salts, rules).audience
    assert json.loads(found["template_variables"][0])["title"] == "您好"
    assert [row for row in texts(rules).items() if "常买" in row[1]] == []
    titled = [words for words in texts(rules).values() if "{title}" in words]
    assert len(titled) > 10
    assert all(words.startswith("{title}，") for words in titled)

"""The law book says what is true of the product: its tests exist, its pages are public, and old readings are named."""

import ast
import dataclasses
import datetime as dt
import re
from urllib.parse import urlsplit

import pandas as pd
import pytest

from data_quality.suites.published import published_checks
from data_quality.suites.recall import RecallLimits
from ml.recall import Salts
from ml.recall.words import offer_terms, offer_words
from orchestration.law_book import check_gateway, gateways, overdue, said
from orchestration.law_page import PAGE, PAGE_ZH, page, rules
from orchestration.publishing.audit import shapes
from orchestration.seed_rows import SEEDS, read_seed
from orchestration.settings import CHECKOUT, Settings, SettingsError
from tests.unit.recall.people import make_rules, person
from tests.unit.recall.test_plan import plan

RULES = rules()
#: Scenes that serve and advertise nothing.
SERVICES = {"renewal", "question_open", "complaint_closed", "appointment", "coupon_ending", "points_ending"}
#: Who publishes laws and rules of platforms, and who reprints them: a new one is added by whoever read there.
PUBLISHERS = {
    "cloud.baidu.com", "cloud.tencent.com", "developer.work.weixin.qq.com", "developers.weixin.qq.com",
    "flk.npc.gov.cn", "help.aliyun.com", "hexdocs.pm", "support.huaweicloud.com", "www.ijiuguang.com",
    "www.jingtian.com", "www.kwm.com", "www.secrss.com", "www.shkps.cn",
}  # fmt: skip


@pytest.fixture
def salts() -> Salts:
    return Salts(holdout=b"h" * 32, exploration=b"e" * 32)


def seed(name: str) -> list[dict[str, str]]:
    return [row for _, row in read_seed(SEEDS / f"{name}.csv").cells()]


def known_tests() -> set[str]:
    """Return the names of dbt's unit tests, of the tests of this folder and of the quality checks."""
    yml = " ".join(file.read_text("utf-8") for file in (CHECKOUT / "dbt_project").glob("models/**/_*.yml"))
    found = set(re.findall(r"- name: ([a-z]\w+)\n    (?:description|model|overrides|given)", yml))
    for file in (CHECKOUT / "tests").glob("**/test_*.py"):
        tree = ast.parse(file.read_text("utf-8"))
        found |= {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    checks = published_checks(shapes(), RecallLimits(("treat",), ("wecom",), 9, 21))
    return found | {check.name for check in checks}


def test_every_test_that_a_rule_names_exists():
    named = {test for rule in RULES for test in rule["tests"].split("|") if test}
    assert len(named) > 20
    assert named - known_tests() == set()


@pytest.mark.parametrize("rule", RULES, ids=[rule["rule_id"] for rule in RULES])
def test_a_rule_says_where_it_stands_and_claims_a_test_only_where_there_is_one(rule):
    address = urlsplit(rule["address"])
    assert address.scheme in ("http", "https")
    assert address.netloc in PUBLISHERS
    assert re.search("[\u4e00-\u9fff]", rule["article_zh"]) and re.search("[\u4e00-\u9fff]", rule["demands_zh"])
    assert rule["demands_en"].endswith(".")
    if rule["state"] == "built":
        assert rule["tests"]
    if rule["state"] in ("not_built", "no_feature"):
        assert not rule["tests"]
    if rule["state"] != "built":
        assert rule["feature"]


def test_the_pages_hold_the_rows_of_the_seed():
    """After a wanted change: python -m orchestration.law_page."""
    for path in (PAGE, PAGE_ZH):
        assert path.read_text("utf-8") == page(path)


def test_the_hard_rules_refer_to_rules_of_the_book():
    text = (CHECKOUT / "docs" / "hard-rules.md").read_text("utf-8")
    cells = [row.split("|")[4] for row in text.splitlines() if row.startswith("| ") and row.count("|") == 7]
    named = {name for cell in cells[1:] for name in re.findall(r"`(\w+)`", cell)}
    assert named == {
        "minors_no_marketing", "minors_unknown_age", "refusing_profiling", "consent_to_marketing", "electronic_ads",
        "sensitive_categories",
    }  # fmt: skip
    assert named <= {rule["rule_id"] for rule in RULES}


def test_caps_and_gateways_were_read_when_their_rule_was():
    read_on = {rule["rule_id"]: rule["read_on"] for rule in RULES}
    for row in (*seed("contact_caps"), *seed("sms_gateways")):
        if row["law_rule_id"]:
            assert row["read_on"] == read_on[row["law_rule_id"]], row
        else:
            assert row["kind"] != "platform" and not row["read_on"]


def _home(tmp_path, read_on: dict[str, str]) -> Settings:
    (tmp_path / "rules").mkdir()
    head = "rule_id,kind,article_zh,address,read_on,status,state,demands_zh,demands_en,feature,tests"
    rows = [f"{name},law,a,b,{day},read,built,c,d,e,f" for name, day in read_on.items()]
    (tmp_path / "rules" / "law_rules.csv").write_text("\n".join([head, *rows]), encoding="utf-8")
    return Settings(home=tmp_path, sms_gateway="aliyun", brand_name="四域", brand_link="https://s.example.com/a")


def test_a_rule_read_more_than_180_days_ago_is_named_and_nothing_fails(tmp_path):
    settings = _home(tmp_path, {"old": "2026-06-01", "new": "2026-06-02", "oldest": "2020-01-01"})
    # 180 days after 1 June is 28 November
    assert overdue(settings, dt.date(2026, 11, 28)) == ["oldest"]
    assert overdue(settings, dt.date(2026, 11, 29)) == ["old", "oldest"]
    (line,) = said(settings, dt.date(2026, 11, 29))
    assert line.endswith("reading again (docs/law.md): old, oldest")


def test_without_a_gateway_the_run_names_the_remedy_and_a_strange_one_is_refused(tmp_path):
    settings = _home(tmp_path, {"new": "2026-11-01"})
    (line,) = said(dataclasses.replace(settings, sms_gateway=""), dt.date(2026, 11, 29))
    assert line.startswith("no SMS is planned") and "sms_gateway in siyu.toml" in line and "aliyun" in line
    assert said(settings, dt.date(2026, 11, 29)) == []
    check_gateway(settings)
    check_gateway(dataclasses.replace(settings, sms_gateway=""))
    for strange in ("alyun", "strictest"):
        with pytest.raises(SettingsError, match=f"called '{strange}'; known are aliyun, baiducloud"):
            check_gateway(dataclasses.replace(settings, sms_gateway=strange))


def test_a_brand_without_name_or_link_is_told_which_setting_finishes_its_words(tmp_path):
    settings = _home(tmp_path, {"new": "2026-11-01"})
    (line,) = said(dataclasses.replace(settings, brand_link=""), dt.date(2026, 11, 29))
    assert line == "words that sign or link are not finished: set brand_link in siyu.toml and run again"
    (line,) = said(dataclasses.replace(settings, brand_name="", brand_link=""), dt.date(2026, 11, 29))
    assert "set brand_name and brand_link in siyu.toml" in line


def test_a_link_of_a_scene_that_no_message_stands_in_is_named(tmp_path):
    settings = dataclasses.replace(_home(tmp_path, {"new": "2026-11-01"}), scene_links={"re_add": "x", "pionts": "y"})
    (line,) = said(settings, dt.date(2026, 11, 29))
    assert line == "scene_links of siyu.toml names scenes that no message stands in: pionts"


def test_the_templates_that_the_gateway_refuses_are_named_with_their_reason(tmp_path):
    settings = _home(tmp_path, {"new": "2026-11-01"})
    folder = settings.published / "current"
    folder.mkdir(parents=True)
    rows = [
        ("sms_a", "sms", "variables"), ("sms_b", "sms", None), ("sms_c", "sms", "not_approved"),
        ("mini", "mini_program", "carries_service_only"),
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["template_id", "message_channel", "refused_because"])
    frame.to_parquet(folder / "message_templates.parquet")
    (line,) = said(settings, dt.date(2026, 11, 29))
    assert "aliyun does not take these SMS templates" in line and ": sms_a (variables);" in line
    frame.drop(columns="refused_because").to_parquet(folder / "message_templates.parquet")
    assert said(settings, dt.date(2026, 11, 29)) == []


def test_what_the_strictest_gateway_takes_is_neither_recall_nor_coupon():
    rows = {row["gateway"]: row for row in seed("sms_gateways")}
    strictest, said_by_all = rows.pop("strictest"), list(rows.values())
    assert gateways(Settings()) == sorted(rows)
    for refused in ("好久不见", "好久没见", "送您一张券", "积分兑换", "老友回归"):
        assert re.search(strictest["refused_contents"], refused)
    assert strictest["variables_allowed"] == "false"
    for column in ("most_a_minute", "most_a_day"):
        assert int(strictest[column]) == min(int(row[column]) for row in said_by_all if row[column])
    assert strictest["opens"] == max(row["opens"] for row in said_by_all)
    assert strictest["closes"] == min(row["closes"] for row in said_by_all if row["closes"])


def test_the_shipped_words_pass_the_gateway_that_the_demo_names():
    (aliyun,) = [row for row in seed("sms_gateways") if row["gateway"] == "aliyun"]
    lengths = {row["variable"]: int(row["longest_chars"]) for row in seed("template_variables")}
    templates = [row for row in seed("message_templates") if row["message_channel"] == "sms"]
    assert len(templates) > 10
    for row in templates:
        longest = re.sub(r"{(\w+)}", lambda found: "字" * lengths[found[1]], row["text_zh"])
        assert len(longest) <= 70 and row["sms_segments"] == "1", row["template_id"]
        assert not re.search(aliyun["refused_contents"], row["text_zh"])
        # two variables side by side are refused by more than one gateway; brand and link are filled beforehand
        assert "}{" not in re.sub(r"{brand}|{link}", "", row["text_zh"])


def test_every_variable_has_a_length_that_the_shipped_words_keep():
    lengths = {row["variable"]: int(row["longest_chars"]) for row in seed("template_variables")}
    used = {name for row in seed("message_templates") for name in row["variables"].split("|") if name}
    assert used <= set(lengths)
    assert max(len(row["name_zh"]) for row in seed("category_names")) <= lengths["category"]
    offers = make_rules().seeds["offers_catalogue"]
    assert offer_words(offers).str.len().max() <= lengths["offer_words"]
    terms = [offer_terms(*row) for row in zip(offers["maximum_discount_fen"], offers["valid_days"], strict=True)]
    assert max(map(len, terms)) <= lengths["offer_terms"]
    assert offers["valid_days"].astype(str).str.len().max() <= lengths["valid_days"]


def test_every_advertising_sms_and_mail_names_its_sender_or_its_way_out():
    for row in seed("message_templates"):
        if row["message_channel"] == "sms":
            assert row["text_zh"].startswith("【{brand}】"), row["template_id"]
            assert row["text_zh"].endswith("拒收请回复R") or row["scene_id"] in SERVICES, row["template_id"]
        if row["message_channel"] == "email":
            assert "退订" in row["text_zh"], row["template_id"]


def test_the_mini_program_stands_in_the_menu_of_services_alone_and_has_no_words_that_advertise():
    menu = [row for row in seed("recall_menu") if row["message_channel"] == "mini_program"]
    served = {row["policy_id"] for row in seed("recall_policies") if row["consent_purpose"] == "service"}
    assert "renewal" in {row["policy_id"] for row in menu} <= served
    mini = [row for row in seed("message_templates") if row["message_channel"] == "mini_program"]
    assert {row["scene_id"] for row in mini} <= SERVICES
    scene_of_play = {row["play_id"]: row["scene_id"] for row in seed("plays")}
    owed = [row for row in seed("recall_policies") if row["consent_purpose"] == "service"]
    assert {scene_of_play[row["play_id"]] for row in owed} == SERVICES


def test_every_offer_of_the_menu_has_a_public_rule_in_two_languages():
    offers = {row["offer_id"] for row in seed("recall_menu")} - {"none"}
    ruled = {row["offer_id"]: row for row in seed("depth_rules")}
    assert offers == set(ruled)
    for row in ruled.values():
        assert re.search("[\u4e00-\u9fff]", row["words_zh"]) and row["words_en"].isascii()


def test_permuting_gender_age_city_or_device_changes_no_offer(salts):
    """Eight people who differ in the public facts; the traits are dealt out anew, and every plan stays as it was."""
    planning = make_rules(exploration_share=1.0, exploration_budget_share=1.0)
    lapsed = [10, 29, 30, 45, 60, 90, 120, 300]
    rows = [
        person(
            f"p{n}", days_since_order=days, average_gap_days=7.0, purchase_stage="dormant", owner_message_capacity=80
        )
        for n, days in enumerate(lapsed)
    ]
    traits = [
        {"gender": gender, "age_band": age, "birth_date": born, "city": city, "city_tier": tier, "device": device}
        for gender, age, born, city, tier, device in (
            ("female", "青", "1999-01-01", "上海", "一二线", "iPhone"),
            ("male", "老", "1950-01-01", "铁岭", "三四线", "Honor"),
        )
    ]  # fmt: skip

    def planned(order: list[int]) -> pd.DataFrame:
        dealt = [row | traits[order[n]] for n, row in enumerate(rows)]
        found = plan(dealt, salts, planning).audience
        return found[["one_id", "offer_id", "pay_rate", "message_channel", "template_id", "net_p50_fen"]]

    first = planned([0, 1] * 4)
    # whom the draw gave nothing stands in no audience
    assert len(first) >= 5
    assert len(set(first["offer_id"])) > 1
    for order in ([1, 0] * 4, [0] * 8, [1] * 8, [0, 0, 0, 0, 1, 1, 1, 1]):
        pd.testing.assert_frame_equal(planned(order), first)

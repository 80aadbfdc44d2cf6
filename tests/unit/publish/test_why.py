"""What siyu why says of one customer of a published version."""

import pytest

from benchmarks.thirty_customers import is_older, rules_now
from orchestration.cli import main
from orchestration.publish import publish
from orchestration.settings import SettingsError
from orchestration.warehouse import connect
from orchestration.why import NobodyPublished, opened, printed, why
from tests.unit.publish.opened import version_of
from tests.unit.publish.world import DATE, brand


@pytest.fixture
def home(tmp_path):
    settings = brand(tmp_path)
    with connect(settings) as con:
        con.execute(
            "insert into published.recall_refused_options by name select 'P07' as one_id, $d as as_of_date,"
            " 'recall_lost' as policy_id, 'sms' as message_channel, 'recall_75' as offer_id,"
            " 'refund_open' as refused_because",
            {"d": DATE},
        )
    publish(settings, [DATE])
    return settings


def told(settings, one_id: str, lang: str = "zh"):
    facts = opened(settings)
    try:
        return why(facts, one_id, lang)
    finally:
        facts.connection.close()


def test_who_is_written_to_is_told_by_which_channel_from_whom_and_why(home):
    found = told(home, "P01")
    assert found.facts[0].startswith("购买阶段：首购客")
    assert "共1单" in found.facts[1] and "近一年净付100元" in found.facts[1]
    assert "S1" in found.decision[0] and "企业微信" in found.decision[0]
    assert "平均32天买一次" in found.decision[1]


def test_who_is_no_candidate_is_told_so_and_which_option_a_rule_refused(home):
    found = told(home, "P07")
    assert found.decision == ["今天不发：没有哪条策略轮到此人"]
    assert found.options == ["短信 + 75折券：不可以，退款处理中"]
    english = told(home, "P07", "en")
    assert english.options == ["SMS + 25% off: refused, refund open"]
    assert printed(english, "en")[1:3] == ["", "Facts"]


def test_nobody_of_that_id_is_said_and_what_to_ask_instead(home, capsys):
    with pytest.raises(NobodyPublished, match="identity_redirects"):
        told(home, "P99")
    assert main(["--home", str(home.home), "why", "P99"]) == 1
    assert "nobody of that id" in capsys.readouterr().out
    assert main(["--home", str(home.home), "why", "P01", "--lang", "fr"]) == 2


def test_a_home_without_a_version_says_how_to_make_one(tmp_path):
    settings = brand(tmp_path)
    with pytest.raises((NobodyPublished, SettingsError), match="siyu daily"):
        opened(settings)


@pytest.mark.parametrize(
    ("drawn", "plan", "said"),
    [
        ({"arm": "waiting", "waits_for": "learning"}, "wecom", "今天不发：试一试的名额已满，改天再轮到"),
        ({"arm": "waiting", "waits_for": "room"}, "call", "今天不发：导购当天已满"),
        ({"arm": "not_selected", "passed_over_because": "not_worth"}, None, "今天不发：预计不划算"),
        ({"arm": "not_selected", "passed_over_because": "not_drawn"}, None, "今天不发：今天没抽到"),
        ({"arm": "not_selected", "passed_over_because": "no_room"}, None, "今天不发：今天的预算或名额已用完"),
        ({"arm": "random"}, "nothing", "今天不发：抽签抽到了不发"),
        # planned, and taken out by the last check
        ({"arm": "random"}, "sms", "今天不发：发布时已拒绝或撤回授权"),
    ],
)
def test_who_gets_nothing_is_told_what_they_wait_for_or_what_the_lot_said(tmp_path, drawn, plan, said):
    facts = version_of(
        tmp_path,
        customers=[{"one_id": "P1"}],
        customer_lifecycle=[{"one_id": "P1", "purchase_stage": "loyal"}],
        customer_segments=[{"one_id": "P1"}],
        recall_assignment=[{"one_id": "P1", **drawn}],
        recall_plans=[{"one_id": "P1", "message_channel": plan}],
    )
    assert why(facts, "P1", "zh").decision[0] == said


@pytest.mark.parametrize(
    ("exclusion", "said"), [("profiling_refused", "拒绝个性化分析"), ("profiling_never_asked", "未征询个性化分析")]
)
def test_whom_a_hard_rule_keeps_out_is_told_which(tmp_path, exclusion, said):
    facts = version_of(
        tmp_path,
        customers=[{"one_id": "P1", "exclusion": exclusion}],
        customer_lifecycle=[{"one_id": "P1", "purchase_stage": "loyal"}],
        customer_segments=[{"one_id": "P1"}],
    )
    assert why(facts, "P1", "zh").decision[0] == f"今天不做个人计划：{said}（硬规则）"


def test_the_page_of_thirty_customers_says_when_the_rules_have_changed_since():
    page = f"# Thirty customers\n\nRules `{rules_now()}`.\n"
    assert not is_older(page, rules_now())
    assert is_older(page, "0" * 12)
    assert is_older("# Thirty customers\n", rules_now())

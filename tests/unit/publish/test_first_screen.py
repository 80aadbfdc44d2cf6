"""What the first screen says of a week, a day, a list and the data: literal rows, and the sentence they give."""

import datetime as dt
import re

import pytest

from orchestration.report.days import figures, sales
from orchestration.report.digest import digest
from orchestration.report.first_screen import head
from orchestration.report.list_sections import expected, parts, tasks, todays_list, yesterday_words
from orchestration.report.model_sections import models
from orchestration.report.page import section
from orchestration.report.play_sections import signals
from orchestration.report.risk_sections import at_risk
from orchestration.report.spark import spark
from orchestration.report.staff_sections import never_asked, without_adviser
from orchestration.report.todo import todo
from orchestration.report.young import young
from orchestration.seed_rows import SEEDS, read_seed
from tests.unit.publish.opened import THURSDAY, days, version_of

#: Private GMV in fen of 16 to 30 November; the 23rd, seven days before the last, was Thanksgiving.
THANKSGIVING_WEEK = [
    482_974, 467_308, 624_693, 577_190, 597_396, 602_005, 649_580,
    218_107, 351_297, 360_611, 491_719, 321_630, 387_215, 379_610, 341_954,
]  # fmt: skip


def _thanksgiving(home):
    """Give the home a day of its own: 23 November."""
    shipped = read_seed(SEEDS / "brand_days.csv")
    words = {"brand_day": "thanksgiving", "month": "11", "day": "23", "name_zh": "感恩节", "name_en": "Thanksgiving"}
    lines = [",".join(shipped.head), ",".join(words.get(column, "1") for column in shipped.head)]
    (home / "rules").mkdir()
    (home / "rules" / "brand_days.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_where_seven_days_fell_nothing_calls_the_day_after_a_holiday_growth(tmp_path):
    _thanksgiving(tmp_path)
    facts = version_of(tmp_path, kpi_daily=days("private_gmv", THANKSGIVING_WEEK, "numerator"))
    shown = section(head, facts)
    headline = re.search(r'<div class="lead">.*?</div>', shown, re.DOTALL).group()
    assert "¥26,340" in headline and "▼30%" in headline and "▲" not in headline
    (zh, en) = sales(facts)["day_words"]
    assert zh.startswith("当天 ¥3,420，比上周四 ▲57%（上周四是") and zh.endswith("），与近 7 天相反")
    assert en.startswith("The day ¥3,420, ▲57% on last Thursday (a special day: ")
    assert en.endswith("), the opposite of the week")
    assert shown.count("▲") == 2, "once a language, in the sentence about the day"
    assert "◆ 11-23" in shown


def test_a_day_that_points_the_same_way_as_its_week_is_not_called_opposite(tmp_path):
    rising = [100_00] * 7 + [200_00] * 7
    facts = version_of(tmp_path, kpi_daily=days("private_gmv", [100_00, *rising], "numerator"))
    assert figures(facts)["private_gmv"]["week_change"] == "▲100%"
    assert "相反" not in sales(facts)["day_words"][0]


@pytest.mark.parametrize("week", [[10_00] * 6, [10_00] * 3 + [None] + [10_00] * 3], ids=["six days", "a gap"])
def test_a_week_of_which_a_day_is_unknown_is_unknown_and_no_smaller_week(tmp_path, week):
    facts = version_of(tmp_path, kpi_daily=days("gmv", week))
    assert figures(facts)["gmv"]["week"] is None
    assert figures(facts)["gmv"]["week_change"] == "未知"


def test_an_unknown_day_leaves_a_gap_in_the_line():
    known = {THURSDAY - dt.timedelta(days=back): 100.0 for back in range(28) if back != 10}
    drawn = spark(THURSDAY, 28, known, {})
    quiet = re.search(r'class="quiet" d="([^"]+)"', drawn).group(1)
    assert quiet.count("M") == 2
    assert drawn.count('class="day"') == 27


def test_what_is_late_is_said_in_days_and_whom_to_ask(tmp_path):
    channels = {"pos": {"data_as_of": "2017-11-30", "stale": False}, "sms": {"data_as_of": "2017-11-27", "stale": True}}
    said = todo(version_of(tmp_path, channels))
    assert said["data"] == ("数据 1/2 齐，短信缺 3 天", "data 1/2, SMS 3 d late")
    assert [line.words[0] for line in said["lines"]] == ["短信数据停在 11-27：找短信的对接人"]
    assert said["decisions"] == 1


def _person(one_id, **more):
    """Return the three rows of somebody of high value who became at risk today."""
    return (
        {"one_id": one_id, "reachable_channels": ["sms"], "consented_channels": ["sms"]} | more,
        {"one_id": one_id, "pyramid_tier": "核心", "rfm_segment": "重要保持", "net_paid_fen_365d": 100_00},
        {"one_id": one_id, "purchase_stage": "at_risk", "purchase_stage_since": THURSDAY},
    )


def test_who_is_newly_at_risk_has_a_plan_or_the_reason_for_none_and_somebody_to_assign(tmp_path):
    people = [
        _person("planned", owner_staff_id="S1"),
        _person("left_alone", owner_staff_id="S1"),
        _person("not_worth", owner_staff_id="S2"),
        _person("not_drawn", owner_staff_id="S2"),
        _person("earlier", owner_staff_id="S2"),
        _person("refused", last_seller_staff_id="S3"),
        _person("lost_staff"),
        _person("stranger"),
    ]
    arms = {"left_alone": "held_back", "refused": "ineligible", "planned": "treat"}
    arms |= dict.fromkeys(("not_worth", "not_drawn", "earlier"), "not_selected")
    because = {"not_worth": "not_worth", "not_drawn": "not_drawn"}
    customers, segments, stages = zip(*people, strict=True)
    facts = version_of(
        tmp_path,
        customers=customers,
        customer_segments=segments,
        customer_lifecycle=stages,
        recall_assignment=[
            {"one_id": one_id, "arm": arm, "passed_over_because": because.get(one_id)} for one_id, arm in arms.items()
        ],
        recall_audience=[{"one_id": "planned", "message_channel": "sms", "list_kind": "chosen"}],
        recall_refused_options=[{"one_id": "refused", "message_channel": "sms", "refused_because": "contact_cap"}],
        staff_handover=[{"one_id": "lost_staff", "taker_1_staff_id": "S4"}],
        staff=[{"staff_id": "S1", "store_id": "9"}],
        stores=[{"store_id": "9", "name": "淮海店"}],
    )
    told = {row[0]: (row[3][0], row[4][0]) for row in at_risk(facts)["rows"]}
    assert told == {
        "planned": ("今天：短信", "归属 淮海店 · S1"),
        "left_alone": ("留作对照", "今天不要联系"),
        "not_worth": ("预计不划算", "归属 S2"),
        "not_drawn": ("今天没抽到", "归属 S2"),
        "earlier": ("未入选", "归属 S2"),
        "refused": ("短信：已达触达次数上限", "最近卖货 S3，还不是好友"),
        "lost_staff": ("不是计划对象", "建议接手 S4"),
        "stranger": ("不是计划对象", "在职员工里没有人认识：请店长指定"),
    }
    assert [row[0] for row in at_risk(facts)["rows"]][-2:] == ["left_alone", "planned"], "who has no plan stands first"
    assert todo(facts)["lines"][0].words[0] == "高价值新风险 8 位：6 位没有安排，3 位没有归属"


def _plan(one_id, kind, p50, cost=10):
    money = {"net_p50_fen": p50, "net_p10_fen": p50 - 50, "net_p90_fen": p50 + 50, "expected_cost_fen": cost}
    basis = "prior" if kind == "chosen" else "experiment"
    return {"one_id": one_id, "list_kind": kind, "message_channel": "wecom", "basis": basis} | money


def test_what_is_chosen_and_what_is_there_to_learn_are_never_one_sum(tmp_path):
    plans = [
        _plan("a", "chosen", 300),
        _plan("b", "chosen", 200),
        _plan("c", "learning", -80),
        _plan("d", "service", 0),
    ]
    given = [("a", "chosen", 300), ("b", "chosen", 200), ("c", "learning", -80), ("d", "service", 0)]
    facts = version_of(
        tmp_path,
        customers=[{"one_id": f"p{at}", "order_count": 1} for at in range(30)],
        recall_audience=plans,
        recall_tasks=[
            {"task_id": one, "one_id": one, "message_channel": "wecom", "staff_id": "S1", "list_kind": kind}
            | {"expected_net_p50_fen": net}
            for one, kind, net in given
        ],
    )
    assert {kind: (part["people"], part["p50"]) for kind, part in parts(facts).items()} == {
        "service": (1, 0), "chosen": (2, 500), "learning": (1, -80),
    }  # fmt: skip
    assert [line.words[0] for line in todo(facts)["lines"]] == [
        # people first; the interval is of the sum, and what rests on no experiment says so
        "导购今天的名单：答复和提醒 1 位，优先联系 2 位，试一试 1 位；优先联系的预计 +¥5.00（¥4.00 到 ¥6.00，估算）；"
        "试的预计 −¥0.80（−¥1.30 到 −¥0.30）",
    ]
    assert todo(facts)["decisions"] == 1
    assert tasks(facts)["rows"] == [("S1", "2  +¥5.00", "1  −¥0.80", "1")]
    assert digest(facts, "zh").count("估算") == 2 and digest(facts, "en").count("an estimate") == 2
    assert "+¥4.20" not in section(todays_list, facts) + section(head, facts)


def _asked(one_id, day, answered_by):
    at = dt.datetime(2017, 11, day, 4, tzinfo=dt.UTC)
    return {"one_id": one_id, "signal": "question_open", "signal_at": at, "answered_by": answered_by}


def test_who_waits_for_an_answer_stands_first_with_who_answers_them_how(tmp_path):
    # within_days is 14: on the 30th a question of the 17th counts for the last time
    facts = version_of(
        tmp_path,
        recall_signals=[
            _asked("a", 27, "task"),
            _asked("b", 17, "task"),
            _asked("c", 17, "service"),
            _asked("d", 18, "service"),
            _asked("e", 29, None),
            {"one_id": "f", "signal": "cart_left", "signal_at": dt.datetime(2017, 11, 17, 4, tzinfo=dt.UTC)},
        ],
        service_desk=[
            {"one_id": "c", "reached_by": "call", "priority": 1, "last_date": dt.date(2017, 12, 1)},
            {"one_id": "d", "reached_by": "chat", "priority": 2, "last_date": dt.date(2017, 12, 2)}
            | {"ordered_date": dt.date(2017, 11, 28)},
            {"one_id": "e", "reached_by": "visit", "priority": 3, "last_date": dt.date(2017, 12, 13)},
        ],
    )
    line = todo(facts)["lines"][0]
    assert line.words == (
        "5 位等答复：导购今天答 2，客服台打电话 1、在问的地方答复 1、等客户来了再答 1（siyu tasks --desk）；"
        "2 位今天到期",
        "5 wait for an answer: staff answer 2 today; service desk: call 1, answer where they asked 1,"
        " answer when they come 1 (siyu tasks --desk); 2 for the last day",
    )
    assert line.is_decision and line.anchor == "tasks"
    assert [(way[0], *rest) for way, *rest in tasks(facts)["desk"]] == [
        ("打电话", "1", "—", "1"), ("在问的地方答复", "1", "1", "—"), ("等客户来了再答", "1", "—", "—"),
    ]  # fmt: skip


def test_where_every_question_is_a_task_no_desk_is_spoken_of(tmp_path):
    facts = version_of(tmp_path, recall_signals=[_asked("a", 27, "task")])
    assert todo(facts)["lines"][0].words == ("1 位等答复：导购今天答 1", "1 wait for an answer: staff answer 1 today")
    assert tasks(facts)["desk"] == []


def test_what_is_no_decision_of_the_morning_stands_together_in_one_line(tmp_path):
    late = {"sms": {"data_as_of": "2017-11-27", "stale": True}, "wecom": {"data_as_of": "2017-11-29", "stale": True}}
    bought = [{"one_id": f"p{at}", "order_count": 1} for at in range(30)]
    facts = version_of(tmp_path, late, customers=bought, recall_signals=[_asked("a", 27, "task")])
    said = todo(facts)
    assert said["decisions"] == 1
    assert said["others_words"] == (
        "另有 2 件：短信数据停在 11-27、企业微信数据停在 11-29",
        "2 more: SMS data ends on 11-27; WeCom data ends on 11-29",
    )
    assert [line.words[0] for line in said["others"]] == [
        "短信数据停在 11-27：找短信的对接人",
        "企业微信数据停在 11-29：找企业微信的对接人",
    ]
    assert all(line.words[0] in digest(facts, "zh") for line in said["others"])


def test_a_week_that_fell_says_which_day_before_it_was_the_highest(tmp_path):
    before, after = [100_00, 900_00, *[100_00] * 5], [50_00] * 7
    facts = version_of(tmp_path, kpi_daily=days("private_gmv", [*before, *after], "numerator"))
    assert sales(facts)["than"] == ("比前 7 天 ¥1,500，其中 11-18 最高 ¥900", "vs ¥1,500 before, ¥900 of it on 11-18")
    rose = version_of(tmp_path / "rose", kpi_daily=days("private_gmv", [*after, *before], "numerator"))
    assert sales(rose)["than"] == ("比前 7 天 ¥350", "vs ¥350 before")


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ({"sent": 0, "replied": 0, "bought": 9}, "昨日任务没有回执；名下客户成交 9 人"),
        ({"sent": 3, "replied": 1, "bought": 9}, "昨日导购发 3、回复 1，名下客户成交 9 人；任务无回执"),
        ({"sent": 3, "replied": 1, "bought": 9, "tasks": 2}, "昨日导购发 3、回复 1，名下客户成交 9 人；任务回执 2"),
    ],
)
def test_yesterday_without_a_result_is_not_told_as_a_day_without_work(tmp_path, day, said):
    facts = version_of(tmp_path, staff_daily=[{"kpi_date": THURSDAY, "staff_id": "S1"} | day])
    assert yesterday_words(facts)[0] == said


def test_signals_that_rest_are_told_apart_from_those_that_nobody_answers(tmp_path):
    facts = version_of(
        tmp_path,
        recall_signals=[
            {"one_id": one, "signal": "friend_deleted", "answered_by": by, "reason": why}
            for one, by, why in (("a", None, "rest"), ("b", "audience", None), ("c", None, "unreachable"))
        ],
    )
    assert signals(facts)["gist"][0] == "3 个信号，1 个有回应，1 个按规矩先不打扰，其余写明原因"


def test_a_core_customer_without_an_adviser_could_be_taken_by_who_sold_to_them_last_and_is_at_work(tmp_path):
    customers = [
        {"one_id": "peak", "last_seller_staff_id": "S1"},
        {"one_id": "core", "last_seller_staff_id": "gone"},
        {"one_id": "owned", "owner_staff_id": "S1"},
        {"one_id": "base", "last_seller_staff_id": "S1"},
        {"one_id": "refused", "last_seller_staff_id": "S1", "exclusion": "profiling_refused"},
    ]
    tiers = {"peak": "塔尖", "base": "基础"}
    facts = version_of(
        tmp_path,
        customers=customers,
        customer_segments=[
            {"one_id": one["one_id"], "pyramid_tier": tiers.get(one["one_id"], "核心"), "net_paid_fen_365d": 100_00}
            for one in customers
        ],
        staff=[
            {"staff_id": "S1", "store_id": "9", "is_at_work": True},
            {"staff_id": "gone", "store_id": "9", "is_at_work": False},
        ],
        stores=[{"store_id": "9", "name": "淮海店"}],
    )
    assert [(one, tier[0], taker) for one, tier, _, _, taker in without_adviser(facts)] == [
        ("peak", "塔尖", "淮海店 · S1"),
        ("core", "核心", ("请店长指定", "ask a store manager")),
    ]


def test_whom_their_advisers_may_ask_about_profiling_is_counted_by_adviser_and_by_no_worth(tmp_path):
    never = {"exclusion": "profiling_never_asked", "order_count": 1, "owner_staff_id": "S2"}
    facts = version_of(
        tmp_path,
        customers=[
            {"one_id": "rich", **never, "order_count": 9, "last_order_at": dt.datetime(2017, 11, 2, 4, tzinfo=dt.UTC)},
            {"one_id": "poor", **never, "owner_staff_id": "S1"},
            {"one_id": "other", **never},
            {"one_id": "never bought", **never, "order_count": 0},
            {"one_id": "nobody's", **never, "owner_staff_id": None},
            {"one_id": "refused", **never, "exclusion": "profiling_refused"},
        ],
    )
    assert never_asked(facts) == [("S1", 1, None), ("S2", 2, dt.date(2017, 11, 2))]


def test_what_a_part_is_expected_to_earn_is_unknown_where_no_plan_says_so():
    known = {"p50": 100, "p10": -50, "p90": 300}
    assert expected(known | {"is_estimate": False})[0] == "预计 +¥1.00（−¥0.50 到 ¥3.00）"
    assert expected(dict.fromkeys((*known, "is_estimate")))[0] == "预计 未知（未知 到 未知）"


def test_the_digest_keeps_to_twenty_lines_and_to_what_a_robot_takes(tmp_path):
    late = {f"channel_{at}": {"data_as_of": "2017-11-01", "stale": True} for at in range(60)}
    bought = [{"one_id": f"p{at}", "order_count": 1} for at in range(30)]
    facts = version_of(tmp_path, late, customers=bought)
    for language, title in (("zh", "# 私域晨报 11月30日 周四"), ("en", "# Morning report Thu 30 Nov")):
        text = digest(facts, language)
        assert text.startswith(title)
        assert len(text.splitlines()) <= 20 and len(text.encode()) <= 4096
    assert "另有 52 件，见晨报" in digest(facts, "zh")
    assert re.search(r"[\u4e00-\u9fff]", digest(facts, "en")) is None


def test_a_young_brand_is_told_what_is_missing_and_when_there_is_more_to_say(tmp_path):
    first = dt.datetime(2017, 11, 25, 4, tzinfo=dt.UTC)
    bought = [{"one_id": f"p{at}", "order_count": 1, "first_order_at": first, "net_paid_fen": 100} for at in range(29)]
    facts = version_of(tmp_path, customers=bought)
    said = young(facts)
    assert ("29", ("买过的人", "buyers")) in said["there"]
    assert "没有任何人的营销授权：没有授权，谁也不能发" in [zh for zh, _ in said["missing"]]
    assert [zh for zh, _ in said["later"]][:2] == [
        "12-08 起：近 7 天比前 7 天",
        "满 30 位买过的人（现在 29 位）：完整晨报，分群、阶段和风险名单",
    ]
    assert "未知" not in digest(facts, "zh")


def test_a_cut_says_how_many_are_reached_and_how_many_are_written_to_in_vain(tmp_path):
    scores = [{"one_id": f"p{at}", "model": "churn", "score": at / 200} for at in range(200)]
    card = {
        "model": "churn", "champion": "logit", "basis": "trained", "words_zh": "", "words_en": "",
        "metrics": {"logit": {"top_decile_lift": {"mean": 4.0, "interval": [3.5, 4.5]}}},
        "lift": [{"decile": at, "lift": lift} for at, lift in enumerate([4, 2, 1, 1, 1, 0.5, 0.5, 0, 0, 0], 1)],
        "test": {"rows": 900, "base_rate": 0.1},
    }  # fmt: skip
    facts = version_of(tmp_path, customer_scores=scores)
    facts.cards.append(card)
    told = models(facts)["models"][0]
    assert told["line"] == (
        "可用；分数最高的一成里抓到的是平均的 4.0 倍",
        "usable; its highest tenth holds 4.0 times the average",
    )
    # 20 of 200 hold 40% of the 20 true ones, 8 of them; 40 hold 60%.
    assert told["cuts"][1:3] == [("10%", 20, pytest.approx(0.4), 8, 12), ("20%", 40, pytest.approx(0.6), 12, 28)]


def test_a_model_that_cannot_tell_people_apart_is_called_no_better_than_chance(tmp_path):
    card = {
        "model": "churn", "champion": "logit", "basis": "gates_refused", "words_zh": "", "words_en": "",
        "metrics": {"logit": {"top_decile_lift": {"mean": 0.8, "interval": [0.1, 1.7]}}},
        "gates": [{"gate": "random", "passed": False}],
    }  # fmt: skip
    facts = version_of(tmp_path)
    facts.cards.append(card)
    assert models(facts)["models"][0]["line"][0] == "分不出谁会谁不会，和随便挑差不多"

"""Great Expectations' verdict on numbers, and the page on which a person reads it without a network."""

import datetime as dt
import itertools
import re

import pytest

from data_quality.checks import UNKNOWN, Check
from data_quality.chinese import stage_zh, table_zh
from data_quality.judge import Gate, judge
from data_quality.page import quality_page
from data_quality.report import DBT, Finding, bounds_in_words, english, markdown_table, number_in_words, one_of_each
from data_quality.suites.channels import channels_checks
from data_quality.suites.features import features_checks
from data_quality.suites.published import published_checks
from data_quality.suites.recall import RecallLimits
from data_quality.suites.scores import scores_checks
from orchestration.dbt_checks import remedies_of, tables_of_tests
from orchestration.dbt_graph import nodes
from orchestration.publishing.audit import contract_checks, shapes

CHINESE = re.compile(r"[\u4e00-\u9fff]")
CHECKS = [
    Check("rows_balance", "ledger", "0", "Look at the ledger.", "请看台账。"),
    Check("few_rows_are_set_aside", "ledger", "0", "Deliver again.", "请重新投递。", low=0, high=0.2),
    Check("orders_came", "orders", "0", "Ask the sender.", "请问发送方。", low=10, high=None),
    Check("anything_goes", "orders", "0", "Nothing.", "不必做什么。", low=None, high=None),
]
GOOD = {"rows_balance": 0.0, "few_rows_are_set_aside": 0.2, "orders_came": 10.0, "anything_goes": -1e12}


def failed(numbers):
    subjects = {"good": GOOD, "asked": GOOD | numbers}
    said = judge([Gate("channels", CHECKS, subjects)])
    assert said["good"].passed
    return [finding.name for finding in said["asked"].failures]


@pytest.mark.parametrize(
    ("numbers", "outside"),
    [
        ({}, []),
        ({"rows_balance": 1.0}, ["rows_balance"]),
        ({"rows_balance": -1.0, "few_rows_are_set_aside": 0.21}, ["rows_balance", "few_rows_are_set_aside"]),
        ({"orders_came": 9.0}, ["orders_came"]),
        ({"orders_came": float("inf")}, []),
        ({"orders_came": UNKNOWN, "anything_goes": UNKNOWN}, ["orders_came", "anything_goes"]),
    ],
)
def test_a_number_outside_its_bounds_fails_for_its_own_version_and_for_no_other(numbers, outside):
    assert failed(numbers) == outside


def test_a_check_that_was_not_measured_is_an_error_and_no_pass():
    with pytest.raises(ValueError, match="channels: monday: not measured: rows_balance"):
        judge([Gate("channels", CHECKS[:1], {"monday": {}})])


def test_without_any_number_nothing_has_passed():
    assert not judge([Gate("channels", [], {"monday": {}})])["monday"].passed


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0, 0, "等于 0 · exactly 0"),
        (0, 0.2, "0 到 0.2 之间 · 0 to 0.2"),
        (1000, None, "至少 1,000 · at least 1,000"),
        (None, 2, "至多 2 · at most 2"),
    ],
)
def test_a_bound_is_said_in_words_of_two_languages(low, high, words):
    assert bounds_in_words(low, high) == words
    assert english(words) == words.split(" · ")[1]


def finding(
    name, passed=True, judge=DBT, table="arms", stage="seeds", remedy="Mend <it>.", observed=0.0, remedy_zh="请改<它>。"
):
    return Finding(stage, name, stage, table, observed, 0, 0, passed, remedy, remedy_zh, judge=judge)


@pytest.mark.parametrize(
    ("value", "words"), [(None, "—"), (0.0, "0"), (12345.0, "12,345"), (0.25, "0.25"), (0.00001, "< 0.0001")]
)
def test_a_number_is_said_as_a_person_reads_it(value, words):
    assert number_in_words(value) == words


def test_a_failed_dbt_test_is_shown_and_holds_no_publish_back():
    """It has stopped the run that built the table: what publish itself waits for is Great Expectations."""
    said = judge([Gate("channels", CHECKS, {"monday": GOOD})])["monday"]
    shown = type(said)("monday", (*said.findings, finding("unique_arms_arm", passed=False)))
    assert shown.passed and not shown.failures


def test_of_several_dates_the_newest_is_shown_or_the_newest_that_failed():
    monday = [finding("a", passed=False, observed=1), finding("b"), finding("c", observed=3)]
    tuesday = [finding("a", passed=True, observed=2), finding("b"), finding("c", observed=4)]
    shown = one_of_each([monday, tuesday])
    assert [(one.name, one.passed, one.observed) for one in shown] == [("a", False, 1), ("b", True, 0), ("c", True, 4)]


def test_the_page_has_a_line_per_check_with_number_bound_verdict_and_remedy():
    said = judge([Gate("channels", CHECKS, {"2017-11-30": GOOD | {"few_rows_are_set_aside": 0.35}})])["2017-11-30"]
    page = quality_page("2017-11-30-abc", [*said.findings, finding("unique_arms_arm")])
    lines = re.findall(
        r'<tr class="check-row( failed)?" data-table="([^"]+)" data-check="([^"]+)">(.*?)</tr>', page, re.S
    )
    assert [(table, name, bool(bad)) for bad, table, name, _ in lines] == [
        ("channels.ledger", "few_rows_are_set_aside", True),
        ("channels.ledger", "rows_balance", False),
        ("channels.orders", "anything_goes", False),
        ("channels.orders", "orders_came", False),
        ("seeds.arms", "unique_arms_arm", False),
    ]
    worst = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", lines[0][3])).strip()
    assert worst == (
        "✗ few rows are set aside Great Expectations 实测： observed: 0.35 应为： wanted: 0 到 0.2 之间 0 to 0.2"
        " 请重新投递。 Deliver again."
    )
    assert "1 of 5 checks failed" in page and "Mend &lt;it&gt;." in page


def test_the_page_loads_nothing_and_runs_nothing():
    page = quality_page("2017-11-30-abc", [finding("unique_arms_arm")])
    assert re.findall(r"<script|<link|<img|@import|url\(|https?:|//", page) == []


def test_a_table_for_the_ui_has_a_line_per_check_and_escapes_what_would_end_a_cell():
    lines = markdown_table([finding("a", remedy="this | that"), finding("b", passed=False)]).splitlines()
    assert len(lines) == 4 and lines[2].count(" | ") == 5 and r"this \| that" in lines[2]
    assert lines[3].startswith("| ✗ FAILED | arms: b | dbt | 0 |")
    assert lines[2].endswith(r"请改<它>。 · this \| that |")


def every_check():
    """Return every check that any door may ask, those of a setting and of a table's shape included."""
    limits = RecallLimits(sent_arms=("treat", "random"), staff_channels=("wecom",), opens_hour=9, closes_hour=21)
    day = [dt.date(2017, 11, 30)]
    return [
        *channels_checks({"pos/receipts": 10}),
        *features_checks(day, ["spend_90d"]),
        *scores_checks(day),
        *published_checks(shapes(), limits),
        *contract_checks(),
    ]


def test_every_check_says_in_both_languages_what_to_do():
    remedies = [(check.name, check.remedy, check.remedy_zh) for check in every_check()]
    remedies += [(one, *remedies_of(node)) for one, node in nodes().items() if node["resource_type"] == "test"]
    assert len(remedies) > 200
    assert [name for name, english_words, _ in remedies if not english_words or CHINESE.search(english_words)] == []
    assert [name for name, _, chinese in remedies if not CHINESE.search(chinese)] == []


def test_every_table_that_is_checked_has_a_chinese_name():
    checked = {(check.stage, check.table) for check in every_check()}
    checked |= set(itertools.chain.from_iterable(tables_of_tests().values()))
    nameless = {table for _, table in checked if table_zh(table) == table}
    assert nameless == set(), "give it a row in data_quality/words_zh.csv"
    assert {stage for stage, _ in checked if stage and stage_zh(stage) == stage} == set()


def test_two_buttons_leave_one_language_of_what_stands_there_in_two():
    page = quality_page("2017-11-30-abc", [finding("unique_arms_arm", table="pos_orders", stage="staging")])
    assert page.count('class="zh"') == page.count('class="en"') + 1, "a table's own name is its English one"
    assert "收银：订单" in page and "逐渠道整理" in page
    assert re.findall(r'<input type="radio" name="language" id="(..)"( checked)?>', page) == [
        ("zh", " checked"),
        ("en", ""),
    ]

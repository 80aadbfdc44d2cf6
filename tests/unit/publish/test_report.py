"""What the report sets side by side: who was sent a list and who was held back, 7 days on."""

import collections
import datetime as dt

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.publish import publish
from orchestration.publishing.plans import SCHEMA
from orchestration.publishing.versions import Store
from orchestration.report.facts import open_version
from orchestration.report.list_sections import todays_list
from orchestration.report.money_sections import answers
from orchestration.report.page import section, yuan
from orchestration.report.quality_sections import quality
from orchestration.report.stage_sections import lifecycle
from orchestration.report.todo import todo
from tests.unit.publish.world import DATE, brand


def _plans(settings, version: str, moved_at: str, *plans: tuple[str, str, str]) -> None:
    """Write what a version that was current planned 8 days ago: person, arm and the purpose of the message."""
    rows = [
        dict.fromkeys(SCHEMA.names)
        | {"as_of_date": DATE - dt.timedelta(days=8), "one_id": one_id, "arm": arm, "consent_purpose": purpose}
        | {"version": version, "moved_at": dt.datetime.fromisoformat(moved_at)}
        for one_id, arm, purpose in plans
    ]
    folder = settings.published / "plans"
    folder.mkdir(exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows, SCHEMA), folder / f"{version}.parquet")


def test_who_was_held_back_stands_beside_who_was_sent_of_the_list_that_was_current_last(tmp_path):
    settings = brand(tmp_path)  # everybody's last order lies on the date itself
    current = publish(settings, [DATE]).current
    facts = open_version(settings, settings.published / "versions" / current, [])
    _plans(settings, "zz-replaced", "2017-11-23 00:00", ("P07", "held_back", "marketing"))
    _plans(
        settings, "second", "2017-11-23 01:00",
        ("P01", "treat", "marketing"), ("P02", "treat", "marketing"), ("P03", "random", "marketing"),
        ("P04", "treat", "service"), ("P05", "held_back", "marketing"), ("P06", "waiting", "marketing"),
    )  # fmt: skip
    shown = section(answers, facts)
    assert '<span class="en">sent</span></td><td class="num">2</td>' in shown
    assert '<span class="en">held back by lot</span></td><td class="num">1</td>' in shown
    assert shown.count("100.0%") == 2


def test_without_a_published_list_who_ordered_is_unknown_and_not_nought(tmp_path):
    settings = brand(tmp_path)
    current = publish(settings, [DATE]).current
    shown = section(answers, open_version(settings, settings.published / "versions" / current, []))
    assert "未知" in shown and "0.0%" not in shown


def test_the_page_says_how_many_checks_ran_and_names_a_file_that_lies_in_no_folder(tmp_path):
    settings = brand(tmp_path)
    current = publish(settings, [DATE]).current
    (tmp_path / "quarantine").mkdir()
    stray = {"channel": ["standard"], "dataset": pa.array([None], pa.string()), "reason": ["unknown_folder"]}
    pq.write_table(pa.table(stray), tmp_path / "quarantine" / "quarantine.parquet")
    ran = collections.Counter(one["stage"] for one in Store(settings.published).result(current)["findings"])
    shown = section(quality, open_version(settings, settings.published / "versions" / current, []))
    assert ran["published"] > 100 and ran["channels"] > 0
    for stage, count in ran.items():
        assert f'<span class="en">{stage}</span></td><td class="num">{count}</td><td class="num">0</td>' in shown
    assert '<span class="zh">standard</span><span class="en">standard</span></td><td class="num">1</td>' in shown


def test_the_list_is_compared_with_yesterdays_newest_version_that_passed(tmp_path):
    settings = brand(tmp_path, [DATE - dt.timedelta(days=1), DATE])
    current = publish(settings, [DATE - dt.timedelta(days=1), DATE]).current
    blocked = settings.published / "versions" / f"{DATE - dt.timedelta(days=1)}-ffffffffffffffff"
    blocked.mkdir()
    nobody = pq.read_table(settings.published / "versions" / current / "recall_audience.parquet").slice(0, 0)
    pq.write_table(nobody, blocked / "recall_audience.parquet")
    shown = section(todays_list, open_version(settings, settings.published / "versions" / current, []))
    assert "与昨日名单重合 100%" in shown


def test_small_sums_show_their_fen_and_a_loss_its_sign():
    assert [yuan(fen) for fen in (91, -216, 0, 999, 1_049, -1_600, 12_345_678, None)] == [
        "¥0.91",
        "−¥2.16",
        "¥0.00",
        "¥9.99",
        "¥10",
        "−¥16",
        "¥123,457",
        "未知",
    ]


def test_whom_the_new_cuts_of_a_quarter_moved_stands_beside_the_leaps_and_is_none(tmp_path):
    def refrozen(con):
        con.execute(
            "insert into published.stage_transitions by name"
            " select $d as version_date, $d as as_of_date, 'purchase_refreeze' as model, 'loyal' as from_stage,"
            " to_stage, n as customer_count, n / 5 as rate, false as is_leap, false as is_skip, false as is_fall"
            " from (values ('loyal', 3), ('at_risk', 2)) as moves (to_stage, n)",
            {"d": DATE},
        )

    settings = brand(tmp_path, break_it=refrozen)
    current = publish(settings, [DATE]).current
    shown = section(lifecycle, open_version(settings, settings.published / "versions" / current, []))
    assert '<span class="zh">购买阶段（重定分界）</span>' in shown
    assert '(cuts frozen anew)</span></td><td class="num">2</td><td class="num">5</td>' in shown
    assert shown.count("重定分界）") == 1


def test_the_page_says_how_many_refusals_meet_nobody_and_where_they_stand(tmp_path):
    settings = brand(tmp_path)
    version = settings.published / "versions" / publish(settings, [DATE]).current
    assert "没有对上任何人" not in section(quality, open_version(settings, version, []))
    with duckdb.connect(str(settings.warehouse)) as con:
        con.execute(
            "insert into published.unmet_refusals values ('sms', 'standard/suppressions/stop.csv', 3),"
            " ('sms', 'standard/suppressions/stop.csv', 4), ('all', 'standard/suppressions/stop.csv', 2),"
            " ('all', 'standard/suppressions/zero.csv', 9), ('all', null, null)"
        )
    facts = open_version(settings, settings.published / "versions" / publish(settings, [DATE]).current, [])
    assert facts.manifest["refusals_that_meet_nobody"] == {
        "by_channel": {"all": 3, "sms": 2},
        "examples": [f"standard/suppressions/stop.csv, line {line}" for line in (2, 3, 4)],
    }
    said = todo(facts)
    assert [line.words[0].split("：")[0] for line in [*said["lines"], *said["others"]] if line.anchor == "quality"] == [
        "5 条拒绝没有对上任何人"
    ]
    shown = section(quality, facts)
    assert "有 5 条拒绝没有对上任何人(所有渠道 3、短信 2)" in shown
    assert "standard/suppressions/stop.csv, line 2" in shown


def test_the_page_says_of_how_many_people_two_records_say_different_things(tmp_path):
    settings = brand(tmp_path)
    with duckdb.connect(str(settings.warehouse)) as con:
        con.execute(
            "insert into published.records_that_disagree values ($d, 'points_without_an_order', 14),"
            " ($d, 'coupon_without_a_row', 1016), ($d + 1, 'points_without_an_order', 99)",
            {"d": DATE},
        )
    facts = open_version(settings, settings.published / "versions" / publish(settings, [DATE]).current, [])
    assert facts.manifest["records_that_disagree"] == {"coupon_without_a_row": 1016, "points_without_an_order": 14}
    shown = section(quality, facts)
    assert "积分账上买过、订单里没有的会员：14 人" in shown
    assert "members with purchase points and no order: 14" in shown


def test_the_manifest_and_the_page_say_which_channels_receipts_stopped_coming(tmp_path):
    settings = brand(tmp_path)
    version = settings.published / "versions" / publish(settings, [DATE]).current
    facts = open_version(settings, version, [])
    assert "silent_channels" not in facts.manifest
    assert "没有回执" not in section(todays_list, facts)
    with duckdb.connect(str(settings.warehouse)) as con:
        con.execute(
            "insert into published.sending_receipts values ($d, 'sms', $d - 9, $d - 3, 1200, 2, true),"
            " ($d, 'email', $d - 3, $d - 3, 90, 90, false), ($d - 1, 'wecom', $d - 4, $d - 4, 77, 0, true)",
            {"d": DATE},
        )
    facts = open_version(settings, settings.published / "versions" / publish(settings, [DATE]).current, [])
    days = {"exported_from": str(DATE - dt.timedelta(days=9)), "exported_to": str(DATE - dt.timedelta(days=3))}
    assert facts.manifest["silent_channels"] == {"sms": {**days, "rows_out": 1200, "rows_told": 2}}
    assert "导出的 1200 行，只有 2 行有回执" in section(todays_list, facts)


def test_the_page_says_why_nobody_is_on_the_list_while_refusals_are_unread(tmp_path):
    settings = brand(tmp_path)
    facts = open_version(settings, settings.published / "versions" / publish(settings, [DATE]).current, [])
    assert not any("没有读出来" in line.words[0] for line in todo(facts)["lines"])
    facts.manifest["withheld"] = {"unread_refusals": 3, "tables": ["recall_audience"]}
    first = todo(facts)["lines"][0]
    assert first.is_decision and "今天谁也不发：有 3 条拒绝没有读出来" in first.words[0]

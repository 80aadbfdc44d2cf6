"""The service desk's list: whom it calls, whose answer waits in the app, who is awaited, and what becomes of them."""

import datetime as dt

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration import audit_log
from orchestration.channels.engine.vocabularies import DESK_SHEET_WORDS, TASK_STATUSES
from orchestration.channels.platforms.standard import TASK_SHEETS
from orchestration.sending import activations
from orchestration.sending.brakes import stop, stopped
from orchestration.sending.handing_over import ExportRefused
from orchestration.sending.tasks.desk import _in_turn, write_desk
from orchestration.settings import CHECKOUT
from orchestration.warehouse import connect
from tests.builders import phone
from tests.unit.sending.world import BRAND, DATE, MORNING, VERSION, World, row

_SEEDS = ("question_words", "talking_points", "do_not_say", "channel_windows", "message_templates", "words")
#: Asked at 12:30 in Shanghai on the 8th, three days before the morning of the list.
ASKED = pd.Timestamp("2026-03-08 04:30", tz="UTC")
QUESTION = {
    "reached_by": "call", "asked_at": ASKED, "asked_in": "app", "object_type": "product", "asked_category": None,
    "last_date": dt.date(2026, 3, 22), "ordered_date": None, "told_date": None, "told_by": None,
}  # fmt: skip


class Desk(World):
    """A home with open questions that are nobody's task."""

    def __init__(self, home, *questions, **facts):
        listed = [QUESTION | one for one in questions]
        for at, one in enumerate(listed, 1):
            one |= {"priority": at, "message_channel": "call" if one["reached_by"] == "call" else "app_push"}
        super().__init__(home, *(self._facts(one) | facts.get(one["one_id"], {}) for one in listed))
        folder = self.settings.published / "versions" / VERSION
        names = ["one_id", "message_channel", "priority", *QUESTION]
        dates = {name: pa.date32() for name in names if name.endswith("_date")}
        columns = [pa.array([one[name] for one in listed], dates.get(name)) for name in names]
        pq.write_table(pa.table(columns, names), folder / "service_desk.parquet")
        with connect(self.settings) as warehouse:
            for seed in _SEEDS:
                frame = pd.read_csv(CHECKOUT / "dbt_project" / "seeds" / f"{seed}.csv", dtype=object)
                warehouse.register("given", frame)
                warehouse.execute(f"create or replace table seeds.{seed} as select * from given")
                warehouse.unregister("given")
            warehouse.execute("create schema people")
            warehouse.execute(
                "create table customer.customers (source varchar, customer_id varchar, name_token varchar,"
                " known_at timestamp, superseded_at timestamp)"
            )
            warehouse.execute(
                "create table people.record_owners (source varchar, customer_id varchar, one_id varchar, to_date date)"
            )

    @staticmethod
    def _facts(one):
        is_call = one["reached_by"] == "call"
        bare = {} if is_call else {"id_type": None, "id_token": None, "text_zh": None, "message_text": None}
        return row(
            one["one_id"],
            one["message_channel"],
            list_name="desk",
            audience_id="desk_20260310",
            policy_id="signal_question_open",
            campaign_id="signal_question_open_desk_202603",
            arm=None,
            staff_id="service_desk",
            store_id=None,
            consent_purpose="service",
            task_id=f"d_{one['one_id']}",
            is_awaited=not is_call,
            has_approved_words=False,
            template_id=None,
            **bare,
        )

    def write(self, out, now=MORNING):
        with connect(self.settings) as warehouse:
            return write_desk(self.settings, warehouse, DATE, out, now, lambda rows: stopped(self.settings, rows))


def called(one_id, **told):
    return {"one_id": one_id} | told


def chat(one_id, **told):
    return {"one_id": one_id, "reached_by": "chat"} | told


def sheet_of(written):
    sheet = openpyxl.load_workbook(written.folder / "desk-2026-03-11.xlsx").active
    header, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(header, one, strict=True)) for one in rows], sheet


def test_one_sheet_and_one_page_hold_whoever_is_called_answered_in_the_app_or_awaited(tmp_path):
    desk = Desk(tmp_path / "home", called("c1"), chat("c2"), {"one_id": "c3", "reached_by": "visit"})
    done = desk.write(tmp_path / "out")
    assert (done.named, done.out, done.ways) == (3, 3, {"call": 1, "chat": 1, "visit": 1})
    found = {str(path.relative_to(done.folder)): path for path in done.folder.rglob("*") if path.is_file()}
    assert set(found) == {"desk-2026-03-11.xlsx", "desk/desk-2026-03-11.html"}
    assert {path.stat().st_mode & 0o777 for path in found.values()} == {0o600}
    rows, sheet = sheet_of(done)
    assert [(one["怎么联系"], one["电话"]) for one in rows] == [
        ("打电话", phone(1)), ("在问的地方答复", None), ("等客户来了再答", None),
    ]  # fmt: skip
    assert [one["谁来答"] for one in rows] == [None] * 3, "nobody becomes anybody's customer"
    assert {one["导购编号"] for one in rows} == {"service_desk"}
    (choice,) = sheet.data_validations.dataValidation
    assert choice.formula1 == '"已答复,没联系上,已预约,已购买,号码不对,不想再收,要求勿扰"'
    page = found["desk/desk-2026-03-11.html"].read_text(encoding="utf-8")
    assert [page.index(part) for part in ("打电话：1 位", "在问的地方答复：1 位", "等客户来了再答：1 位")]
    assert page.count(phone(1)) == 2 and phone(2) not in page, "the number to call and its link"
    assert "客服台，今天 3 位客户" in page and "https://" not in page


def test_a_row_says_what_was_asked_how_long_ago_what_was_ordered_and_told_since_and_until_when(tmp_path):
    known = {"asked_category": "奶酪", "ordered_date": dt.date(2026, 3, 9), "told_date": dt.date(2026, 3, 9)}
    desk = Desk(
        tmp_path / "home",
        called("c1", **known, told_by="sms"),
        called("c2", asked_in="pigeon", object_type=None, asked_category="奶酪"),
        chat("c3"),
    )
    first, second, third = sheet_of(desk.write(tmp_path / "out"))[0]
    assert first["问了什么"] == (
        "3月8日在App问的商品（奶酪）问题，等了3天；问过之后3月9日下过单；系统3月9日告知过在跟进；"
        "今天计划给对方发一条短信，说问题还没答复、可以接着说"
    )
    # what they asked about is for the desk's eyes: the words that are said name no product
    assert first["怎么说"].startswith(f"您好，我是{BRAND}的顾问。您3月8日在App问的商品问题还没有答复，让您久等了")
    assert first["最后一天"] == "3月22日"
    assert (first["最早"], first["最晚"]) == ("10:00", "11:30，14:00 到 18:00")
    assert first["先聊"].startswith("先道歉让对方久等") and first["别说"]
    assert second["问了什么"] == "3月8日问的问题，等了3天"
    assert (third["怎么说"], third["最早"], third["最晚"]) == (None, None, None)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"is_refused": True}, "refused"),
        ({"has_consent": False}, "no_consent"),
        ({"is_excluded": True}, "excluded"),
        ({"stop": "answered"}, "came_true"),
        ({"id_token": None}, "no_address"),
        ({"gate_is_open": False}, "unread_refusals"),
    ],
)
def test_who_refused_calls_or_was_answered_since_is_not_called(tmp_path, changes, reason):
    desk = Desk(tmp_path / "home", called("c1"), called("c2"), c1=changes)
    done = desk.write(tmp_path / "out")
    assert done.kept_in == {reason: 1}
    assert [one["任务编号"] for one in sheet_of(done)[0]] == ["d_c2"]


def test_what_a_person_stopped_goes_to_nobody_and_a_home_without_a_desk_says_which_date_to_run(tmp_path):
    desk = Desk(tmp_path / "home", called("c1"), chat("c2"))
    stop(desk.settings, "policy", "signal_question_open", "wrong words", MORNING)
    done = desk.write(tmp_path / "out")
    assert (done.folder, done.kept_in) == (None, {"stopped": 2})
    (desk.settings.published / "versions" / VERSION / "service_desk.parquet").unlink()
    with pytest.raises(ExportRefused, match="siyu daily"):
        desk.write(tmp_path / "out")


def test_the_list_stands_in_the_log_once_under_its_own_name(tmp_path):
    desk = Desk(tmp_path / "home", called("c1"), chat("c2"))
    done = desk.write(tmp_path / "out")
    assert activations.noted_places(desk.settings) == [done.folder]
    (export,) = activations.exports(desk.settings)
    assert export == done.folder.name == "20260310-desk-001"
    kept = activations.rows_of(desk.settings, export).to_pylist()
    assert {(one["list_name"], one["one_id"], one["message_channel"], one["task_id"]) for one in kept} == {
        ("desk", "c1", "call", "d_c1"), ("desk", "c2", "app_push", "d_c2"),
    }  # fmt: skip
    (told,) = [line["details"] for line in audit_log.all_lines(desk.settings) if line["action"] == "exported"]
    assert told["ways"] == {"call": 1, "chat": 1} and told["rows"] == 2, "who is awaited was not called"
    again = desk.write(tmp_path / "again")
    assert again.out == 2 and activations.exports(desk.settings) == [export], "written again it is the same list"
    assert audit_log.all_lines(desk.settings)[-1]["action"] == "tasks_written_again"


def test_what_the_desk_picks_is_a_result_that_loads():
    synonyms = dict(next(column for column in TASK_SHEETS.columns if column.name == "status").synonyms)
    assert {word: synonyms[word] for word, _ in DESK_SHEET_WORDS} == dict(DESK_SHEET_WORDS)
    assert set(dict(DESK_SHEET_WORDS).values()) <= set(TASK_STATUSES)
    assert synonyms["已答复"] == "sent"


def test_who_refused_profiling_since_the_night_comes_after_whoever_has_a_tier():
    named = pd.DataFrame({
        "one_id": ["peak", "core", "waits", "asked_in_app"],
        "reached_by": ["call", "call", "call", "chat"],
        "priority": [1, 2, 3, 4],
        "exclusion": ["profiling_refused", None, None, None],
    })
    assert _in_turn(named)["one_id"].tolist() == ["core", "waits", "peak", "asked_in_app"]

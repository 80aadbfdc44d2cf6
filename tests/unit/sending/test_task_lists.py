"""The task lists of a store: whose turn it is, under which name, in which words, and what may not stand in them."""

import datetime as dt
import json

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.channels.engine.vault import home_tokeniser, open_vault
from orchestration.channels.engine.vocabularies import TASK_SHEET_WORDS, TASK_STATUSES
from orchestration.labels import labels
from orchestration.sending import activations
from orchestration.sending.brakes import stop, stopped
from orchestration.sending.handing_over import ExportRefused, withdraw
from orchestration.sending.tasks.lists import write_tasks
from orchestration.warehouse import connect
from tests.builders import phone
from tests.unit.sending.world import DATE, MORNING, VERSION, World, row

TASK = {
    "priority": 1, "offer_words": "不发券", "talking_point_1": "先问候近况", "talking_point_2": "问一句原因",
    "do_not_say": "不提浏览记录;不说流失", "list_kind": "chosen", "staff_id": "G1", "store_id": "S1",
    "why": "平均14天买一次,已17天未买 → 导购问候,不发券",
}  # fmt: skip
PEOPLE = (("c1", "林小满", "阳光"), ("c2", "王丽", None), ("c3", None, "=HYPERLINK(1)"), ("c4", None, None))


class Lists(World):
    """A home with tasks of two stores, and names in its vault."""

    def __init__(self, home, *tasks, **settings):
        rows = [
            row(one["one_id"], one.get("message_channel", "wecom"))
            | {name: one[name] for name in ("staff_id", "store_id", "why", *one.get("facts", ())) if name in one}
            | {"task_id": f"t_{one['one_id']}"}
            for one in tasks
        ]
        super().__init__(home, *rows, **settings)
        folder = self.settings.published / "versions" / VERSION
        listed = [{"message_channel": "wecom", **one} for one in tasks]
        names = ["one_id", "message_channel", *TASK]
        columns = [pa.array([one[name] for one in listed]) for name in names]
        pq.write_table(pa.table(columns, names), folder / "recall_tasks.parquet")
        pq.write_table(pa.table({"kpi_date": pa.array([DATE]), "staff_id": ["G1"]}), folder / "staff_daily.parquet")
        with open_vault(self.settings) as vault:
            tokens = home_tokeniser(self.settings, vault)
            named = [
                (source, f"{source}-{who}", tokens.token("name", name), who)
                for who, member, friend in PEOPLE
                for source, name in (("crm", member), ("wecom", friend))
                if name
            ]
            guide = tokens.token("name", "小周")
        with connect(self.settings) as warehouse:
            warehouse.execute("create schema people")
            warehouse.register("named", pd.DataFrame(named, columns=["source", "customer_id", "name_token", "one_id"]))
            warehouse.execute(
                "create table customer.customers as select source, customer_id, name_token,"
                " timestamp '2026-01-01' as known_at, null::timestamp as superseded_at from named"
            )
            warehouse.execute(
                "create table people.record_owners as"
                " select source, customer_id, one_id, null::date as to_date from named"
            )
            warehouse.execute(
                "create table customer.staff as select 'G1' as staff_id, $token as name_token,"
                " null::timestamp as superseded_at",
                {"token": guide},
            )
            warehouse.execute(
                "create table customer.stores as"
                " select 'S1' as store_id, '一店' as name, null::timestamp as superseded_at"
            )

    def write(self, out, store=None, now=MORNING):
        with connect(self.settings) as warehouse:
            return write_tasks(
                self.settings, warehouse, DATE, store, out, now, lambda rows: stopped(self.settings, rows)
            )


def task(one_id, **told):
    return TASK | {"one_id": one_id} | told


def sheet_of(written, store="S1"):
    sheet = openpyxl.load_workbook(written.folder / f"tasks-{store}-2026-03-11.xlsx").active
    header, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(header, one, strict=True)) for one in rows]


def test_each_store_has_its_sheet_and_each_member_a_page_for_nobody_elses_eyes(tmp_path):
    lists = Lists(
        tmp_path / "home",
        task("c1", priority=2),
        task("c2", priority=1),
        task("c4", staff_id="G2", store_id="S2/a"),
        task("c3", staff_id="G3", store_id=None),
    )
    done = lists.write(tmp_path / "out")
    assert (done.named, done.out, done.stores, done.members, done.kept_in) == (4, 4, 3, 3, {})
    found = {str(path.relative_to(done.folder)): path for path in done.folder.rglob("*")}
    assert set(found) == {
        "S1", "S1/G1.html", "tasks-S1-2026-03-11.xlsx", "S2_a", "S2_a/G2.html", "tasks-S2_a-2026-03-11.xlsx",
        "no-store", "no-store/G3.html", "tasks-no-store-2026-03-11.xlsx",
    }  # fmt: skip
    assert {path.stat().st_mode & 0o777 for path in found.values() if path.is_file()} == {0o600}
    assert {path.stat().st_mode & 0o777 for path in (done.folder, *found.values()) if path.is_dir()} == {0o700}
    assert [(one["顺序"], one["客户"]) for one in sheet_of(done)] == [("1", "王丽"), ("2", "阳光（林小满）")]
    page = (done.folder / "S1" / "G1.html").read_text(encoding="utf-8")
    assert page.index("王丽") < page.index("阳光（林小满）")
    assert "小周，今天 2 位客户" in page and "一店" in page
    assert "http://" not in page and "https://" not in page


def test_a_task_says_who_why_which_words_what_not_to_say_and_until_when(tmp_path):
    lists = Lists(tmp_path / "home", task("c1"))
    (found,) = sheet_of(lists.write(tmp_path / "out"))
    assert found["为什么"] == "平均14天买一次，已17天未买。导购问候，不发券"
    assert found["发什么"] == "林女士,好久没见"
    assert found["先聊"] == "先问候近况；问一句原因"
    assert found["别说"] == "不提浏览记录；不说流失"
    assert (found["最早"], found["最晚"]) == ("10:00", "20:00")
    assert (found["类型"], found["怎么联系"], found["电话"]) == ("优先联系", "企业微信", None)
    assert (found["任务编号"], found["导购编号"], found["日期"], found["结果"]) == ("t_c1", "G1", "2026-03-11", None)


def test_a_greeting_has_the_name_that_a_member_gave_and_no_nickname(tmp_path):
    greeting = {"facts": ("message_text",), "message_text": "您好，好久没见。"}
    lists = Lists(tmp_path / "home", *(task(who, priority=at, **greeting) for at, (who, _, _) in enumerate(PEOPLE)))
    found = {one["客户"]: one["发什么"] for one in sheet_of(lists.write(tmp_path / "out"))}
    assert found == {
        "阳光（林小满）": "林小满您好，好久没见。",
        "王丽": "王丽您好，好久没见。",
        "'=HYPERLINK(1)": "您好，好久没见。",
        "客户 c4": "您好，好久没见。",
    }


def test_what_is_there_to_learn_and_what_is_a_service_say_so_in_a_guides_words(tmp_path):
    lists = Lists(
        tmp_path / "home", task("c1"), task("c2", list_kind="learning"), task("c4", list_kind="service", priority=0)
    )
    done = lists.write(tmp_path / "out")
    assert [one["类型"] for one in sheet_of(done)] == ["服务任务", "优先联系", "试一试"]
    page = (done.folder / "S1" / "G1.html").read_text(encoding="utf-8")
    assert page.count("<article") == 3
    assert page.count("还不知道这样联系有没有用") == page.count('class="learning"') == 1
    assert page.count("先把客户的事办好，不推销") == page.count('class="service"') == 1


def test_a_number_stands_in_a_task_of_a_call_alone(tmp_path):
    lists = Lists(tmp_path / "home", task("c1"), task("c2", message_channel="call"))
    done = lists.write(tmp_path / "out")
    assert {one["客户"]: one["电话"] for one in sheet_of(done)} == {"阳光（林小满）": None, "王丽": phone(2)}
    page = (done.folder / "S1" / "G1.html").read_text(encoding="utf-8")
    assert (page.count(f"tel:{phone(2)}"), phone(1) in page) == (1, False)
    kept = lists.settings.home / "audit.jsonl"
    assert phone(2) not in kept.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"is_refused": True}, "refused"),
        ({"has_consent": False}, "no_consent"),
        ({"is_excluded": True}, "excluded"),
        ({"stop": "ordered"}, "came_true"),
        ({"cap_id": "any_1d"}, "cap"),
        ({"sender_has_left": True}, "no_sender"),
        ({"send_before_at": pd.Timestamp("2026-03-11 00:30", tz="UTC")}, "expired"),
    ],
)
def test_what_keeps_a_row_out_of_an_export_keeps_a_task_off_the_list(told, reason, tmp_path):
    lists = Lists(tmp_path / "home", task("c1", facts=tuple(told), **told), task("c2"))
    done = lists.write(tmp_path / "out")
    assert (done.named, done.out, done.kept_in) == (2, 1, {reason: 1})
    assert [one["客户"] for one in sheet_of(done)] == ["王丽"]


def test_what_was_stopped_by_hand_and_another_stores_tasks_are_left_out(tmp_path):
    lists = Lists(tmp_path / "home", task("c1"), task("c2", staff_id="G2", store_id="S2"))
    stop(lists.settings, "staff", "G1", "on holiday", MORNING)
    assert lists.write(tmp_path / "one").kept_in == {"stopped": 1}
    assert lists.write(tmp_path / "two", store="S1").folder is None


def test_the_tasks_of_a_store_that_there_is_not_are_a_mistake_and_those_of_one_without_any_are_none(tmp_path):
    lists = Lists(tmp_path / "home", task("c1", store_id="S2"))
    assert lists.write(tmp_path / "out", store="S1").named == 0
    with pytest.raises(ExportRefused, match="there is no store 'S9'; stores are: S1$"):
        lists.write(tmp_path / "out", store="S9")


def test_a_list_counts_as_sent_once_and_may_be_written_again(tmp_path):
    lists = Lists(tmp_path / "home", task("c1"), task("c2", message_channel="call"))
    first = lists.write(tmp_path / "out")
    assert lists.ask("select recipient, message_channel, task_id from channels.activations order by 2") == []
    with connect(lists.settings) as warehouse:
        activations.load(lists.settings, warehouse)
    logged = lists.ask("select recipient, message_channel, task_id, export_id from channels.activations order by 2")
    assert logged == [
        ("_staff", "call", "t_c2", "20260310-tasks-001"),
        ("_staff", "wecom", "t_c1", "20260310-tasks-001"),
    ]
    # a call that a member was given is nobody else's to make
    assert lists.export(tmp_path / "agency", channels=("call",))["call"].kept_in == {"already_out": 1}
    again = lists.write(tmp_path / "out")
    assert again.folder.name == "20260310-tasks-002"
    assert [one["客户"] for one in sheet_of(again)] == [one["客户"] for one in sheet_of(first)]
    assert len(lists.ask("select 1 from channels.activations")) == 2
    said = [json.loads(line) for line in (lists.settings.home / "audit.jsonl").read_text().splitlines()]
    assert [(one["action"], one["details"]["rows"]) for one in said if "tasks" in one["details"]["export"]] == [
        ("exported", 2),
        ("tasks_written_again", 2),
    ]
    assert set(said[0]["details"]["files"]) == {"S1/G1.html", "tasks-S1-2026-03-11.xlsx"}
    with connect(lists.settings) as warehouse:
        assert withdraw(lists.settings, warehouse, first.folder.name, "wrong words", MORNING) == (2, 0)
    assert lists.export(tmp_path / "agency", channels=("call",))["call"].out == 1


def test_what_was_exported_to_an_agency_is_no_members_task(tmp_path):
    lists = Lists(tmp_path / "home", task("c1"), task("c2", message_channel="call"))
    lists.export(tmp_path / "agency", channels=("call",))
    assert lists.write(tmp_path / "out").kept_in == {"already_out": 1}


def test_the_cell_of_the_result_offers_the_words_that_load_and_no_cell_is_a_formula(tmp_path):
    payload = "=cmd|'/C calc'!A0"
    lists = Lists(tmp_path / "home", task("c3", why=payload, talking_point_1="+1+1", do_not_say="@A1"))
    done = lists.write(tmp_path / "out")
    sheet = openpyxl.load_workbook(done.folder / "tasks-S1-2026-03-11.xlsx").active
    (choice,) = sheet.data_validations.dataValidation
    assert choice.formula1 == '"' + ",".join(word for word, _ in TASK_SHEET_WORDS) + '"'
    assert len(choice.formula1) <= 255
    assert str(choice.sqref) == "M2" and sheet["M1"].value == "结果"
    assert {cell.data_type for one in sheet.iter_rows() for cell in one if cell.value is not None} == {"s"}
    (found,) = sheet_of(done)
    assert found["为什么"] == "'" + payload
    page = (done.folder / "S1" / "G1.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page


def test_names_and_ids_cannot_break_out_of_the_page(tmp_path):
    lists = Lists(tmp_path / "home", task("c4", why="</p><script>alert(1)</script>", staff_id="</script><b>"))
    done = lists.write(tmp_path / "out")
    (page,) = (done.folder / "S1").glob("*.html")
    text = page.read_text(encoding="utf-8")
    assert text.count("<script>") == text.count("</script>") == 1
    assert "<b></b>" not in text and "&lt;script&gt;alert(1)" in text


def test_the_words_of_the_cell_are_those_of_the_seed_and_cover_every_status(tmp_path):
    with connect(World(tmp_path / "home").settings) as warehouse:
        shown = labels(warehouse)
    assert {code: word for word, code in TASK_SHEET_WORDS} == {
        code: shown.zh("task_status", code) for code in TASK_STATUSES
    }


def test_a_home_without_room_for_a_list_hands_nothing_out(tmp_path, monkeypatch):
    lists = Lists(tmp_path / "home", task("c1"))

    def full(*_, **__):
        raise OSError(28, "No space left on device", "x.xlsx")

    monkeypatch.setattr("orchestration.sending.tasks.lists.write_sheet", full)
    with pytest.raises(RuntimeError, match="No space left on device; nothing was handed out"):
        lists.write(tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []
    assert activations.exports(lists.settings) == []


def test_the_day_is_that_of_the_list_and_reads_as_the_sheet_has_it(tmp_path):
    lists = Lists(tmp_path / "home", task("c1"))
    (found,) = sheet_of(lists.write(tmp_path / "out", now=dt.datetime(2026, 3, 11, 3, 30)))
    assert dt.date.fromisoformat(found["日期"]) == DATE + dt.timedelta(days=1)

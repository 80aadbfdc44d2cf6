"""Files as people really have them, after public bug reports; every row is written here."""

import datetime as dt
import gzip
import io
import json

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from orchestration.channels.engine import files, landing
from orchestration.channels.engine.accepted_files import accept_file
from orchestration.channels.engine.unread_refusals import listed_unread
from tests.unit.channels.door import NOON, Door

ORDERS = "source,order_id,customer_id,ordered_at,status,amount_yuan\n"
LATER = NOON + dt.timedelta(days=1)


def order(number, amount="10.00", at="2026-05-02 10:00:00", status="finished", customer="C1"):
    return f"shop,{number},{customer},{at},{status},{amount}\n"


@pytest.fixture
def door(tmp_path):
    """An empty home; its channel is ``standard``."""
    return Door(tmp_path / "home", "standard")


def orders(door, *columns):
    return door.rows("standard__orders", *(columns or ("order_id", "amount_yuan")))


def reasons(door):
    return [(line, column, reason) for _, line, column, reason in door.quarantine()]


# Optional values, and what their emptiness would say


def test_a_member_with_an_odd_birthday_keeps_her_phone_and_what_became_empty_is_counted(door):
    header = "source,customer_id,mobile,gender,birth_date,points,registered_at\n"
    door.land(
        "customers",
        "members.csv",
        header
        + "shop,1,13812345601,其他,05-12,1200分,2026-03-01\n"
        + "shop,2,13812345602,先生/女士,1990-00-00,1.2万,2026-03-01\n"
        + "shop,3,13812345603,女,1990-05-12,30,2026-03-01\n",
    )
    door.ingest()
    assert door.rows("standard__customers", "customer_id", "gender", "birth_date", "points") == [
        ("1", None, None, None),
        ("2", None, None, None),
        ("3", "female", "1990-05-12", "30"),
    ]
    assert door.query("select count(mobile), count(registered_at) from channels.standard__customers") == [(3, 3)]
    warnings = json.loads(door.ledger()["members.csv"]["warnings"])
    assert warnings["emptied_not_in_vocabulary gender"] == 2
    assert warnings["emptied_not_a_time birth_date"] == 2
    assert warnings["emptied_not_a_number points"] == 2
    assert reasons(door) == []


@pytest.mark.parametrize(
    ("dataset", "header", "row", "column"),
    [
        ("orders", ORDERS.strip() + ",currency", order(1).strip() + ",HKD", "currency"),
        ("orders", ORDERS.strip() + ",paid_yuan", order(1).strip() + ",九元", "paid_yuan"),
        ("orders", ORDERS.strip() + ",updated_at", order(1).strip() + ",昨天", "updated_at"),
        ("customers", "source,customer_id,is_test", "shop,1,也许", "is_test"),
        (
            "coupons",
            "source,coupon_id,customer_id,offer_id,issued_at,expires_at",
            "shop,1,C1,O1,2026-05-01,月底",
            "expires_at",
        ),
        (
            "identifiers",
            "source,customer_id,id_type,id_value,observed_at,unbound_at",
            "shop,1,mobile,13812345601,2026-05-01,去年",
            "unbound_at",
        ),
    ],
)
def test_where_an_empty_value_would_claim_something_the_record_is_set_aside(door, dataset, header, row, column):
    door.land(dataset, "a.csv", f"{header}\n{row}\n")
    assert door.ingest().loaded == 0
    assert [(line, name) for line, name, _ in reasons(door)] == [(2, column)]


def test_nothing_of_a_record_that_may_be_a_refusal_is_emptied(door):
    header = "id_type,id_value,message_channel,reason,changed_at,revoked_at\n"
    door.land("suppressions", "stop.csv", header + "mobile,13812345601,,opt_out,2026-05-01,不知道\n")
    door.land(
        "consents",
        "consents.csv",
        "source,customer_id,purpose,message_channel,granted,changed_at\nshop,1,marketing,短信,true,2026-05-01\n",
    )
    assert door.ingest().loaded == 0
    assert reasons(door) == [(2, "message_channel", "not_in_vocabulary"), (2, "revoked_at", "not_a_time")]


# Headers


def test_the_header_is_looked_for_and_what_stands_above_it_is_said(door):
    door.land(
        "orders",
        "bill.csv",
        "------交易账单明细列表------,,,,,\n起始时间:[2026-05-01] 终止时间:[2026-05-31],,,,,\n共3笔记录,,,,,\n"
        + ORDERS
        + 'shop,`420001,`V1,"2026-05-05 10:00:00\t",finished,¥45.00\n'
        + 'shop,`420002,`V2,2026-05-06 10:00:00,finished,"¥1,234.50"\n'
        + "合计,,,,,¥1279.50\n",
    )
    door.ingest()
    assert orders(door) == [("420001", "45.00"), ("420002", "1234.50")]
    found = door.ledger()["bill.csv"]
    assert (found["physical_records"], found["skipped"]) == (6, 4)
    warnings = json.loads(found["warnings"])
    assert (warnings["skipped preamble"], warnings["announced_rows 3, found"]) == (3, 2)


def test_a_hint_for_a_spreadsheet_is_no_header(door):
    door.land("orders", "a.csv", "sep=,\n" + ORDERS + order(1))
    assert (door.ingest().loaded, reasons(door)) == (1, [])


def test_the_sheet_with_the_header_is_found_behind_a_cover(door):
    book = openpyxl.Workbook()
    book.active.append(["导出说明", "请勿修改"])
    sheet = book.create_sheet("订单")
    sheet.append(["店铺：静安店"])
    sheet.append(ORDERS.strip().split(","))
    sheet.append(order(1).strip().split(","))
    content = io.BytesIO()
    book.save(content)
    door.land("orders", "a.xlsx", content.getvalue())
    door.ingest()
    assert orders(door, "order_id", "_line") == [("1", 3)]


def test_a_title_that_says_that_people_refuse_is_open_until_somebody_looks(door):
    door.land("customers", "a.csv", "退订客户名单,\nsource,customer_id\nshop,1\n")
    door.ingest()
    assert reasons(door) == [(1, "退订客户名单", "undeclared_refusal")]


def test_only_a_column_that_is_read_must_not_stand_twice(door):
    door.land("orders", "a.csv", ORDERS.strip() + ",商品名,单价,商品名,单价\n" + order(1).strip() + ",杯,10,盘,20\n")
    door.land("orders", "b.csv", ORDERS.strip() + ",amount_yuan\n" + order(2).strip() + ",28.00\n")
    door.ingest()
    assert orders(door) == [("1", "10.00")]
    assert reasons(door) == [(None, "amount_yuan", "duplicated_header")]


def test_every_column_that_is_missing_is_named(door):
    door.land("orders", "a.csv", "order_id,amount_yuan,status\n1,10,paid\n")
    door.ingest()
    assert reasons(door) == [(None, "source, ordered_at", "missing_column")]


# Ids, amounts, times


def test_an_id_that_a_double_cannot_hold_never_was_one(door):
    door.land("orders", "a.csv", ORDERS + order("3912000000000030021.0") + order("3912000000000030208.0"))
    door.ingest()
    assert orders(door, "order_id") == [("3912000000000030021",)]
    assert reasons(door) == [(3, "order_id", "lossy_digits")]


def test_a_typeset_minus_is_a_minus(door):
    header = "source,entry_id,customer_id,points,occurred_at\n"
    door.land(
        "points_ledger",
        "a.csv",
        header + "shop,1,C1,\u221210,2026-05-02\nshop,2,C1,(5),2026-05-02\nshop,3,C1,'-40,2026-05-02\n",
    )
    door.land("orders", "b.csv", ORDERS + order("N1", "\u221220.00"))
    door.ingest()
    assert door.rows("standard__points_ledger", "entry_id", "points") == [("1", "-10"), ("3", "-40")]
    assert reasons(door) == [(3, "points", "not_a_number"), (2, "amount_yuan", "below_minimum")]


@pytest.mark.parametrize(
    "written",
    [
        "2026-05-02 23:30:00 GMT+8",
        "2026-05-02 23:30:00 UTC+08:00",
        "Sat May 02 2026 23:30:00 GMT+0800 (中国标准时间)",
        "2026-05-02T23:30:00+08:00[Asia/Shanghai]",
        "2026-05-02 10:30:00 GMT-5",
    ],
)
def test_a_zone_is_read_however_it_is_written(door, written):
    door.land("orders", "a.csv", ORDERS + order(1, at=f'"{written}"'))
    door.ingest()
    assert orders(door, "ordered_at") == [("2026-05-02 15:30:00",)]


@pytest.mark.parametrize("written", ["2026-05-02T23:30:00[America/New_York]", "2026-05-02 23:30:00 CST"])
def test_a_zone_that_may_be_two_is_not_guessed(door, written):
    door.land("orders", "a.csv", ORDERS + order(1, at=written))
    door.ingest()
    assert reasons(door) == [(2, "ordered_at", "not_a_time")]


def test_a_day_number_is_read_by_the_calendar_of_its_workbook(door):
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.active.append(ORDERS.strip().split(","))
    for number, at in enumerate([dt.datetime(2026, 5, 2, 10, 30), 44682.4375, "2026-05-02 10:30:00", "44682.4375"]):
        book.active.append(["shop", f"D{number}", "C1", at, "finished", 10])
    content = io.BytesIO()
    book.save(content)
    door.land("orders", "mac.xlsx", content.getvalue())
    door.ingest()
    assert set(orders(door, "ordered_at")) == {("2026-05-02 02:30:00",)}


# Shapes of files


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.csv", "<table><tr><td>source</td></tr></table>", "html_page"),
        ("a.xls", "<html>", "old_workbook"),
        ("a.zip", "PK", "unknown_format"),
        ("a.csv", "PK\x03\x04", "not_text"),
    ],
)
def test_what_a_file_is_not_is_said_with_what_to_do(door, name, content, reason):
    door.land("orders", name, content)
    door.ingest()
    assert reasons(door) == [(None, None, reason)]


def test_the_owner_file_of_an_open_workbook_is_no_delivery(door):
    door.land("orders", "~$a.xlsx", "Lin")
    assert (door.ingest().files, door.ledger()) == (0, {})


def test_a_gzip_that_swells_beyond_belief_is_not_read_to_its_end(door, monkeypatch):
    monkeypatch.setattr(files, "LARGEST_UNPACKED", 1 << 20)
    door.land("orders", "bomb.csv.gz", gzip.compress(b"0" * (24 << 20)))
    door.land("orders", "good.csv", ORDERS + order(1))
    assert door.ingest().loaded == 1
    assert reasons(door) == [(None, None, "gzip_bomb")]


def test_a_footer_that_counts_rows_is_held_against_them(door):
    door.land("orders", "a.csv", ORDERS + order(1) + "共 5 条\n")
    door.land("orders", "b.csv", ORDERS + order(2) + order(3) + "(2 rows)\n")
    door.ingest()
    assert json.loads(door.ledger()["a.csv"]["warnings"])["announced_rows 5, found"] == 1
    assert "announced" not in door.ledger()["b.csv"]["warnings"]
    assert reasons(door) == []


# JSON


def test_what_a_puller_stores_of_a_platform_says_what_it_is(tmp_path):
    door = Door(tmp_path / "home", "wecom")
    contact = {
        "external_contact": {"external_userid": "wm1"},
        "follow_info": {"userid": "g1", "createtime": 1767225600},
    }
    page = {"errcode": 0, "errmsg": "ok", "external_contact_list": [contact], "next_cursor": "x"}
    single = {"errcode": 0, "external_contact": contact["external_contact"], "follow_user": [contact["follow_info"]]}
    failed = {"errcode": 45009, "errmsg": "api freq out of limit"}
    envelope = {"_account": "corp", "_fetched_at": "2026-05-31T00:00:00Z"}
    lines = [json.dumps(envelope | {"payload": payload}) for payload in (contact, page, single, failed)]
    door.land("contacts", "mixed.jsonl", "\n".join(lines) + "\n")
    door.land("contacts", "page.jsonl", lines[1] + "\n")
    door.ingest()
    assert door.rows("wecom__contacts", "external_userid") == [("wm1",)]
    assert reasons(door) == [
        (2, "external_contact_list", "api_answer"),
        (3, "follow_user", "api_answer"),
        (4, "errcode", "api_error"),
        (None, "external_contact_list", "api_answer"),
    ]


def test_an_array_in_a_line_is_told_from_broken_json(tmp_path):
    door = Door(tmp_path / "home", "sms")
    pushed = {"phone_number": "13812345601", "send_time": "20260520100000", "success": "false", "biz_id": "1"}
    door.land("receipts", "pushes.jsonl", json.dumps([pushed]) + "\n{\n")
    door.land("receipts", "array.json", json.dumps([pushed]))
    assert door.ingest().loaded == 1
    assert [(line, reason) for line, _, reason in reasons(door)] == [(1, "array_in_line"), (2, "bad_json")]


def test_a_call_is_read_whatever_the_case_of_its_words_and_an_unknown_word_is_counted(tmp_path):
    door = Door(tmp_path / "home", "call_centre")
    call = {"ContactId": "1", "ContactType": "Inbound", "CallingNumber": "13812345601", "StartTime": 1767225600000}
    door.land(
        "cdr", "a.jsonl", json.dumps(call) + "\n" + json.dumps(call | {"ContactId": "2", "ContactType": "MONITOR"})
    )
    door.ingest()
    assert door.rows("call_centre__cdr", "contact_id", "contact_type") == [("1", "INBOUND"), ("2", "MONITOR")]
    assert json.loads(door.ledger()["a.jsonl"]["warnings"]) == {"other_word contact_type": 1}


# Deliveries


def test_a_file_refused_for_its_name_loads_when_it_is_renamed_as_the_remedy_says(door):
    path = door.land("orders", "export.txt", ORDERS + order(1))
    stray = door.settings.landing / "nobody" / "orders" / "jd.csv"
    stray.parent.mkdir(parents=True)
    stray.write_text(ORDERS + order(2), encoding="utf-8")
    door.ingest()
    assert {reason for _, _, reason in reasons(door)} == {"unknown_format", "unknown_folder"}
    path.rename(path.with_suffix(".csv"))
    stray.rename(path.with_name("jd.csv"))
    door.ingest(LATER)
    assert orders(door, "order_id") == [("1",), ("2",)]
    assert (set(door.ledger()), reasons(door)) == ({"export.csv", "jd.csv"}, [])
    door.settings.warehouse.unlink()
    door.ingest(LATER)
    assert orders(door, "order_id") == [("1",), ("2",)], "a warehouse made anew from raw/ knows both"


def test_a_list_of_refusals_that_was_refused_for_its_name_closes_the_audience_until_it_is_renamed(door):
    header = "id_type,id_value,message_channel,reason,changed_at\n"
    path = door.land("suppressions", "stop.txt", header + "mobile,13812345601,,opt_out,2026-05-01\n")
    door.ingest()
    assert [row["reason"] for row in listed_unread(door.settings)] == ["unknown_format"]
    path.rename(path.with_suffix(".csv"))
    door.ingest(LATER)
    assert listed_unread(door.settings) == []
    assert door.query("select count(*) from channels.standard__suppressions") == [(1,)]


def test_where_a_name_says_what_it_said_before_the_last_time_there_are_three_states(door):
    for day, amount in enumerate(("10.00", "12.00", "10.00", "10.00")):
        door.land("orders", "all.csv", ORDERS + order(1, amount))
        door.land("orders", "copy.csv", ORDERS + order(1, "10.00"))
        door.ingest(NOON + dt.timedelta(days=day))
    sql = "select amount_yuan, _landed_at from channels.standard__orders order by _landed_at"
    days = [NOON, NOON + dt.timedelta(days=1), NOON + dt.timedelta(days=2)]
    assert door.query(sql) == list(zip(("10.00", "12.00", "10.00"), days, strict=True))
    door.settings.warehouse.unlink()
    door.ingest(LATER)
    assert [amount for amount, _ in door.query(sql)] == ["10.00", "12.00", "10.00"]


def test_one_order_with_two_amounts_is_said(door):
    door.land("orders", "a.csv", ORDERS + order(1, "10.00") + order(1, "12.00") + order(2) + order(2))
    door.ingest()
    assert json.loads(door.ledger()["a.csv"]["warnings"])["same_key_other_content"] == 1


def test_a_file_in_the_wrong_folder_is_told_where_it_belongs(door):
    tmall = door.settings.landing / "tmall" / "trades" / "a.csv"
    for path in (tmall, door.settings.landing / "shop" / "things" / "b.csv"):
        path.parent.mkdir(parents=True)
    tmall.write_text("订单编号,总金额,订单状态,订单创建时间,买家实际支付金额,退款金额\n", encoding="utf-8")
    (door.settings.landing / "shop" / "things" / "b.csv").write_text(ORDERS + order(1), encoding="utf-8")
    door.ingest()
    other = Door(door.home, "tmall")
    other.ingest()
    remedies = dict(door.query("select file_name, remedy from channels.quarantine"))
    assert remedies["a.csv"].endswith("It looks like qianniu/orders: put it into landing/qianniu/orders/.")
    assert remedies["shop/things/b.csv"].endswith(
        "It looks like standard/orders: put it into landing/standard/orders/."
    )


def test_a_file_that_is_refused_twice_under_two_names_says_why_for_each(door):
    door.land("orders", "a.zip", b"PK\x03\x04 a zip")
    door.land("orders", "a.csv", b"PK\x03\x04 a zip")
    door.ingest()
    assert {(name, found["reason"]) for name, found in door.ledger().items()} == {
        ("a.zip", "unknown_format"),
        ("a.csv", "not_text"),
    }


def test_what_a_clock_that_was_wrong_set_aside_is_read_when_it_is_right_again(door):
    header = "source,customer_id,birth_date\n"
    door.land("orders", "a.csv", ORDERS + order(1) + order(2, at="2024-05-02 10:00:00"))
    door.land("customers", "b.csv", header + "shop,1,2025-01-01\n")
    door.ingest(NOON - dt.timedelta(days=730))
    assert (orders(door, "order_id"), reasons(door)) == ([("2",)], [(2, "ordered_at", "future_time")])
    assert door.rows("standard__customers", "birth_date") == [(None,)]
    done = door.ingest()
    assert (orders(door, "order_id"), reasons(door), done.files) == ([("1",), ("2",)], [], 2)
    assert door.rows("standard__customers", "birth_date") == [("2025-01-01",)]
    assert door.ingest(LATER).files == 0


def test_a_file_that_vanishes_or_changes_while_it_is_copied_waits_for_the_next_run(door, monkeypatch):
    gone = door.land("orders", "gone.csv", ORDERS + order(1))
    grown = door.land("orders", "grown.csv", ORDERS + order(2))
    copy = landing._copy

    def meddled(source, target):
        if source == gone:
            gone.unlink()
        copy(source, target)
        if source == grown:
            grown.write_text(ORDERS + order(2) + order(3), encoding="utf-8")

    monkeypatch.setattr(landing, "_copy", meddled)
    door.land("orders", "whole.csv", ORDERS + order(4))
    done = door.ingest()
    assert (done.waiting, orders(door, "order_id")) == (2, [("4",)])
    monkeypatch.undo()
    assert (door.ingest(LATER).loaded, orders(door, "order_id")) == (2, [("2",), ("3",), ("4",)])


# Units


def month(day: int, fold: float = 1, source: str = "shop", rows: int = 30) -> str:
    lines = (
        f"{source},{source}-{day}-{number},C{number},2026-05-{day:02d} 10:00:00,finished,{(20 + number) * fold:.2f}\n"
        for number in range(rows)
    )
    return ORDERS + "".join(lines)


def test_a_file_in_fen_after_weeks_in_yuan_is_set_aside_alone_until_somebody_accepts_it(door):
    door.land("orders", "01.csv", month(1))
    door.land("orders", "02-fen.csv", month(2, 100))
    door.land("orders", "03-few.csv", month(3, 100, rows=29))
    door.land("orders", "04-another-shop.csv", month(4, 100, source="furniture"))
    door.land("orders", "05-dear.csv", month(5, 19))
    door.ingest()
    assert reasons(door) == [(None, "amount_yuan", "another_unit")]
    ledger = door.ledger()
    assert {name for name, found in ledger.items() if found["status"] == "quarantined"} == {"02-fen.csv"}
    assert door.query("select distinct _file_id from channels.standard__orders where order_id like 'shop-2-%'") == []
    accept_file(
        door.settings, ledger["02-fen.csv"]["file_id"], "standard/orders/02-fen.csv", "a sale of cars", "Lin", LATER
    )
    door.ingest(LATER)
    assert (reasons(door), door.ledger()["02-fen.csv"]["loaded"]) == ([], 30)


def test_money_of_long_ago_says_nothing_about_todays_unit(door):
    door.land("orders", "01.csv", month(1).replace("2026-05-01", "2026-03-01"))
    door.land("orders", "02.csv", month(2, 100))
    door.ingest()
    assert reasons(door) == []

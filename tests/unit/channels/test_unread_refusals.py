"""A refusal that cannot be read closes the audience until it is delivered again or a person accepts it."""

import datetime as dt
import json

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.channels.engine.refusal_words import says_refusal
from orchestration.channels.engine.unread_refusals import NotAccepted, accept, kept_at, listed_unread
from orchestration.seed_rows import SEEDS, read_seed
from orchestration.status_and_explain import refusals
from tests.unit.channels.door import NOON, Door

NEXT_DAY = NOON + dt.timedelta(days=1)
LISTED = "id_type,id_value,message_channel,reason,changed_at\n"
GOOD = "mobile,13812345671,sms,opt_out,2026-05-01 10:00:00\n"
SECOND = "mobile,13812345672,,complaint,2026-05-02 10:00:00\n"
#: The channel in Chinese, and a reason that nobody declared.
BAD = "mobile,13812345673,短信频道,opt_out,2026-05-03 10:00:00\n"
MENDED = "mobile,13812345673,sms,opt_out,2026-05-03 10:00:00\n"
#: One customer of one shop, as lists of different systems write it.
SPELLED = [
    ("shop", "C1"),
    ("  shop ", " C1\t"),
    ("\uff53\uff48\uff4f\uff50", "\uff23\uff11"),
    ("\u3000shop\u200b", '="C1 "'),
]
CONSENTS = "source,customer_id,message_channel,purpose,granted,changed_at\n"
MESSAGES = "source,message_id,message_channel,sent_at,unsubscribed_at\n"


@pytest.fixture
def door(tmp_path):
    return Door(tmp_path / "home", "standard")


def open_lines(door) -> list[tuple]:
    """Return (data set, file, line) of what is open."""
    return door.query(
        "select dataset, file_name, line from channels.unread_refusals where accepted_at is null order by all"
    )


def test_a_refusal_that_cannot_be_read_is_open_with_its_place_and_remedy(door):
    door.land("suppressions", "stop.csv", LISTED + GOOD + BAD)
    door.ingest()
    (row,) = listed_unread(door.settings)
    assert (row["dataset"], row["file_name"], row["line"]) == ("suppressions", "stop.csv", 3)
    assert (row["column_name"], row["reason"], row["accepted_by"]) == ("message_channel", "not_in_vocabulary", None)
    assert "sms" in row["remedy"]


def test_a_refusal_has_its_scope_and_id_without_blanks_and_full_width(door):
    header = "id_type,id_scope,id_value,reason,changed_at\n"
    rows = [f"customer_id,{scope},{value},opt_out,2026-05-01 10:00:00\n" for scope, value in SPELLED]
    door.land("suppressions", "stop.csv", header + "".join(rows))
    door.ingest()
    assert set(door.rows("standard__suppressions", "id_scope", "id_value")) == {("shop", "C1")}


def test_a_list_of_refusals_that_is_set_aside_whole_is_open(door):
    door.land("suppressions", "stop.csv", "number,why\n13812345673,no\n")
    door.ingest()
    assert open_lines(door) == [("suppressions", "stop.csv", None)]


def test_a_consent_that_was_given_refuses_nothing_and_one_taken_back_or_unclear_may(door):
    rows = [
        "shop,C1,sms,marketing,true,soon\n",
        "shop,C2,sms,marketing,false,soon\n",
        "shop,C3,sms,marketing,退订,2026-05-01 10:00:00\n",
    ]
    door.land("consents", "consents.csv", CONSENTS + "".join(rows))
    door.ingest()
    assert len(door.quarantine()) == 3
    assert open_lines(door) == [("consents", "consents.csv", 3), ("consents", "consents.csv", 4)]


def test_a_consent_for_one_channel_under_a_header_nobody_declared_is_none_for_all(door):
    rows = "shop,C1,sms,marketing,true,2026-05-01 10:00:00\n"
    door.land("consents", "renamed.csv", CONSENTS.replace("message_channel", "channel") + rows)
    door.ingest()
    assert door.quarantine() == [("renamed.csv", None, "message_channel", "missing_column")]
    assert door.rows("standard__consents", "customer_id") == []
    for_all = "source,customer_id,purpose,granted,changed_at\nshop,C2,marketing,true,2026-05-01 10:00:00\n"
    door.land("consents", "for_all.csv", for_all)
    door.ingest(NEXT_DAY)
    assert door.rows("standard__consents", "customer_id", "message_channel") == [("C2", None)]


def test_a_message_nobody_unsubscribed_from_refuses_nothing(door):
    rows = [
        "shop,M1,sms,2026-05-01 10:00:00,\n",
        "shop,M2,sms,then,\n",
        "shop,M3,sms,then,2026-05-01 11:00:00\n",
        "shop,M4,sms,2026-05-01 10:00:00,later\n",
    ]
    door.land("messages", "messages.csv", MESSAGES + "".join(rows))
    door.ingest()
    assert [line for _, line, _, _ in door.quarantine()] == [3, 4, 5]
    assert open_lines(door) == [("messages", "messages.csv", 4), ("messages", "messages.csv", 5)]


@pytest.mark.parametrize(
    "status", ["unsubscribed", "已退订", "Opted Out", "ＵＮＳＵＢＳＣＲＩＢＥＤ", "do-not-contact"]
)
def test_a_bad_message_row_whose_status_says_so_may_be_a_refusal_without_a_time(door, status):
    header = "source,message_id,message_channel,sent_at,status,unsubscribed_at\n"
    rows = f"shop,M1,sms,then,{status},\nshop,M2,sms,then,delivered,\nshop,M3,sms,then,,\n"
    door.land("messages", "messages.csv", header + rows)
    door.ingest()
    assert [line for _, line, _, _ in door.quarantine()] == [2, 3, 4]
    assert open_lines(door) == [("messages", "messages.csv", 2)]
    door.land("messages", "again.csv", header + "shop,M1,sms,2026-05-01 10:00:00,delivered,\n")
    door.ingest(NEXT_DAY)
    assert open_lines(door) == [("messages", "messages.csv", 2)]
    door.land("messages", "mended.csv", header + f"shop,M1,sms,2026-05-01 10:00:00,{status},\n")
    door.ingest(NEXT_DAY + dt.timedelta(days=1))
    assert open_lines(door) == []


def test_a_json_consent_that_does_not_say_its_channel_is_none_and_a_refusal_without_one_is_for_all(door):
    said = {"source": "shop", "purpose": "marketing", "changed_at": "2026-05-01 10:00:00"}
    records = [
        {**said, "customer_id": "C1", "granted": True},
        {**said, "customer_id": "C2", "granted": False},
        {**said, "customer_id": "C3", "granted": True, "message_channel": None},
        {**said, "customer_id": "C4", "granted": True, "Message-Channel": ""},
        {**said, "customer_id": "C5", "granted": True, "message_channel": "sms"},
        {**said, "customer_id": "C6", "granted": True, "channel": "sms"},
        {**said, "customer_id": "C7", "granted": "perhaps"},
    ]
    door.land("consents", "consents.jsonl", "\n".join(json.dumps(record) for record in records))
    door.ingest()
    assert door.rows("standard__consents", "customer_id", "granted", "message_channel") == [
        ("C2", "false", None), ("C3", "true", None), ("C4", "true", None), ("C5", "true", "sms"),
    ]  # fmt: skip
    assert [(line, column, reason) for _, line, column, reason in door.quarantine()] == [
        (1, "message_channel", "not_narrowed"), (6, "message_channel", "not_narrowed"),
        (7, "granted", "not_a_boolean"),
    ]  # fmt: skip
    assert open_lines(door) == [("consents", "consents.jsonl", 7)]


def test_a_task_reported_with_any_word_of_refusal_is_one_and_an_unknown_word_is_set_aside(door):
    words = ["refused", "拒绝", "拒绝联系", "不要再打", "do not call", "Do-Not-Contact", "退订", "下周再说"]
    rows = [f"T{place},s1,{word},2026-05-01 10:00:00\n" for place, word in enumerate(words)]
    rows += ["T8,s1,不要再打,soon\n", "T9,s1,booked,soon\n"]
    door.land("task_results", "results.csv", "task_id,staff_id,status,changed_at\n" + "".join(rows))
    door.ingest()
    read = ["refused"] * 2 + ["do_not_contact"] * 5
    assert [status for _, status in door.rows("standard__task_results", "task_id", "status")] == read
    assert [(line, reason) for _, line, _, reason in door.quarantine()] == [
        (9, "not_in_vocabulary"), (10, "not_a_time"), (11, "not_a_time"),
    ]  # fmt: skip
    assert open_lines(door) == [("task_results", "results.csv", 10)]


def test_the_number_of_a_message_is_read_with_the_words_round_it_and_two_numbers_name_nobody(door):
    told = [
        "13812345671",
        "手机:13812345671",
        "tel:+86 138-1234-5671",
        "13812345671(微信同号)",
        "13812345671/13812345672",
    ]
    rows = [f'gate,M{n},"{number}",sms,2026-05-01 10:00:00\n' for n, number in enumerate(told)]
    door.land("messages", "sent.csv", "source,message_id,recipient_token,message_channel,sent_at\n" + "".join(rows))
    door.ingest()
    first, *others, two = [token for _, token in door.rows("standard__messages", "message_id", "recipient_token")]
    assert others == [first] * 3
    assert two != first


def test_a_message_whose_status_or_failure_says_in_any_words_that_its_recipient_refuses_is_unsubscribed_from(door):
    told = [
        ("客户要求退订", ""), ("已进黑名单", ""), ("拒收", ""), ("User opted out", ""), ("failed", "号码在黑名单"),
        ("failed", "unsubscribed user"), ("delivered", ""), ("failed", "空号"), ("已回复", ""),
    ]  # fmt: skip
    rows = [f"shop,M{n},sms,2026-05-01 10:00:00,{status},{why}\n" for n, (status, why) in enumerate(told)]
    header = "source,message_id,message_channel,sent_at,status,failure_reason\n"
    door.land("messages", "sent.csv", header + "".join(rows))
    door.ingest()
    read = door.rows("standard__messages", "message_id", "status", "failure_reason")
    assert [row[1:] for row in read] == [
        ("unsubscribed", None), ("unsubscribed", None), ("unsubscribed", None), ("unsubscribed", None),
        ("failed", "unsubscribed"), ("failed", "unsubscribed"), ("delivered", None), ("failed", "空号"),
        ("已回复", None),
    ]  # fmt: skip


def test_who_blocks_the_official_account_or_has_the_number_on_a_blacklist_refuses_and_other_failures_do_not(tmp_path):
    told = ["failed:user block", "failed: user_blocked", "failed:system failed", "success"]
    followers = Door(tmp_path / "followers", "official_account")
    event = {"CreateTime": 1777600800, "MsgType": "event", "Event": "TEMPLATESENDJOBFINISH"}
    pushes = [{**event, "FromUserName": f"o{n}", "MsgID": str(n), "Status": status} for n, status in enumerate(told)]
    followers.land(
        "events", "pushed.jsonl", "".join(json.dumps({"_account": "a", "payload": push}) + "\n" for push in pushes)
    )
    followers.ingest()
    assert followers.rows("official_account__events", "openid", "status") == [
        ("o0", "unsubscribed"), ("o1", "unsubscribed"), ("o2", "failed:system failed"), ("o3", "success"),
    ]  # fmt: skip
    called = Door(tmp_path / "called", "call_centre")
    ended = ["被叫黑名单", "UserBlock", "NoAnswer"]
    call = {"ContactType": "OUTBOUND", "StartTime": 1777600800000}
    calls = [{**call, "ContactId": f"c{n}", "ReleaseReason": reason} for n, reason in enumerate(ended)]
    called.land("cdr", "calls.jsonl", "".join(json.dumps({"_account": "a", "payload": one}) + "\n" for one in calls))
    called.ingest()
    assert called.rows("call_centre__cdr", "contact_id", "release_reason") == [
        ("c0", "unsubscribed"), ("c1", "unsubscribed"), ("c2", "NoAnswer"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "header",
    [
        "退订时间",
        "unsubscribed_at",
        "opt_out",
        "Opt-Out?",
        "拒收",
        "取消关注时间",
        "是否免打扰",
        "ＯＰＴ＿ＯＵＴ",
        "refused_at",
    ],
)
def test_a_header_nobody_declared_that_says_refusal_is_open_and_the_records_are_read(door, header):
    rows = "source,customer_id,{}\nshop,C1,2026-05-01\n"
    door.land("customers", "customers.csv", rows.format(header))
    door.ingest()
    assert door.rows("standard__customers", "customer_id") == [("C1",)]
    (row,) = listed_unread(door.settings)
    assert (row["dataset"], row["file_name"], row["line"]) == ("customers", "customers.csv", 1)
    assert (row["column_name"], row["reason"]) == (header, "undeclared_refusal")
    assert "declare it" in row["remedy"]
    door.land("customers", "customers.csv", "source,customer_id\nshop,C1\n")
    door.ingest(NEXT_DAY)
    assert open_lines(door) == [("customers", "customers.csv", 1)]
    accept(door.settings, "standard/customers/customers.csv", [1], "the column is empty", "Wang Min", NEXT_DAY)
    door.ingest(NEXT_DAY)
    assert open_lines(door) == []


def test_a_header_that_is_declared_or_says_nothing_of_refusals_is_not_open(door):
    header = "source,message_id,message_channel,sent_at,unsubscribed_at,submitted_at,请勿修改,备注\n"
    door.land("messages", "messages.csv", header + "shop,M1,sms,2026-05-01 10:00:00,,,,\n")
    door.ingest()
    assert (door.quarantine(), open_lines(door)) == ([], [])


def test_a_header_that_says_refusal_is_open_in_every_form_and_where_the_file_is_set_aside(door, tmp_path):
    door.land("orders", "broken.csv", "number,退订时间\n1,2026-05-01\n")
    record = {"source": "shop", "customer_id": "C1", "more": [{"deep": {"optOut": True}}]}
    door.land(
        "customers", "flat.jsonl", json.dumps({"source": "shop", "customer_id": "C2"}) + "\n" + json.dumps(record)
    )
    door.land("customers", "enveloped.json", json.dumps([{"_account": "a", "payload": record}]))
    pq.write_table(pa.table({"source": ["shop"], "customer_id": ["C3"], "拒收": [1]}), tmp_path / "table.parquet")
    door.land("customers", "table.parquet", (tmp_path / "table.parquet").read_bytes())
    book = openpyxl.Workbook()
    for row in (["source", "customer_id", "退订"], ["shop", "C4", "是"]):
        book.active.append(row)
    book.save(tmp_path / "book.xlsx")
    door.land("customers", "book.xlsx", (tmp_path / "book.xlsx").read_bytes())
    event = {"source": "shop", "event_id": "E1", "event_type": "view", "occurred_at": "2026-05-01 10:00:00"}
    door.land("events", "free.jsonl", json.dumps({**event, "properties": {"opt_out": "nobody reads what stands here"}}))
    door.ingest()
    assert open_lines(door) == [
        ("customers", "book.xlsx", 1), ("customers", "enveloped.json", 1), ("customers", "flat.jsonl", 2),
        ("customers", "table.parquet", 1), ("orders", "broken.csv", 1),
    ]  # fmt: skip


def test_the_words_of_refusal_of_the_seeds_are_words_of_refusal_at_the_doors():
    for name in ("message_statuses", "task_statuses"):
        rows = read_seed(SEEDS / f"{name}.csv").cells()
        said = [row["status"] for _, row in rows if row["is_refusal"] == "true"]
        assert said
        assert [word for word in said if not says_refusal(word)] == []
    replies = [
        row["example"] for _, row in read_seed(SEEDS / "reply_patterns.csv").cells() if row["reads"] == "refusal"
    ]
    # a word of a gateway is no status and no header
    replies = ["TD", "退订", "拒收", *(said for said in replies if said not in ("回TD", "STOP!"))]
    assert [word for word in replies if not says_refusal(word)] == []


def test_what_no_column_can_rule_out_may_be_a_refusal(door):
    door.land("consents", "consents.csv", CONSENTS + "shop,C1,sms,marketing,true,2026-05-01 10:00:00,too,many\n")
    door.ingest()
    assert open_lines(door) == [("consents", "consents.csv", 2)]


def test_an_order_that_cannot_be_read_is_nobodys_refusal(door):
    door.land("orders", "orders.csv", "source,order_id,ordered_at,status,amount_yuan\nshop,O1,soon,paid,9.90\n")
    door.ingest()
    assert len(door.quarantine()) == 1
    assert open_lines(door) == []


def test_the_file_delivered_again_with_the_row_mended_corrects_it(door):
    door.land("suppressions", "stop.csv", LISTED + GOOD + BAD)
    door.ingest()
    door.land("suppressions", "stop.csv", LISTED + GOOD + MENDED)
    door.ingest(NEXT_DAY)
    assert open_lines(door) == []


def test_the_whole_list_of_the_next_day_corrects_it_under_another_name(door):
    door.land("suppressions", "stop_0601.csv", LISTED + GOOD + BAD)
    door.ingest()
    door.land("suppressions", "stop_0602.csv", LISTED + SECOND + GOOD + MENDED)
    door.ingest(NEXT_DAY)
    assert open_lines(door) == []


@pytest.mark.parametrize(
    "later",
    [
        LISTED + GOOD,  # shorter than what it would correct
        LISTED + GOOD + SECOND,  # as long, about somebody else
        LISTED + GOOD + SECOND + MENDED.replace("673", "674"),  # longer, and still not about the person
        LISTED + GOOD + MENDED.replace("05-03", "05-04"),  # said on another day
        LISTED + GOOD + SECOND + BAD,  # as unreadable as before
    ],
)
@pytest.mark.parametrize("name", ["stop_0601.csv", "stop_0602.csv"])
def test_a_list_without_the_row_corrects_nothing_whatever_its_name(door, later, name):
    door.land("suppressions", "stop_0601.csv", LISTED + GOOD + BAD)
    door.ingest()
    door.land("suppressions", name, later)
    door.ingest(NEXT_DAY)
    assert ("suppressions", "stop_0601.csv", 3) in open_lines(door)


def test_a_single_bad_row_is_not_corrected_by_another_list_of_its_name(door):
    door.land("suppressions", "stop.csv", LISTED + BAD)
    door.ingest()
    door.land("suppressions", "stop.csv", LISTED + GOOD)
    door.ingest(NEXT_DAY)
    assert open_lines(door) == [("suppressions", "stop.csv", 2)]


def test_the_same_row_in_the_news_of_another_day_corrects_it(door):
    door.land("suppressions", "stop_0601.csv", LISTED + GOOD + BAD)
    door.ingest()
    door.land("suppressions", "stop_0602.csv", LISTED + SECOND + MENDED)
    door.ingest(NEXT_DAY)
    assert open_lines(door) == []


def test_a_row_that_does_not_say_whose_it_is_has_to_be_accepted(door):
    door.land("suppressions", "stop.csv", LISTED + GOOD + MENDED.replace("13812345673", "1381234567"))
    door.ingest()
    door.land("suppressions", "stop.csv", LISTED + GOOD + MENDED)
    door.ingest(NEXT_DAY)
    assert open_lines(door) == [("suppressions", "stop.csv", 3)]
    accept(door.settings, "standard/suppressions/stop.csv", [], "it was 13812345673", "Wang Min", NEXT_DAY)
    door.ingest(NEXT_DAY)
    assert open_lines(door) == []


def test_a_list_set_aside_whole_is_not_corrected_by_a_shorter_one_of_its_name(door):
    door.land("suppressions", "stop.csv", "number,why\n13812345673,no\n13812345674,no\n")
    door.ingest()
    door.land("suppressions", "stop.csv", LISTED + MENDED)
    door.ingest(NEXT_DAY)
    assert open_lines(door) == [("suppressions", "stop.csv", None)]
    door.land("suppressions", "stop.csv", LISTED + MENDED + SECOND)
    door.ingest(NEXT_DAY + dt.timedelta(days=1))
    assert open_lines(door) == []


def test_an_earlier_list_corrects_nothing(door):
    door.land("suppressions", "stop_0601.csv", LISTED + GOOD + SECOND)
    door.ingest()
    door.land("suppressions", "stop_0602.csv", LISTED + GOOD + BAD)
    door.ingest(NEXT_DAY)
    assert open_lines(door) == [("suppressions", "stop_0602.csv", 3)]


def test_a_file_of_which_nothing_was_read_is_corrected_under_its_own_name_alone(door):
    door.land("suppressions", "stop.csv", "number,why\n13812345673,no\n")
    door.ingest()
    door.land("suppressions", "other.csv", LISTED + GOOD)
    door.ingest(NEXT_DAY)
    assert open_lines(door) == [("suppressions", "stop.csv", None)]
    door.land("suppressions", "stop.csv", LISTED + MENDED)
    door.ingest(NEXT_DAY)
    assert open_lines(door) == []


def test_a_file_of_which_nothing_was_read_is_not_corrected_by_a_header_alone(door):
    door.land("suppressions", "stop.csv", "number,why\n13812345673,no\n")
    door.ingest()
    door.land("suppressions", "stop.csv", LISTED)
    door.ingest(NEXT_DAY)
    assert open_lines(door) == [("suppressions", "stop.csv", None)]


def test_what_came_under_another_name_first_corrects_once_it_comes_under_its_own(door):
    door.land("suppressions", "stop.csv", "number,why\n13812345673,no\n")
    door.ingest()
    door.land("suppressions", "mended.csv", LISTED + MENDED)
    door.ingest(NEXT_DAY)
    assert open_lines(door) == [("suppressions", "stop.csv", None)]
    door.land("suppressions", "stop.csv", LISTED + MENDED)
    door.ingest(NEXT_DAY + dt.timedelta(days=1))
    assert open_lines(door) == []


def test_an_empty_list_that_was_accepted_covers_no_later_one(door):
    door.land("suppressions", "monday.csv", "")
    door.ingest()
    accept(door.settings, "standard/suppressions/monday.csv", [], "nobody opted out, says the sender", "Wang Min", NOON)
    door.land("suppressions", "tuesday.csv", "")
    door.ingest(NEXT_DAY)
    assert open_lines(door) == [("suppressions", "tuesday.csv", None)]


def test_a_message_file_without_the_column_of_unsubscriptions_corrects_none(door):
    door.land(
        "messages", "m.csv", MESSAGES + "shop,M1,sms,2026-05-01 10:00:00,\nshop,M2,sms,2026-05-01 10:00:00,later\n"
    )
    door.ingest()
    header, rows = "source,message_id,message_channel,sent_at\n", "shop,{},sms,2026-05-01 10:00:00\n"
    door.land("messages", "m.csv", header + rows.format("M1") + rows.format("M2"))
    door.ingest(NEXT_DAY)
    assert open_lines(door) == [("messages", "m.csv", 3)]
    mended = "shop,M1,sms,2026-05-01 10:00:00,\nshop,M2,sms,2026-05-01 10:00:00,2026-05-02 10:00:00\n"
    door.land("messages", "m.csv", MESSAGES + mended)
    door.ingest(NEXT_DAY + dt.timedelta(days=1))
    assert open_lines(door) == []


def test_who_accepts_says_why_and_the_number_in_the_reason_stays_in_the_vault(door, capsys):
    door.land("suppressions", "stop.csv", LISTED + GOOD + BAD + BAD.replace("13812345673", "1381234567"))
    door.ingest()
    assert refusals(door.settings) == 1
    place = "standard/suppressions/stop.csv"
    assert accept(door.settings, place, [3], "13812345673 was asked by phone", "Wang Min", NEXT_DAY) == 1
    door.ingest(NEXT_DAY)
    assert open_lines(door) == [("suppressions", "stop.csv", 4)]
    said = door.query("select accepted_by, accepted_at from channels.unread_refusals where line = 3")
    assert said == [("Wang Min", NEXT_DAY)]
    assert "13812345673" not in kept_at(door.settings).read_text(encoding="utf-8")
    assert kept_at(door.settings).stat().st_mode & 0o777 == 0o600
    assert accept(door.settings, place, [], "the sender withdrew the row", None, NEXT_DAY) == 1
    assert refusals(door.settings) == 0
    assert "accepted by Wang Min" in capsys.readouterr().out


def test_what_was_accepted_of_one_file_is_not_accepted_of_another(door):
    door.land("suppressions", "stop.csv", LISTED + GOOD + BAD)
    door.ingest()
    accept(door.settings, "standard/suppressions/stop.csv", [], "asked the sender", "Wang Min", NOON)
    door.land("suppressions", "stop.csv", LISTED + SECOND + BAD)
    door.ingest(NEXT_DAY)
    assert open_lines(door) == [("suppressions", "stop.csv", 3)]


@pytest.mark.parametrize(
    ("place", "lines", "why", "words"),
    [
        ("standard/suppressions/stop.csv", [], " ", "--reason"),
        ("standard/suppressions/stopp.csv", [], "typo", "open are: standard/suppressions/stop.csv"),
        ("standard/suppressions/stop.csv", [2], "a good line", "line 2 of"),
    ],
)
def test_accepting_without_a_reason_or_what_is_not_open_is_refused(door, place, lines, why, words):
    door.land("suppressions", "stop.csv", LISTED + GOOD + BAD)
    door.ingest()
    with pytest.raises(NotAccepted, match=words):
        accept(door.settings, place, lines, why, None, NOON)
    assert not kept_at(door.settings).exists()


def test_a_home_of_an_earlier_release_whose_quarantine_said_nothing_of_refusals_stays_closed(door):
    door.land("suppressions", "stop.csv", LISTED + GOOD + BAD)
    door.ingest()
    with duckdb.connect(str(door.settings.warehouse)) as warehouse:
        warehouse.execute("drop table channels.unread_refusals")
        warehouse.execute("alter table channels.quarantine drop column may_refuse")
    door.ingest(NEXT_DAY)
    assert open_lines(door) == [("suppressions", "stop.csv", 3)]


def test_a_torn_line_in_the_file_of_acceptances_is_named_and_accepts_nothing(door):
    door.land("suppressions", "stop.csv", LISTED + GOOD + BAD)
    door.ingest()
    accept(door.settings, "standard/suppressions/stop.csv", [], "asked the sender", "Wang Min", NOON)
    kept = kept_at(door.settings)
    kept.write_text(kept.read_text(encoding="utf-8")[:-9], encoding="utf-8")
    with pytest.raises(ValueError, match=r"accepted\.jsonl, line 1"):
        door.ingest(NEXT_DAY)
    with pytest.raises(json.JSONDecodeError):
        json.loads(kept.read_text(encoding="utf-8"))

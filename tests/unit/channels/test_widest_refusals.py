"""A refusal that cannot be read counts at its widest for whom it names; one that names nobody closes the lists."""

import datetime as dt
import json

import duckdb
import pytest

from orchestration.channels.engine import registry
from orchestration.channels.engine.unread_refusals import accept, closes, listed_unread
from orchestration.home_facts import facts
from orchestration.rekey.steps import Rekey
from orchestration.status_and_explain import refusals
from tests.unit.channels.door import NOON, Door

NEXT_DAY = NOON + dt.timedelta(days=1)
DAY_AFTER = NEXT_DAY + dt.timedelta(days=1)
#: Which data sets can carry somebody's refusal, and by what; every data set of the channels that come with siyu stands
#: here or below. One of a channel of your own says it itself: may_refuse, or cannot_refuse with the reason.
MAY_REFUSE = {
    "call_centre/cdr": "how a call ended: a blacklist, a word of refusal",
    "official_account/events": "an unfollowing, a message that failed because the account is blocked",
    "sms/receipts": "the gateway's code for a blacklisted or unsubscribed number",
    "sms/replies": "any answer may be TD",
    "sms/tencent_replies": "any answer may be TD",
    "sms/tencent_statuses": "what the gateway says of a number that unsubscribed",
    "standard/consents": "every word that is no yes",
    "standard/events": "an unfollowing, and any kind of event that says refusal",
    "standard/messages": "a time of unsubscribing, a status or a reason of failure",
    "standard/receipts": "a status",
    "standard/suppressions": "every row",
    "standard/task_results": "what was reported of the task",
    "standard/task_sheets": "what was reported of the task",
}
CANNOT = {
    "app/events": "behaviour and profiles; the names of events are the brand's own, and none refuses",
    "crm/members": "what a member is; a header that says refusal closes by itself",
    "crm/merges": "which numbers are one member",
    "mini_program/aftersales": "money and goods",
    "mini_program/orders": "money and goods",
    "mini_program/users": "who registered",
    "official_account/users": "who follows as of the pull: the next pull tells it again",
    "pos/members": "what a member is",
    "pos/tickets": "money and goods",
    "standard/appointments": "a visit that is cancelled refuses no message",
    "standard/campaigns": "nobody's",
    "standard/channel_costs": "nobody's",
    "standard/coupons": "a coupon that is not used refuses no message",
    "standard/customers": "what a member is; a header that says refusal closes by itself",
    "standard/entitlements": "what somebody owns",
    "standard/experiment_assignments": "who was drawn",
    "standard/follows": "who deletes a member of staff is no friend of theirs: it refuses nothing else",
    "standard/group_memberships": "who leaves a group refuses no message of their own",
    "standard/groups": "nobody's",
    "standard/identifiers": "which ids are one record's",
    "standard/leads": "where a lead stands",
    "standard/member_merges": "which numbers are one member",
    "standard/message_subscriptions": "what was allowed; without a row nothing is",
    "standard/offers": "nobody's",
    "standard/order_lines": "money and goods",
    "standard/orders": "money and goods",
    "standard/points_ledger": "points",
    "standard/products": "nobody's",
    "standard/refunds": "money and goods",
    "standard/staff": "the brand's own",
    "standard/stores": "nobody's",
    "tmall/members": "what a member is",
    "tmall/refunds": "money and goods",
    "tmall/trades": "money and goods",
    "wecom/contact_changes": "as standard/follows",
    "wecom/contacts": "who is a friend as of the pull",
    "wecom/groups": "as standard/group_memberships",
    "wecom/messages": "how many messages a day",
    "wecom/send_results": "codes of the platform: sent, no friend, over its cap",
    "wecom/staff": "the brand's own",
    "wecom/staff_pulled": "the brand's own",
    "wecom/tag_groups": "the brand's own",
}
STOP = "id_type,id_scope,id_value,message_channel,reason,changed_at\n"
AGREE = "source,customer_id,message_channel,purpose,granted,changed_at\n"
SENT = "source,message_id,customer_id,recipient_token,message_channel,sent_at,status,failure_reason,unsubscribed_at\n"
TASK = "task_id,staff_id,status,changed_at\n"
DONE = "source,event_id,customer_id,event_type,occurred_at\n"
AT = "2026-05-01 10:00:00"
PHONE = "13812345671"
#: A broken record with an id that can be read, and what it refuses at its widest; TOKEN is the number's.
NAMING = [
    ("suppressions", f"{STOP}mobile,,{PHONE},sms,opt_out,soon\n", [("messages", "mobile", "", "TOKEN", "sms")]),
    ("suppressions", f"{STOP}mobile,,{PHONE},短信频道,opt_out,{AT}\n", [("messages", "mobile", "", "TOKEN", None)]),
    ("suppressions", f"{STOP}mobile,,{PHONE},sms,because,{AT}\n", [("messages", "mobile", "", "TOKEN", None)]),
    ("suppressions", f"{STOP}mobile,,{PHONE},sms,Test,2099-01-01\n", [("messages", "mobile", "", "TOKEN", None)]),
    ("suppressions", f"{STOP}mobile,,{PHONE},sms,complaint,soon\n", [("messages", "mobile", "", "TOKEN", None)]),
    ("suppressions", f"{STOP}wx_openid,wx1,o7,,opt_out,soon\n", [("messages", "wx_openid", "wx1", "o7", None)]),
    ("suppressions", f"{STOP}customer_id,,C1,,opt_out,\n", [("messages", "customer_id", "", "C1", None)]),
    ("consents", f"{AGREE}shop,C1,sms,marketing,perhaps,{AT}\n", [("messages", "customer_id", "shop", "C1", "sms")]),
    ("consents", f"{AGREE}shop,C1,,profiling,false,soon\n", [("profiling", "customer_id", "shop", "C1", None)]),
    (
        "consents",
        f"{AGREE}shop,C1,sms,营销,false,{AT}\n",
        [("messages", "customer_id", "shop", "C1", None), ("profiling", "customer_id", "shop", "C1", None)],
    ),
    ("messages", f"{SENT}shop,M1,C1,,sms,then,unsubscribed,,\n", [("messages", "customer_id", "shop", "C1", "sms")]),
    ("messages", f"{SENT}shop,M1,C1,,信,{AT},failed,黑名单,\n", [("messages", "customer_id", "shop", "C1", None)]),
    (
        "messages",
        f"{SENT}shop,M1,C1,{PHONE},sms,{AT},,,later\n",
        [("messages", "customer_id", "shop", "C1", "sms"), ("messages", "message_address", "", "TOKEN", "sms")],
    ),
    ("task_results", f"{TASK}T1,s1,不要再打,soon\n", [("messages", "task_id", "", "T1", None)]),
    ("events", f"{DONE}shop,E1,C1,unfollow,soon\n", [("messages", "customer_id", "shop", "C1", None)]),
    ("events", f"{DONE}shop,E1,C1,退订,{AT}\n", [("messages", "customer_id", "shop", "C1", None)]),
]  # fmt: skip
#: The same without an id that can be read.
NAMELESS = [
    ("suppressions", f"{STOP}mobile,,1381234567,sms,opt_out,{AT}\n"),
    ("suppressions", f"{STOP}phone,,{PHONE},sms,opt_out,{AT}\n"),
    ("consents", f"{AGREE}shop,,sms,marketing,false,{AT}\n"),
    ("consents", f"{AGREE}shop,C1,sms,marketing,true,{AT},a cell too many\n"),
    ("messages", f"{SENT}shop,M1,,,sms,then,unsubscribed,,\n"),
    ("task_results", f"{TASK},s1,refused,{AT}\n"),
    ("events", f"{DONE}shop,E1,,unfollow,soon\n"),
]
#: Broken, and refusing nothing.
HARMLESS = [
    ("consents", f"{AGREE}shop,C1,sms,marketing,true,soon\n"),
    ("messages", f"{SENT}shop,M1,C1,{PHONE},sms,then,delivered,busy,\n"),
    ("task_results", f"{TASK}T1,s1,booked,soon\n"),
    ("events", f"{DONE}shop,E1,C1,view,soon\n"),
    ("orders", "source,order_id,ordered_at,status,amount_yuan\nshop,O1,soon,paid,9.90\n"),
]


@pytest.fixture
def door(tmp_path):
    return Door(tmp_path / "home", "standard")


def widest(door) -> list[tuple]:
    """Return what stands refused at its widest."""
    listed = "refuses, id_type, id_scope, id_token, message_channel"
    return door.query(f"select {listed} from channels.widest_refusals where ended_at is null order by all")


def closing(door) -> int:
    """Return how many refusals keep everybody out."""
    return sum(map(closes, listed_unread(door.settings)))


def enveloped(*payloads: dict) -> str:
    """Return records as a platform sends them."""
    return "".join(json.dumps({"_account": "acc", "payload": payload}) + "\n" for payload in payloads)


def test_every_data_set_says_whether_it_can_carry_a_refusal():
    every = [(channel.name, dataset) for channel in registry.channels().values() for dataset in channel.datasets]
    silent = [f"{channel}/{each.name}" for channel, each in every if not (each.may_refuse or each.cannot_refuse)]
    unsaid = [place for place in silent if place not in CANNOT]
    assert unsaid == [], 'say in its declaration may_refuse=MayRefuse(…), or cannot_refuse="why no row of it refuses"'
    found = {f"{channel}/{dataset.name}": dataset.may_refuse for channel, dataset in every if channel in registry.FIRST}
    assert set(found) == set(MAY_REFUSE) | set(CANNOT)
    assert {name for name, where in found.items() if where} == set(MAY_REFUSE)
    assert [name for name, where in found.items() if where and not where.refusers] == []


@pytest.mark.parametrize(("dataset", "content", "refused"), NAMING)
def test_a_broken_refusal_with_an_id_counts_at_its_widest_and_closes_nothing(door, dataset, content, refused):
    door.land(dataset, "file.csv", content)
    door.ingest()
    token = {row[3] for row in widest(door) if str(row[3]).startswith("k1:")}
    assert len(token) <= 1
    assert widest(door) == sorted(
        tuple(next(iter(token)) if part == "TOKEN" else part for part in row) for row in refused
    )
    assert (len(listed_unread(door.settings)), closing(door)) == (1, 0)
    assert PHONE not in str(door.query("from channels.widest_refusals")) + str(door.query("from channels.quarantine"))


@pytest.mark.parametrize(("dataset", "content"), NAMELESS)
def test_a_broken_refusal_that_names_nobody_closes(door, dataset, content):
    door.land(dataset, "file.csv", content)
    door.ingest()
    assert (widest(door), closing(door)) == ([], 1)


@pytest.mark.parametrize(("dataset", "content"), HARMLESS)
def test_a_broken_row_that_refuses_nothing_neither_counts_nor_closes(door, dataset, content):
    door.land(dataset, "file.csv", content)
    door.ingest()
    assert len(door.quarantine()) == 1
    assert (widest(door), listed_unread(door.settings)) == ([], [])


def test_a_broken_event_of_the_official_account_refuses_by_its_openid_or_closes(tmp_path):
    door = Door(tmp_path / "home", "official_account")
    push = {"FromUserName": "o1", "CreateTime": "soon", "MsgType": "event", "Event": "unsubscribe"}
    failed = {"Event": "TEMPLATESENDJOBFINISH", "MsgID": "7", "Status": "failed:user block"}
    menu = {"Event": "CLICK", "EventKey": "menu"}
    door.land("events", "pushed.jsonl", enveloped(push, push | {"FromUserName": "o2"} | failed, push | menu))
    door.ingest()
    assert len(door.quarantine()) == 3
    assert widest(door) == [
        ("messages", "wx_openid", "acc", "o1", "official_account"),
        ("messages", "wx_openid", "acc", "o2", "official_account"),
    ]
    assert closing(door) == 0
    door.land("events", "nobody.jsonl", enveloped(push | {"FromUserName": ""}))
    door.land("events", "torn.jsonl", '{"_account": "acc", "payload": {"FromUserName": "o9", "Event": "unsub')
    door.ingest(NEXT_DAY)
    assert closing(door) == 2
    assert [row["file_name"] for row in listed_unread(door.settings) if closes(row)] == ["nobody.jsonl", "torn.jsonl"]


def test_a_broken_call_refuses_by_the_numbers_that_can_be_read_or_closes(tmp_path):
    door = Door(tmp_path / "home", "call_centre")
    call = {"ContactId": "c1", "ContactType": "OUTBOUND", "CalledNumber": PHONE, "ReleaseReason": "被叫黑名单"}
    call |= {"CallingNumber": "13912345678", "StartTime": "then"}
    nobody = call | {"ContactId": "c2", "CalledNumber": "13812*****"}
    taken = call | {"ContactId": "c3", "ReleaseReason": "NoAnswer"}
    door.land("cdr", "calls.jsonl", enveloped(call, nobody, taken))
    door.ingest()
    assert len(door.quarantine()) == 3
    ((refuses, id_type, scope, token, channel),) = widest(door)
    assert (refuses, id_type, scope, token[:3], channel) == ("messages", "mobile", "", "k1:", "call")
    assert closing(door) == 1
    either = call | {"ContactId": "c4", "ContactType": ""}
    door.land("cdr", "of_either_kind.jsonl", enveloped(either))
    door.ingest(NEXT_DAY)
    assert len({row[3] for row in widest(door)}) == 2


def test_a_broken_receipt_or_reply_by_sms_refuses_by_its_number_or_closes(tmp_path):
    door = Door(tmp_path / "home", "sms")
    receipt = {"phone_number": PHONE, "send_time": AT, "success": "perhaps", "err_code": "黑名单", "biz_id": "b1"}
    delivered = receipt | {"biz_id": "b2", "err_code": "DELIVERED"}
    nobody = receipt | {"biz_id": "b3", "phone_number": ""}
    door.land("receipts", "told.jsonl", enveloped(receipt, delivered, nobody))
    reply = {"phone_number": "13812345672", "content": "TD", "send_time": "then", "sequence_id": "1"}
    door.land("replies", "said.jsonl", enveloped(reply, reply | {"phone_number": "", "content": "谢谢"}))
    door.ingest()
    assert [row[:3] + row[4:] for row in widest(door)] == [("messages", "mobile", "", "sms")] * 2
    assert sorted((row["dataset"], row["line"]) for row in listed_unread(door.settings) if closes(row)) == [
        ("receipts", 3), ("replies", 2),
    ]  # fmt: skip


def test_the_widest_reading_ends_when_the_row_is_delivered_again_and_when_somebody_accepts_it(door):
    rows = [f"mobile,,{PHONE},sms,opt_out,soon\n", "mobile,,13812345672,sms,opt_out,soon\n"]
    door.land("suppressions", "stop.csv", STOP + "".join(rows))
    door.ingest()
    assert len(widest(door)) == 2
    door.land("suppressions", "mended.csv", f"{STOP}mobile,,{PHONE},sms,opt_out,{AT}\n")
    door.ingest(NEXT_DAY)
    assert len(widest(door)) == 1
    assert accept(door.settings, "standard/suppressions/stop.csv", [3], "not theirs", "Wang Min", DAY_AFTER) == 1
    door.ingest(DAY_AFTER)
    ended = door.query("select line, landed_at, ended_at from channels.widest_refusals order by line")
    assert ended == [(2, NOON, NEXT_DAY), (3, NOON, DAY_AFTER)]


def test_what_counts_for_somebody_is_told_and_asks_for_nothing_to_be_open(door, capsys):
    door.land("suppressions", "stop.csv", f"{STOP}mobile,,{PHONE},sms,opt_out,soon\n")
    door.ingest()
    assert refusals(door.settings) == 0
    said = capsys.readouterr().out
    assert "COUNTS      standard/suppressions/stop.csv, line 2, changed_at: not_a_time." in said
    assert "WITHHELD" not in said
    assert facts(door.settings, NOON)["withheld"] == 0


def test_what_an_earlier_release_could_not_read_keeps_everybody_out_until_the_next_run():
    assert closes({"accepted_by": None})
    assert not closes({"accepted_by": "Wang Min"})


def test_a_home_of_an_earlier_release_reads_again_what_may_be_a_refusal(tmp_path):
    door = Door(tmp_path / "home", "official_account")
    push = {"FromUserName": "o1", "CreateTime": "soon", "MsgType": "event", "Event": "unsubscribe"}
    door.land("events", "pushed.jsonl", enveloped(push))
    door.ingest()
    with duckdb.connect(str(door.settings.warehouse)) as warehouse:
        warehouse.execute("alter table channels.quarantine drop column widest")
        warehouse.execute("update channels.quarantine set may_refuse = false")
        warehouse.execute("update channels.ledger set rule_version = 'of the release before'")
    door.ingest(NEXT_DAY)
    assert widest(door) == [("messages", "wx_openid", "acc", "o1", "official_account")]


def test_a_refusal_that_a_later_file_corrected_stays_corrected_after_a_change_of_keys(door):
    door.land("suppressions", "stop.csv", f"{STOP}mobile,,{PHONE},sms,opt_out,soon\n")
    door.ingest()
    door.land("suppressions", "mended.csv", f"{STOP}mobile,,{PHONE},sms,opt_out,{AT}\n")
    door.ingest(NEXT_DAY)
    ended = "select id_token, ended_at from channels.widest_refusals"
    ((old, corrected_at),) = door.query(ended)
    assert corrected_at == NEXT_DAY
    Rekey(door.settings).run(lambda step: None)
    door.ingest(DAY_AFTER)
    ((new, at),) = door.query(ended)
    assert (old[:3], new[:3], at) == ("k1:", "k2:", NEXT_DAY)

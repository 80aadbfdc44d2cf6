"""What left the house comes back on every channel it can leave by, and counts once in all that counts contacts."""

import datetime as dt
import json

import duckdb
import pyarrow as pa
import pytest

from orchestration.channels.engine.vocabularies import MESSAGE_CHANNELS
from orchestration.sending import activations
from orchestration.settings import Settings
from tests.builders import Brand, phone, siyu
from tests.journey.conftest import TODAY, YESTERDAY, copied

PLANNED, NIGHT = YESTERDAY, TODAY
#: 9:00 of the day after the plan, in Shanghai, and an hour later.
EXPORTED, SENT = dt.datetime(2026, 3, 9, 1), "2026-03-09 10:00:00"
EPOCH = 1773021600
#: Of every channel one recipient each, by what came back.
KINDS = ("delivered", "failed", "nothing", "taken_back", "by_id")


def token(channel: str, kind: str) -> str:
    """Return the token of a recipient of the export."""
    return "r1:" + f"{MESSAGE_CHANNELS.index(channel)}{KINDS.index(kind)}".ljust(64, "c")


@pytest.fixture(scope="module")
def home(first_morning, tmp_path_factory):
    """A small brand whose list of the 8th was exported on all channels, and the night after what came back."""
    place = copied(first_morning, tmp_path_factory.mktemp("loop") / "home")
    (place / "demo.json").unlink()  # from here on it lives when it really is
    brand = Brand(place)
    with duckdb.connect(str(place / "warehouse.duckdb"), read_only=True) as warehouse:
        # Whoever was not written to by the brand itself: a customer each, with the token of their number.
        people = warehouse.execute(
            "select customer_id, one_id, id_token from people.record_owners "
            "inner join people.identifier_owners using (one_id) where source = 'shop' and id_type = 'mobile' order by 1"
        ).fetchall()
    rows = []
    for channel in MESSAGE_CHANNELS:
        for kind in KINDS:
            _, one_id, mobile = people[len(rows)]
            row = dict.fromkeys(activations.ACTIVATIONS.names)
            row |= {"export_id": "e1", "list_name": "audience", "as_of_date": PLANNED, "one_id": one_id}
            row |= {"message_channel": channel, "audience_id": "aud", "policy_id": "recall", "staff_id": "G1"}
            row |= {"campaign_id": f"first_order_ladder_1_{kind}", "recipient_token": token(channel, kind)}
            row |= {"published_token": "r1:" + f"{len(rows)}".ljust(64, "d"), "task_id": f"t-{channel}-{kind}"}
            is_number = channel in ("sms", "call")
            row |= {"id_type": "mobile" if is_number else "wx_openid", "id_scope": ""}
            row |= {"id_token": mobile if is_number else f"id-{channel}-{kind}", "recipient": "gate"}
            row |= {"exported_at": EXPORTED, "expires_at": EXPORTED + dt.timedelta(days=3)}
            rows.append(row)
            if kind == "by_id" and channel in ("mini_program", "app_push", "email", "wecom_group"):
                came = {"source": "own", "message_id": f"m-{channel}", "customer_id": "", "status": "sent"}
                brand.add(
                    "messages", came | {"recipient_token": row["id_token"], "message_channel": channel, "sent_at": SENT}
                )
    settings = Settings(home=place)
    activations.keep(settings, "e1", pa.Table.from_pylist(rows, activations.ACTIVATIONS), place / "out" / "e1")
    back = [
        {"export_id": "e1", "recipient_token": token(channel, "taken_back"), "reason": "stop"}
        for channel in MESSAGE_CHANNELS
    ]
    activations.withdraw(settings, back, EXPORTED + dt.timedelta(minutes=30))
    for channel in ("mini_program", "app_push", "email", "wecom_group"):
        for kind in ("delivered", "failed"):
            brand.add("receipts", {"recipient_token": token(channel, kind), "status": kind, "sent_at": SENT})
    brand.add(
        "task_results", {"task_id": "t-wecom-nothing", "staff_id": "G1", "status": "failed_limit", "changed_at": SENT}
    )
    late = "2026-03-09 11:00:00"
    brand.add("receipts", {"recipient_token": token("app_push", "taken_back"), "status": "delivered", "sent_at": SENT})
    brand.add("receipts", {"recipient_token": token("mini_program", "delivered"), "status": "退订", "sent_at": late})
    brand.land("back.csv")
    numbers = {row["recipient_token"]: phone(int(people[at][0][1:])) for at, row in enumerate(rows)}
    _platforms_answer(place, numbers)
    outcome = siyu(place, "daily", NIGHT.isoformat())
    assert outcome.returncode == 0, outcome.stdout[-3000:] + outcome.stderr[-3000:]
    return place


def _platforms_answer(home, numbers) -> None:
    """Write what SMS gateway, WeCom, official account and call centre say, by token and by id."""
    sms, calls = {kind: token("sms", kind) for kind in KINDS}, {kind: token("call", kind) for kind in KINDS}
    receipts = [
        {"phone_number": numbers[mine], "send_time": SENT, "report_time": SENT, "success": kind != "failed"}
        | {"biz_id": f"b-{kind}", "out_id": "" if kind == "by_id" else f"aud|w1|||{mine}" if kind == "failed" else mine}
        for kind, mine in sms.items()
        if kind in ("delivered", "failed", "by_id")
    ]
    sent = [
        {"msgid": f"w-{kind}", "userid": "G2", "external_userid": f"id-wecom-{kind}", "send_time": EPOCH + 3600}
        | {"status": 3 if kind == "failed" else 1, "out_id": "" if kind == "by_id" else token("wecom", kind)}
        for kind in ("delivered", "failed", "by_id")
    ]
    pushes = [
        {"FromUserName": f"id-official_account-{kind}", "CreateTime": EPOCH + 3600, "MsgType": "event"}
        | {
            "Event": "TEMPLATESENDJOBFINISH",
            "MsgID": f"o-{kind}",
            "Status": "failed:user block" if kind == "failed" else "success",
        }
        | {"out_id": "" if kind == "by_id" else token("official_account", kind)}
        for kind in ("delivered", "failed", "by_id")
    ]
    cdr = [
        {
            "ContactId": f"c-{kind}",
            "ContactType": "OUTBOUND",
            "CalledNumber": numbers[mine],
            "StartTime": (EPOCH + 3600) * 1000,
        }
        | {"EstablishedTime": None if kind == "failed" else (EPOCH + 3610) * 1000, "TalkTime": 0, "AgentIds": "G2"}
        | {"out_id": "" if kind == "by_id" else mine}
        for kind, mine in calls.items()
        if kind in ("delivered", "failed", "by_id")
    ]
    for dataset, records in {
        "sms/receipts": receipts,
        "wecom/send_results": sent,
        "official_account/events": pushes,
        "call_centre/cdr": cdr,
    }.items():
        folder = home / "landing" / dataset
        folder.mkdir(parents=True)
        (folder / "back.jsonl").write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")


@pytest.fixture(scope="module")
def warehouse(home):
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        yield connection


def test_every_result_is_found_by_token_or_by_id(warehouse):
    found = dict(warehouse.execute("select recipient_token, matched_by from people.message_activations").fetchall())
    by_token = {token(channel, kind): "token" for channel in MESSAGE_CHANNELS for kind in ("delivered", "failed")}
    by_token[token("app_push", "taken_back")] = "token"
    assert found == by_token | {token(channel, "by_id"): "address" for channel in MESSAGE_CHANNELS}


def test_a_contact_counts_from_the_export_and_once(warehouse):
    counted = warehouse.execute(
        "select campaign_id, message_channel, is_message from people.contacts order by all"
    ).fetchall()
    expected = [
        (f"first_order_ladder_1_{kind}", channel, kind != "nothing")
        for kind in ("by_id", "delivered", "nothing")
        for channel in MESSAGE_CHANNELS
        # the platform's limit, as staff reported it, is no contact
        if (kind, channel) != ("nothing", "wecom")
    ]
    # taken back, and sent all the same
    expected.append(("first_order_ladder_1_taken_back", "app_push", True))
    assert counted == sorted(expected)


def test_caps_and_ladders_know_who_was_written_to(warehouse):
    sql = "select sum(contacts_1d), count(*) from recall.recall_contacts where as_of_date = ?"
    count = 3 * len(MESSAGE_CHANNELS)
    assert warehouse.execute(sql, [NIGHT]).fetchone() == (count, count)
    steps = "select count(*) from recall.recall_ladders where as_of_date = ? and first_order_step = 1"
    assert warehouse.execute(steps, [NIGHT]).fetchone() == (count,)


def test_a_result_of_another_member_than_the_plans_is_theirs(warehouse):
    sql = "select distinct staff_id from people.contacts where message_channel = 'wecom' and is_message"
    assert warehouse.execute(sql).fetchall() == [("G2",)]
    sent = "select staff_id, sent from published.staff_daily where as_of_date = ? and kpi_date = ? order by 1"
    # G2: two by WeCom and two calls. G1: what came back without naming a member is the plan's.
    assert warehouse.execute(sent, [NIGHT, NIGHT]).fetchall() == [("G1", 13), ("G2", 4)]


def test_wecoms_sent_is_delivered_unknown_and_counts_as_having_reached_somebody(warehouse):
    sql = "select delivered_at, reached_at is not null from people.message_states where source = 'wecom' and arrived"
    assert warehouse.execute(sql).fetchall() == [(None, True)] * 2
    touched = (
        "select count(*) from figures.attribution_touches where as_of_date = ? and channel = 'wecom' and touch_date = ?"
    )
    assert warehouse.execute(touched, [NIGHT, NIGHT]).fetchone() == (2,)


def test_who_refuses_under_a_token_gets_nothing_more_by_that_channel(warehouse):
    sql = """
        select distinct refused.kind, refused.message_channel
        from people.refusal_states as refused
        inner join people.activation_states as sent using (one_id)
        where sent.recipient_token = ?
    """
    refused = warehouse.execute(sql, [token("mini_program", "delivered")]).fetchall()
    assert refused == [("unsubscribing", "mini_program")]


def test_what_came_back_out_of_order_is_named(home, warehouse):
    flags = warehouse.execute("select flag, source, place, line from published.receipts_out_of_order").fetchall()
    assert flags == [("after_withdrawal", "receipts", "standard/receipts/back.csv", 10)]
    assert "receipts came back out of order (after_withdrawal 1)" in siyu(home, "status").stdout

"""What the platforms' files become at the door."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.unit.platforms.conftest import Lander

CHECKOUT = Path(__file__).resolve().parents[3]
FORMATS = (CHECKOUT / "docs" / "channel-formats.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"### `(\w+)/(\w+)`(?:(?!### ).)*?```json\n(.+?)\n```", FORMATS, flags=re.DOTALL)


def ticket(**changes: Any) -> dict[str, Any]:
    """Return one Pospal ticket in its envelope."""
    item = {"productUid": "88001", "sellPrice": 10, "quantity": 1, "totalAmount": 10}
    payload = {"sn": "1", "datetime": "2017-05-10 12:03:18", "storeId": "S1", "totalAmount": 10, "ticketType": "SELL"}
    return {"_account": "pospal", "payload": payload | {"invalid": 0, "items": [item], "payments": []} | changes}


@pytest.mark.parametrize(("channel", "dataset", "example"), EXAMPLES, ids=[f"{e[0]}/{e[1]}" for e in EXAMPLES])
def test_the_examples_of_the_documentation_land_whole(land: Lander, channel: str, dataset: str, example: str) -> None:
    landed = land(channel, dataset, example.encode())
    assert landed["quarantine"] == []
    assert [row["_line"] for row in landed[dataset]] == [1]


def test_the_documentation_has_an_example_of_each_kind_of_order_and_of_an_event() -> None:
    assert {(channel, dataset) for channel, dataset, _ in EXAMPLES} >= {
        ("pos", "tickets"), ("mini_program", "orders"), ("tmall", "trades"), ("app", "events"),
    }  # fmt: skip


def test_a_ticket_of_half_past_midnight_is_an_instant_of_the_day_before_in_utc(land: Lander) -> None:
    (row,) = land("pos", "tickets", [ticket(datetime="2017-05-11 00:30:00")])["tickets"]
    assert row["sold_at"] == "2017-05-10 16:30:00"


def test_a_walk_in_has_no_member_and_an_18_digit_member_keeps_every_digit(land: Lander) -> None:
    tickets = [ticket(sn="1"), ticket(sn="2", customerUid=0), ticket(sn="3", customerUid=700000000000000001)]
    landed = land("pos", "tickets", tickets)
    assert [row["customer_uid"] for row in landed["tickets"]] == [None, None, "700000000000000001"]


def test_a_voided_ticket_says_so(land: Lander) -> None:
    landed = land("pos", "tickets", [ticket(sn="1", invalid=1), ticket(sn="2", invalid=0)])
    assert [row["is_void"] for row in landed["tickets"]] == ["true", "false"]


def test_seconds_of_the_mini_program_and_milliseconds_of_the_call_centre_are_the_same_instant(land: Lander) -> None:
    user = {"openid": "o1", "register_time": 1494388998, "update_time": 1494388998}
    call = {"ContactId": "c1", "ContactType": "OUTBOUND", "CalledNumber": "13912345678", "StartTime": 1494388998000}
    (registered,) = land("mini_program", "users", [{"_account": "wx1", "payload": user}])["users"]
    (called,) = land("call_centre", "cdr", [{"_account": "ccc", "payload": call}])["cdr"]
    assert registered["registered_at"] == called["started_at"] == "2017-05-10 04:03:18"


def test_a_masked_phone_has_a_shape_and_no_value_and_the_same_number_has_one_token_everywhere(land: Lander) -> None:
    calls = [
        {"ContactId": "c1", "ContactType": "OUTBOUND", "CalledNumber": "1391234****", "StartTime": 1494388998000},
        {"ContactId": "c2", "ContactType": "OUTBOUND", "CalledNumber": "013912345678", "StartTime": 1494388998000},
        {"ContactId": "c3", "ContactType": "INBOUND", "CallingNumber": "8001", "StartTime": 1494388998000},
    ]
    members = "member_no,mobile\nM1,13912345678\n"
    landed = land("call_centre", "cdr", [{"_account": "ccc", "payload": call} for call in calls])
    masked, plain, extension = landed["cdr"]
    (member,) = land("crm", "members", members.encode(), "csv")["members"]
    assert (masked["called_number"], masked["called_number_shape"]) == (None, "masked")
    assert plain["called_number"] == member["mobile"]
    assert plain["called_number"].startswith("k1:")
    assert extension["calling_number_shape"] != "mobile"


def test_a_gb18030_export_with_chinese_headers_is_the_same_member_file(land: Lander) -> None:
    header = "会员号,手机,姓名,性别,生日,等级,积分,注册时间"
    export = f"{header}\nM1,13912345678,林小满,女,1990-02-03,金卡,1280,2017-01-02 08:00:00\n"
    (member,) = land("crm", "members", export.encode("gb18030"), "csv")["members"]
    assert (member["gender"], member["level"], member["point_count"]) == ("female", "金卡", "1280")
    assert (member["birth_date"], member["registered_at"]) == ("1990-02-03", "2017-01-02 00:00:00")
    assert member["name"] is not None
    assert "林小满" not in member["name"]


def test_a_receipt_file_is_one_array_and_a_reply_keeps_its_text_for_the_opt_out_words(land: Lander) -> None:
    receipts = [
        {"phone_number": "13912345678", "send_time": "2017-05-05 10:00:01", "success": True, "biz_id": "9^0"},
        {"phone_number": "13912345679", "send_time": "2017-05-05 10:00:01", "success": False, "biz_id": "9^1"},
    ]
    landed = land("sms", "receipts", json.dumps(receipts).encode(), "json")
    assert [row["is_delivered"] for row in landed["receipts"]] == ["true", "false"]
    reply = {"phone_number": "13912345678", "content": "TD", "send_time": "2017-05-05 11:00:00"}
    (row,) = land("sms", "replies", [{"_account": "aliyun", "payload": reply}])["replies"]
    assert row["content"] == "TD"


def test_remark_mobiles_are_rows_of_their_own_with_their_shape(land: Lander) -> None:
    contact = {
        "external_contact": {"external_userid": "w1", "name": "林小满", "type": 1, "gender": 2},
        "follow_info": {"userid": "g1", "createtime": 1494388998, "remark_mobiles": ["13912345678", "无"]},
    }
    envelope = {"_account": "corp", "_fetched_at": "2017-05-10T18:00:00Z", "payload": contact}
    landed = land("wecom", "contacts", [envelope])
    assert [row["gender"] for row in landed["contacts"]] == ["female"]
    assert [row["remark_mobile_shape"] for row in landed["contact_mobiles"]] == ["mobile", None]


def test_an_order_without_one_of_its_items_is_refused_whole(land: Lander) -> None:
    broken = ticket(sn="1", items=[{"sellPrice": 10, "quantity": 1, "totalAmount": 10}])
    landed = land("pos", "tickets", [broken, ticket(sn="2")])
    assert [row["sn"] for row in landed["tickets"]] == ["2"]
    assert [(row["line"], row["column_name"]) for row in landed["quarantine"]] == [(1, "items.product_uid")]

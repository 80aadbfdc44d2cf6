"""Each gateway's file, read back by a parser of its format, holds what the platform asks for."""

import csv
import json

import openpyxl
import pytest
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.sending.gateways import GATEWAYS
from orchestration.sending.gateways.lists import write_coupons
from orchestration.sending.gateways.wechat import MASS_MOST, WECOM_MOST, write_official_account, write_wecom
from tests.unit.sending.world import World, row

PLAN = {
    "template_id": "t1",
    "staff_id": "G1",
    "store_id": "S1",
    "id_scope": "gzh",
    "why": "好久没来",
    "variables": None,
    "after": "2026-03-11 10:00:00",
    "before": "2026-03-11 20:00:00",
    "task_id": None,
    "subject": "广告 四域：来看看",
    "title": "四域",
    "fields": {},
    "offer_id": None,
}


def plan(number, **told):
    return {**PLAN, "address": f"a{number}", "words": "好久不见", "out_id": f"r1:{number}", **told}


def bodies(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def cells(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, strict=True))


@pytest.mark.parametrize(("channel", "address"), [("sms", "mobile"), ("app_push", "device_id"), ("email", "email")])
def test_a_list_names_address_words_both_times_and_what_to_send_back(channel, address, tmp_path):
    (path,) = GATEWAYS[channel].write([plan(1, words="【四域】来看看\n拒收请回复R")], tmp_path)
    (row,) = cells(path)
    assert path.name == f"{channel}.csv"
    assert row | {"segments": ""} == {
        **({"subject": "广告 四域：来看看"} if channel == "email" else {}),
        **({"title": "四域"} if channel == "app_push" else {}),
        address: "a1",
        "content": "【四域】来看看\n拒收请回复R",
        "segments": "",
        "send_after": "2026-03-11 10:00:00",
        "send_before": "2026-03-11 20:00:00",
        "out_id": "r1:1",
        "template_id": "t1",
        "offer_id": "",
    }


def test_what_has_no_time_of_its_own_stands_in_a_file_for_each_window_of_the_day(tmp_path):
    noon = {"after": "2026-03-11 12:00:00", "before": "2026-03-11 13:00:00"}
    evening = {"after": "2026-03-11 20:00:00", "before": "2026-03-11 21:00:00"}
    rows = [plan(1, **noon), plan(2, **evening), plan(3, **noon), plan(4, **evening)]
    files = GATEWAYS["official_account"].write(rows, tmp_path)
    assert {path.name: [body["touser"] for body in bodies(path)] for path in files} == {
        "official_account_1200-1300.jsonl": [["a1", "a3"]],
        "official_account_2000-2100.jsonl": [["a2", "a4"]],
    }


def test_whoever_is_promised_an_offer_stands_on_the_list_of_coupons_to_give_out_first(tmp_path):
    promised = plan(1, offer_id="recall_85", variables='{"offer_words": "85折券", "valid_days": "7"}')
    (path,) = write_coupons([promised, plan(2)], tmp_path)
    assert cells(path) == [
        {"address": "a1", "offer_id": "recall_85", "offer": "85折券", "valid_days": "7", "out_id": "r1:1"}
    ]
    assert write_coupons([plan(2)], tmp_path) == []


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t=", "\uff1d", "\u200b="])
def test_a_name_that_a_spreadsheet_would_run_is_a_text_in_every_cell_of_every_file(begin, tmp_path):
    hostile = f'{begin}HYPERLINK("http://x.example","林女士")'
    names = ("address", "words", "template_id", "staff_id", "store_id", "why", "task_id", "offer_id", "out_id")
    row = plan(
        1, **dict.fromkeys(names, hostile), variables=json.dumps({"offer_words": hostile, "valid_days": hostile})
    )
    files = [
        file
        for channel in ("sms", "app_push", "email", "call")
        for file in [*GATEWAYS[channel].write([row], tmp_path), *write_coupons([row], tmp_path)]
    ]
    assert {file.name for file in files} == {"sms.csv", "app_push.csv", "email.csv", "calls.xlsx", "coupons.csv"}
    for file in files:
        if file.suffix == ".xlsx":
            every = [value for line in openpyxl.load_workbook(file).active.iter_rows(min_row=2) for value in line]
            assert {value.data_type for value in every} == {"s"}
            texts = [value.value for value in every]
        else:
            texts = [value for line in cells(file) for value in line.values()]
        run = [text for text in texts if "HYPERLINK" in text]
        assert run
        assert [text for text in run if not text.startswith("'")] == []


def test_a_long_message_says_how_many_are_billed(tmp_path):
    (path,) = GATEWAYS["sms"].write([plan(1, words="字" * 71), plan(2)], tmp_path)
    assert [row["segments"] for row in cells(path)] == ["2", "1"]


def test_calls_stand_by_member_of_staff_and_by_when_they_end(tmp_path):
    late = plan(1, staff_id="G2", before="2026-03-11 18:00:00")
    rows = [late, plan(2, staff_id="G2", before="2026-03-11 11:30:00"), plan(3), plan(4, staff_id=None, task_id="t4")]
    (path,) = GATEWAYS["call"].write(rows, tmp_path)
    head, *read = openpyxl.load_workbook(path).active.iter_rows(values_only=True)
    assert head[2] == "电话 mobile"
    assert [row[2] for row in read] == ["a4", "a3", "a2", "a1"]
    assert (read[0][0], read[0][7], read[0][8]) == (None, "t4", "r1:4")


def test_a_wecom_task_is_of_one_member_and_one_text_and_the_member_confirms_it(tmp_path):
    rows = [plan(1), plan(2, staff_id="G2"), plan(3), plan(4, words="别的话")]
    (path,) = GATEWAYS["wecom"].write(rows, tmp_path)
    tasks = {(body["sender"], body["text"]["content"]): body for body in bodies(path)}
    assert {who: body["external_userid"] for who, body in tasks.items()} == {
        ("G1", "好久不见"): ["a1", "a3"],
        ("G2", "好久不见"): ["a2"],
        ("G1", "别的话"): ["a4"],
    }
    assert {(body["chat_type"], body["allow_select"]) for body in tasks.values()} == {("single", False)}


def test_nothing_goes_to_a_group_and_no_task_is_reminded_of(tmp_path):
    assert "wecom_group" not in GATEWAYS
    world = World(tmp_path / "home", row("p1", message_channel="wecom_group", staff_id="G1"), row("p2"))
    done = world.export(tmp_path / "out")
    assert {channel: receipt.out for channel, receipt in done.items()} == {"sms": 1}
    assert list((tmp_path / "out").rglob("*wecom*")) == []
    asked = ["export", "--channel", "wecom_group", "--recipient", "agency", "--out", str(tmp_path / "more")]
    assert "'wecom_group' is none of sms" in " ".join(CliRunner().invoke(app, asked).output.split())
    (path,) = GATEWAYS["wecom"].write([plan(1)], tmp_path)
    assert not {"chat_id_list", "remind"} & set(bodies(path)[0])


def test_a_wecom_task_names_at_most_ten_thousand(tmp_path):
    rows = [plan(number) for number in range(WECOM_MOST * 2 + 1)]
    (path,) = (write_wecom(rows, tmp_path),)[0]
    sizes = [len(body["external_userid"]) for body in bodies(path)]
    assert sum(sizes) == len(rows)
    assert max(sizes) <= WECOM_MOST
    assert max(sizes) - min(sizes) <= 1
    assert len({user for body in bodies(path) for user in body["external_userid"]}) == len(rows)


@pytest.mark.parametrize("count", [2, 3, MASS_MOST, MASS_MOST + 1])
def test_a_mass_message_goes_to_between_two_and_ten_thousand(count, tmp_path):
    (path,) = write_official_account([plan(number) for number in range(count)], tmp_path)
    sizes = [len(body["touser"]) for body in bodies(path)]
    assert (sum(sizes), min(sizes) >= GATEWAYS["official_account"].least, max(sizes) <= MASS_MOST) == (
        count,
        True,
        True,
    )


def test_a_mass_message_is_of_one_account_and_one_text_and_known_by_what_it_says_to_whom(tmp_path):
    rows = [
        plan(1),
        plan(2),
        plan(3, id_scope="another"),
        plan(4, id_scope="another"),
        plan(5, words="别"),
        plan(6, words="别"),
    ]
    (path,) = write_official_account(rows, tmp_path)
    read = bodies(path)
    assert sorted(body["touser"] for body in read) == [["a1", "a2"], ["a3", "a4"], ["a5", "a6"]]
    assert {body["msgtype"] for body in read} == {"text"}
    names = [body["clientmsgid"] for body in read]
    assert len(set(names)) == 3
    assert {len(name) for name in names} == {32}
    (again,) = write_official_account(rows, tmp_path)
    assert [body["clientmsgid"] for body in bodies(again)] == names


def test_a_subscription_message_fills_the_fields_of_the_platforms_template_for_one_person(tmp_path):
    fields = {"到期事项": "thing1", "温馨提示": "thing2"}
    said = "到期事项：会员权益；温馨提示：您的权益明天到期"
    rows = [plan(1, words=said, fields=fields), plan(2)]
    (path,) = GATEWAYS["mini_program"].write(rows, tmp_path)
    first, second = bodies(path)
    assert first["data"] == {"thing1": {"value": "会员权益"}, "thing2": {"value": "您的权益明天到期"}}
    told = (second["touser"], second["template_id"], second["data"])
    assert told == ("a2", "t1", {"thing1": {"value": "好久不见"}})


def test_what_to_do_is_said_in_both_languages_with_the_files_name(tmp_path):
    for channel, gateway in GATEWAYS.items():
        (path,) = gateway.write([plan(1), plan(2)], tmp_path)
        has_window = path.stem.endswith("_1000-2000")
        assert ("within the hours in" if has_window else path.name) in gateway.to_do_en, channel
        assert ("文件名里写的时段" if has_window else path.name) in gateway.to_do_zh, channel

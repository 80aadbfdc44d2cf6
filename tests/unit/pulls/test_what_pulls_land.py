"""What lands: once, with what was asked, readable by its channel; and what changed since the pull before."""

import dataclasses
import datetime as dt
import hashlib
import json
from collections import Counter

import duckdb
import pytest

from orchestration.channels.engine.ingest import ingest
from orchestration.pulls.calls import PullError
from orchestration.pulls.running import run_pull
from orchestration.pulls.window import in_shanghai
from orchestration.settings import Settings
from tests.unit.platforms.conftest import rows
from tests.unit.pulls.every_pull import BY_NAME, CASES, HOUR, MINUTE
from tests.unit.pulls.fake_shops import TaobaoPlatform, trade
from tests.unit.pulls.fake_wechat import CORP, WeComPlatform, contact
from tests.unit.pulls.pulling import ENVIRONMENT, NOON, counted


def _rows(pulling, channel):
    """Read a channel's landing as a night does; return its tables' rows by name, and its quarantine."""
    with duckdb.connect(str(pulling.home / "warehouse.duckdb")) as warehouse:
        done = ingest(Settings(home=pulling.home), warehouse, channel, NOON + HOUR, progress=lambda _: None)
        tables = {table: rows(warehouse, f'select * from channels."{table}"') for table in done.rows}
        return tables, rows(warehouse, "select * from channels.quarantine")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_a_pull_landed_loads_whole(pulling, case):
    platform = case.build("empty")
    pulling.serve(case.platform, platform)
    expected = case.expected(platform)
    pulling.pull(case.name, case.start)
    channel, dataset = case.place.split("/")
    tables, quarantine = _rows(pulling, channel)
    assert quarantine == []
    landed = tables[f"{channel}__{dataset}"]
    assert len(landed) == sum(expected.values())
    assert {row["_fetched_at"] for row in landed} == {NOON}
    assert {row["_account"] for row in landed} <= {CORP, "wx0fake", "shop_fake", "1400fake"}


def test_the_words_of_the_platforms_arrive_in_the_columns(pulling):
    for name in ("wecom_contacts", "wecom_tags", "sms_statuses", "sms_replies"):
        case = BY_NAME[name]
        platform = case.build("empty")
        pulling.serve(case.platform, platform)
        pulling.pull(name)
    wecom, _ = _rows(pulling, "wecom")
    assert {row["_account"] for row in wecom["wecom__contact_mobiles"]} == {CORP}
    assert {row["remark_mobile_shape"] for row in wecom["wecom__contact_mobiles"]} == {"mobile"}
    assert sorted(row["name"] for row in wecom["wecom__tags"]) == ["标0", "标0", "标0"]
    sms, _ = _rows(pulling, "sms")
    receipt = next(row for row in sms["sms__tencent_statuses"] if row["serial_no"] == "2640:0")
    assert (receipt["phone_shape"], receipt["report_status"], receipt["out_id"]) == ("mobile", "FAIL", "aud-1")
    assert receipt["received_at"] == "2026-03-01 02:00:00"
    assert Counter(row["content"] for row in sms["sms__tencent_replies"]) == {"TD": 325, "好的": 325}
    # One person under both: the number is written alike.
    phones = [{row["phone"] for row in sms[f"sms__tencent_{kind}"]} for kind in ("statuses", "replies")]
    assert phones[0] == phones[1]
    assert len(phones[0]) == 650


def test_a_line_says_what_was_asked_when_and_what_came(pulling):
    case = BY_NAME["tmall_trades"]
    pulling.serve("taobao", case.build(""))
    pulling.pull("tmall_trades", case.start, case.start + HOUR / 2)
    first, *_ = sorted(pulling.lines("tmall/trades"), key=lambda line: line["_page"])
    assert {key: first[key] for key in first if key not in ("payload", "_page_sha256", "_request")} == {
        "_channel": "tmall",
        "_account": "shop_fake",
        "_endpoint": "taobao.trades.sold.increment.get",
        "_window_start": "2026-03-02T01:00:00Z",
        "_window_end": "2026-03-02T01:30:00Z",
        "_page": 1,
        "_fetched_at": "2026-03-02T04:00:00Z",
    }
    assert (first["_request"]["start_modified"], first["_request"]["page_size"]) == ("2026-03-02 08:59:59", 50)
    assert len(first["_page_sha256"]) == len(hashlib.sha256().hexdigest())
    assert "receiver_mobile" not in first["_request"]["fields"]


@pytest.mark.parametrize(
    "case", [case for case in CASES if not case.name.startswith("sms")], ids=lambda case: case.name
)
def test_pulling_again_changes_no_file(pulling, at, case):
    pulling.serve(case.platform, case.build("empty"))
    pulling.pull(case.name, case.start)
    files = pulling.files()
    at(NOON + 10 * MINUTE)
    again = pulling.pull(case.name, case.start, NOON if case.start else None)
    assert (again.new_pages, pulling.files() == files) == (0, True)
    assert again.records == sum(pulling.payloads(case.place).values())


def test_a_hundred_small_pages_share_a_file_and_a_page_of_a_list_has_its_own(pulling):
    platform = WeComPlatform()
    platform.groups = {f"wr{n}": {**platform.groups["wr1"], "chat_id": f"wr{n}"} for n in range(230)}
    pulling.serve("wecom", platform)
    pulling.pull("wecom_groups")
    pulling.pull("wecom_contacts")
    landed = Counter(name.rpartition("/")[0] for name in pulling.files())
    assert landed == {"wecom/groups": 3, "wecom/contacts": 9}
    assert len(pulling.lines("wecom/groups")) == 230


def test_a_value_that_goes_a_b_a_lands_three_times(pulling, at):
    platform = WeComPlatform()
    pulling.serve("wecom", platform)
    name = platform.groups["wr1"]["name"]
    for hour, said in enumerate((name, "新群名", name)):
        at(NOON + hour * HOUR)
        platform.groups["wr1"]["name"] = said
        pulling.pull("wecom_groups")
    landed = [
        line["payload"]["group_chat"]["name"]
        for line in sorted(pulling.lines("wecom/groups"), key=lambda line: line["_fetched_at"])
        if line["payload"]["group_chat"]["chat_id"] == "wr1"
    ]
    assert landed == [name, "新群名", name]
    assert len(pulling.lines("wecom/groups")) == 9 + 2


def test_a_channel_that_waits_for_done_gets_its_done(pulling):
    pulling.serve("wecom", WeComPlatform())
    waiting = dataclasses.replace(pulling.settings, done_markers=("wecom",))
    run_pull(waiting, "wecom_tags", environment=ENVIRONMENT)
    (data,) = (pulling.home / "landing" / "wecom" / "tag_groups").glob("*.jsonl.gz")
    assert data.with_name(f"{data.name}.done").exists()


def test_a_friend_who_is_gone_since_the_last_pull_lands_as_a_deletion(pulling, at):
    platform = WeComPlatform()
    pulling.serve("wecom", platform)
    pulling.pull("wecom_contacts")
    gone = platform.contacts.pop(7)
    at(NOON + HOUR)
    pulling.pull("wecom_contacts")
    (line,) = pulling.lines("wecom/contact_changes")
    assert line["payload"] == {
        "ChangeType": "del_external_contact",
        "UserID": gone["follow_info"]["userid"],
        "ExternalUserID": gone["external_contact"]["external_userid"],
        "CreateTime": int((NOON + HOUR).replace(tzinfo=dt.UTC).timestamp()),
        "siyu_says": "was in the pull before and is not in this one",
    }
    tables, quarantine = _rows(pulling, "wecom")
    assert quarantine == []
    assert [row["changed_at"] for row in tables["wecom__contact_changes"]] == ["2026-03-02 05:00:00"]
    at(NOON + 2 * HOUR)
    pulling.pull("wecom_contacts")
    assert len(pulling.lines("wecom/contact_changes")) == 1


def test_a_member_who_talks_to_customers_no_more_loses_none_of_them(pulling, at):
    platform = WeComPlatform()
    pulling.serve("wecom", platform)
    pulling.pull("wecom_contacts")
    hidden = platform.staff.pop(2)
    platform.contacts = [each for each in platform.contacts if each["follow_info"]["userid"] != hidden]
    at(NOON + HOUR)
    pulling.pull("wecom_contacts")
    assert pulling.lines("wecom/contact_changes") == []


def test_a_pull_that_stopped_takes_nobody_for_gone(pulling, at):
    platform = WeComPlatform()
    pulling.serve("wecom", platform)
    pulling.pull("wecom_contacts")
    at(NOON + HOUR)
    platform.before[len(platform.calls) + 4] = lambda: platform.fail_every(1, "busy")
    with pytest.raises(PullError):
        pulling.pull("wecom_contacts")
    assert pulling.lines("wecom/contact_changes") == []
    platform.fail_every(0, "")
    pulling.pull("wecom_contacts")
    assert pulling.lines("wecom/contact_changes") == []


def test_whoever_adds_a_friend_while_a_list_is_read_is_there_at_the_next_pull(pulling, at):
    platform = WeComPlatform()
    pulling.serve("wecom", platform)

    def change():
        platform.contacts.append(contact("g001", 9000))
        del platform.contacts[20]

    platform.before[5] = change
    pulling.pull("wecom_contacts")
    at(NOON + HOUR)
    pulling.pull("wecom_contacts")
    deleted = {line["payload"]["ExternalUserID"] for line in pulling.lines("wecom/contact_changes")}
    there = {json.loads(text)["external_contact"]["external_userid"] for text in pulling.payloads("wecom/contacts")}
    assert there - deleted == {each["external_contact"]["external_userid"] for each in platform.contacts}


def test_who_left_the_official_account_is_told_by_the_platform_itself(pulling, at):
    case = BY_NAME["official_account_users"]
    platform = case.build("absent")
    pulling.serve("official_account", platform)
    pulling.pull(case.name)
    left = platform.followers.pop(3)
    at(NOON + HOUR)
    pulling.pull(case.name)
    assert counted([{"subscribe": 0, "openid": left}]) <= pulling.payloads(case.place)
    at(NOON + 2 * HOUR)
    assert pulling.pull(case.name).new_records == 0


def test_a_trade_that_changes_while_its_window_is_paged_is_not_lost_and_moves_nobody_out(pulling, at):
    trades = [trade(number, in_shanghai(NOON - HOUR + number * dt.timedelta(seconds=9))) for number in range(190)]
    platform = TaobaoPlatform(trades)
    pulling.serve("taobao", platform)

    def change():
        # The newest of the window changes once more: it leaves, and all behind it move a place forward.
        platform.trades[trades[150]["tid"]] = trade(150, in_shanghai(NOON + MINUTE))

    platform.before[3] = change
    pulling.pull("tmall_trades", NOON - HOUR, NOON)
    at(NOON + HOUR)
    pulling.pull("tmall_trades")
    newest = {}
    for line in sorted(pulling.lines("tmall/trades"), key=lambda line: line["payload"]["modified"]):
        newest[line["payload"]["tid"]] = line["payload"]
    assert newest == platform.trades

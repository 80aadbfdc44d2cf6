"""The platforms' ways of listing: cursors, batches, members without customers, and which time is asked for."""

import datetime as dt

import pytest

from orchestration.pulls.calls import PullError
from orchestration.pulls.catalogue import SEND_RESULTS_WINDOW, TRADES_WINDOW
from orchestration.pulls.taobao import TRADES_A_PAGE
from orchestration.pulls.tencent_sms import entries, sign
from orchestration.pulls.window import Window, parse_moment
from orchestration.settings import SettingsError
from tests.unit.pulls.every_pull import BY_NAME, HOUR, MINUTE
from tests.unit.pulls.fake_wechat import WeComPlatform, contact
from tests.unit.pulls.pulling import NOON, counted


def test_more_members_than_a_call_takes_are_asked_for_in_batches(pulling):
    platform = WeComPlatform()
    platform.staff = [f"g{number:03d}" for number in range(230)]
    platform.contacts = [contact(userid, number) for number, userid in enumerate(platform.staff)]
    platform.page = 100
    pulling.serve("wecom", platform)
    pulling.pull("wecom_contacts")
    assert pulling.payloads("wecom/contacts") == counted(platform.contacts)


def test_a_member_without_customers_hides_nobody_elses(pulling):
    platform = WeComPlatform()
    platform.is_strict = True
    platform.contacts = [each for each in platform.contacts if each["follow_info"]["userid"] not in ("g003", "g007")]
    pulling.serve("wecom", platform)
    pulling.pull("wecom_contacts")
    assert pulling.payloads("wecom/contacts") == counted(platform.contacts)


def test_groups_of_a_big_company_are_asked_for_by_their_owners(pulling):
    platform = WeComPlatform()
    platform.most_visible = 10
    pulling.serve("wecom", platform)
    pulling.pull("wecom_groups")
    assert pulling.payloads("wecom/groups") == counted({"group_chat": group} for group in platform.groups.values())


def test_a_group_that_is_closed_while_the_others_are_read_stops_nothing(pulling):
    platform = WeComPlatform()
    pulling.serve("wecom", platform)
    platform.before[6] = lambda: platform.groups.pop("wr5")
    pulling.pull("wecom_groups")
    assert pulling.payloads("wecom/groups") == counted({"group_chat": group} for group in platform.groups.values())


def test_staff_whom_the_app_may_not_see_are_known_by_their_id(pulling):
    platform = WeComPlatform()
    platform.denied["user/get"] = 60011
    pulling.serve("wecom", platform)
    pulling.pull("wecom_staff")
    assert pulling.payloads("wecom/staff_pulled") == counted({"userid": userid} for userid in platform.staff)


def test_a_cursor_that_the_platform_forgot_begins_the_list_again_and_lands_nothing_twice(pulling):
    platform = WeComPlatform()
    pulling.serve("wecom", platform)
    forgotten = []

    def answer(asked, through=platform.answer):
        if asked.path.endswith("get_by_user") and asked.json.get("cursor", "").startswith('["wm0015') and not forgotten:
            forgotten.append(asked)
            return {"errcode": 40058, "errmsg": "invalid cursor"}
        return through(asked)

    platform.answer = answer
    pulling.pull("wecom_contacts")
    assert forgotten
    assert pulling.payloads("wecom/contacts") == counted(platform.contacts)


def test_a_list_whose_cursor_comes_back_ends_in_an_error_and_not_never(pulling):
    platform = WeComPlatform()
    platform.listed = lambda rows, body, name, key: {name: rows[:1], "next_cursor": "again"}
    pulling.serve("wecom", platform)
    with pytest.raises(PullError, match="a cursor came twice"):
        pulling.pull("wecom_contacts")


@pytest.mark.parametrize("ending", ["empty", "absent", "again"])
def test_a_page_without_followers_is_the_last_whatever_it_names_next(pulling, ending):
    case = BY_NAME["official_account_users"]
    platform = case.build(ending)
    pulling.serve("official_account", platform)
    pulling.pull(case.name)
    assert pulling.payloads(case.place) == case.expected(platform)


def test_what_an_answer_lacks_the_code_of_is_good_and_what_has_a_strange_one_is_not(pulling):
    case = BY_NAME["official_account_users"]
    platform = case.build("absent")
    pulling.serve("official_account", platform)
    through = platform.answer
    platform.answer = lambda asked: {**through(asked), **({"errcode": 0} if platform.is_token(asked) else {})}
    pulling.pull(case.name)
    assert pulling.payloads(case.place) == case.expected(platform)
    platform.answer = lambda asked: through(asked) if platform.is_token(asked) else {"errcode": "x", "errmsg": "?"}
    with pytest.raises(PullError, match="errcode 1"):
        pulling.pull(case.name)


def test_a_full_page_and_the_page_after_it(pulling):
    case = BY_NAME["tmall_trades"]
    platform = case.build("")
    pulling.serve("taobao", platform)
    for total in (0, 1, TRADES_A_PAGE, TRADES_A_PAGE + 1):
        kept = dict(list(platform.trades.items())[:total])
        platform.trades, everything = kept, platform.trades
        pulling.pull("tmall_trades", case.start, case.start + HOUR / 2)
        platform.trades = everything
        assert sum(pulling.payloads(case.place).values()) >= total
        assert pulling.payloads(case.place).keys() >= counted(kept.values()).keys()


def test_the_first_pull_of_trades_is_a_day_and_the_next_goes_on_half_an_hour_before_the_end_of_the_last():
    first = TRADES_WINDOW.window(NOON + 17 * MINUTE, None, None, None)
    assert first == Window(NOON - 24 * HOUR, NOON)
    assert TRADES_WINDOW.window(NOON + 61 * MINUTE, first.end, None, None) == Window(NOON - 30 * MINUTE, NOON + HOUR)
    # Nothing new has come to its end: the last half hour is asked for again.
    assert TRADES_WINDOW.window(NOON + MINUTE, first.end, None, None) == Window(NOON - 30 * MINUTE, NOON)


def test_a_house_that_did_not_pull_for_half_a_year_gets_what_the_platform_still_has():
    window = TRADES_WINDOW.window(NOON, NOON - dt.timedelta(days=180), None, None)
    assert window.start == NOON - dt.timedelta(days=90) + 30 * MINUTE


def test_mass_messages_of_two_weeks_are_asked_for_again():
    window = SEND_RESULTS_WINDOW.window(NOON, NOON - HOUR, None, None)
    assert window == Window(NOON - HOUR - dt.timedelta(days=14), NOON)


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (NOON, NOON + HOUR, "2026-03-02 13:00 is still to come"),
        (NOON - dt.timedelta(days=91), None, "is too long ago: the platform answers for 90 days"),
        (NOON, NOON, "nothing lies between"),
    ],
)
def test_a_time_that_cannot_be_asked_for_is_refused_before_a_call(pulling, start, end, words):
    case = BY_NAME["tmall_trades"]
    platform = case.build("")
    pulling.serve("taobao", platform)
    with pytest.raises(SettingsError, match=words):
        pulling.pull("tmall_trades", start, end)
    assert platform.calls == []


def test_what_was_pulled_out_of_turn_moves_the_end_only_where_it_leaves_no_gap(pulling):
    case = BY_NAME["tmall_trades"]
    pulling.serve("taobao", case.build(""))
    pulling.pull("tmall_trades", NOON - 3 * HOUR, NOON - 2 * HOUR)
    pulling.pull("tmall_trades", NOON - HOUR, NOON)
    assert pulling.pull("tmall_trades").window == Window(NOON - 150 * MINUTE, NOON)


def test_a_pull_of_trades_that_stopped_goes_on_with_the_half_hour_that_it_did_not_end(pulling):
    case = BY_NAME["tmall_trades"]
    platform = case.build("")
    pulling.serve("taobao", platform)
    # The first half hour takes five calls, the second and the third one each.
    platform.before[7] = lambda: platform.fail_every(1, "busy")
    with pytest.raises(PullError):
        pulling.pull("tmall_trades", case.start)
    platform.fail_every(0, "")
    assert pulling.pull("tmall_trades").window == Window(NOON - 150 * MINUTE, NOON)
    assert pulling.payloads(case.place) == case.expected(platform)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-02", dt.datetime(2026, 3, 1, 16)),
        ("2026-03-02T12:00", NOON),
        ("2026-03-02T04:00+00:00", NOON),
    ],
)
def test_a_day_is_shanghais(text, moment):
    assert parse_moment(text) == moment


def test_the_signature_is_the_one_of_tencents_own_page():
    payload = b'{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}'
    said = sign(
        "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE",
        "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE",
        "cvm",
        "cvm.tencentcloudapi.com",
        payload,
        1551113065,
    )
    assert said.endswith("Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168")


@pytest.mark.parametrize(
    ("body", "whole", "is_whole"),
    [
        (b'{"Response":{"S":[{"a":1},{"a":2}],"RequestId":"r"}}', 2, True),
        (b'{"Response":{"S":[]}}', 0, True),
        (b'{"Response":{"S":[{"a":1},{"a":2}', 2, False),
        (b'{"Response":{"S":[{"a":1},{"a":', 1, False),
        (b'{"Response":{"RequestId":"r","S":[{"a":"]}"},{"a"', 1, False),
        (b'{"Response":{', 0, False),
        (b"<html>busy</html>", 0, True),
    ],
)
def test_the_whole_entries_of_an_answer_are_read_wherever_it_breaks_off(body, whole, is_whole):
    found, complete = entries(body, "S")
    assert (len(found), complete) == (whole, is_whole)

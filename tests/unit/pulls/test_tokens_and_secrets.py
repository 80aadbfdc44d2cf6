"""Tokens are fetched as seldom as they can be, and no secret leaves the process that asks."""

import gzip
import logging
import sqlite3
from urllib.parse import quote_plus

import pytest

from orchestration.pulls.calls import PullError
from tests.unit.pulls.every_pull import BY_NAME, CASES
from tests.unit.pulls.fake_wechat import OfficialAccountPlatform, WeComPlatform
from tests.unit.pulls.pulling import SECRETS


@pytest.mark.parametrize("refusal", [42001, 40014, 40001])
@pytest.mark.parametrize("name", ["wecom_contacts", "official_account_users"])
def test_a_token_that_ends_between_two_pages_is_renewed_exactly_once(pulling, name, refusal):
    case = BY_NAME[name]
    platform = case.build("empty")
    platform.refusals = [refusal]
    platform.before[4] = platform.expire
    pulling.serve(case.platform, platform)
    expected = case.expected(platform)
    done = pulling.pull(name)
    assert (platform.token_calls, done.refreshes) == (2, 1)
    assert pulling.payloads(case.place) == expected


@pytest.mark.parametrize("name", ["wecom_contacts", "official_account_users"])
def test_a_token_that_is_refused_twice_ends_the_pull(pulling, name):
    case = BY_NAME[name]
    platform = case.build("empty")
    platform.fail_every(1, "expired")
    pulling.serve(case.platform, platform)
    with pytest.raises(PullError, match="a new token was refused as well"):
        pulling.pull(name)
    assert (len(platform.calls), platform.token_calls) == (2, 2)


def test_the_stable_token_is_forced_only_where_the_platform_hands_out_what_it_refuses(pulling):
    platform = OfficialAccountPlatform()
    pulling.serve("official_account", platform)
    refused = []

    def answer(asked, through=platform.answer):
        if not platform.is_token(asked) and not refused:
            refused.append(asked)
            return {"errcode": 40001, "errmsg": "access_token is invalid or not latest"}
        return through(asked)

    platform.answer = answer
    pulling.pull("official_account_users")
    assert (platform.forced, platform.token_calls) == (1, 3)


@pytest.mark.parametrize(
    ("name", "field", "words"),
    [
        ("wecom_staff", "secret", "errcode 40001.*the secret is wrong, or of another app"),
        ("official_account_users", "secret", "errcode 40125.*the secret is wrong, or was reset"),
    ],
)
def test_a_wrong_secret_is_asked_for_once_and_told_without_itself(pulling, name, field, words):
    case = BY_NAME[name]
    platform = case.build("empty")
    setattr(platform, field, "another")
    pulling.serve(case.platform, platform)
    with pytest.raises(PullError, match=words) as raised:
        pulling.pull(name)
    assert (platform.token_calls, platform.calls) == (1, [])
    assert not [secret for secret in SECRETS if secret in str(raised.value)]


@pytest.mark.parametrize(
    ("code", "words"),
    [(60020, "trusted IPs"), (48002, "可调用接口的应用"), (60011, "可见范围"), (99999, "error codes")],
)
def test_a_refusal_is_told_once_with_what_to_do(pulling, code, words):
    platform = WeComPlatform()
    platform.denied["get_follow_user_list"] = code
    pulling.serve("wecom", platform)
    with pytest.raises(PullError, match=words):
        pulling.pull("wecom_contacts")
    assert len(platform.calls) == 1


def test_a_seller_whose_authorisation_ended_is_told_so_without_the_session(pulling):
    case = BY_NAME["tmall_trades"]
    platform = case.build("")
    platform.error = {"code": 27, "msg": "Invalid session:session-secret/+4", "sub_code": "sessionkey-not-generated"}
    pulling.serve("taobao", platform)
    with pytest.raises(PullError, match="let the seller authorise the app again") as raised:
        pulling.pull("tmall_trades", case.start)
    assert len(platform.calls) == 1
    assert "session-secret" not in str(raised.value)


def test_a_queue_that_was_not_enabled_is_told_so(pulling):
    case = BY_NAME["sms_statuses"]
    platform = case.build("")
    platform.error = {"Code": "UnauthorizedOperation.RequestPermissionDeny", "Message": "no permission"}
    pulling.serve("tencent_sms", platform)
    with pytest.raises(PullError, match="ask the SMS helper to enable it"):
        pulling.pull("sms_statuses")
    assert len(platform.calls) == 1


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("fault", ["", "reset", "http_500", "expired", "cut"])
def test_no_secret_stands_in_a_file_a_log_line_or_an_error(pulling, case, fault, caplog):
    caplog.set_level(logging.DEBUG)
    platform = case.build("empty")
    if case.has_token or fault != "expired":
        platform.fail_every(3, fault)
    server = pulling.serve(case.platform, platform)
    errors = []
    for every in (3, 1):
        if fault:
            platform.fail_every(every, fault if case.has_token or fault != "expired" else "busy")
        try:
            pulling.pull(case.name, case.start)
        except PullError as error:
            errors += [
                str(error),
                repr(error.__cause__),
                repr(error.__context__ if not error.__suppress_context__ else ""),
            ]
    told = getattr(platform, "token", "no token")
    hidden = [*SECRETS, *(f"token-{number}-secret" for number in range(1, 60)), told]
    said = "\n".join([caplog.text, *errors])
    assert [secret for secret in hidden if secret in said] == []
    files = [path for path in pulling.home.rglob("*") if path.is_file()]
    assert files
    assert [(path.name, one) for path in files for one in hidden if one.encode() in _content(path)] == []
    # The test would see one: WeCom's stand in the addresses that were asked for.
    assert case.platform != "wecom" or any("corp-secret" in address for address in server.addresses)


def test_nobody_is_followed_elsewhere_with_the_credentials(pulling):
    platform, another = WeComPlatform(), WeComPlatform()
    pulling.serve("wecom", platform)
    other = pulling.serve("another", another)
    platform.elsewhere = f"{other.url}/cgi-bin/externalcontact/get_follow_user_list?access_token=token-1-secret"
    platform.fail_every(1, "elsewhere")
    pulling.servers.pop("another")
    with pytest.raises(PullError, match="HTTP 302"):
        pulling.pull("wecom_staff")
    assert other.addresses == []


@pytest.mark.parametrize("name", ["wecom_tags", "official_account_users", "tmall_trades", "sms_replies"])
def test_a_platform_that_is_down_is_told_without_the_address_that_was_asked_for(pulling, name, caplog):
    caplog.set_level(logging.DEBUG)
    case = BY_NAME[name]
    server = pulling.serve(case.platform, case.build("empty"))
    server.shutdown()
    server.server_close()
    with pytest.raises(PullError, match="the connection failed") as raised:
        pulling.pull(name, case.start)
    said = f"{raised.value} {raised.value.__cause__!r} {caplog.text}"
    assert [secret for secret in SECRETS if secret in said or quote_plus(secret) in said] == []
    assert "corpsecret" not in said


def _content(path):
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def test_the_book_holds_no_secret_and_no_contact_value(pulling):
    pulling.serve("wecom", WeComPlatform())
    pulling.pull("wecom_contacts")
    book = sqlite3.connect(pulling.home / "pulls" / "pulls.sqlite")
    assert {name for (name,) in book.execute("select name from sqlite_master where type = 'table'")} == {
        "pages",
        "ends",
        "members",
    }
    dumped = "\n".join(book.iterdump())
    book.close()
    assert "13900000001" not in dumped
    assert not [secret for secret in SECRETS if secret in dumped]

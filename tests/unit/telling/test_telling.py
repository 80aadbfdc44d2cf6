"""A night that went wrong says so: once, in plain words, to whoever is there, and without anybody's number or key."""

import datetime as dt
import http.server
import json
import threading

import pytest

from orchestration import clock
from orchestration.cli import main
from orchestration.publishing.versions import Store
from orchestration.settings import Settings, SettingsError, load_settings
from orchestration.telling.book import FILE, tell
from orchestration.telling.nights import late, tell_failure, tell_late, tell_success, tell_waiting
from orchestration.telling.robots import check_robot
from orchestration.telling.words import MOST_BYTES, Notice, words
from tests.unit.publish.test_leaving import keep

DAY = dt.date(2026, 3, 9)
KEY = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
OK = {"errcode": 0, "errmsg": "ok"}


@pytest.fixture
def group():
    """A group's robot on loopback: what it was told, and what it answers next (status, JSON)."""
    told, answers = [], []

    class Robot(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            told.append((self.path, body))
            status, said = answers.pop(0) if answers else (200, OK)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(said).encode())

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Robot) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}/cgi-bin/webhook/send?key={KEY}"
        yield address, told, answers
        server.shutdown()


def home(tmp_path, address="", **settings):
    tmp_path.mkdir(exist_ok=True)
    text = [f"{name} = {json.dumps(value)}" for name, value in {"robot_url": address, **settings}.items()]
    (tmp_path / "siyu.toml").write_text("\n".join(text), encoding="utf-8")
    (tmp_path / "landing").mkdir(exist_ok=True)
    return load_settings({"SIYU_HOME": str(tmp_path)})


def lines(settings):
    return [json.loads(line) for line in (settings.home / FILE).read_text(encoding="utf-8").splitlines()]


def fail(settings, run="r1", said="disk full", step="published__version"):
    tell_failure(settings, run, DAY, DAY, step, said)


def test_a_failed_night_is_told_in_both_languages_with_what_stands_and_what_to_do(tmp_path, group):
    address, told, _ = group
    settings = home(tmp_path, address, brand_name="小店")
    store = Store(settings.published)
    store.prepare()
    standing = keep(store, "2026-03-08", b"x")
    fail(settings, said="customers: 3 rows\n have no key")
    ((path, body),) = told
    assert path.endswith(KEY) and body["msgtype"] == "text"
    assert body["text"]["content"] == (
        "【siyu · 小店】夜跑失败：2026-03-09\n"
        "停在 published/version：customers: 3 rows have no key\n"
        f"现在发布的是 {standing}，没有动\n"
        "下一步：按上面说的改好，再跑：siyu daily 2026-03-09\n\n"
        "[siyu · 小店] the night failed: 2026-03-09\n"
        "Stopped at published/version: customers: 3 rows have no key\n"
        f"What is published stays as it was: {standing}\n"
        "Next: mend what it named, then run it again: siyu daily 2026-03-09"
    )


def test_a_run_is_told_once_whoever_sees_it_first(tmp_path, group):
    address, told, _ = group
    settings = home(tmp_path, address)
    for run in ("r1", "r1", "r2"):
        fail(settings, run)
    assert len(told) == 2 and [line["key"] for line in lines(settings)] == ["run:r1", "run:r2"]


def test_blocked_is_told_as_blocked(tmp_path):
    settings = home(tmp_path)
    fail(settings, said="published: blocked; CURRENT stays at nothing\n  2026-03-09: customers: ...")
    (line,) = lines(settings)
    assert (line["kind"], line["robot"]) == ("blocked", None)
    assert "检查没通过，没有发布" in line["zh"] and "checks failed, nothing new is published" in line["en"]


def test_without_a_robot_the_file_is_told_for_its_owner_alone(tmp_path):
    settings = home(tmp_path)
    fail(settings)
    assert (settings.home / FILE).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("answer", [(500, {}), (200, {"errcode": 93000, "errmsg": "invalid"}), (200, []), (302, OK)])
def test_what_the_robot_did_not_take_is_told_again_and_the_night_goes_on(tmp_path, group, capsys, answer):
    address, told, answers = group
    settings = home(tmp_path, address)
    answers.append(answer)
    fail(settings)
    assert lines(settings)[0]["robot"] is None
    said = capsys.readouterr().err
    assert "nobody was told: the robot answered" in said and KEY not in said and "127.0.0.1" not in said
    assert tell_waiting(settings) == "" and len(told) == 2
    assert tell_waiting(settings) == "" and len(told) == 2
    assert lines(settings)[0]["robot"] is not None


def test_a_robot_that_cannot_be_reached_gives_its_address_to_nobody(tmp_path, capsys, caplog):
    settings = home(tmp_path, f"http://127.0.0.1:9/send?key={KEY}")
    fail(settings)
    said = "".join(capsys.readouterr()) + caplog.text + (settings.home / FILE).read_text()
    assert "the robot was not reached (ConnectionError)" in said and KEY not in said


def test_what_waits_for_more_than_a_day_is_old_news(tmp_path, group):
    address, told, answers = group
    settings = home(tmp_path, address)
    answers.append((500, {}))
    notice = Notice("run:r1", "failed", DAY, DAY)
    tell(settings, notice, clock.now() - dt.timedelta(hours=25))
    assert tell_waiting(settings) == "" and len(told) == 1


def test_no_contact_value_and_no_customer_is_told(tmp_path, group):
    address, told, _ = group
    settings = home(tmp_path, address)
    fail(settings, said="导出_13912345678.xlsx: lin@example.com is p_0123456789abcdef, tel:+86 139 1234 5678")
    text = json.dumps(told, ensure_ascii=False) + (settings.home / FILE).read_text(encoding="utf-8")
    for value in ("13912345678", "lin@example.com", "p_0123456789abcdef", "1234 5678"):
        assert value not in text
    assert "[withheld]" in text


def test_a_long_word_of_a_run_never_makes_a_text_that_a_robot_refuses():
    for said in ("长" * 5000, "x" * 5000, ""):
        notice = Notice("run:r1", "failed", dt.date(2026, 1, 1), DAY, "a" * 60, said, "2026-03-08-4cb5ace811bb3949")
        zh, en = words(notice, "牌" * 40)
        assert len(f"{zh}\n\n{en}".encode()) <= MOST_BYTES
        assert zh.endswith("siyu backfill 2026-01-01 2026-03-09") and en.endswith("siyu backfill 2026-01-01 2026-03-09")


def test_a_night_is_well_again_when_a_run_came_to_its_date_and_only_after_trouble(tmp_path):
    settings = home(tmp_path)
    tell_success(settings, "r0", DAY)
    assert not (settings.home / FILE).exists()
    fail(settings)
    tell_success(settings, "r2", DAY - dt.timedelta(days=1))
    tell_success(settings, "r3", DAY)
    tell_success(settings, "r4", DAY)
    assert [line["key"] for line in lines(settings)] == ["run:r1", "mended:r3"]
    fail(settings, "r5")
    tell_success(settings, "r6", DAY)
    assert [line["kind"] for line in lines(settings)] == ["failed", "mended", "failed", "mended"]


def test_a_damaged_file_stops_no_night(tmp_path):
    settings = home(tmp_path)
    (settings.home / FILE).write_bytes(b'{"key": "run:r0"}\n\xff\nnonsense\n[]\n')
    fail(settings)
    assert [line["key"] for line in lines(settings)] == ["run:r1"]


@pytest.fixture
def published(tmp_path):
    settings = home(tmp_path)
    store = Store(settings.published)
    store.prepare()
    keep(store, "2026-03-08", b"x")
    return settings, store


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        # the 9th counts until 06:00 of the 10th in Shanghai, which is 22:00 UTC of the 9th; due 90 minutes after
        ("2026-03-09T23:29:59", None),
        ("2026-03-09T23:30:00", DAY),
        ("2026-03-10T23:29:59", DAY),
        ("2026-03-10T23:30:00", dt.date(2026, 3, 10)),
    ],
)
def test_a_date_is_late_ninety_minutes_after_its_cut_off(published, moment, expected):
    assert late(published[0], dt.datetime.fromisoformat(moment)) == expected


def test_a_date_that_is_published_is_not_late_even_where_somebody_went_back(published):
    settings, store = published
    before, at = store.current(), dt.datetime(2026, 3, 10, 0, 0)
    keep(store, "2026-03-09", b"y")
    store.point_to(before)
    assert late(settings, at) is None


def test_what_was_made_before_the_date_was_over_does_not_count(published):
    settings, store = published
    building = store.building("2026-03-09")
    made = {"as_of_date": "2026-03-09", "tables": {}, "unfinished": {"records_count_until": "2026-03-09T22:00:00Z"}}
    name = store.keep(building, made)
    store.keep_result(name, {"version": name, "passed": True})
    assert late(settings, dt.datetime(2026, 3, 10, 0, 0)) == DAY


def test_a_home_that_never_published_and_a_demo_are_not_late(tmp_path, published):
    at = dt.datetime(2026, 3, 10, 0, 0)
    assert late(home(tmp_path / "new"), at) is None
    settings, _ = published
    (settings.home / clock.DEMO).write_text("{}")
    assert late(settings, at) is None


def test_late_is_told_once_a_date(published):
    settings, _ = published
    for hour in (0, 1, 2):
        assert tell_late(settings, dt.datetime(2026, 3, 10, hour, 0)) == DAY
    (line,) = lines(settings)
    assert line["key"] == "late:2026-03-09" and "siyu status" in line["en"]


@pytest.mark.parametrize(
    ("kind", "read"), [("wecom", "text.content"), ("dingtalk", "text.content"), ("feishu", "content.text")]
)
def test_each_platform_is_told_in_its_own_form_and_signed_where_it_asks(tmp_path, group, kind, read):
    address, told, answers = group
    answers.append((200, {"code": 0} if kind == "feishu" else OK))
    settings = home(tmp_path, address, robot_kind=kind, robot_secret="SEC-not-for-logs")
    fail(settings)
    ((path, body),) = told
    first, second = read.split(".")
    assert body[first][second].startswith("【siyu】")
    signed = {"wecom": "", "dingtalk": "timestamp=", "feishu": "sign"}[kind]
    assert signed in (path if kind == "dingtalk" else json.dumps(body)) and "SEC-not" not in path + json.dumps(body)
    assert lines(settings)[0]["robot"] is not None


def test_siyu_tell_says_a_test_and_whether_it_came(tmp_path, group, capsys):
    address, told, answers = group
    settings = home(tmp_path, address)
    assert main(["--home", str(settings.home), "tell", "--test"]) == 0
    assert "试一下" in told[0][1]["text"]["content"]
    answers.append((500, {}))
    assert main(["--home", str(settings.home), "tell", "--test"]) == 1
    assert KEY not in "".join(capsys.readouterr())


def test_an_address_that_would_be_read_on_the_way_is_refused_and_not_repeated(tmp_path):
    check_robot(home(tmp_path, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=x"))
    for address in (f"http://qyapi.weixin.qq.com/send?key={KEY}", KEY, f"ftp://x/{KEY}"):
        with pytest.raises(SettingsError) as refused:
            check_robot(home(tmp_path, address))
        assert KEY not in str(refused.value)
    with pytest.raises(SettingsError) as refused:
        home(tmp_path, [KEY])
    assert KEY not in str(refused.value) and KEY not in repr(Settings(robot_url=KEY))

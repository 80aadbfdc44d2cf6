"""A process that is killed (kill -9) between two pages, or in the middle of one: the next one brings the rest."""

import json
import os
import signal
import subprocess
import sys

import pytest

from orchestration.pulls.calls import PullError
from orchestration.settings import CHECKOUT
from tests.unit.pulls.every_pull import BY_NAME, CASES
from tests.unit.pulls.pulling import ENVIRONMENT, NOON, counted

PULL = """
import datetime as dt, json, sys
from orchestration.pulls.running import run_pull
from orchestration.settings import Settings
home, urls, name, start = sys.argv[1:]
settings = Settings(home=home, pull_urls=json.loads(urls), pull_backoff_seconds=0, lock_wait_seconds=0)
run_pull(settings, name, dt.datetime.fromisoformat(start) if start else None)
"""


def _start(pulling, case):
    """Start a process of its own that pulls."""
    urls = json.dumps(pulling.settings.pull_urls)
    start = case.start.isoformat() if case.start else ""
    environment = {**os.environ, **ENVIRONMENT, "SIYU_NOW": NOON.isoformat(), "PYTHONPATH": str(CHECKOUT)}
    command = [sys.executable, "-c", PULL, str(pulling.home), urls, case.name, start]
    return subprocess.Popen(command, env=environment, cwd=CHECKOUT, stderr=subprocess.PIPE)


def _kill_at_hold(pulling, case, platform):
    process = _start(pulling, case)
    assert platform.held.wait(30), process.communicate(timeout=5)[1].decode()
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stderr.close()
    platform.released.set()
    platform.hold_at = 0


@pytest.mark.parametrize(
    ("name", "call"),
    [
        *((case.name, 4) for case in CASES if case.name != "wecom_tags"),
        *((name, 6) for name in ("wecom_contacts", "tmall_trades", "sms_statuses")),
    ],
)
def test_killed_between_pages_nothing_is_lost_and_nothing_lands_twice(pulling, name, call):
    case = BY_NAME[name]
    platform = case.build("absent")
    pulling.serve(case.platform, platform)
    expected = case.expected(platform)
    platform.hold_at = call
    _kill_at_hold(pulling, case, platform)
    before = pulling.files()
    pulling.pull(case.name, case.start)
    assert pulling.payloads(case.place) == expected
    assert before.items() <= pulling.files().items()


@pytest.mark.parametrize("name", ["sms_statuses", "sms_replies"])
def test_killed_when_a_queues_page_has_come_and_is_not_landed_it_lands_from_the_spool(pulling, name):
    case = BY_NAME[name]
    platform = case.build("")
    pulling.serve(case.platform, platform)
    everything = case.expected(platform)
    # All bytes of the third page are sent, and the connection stays open: the client waits for one more.
    platform.hold_at, platform.hold_after_bytes = 3, 0
    _kill_at_hold_once_spooled(pulling, case, platform, is_whole=True)
    # It lands before the platform is asked again: that may fail.
    platform.fail_every(1, "busy")
    with pytest.raises(PullError, match="pull again later"):
        pulling.pull(name)
    assert pulling.payloads(case.place) == counted(entry for page in platform.given for entry in page)
    platform.fail_every(0, "")
    pulling.pull(name)
    assert pulling.payloads(case.place) == everything
    assert list((pulling.home / "pulls" / "spool").rglob("*.json")) == []


@pytest.mark.parametrize("name", ["sms_statuses", "sms_replies"])
def test_killed_in_the_middle_of_a_queues_page_what_came_of_it_lands_and_the_rest_is_said_to_be_gone(pulling, name):
    case = BY_NAME[name]
    platform = case.build("")
    pulling.serve(case.platform, platform)
    everything = case.expected(platform)
    platform.hold_at, platform.hold_after_bytes = 3, 9000
    _kill_at_hold_once_spooled(pulling, case, platform, is_whole=False)
    with pytest.raises(PullError, match="1 answers broke off"):
        pulling.pull(name)
    lost = everything - pulling.payloads(case.place)
    assert pulling.payloads(case.place) <= everything
    assert lost <= counted(platform.given[2])
    assert 0 < sum(lost.values()) < 100
    # The queue was emptied all the same: the next pull has nothing to say.
    assert pulling.pull(name).new_records == 0


def _kill_at_hold_once_spooled(pulling, case, platform, *, is_whole):
    process = _start(pulling, case)
    assert platform.held.wait(30), process.communicate(timeout=5)[1].decode()
    spool = pulling.home / "pulls" / "spool"
    while not any(_is_there(path, is_whole) for path in spool.rglob("*.json")):
        assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stderr.close()
    platform.released.set()
    platform.hold_at = 0


def _is_there(path, is_whole):
    body = path.read_bytes()
    if not is_whole:
        return len(body) == 9000
    try:
        return bool(json.loads(body))
    except ValueError:
        return False

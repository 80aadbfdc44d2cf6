"""The audit log finds every edit, loses no line to a kill or to another writer, and names no customer."""

import hashlib
import multiprocessing
import secrets
import signal
import stat
import subprocess
import sys
import time

import pytest

from orchestration import audit_log
from orchestration.audit_log import append, last_lines, verify
from orchestration.settings import CHECKOUT, Settings

RUNS = [("run_started", {"first": "2026-03-08", "last": "2026-03-08"}), ("key_made", {"purpose": "tokens"})]


@pytest.fixture
def home(tmp_path):
    """A home whose log has four lines."""
    for action, details in RUNS * 2:
        append(Settings(home=tmp_path), action, details)
    return tmp_path


def broken(home):
    return verify(Settings(home=home)).broken


def lines_of(home):
    return (home / "audit.jsonl").read_bytes().splitlines(keepends=True)


def test_a_line_says_who_did_what_when_and_is_for_the_owner_alone(home):
    (first, *_, last) = last_lines(Settings(home=home), 20)
    assert list(first) == ["sequence", "at", "actor", "action", "details", "previous", "sha256"]
    assert (first["action"], first["details"]) == RUNS[0] and first["previous"] == "0" * 64
    assert (verify(Settings(home=home)).lines, verify(Settings(home=home)).sha256) == (4, last["sha256"])
    assert {stat.S_IMODE((home / name).stat().st_mode) for name in ("audit.jsonl", "audit.head")} == {0o600}
    assert [one["sequence"] for one in last_lines(Settings(home=home), 2)] == [3, 4]


@pytest.mark.parametrize("name", ["audit.jsonl", "audit.head"])
def test_whichever_byte_is_edited_it_is_found_in_its_line(home, name):
    file, whole = home / name, (home / name).read_bytes()
    for place in range(len(whole)):
        for other in {(whole[place] + 1) % 256, whole[place] ^ 32, ord("0"), ord(" "), ord("\n")} - {whole[place]}:
            file.write_bytes(whole[:place] + bytes([other]) + whole[place + 1 :])
            said = broken(home)
            assert said is not None, (place, whole[place : place + 1], bytes([other]))
            if name == "audit.jsonl" and other != ord("\n"):
                assert said.line == whole[:place].count(b"\n") + 1, (place, bytes([other]), said)


@pytest.mark.parametrize("place", range(4))
def test_a_line_that_is_gone_is_found(home, place):
    lines = lines_of(home)
    (home / "audit.jsonl").write_bytes(b"".join(lines[:place] + lines[place + 1 :]))
    assert broken(home).line == place + 1


@pytest.mark.parametrize("place", range(3))
def test_lines_that_changed_places_are_found(home, place):
    lines = lines_of(home)
    lines[place : place + 2] = reversed(lines[place : place + 2])
    (home / "audit.jsonl").write_bytes(b"".join(lines))
    assert broken(home).line == place + 1


def test_a_line_written_anew_with_a_hash_that_fits_is_found_by_the_next_or_by_the_head(home):
    for place in range(4):
        lines = lines_of(home)
        body = lines[place].rpartition(b', "sha256": "')[0].replace(b'"actor": "', b'"actor": "not ')
        forged = body + b', "sha256": "' + hashlib.sha256(body).hexdigest().encode() + b'"}\n'
        (home / "audit.jsonl").write_bytes(b"".join([*lines[:place], forged, *lines[place + 1 :]]))
        assert broken(home).line == min(place + 2, 4)
        (home / "audit.jsonl").write_bytes(b"".join(lines))


def test_a_log_cut_off_anywhere_is_found_and_stays_found_whatever_is_written_after(home):
    whole, head = (home / "audit.jsonl").read_bytes(), (home / "audit.head").read_bytes()
    for left in range(len(whole)):
        (home / "audit.jsonl").write_bytes(whole[:left])
        (home / "audit.head").write_bytes(head)
        line = whole[:left].count(b"\n") + 1
        assert broken(home).line == line
        if left % 97 == 0:
            append(Settings(home=home), "run_started")
            assert broken(home).line == line, left
    (home / "audit.jsonl").unlink()
    assert broken(home) == audit_log.Broken(1, "audit.head stands and audit.jsonl is gone")


def test_a_head_that_is_gone_is_found_and_the_next_line_says_so(home):
    (home / "audit.head").unlink()
    assert "audit.head is gone" in broken(home).what
    append(Settings(home=home), "run_started")
    assert [one["action"] for one in last_lines(Settings(home=home), 2)] == ["head_lost", "run_started"]
    assert broken(home) is None


def test_a_head_of_two_lines_ago_is_found(tmp_path):
    settings = Settings(home=tmp_path)
    append(settings, "run_started")
    old = (tmp_path / "audit.head").read_bytes()
    append(settings, "run_started")
    (tmp_path / "audit.head").write_bytes(old)  # killed between the second line and its head
    assert broken(tmp_path) is None
    append(settings, "run_started")
    assert (broken(tmp_path), verify(settings).lines) == (None, 3)
    (tmp_path / "audit.head").write_bytes(old)
    assert "does not fit the last line" in broken(tmp_path).what


def test_a_line_that_a_kill_left_unfinished_is_set_aside_and_the_log_says_so(home):
    with (home / "audit.jsonl").open("ab") as file:
        file.write('{"sequence": 5, "actor": "林'.encode()[:-1])
    assert (broken(home), verify(Settings(home=home)).torn_bytes) == (None, 28)
    append(Settings(home=home), "run_started")
    said = last_lines(Settings(home=home), 2)
    assert [(one["sequence"], one["action"]) for one in said] == [(5, "torn_tail"), (6, "run_started")]
    torn = home / said[0]["details"]["kept_in"]
    assert torn.name == "audit.torn-5" and len(torn.read_bytes()) == said[0]["details"]["bytes"] == 28
    assert stat.S_IMODE(torn.stat().st_mode) == 0o600
    assert (broken(home), verify(Settings(home=home)).torn_bytes) == (None, 0)


KILLED = """
import os, signal, sys
from pathlib import Path
from orchestration import audit_log
from orchestration.settings import Settings
write, bytes_of_line = os.write, int(sys.argv[2])
def die_in_the_line(descriptor, line):
    write(descriptor, bytes(line)[:bytes_of_line])
    os.kill(os.getpid(), signal.SIGKILL)
def die_before_the_head(*_):
    os.kill(os.getpid(), signal.SIGKILL)
if bytes_of_line >= 0:
    audit_log.os.write = die_in_the_line
else:
    audit_log.write_text = die_before_the_head
audit_log.append(Settings(home=Path(sys.argv[1])), "run_ended", {"versions": 1})
"""


@pytest.mark.parametrize("lines", [0, 1, 3])
@pytest.mark.parametrize("bytes_of_line", [0, 1, 100, -1])
def test_killed_in_the_middle_of_a_line_or_before_its_head_the_chain_is_whole(tmp_path, lines, bytes_of_line):
    settings = Settings(home=tmp_path)
    for _ in range(lines):
        append(settings, "run_started")
    command = [sys.executable, "-c", KILLED, str(tmp_path), str(bytes_of_line)]
    assert subprocess.run(command, cwd=CHECKOUT, check=False).returncode == -signal.SIGKILL
    whole = lines + (bytes_of_line < 0)
    assert (broken(tmp_path), verify(settings).lines) == (None, whole)
    append(settings, "run_started")
    assert (broken(tmp_path), verify(settings).lines) == (None, whole + 1 + (bytes_of_line > 0))


BUSY = """
import sys
from pathlib import Path
from orchestration.audit_log import append
from orchestration.settings import Settings
while True:
    append(Settings(home=Path(sys.argv[1])), "run_started")
"""


def test_killed_at_any_moment_the_chain_is_whole(tmp_path):
    settings, before = Settings(home=tmp_path), 0
    for round_ in range(6):
        process = subprocess.Popen([sys.executable, "-c", BUSY, str(tmp_path)], cwd=CHECKOUT)
        while verify(settings).lines < before + 3:
            time.sleep(0.01)
        time.sleep(0.003 * round_)
        process.kill()
        process.wait()
        assert broken(tmp_path) is None
        before = verify(settings).lines
        append(settings, "run_ended")
        assert broken(tmp_path) is None
        assert {path.name.split("-")[0] for path in tmp_path.iterdir()} <= {"audit.jsonl", "audit.head", "audit.torn"}


def _write_a_hundred(home, name):
    for number in range(100):
        append(Settings(home=home), "run_started", {"by": name, "number": number})


def test_two_processes_that_write_at_once_lose_no_line(tmp_path):
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write_a_hundred, args=(tmp_path, name)) for name in ("one", "two")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert (broken(tmp_path), verify(Settings(home=tmp_path)).lines) == (None, 200)
    details = [one["details"] for one in last_lines(Settings(home=tmp_path), 200)]
    for name in ("one", "two"):
        assert [said["number"] for said in details if said["by"] == name] == list(range(100))


def test_neither_a_contact_value_nor_a_one_id_is_written(tmp_path):
    details = {"why": "rang 138 1234 5678", "who": "p_0123456789abcdef", "list": ["lin@example.com"], "k": {"a": 1}}
    append(Settings(home=tmp_path), "accepted", details)
    (line,) = last_lines(Settings(home=tmp_path), 1)
    assert line["details"] == {"why": "(withheld)", "who": "(withheld)", "list": ["(withheld)"], "k": {"a": 1}}


def test_names_of_versions_and_hashes_are_written_as_they_are(tmp_path):
    names = [f"20{10 + n % 20}-0{n % 9 + 1}-1{n % 9}-{secrets.token_hex(8)}" for n in range(500)]
    names += [secrets.token_hex(32) for _ in range(500)] + ["2026-03-08-0138123456780000", "1" * 64]
    names += ["13812345-6780-4000-8000-013812345678", "00000000-1381-2345-6789-000000000000"]
    append(Settings(home=tmp_path), "published", {"versions": names})
    assert last_lines(Settings(home=tmp_path), 1)[0]["details"]["versions"] == names

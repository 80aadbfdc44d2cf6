"""One export: its folder, its page, its tokens, and what stands after a process that died on the way."""

import csv
import datetime as dt
import json
import os
import resource
import signal
import subprocess
import sys

import pytest

from orchestration.files import sha256_of
from orchestration.sending import activations, handing_over
from orchestration.sending.handing_over import ExportRefused, withdraw
from orchestration.warehouse import connect
from tests.builders import CHECKOUT
from tests.unit.sending.world import MORNING, World, contact, row


@pytest.fixture
def world(tmp_path):
    return World(tmp_path / "home", row("p1"), row("p2"), row("p3", is_refused=True), row("p4", store_id="S2"))


def _rows(folder):
    with (folder / "sms.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_folder_holds_the_gateways_file_a_page_and_a_receipt_for_its_owner_alone(world, tmp_path):
    os.umask(0o022)
    folder = world.export(tmp_path / "out")["sms"].folder
    assert sorted(file.name for file in folder.iterdir()) == ["index.html", "receipt.json", "sms.csv"]
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}
    assert [place.stat().st_mode & 0o777 for place in (folder, folder.parent)] == [0o700, 0o700]
    said = json.loads((folder / "receipt.json").read_text(encoding="utf-8"))
    assert (said["rows_named"], said["rows_out"], said["kept_in"]) == (4, 3, {"refused": 1})
    assert said["files"] == {"sms.csv": sha256_of(folder / "sms.csv")}


def test_a_file_holds_the_vaults_numbers_and_the_filled_words(world, tmp_path):
    rows = _rows(world.export(tmp_path / "out")["sms"].folder)
    assert [one["mobile"] for one in rows] == [contact("p1"), contact("p2"), contact("p4")]
    assert {one["content"] for one in rows} == {"【四域】来看看https://example.com/a拒收请回复R"}
    assert {(one["send_after"], one["send_before"]) for one in rows} == {("2026-03-11 10:00:00", "2026-03-11 20:00:00")}


def test_what_is_sent_is_what_was_published_to_the_byte(tmp_path):
    said = "【四域】您好，来看看 https://example.com/a 拒收请回复R"
    world = World(tmp_path / "home", row("p1", message_text=said))
    assert [one["content"] for one in _rows(world.export(tmp_path / "out")["sms"].folder)] == [said]


@pytest.mark.parametrize(("setting", "value"), [("brand_name", "别家"), ("brand_link", "https://example.com/b")])
def test_words_that_were_finished_with_another_name_or_link_go_nowhere(setting, value, tmp_path):
    said = "【四域】来看看https://example.com/a拒收请回复R"
    world = World(tmp_path / "home", row("p1", message_text=said), **{setting: value})
    with pytest.raises(ExportRefused, match=f"{setting} is '{value}'.*run the date again"):
        world.export(tmp_path / "out")
    assert not (tmp_path / "out").exists() or list((tmp_path / "out").iterdir()) == []


def test_an_advertising_mail_goes_out_marked_in_its_subject_and_a_service_mail_unmarked(tmp_path):
    renewal = {"consent_purpose": "service", "text_zh": "您的权益月底到期"}
    world = World(tmp_path / "home", row("p1", "email", text_zh="上新了,来看看"), row("p2", "email", **renewal))
    folder = world.export(tmp_path / "out")["email"].folder
    with (folder / "email.csv").open(encoding="utf-8-sig", newline="") as file:
        said = {one["email"]: one["subject"] for one in csv.DictReader(file)}
    assert said == {contact("p1", "email"): "广告 四域：上新了", contact("p2", "email"): "四域：您的权益月底到期"}


def test_the_page_names_no_customer_and_runs_nothing(tmp_path):
    text = "【{brand}】<script>alert(1)</script>拒收请回复R"
    world = World(tmp_path / "home", row("p1", text_zh=text, why="<script>"), row("p2", is_refused=True))
    folder = world.export(tmp_path / "out")["sms"].folder
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert contact("p1") not in page
    assert "本人拒绝了这个渠道" in page
    assert "2026-03-11 10:00" in page
    assert "sms.csv" in page
    assert "<script>" in _rows(folder)[0]["content"]


def test_tokens_differ_by_recipient_and_from_the_published_ones(world, tmp_path):
    world.export(tmp_path / "a", recipient="agency")
    (first,) = activations.exports(world.settings)
    world.ask("drop table channels.activations")
    kept = activations.rows_of(world.settings, first)
    (activations.folder(world.settings) / f"{first}.parquet").unlink()
    world.export(tmp_path / "b", recipient="cloud-sms")
    (second,) = activations.exports(world.settings)
    other = activations.rows_of(world.settings, second)
    assert kept["published_token"].to_pylist() == other["published_token"].to_pylist()
    tokens = [set(table[name].to_pylist()) for table, name in ((kept, "recipient_token"), (other, "recipient_token"))]
    assert tokens[0] & tokens[1] == set()
    assert (tokens[0] | tokens[1]) & set(kept["published_token"].to_pylist()) == set()
    assert {one["out_id"] for one in _rows(tmp_path / "b" / second)} == tokens[1]


def test_one_stores_rows_go_out_alone_and_the_others_later(world, tmp_path):
    assert world.export(tmp_path / "out", store="S2")["sms"].out == 1
    assert world.export(tmp_path / "out", store="S9") == {}
    assert world.export(tmp_path / "out")["sms"].kept_in == {"already_out": 1, "refused": 1}


def test_recipients_whose_names_begin_alike_are_numbered_each_for_themselves(world, tmp_path):
    for number, recipient in enumerate(["cloud-sms", "cloud", "cloud-sms"]):
        world.lists(row(f"p{number}"))
        world.export(tmp_path / "out", recipient=recipient)
    assert activations.exports(world.settings) == [
        "20260310-sms-cloud-001",
        "20260310-sms-cloud-sms-001",
        "20260310-sms-cloud-sms-002",
    ]


def test_a_folder_that_stands_already_is_never_written_over(world, tmp_path):
    """Two brands may export to one folder; a home may have been made anew."""
    other = tmp_path / "out" / "20260310-sms-cloud-sms-001"
    other.mkdir(parents=True)
    (other / "sms.csv").write_text("of another brand", encoding="utf-8")
    done = world.export(tmp_path / "out")["sms"]
    assert (done.export_id, done.out) == ("20260310-sms-cloud-sms-002", 3)
    assert (other / "sms.csv").read_text(encoding="utf-8") == "of another brand"


@pytest.mark.parametrize("recipient", ["", "-x", "a/b", "a b", "云", "a" * 41, "../x"])
def test_a_recipients_name_is_letters_digits_and_dashes(recipient, world, tmp_path):
    with pytest.raises(ExportRefused, match="use letters, digits, - and _"):
        world.export(tmp_path / "out", recipient=recipient)


@pytest.mark.parametrize("name", ["landing", "published", "vault", "reports/2026-03-10", "activations", "refusals/x"])
def test_no_export_is_written_where_the_home_keeps_something_else(name, world):
    with pytest.raises(ExportRefused, match="is no place for exports"):
        world.export(world.settings.home / name)
    assert activations.exports(world.settings) == []


def test_a_link_into_the_home_is_the_homes_folder_and_one_to_a_place_with_blanks_is_that_place(world, tmp_path):
    (tmp_path / "inside").symlink_to(world.settings.home / "vault")
    with pytest.raises(ExportRefused, match="is no place for exports"):
        world.export(tmp_path / "inside")
    (tmp_path / "els ewhere").mkdir()
    (tmp_path / "outside").symlink_to(tmp_path / "els ewhere")
    done = world.export(tmp_path / "outside")["sms"]
    assert (tmp_path / "els ewhere" / done.export_id / "sms.csv").exists()


def test_a_clock_that_went_back_sends_nobody_twice(world, tmp_path):
    first = world.export(tmp_path / "out")["sms"]
    assert first.out > 0
    an_hour_before = world.export(tmp_path / "out", now=MORNING - dt.timedelta(hours=1))["sms"]
    assert (an_hour_before.out, an_hour_before.kept_in) == (0, {"already_out": first.out, "refused": 1})
    days_before = world.export(tmp_path / "out", now=MORNING - dt.timedelta(days=3))["sms"]
    assert (days_before.out, days_before.kept_in) == (0, {"already_out": first.out, "refused": 1})


def test_a_folder_that_is_a_file_is_refused(world, tmp_path):
    (tmp_path / "out").write_text("", encoding="utf-8")
    with pytest.raises(ExportRefused, match="File exists; name a folder that can be written"):
        world.export(tmp_path / "out")


def _withdraw(world, export_id, why="wrong price"):
    with connect(world.settings) as warehouse:
        return withdraw(world.settings, warehouse, export_id, why, MORNING)


def test_an_export_taken_back_frees_its_people_and_what_was_sent_counts(world, tmp_path):
    world.export(tmp_path / "out")
    (export_id,) = activations.exports(world.settings)
    kept = activations.rows_of(world.settings, export_id).to_pylist()
    told = f"('{kept[0]['recipient_token']}'), ('{kept[1]['published_token']}'), ('r1:of-nobody')"
    world.ask(f"insert into customer.messages values {told}")
    assert _withdraw(world, export_id) == (1, 2)
    assert world.export(tmp_path / "out")["sms"].out == 1
    with pytest.raises(ExportRefused, match="nothing of it is left to take back"):
        world.ask("insert into customer.messages select recipient_token from channels.activations")
        _withdraw(world, export_id)


def test_an_export_that_is_not_there_names_those_that_are(world, tmp_path):
    with pytest.raises(ExportRefused, match="no export is called 'x'; the last ones are: none"):
        _withdraw(world, "x")
    world.export(tmp_path / "out")
    with pytest.raises(ExportRefused, match="the last ones are: 20260310-sms-cloud-sms-001"):
        _withdraw(world, "x")
    with pytest.raises(ExportRefused, match="--reason is empty"):
        _withdraw(world, "20260310-sms-cloud-sms-001", " ")


def test_who_uploaded_and_deleted_a_folder_before_its_end_was_seen_sends_nobody_twice(world, tmp_path):
    """The process died between the folder's name and the mark; the page says to delete the folder after the upload."""
    folder = world.export(tmp_path / "out")["sms"].folder
    (mark,) = activations.folder(world.settings).glob("*.handed-over")
    mark.unlink()
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    said = []
    assert world.export(tmp_path / "out", say=said.append)["sms"].out == 0
    assert "its rows count as sent: if they were not, siyu withdraw 20260310-sms-cloud-sms-001" in said[0]
    assert _withdraw(world, "20260310-sms-cloud-sms-001") == (3, 0)
    assert world.export(tmp_path / "out")["sms"].out == 3


#: Exports, and dies by SIGKILL before or after one call of a function: python -c DRIVER HOME OUT MODULE NAME WHEN.
DRIVER = """
import importlib, os, signal, sys
from pathlib import Path
from orchestration.sending.brakes import stopped
from orchestration.sending.export import export
from orchestration.sending.gateways import GATEWAYS
from orchestration.sending.reasons import Asked
from orchestration.settings import Settings
from orchestration.warehouse import connect, writer_lock
from tests.unit.sending.world import DATE, MORNING, RECIPIENTS

home, out, module, name, when = sys.argv[1:]
owner = importlib.import_module(module)
for part in name.split(".")[:-1]:
    owner = getattr(owner, part)
name = name.split(".")[-1]
real = getattr(owner, name)

def dying(*arguments, **named):
    if when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    real(*arguments, **named)
    os.kill(os.getpid(), signal.SIGKILL)

setattr(owner, name, dying)
settings = Settings(
    home=Path(home), brand_name="四域", brand_link="https://example.com/a", recipients=RECIPIENTS
)
with writer_lock(settings, "export"), connect(settings) as warehouse:
    asked = Asked(DATE, ("audience",), tuple(GATEWAYS))
    export(settings, warehouse, asked, "cloud-sms", Path(out), MORNING, lambda rows: stopped(settings, rows))
"""
STEPS = [
    ("orchestration.sending.handing_over", "_written", "before"),
    ("orchestration.sending.handing_over", "write_text", "before"),
    ("orchestration.sending.handing_over", "_written", "after"),
    ("orchestration.sending.activations", "_write", "before"),
    ("orchestration.sending.activations", "pq.write_table", "after"),
    ("orchestration.sending.activations", "_write", "after"),
    ("orchestration.sending.activations", "unfinished", "before"),
    ("pathlib", "Path.rename", "after"),
    ("orchestration.sending.activations", "finished", "after"),
]


@pytest.mark.parametrize("step", STEPS, ids=["-".join(step[1:]) for step in STEPS])
def test_who_is_killed_at_any_step_of_an_export_sends_nobody_twice_and_loses_nobody(step, world, tmp_path):
    out = tmp_path / "out"
    command = [sys.executable, "-c", DRIVER, str(world.settings.home), str(out), *step]
    died = subprocess.run(command, capture_output=True, text=True, cwd=CHECKOUT, check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr
    known = {one for place in activations.places(world.settings) for one in (place, handing_over.draft_of(place))}
    assert {*(out.iterdir() if out.exists() else ())} <= known, "an erasure looks into whatever a killed process left"
    world.export(out)
    numbers = [one["mobile"] for folder in out.iterdir() if folder.name[0] != "." for one in _rows(folder)]
    assert sorted(numbers) == [contact("p1"), contact("p2"), contact("p4")]
    logged = [
        one
        for name in activations.exports(world.settings)
        for one in activations.rows_of(world.settings, name)["one_id"].to_pylist()
    ]
    assert sorted(logged) == ["p1", "p2", "p4"]
    assert activations.unfinished(world.settings) == []
    assert [folder.name for folder in out.iterdir() if folder.name[0] == "."] == []


@pytest.mark.parametrize("limit", [1, 200, 900, 3000, 7000, 9000])
def test_a_disk_that_is_full_while_a_file_is_written_leaves_nothing_that_counts(limit, tmp_path, monkeypatch):
    world = World(tmp_path / "home", *(row(f"p{number}") for number in range(60)))
    out, without = tmp_path / "out", resource.RLIM_INFINITY
    real = handing_over._written

    def on_a_full_disk(*given):
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, without))
        return real(*given)

    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    monkeypatch.setattr(handing_over, "_written", on_a_full_disk)
    try:
        with pytest.raises(ExportRefused) as refused:
            world.export(out)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (without, without))
        signal.signal(signal.SIGXFSZ, before)
    assert "nothing of 20260310-sms-cloud-sms-001 left the house: make room and export again" in str(refused.value)
    assert list(out.iterdir()) == []
    assert activations.exports(world.settings) == []
    monkeypatch.undo()
    assert world.export(out)["sms"].out == 60

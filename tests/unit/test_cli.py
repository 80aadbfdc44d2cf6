"""The command line as people and programs meet it: help, version, completion, the answers of ``status``."""

import datetime as dt
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from orchestration.audit_log import append
from orchestration.channels.engine.keys import contacts_file
from orchestration.channels.engine.vault import home_tokeniser, open_vault
from orchestration.cli import app, main
from orchestration.home_facts import ago, facts
from orchestration.release import release_of_rules
from orchestration.settings import CHECKOUT, Settings, load_settings
from tests.builders import siyu_anew
from tests.unit.cli_places import VERSION, lay, run

COMMANDS = [
    "",
    "run",
    "daily",
    "backfill",
    "ui",
    "status",
    "explain",
    "leads",
    "why",
    "refusals",
    "refusals accept",
    "rollback",
    "audit",
    "audit verify",
    "pull",
]


@pytest.fixture
def places(tmp_path, monkeypatch):
    lay(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS)
def test_help_explains_every_argument_and_ends_with_an_example(command, capsys):
    assert main([*command.split(), "--help"]) == 0
    page = capsys.readouterr().out
    assert "\x1b" not in page
    assert re.search(rf"\n  Examples?: siyu .*{command.split(' ')[-1]}", page)
    found = get_command(app)
    for word in command.split():
        found = found.commands[word]
    for parameter in found.params:
        assert parameter.help, parameter.name
        assert parameter.help in re.sub(r"\s+", " ", page)
        if not getattr(parameter, "is_flag", False):
            assert re.search(r": \S|\d{4}-\d\d-\d\d|\(\w+:\w+:\w+\)", parameter.help), parameter.name


@pytest.mark.parametrize(
    "word", ["--home PATH", "--now MOMENT", "--version", "--install-completion", "--show-completion"]
)
def test_what_holds_for_every_command_stands_before_it(word, capsys):
    main(["--help"])
    assert word in capsys.readouterr().out


def test_the_version_names_the_package_and_the_release_of_the_rules(capsys):
    assert main(["--version"]) == 0
    assert re.fullmatch(rf"siyu \d+\.\d+\.\d+, rules {release_of_rules()[:12]}\n", capsys.readouterr().out)


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("siyu da", ["daily"]), ("siyu refusals ac", ["accept"]), ("siyu rollback 2026-03", [VERSION])],
)
def test_a_shell_completes_commands_and_the_versions_that_are_kept(typed, offered, places):
    words = {"COMP_WORDS": typed, "COMP_CWORD": str(len(typed.split()) - 1)}
    outcome = siyu_anew(places / "published", _SIYU_COMPLETE="complete_bash", **words)
    assert outcome.stdout.split() == offered


def test_home_stands_before_siyu_home(places, monkeypatch, capsys):
    assert run("SIYU_HOME=brand siyu --home published status", monkeypatch) == 0
    assert capsys.readouterr().out.startswith(f"published  {VERSION}  (as of 2026-03-08, contract 1), ")


def test_status_reads_well_in_a_pipe(places, monkeypatch, capsys):
    os.utime("published/last_run.json", (0, 0))
    assert run("siyu --home published status", monkeypatch) == 0
    page = capsys.readouterr().out
    assert "\x1b" not in page
    assert [line for line in page.splitlines() if line != line.rstrip()] == []
    assert "\ntable       rows\ncustomers  1,234\n" in page
    assert "\nsource  data as of\nshop    2026-03-08\nweb     never       STALE\n" in page
    assert re.search(r"\nlast run   2026-03-08: FAILED, \d+ days ago\n", page)
    assert "\nnext\n  the last run failed: mend what it named, then run it again: siyu daily 2026-03-08\n" in page
    assert "\n  web is stale since ever: ask who delivers it\n" in page


def test_status_tells_programs_ages_in_seconds_and_next_steps_in_words(places, monkeypatch, capsys):
    os.utime("published/last_run.json", (0, 0))
    assert run("siyu --home published status --json", monkeypatch) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["current"]["version"] == VERSION
    assert 0 <= said["current"]["age_seconds"] < 600
    assert said["last_run"]["ended_at"] == "1970-01-01T00:00:00Z"
    assert said["last_run"]["age_seconds"] > 50 * 365 * 86_400
    assert said["sources"]["web"] == {"data_as_of": None, "stale": True}
    assert said["next_steps"][0].startswith("the last run failed")


@pytest.mark.parametrize(
    ("is_stopping", "said"), [("true", "nothing is exported on it"), ("false", "it is exported all the same")]
)
def test_status_says_which_channels_receipts_stopped_coming(is_stopping, said, places, monkeypatch, capsys):
    file = Path("published") / "published" / "versions" / VERSION / "manifest.json"
    silent = {"exported_from": "2026-03-02", "exported_to": "2026-03-04", "rows_out": 1200, "rows_told": 2}
    told = json.loads(file.read_text(encoding="utf-8")) | {"silent_channels": {"sms": silent}}
    file.write_text(json.dumps(told), encoding="utf-8")
    run(f"SIYU_STOP_SILENT_CHANNELS={is_stopping} siyu --home published status", monkeypatch)
    assert f"""
  sms is silent: of 1,200 rows exported 2026-03-02 to 2026-03-04, 2 were told of; {said}: land its""" in (
        capsys.readouterr().out
    )


def test_a_home_without_anything_published_says_so_to_programs_too(places, monkeypatch, capsys):
    assert run("siyu --home brand status --json", monkeypatch) == 1
    said = json.loads(capsys.readouterr().out)
    assert (said["current"], said["last_run"], said["channels"]) == (None, None, {})


@pytest.mark.parametrize(
    ("now", "last_over"),
    [
        (dt.datetime(2026, 11, 28, 21, 59), "2026-11-27"),  # 05:59 of the 29th in Shanghai: the 28th is not over
        (dt.datetime(2026, 11, 28, 22, 0), "2026-11-28"),
    ],
)
def test_a_date_is_missed_only_when_its_cut_off_has_passed(places, now, last_over):
    steps = facts(load_settings({"SIYU_HOME": "published"}), now)["next_steps"]
    assert steps[-1] == f"{last_over} is over and not published: when its files have landed: siyu daily {last_over}"


def test_nobody_is_told_to_run_a_date_that_is_published_or_of_the_demo(places):
    settings = load_settings({"SIYU_HOME": "published"})
    assert "is over" not in facts(settings, dt.datetime(2026, 3, 9, 12))["next_steps"][-1]
    Path("published/demo.json").write_text("{}", encoding="utf-8")
    assert "is over" not in facts(settings, dt.datetime(2026, 11, 28))["next_steps"][-1]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "never"),
        (0, "just now"),
        (59, "just now"),
        (60, "1 minute ago"),
        (7_199, "1 hour ago"),
        (7_200, "2 hours ago"),
        (172_800, "2 days ago"),
    ],
)
def test_an_age_is_told_in_its_largest_unit_rounded_down(seconds, words):
    assert ago(seconds) == words


def test_the_audit_log_is_told_in_plain_words_and_verified(places, monkeypatch, capsys):
    settings = load_settings({"SIYU_HOME": "published"})
    for number in range(25):
        append(settings, "run_started", {"run": None, "first": "2026-03-08", "last": f"2026-03-{number + 8:02d}"})
    append(settings, "published", {"versions": {"2026-03-08": VERSION}, "not_over": [], "tables": ["orders", "kpis"]})
    assert run("siyu --home published audit", monkeypatch) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 20
    assert re.fullmatch(r"\d{4}-\d\d-\d\d [\d:]{8}  \S+  run started: first 2026-03-08, last 2026-03-32", lines[-2])
    assert lines[-1].endswith(f"  published: versions 2026-03-08 {VERSION}, tables orders and kpis")
    assert run("siyu --home published audit verify", monkeypatch) == 0
    assert re.fullmatch(r"26 lines, each as it was written; the last has sha256 \w{64}\n", capsys.readouterr().out)
    log = Path("published/audit.jsonl")
    log.write_bytes(log.read_bytes().replace(b"2026-03-12", b"2026-03-13"))
    for command in ("audit verify", "audit"):
        assert run(f"siyu --home published {command}", monkeypatch) == 1
        said = "siyu: audit.jsonl, line 5: its sha256 does not fit it: a byte of it was changed\n"
        assert capsys.readouterr().err == said


def test_nothing_done_yet_is_a_whole_log(places, monkeypatch, capsys):
    assert run("siyu --home brand audit", monkeypatch) == 0
    assert run("siyu --home brand audit verify", monkeypatch) == 0
    assert capsys.readouterr().out.startswith("nothing was done yet in ")


def test_a_fault_of_ours_shows_where_it_happened_and_nobodys_number(tmp_path, monkeypatch, capsys):
    settings = Settings(home=tmp_path)
    with open_vault(settings) as vault:
        home_tokeniser(settings, vault).token("mobile", "13912345671")
        home_tokeniser(settings, vault).token("email", "lin1984@163.com")

    row = '{"tel": "mailto:lin1984@163.com", "mobile": "139 1234 5671"}'

    def broken(*_, **__):
        raise KeyError(row)

    monkeypatch.setattr("orchestration.cli.app", broken)
    monkeypatch.setenv("SIYU_HOME", str(tmp_path))
    assert main(["status"]) == 1
    said = capsys.readouterr().err
    assert "KeyError" in said and "test_cli.py" in said
    assert "lin1984" not in said and "5671" not in said
    contacts_file(settings).write_bytes(b"half a database" * 100)
    assert main(["status"]) == 1
    said = capsys.readouterr().err
    assert said.endswith("KeyError: what it says could not be searched for numbers\n") and "lin1984" not in said


def test_a_reader_that_has_read_enough_sees_no_traceback(places):
    command = f"{Path(sys.executable).with_name('siyu')} --home {places / 'published'} status | head -c 1"
    outcome = subprocess.run(command, shell=True, capture_output=True, text=True, cwd=CHECKOUT, check=False)
    assert (outcome.stdout, outcome.stderr) == ("p", "")


def test_a_refused_command_imports_neither_dagster_nor_pandas():
    code = (
        "import sys; from orchestration.cli import main; code = main(['daily', 'soon']);"
        "sys.exit(code if not {'dagster', 'dbt', 'duckdb', 'pandas', 'rich'} & set(sys.modules) else 3)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=CHECKOUT, check=False).returncode == 2

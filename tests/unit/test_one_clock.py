"""A home has one clock: nothing else asks what time it is, and --now drives it for a demo alone."""

import ast
import datetime as dt
import re
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration import clock
from orchestration.audit_log import append, last_lines
from orchestration.cli import main
from orchestration.home_facts import facts
from orchestration.settings import CHECKOUT, SettingsError, load_settings
from tests.unit.cli_places import lay, run, tree

FOLDERS = ("orchestration", "ml", "data_quality", "demo", "dbt_project/models")
CLOCK = "orchestration/clock.py"
#: What tells the time in the world, or when a file changed, by its full name; `time.monotonic` does neither.
TELLS_TIME = re.compile(
    r"datetime\.(datetime|date)\.(now|utcnow|today)|time\.(time|time_ns|localtime|gmtime|ctime|strftime|clock_gettime)"
    r"|(pandas|pd)\.Timestamp\.(now|utcnow|today)|.*\.st_(mtime|ctime|atime|birthtime)(_ns)?"
)
IN_SQL = re.compile(r"\b(now|today|get_current_timestamp)\s*\(\s*\)|\bcurrent_(date|time|timestamp)\b", re.IGNORECASE)
IS_SQL = re.compile(r"\b(select|insert|update|cast|where|values)\b", re.IGNORECASE)
#: Where files are asked when they changed: what for, and why that is no clock of the home.
FILE_TIMES = {
    "orchestration/erasing/raw.py": "whether the very file that nobody could read still lies there",
    "orchestration/own_manifest.py": "whether dbt's manifest is older than its sources: two files compared",
    "orchestration/channels/engine/landing.py": "when a file appeared: bounded above by the home's clock",
    "orchestration/channels/engine/trying.py": "the name under which a file that is tried would be known",
    "orchestration/channels/engine/files.py": "whether a file grows while it is read: compared with itself",
    "orchestration/publishing/versions.py": "which version of a date was built last: an order, no age",
    "orchestration/erasing/published.py": "when a version was built: a cut one keeps its place in the order",
    "orchestration/erasing/backups.py": "a file's time goes with it into a backup and out again",
    "orchestration/door/files.py": "which files changed since a run began: by the real clock, which dates inodes",
    "orchestration/rekey/versions.py": "the order of versions and the age of CURRENT are taken over, not told",
    "orchestration/files.py": "whether a draft is one that somebody writes now: by the real clock, which dates it",
    "orchestration/home_facts.py": "when CURRENT and the last run were written: dated by clock.stamp",
}


def _names(tree):
    """Return what each name of a module that was imported stands for."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {
                one.asname or one.name.split(".")[0]: one.name if one.asname else one.name.split(".")[0]
                for one in node.names
            }
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {one.asname or one.name: f"{node.module}.{one.name}" for one in node.names}
    return found


def told(source):
    """Return (line, name) of whatever a module reads that tells the time."""
    tree = ast.parse(source)
    imported = _names(tree)
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name):
            text = ast.unparse(node)
            head, _, rest = text.partition(".")
            full = ".".join(filter(None, [imported.get(head, head), rest]))
            if TELLS_TIME.fullmatch(full):
                found.append((node.lineno, full))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and IS_SQL.search(node.value):
            found.extend((node.lineno, asked.group()) for asked in IN_SQL.finditer(node.value))
    return found


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import datetime as dt\ndt.datetime.now(dt.UTC)", "datetime.datetime.now"),
        ("from datetime import datetime\nat = datetime.utcnow", "datetime.datetime.utcnow"),
        ("from datetime import date as d\nd.today()", "datetime.date.today"),
        ("import time\nfield(default_factory=time.time)", "time.time"),
        ("from time import time_ns\ntime_ns()", "time.time_ns"),
        ("import pandas as pd\npd.Timestamp.now()", "pandas.Timestamp.now"),
        ("path.stat().st_mtime", "path.stat().st_mtime"),
        ("con.execute('select now() as at')", "now()"),
        ("con.execute('insert into t values (current_timestamp)')", "current_timestamp"),
    ],
)
def test_whatever_tells_the_time_is_seen_under_any_name(source, name):
    assert [found for _, found in told(source)][-1:] == [name]


@pytest.mark.parametrize("source", ["import time\ntime.monotonic()", "clock.now()", "'it happens now (today)'"])
def test_durations_and_the_homes_clock_are_nobodys_fault(source):
    assert told(source) == []


def test_no_module_but_the_clock_asks_what_time_it_is():
    asking, of_files = [], set()
    for folder in FOLDERS:
        for file in sorted((CHECKOUT / folder).rglob("*.py")):
            name = file.relative_to(CHECKOUT).as_posix()
            for line, what in told(file.read_text(encoding="utf-8")):
                if ".st_" in what and name in FILE_TIMES:
                    of_files.add(name)
                elif name != CLOCK:
                    asking.append(f"{name}:{line}: {what}")
    assert asking == []
    assert of_files == set(FILE_TIMES)


def test_no_model_asks_what_time_it_is():
    files = [
        *(CHECKOUT / "dbt_project" / "models").rglob("*.sql"),
        *(CHECKOUT / "dbt_project" / "macros").rglob("*.sql"),
    ]
    without_comments = {
        file: re.sub(r"--[^\n]*|\{#.*?#\}", "", file.read_text("utf-8"), flags=re.DOTALL) for file in files
    }
    assert len(files) > 100
    assert [str(file) for file, text in without_comments.items() if IN_SQL.search(text)] == []


@pytest.fixture
def demo(tmp_path, monkeypatch):
    """A folder of places, one of which, `published`, is a demo."""
    lay(tmp_path)
    (tmp_path / "published" / "demo.json").write_text("{}", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(clock.VARIABLE, "")
    return tmp_path


@pytest.mark.parametrize(
    ("typed", "utc"),
    [
        ("2017-12-01T09:00", dt.datetime(2017, 12, 1, 1)),
        ("2017-12-01 09:00:30.5", dt.datetime(2017, 12, 1, 1, 0, 30)),
        ("2017-12-01T09:00+00:00", dt.datetime(2017, 12, 1, 9)),
        ("2017-12-01T09:00Z", dt.datetime(2017, 12, 1, 9)),
        ("2017-12-01T09:00-05:00", dt.datetime(2017, 12, 1, 14)),
    ],
)
def test_a_moment_is_shanghais_unless_it_says_its_offset(typed, utc):
    assert clock.parse_moment(typed) == utc


@pytest.mark.parametrize("typed", ["", "soon", "2017-12-01", "09:00", "2017-02-30T09:00", "9998-01-01T00:00"])
def test_what_is_no_moment_that_has_passed_is_refused(typed):
    with pytest.raises(ValueError, match="2017-12-01T09:00"):
        clock.parse_moment(typed)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("siyu --now soon --home published status", "'--now': 'soon' is no moment; write it as 2017-12-01T09:00"),
        ("siyu --now 9998-01-01T00:00 --home published status", "'9998-01-01T00:00' is still to come"),
        ("siyu --home published status --now 2017-12-01T09:00", "--now stands before the command: siyu --now MOMENT"),
        ("siyu --now 2017-12-01T09:00 --home brand status", "--now is for demo homes, and "),
        (
            "siyu --now 2017-12-01T09:00 --home brand daily 2017-11-30",
            "brand has no demo.json: a brand lives by the real",
        ),
        (
            "siyu --now 2017-12-01T09:00 --home published daily 2017-12-02",
            "2017-12-02 is still to come: today is 2017-12-01",
        ),
    ],
)
def test_a_moment_for_no_demo_or_that_is_none_is_refused_in_a_sentence(line, sentence, demo, monkeypatch, capsys):
    before = tree(demo)
    code = run(line, monkeypatch)
    said = capsys.readouterr()
    assert (code, said.out, tree(demo)) == (2, "", before)
    assert sentence in said.err and re.fullmatch(r"siyu: [^\n]+\n", said.err)


def test_a_brand_is_refused_the_moment_that_its_environment_brought(demo, monkeypatch):
    """A job that Dagster starts reads the environment of its parent and no option."""
    monkeypatch.setenv(clock.VARIABLE, "2017-12-01T01:00:00")
    with pytest.raises(SettingsError, match="--now is for demo homes"):
        load_settings({"SIYU_HOME": "brand"})
    assert load_settings({"SIYU_HOME": "published"}).home == demo / "published"


def test_a_variable_that_nobody_asked_for_is_dropped_by_the_command(demo, monkeypatch, capsys):
    assert run(f"{clock.VARIABLE}=2017-12-01T01:00:00 siyu --home published status --json", monkeypatch) == 0
    assert '"asked_at": "20' in (said := capsys.readouterr().out) and '"asked_at": "2017' not in said


def test_ages_are_counted_to_the_moment_and_it_ends_with_the_command(demo, monkeypatch, capsys):
    assert run("siyu --now 2017-12-01T09:00 --home published status --json", monkeypatch) == 0
    assert '"asked_at": "2017-12-01T01:00:00Z"' in capsys.readouterr().out
    assert clock.given() is None and abs(clock.now() - clock.real_now()) < dt.timedelta(seconds=5)


def test_a_demo_is_told_which_date_is_over_at_its_moment(demo, monkeypatch):
    monkeypatch.setenv(clock.VARIABLE, "2026-03-10T21:59:59")
    settings = load_settings({"SIYU_HOME": "published"})
    assert facts(settings, clock.now())["next_steps"][-1].startswith("2026-03-09 is over and not published")
    monkeypatch.setenv(clock.VARIABLE, "2026-03-08T22:30:00")
    assert "is over and" not in facts(settings, clock.now())["next_steps"][-1]


def test_children_live_at_the_moment_too(demo, monkeypatch):
    monkeypatch.setenv(clock.VARIABLE, "2017-12-01T01:00:00")
    code = "from orchestration import clock; print(clock.now()); print(clock.real_now().year > 2017)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=CHECKOUT, check=True)
    assert done.stdout.split("\n")[:2] == ["2017-12-01 01:00:00", "True"]


def test_what_is_written_under_now_has_its_age_from_there(demo, monkeypatch):
    file = Path("published/published/CURRENT")
    real = file.stat().st_mtime
    clock.stamp(file)
    assert file.stat().st_mtime == real
    monkeypatch.setenv(clock.VARIABLE, "2017-12-01T01:00:00")
    clock.stamp(file)
    current = facts(load_settings({"SIYU_HOME": "published"}), clock.now() + dt.timedelta(hours=2))["current"]
    assert (current["moved_at"], current["age_seconds"]) == ("2017-12-01T01:00:00Z", 7_200)


def test_the_audit_log_says_when_it_really_was(demo, monkeypatch):
    monkeypatch.setenv(clock.VARIABLE, "2017-12-01T01:00:00")
    settings = load_settings({"SIYU_HOME": "published"})
    append(settings, "run_started")
    monkeypatch.setenv(clock.VARIABLE, "")
    append(settings, "run_started")
    moved, real = last_lines(settings, 2)
    assert moved["at"] == "2017-12-01T01:00:00Z" and moved["real_at"] > "2026"
    assert real["at"] >= moved["real_at"] and "real_at" not in real


def test_help_says_what_the_option_is_for(capsys):
    assert main(["--help"]) == 0
    assert "For demo homes" in capsys.readouterr().out

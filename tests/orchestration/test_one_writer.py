import subprocess
import sys
import threading

import pandas as pd
import pytest

from orchestration.cli import main
from orchestration.settings import Settings
from orchestration.warehouse import HomeBusy, connect, create_schemas, is_locked, replace_dates, writer_lock
from tests.builders import give_keys

HOLD = """
import sys
from pathlib import Path
from orchestration.settings import Settings
from orchestration.warehouse import connect, writer_lock
settings = Settings(home=Path(sys.argv[1]))
with writer_lock(settings, "run-of-the-other") if sys.argv[2] == "run" else connect(settings):
    print("held", flush=True)
    sys.stdin.readline()  # until it is told to end
"""


@pytest.fixture
def other_process(tmp_path, request):
    command = [sys.executable, "-c", HOLD, str(tmp_path), getattr(request, "param", "run")]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline().strip() == "held"
    yield process
    process.kill()
    process.wait()


def test_a_second_run_ends_naming_the_process_and_run_that_hold_the_home(tmp_path, other_process):
    settings = Settings(home=tmp_path, lock_wait_seconds=0)
    with (
        pytest.raises(HomeBusy, match=rf"process {other_process.pid} \(run run-of-the-other\)"),
        writer_lock(settings, "mine"),
    ):
        pass


def test_a_killed_run_leaves_no_lock(tmp_path, other_process):
    settings = Settings(home=tmp_path, lock_wait_seconds=5)
    assert is_locked(settings)
    other_process.kill()
    other_process.wait()
    with writer_lock(settings, "mine"):
        assert True is is_locked(settings)
    assert not is_locked(settings)


def test_a_second_run_waits_for_the_first_to_end(tmp_path, other_process):
    settings = Settings(home=tmp_path, lock_wait_seconds=120)
    ends = threading.Timer(0.5, other_process.communicate, ["\n"])
    ends.start()
    with writer_lock(settings, "mine"):
        assert other_process.wait() == 0
    ends.join()


@pytest.mark.parametrize("other_process", ["looks into the warehouse"], indirect=True)
@pytest.mark.parametrize("read_only", [True, False])
def test_a_warehouse_that_somebody_looks_into_is_named_with_their_process(tmp_path, other_process, read_only):
    says = rf"{tmp_path}/warehouse.duckdb is open in process {other_process.pid}: let it end, or close it there"
    with pytest.raises(HomeBusy, match=says), connect(Settings(home=tmp_path), read_only=read_only):
        pass


def test_a_scan_does_not_open_the_warehouse_while_a_run_writes(tmp_path, other_process, monkeypatch, capsys):
    (tmp_path / "warehouse.duckdb").touch()
    give_keys(tmp_path)
    (tmp_path / "dagster_home").mkdir()
    monkeypatch.setenv("SIYU_HOME", str(tmp_path))
    monkeypatch.setenv("SIYU_LOCK_WAIT_SECONDS", "0")
    assert main(["scan"]) == 1
    assert f"is being written by process {other_process.pid} (run run-of-the-other)" in capsys.readouterr().err


def test_the_warehouse_connection_reaches_no_file_outside_the_folders_it_was_given(tmp_path):
    outside = tmp_path / "outside.csv"
    outside.write_text("a\n1\n")
    allowed = tmp_path / "allowed"
    allowed.mkdir()
    (allowed / "inside.csv").write_text("a\n2\n")
    with connect(Settings(home=tmp_path / "home"), readable=[allowed]) as connection:
        assert connection.execute(f"select a from read_csv('{allowed}/inside.csv')").fetchall() == [(2,)]
        for statement in (
            f"select a from read_csv('{outside}')",
            f"select a from read_csv('{allowed}/../outside.csv')",
            f"copy (select 1) to '{tmp_path}/out.csv'",
            "set enable_external_access = true",
        ):
            with pytest.raises(Exception, match="(?i)permission|disabled|locked|cannot"):
                connection.execute(statement)


def test_replacing_a_date_leaves_the_other_dates_and_clears_an_empty_one(tmp_path):
    columns = {"as_of_date": "DATE", "one_id": "VARCHAR"}
    first, second = pd.Timestamp("2017-11-29").date(), pd.Timestamp("2017-11-30").date()
    with connect(Settings(home=tmp_path)) as connection:
        create_schemas(connection)
        frame = pd.DataFrame({"as_of_date": [first, second], "one_id": ["p_a", "p_b"]})
        replace_dates(connection, "scores.customer_scores", frame, [first, second], columns)
        replace_dates(connection, "scores.customer_scores", frame.iloc[:0], [second], columns)
        rows = connection.execute("select as_of_date, one_id from scores.customer_scores").fetchall()
    assert rows == [(first, "p_a")]

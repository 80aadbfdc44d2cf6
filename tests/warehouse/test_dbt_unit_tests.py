"""The rules of the models, as dbt unit tests beside them, run on a warehouse with every table and not one row."""

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.channels.engine import registry
from orchestration.channels.engine.ingest import ingest
from orchestration.channels.engine.keys import kept_at, load_key
from orchestration.channels.engine.landing_summary import finish
from orchestration.defs.dbt_errors import failed_tests_say, what_failed
from orchestration.python_tables import create_missing
from orchestration.settings import CHECKOUT, Settings
from orchestration.warehouse import connect, create_schemas

PROJECT = CHECKOUT / "dbt_project"
NOW = dt.datetime(2026, 6, 1)


def _dbt(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("dbt")), *arguments]
    places = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    outputs = [
        "--target-path",
        str(home / "target"),
        "--log-path",
        str(home / "logs"),
        "--threads",
        "2",
        "--no-use-colors",
    ]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SIYU_")}
    environment |= {"SIYU_WAREHOUSE": str(home / "warehouse.duckdb"), "DO_NOT_TRACK": "1"}
    environment["SIYU_ONE_ID_KEY"] = str(kept_at(Settings(home=home), "one_id"))
    return subprocess.run(
        [*command, *places, *outputs], capture_output=True, text=True, env=environment, timeout=600, check=False
    )


def _results(home: Path) -> list[dict]:
    return json.loads((home / "target" / "run_results.json").read_text(encoding="utf-8"))["results"]


@pytest.fixture(scope="session")
def empty_home(tmp_path_factory) -> Path:
    """A home whose landing folder is empty, with every table of every stage made by what makes it in a run."""
    settings = Settings(home=tmp_path_factory.mktemp("empty"))
    load_key(settings, "one_id")
    with connect(settings) as warehouse:
        create_schemas(warehouse)
        for channel in registry.channels():
            ingest(settings, warehouse, channel, NOW)
        finish(settings, warehouse, NOW)
        create_missing(warehouse)
    built = _dbt(settings.home, "build", "--empty", "--exclude-resource-type", "unit_test", "test")
    assert built.returncode == 0, built.stdout[-5000:]
    return settings.home


@pytest.fixture(scope="session")
def unit_tests(empty_home) -> dict[str, dict]:
    """How each unit test ended, by its unique id."""
    done = _dbt(empty_home, "test", "--select", "test_type:unit")
    assert done.returncode in {0, 1}, done.stdout[-5000:]
    return {result["unique_id"]: result for result in _results(empty_home)}


@pytest.fixture(scope="session")
def declared(empty_home) -> set[str]:
    manifest = json.loads((empty_home / "target" / "manifest.json").read_text(encoding="utf-8"))
    return set(manifest["unit_tests"])


def test_every_unit_test_that_a_model_declares_ran(unit_tests, declared):
    assert declared
    assert set(unit_tests) == declared


def test_no_unit_test_failed(unit_tests):
    failed = [result for result in unit_tests.values() if result["status"] != "pass"]
    assert not failed, "\n\n".join(f"{result['unique_id']}: {result['message']}" for result in failed)


def test_an_order_version_that_stands_twice_fails_the_grain_and_is_told_by_model_without_its_key(empty_home, tmp_path):
    home = tmp_path / "home"
    shutil.copytree(empty_home, home)
    settings = Settings(home=home)
    with connect(settings) as warehouse:
        warehouse.execute("""
            insert into staging.pos_orders by name
            select 'pos' as source, 'T-1' as order_id, timestamp '2017-11-01' as known_at from range(2)
        """)
    assert _dbt(home, "test", "--select", "staging_grain").returncode == 1
    with connect(settings, read_only=True) as warehouse:
        said = failed_tests_say(home / "target", warehouse)
    assert len(said) == 1 and said[0].startswith("pos_orders: 1 keys stand twice in (source, order_id, known_at")
    assert said[0] in what_failed("1 of 1 FAIL", home / "dbt.log", said)

"""A home with every table of every stage and not one row, and dbt upon it."""

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from orchestration.channels.engine import registry
from orchestration.channels.engine.ingest import ingest
from orchestration.channels.engine.keys import kept_at, load_key
from orchestration.channels.engine.landing_summary import finish
from orchestration.python_tables import create_missing
from orchestration.sending import activations
from orchestration.settings import CHECKOUT, Settings
from orchestration.warehouse import connect, create_schemas

PROJECT = CHECKOUT / "dbt_project"
NOW = dt.datetime(2026, 6, 1)


def run_dbt(home: Path, *arguments: str, as_of: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """Run dbt on a home's warehouse, for some as-of dates; its target and logs stay in the home."""
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
    environment["SIYU_RUN_DATES"] = json.dumps({"as_of": as_of})
    environment["SIYU_ONE_ID_KEY"] = str(kept_at(Settings(home=home), "one_id"))
    return subprocess.run(
        [*command, *places, *outputs], capture_output=True, text=True, env=environment, timeout=600, check=False
    )


def results(home: Path) -> list[dict[str, Any]]:
    """Return what dbt's last command on the home came to, node by node."""
    said: dict[str, Any] = json.loads((home / "target" / "run_results.json").read_text(encoding="utf-8"))
    return list(said["results"])


def make_empty_home(folder: Path) -> Path:
    """Return a home whose landing folder is empty, with every table made by what makes it in a run."""
    settings = Settings(home=folder)
    load_key(settings, "one_id")
    with connect(settings) as warehouse:
        create_schemas(warehouse)
        for channel in registry.channels():
            ingest(settings, warehouse, channel, NOW)
        finish(settings, warehouse, NOW)
        activations.create_tables(warehouse)
        create_missing(warehouse)
        activations.load(settings, warehouse)
    built = run_dbt(settings.home, "build", "--empty", "--exclude-resource-type", "unit_test", "test")
    assert built.returncode == 0, built.stdout[-5000:]
    return settings.home


def run_unit_tests(home: Path) -> None:
    """Run all unit tests of the models on an empty home; dbt leaves their compiled SQL in its target."""
    done = run_dbt(home, "test", "--select", "test_type:unit")
    assert done.returncode in {0, 1}, done.stdout[-5000:]

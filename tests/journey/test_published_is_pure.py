"""The published stage alone, on one thread and on two: the same files, byte for byte."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb

from orchestration.files import sha256_of
from orchestration.publishing.contract import tables
from orchestration.publishing.files import write_table
from orchestration.run_plan import plan_run
from orchestration.settings import CHECKOUT, Settings
from tests.journey.conftest import DATES


def published_files(home: Path, apart: Path, threads: int) -> dict[str, str]:
    """Build a date's published tables anew in a copy of a home's warehouse; return each file's hash."""
    apart.mkdir()
    warehouse = shutil.copy(home / "warehouse.duckdb", apart / "warehouse.duckdb")
    date, settings = DATES[-1], Settings(home=home, threads=threads)
    figures = ["--select", "path:models/figures", "path:models/published"]
    dbt = [str(Path(sys.executable).with_name("dbt")), "--quiet", "run", *figures]
    places = ["--target-path", str(apart.parent / "target"), "--log-path", str(apart)]
    dates = json.dumps(plan_run(settings, [date]).dates_for_dbt())
    environment = {"SIYU_WAREHOUSE": str(warehouse), "SIYU_RUN_DATES": dates, "DBT_PROFILES_DIR": "."}
    environment["SIYU_WAREHOUSE_THREADS"] = str(threads)
    done = subprocess.run(
        [*dbt, "--threads", str(threads), *places],
        cwd=CHECKOUT / "dbt_project",
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    found = {}
    with duckdb.connect(str(warehouse), config={"threads": threads}) as connection:
        connection.execute("set timezone = 'UTC'")
        for name, table in tables().items():
            file = apart / f"{name}.parquet"
            assert write_table(connection, table, date.isoformat(), file, b"0" * 32) >= 0
            found[name] = sha256_of(file)
    return found


def test_one_thread_and_two_publish_the_same_bytes(brand_home, tmp_path):
    one = published_files(brand_home, tmp_path / "one", 1)
    two = published_files(brand_home, tmp_path / "two", 2)
    assert [name for name in one if one[name] != two[name]] == [] and len(one) == len(tables())

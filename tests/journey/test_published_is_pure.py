"""The published stage alone, on one thread and on two: the same files, byte for byte."""

import shutil
from pathlib import Path

import duckdb

from orchestration.door.known import Known
from orchestration.door.tables import Door
from orchestration.files import sha256_of
from orchestration.publishing.contract import tables
from orchestration.publishing.files import write_table
from orchestration.run_plan import plan_run
from orchestration.settings import Settings
from tests.journey.conftest import DATES
from tests.warehouse.run_dbt import messages, run_dbt


def published_files(home: Path, apart: Path, threads: int) -> dict[str, str]:
    """Build a date's published tables anew in a copy of a home's warehouse; return each file's hash."""
    apart.mkdir()
    warehouse = Path(shutil.copy(home / "warehouse.duckdb", apart / "warehouse.duckdb"))
    date, settings = DATES[-1], Settings(home=home, threads=threads)
    command = ["run", "--select", "path:models/figures", "path:models/published", "--threads", str(threads)]
    dates = plan_run(settings, [date]).dates_for_dbt()
    done = run_dbt(warehouse, command, dates, SIYU_WAREHOUSE_THREADS=str(threads))
    assert done.success, messages(done)
    found = {}
    with duckdb.connect(str(warehouse), config={"threads": threads}) as connection, Known(settings) as known:
        connection.execute("set timezone = 'UTC'")
        for name, table in tables().items():
            file = apart / f"{name}.parquet"
            assert write_table(connection, table, date.isoformat(), file, b"0" * 32, Door(known)) >= 0
            found[name] = sha256_of(file)
    return found


def test_one_thread_and_two_publish_the_same_bytes(brand_home, tmp_path):
    one = published_files(brand_home, tmp_path / "one", 1)
    two = published_files(brand_home, tmp_path / "two", 2)
    assert [name for name in one if one[name] != two[name]] == [] and len(one) == len(tables())

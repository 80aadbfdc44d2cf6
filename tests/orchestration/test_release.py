"""What a new release of the rules does to the tables that keep partitions."""

import duckdb
import pytest

from orchestration.release import drop_other_releases, note, noted
from orchestration.stages import STAGES


@pytest.fixture
def checkout(tmp_path):
    files = {
        "dbt_project/models/segments/rfm.sql": "select 1",
        "dbt_project/seeds/rfm_cuts.csv": "cut\n30\n",
        "orchestration/python_tables.py": "TABLES = 1",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def warehouse(checkout):
    with duckdb.connect() as connection:
        for stage in STAGES:
            connection.execute(f"create schema {stage}")
        drop_other_releases(connection, checkout)
        connection.execute("create schema segments; create table segments.rfm as select 1 as one")
        connection.execute("create schema recall; create table recall.tasks as select 'T1' as task_id")
        yield connection


def _tables(connection):
    return {
        row[0] for row in connection.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
    }


def test_the_same_release_keeps_every_partition(warehouse, checkout):
    assert drop_other_releases(warehouse, checkout) == []
    assert _tables(warehouse) == {"main.release", "segments.rfm", "recall.tasks"}


@pytest.mark.parametrize("changed", ["dbt_project/seeds/rfm_cuts.csv", "dbt_project/models/segments/rfm.sql"])
def test_a_new_threshold_or_rule_drops_its_partitions_and_keeps_the_tasks_that_results_refer_to(
    warehouse, checkout, changed
):
    (checkout / changed).write_text("another", encoding="utf-8")
    assert drop_other_releases(warehouse, checkout) == ["segments", "lifecycle", "features", "published"]
    assert _tables(warehouse) == {"main.release", "recall.tasks"}
    assert drop_other_releases(warehouse, checkout) == []


def test_other_columns_of_the_python_tables_drop_those(warehouse, checkout):
    (checkout / "orchestration/python_tables.py").write_text("TABLES = 2", encoding="utf-8")
    assert drop_other_releases(warehouse, checkout) == ["models", "scores", "recall"]
    assert _tables(warehouse) == {"main.release", "segments.rfm"}


def test_a_warehouse_notes_one_release_of_a_part(warehouse):
    assert noted(warehouse, "seeds") is None
    note(warehouse, "seeds", "a")
    note(warehouse, "seeds", "b")
    assert noted(warehouse, "seeds") == "b"

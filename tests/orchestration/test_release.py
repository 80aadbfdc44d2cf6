"""What a new release of the rules does to the tables that keep partitions."""

import duckdb
import pytest

from orchestration.python_tables import PYTHON_TABLES, create_missing, fit_columns
from orchestration.release import drop_other_releases, note, noted
from orchestration.stages import STAGES

#: The schemas that hold nothing but what dbt builds.
BUILT_ANEW = ("staging", "identity", "customer", "people", "segments", "lifecycle", "features", "figures", "published")


@pytest.fixture
def dbt_project(tmp_path):
    files = {
        "models/segments/rfm.sql": "select 1",
        "seeds/rfm_cuts.csv": "cut\n30\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def warehouse(dbt_project):
    with duckdb.connect() as connection:
        for stage in STAGES:
            connection.execute(f"create schema {stage}")
        drop_other_releases(connection, dbt_project)
        connection.execute("create schema segments; create table segments.rfm as select 1 as one")
        connection.execute("create table recall.tasks as select 'T1' as task_id")
        connection.execute("create table recall.recall_people as select 'p_1' as one_id")
        yield connection


def _tables(connection):
    return {
        row[0] for row in connection.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
    }


def test_the_same_release_keeps_every_partition(warehouse, dbt_project):
    assert drop_other_releases(warehouse, dbt_project) == []
    assert _tables(warehouse) == {"main.release", "segments.rfm", "recall.tasks", "recall.recall_people"}


@pytest.mark.parametrize("changed", ["seeds/rfm_cuts.csv", "models/segments/rfm.sql"])
def test_a_new_threshold_or_rule_drops_its_partitions_and_keeps_the_tasks_that_results_refer_to(
    warehouse, dbt_project, changed
):
    (dbt_project / changed).write_text("another", encoding="utf-8")
    assert drop_other_releases(warehouse, dbt_project) == [*BUILT_ANEW]
    assert _tables(warehouse) == {"main.release", "recall.tasks"}
    assert drop_other_releases(warehouse, dbt_project) == []


@pytest.mark.parametrize(
    "beside", ["models/identity/__pycache__/replay.cpython-311.pyc", "seeds/.rfm_cuts.csv", "models/segments/rfm.sql~"]
)
def test_what_python_compiles_or_an_editor_leaves_beside_the_rules_drops_nothing(warehouse, dbt_project, beside):
    (dbt_project / beside).parent.mkdir(parents=True, exist_ok=True)
    (dbt_project / beside).write_bytes(b"\0")
    assert drop_other_releases(warehouse, dbt_project) == []


def test_a_table_whose_model_was_renamed_leaves_nobody_behind_under_the_old_name(warehouse, dbt_project):
    old = ("staging.members_as_once_named", "people.deeds", "recall.candidates_as_once_named")
    for table in old:
        warehouse.execute(f"create schema if not exists {table.split('.')[0]}")
        warehouse.execute(f"create table {table} as select 'C1' as customer_id")
    (dbt_project / "models/segments/rfm.sql").rename(dbt_project / "models/segments/recency.sql")
    drop_other_releases(warehouse, dbt_project)
    assert not set(old) & _tables(warehouse)


def test_tasks_of_an_older_release_stay_when_their_columns_change():
    """The table of before lacks talking_point_2, numbered its priority as text and had a column that is gone."""
    with duckdb.connect() as connection:
        create_missing(connection)
        assert fit_columns(connection) == []
        connection.execute("""
            create or replace table recall.tasks as
            select * exclude (talking_point_2) replace (cast(priority as varchar) as priority), 'x' as gone
            from recall.tasks
        """)
        connection.execute("insert into recall.tasks by name select 'T1' as task_id, 'A' as one_id, '7' as priority")
        assert fit_columns(connection) == ["recall.tasks"]
        columns = {row[0]: row[1] for row in connection.execute("describe recall.tasks").fetchall()}
        assert columns == PYTHON_TABLES["recall.tasks"]
        kept = "select task_id, one_id, priority, talking_point_2 from recall.tasks"
        assert connection.execute(kept).fetchall() == [("T1", "A", 7, None)]


def test_a_value_that_does_not_fit_a_new_type_stops_the_run_and_stays():
    with duckdb.connect() as connection:
        create_missing(connection)
        connection.execute("""
            create or replace table recall.tasks as
            select * replace (cast(priority as varchar) as priority) from recall.tasks
        """)
        connection.execute("insert into recall.tasks by name select 'T1' as task_id, 'urgent' as priority")
        with pytest.raises(duckdb.ConversionException, match="urgent"):
            fit_columns(connection)
        assert connection.execute("select priority from recall.tasks").fetchall() == [("urgent",)]


def test_a_warehouse_notes_one_release_of_a_part(warehouse):
    assert noted(warehouse, "seeds") is None
    note(warehouse, "seeds", "a")
    note(warehouse, "seeds", "b")
    assert noted(warehouse, "seeds") == "b"

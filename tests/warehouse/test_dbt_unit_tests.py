"""The rules of the models, as dbt unit tests beside them, run on a warehouse with every table and not one row."""

import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.dbt_calls import DbtFailed, call
from orchestration.defs.dbt_errors import failed_tests_say, what_failed
from orchestration.own_manifest import MANIFEST
from orchestration.settings import Settings
from orchestration.warehouse import connect
from tests.mutants import judge
from tests.warehouse.empty_home import build, make_empty_home, run_unit_tests
from tests.warehouse.run_dbt import messages


@pytest.fixture(scope="session")
def empty_home(tmp_path_factory) -> Path:
    """A home whose landing folder is empty, with every table of every stage made by what makes it in a run."""
    return make_empty_home(tmp_path_factory.mktemp("empty"))


@pytest.fixture(scope="session")
def unit_tests(empty_home) -> dict[str, Any]:
    """How each unit test ended, by its unique id."""
    return {result.node.unique_id: result for result in run_unit_tests(empty_home).result.results}


def test_every_unit_test_that_a_model_declares_ran(unit_tests):
    declared = json.loads(MANIFEST.read_text(encoding="utf-8"))["unit_tests"]
    assert declared
    assert set(unit_tests) == set(declared)


def test_no_unit_test_failed(unit_tests):
    failed = [result for result in unit_tests.values() if result.status != "pass"]
    assert not failed, "\n\n".join(f"{result.node.unique_id}: {result.message}" for result in failed)


def test_an_order_version_that_stands_twice_fails_the_grain_and_is_told_by_model_without_its_key(
    empty_home, tmp_path, monkeypatch
):
    home = tmp_path / "home"
    shutil.copytree(empty_home, home)
    settings = Settings(home=home)
    with connect(settings) as warehouse:
        warehouse.execute("""
            insert into staging.pos_orders by name
            select 'pos' as source, 'T-1' as order_id, timestamp '2017-11-01' as known_at from range(2)
        """)
    monkeypatch.setenv("SIYU_WAREHOUSE", str(settings.warehouse))
    with pytest.raises(DbtFailed) as raised:
        list(call(settings, ["test", "--select", "staging_grain"], {}))
    with connect(settings, read_only=True) as warehouse:
        said = failed_tests_say(raised.value.failed, warehouse)
    assert len(said) == 1 and said[0].startswith("pos_orders: 1 keys stand twice in (source, order_id, known_at")
    told = what_failed(raised.value, home / "dbt.log", said)
    assert said[0] in told and told.startswith("tests/staging_grain.sql: ")


def test_a_date_that_is_told_anew_forgets_what_it_no_longer_says(empty_home, tmp_path):
    """A draw was published; told anew, nobody is drawn. The day before is no date of the run."""
    home = tmp_path / "home"
    shutil.copytree(empty_home, home)
    settings = Settings(home=home)
    with connect(settings) as warehouse:
        warehouse.execute("""
            insert into published.recall_assignment by name
            select 'p1' as one_id, unnest([date '2017-11-29', date '2017-11-30']) as as_of_date, 'treat' as arm
        """)
    done = build(home, "run", "--select", "published_recall_assignment", as_of=("2017-11-30",))
    assert done.success, messages(done)
    with connect(settings, read_only=True) as warehouse:
        left = warehouse.execute("select as_of_date::varchar from published.recall_assignment").fetchall()
    assert left == [("2017-11-29",)]


def test_a_table_told_date_by_date_forgets_a_date_that_says_nothing_any_more(empty_home, tmp_path):
    """Whoever was there is gone; the day before is no date of the run, and of labels no window is told by it."""
    home = tmp_path / "home"
    shutil.copytree(empty_home, home)
    settings = Settings(home=home)
    manifest = json.loads(MANIFEST.read_text(encoding="utf-8"))
    told = [node for node in manifest["nodes"].values() if node["config"]["materialized"] == "incremental"]
    # a contract lets no row in that is empty but for its date; the test above has one of those
    told = [node for node in told if not node["config"]["contract"]["enforced"]]
    keys = {f"{node['schema']}.{node['alias']}": node["config"]["unique_key"] for node in told}
    assert len(keys) > 50
    with connect(settings) as warehouse:
        for table, key in keys.items():
            days = f"select unnest([date '2017-11-29', date '2017-11-30']) as {key}"
            warehouse.execute(f"insert into {table} by name {days}")
    done = build(home, "run", "--select", *(node["name"] for node in told), as_of=("2017-11-30",))
    assert done.success, messages(done)
    with connect(settings, read_only=True) as warehouse:
        left = {
            table: sorted(
                str(row[key])
                for row in warehouse.sql(f"from {table}").to_arrow_table().to_pylist()
                if [name for name, value in row.items() if value is not None] == [key]
            )
            for table, key in keys.items()
        }
    both = ["2017-11-29", "2017-11-30"]
    assert left == {table: both if table == "features.labels" else both[:1] for table in keys}


@pytest.fixture(scope="session")
def compiled(empty_home, unit_tests) -> dict[str, list[judge.UnitTest]]:
    """The unit tests as dbt compiled them, by model."""
    assert unit_tests
    return judge.unit_tests(empty_home / "target")


def test_every_rule_in_sql_has_a_unit_test(compiled):
    assert [model for model in judge.rule_models() if model not in compiled] == []


def test_no_sampled_mutant_of_money_refusals_consent_or_the_cut_off_survives(empty_home, compiled):
    """``python -m tests.mutants`` breaks every rule; here forty of those that cost most when they are wrong."""
    chosen = judge.sampled(compiled, judge.CRITICAL, 40, seed=7)
    assert len(chosen) == 40
    with duckdb.connect(str(empty_home / "warehouse.duckdb"), read_only=True) as con:
        survivors = [verdict for verdict in judge.judged(con, compiled, chosen) if not verdict.is_killed]
    assert not survivors, "\n".join(f"{verdict.model}: {verdict.mutation}" for verdict in survivors)

"""A home's own rules stand in the warehouse for the shipped ones, and dbt's tests of the seed ask them too."""

import dagster as dg
import duckdb
import pytest

from orchestration.dbt_calls import DbtFailed, call
from orchestration.dbt_graph import nodes
from orchestration.defs.shared import Home
from orchestration.defs.transform import seeds
from orchestration.seed_rows import SEEDS
from orchestration.seed_tests import failures, seed_tests
from orchestration.settings import load_settings
from orchestration.warehouse import connect


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home with a rule of its own: stages look back 14 days."""
    home = tmp_path_factory.mktemp("own")
    (home / "rules").mkdir()
    numbers = (SEEDS / "segment_numbers.csv").read_text(encoding="utf-8")
    (home / "rules" / "segment_numbers.csv").write_text(numbers.replace("transition_days,28,", "transition_days,14,"))
    return home


def _load(home, monkeypatch):
    monkeypatch.setenv("SIYU_HOME", str(home))
    resources = {"home": Home()}
    with dg.DagsterInstance.ephemeral() as instance:
        return dg.materialize([seeds], resources=resources, instance=instance, raise_on_error=False)


def _value(home, sql):
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as con:
        return con.execute(sql).fetchall()


def test_a_rule_that_a_test_refuses_stops_the_run_and_without_it_the_others_are_loaded(home, monkeypatch):
    shipped = (SEEDS / "touch_types.csv").read_text(encoding="utf-8")
    view = next(line for line in shipped.splitlines() if line.startswith("view,"))
    twice = home / "rules" / "touch_types.csv"
    twice.write_text(shipped + view + " once more\n", encoding="utf-8")
    assert not _load(home, monkeypatch).success
    twice.unlink()
    assert _load(home, monkeypatch).success
    assert _value(home, "select count(*) from seeds.touch_types where touch = 'view'") == [(1,)]
    assert _value(home, "select value from seeds.segment_numbers where name = 'transition_days'") == [(14,)]


def test_what_one_query_counts_of_the_seeds_is_what_dbts_tests_count(home):
    settings = load_settings({"SIYU_HOME": str(home)})
    with connect(settings) as warehouse:
        assert set(failures(warehouse, seed_tests()).values()) == {0}
        for broken in (
            "insert into seeds.touch_types select * from seeds.touch_types where touch in ('view', 'buy')",
            "insert into seeds.touch_types select * replace (null as touch) from seeds.touch_types limit 3",
            "update seeds.signals set play_id = 'nobody' where signal in (select signal from seeds.signals limit 2)",
            "update seeds.law_rules set kind = 'wish'",
            "update seeds.contact_caps set window_days = null",
        ):
            warehouse.execute(broken)
        counted = failures(warehouse, seed_tests())
    told = {}
    with pytest.raises(DbtFailed):
        for node in call(settings, ["test", "--select", "resource_type:seed"], {}):
            told[node.unique_id] = node.failures
    assert counted == told
    found = {nodes()[one]["name"]: count for one, count in counted.items() if count}
    assert found["not_null_touch_types_touch"] == 3
    assert found["accepted_values_law_rules_kind__law__platform"] == 1
    assert found["not_null_contact_caps_window_days"] == 2
    assert sum("relationships" in name for name in found) and sum("unique" in name for name in found)

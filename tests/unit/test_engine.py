"""The setting ``engine``: what there is, and what is said where Spark is asked for and cannot be had."""

import duckdb
import pytest

from orchestration.commands import run_range
from orchestration.dbt_graph import nodes
from orchestration.settings import CHECKOUT, Settings, SettingsError, load_settings
from orchestration.spark import environment
from tests.oracle.brand import DATES


def test_spark_without_its_environment_says_what_is_missing_and_what_to_run(tmp_path, monkeypatch):
    monkeypatch.setattr(environment, "_has", lambda module: False)
    with pytest.raises(SettingsError, match=r"needs pyspark and dbt\.adapters\.spark.*run: make spark-setup"):
        load_settings({"SIYU_HOME": str(tmp_path), "SIYU_ENGINE": "spark"}, tmp_path)


def test_spark_without_java_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(environment, "_has", lambda module: True)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(SettingsError, match="needs Java 17 and finds none"):
        load_settings({"SIYU_HOME": str(tmp_path), "SIYU_ENGINE": "spark"}, tmp_path)


def test_a_night_is_refused_on_spark_before_anything_is_written(tmp_path):
    settings = Settings(home=tmp_path / "home", engine="spark")
    with pytest.raises(SettingsError, match="makes the models, not a night"):
        run_range(settings, DATES[0], DATES[0])
    assert not settings.home.exists()


def test_a_column_of_a_seed_that_is_no_text_says_its_type():
    """DuckDB guesses it from the file; Spark takes what is not said for text, and refuses the model that reads it."""
    seeds = [node for node in nodes().values() if node["resource_type"] == "seed"]
    guessed = set()
    for seed in seeds:
        file = CHECKOUT / "dbt_project" / seed["original_file_path"]
        for column, kind, *_ in duckdb.sql(f"describe from read_csv('{file}')").fetchall():
            if kind != "VARCHAR" and column not in seed["config"]["column_types"]:
                guessed.add(f"{seed['name']}.{column}")
    assert len(seeds) >= 100
    assert guessed == set()

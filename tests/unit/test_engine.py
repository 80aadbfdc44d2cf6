"""The setting ``engine``: what there is, and what is said where Spark is asked for and cannot be had."""

import pytest

from orchestration.commands import run_range
from orchestration.settings import Settings, SettingsError, load_settings
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

"""Every model, compiled in Spark's words, is Spark SQL: without Spark, by sqlglot and by the names of its functions.

Spark itself analyses and runs them in ``make test-spark``, in an environment of its own.
"""

import datetime as dt
from pathlib import Path

import pytest
import sqlglot
from sqlglot.errors import SqlglotError

from orchestration.run_plan import plan_run
from orchestration.settings import Settings
from orchestration.spark.models import NOT_ON_SPARK, in_words_of_spark, python_models, sql_models
from tests.spark.compiled import compiled
from tests.spark.functions import FUNCTIONS, functions_of

DATES = [dt.date(2026, 3, 7)]


@pytest.fixture(scope="module")
def queries(tmp_path_factory) -> dict[str, str]:
    """The SQL of every model for Spark, by unique id."""
    folder = tmp_path_factory.mktemp("spark")
    return compiled(folder / "warehouse.duckdb", plan_run(Settings(home=folder), DATES).dates_for_dbt())


def refusal(sql: str) -> str:
    """Return why a query is no Spark SQL, an empty text where it is."""
    try:
        sqlglot.parse_one(sql, read="spark")
    except SqlglotError as error:
        return str(error)
    return ", ".join(sorted(functions_of(sql) - FUNCTIONS))


def test_every_model_parses_as_spark_sql_and_calls_what_spark_has(queries):
    refused = {unique_id: why for unique_id, sql in queries.items() if (why := refusal(in_words_of_spark(sql)))}
    assert refused == {}
    assert sorted(queries) == sql_models()
    assert len(queries) > 300


@pytest.mark.parametrize(
    "sql",
    [
        "select list_filter(tags, lambda tag: tag is not null) from t",
        "select 7 // 2",
        "select {'head': 1}",
        "select struct_pack(head := 1)",
        "select list_sort(tags) from t",
        "select strftime(day, '%Y') from t",
    ],
)
def test_what_only_duckdb_understands_is_refused(sql):
    assert refusal(sql)


def test_no_model_keeps_a_word_that_spark_wants_otherwise(queries):
    """Spark knows no varchar without a length; the materializations of its target say string."""
    assert in_words_of_spark("cast(a as varchar), cast(b as VARCHAR[])") == "cast(a as string), cast(b as string[])"
    assert not [one for one, sql in queries.items() if "varchar[]" in sql]  # an array is array<string> there


def test_what_does_not_run_on_spark_is_named_with_its_reason():
    assert sorted(NOT_ON_SPARK) == python_models()
    assert all(len(reason) > 30 for reason in NOT_ON_SPARK.values())


def test_the_page_names_what_does_not_run_there():
    page = (Path(__file__).parents[2] / "docs" / "spark.md").read_text(encoding="utf-8")
    assert not [one for one in NOT_ON_SPARK if f"`{one.rpartition('.')[2]}`" not in page]

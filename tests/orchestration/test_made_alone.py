"""A table that a person makes alone, for a date whose inputs are kept no more, is refused before a row is deleted."""

import datetime as dt

import dagster as dg
import duckdb
import pytest
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.execution.api import execute_run

from orchestration.definitions import definitions
from orchestration.defs.inputs import by_date, lacks
from orchestration.python_tables import create_missing
from orchestration.release import drop_other_releases
from orchestration.warehouse import create_schemas
from tests.builders import give_keys

KEPT, GONE = dt.date(2026, 3, 10), dt.date(2026, 3, 8)
SCORES = dg.AssetKey(["scores", "customer_scores"])


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home that scored both dates and keeps the features of the later one."""
    home = tmp_path / "home"
    (home / "landing").mkdir(parents=True)
    give_keys(home)
    with duckdb.connect(str(home / "warehouse.duckdb")) as con:
        drop_other_releases(con)  # the warehouse is of this release
        create_schemas(con)
        create_missing(con)
        con.execute("create table features.customer_features (as_of_date date, one_id varchar)")
        con.execute("insert into features.customer_features values ($day, 'p_1')", {"day": KEPT})
        for day in (GONE, KEPT):
            con.execute("insert into scores.customer_scores (as_of_date, one_id) values ($day, 'p_1')", {"day": day})
    monkeypatch.setenv("SIYU_HOME", str(home))
    return home


def test_it_is_refused_in_the_first_line_and_what_it_has_stays(home):
    job = definitions.resolve_job_def("daily").get_subset(asset_selection={SCORES})
    with dg.DagsterInstance.ephemeral() as instance:  # as the page starts it: the run names what was chosen
        tags = {"dagster/partition": GONE.isoformat()}
        run = instance.create_run_for_job(job, asset_selection=frozenset({SCORES}), tags=tags)
        execute_run(InMemoryJob(job), run, instance)
        (failure,) = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
    said = failure.dagster_event.step_failure_data.user_failure_data.description
    assert said.startswith("features.customer_features keeps nothing of 2026-03-08 any more")
    assert "siyu daily 2026-03-08" in said
    assert "the newest are 2026-03-10" in said
    with duckdb.connect(str(home / "warehouse.duckdb")) as con:
        rows = con.execute("select as_of_date from scores.customer_scores order by 1").fetchall()
    assert rows == [(GONE,), (KEPT,)]


def test_a_table_lacks_a_date_that_it_keeps_nothing_of_and_an_empty_table_keeps_all(home):
    with duckdb.connect(str(home / "warehouse.duckdb")) as con:
        read = ["features.customer_features", "recall.effects", "people.never_made"]
        assert lacks(con, read, [KEPT]) is None
        assert lacks(con, read, [GONE, KEPT]) == ("features.customer_features", GONE, [KEPT])


def test_tables_that_hold_all_dates_are_not_asked():
    assert {"features.customer_features", "scores.customer_scores", "people.hard_rules"} <= by_date()
    assert not {"models.registry", "people.order_states", "customer.orders"} & by_date()

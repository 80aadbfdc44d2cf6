"""Every check of a publish stands once on the page, in the results file and in the UI, failed ones before it stops."""

import datetime as dt
import json
import re

import dagster as dg
import duckdb
import pytest

from data_quality.report import DBT
from orchestration.dbt_calls import NodeDone
from orchestration.dbt_checks import keep_outcomes, kept_outcomes, lacking, tables_of_tests
from orchestration.defs.checks import SPECS
from orchestration.defs.published import version
from orchestration.defs.shared import Home
from orchestration.publishing.versions import Store
from orchestration.release import drop_other_releases
from tests.builders import give_keys
from tests.unit.publish.world import DATE, brand

UNIQUE_ARMS = next(one for one in tables_of_tests() if one.startswith("test.siyu.unique_arms_arm"))
IDENTITY_GRAIN = "test.siyu.identity_grain"


def small(home, harm=""):
    """Return a small brand whose warehouse is of this release, with what dbt's tests found of it."""
    home.mkdir()
    give_keys(home)
    with duckdb.connect(str(home / "warehouse.duckdb")) as con:
        drop_other_releases(con)

    def fill(con):
        if harm:
            con.execute(harm)
        done = [NodeDone(one, True, 0.1, 0) for one in tables_of_tests()]
        keep_outcomes(con, done)

    return brand(home, break_it=fill)


def run(settings, monkeypatch):
    """Run the step of published/version as Dagster does, and return how it ended."""
    monkeypatch.setenv("SIYU_HOME", str(settings.home))
    return dg.materialize([version], partition_key=DATE.isoformat(), resources={"home": Home()}, raise_on_error=False)


def counted(settings, evaluations):
    """Return how many checks the page, the results file and the UI show, and how many of them failed."""
    page = settings.quality_page.read_text(encoding="utf-8")
    (file,) = (settings.published / "checks").iterdir()
    results = json.loads(file.read_text(encoding="utf-8"))
    cells = [one.metadata["findings"].value.splitlines()[2:] for one in evaluations]
    lines = [line for table in cells for line in table]
    return {
        "page": (page.count('<tr class="check-row'), page.count('<tr class="check-row failed"')),
        "file": (results["checks_run"], sum(not one["passed"] for one in results["findings"])),
        "UI": (len(lines), sum(line.startswith("| ✗") for line in lines)),
    }


def test_page_results_file_and_ui_show_the_same_checks(tmp_path, monkeypatch):
    settings = small(tmp_path / "home")
    result = run(settings, monkeypatch)
    evaluations = result.get_asset_check_evaluations()
    found = counted(settings, evaluations)
    assert result.success and len(set(found.values())) == 1
    assert found["page"][0] > 250 and found["page"][1] == 0
    keys = [one.asset_key for one in evaluations]
    assert len(keys) == len(set(keys)) and {one.check_name for one in evaluations} == {"quality"}
    stages_built = {"channels", "features", "scores", "models"}  # this warehouse has none of them but these four
    here = {"customer_features", "labels", "ledger", "quarantine"}
    assert {spec.asset_key for spec in SPECS} - set(keys) == {
        spec.asset_key
        for spec in SPECS
        if spec.asset_key.path[0] in stages_built and spec.asset_key.path[1] not in here
    }


def test_a_blocked_publish_says_what_failed_before_it_stops(tmp_path, monkeypatch):
    settings = small(tmp_path / "home", "update published.customers set net_paid_fen = 1 where one_id = 'P07'")
    result = run(settings, monkeypatch)
    evaluations = result.get_asset_check_evaluations()
    assert not result.success and not (settings.published / "CURRENT").exists()
    assert set(counted(settings, evaluations).values()) == {(counted(settings, evaluations)["page"][0], 1)}
    (failed,) = [one for one in evaluations if not one.passed]
    assert failed.asset_key.path == ["published", "customers"]
    assert (
        "| ✗ FAILED | customers_net_is_paid_less_refunded | Great Expectations | 1 |"
        in failed.metadata["findings"].value
    )


def test_the_page_holds_no_value_of_a_row(tmp_path, monkeypatch):
    settings = small(
        tmp_path / "home", "update published.customers set tags = ['vip 13912345678'] where one_id = 'P07'"
    )
    run(settings, monkeypatch)
    page = settings.quality_page.read_text(encoding="utf-8")
    assert [value for value in ("1391234", "P07", "妈妈") if value in page] == []


def test_a_results_file_of_another_release_shows_no_checks_and_still_says_whether_it_passed(tmp_path):
    store = Store(tmp_path)
    store.prepare()
    store.keep_result("2017-11-30-abc", {"version": "2017-11-30-abc", "passed": True, "findings": [{"name": "a"}]})
    assert store.findings("2017-11-30-abc") == [] and store.has_passed("2017-11-30-abc")


@pytest.fixture
def warehouse():
    with duckdb.connect() as connection:
        yield connection


def test_what_a_dbt_test_found_is_replaced_by_what_it_finds_next(warehouse):
    keep_outcomes(warehouse, [NodeDone(UNIQUE_ARMS, False, 0.1, 2)])
    (failed,) = kept_outcomes(warehouse)
    assert (failed.stage, failed.table, failed.observed, failed.passed) == ("seeds", "arms", 2, False)
    assert failed.judge == DBT and re.fullmatch(
        r"arm has the same value in two rows; mend seeds/arms.csv.*", failed.remedy
    )
    keep_outcomes(warehouse, [NodeDone(UNIQUE_ARMS, True, 0.1, 0)])
    (held,) = kept_outcomes(warehouse)
    assert (held.observed, held.passed) == (0, True)


def test_a_dbt_test_that_could_not_be_asked_has_failed_without_a_number(warehouse):
    keep_outcomes(warehouse, [NodeDone(UNIQUE_ARMS, False, 0.1, 0)])
    (failed,) = kept_outcomes(warehouse)
    assert (failed.observed, failed.passed, failed.seen) == (None, False, "—")


def test_a_dbt_test_of_several_tables_fails_for_the_table_that_its_rows_name(warehouse):
    keep_outcomes(
        warehouse, [NodeDone(IDENTITY_GRAIN, False, 0.1, 1)], ["redirects: 2 keys stand twice in (one_id_old)"]
    )
    found = {one.table: (one.observed, one.passed) for one in kept_outcomes(warehouse)}
    assert found.pop("redirects") == (1, False) and set(found.values()) == {(0, True)} and "one_ids" in found


def test_a_test_that_dbt_no_longer_has_is_forgotten(warehouse):
    keep_outcomes(warehouse, [NodeDone(UNIQUE_ARMS, True, 0.1, 0)])
    warehouse.execute("update main.dbt_checks set unique_id = 'test.siyu.of_an_older_release'")
    keep_outcomes(warehouse, [])
    assert kept_outcomes(warehouse) == []


def test_a_seeds_test_of_which_nothing_is_known_is_run_again(warehouse):
    assert lacking(warehouse, [UNIQUE_ARMS])
    keep_outcomes(warehouse, [NodeDone(UNIQUE_ARMS, True, 0.1, 0)])
    assert not lacking(warehouse, [UNIQUE_ARMS])


def test_a_range_gives_each_date_its_own_numbers(tmp_path, monkeypatch):
    """Dagster puts what a run says as a whole on every date; what it draws over the dates has to be the date's."""
    eve = DATE - dt.timedelta(days=1)

    home = tmp_path / "home"
    home.mkdir()
    give_keys(home)
    with duckdb.connect(str(home / "warehouse.duckdb")) as con:
        drop_other_releases(con)
    done = [NodeDone(one, True, 0.1, 0) for one in tables_of_tests()]
    settings = brand(home, [eve, DATE], lambda con: keep_outcomes(con, done))
    monkeypatch.setenv("SIYU_HOME", str(settings.home))
    tags = {"dagster/asset_partition_range_start": str(eve), "dagster/asset_partition_range_end": str(DATE)}
    done = dg.materialize([version], tags=tags, resources={"home": Home()})
    said = {
        one.partition: {name: value.value for name, value in one.metadata.items()}
        for one in done.asset_materializations_for_node("published__version")
    }
    assert sorted(said) == [str(eve), str(DATE)]
    assert [said[str(date)]["people"] for date in (eve, DATE)] == [4, 4]
    assert [said[str(date)].get("overlap") for date in (eve, DATE)] == [None, 1.0]
    assert said[str(DATE)]["quality"] == "/reports/data_docs/index.html"

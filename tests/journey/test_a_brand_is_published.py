"""From landing files to published tables, as a person would run it."""

import json
import sqlite3

import dagster as dg
import duckdb
import pyarrow.parquet as pq
import pytest

from orchestration.defs.checks import SPECS
from orchestration.defs.shared import Home
from orchestration.defs.transform import customers_to_features
from orchestration.release import note, noted
from orchestration.settings import Settings
from orchestration.warehouse import connect
from tests.builders import current_version, phone, siyu
from tests.journey.conftest import DATES, copied, holding


@pytest.fixture(scope="module")
def tables(brand_home):
    folder = current_version(brand_home)
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    for file in folder.glob("*.parquet"):
        connection.execute(f"create view {file.stem} as select * from read_parquet('{file}')")
    return connection


def test_the_last_date_stands_published(brand_home):
    assert current_version(brand_home).name.startswith(f"{DATES[-1]}-")


def test_every_dates_version_is_kept(brand_home):
    versions = {folder.name[:10] for folder in (brand_home / "published" / "versions").iterdir()}
    assert versions == {date.isoformat() for date in DATES}


def test_everybody_the_brand_registered_is_one_customer(tables):
    assert tables.execute("select count(*), count(distinct one_id) from customers").fetchone() == (80, 80)


def test_customers_money_equals_the_orders_landed(tables, brand_home):
    landed = brand_home / "landing" / "standard" / "orders" / "export.csv"
    paid = duckdb.execute(
        f"select sum(cast(amount_yuan as decimal(18, 2)) * 100) from read_csv('{landed}', all_varchar = true)"
    ).fetchone()[0]
    assert tables.execute("select sum(paid_fen) from customers").fetchone()[0] == int(paid)


def test_a_customer_is_held_out_or_sent_to_never_both(tables):
    both = "select count(*) from recall_audience join recall_assignment using (one_id) where global_holdout"
    assert tables.execute("select count(*) from recall_assignment where global_holdout").fetchone()[0] > 0
    assert tables.execute(both).fetchone()[0] == 0


def test_only_people_who_agreed_to_the_channel_are_sent_to(tables):
    sql = """
        select count(*) from recall_audience join customers using (one_id)
        where not list_contains(consented_channels, message_channel)
    """
    assert tables.execute("select count(*) from recall_audience").fetchone()[0] > 0
    assert tables.execute(sql).fetchone()[0] == 0


def test_each_plan_says_why_without_a_probability(tables):
    words = [row[0] for row in tables.execute("select why from recall_audience").fetchall()]
    assert all(words)
    assert not [why for why in words if "%" in why or "概率" in why]


def test_no_published_file_holds_a_contact_value(brand_home):
    numbers = [phone(number).encode() for number in range(80)]
    names = [f"林小满{number}号".encode() for number in range(80)]
    outside = [path for path in brand_home.rglob("*") if path.is_file()]
    outside = [path for path in outside if path.relative_to(brand_home).parts[0] not in {"landing", "raw", "vault"}]
    assert len(outside) > 50
    assert holding(outside, numbers + names) == []


def test_the_manifest_names_every_table_with_its_rows(brand_home):
    folder = current_version(brand_home)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    rows = {file.stem: pq.ParquetFile(file).metadata.num_rows for file in folder.glob("*.parquet")}
    assert {name: table["rows"] for name, table in manifest["tables"].items()} == rows
    assert manifest["contract_version"] == 2


def test_page_results_file_and_ui_show_the_same_checks_of_every_table_that_has_any(brand_home):
    store = brand_home / "published" / "checks" / f"{current_version(brand_home).name}.json"
    results = json.loads(store.read_text(encoding="utf-8"))
    page = (brand_home / "reports" / "data_docs" / "index.html").read_text(encoding="utf-8")
    newest = "select max(id) from asset_check_executions group by asset_key"
    with sqlite3.connect(brand_home / "dagster_home" / "history" / "runs" / "index.db") as history:
        told = dict(
            history.execute(f"select asset_key, evaluation_event from asset_check_executions where id in ({newest})")
        )
    shown = [json.loads(event)["dagster_event"]["event_specific_data"]["metadata"] for event in told.values()]
    assert len(results["findings"]) == results["checks_run"] > 300
    assert page.count('<tr class="check-row') == results["checks_run"]
    assert sum(one["checks"]["value"] for one in shown) == results["checks_run"]
    assert {tuple(json.loads(key)) for key in told} == {tuple(spec.asset_key.path) for spec in SPECS}


def test_the_report_opens_without_the_network(brand_home):
    page = (brand_home / "reports" / DATES[-1].isoformat() / "index.html").read_text(encoding="utf-8")
    assert "私域晨报" in page
    assert "Private-domain morning report" in page
    assert "http://" not in page.replace("http://www.w3.org/", "")
    assert "https://" not in page


def test_status_answers_from_exported_files(brand_home):
    outcome = siyu(brand_home, "status")
    assert outcome.returncode == 0
    assert "recall_audience" in outcome.stdout


def test_rollback_moves_current_to_the_version_before_and_a_run_moves_it_on(brand_home):
    newest = current_version(brand_home).name
    assert siyu(brand_home, "rollback").returncode == 0
    assert current_version(brand_home).name.startswith(f"{DATES[-2]}-")
    assert siyu(brand_home, "rollback", newest).returncode == 0
    assert current_version(brand_home).name == newest


def test_one_table_made_by_hand_says_nothing_of_the_staging_of_a_channel_that_never_delivered(
    brand_home, tmp_path, monkeypatch
):
    """The first whole night of a release builds it, also where a person made some table of the release before."""
    home = copied(brand_home, tmp_path / "home")
    monkeypatch.setenv("SIYU_HOME", str(home))
    settings = Settings(home=home)
    with connect(settings) as warehouse:
        assert noted(warehouse, "staging of pos") == noted(warehouse, "dbt")
        note(warehouse, "staging of pos", "")
    with dg.DagsterInstance.ephemeral() as instance:
        made = dg.materialize(
            [customers_to_features],
            selection=[dg.AssetKey(["people", "id_kin"])],
            resources={"home": Home()},
            tags={"dagster/partition": DATES[-1].isoformat()},
            instance=instance,
        )
    assert made.success
    with connect(settings, read_only=True) as warehouse:
        kept = warehouse.execute("select release from main.release where part = 'staging of pos'").fetchone()
    assert kept == ("",)

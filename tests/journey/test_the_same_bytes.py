"""A re-run is a no-op, and no order of dates, thread count or later record changes what a date says."""

import datetime as dt
import json

import duckdb
import pytest

from orchestration.python_tables import PYTHON_TABLES
from orchestration.settings import CHECKOUT
from tests.builders import Brand, current_version, phone, published_hashes, siyu, siyu_anew
from tests.journey.conftest import DATES, land_shop


def _run(home, command, *dates, **variables):
    outcome = siyu_anew(home, command, *map(str, dates), **variables)
    assert outcome.returncode == 0, outcome.stdout[-3000:] + outcome.stderr[-3000:]
    return outcome.stdout


def _differences(left, right):
    return [
        f"{date}/{table}"
        for date in left
        for table in left[date]
        if left[date][table] != right.get(date, {}).get(table)
    ]


def _kept_tables():
    """Return the tables that keep the dates of earlier runs: dbt's incremental ones and those of the Python stages."""
    manifest = json.loads((CHECKOUT / "dbt_project" / "target" / "manifest.json").read_text(encoding="utf-8"))
    models = (node for node in manifest["nodes"].values() if node["resource_type"] == "model")
    incremental = [f"{m['schema']}.{m['alias']}" for m in models if m["config"]["materialized"] == "incremental"]
    return [*incremental, *(name for name, columns in PYTHON_TABLES.items() if "as_of_date" in columns)]


def _partitions(home):
    """Return a fingerprint of every date of every table that keeps dates, in every stage."""
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as con:
        sql = "select as_of_date, count(*), bit_xor(hash(t)) from {} as t group by as_of_date"
        found = {}
        for table in _kept_tables():
            if "as_of_date" in con.sql(f"from {table}").columns:
                found |= {f"{table}/{row[0]}": row[1:] for row in con.execute(sql.format(table)).fetchall()}
        return found


@pytest.fixture(scope="module")
def shuffled_home(tmp_path_factory):
    """The same brand in another order: its last date first, then the two before it; with one thread, and poisoned.

    Poison is what only became known after the dates: orders of wild amounts, complaints, registrations that share
    somebody's phone. It landed before the first run.
    """
    home = tmp_path_factory.mktemp("shuffled") / "home"
    land_shop(home)
    later = f"{DATES[-1] + dt.timedelta(days=1)} 00:00:00"
    poison = Brand(home)
    customer = {"source": "shop", "registered_at": later, "updated_at": later}
    poison.add("customers", customer | {"customer_id": "LATE1", "mobile": phone(3)})
    poison.add("customers", customer | {"customer_id": "LATE2", "mobile": phone(4), "email": "late@example.com"})
    paid = {"source": "shop", "ordered_at": later, "paid_at": later, "status": "paid", "amount_yuan": "999999.99"}
    for number in range(5):
        poison.add("orders", paid | {"order_id": f"POISON{number}", "customer_id": f"C{number:04d}"})
        event = {"source": "shop", "event_id": f"P{number}", "customer_id": f"C{number:04d}", "occurred_at": later}
        poison.add("events", event | {"event_type": "complain", "channel": "app"})
    poison.land("poison.csv")
    _run(home, "daily", DATES[2], SIYU_THREADS="1")
    _run(home, "backfill", DATES[0], DATES[1], SIYU_THREADS="1")
    return home


def test_shuffled_dates_with_one_thread_publish_the_same_bytes(brand_home, shuffled_home):
    assert _differences(published_hashes(brand_home), published_hashes(shuffled_home)) == []
    in_order, shuffled = _partitions(brand_home), _partitions(shuffled_home)
    assert [name for name in in_order if in_order[name] != shuffled.get(name)] == []


def test_what_is_landed_later_changes_no_earlier_date(brand_home, shuffled_home):
    """Future orders, a later registration, a later merge through a shared phone, wild amounts: all after the dates."""
    with duckdb.connect(str(shuffled_home / "warehouse.duckdb"), read_only=True) as con:
        known = {
            "orders": "order_id like 'POISON%'",
            "events": "event_type = 'complain'",
            "customers": "customer_id like 'LATE%'",
        }
        count = "select count(*) from customer.{} where {}"
        read = {noun: con.execute(count.format(noun, late)).fetchall()[0][0] for noun, late in known.items()}
    assert read == {"orders": 5, "events": 5, "customers": 2}
    assert _differences(published_hashes(brand_home), published_hashes(shuffled_home)) == []


def test_the_same_partition_twice_is_the_same_version_and_leaves_every_date_of_every_table_as_it_was(brand_home):
    published, partitions = published_hashes(brand_home), _partitions(brand_home)
    outcome = siyu(brand_home, "daily", str(DATES[1]))
    assert outcome.returncode == 0, outcome.stdout[-3000:] + outcome.stderr[-3000:]
    said = outcome.stdout
    assert f"CURRENT stays on the later date: {current_version(brand_home).name}" in said
    assert current_version(brand_home).name.startswith(str(DATES[2]))
    assert published_hashes(brand_home) == published
    after = _partitions(brand_home)
    assert {date.isoformat() for date in DATES} <= {name.split("/")[1] for name in partitions}
    assert [name for name in partitions if partitions[name] != after.get(name)] == []


@pytest.mark.parametrize("optimiser", ["outer_join_simplification", "statistics_propagation"])
def test_every_model_says_the_same_without_an_optimiser_that_once_lost_rows(brand_home, optimiser):
    """DuckDB 2.0 answered people.said_holders with 19 rows of 27, and refusals met nobody."""
    compiled = sorted((brand_home / "dbt_target" / "compiled" / "siyu" / "models").rglob("*.sql"))
    asked = "select count(*), bit_xor(hash(t)) from ({}) as t"
    with duckdb.connect(str(brand_home / "warehouse.duckdb"), read_only=True) as con:
        queries = {file.stem: asked.format(file.read_text(encoding="utf-8")) for file in compiled}
        said = {name: con.execute(query).fetchone() for name, query in queries.items()}
        con.execute(f"set disabled_optimizers = '{optimiser}'")
        assert {name: con.execute(query).fetchone() for name, query in queries.items()} == said
    assert len(said) > 250

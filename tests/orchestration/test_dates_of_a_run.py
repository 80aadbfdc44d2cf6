"""Which dates the page offers, and for which date a table is made that somebody materialises alone."""

import datetime as dt
from types import SimpleNamespace

import duckdb
import pytest

from orchestration.defs.shared import NoDates, partition_dates, partitions
from orchestration.disk import with_remedy
from orchestration.publishing.versions import Store
from orchestration.settings import Settings
from tests.unit.publish.test_leaving import keep

NINTH, TENTH = dt.date(2026, 3, 9), dt.date(2026, 3, 10)


def of(tags):
    return partition_dates(SimpleNamespace(run=SimpleNamespace(tags=tags)))


@pytest.fixture
def published(tmp_path, monkeypatch):
    monkeypatch.setenv("SIYU_HOME", str(tmp_path))
    store = Store(tmp_path / "published")
    store.prepare()
    keep(store, "2026-03-09", b"x")
    return store


def test_a_table_made_alone_is_made_for_the_date_that_stands_published(published):
    assert of({}) == [NINTH]


def test_or_for_the_date_that_its_run_names(published):
    assert of({"siyu/date": "2026-03-10"}) == [TENTH]
    assert of({"siyu/date": "2026-03-01", "dagster/partition": "2026-03-10"}) == [TENTH]
    span = {"dagster/asset_partition_range_start": "2026-03-09", "dagster/asset_partition_range_end": "2026-03-10"}
    assert of(span) == [NINTH, TENTH]
    with pytest.raises(ValueError, match="is not a business date"):
        of({"siyu/date": "10 March"})


def test_with_nothing_published_it_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("SIYU_HOME", str(tmp_path))
    with pytest.raises(NoDates, match="siyu/date"):
        of({})


def keys(settings, moment, is_every_date=False):
    at = dt.datetime.fromisoformat(moment)
    return partitions(settings, is_every_date).get_partition_keys(current_time=at.astimezone(dt.UTC))


def test_a_date_is_offered_from_its_cut_off_on_and_no_earlier(tmp_path):
    settings = Settings(home=tmp_path, partitions_start="2026-03-01")
    assert keys(settings, "2026-03-10T05:59:59+08:00")[-1] == "2026-03-08"
    assert keys(settings, "2026-03-10T06:00:00+08:00")[-1] == "2026-03-09"
    # a command may run the date that has just begun
    assert keys(settings, "2026-03-10T00:00:01+08:00", is_every_date=True)[-1] == "2026-03-10"


def test_the_first_date_offered_is_the_first_that_landed(tmp_path):
    settings = Settings(home=tmp_path)
    now = "2026-03-10T12:00:00+08:00"
    assert keys(settings, now)[0] == "2009-01-01"
    rows = "values (timestamp '2026-02-01 16:30:00', 3), (timestamp '2025-01-01', 0)"
    ledger = tmp_path / "ledger.parquet"
    duckdb.sql(f"copy (select * from ({rows}) as t (min_event_at, loaded)) to '{ledger}'")
    assert keys(settings, now)[0] == "2026-02-02"
    assert keys(settings, now, is_every_date=True)[0] == "2009-01-01"
    assert keys(Settings(home=tmp_path, partitions_start="2026-03-01"), now)[0] == "2026-03-01"
    ledger.write_bytes(b"torn")
    assert keys(settings, now)[0] == "2009-01-01"


def test_the_dates_of_a_demo_end_with_the_newest_that_it_published(published, tmp_path):
    now = "2026-12-01T12:00:00+08:00"
    settings = Settings(home=tmp_path, partitions_start="2026-03-01")
    assert keys(settings, now)[-1] == "2026-11-30"
    (tmp_path / "demo.json").write_text("{}")
    keep(published, "2026-03-10", b"y")
    assert keys(settings, now)[-1] == "2026-03-10"
    assert keys(settings, now, is_every_date=True)[-1] == "2026-12-02"


@pytest.mark.parametrize(
    "said",
    [
        "[Errno 28] No space left on device: '/srv/brand/raw/x'",
        'IO Error: Could not write file "/srv/brand/warehouse.duckdb.wal": No space left on device',
        "(sqlite3.OperationalError) database or disk is full",
        "TransactionContext Error: Failed to commit: Could not write all bytes to file",
    ],
)
def test_a_full_disk_is_named_with_its_free_bytes(tmp_path, said):
    told = with_remedy(said, tmp_path)
    assert told.startswith(said) and f"the disk of {tmp_path} is full" in told and " bytes free: free some" in told
    assert with_remedy(told, tmp_path).count("is full, it has") == 1
    assert with_remedy("customers: 3 rows have no key", tmp_path) == "customers: 3 rows have no key"

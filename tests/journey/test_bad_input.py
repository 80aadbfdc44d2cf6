"""What a person gets to read when something is wrong, and that the rest goes on."""

import gzip

import duckdb
import pyarrow.parquet as pq
import pytest

from tests.builders import Brand, current_version, siyu
from tests.journey.conftest import DATES

ORDERS = "source,order_id,customer_id,ordered_at,status,amount_yuan\n"


@pytest.mark.parametrize(
    ("arguments", "variables", "words"),
    [
        (("daily", "2026-3-8"), {}, "YYYY-MM-DD"),
        (("daily", "soon"), {}, "YYYY-MM-DD"),
        (("backfill", "2026-03-10", "2026-03-08"), {}, "lies after"),
        (("daily", "2001-01-01"), {}, "partitions_start"),
        (("daily", "2026-03-08"), {"SIYU_BUGDET": "5"}, "unknown setting"),
        (("daily", "2026-03-08"), {"SIYU_CUT_OFF_HOUR": "26"}, "between 0 and 23"),
        (("daily", "2026-03-08"), {"SIYU_DONE_MARKERS": "poss"}, "known: standard, pos"),
        (("daily", "2026-03-08"), {"SIYU_TOKEN_KEY_FILE": "/nowhere/token.key"}, "token.key"),
    ],
)
def test_wrong_use_is_refused_before_a_byte_is_read(brand, arguments, variables, words):
    brand.add("orders", {"source": "shop", "order_id": "1"}).land()
    outcome = siyu(brand.home, *arguments, **variables)
    assert outcome.returncode == 2
    assert words in outcome.stderr
    assert not (brand.home / "raw").exists()


def test_a_short_token_key_is_refused_before_a_byte_is_read(brand, tmp_path):
    key = tmp_path / "short.key"
    key.write_bytes(b"short")
    key.chmod(0o600)
    brand.add("orders", {"source": "shop", "order_id": "1"}).land()
    outcome = siyu(brand.home, "daily", "2026-03-08", SIYU_TOKEN_KEY_FILE=str(key))
    assert (outcome.returncode, "32" in outcome.stderr) == (2, True)
    assert not (brand.home / "raw").exists()


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    """A shop whose till knows nobody, with broken files among its exports: its home, and what its night said."""
    brand, day = Brand(tmp_path_factory.mktemp("broken") / "home"), DATES[-1].isoformat()
    good = {"source": "shop", "ordered_at": f"{day} 10:00:00", "status": "paid"}
    for number in range(1, 21):
        brand.add("orders", good | {"order_id": f"good-{number}", "amount_yuan": "10.00"})
    brand.add("orders", good | {"order_id": "bad-date", "ordered_at": "2026-02-30", "amount_yuan": "10.00"})
    walk_in = good | {"status": "finished", "amount_yuan": "218.00"}
    brand.add("orders", walk_in | {"order_id": "1"}, walk_in | {"order_id": "2", "amount_yuan": "96.50"})
    line = {"source": "shop", "order_id": "good-1", "sku_id": "K1", "amount_yuan": "10.00"}
    brand.add("order_lines", line | {"line_id": "1", "quantity": "1"}, line | {"line_id": "2", "quantity": "-1"})
    brand.land()
    landing = brand.home / "landing" / "standard"
    (landing / "orders" / "again.csv").write_bytes((landing / "orders" / "export.csv").read_bytes())
    for dataset in ("customers", "events", "refunds", "suppressions"):
        (landing / dataset).mkdir(exist_ok=True)
    refusal = (
        "id_type,id_value,message_channel,reason,changed_at\nmobile,13812345678,短信,opt_out,2026-03-01 12:00:00\n"
    )
    (landing / "suppressions" / "stop.csv").write_text(refusal, encoding="utf-8")
    (landing / "customers" / "no_id.csv").write_text("source,mobile\nshop,1\n", encoding="utf-8")
    (landing / "events" / "cut.csv.gz").write_bytes(gzip.compress(b"source,event_id\n" + b"shop,1\n" * 2000)[:-30])
    (landing / "refunds" / "noise.csv").write_bytes(b"source,refund_id\n\xff\xfe\x00\x81\xff\xff\n")
    outcome = siyu(brand.home, "daily", day)
    assert outcome.returncode == 0, outcome.stdout[-3000:] + outcome.stderr[-3000:]
    return brand.home, outcome.stdout


def test_broken_files_are_set_aside_and_the_others_go_on(broken):
    home, said = broken
    found = duckdb.execute(
        "select dataset, file_name, line, column_name, reason, remedy from read_parquet($file) order by all",
        {"file": str(home / "quarantine" / "quarantine.parquet")},
    ).fetchall()
    by_file = {(dataset, file): (line, column, reason) for dataset, file, line, column, reason, _ in found}
    assert by_file["orders", "again.csv"][:2] == (22, "ordered_at")
    assert by_file["order_lines", "export.csv"][:2] == (3, "quantity")
    assert by_file["customers", "no_id.csv"][1] == "customer_id"
    assert ("events", "cut.csv.gz") in by_file
    assert ("refunds", "noise.csv") in by_file
    assert all(remedy for *_, remedy in found)
    assert "1 refusal could not be read" in said
    listed = siyu(home, "refusals")
    assert (listed.returncode, "standard/suppressions/stop.csv, line 2" in listed.stdout) == (1, True)
    ledger = duckdb.execute(
        "select file_name, status, physical_records, loaded, quarantined, skipped from read_parquet($file)",
        {"file": str(home / "ledger.parquet")},
    ).fetchall()
    assert ("export.csv", "duplicate") in {(name, status) for name, status, *_ in ledger}
    assert [row for row in ledger if row[1] == "loaded" and row[2] != row[3] + row[4] + row[5]] == []


def test_orders_that_name_nobody_are_published_without_a_customer(broken):
    folder = current_version(broken[0])
    assert pq.ParquetFile(folder / "customers.parquet").metadata.num_rows == 0
    figures = pq.read_table(folder / "kpi_daily.parquet").to_pylist()
    paid = [row["value"] for row in figures if row["kpi"] == "paid_to_date"]
    assert paid == [20 * 1000 + 21800 + 9650]


def test_a_date_without_data_ends_with_one_and_says_what_to_do(brand_home):
    before = (brand_home / "published" / "CURRENT").read_text(encoding="utf-8")
    outcome = siyu(brand_home, "daily", "2026-09-01")
    assert outcome.returncode == 1
    assert "2026-09-01" in outcome.stderr
    assert "landing" in outcome.stderr
    assert (brand_home / "published" / "CURRENT").read_text(encoding="utf-8") == before


def test_an_empty_landing_folder_ends_with_one_and_publishes_nothing(brand):
    (brand.home / "landing").mkdir(parents=True)
    outcome = siyu(brand.home, "daily", DATES[-1].isoformat())
    assert outcome.returncode == 1
    assert "landing" in outcome.stderr
    assert not (brand.home / "published" / "CURRENT").exists()

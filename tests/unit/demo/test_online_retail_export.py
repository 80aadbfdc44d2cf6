"""The documented export of Online Retail: walk-ins, matched and unmatched refunds, amounts to the last decimal."""

import csv
import gzip
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

SCRIPT = Path(__file__).parents[3] / "docs" / "examples" / "online_retail_to_standard.py"
TABLE = """
    select * from (values
        ('1', 'A', 'mug', 6, timestamp '2011-01-01 09:00:00', 2.55, 17850.0, 'UK'),
        ('1', 'B', 'tin', 3, timestamp '2011-01-01 09:00:00', 0.001, 17850.0, 'UK'),
        ('2', 'A', 'mug', 1, timestamp '2011-01-02 09:00:00', 3.00, null, 'UK'),
        ('3', 'A', 'damaged', -5, timestamp '2011-01-03 09:00:00', 0.0, null, 'UK'),
        ('C4', 'A', 'mug', -2, timestamp '2011-01-04 09:00:00', 2.55, 17850.0, 'UK'),
        ('C5', 'A', 'mug', -5, timestamp '2011-01-05 09:00:00', 2.55, 17850.0, 'UK'),
        ('C6', 'A', 'mug', -1, timestamp '2011-01-06 09:00:00', 3.00, null, 'UK')
    ) t(InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID, Country)
"""


@pytest.fixture(scope="module")
def exported(tmp_path_factory) -> dict[str, list[dict[str, str]]]:
    folder = tmp_path_factory.mktemp("retail")
    duckdb.execute(f"copy ({TABLE}) to '{folder}/table.parquet' (format parquet)")
    subprocess.run([sys.executable, str(SCRIPT), f"{folder}/table.parquet", f"{folder}/landing"], check=True)
    found = {}
    for dataset in ("orders", "order_lines", "refunds"):
        with gzip.open(folder / "landing" / "standard" / dataset / "online_retail.csv.gz", "rt") as file:
            found[dataset] = list(csv.DictReader(file))
    return found


def test_an_invoice_without_a_customer_is_a_walk_in(exported):
    assert {row["order_id"]: row["customer_id"] for row in exported["orders"]} == {"1": "17850", "2": "", "3": ""}


def test_an_order_owes_the_sum_of_its_lines_as_the_door_rounds_them(exported):
    assert {row["order_id"]: row["amount_yuan"] for row in exported["orders"]} == {
        "1": "15.30",
        "2": "3.00",
        "3": "0.00",
    }
    assert [row["amount_yuan"] for row in exported["order_lines"][:2]] == ["15.30", "0.003"]


def test_a_negative_quantity_outside_a_c_invoice_is_left_to_the_door(exported):
    assert [row["quantity"] for row in exported["order_lines"] if row["order_id"] == "3"] == ["-5"]


def test_a_c_invoice_is_a_refund_of_a_line_that_still_has_that_much_left(exported):
    matched = {row["refund_id"]: (row["order_id"], row["line_id"], row["amount_yuan"]) for row in exported["refunds"]}
    assert matched == {
        "C4-1": ("1", "1", "5.10"),
        "C5-1": ("", "", "12.75"),  # four mugs are left of the six
        "C6-1": ("", "", "3.00"),  # nobody's invoice
    }

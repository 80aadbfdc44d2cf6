"""The six models against the same figures counted path by path, and the Markov chain walked until it stands.

``SIYU_PUBLIC_PATHS`` names a Parquet file of touch paths (``path``, ``total_conversions``, ``total_null``): with it
the models are held to the other way on that too; without it that test is skipped.
"""

import os
from collections import Counter
from pathlib import Path

import duckdb
import pytest

from benchmarks.attribution import by_models, counted_again, largest_difference

PUBLIC = os.environ.get("SIYU_PUBLIC_PATHS")
#: Path, how many of it ended in an order, and how many in none.
WAYS = (
    ("sms > wecom > sms", 3, 2),
    ("wecom", 2, 5),
    ("ad > sms > wecom > sms > sms", 4, 1),
    ("ad", 0, 6),
    ("store > ad", 1, 1),
)


@pytest.fixture
def file(tmp_path):
    con = duckdb.connect()
    con.execute("create table ways (path varchar, total_conversions bigint, total_null bigint)")
    con.executemany("insert into ways values (?, ?, ?)", WAYS)
    con.execute(f"copy ways to '{tmp_path / 'ways.parquet'}'")
    return tmp_path / "ways.parquet"


def _holds(file):
    told = by_models(file)
    sold = sum(orders for orders, _, _ in told.laid)
    totals = Counter()
    for model, _, orders in told.orders:
        totals[model] += orders
    assert len(totals) == 6
    assert {model: round(orders, 2) for model, orders in totals.items()} == dict.fromkeys(totals, sold)
    assert {money for _, money in told.fen} == {100 * sold}
    assert largest_difference(told.orders, counted_again(told.laid)) < 0.001


def test_six_models_give_out_the_same_orders_and_what_another_way_counts(file):
    _holds(file)


@pytest.mark.skipif(PUBLIC is None, reason="SIYU_PUBLIC_PATHS names no file of touch paths")
def test_so_they_do_on_a_public_file_of_paths():
    _holds(Path(str(PUBLIC)))

"""The recipe of docs/plugging-in-your-channels.md, followed to the letter on a copy of the checkout."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from orchestration.channels.new_channel import new_channel
from orchestration.settings import CHECKOUT

BLOCK = re.compile(r"<!-- recipe: (\S+)(?: in (\w+))? -->\n```\w*\n(.*?)```", re.DOTALL)
TAKE = """
import datetime as dt
from pathlib import Path
from orchestration.channels.engine import registry
from orchestration.channels.engine.ingest import ingest
from orchestration.channels.engine.landing_summary import finish
from orchestration.home_rules import load_seeds
from orchestration.settings import Settings
from orchestration.warehouse import connect, create_schemas

settings, now = Settings(home=Path(__import__("sys").argv[1])), dt.datetime(2025, 12, 1)
with connect(settings) as warehouse:
    create_schemas(warehouse)
    for channel in registry.channels():
        ingest(settings, warehouse, channel, now)
    finish(settings, warehouse, now)
    load_seeds(warehouse, settings)
"""
SPA = {
    "orders": "订单号,会员号,手机号,下单时间,订单状态,应付金额,实付金额\n"
    "N1,C1,13900000007,2025-11-03 14:30:00,已完成,59.90,54.90\n",
    "lines": "订单号,子订单号,货号,数量,金额\nN1,1,SKU-1,2,59.90\n",
    "refunds": "退款单号,订单号,退款时间,退款金额\nR1,N1,2025-11-05 10:00:00,20.05\n",
}
SPA_MODELS = ("order_lines", "refunds", "identifiers")


@pytest.fixture(scope="module")
def brand(tmp_path_factory):
    """A checkout and a home to which exactly the recipe's files were added; its home after reading them."""
    place = tmp_path_factory.mktemp("recipe")
    checkout, home = place / "checkout", place / "home"
    for part in ("dbt_project", "orchestration", "ml"):
        made = shutil.ignore_patterns("target", "logs", "__pycache__")
        shutil.copytree(CHECKOUT / part, checkout / part, ignore=made)
    page = (CHECKOUT / "docs" / "plugging-in-your-channels.md").read_text(encoding="utf-8")
    for path, encoding, text in BLOCK.findall(page):
        file = (home if path.startswith("landing/") else checkout) / path
        assert not file.exists(), path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode(encoding or "utf-8"))
    new_channel("spa_desk", checkout)  # beside the recipe's, one begun by the command
    for dataset, text in SPA.items():
        file = home / "landing" / "spa_desk" / dataset / "a.csv"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    variables = {name: value for name, value in os.environ.items() if not name.startswith("SIYU_")}
    variables |= {"PYTHONPATH": str(checkout), "SIYU_WAREHOUSE": str(home / "warehouse.duckdb"), "DO_NOT_TRACK": "1"}
    dbt = [str(Path(sys.executable).with_name("dbt")), "--quiet", "run", "--target-path", str(place / "target")]
    dbt += ["--project-dir", "dbt_project", "--profiles-dir", "dbt_project", "--log-path", str(place)]
    for command in (
        [sys.executable, "-m", "orchestration.nouns"],
        [sys.executable, "-c", TAKE, str(home)],
        [*dbt, "--select", "+orders", "booking_identifiers", *(f"spa_desk_{each}" for each in SPA_MODELS)],
        [*dbt[:2], "test", *dbt[3:], "--select", "spa_desk_*,test_type:unit"],
    ):
        done = subprocess.run(command, cwd=checkout, env=variables, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return home


def _rows(home, sql):
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as con:
        return con.execute(sql).fetchall()


def test_two_visits_are_orders_known_six_hours_later(brand):
    orders = _rows(
        brand,
        "select order_id, customer_id, channel, cast(ordered_at as varchar), paid_fen, cast(known_at as varchar)"
        " from customer.orders where source = 'booking' order by order_id",
    )
    assert orders == [
        ("B1", "G7", "booking", "2025-11-03 06:30:00", 16800, "2025-11-03 12:30:00"),
        ("B2", "G8", "booking", "2025-11-04 02:00:00", 9900, "2025-11-04 08:00:00"),
    ]


def test_the_visit_of_half_a_fen_is_set_aside_with_its_line(brand):
    found = _rows(brand, "select line, column_name, reason from channels.quarantine where channel = 'booking'")
    assert found == [(4, "fee_fen", "not_a_number")]


def test_a_guest_is_known_by_a_token_and_never_by_the_number(brand):
    (found,) = _rows(brand, "select customer_id, id_type, id_value from staging.booking_identifiers")
    assert found[:2] == ("G7", "mobile")
    assert re.fullmatch(r"k1:[0-9a-f]{32}", found[2])
    assert "13900000007" not in json.dumps(_rows(brand, "select * from channels.booking__visits"), default=str)


def test_a_channel_begun_by_the_command_brings_orders_lines_refunds_and_identifiers(brand):
    assert _rows(brand, "select order_id, amount_fen, paid_fen from customer.orders where source = 'spa_desk'") == [
        ("N1", 5990, 5490)
    ]
    assert _rows(
        brand, "select line_id, sku_id, amount_fen, cast(known_at as varchar) from staging.spa_desk_order_lines"
    ) == [("1", "SKU-1", 5990, "2025-11-03 12:30:00")]
    assert _rows(brand, "select order_id, amount_fen, status from staging.spa_desk_refunds") == [
        ("N1", 2005, "succeeded")
    ]
    assert _rows(brand, "select customer_id, id_type from staging.spa_desk_identifiers") == [("C1", "mobile")]

"""A home with a landing folder and a small channel to land in."""

import dataclasses
import datetime as dt
import gzip
from pathlib import Path

import duckdb

from orchestration.channels.engine import registry
from orchestration.channels.engine.declare import Channel, Child, Column, Dataset
from orchestration.channels.engine.ingest import Ingested, ingest
from orchestration.channels.engine.landing_summary import finish
from orchestration.settings import Settings
from orchestration.warehouse import connect

#: Every file of these tests lands at this instant: 1 June 2026, 08:00 in Shanghai.
NOON = dt.datetime(2026, 6, 1)

RECEIPTS = Dataset(
    "receipts",
    (
        Column("order_id", "identifier", required=True, aliases=("订单号",)),
        Column("mobile", "phone", aliases=("手机",)),
        Column("name", "name", aliases=("姓名",)),
        Column("ordered_at", "instant", required=True, aliases=("下单时间",)),
        Column("amount_yuan", "decimal", required=True, scale=2, aliases=("金额", "amount")),
        Column("quantity", "decimal", minimum=0),
        Column("unionid", "identifier"),
        Column("note"),
        Column("born_on", "date"),
    ),
    natural_key=("order_id",),
    preamble=3,
    forward_fill=(),
)
FILLED = dataclasses.replace(RECEIPTS, name="filled", forward_fill=("order_id", "ordered_at"), preamble=0)
BARE = Dataset("bare", (Column("card", "identifier", required=True), Column("points", "integer")), headerless=True)
TICKETS = Dataset(
    "tickets",
    (
        Column("sn", "identifier", required=True),
        Column("sold_at", "instant", path="datetime", required=True),
        Column("customer_uid", "identifier", path="customerUid"),
        Column("payments", "json"),
    ),
    natural_key=("_account", "sn"),
    children=(
        Child(
            "ticket_items",
            "items",
            (
                Column("product_uid", "identifier", path="productUid", required=True),
                Column("quantity", "decimal", minimum=0),
            ),
            parent=("sn",),
        ),
        Child("ticket_tags", "tags", (Column("tag", path="."),), parent=("sn",)),
    ),
)
SHOP = Channel("shop", (RECEIPTS, FILLED, BARE, TICKETS))

HEADER = "order_id,mobile,name,ordered_at,amount_yuan,note"


def row(order_id, mobile="13812345678", name="林小满", ordered_at="2026-03-01 12:00:00", amount_yuan="9.90", note="好"):
    """Return one good receipt line; any part may be replaced."""
    return ",".join((order_id, mobile, name, ordered_at, amount_yuan, note))


class Door:
    """A home under test: land files, ingest, look at what came of it."""

    def __init__(self, home: Path, channel: str = "shop", **settings: object) -> None:
        self.settings = Settings(home=home, memory_limit="500MB", **settings)
        self.home = home
        self.channel = channel

    def land(self, dataset: str, name: str, content: bytes | str) -> Path:
        """Put a file into a dataset's landing folder."""
        path = self.settings.landing / self.channel / dataset / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def ingest(self, now: dt.datetime = NOON) -> Ingested:
        """Read what is new, and export."""
        with connect(self.settings) as warehouse:
            done = ingest(self.settings, warehouse, self.channel, now, progress=lambda line: None)
            finish(self.settings, warehouse, now)
        return done

    def query(self, sql: str, *parameters: object) -> list[tuple]:
        """Return the rows of a query on the warehouse."""
        with duckdb.connect(str(self.settings.warehouse), read_only=True) as warehouse:
            return warehouse.execute(sql, list(parameters)).fetchall()

    def rows(self, table: str, *columns: str) -> list[tuple]:
        """Return columns of a table, ordered by all of them."""
        listed = ", ".join(f'"{column}"' for column in columns)
        return self.query(f'select {listed} from channels."{table}" order by all')

    def ledger(self) -> dict[str, dict]:
        """Return the ledger's rows by file name."""
        names = [
            name for name, *_ in self.query("select column_name from duckdb_columns() where table_name = 'ledger'")
        ]
        return {
            found["file_name"]: found
            for found in (dict(zip(names, each, strict=True)) for each in self.query("from channels.ledger"))
        }

    def quarantine(self) -> list[tuple]:
        """Return (file, line, column, reason) of everything set aside."""
        return self.query("select file_name, line, column_name, reason from channels.quarantine order by all")


def use_shop(monkeypatch) -> None:
    """Let the registry know the shop of these tests beside the real channels."""
    known = dict(registry.channels()) | {"shop": SHOP}
    monkeypatch.setattr(registry, "channels", lambda: known)


def gzipped(text: str) -> bytes:
    """Return text as a gzip file."""
    return gzip.compress(text.encode(), mtime=0)

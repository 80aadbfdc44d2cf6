"""A small warehouse of nouns and identities written as literal rows, and dbt run on it up to the features."""

import datetime as dt
import hashlib
from pathlib import Path
from typing import Any

import duckdb

from orchestration.home_rules import load_seeds
from orchestration.nouns import columns
from orchestration.nouns import nouns as described
from orchestration.publishing.plans import COLUMNS as PLAN_COLUMNS
from orchestration.settings import Settings
from orchestration.warehouse import create_schemas
from tests.warehouse.run_dbt import messages, run_dbt

TAIL = {
    "known_at": "timestamp",
    "superseded_at": "timestamp",
    "counts_from": "date",
    "counts_to": "date",
    "file_id": "varchar",
    "line": "bigint",
}
#: The features and what they stand on; nouns and identities are written by hand, so nothing before them is built.
TARGETS = ("+customer_features", "+labels")
BY_HAND = ("--exclude", "path:models/staging", "path:models/identity", "path:models/customer")


def nouns() -> dict[str, dict[str, str]]:
    """Return every noun's columns and types, from the one description of the nouns."""
    return {name: columns(noun) | TAIL for name, noun in described().items()}


def at(text: str) -> dt.datetime:
    """Return the UTC instant of a Shanghai wall-clock time."""
    return dt.datetime.fromisoformat(text) - dt.timedelta(hours=8)


class World:
    """Literal rows of a brand, by table."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, dict[str, Any]]] = []

    def copy(self) -> "World":
        """Return a world with the same rows, to which others can be added."""
        other = World()
        other.rows = [(table, dict(row)) for table, row in self.rows]
        return other

    def add(self, table: str, **row: Any) -> "World":
        """Add a row of ``customer.<noun>`` (named by the noun) or of ``identity.source_records``."""
        self.rows.append((table, row))
        return self

    def person(self, one_id: str, customer_id: str, known_from: str = "2016-01-01 09:00") -> "World":
        """Add a member, registered when first known, with a link to a person."""
        self.add("source_records", source="pos", customer_id=customer_id, one_id=one_id, known_from=at(known_from))
        first = {"registered_at": at(known_from), "known_at": at(known_from), "is_test": False}
        return self.add("customers", source="pos", customer_id=customer_id, **first)

    def order(
        self, order_id: str, customer_id: str, paid: str, fen: int = 1000, known: str = "", **more: Any
    ) -> "World":
        """Add a paid order of one line; it is known six hours after it was paid unless said otherwise."""
        known_at = at(known) if known else at(paid) + dt.timedelta(hours=6)
        money = {"amount_fen": fen, "paid_fen": fen, "discount_fen": 0, "freight_fen": 0}
        when = {"ordered_at": at(paid), "paid_at": at(paid), "known_at": known_at, "status": "finished"}
        row = {"source": "pos", "order_id": order_id, "customer_id": customer_id, "channel": "pos", "store_id": "S1"}
        self.add("orders", **{**row, **money, **when, "order_type": "normal", **more})
        line = {"line_id": "1", "sku_id": "K1", "category": "c1", "quantity": 2, "amount_fen": fen, "discount_fen": 0}
        return self.add("order_lines", source="pos", order_id=order_id, is_gift=False, known_at=known_at, **line)

    def event(self, event_id: str, customer_id: str, occurred: str, known: str = "", kind: str = "view") -> "World":
        """Add an own action in the mini-program."""
        known_at = at(known) if known else at(occurred) + dt.timedelta(hours=6)
        row = {"source": "pos", "event_id": event_id, "customer_id": customer_id, "event_type": kind}
        return self.add("events", **row, channel="mini_program", occurred_at=at(occurred), known_at=known_at)

    def message(self, message_id: str, customer_id: str, sent: str, **steps: str) -> "World":
        """Add a message with its later steps as Shanghai times."""
        row = {"source": "pos", "message_id": message_id, "customer_id": customer_id, "message_channel": "sms"}
        when = {"sent_at": at(sent), "known_at": at(sent) + dt.timedelta(hours=6)}
        return self.add("messages", **row, status="sent", **when, **{name: at(text) for name, text in steps.items()})

    def build(self, folder: Path, cut_offs: list[str], as_of: str) -> dict[str, str]:
        """Run dbt on the rows; return the bytes of features and labels by ``table/date``, as sha256."""
        warehouse = self.lay(folder)
        build(warehouse, {"as_of": [as_of], "state": [as_of], "feature": sorted({*cut_offs, as_of})})
        with duckdb.connect(str(warehouse), read_only=True) as con:
            return {
                f"{table}/{date}": _bytes_of(con, table, date)
                for table in ("customer_features", "labels")
                for date in sorted({*cut_offs, as_of})
            }

    def lay(self, folder: Path) -> Path:
        """Write the rows into a new warehouse of the folder and return its file."""
        folder.mkdir(parents=True, exist_ok=True)
        warehouse = folder / "warehouse.duckdb"
        with duckdb.connect(str(warehouse)) as con:
            create_schemas(con)
            load_seeds(con, Settings(home=folder))
            for noun, columns in nouns().items():
                con.execute(f"create table customer.{noun} ({', '.join(f'{n} {kind}' for n, kind in columns.items())})")
            # nothing of this world was ever planned or exported
            planned = ", ".join(f"{name} {kind}" for name, kind in PLAN_COLUMNS.items())
            con.execute(f"create table customer.plans ({planned}, exported_from date, counts_from date)")
            con.execute(
                "create table customer.activations (export_id varchar, recipient_token varchar, "
                "published_token varchar, as_of_date date, one_id varchar, "
                "message_channel varchar, list_name varchar, audience_id varchar, campaign_id varchar, "
                "offer_id varchar, task_id varchar, staff_id varchar, id_type varchar, id_scope varchar, "
                "id_token varchar, exported_at timestamp, expires_at timestamp, withdrawn_at timestamp, "
                "counts_from date, withdrawn_from date)"
            )
            con.execute(
                "create table customer.profiling_refusals (source varchar, customer_id varchar, landed_at timestamp, "
                "from_date date, to_date date, file_id varchar, line bigint)"
            )
            con.execute(
                "create table identity.identifiers (id_type varchar, id_scope varchar, id_token varchar, "
                "one_id varchar, valid_from timestamp, valid_to timestamp, known_from timestamp, known_to timestamp, "
                "link_strength bigint)"
            )
            con.execute(
                "create table identity.identifier_observations (source varchar, customer_id varchar, id_type varchar, "
                "id_scope varchar, id_value varchar, known_at timestamp, unbound_at timestamp)"
            )
            con.execute(
                "create table identity.source_records (source varchar, customer_id varchar, one_id varchar, "
                "known_from timestamp, known_to timestamp)"
            )
            for table, row in self.rows:
                schema = "identity" if table == "source_records" else "customer"
                names = ", ".join(row)
                marks = ", ".join("?" for _ in row)
                con.execute(f"insert into {schema}.{table} ({names}) values ({marks})", list(row.values()))
            for noun in nouns():
                con.execute(
                    f"update customer.{noun} set counts_from = {_known_date('known_at')}, "
                    f"counts_to = {_known_date('superseded_at')}"
                )
        return warehouse


def _known_date(instant: str) -> str:
    """Return SQL for the first date whose cut-off, 06:00 of the next Shanghai day, knew what became known then."""
    return f"cast({instant} - interval '22' hour - interval '1' microsecond as date) + 1"


def build(warehouse: Path, dates: dict[str, list[str]], targets: tuple[str, ...] = TARGETS) -> None:
    """Build models and what they stand on, for the dates of a run."""
    done = run_dbt(warehouse, ["run", "--select", *targets, *BY_HAND], dates)
    assert done.success, messages(done)


def _bytes_of(con: duckdb.DuckDBPyConnection, table: str, date: str) -> str:
    rows = con.execute(f"select * from features.{table} where as_of_date = '{date}' order by one_id").fetchall()
    return hashlib.sha256(repr(rows).encode()).hexdigest() if rows else "no rows"

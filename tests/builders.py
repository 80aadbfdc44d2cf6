"""Builds small brands as landing files of the standard channel, and runs them as a person would."""

import csv
import dataclasses
import datetime as dt
import hashlib
import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

from orchestration.channels.engine.keys import PURPOSES
from tests import forked

CHECKOUT = Path(__file__).resolve().parent.parent
Row = dict[str, Any]
LONGEST_SECONDS = 900


@dataclasses.dataclass
class Brand:
    """The landing files of a brand: rows by dataset of the standard channel."""

    home: Path
    datasets: dict[str, list[Row]] = dataclasses.field(default_factory=dict)

    def add(self, dataset: str, *rows: Row) -> "Brand":
        """Add rows to a dataset."""
        self.datasets.setdefault(dataset, []).extend(rows)
        return self

    def land(self, name: str = "export.csv") -> "Brand":
        """Write every dataset as one CSV file each, then forget the rows; give the home its keys."""
        give_keys(self.home)
        for dataset, rows in self.datasets.items():
            columns = list(dict.fromkeys(column for row in rows for column in row))
            folder = self.home / "landing" / "standard" / dataset
            folder.mkdir(parents=True, exist_ok=True)
            with (folder / name).open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, columns, restval="")
                writer.writeheader()
                writer.writerows(rows)
        self.datasets = {}
        return self


def give_keys(home: Path) -> None:
    """Give a home the same secrets in every test run: holdouts, options by lot and ids are draws from them.

    With the random keys of a real home, one brand of 40 candidates in eight holds out nobody.
    """
    folder = home / "vault" / "keys"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.parent.chmod(0o700)
    for purpose in PURPOSES:
        key = folder / f"{purpose}.key"
        key.write_text(hashlib.sha256(f"a small brand, {purpose}".encode()).hexdigest(), encoding="ascii")
        key.chmod(0o600)


def phone(number: int) -> str:
    """Return a mobile number that belongs to nobody in particular, the same for the same number."""
    return f"139{number:08d}"


def shop(home: Path, last: dt.date, customers: int = 80, days: int = 240, seed: int = 7) -> Brand:
    """Return a brand whose regulars buy every one to five weeks, some leave, some only ever registered.

    The rows depend on ``last``, ``customers``, ``days`` and ``seed`` alone.
    """
    chance = random.Random(seed)
    brand = Brand(home)
    start = last - dt.timedelta(days=days)
    brand.add("stores", {"store_id": "S1", "name": "One", "city": "上海市"})
    for staff in ("G1", "G2"):
        row = {"staff_id": staff, "name": staff, "store_id": "S1", "role": "guide", "active": "true"}
        brand.add("staff", row | {"daily_message_capacity": 80, "daily_call_capacity": 40})
    for sku in range(12):
        brand.add("products", {"source": "shop", "sku_id": f"K{sku}", "name": f"item {sku}", "category": f"c{sku % 4}"})
    for number in range(customers):
        customer_id = f"C{number:04d}"
        registered = start + dt.timedelta(days=chance.randrange(0, 30))
        brand.add(
            "customers",
            {
                "source": "shop",
                "customer_id": customer_id,
                "mobile": phone(number),
                "name": f"林小满{number}号",
                "gender": chance.choice(["male", "female", ""]),
                "registered_at": f"{registered} 09:00:00",
                "acquisition_channel": chance.choice(["store", "wecom_qr"]),
                "level": chance.choice(["银卡", "金卡"]),
                "points": chance.randrange(0, 900),
                "updated_at": f"{registered} 09:00:00",
            },
        )
        _consents_and_follow(brand, customer_id, registered, chance)
        if number % 6 == 5:
            continue
        gap, day = chance.randrange(5, 35), registered + dt.timedelta(days=chance.randrange(1, 20))
        leaves = start + dt.timedelta(days=chance.randrange(60, days * 2))
        while day <= min(last, leaves):
            _order(brand, customer_id, day, chance)
            day += dt.timedelta(days=max(1, round(chance.gauss(gap, gap / 4))))
    return brand


def _consents_and_follow(brand: Brand, customer_id: str, registered: dt.date, chance: random.Random) -> None:
    given = {"source": "shop", "customer_id": customer_id, "granted": "true", "changed_at": f"{registered} 09:00:00"}
    brand.add("consents", given | {"message_channel": "", "purpose": "profiling"})
    for channel in ("wecom", "sms", "call"):
        if chance.random() < 0.8:
            brand.add("consents", given | {"message_channel": channel, "purpose": "marketing"})
    if chance.random() < 0.7:
        follow = {"source": "shop", "staff_id": chance.choice(["G1", "G2"]), "customer_id": customer_id}
        brand.add("follows", follow | {"added_at": f"{registered} 12:00:00", "add_way": "qr", "state": "qr_s1"})


def _order(brand: Brand, customer_id: str, day: dt.date, chance: random.Random) -> None:
    order_id = f"O{len(brand.datasets.get('orders', ())):06d}"
    at = f"{day} {chance.randrange(9, 21):02d}:{chance.randrange(60):02d}:00"
    lines = [(chance.randrange(12), chance.randrange(1, 4), chance.randrange(500, 9000)) for _ in range(2)]
    total = sum(fen for _, _, fen in lines)
    discount = total // 10 if chance.random() < 0.3 else 0
    order = {"source": "shop", "order_id": order_id, "customer_id": customer_id, "ordered_at": at, "paid_at": at}
    money = {"amount_yuan": yuan(total - discount), "discount_yuan": yuan(discount), "freight_yuan": "0"}
    brand.add("orders", order | {"status": "finished", "store_id": "S1", "staff_id": "G1"} | money)
    for number, (sku, quantity, fen) in enumerate(lines):
        line = {
            "source": "shop",
            "order_id": order_id,
            "line_id": number,
            "sku_id": f"K{sku}",
            "category": f"c{sku % 4}",
        }
        brand.add("order_lines", line | {"quantity": quantity, "amount_yuan": yuan(fen)})
    event = {"source": "shop", "customer_id": customer_id, "channel": "mini_program", "occurred_at": at}
    brand.add("events", event | {"event_id": f"E{order_id}", "event_type": "view", "object_id": f"K{lines[0][0]}"})


def yuan(fen: int) -> str:
    """Return an amount of fen as the yuan text a channel sends."""
    return f"{fen // 100}.{fen % 100:02d}"


#: The tests share two cores between themselves: a night's own second thread costs a seventh more CPU and no less time.
ONE_THREAD = {"SIYU_THREADS": "1"}


def siyu(home: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the ``siyu`` command on a home in a process of its own, and return how it ended."""
    return forked.run(list(arguments), _environment(home, ONE_THREAD | variables), CHECKOUT, LONGEST_SECONDS)


def siyu_anew(home: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Start the ``siyu`` command on a home as a shell starts it: with imports, streams and hashes of its own."""
    command = [str(Path(sys.executable).with_name("siyu")), *arguments]
    environment = _environment(home, variables)
    return subprocess.run(
        command, capture_output=True, text=True, env=environment, timeout=LONGEST_SECONDS, cwd=CHECKOUT, check=False
    )


def _environment(home: Path, variables: dict[str, str]) -> dict[str, str]:
    mine = {name: value for name, value in os.environ.items() if not name.startswith(("SIYU_", "DAGSTER_HOME"))}
    return mine | {"SIYU_HOME": str(home)} | variables


def current_version(home: Path) -> Path:
    """Return the folder that CURRENT names."""
    return home / "published" / "versions" / (home / "published" / "CURRENT").read_text(encoding="utf-8").strip()


def published_hashes(home: Path) -> dict[str, dict[str, str]]:
    """Return, for the version last built of each date, the sha256 of each of its Parquet files."""
    found = {}
    for folder in sorted((home / "published" / "versions").iterdir(), key=lambda folder: folder.stat().st_mtime_ns):
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        files = sorted(folder.glob("*.parquet"))
        found[manifest["as_of_date"]] = {file.stem: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    return found

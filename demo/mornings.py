"""``python -m demo.mornings N``: let a demo that was run go on, a morning at a time. SYNTHETIC.

Each morning the lists of CURRENT leave by ``siyu export``, the demo's gateways send them and answer
(``demo/gateway.py``), the declared world says who orders (``demo/orders.py``), all of it lands beside what the data
set has for that day, and ``siyu daily`` runs the night. It goes on from where it stopped, and an interrupted morning
is done again: what leaves the house leaves it once, and everything else is drawn by names.
"""

import argparse
import datetime as dt
import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from demo.brand import Brand, brand_of
from demo.build import LATER, MARKER, WORLD
from demo.calendar import END, SHANGHAI
from demo.gateway import MESSAGES, RECEIPTS, TASK_RESULTS, AddressBook, Answers, Gateway
from demo.handed_over import messages_of
from demo.landing import Row
from demo.orders import Outcome, Till, coupon_rows, order_rows
from demo.outreach import Outbox
from demo.response import World
from demo.selling import DATASETS, product_names
from demo.standard import COUPONS, POINTS

SENT, RECIPIENT = "sent", "demo"
EXPORTED_AT, NIGHT_AT = "09:00", "06:00"
HEADERS = {
    "standard/receipts": RECEIPTS,
    "standard/task_results": TASK_RESULTS,
    "standard/messages": MESSAGES,
    "standard/coupons": COUPONS,
    "standard/points_ledger": POINTS,
}
_TEXT, _STAMP = pa.string(), pa.timestamp("us")
#: truth/sent: one row per message of an export. Its file says that the export is answered.
_SENT = pa.schema([
    ("person_id", _TEXT),
    ("message_channel", _TEXT),
    ("offer_id", _TEXT),
    ("sent_at", _STAMP),
    ("is_reached", pa.bool_()),
    ("has_answered", pa.bool_()),
    ("has_refused", pa.bool_()),
    ("band", _TEXT),
    ("lift", pa.float64()),
    ("would_order", pa.bool_()),
    ("source", _TEXT),
    ("order_id", _TEXT),
    ("ordered_at", _STAMP),
    ("paid_fen", pa.int64()),
    ("redeemed_at", _STAMP),
    ("kept_away", pa.list_(pa.int64())),
])


class NoDemo(RuntimeError):
    """The home holds no demo that could go on; the message says what to do."""


#: What siyu.toml gains: a task list is carried out by people, whom nobody plays here; a template's answers come back.
BY_TEMPLATE = 'wecom_by = "template"\n'


def send_by_template(home: Path) -> bool:
    """Let WeCom plans leave by template where siyu.toml does not say how; return whether it was said now."""
    path = home / "siyu.toml"
    said = path.read_text(encoding="utf-8") if path.exists() else ""
    if "wecom_by" in said:
        return False
    path.write_text(BY_TEMPLATE + said, encoding="utf-8")
    return True


class Mornings:
    """A demo's home and everybody in it, going on day by day."""

    def __init__(self, home: Path) -> None:
        self.home, self._marker = home, home / MARKER
        if not (home / "published" / "CURRENT").is_file() or not self._marker.is_file():
            raise NoDemo(f"{home} holds no demo that was run: make run comes first")
        identity = json.loads(self._marker.read_text(encoding="utf-8"))["identity"]
        self.world = World.load(home / "truth" / WORLD)
        if identity["world"] != f"{self.world.name}-{self.world.digest}":
            raise NoDemo(f"truth/{WORLD} is not the world that {home} was built with; build another home for it")
        self.brand: Brand = brand_of(identity["seed"], identity["households"])
        self._names = product_names(self.brand.journey)
        self._book, self._outbox = AddressBook(self.brand.people), Outbox(self.brand.friends, self.brand.chance)
        self._till = Till(self.brand, self.world, *self._earlier())

    def day(self) -> dt.date:
        """Return the day that comes next: the morning after CURRENT's date."""
        current = (self.home / "published" / "CURRENT").read_text(encoding="utf-8")
        return dt.date.fromisoformat(current[:10]) + dt.timedelta(days=1)

    def go_on(self) -> str:
        """Do the next morning and its night; return a line of what happened.

        Raises
        ------
        NoDemo
            The data set has no such day, or the product refused or failed; its own words stand above.
        """
        day, started = self.day(), time.monotonic()
        if day > END:
            raise NoDemo(f"the data set ends on {END}, and CURRENT is of that day: there is no further morning")
        self._siyu(f"{day}T{EXPORTED_AT}", "export", "--all", "--recipient", RECIPIENT, "--out", str(self.home / SENT))
        outcomes = self.answer(day)
        self.land(day)
        exported = time.monotonic()
        self._siyu(f"{day + dt.timedelta(days=1)}T{NIGHT_AT}", "daily", day.isoformat())
        said = f"{said_of(day, outcomes)}; cost {self._cost_fen(day) / 100:,.2f} yuan"
        return f"{said} (morning {exported - started:.0f} s, night {time.monotonic() - exported:.0f} s)"

    def _siyu(self, moment: str, *arguments: str) -> None:
        command = [sys.executable, "-m", "orchestration.cli", "--home", str(self.home), "--now", moment, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            print(done.stdout[-2000:] + done.stderr[-2000:], file=sys.stderr)
            raise NoDemo(f"siyu {' '.join(arguments[:2])} ended with {done.returncode}; mend it and go on from here")

    def _exports(self, day: dt.date) -> list[Path]:
        """Return the folders of the list that is sent on a day."""
        date = day - dt.timedelta(days=1)
        return sorted(path for path in (self.home / SENT).glob(f"{date:%Y%m%d}-*") if path.is_dir())

    def answer(self, day: dt.date) -> list[dict[str, Any]]:
        """Answer every export of the day that nobody answered yet; return a row per message of the day."""
        rows: list[dict[str, Any]] = []
        for folder in self._exports(day):
            done = self.home / "truth" / "sent" / f"{folder.name}.parquet"
            if not done.is_file():
                self._play(folder, day, done)
            rows += pq.read_table(done).to_pylist()
        return rows

    def _play(self, folder: Path, day: dt.date, done: Path) -> None:
        gateway = Gateway(folder.name, self._outbox, self.brand.chance)
        for message in messages_of(folder, day):
            gateway.send(message, self._book.owner(message.channel, message.address))
        answers = gateway.answers
        outcomes = [self._till.outcome(sent, sent.person) for sent in answers.sent if sent.person is not None]
        self._wait(answers, outcomes, folder.name)
        for basket_id in (number for one in outcomes for number in one.kept_away):
            self._take_out(basket_id)
        done.parent.mkdir(mode=0o700, exist_ok=True)
        draft = done.with_suffix(".partial")
        pq.write_table(pa.Table.from_pylist([_row(one) for one in outcomes], _SENT), draft, compression="zstd")
        draft.chmod(0o600)
        draft.rename(done)

    def _wait(self, answers: Answers, outcomes: list[Outcome], name: str) -> None:
        """Write what an export brings about as files of the days on which it is known."""
        rows: dict[str, list[Row]] = dict(answers.rows)
        rows |= order_rows(outcomes, self.brand, self._names)
        rows["standard/coupons"] = coupon_rows(outcomes, self.world, name)
        for dataset, found in sorted(rows.items()):
            days: dict[dt.date, list[str]] = {}
            for at, line in sorted(found):
                days.setdefault(at.date(), []).append(line)
            header, suffix = ([HEADERS[dataset]], "csv") if dataset in HEADERS else ([], "jsonl")
            for day, lines in days.items():
                self._put(dataset, f"{day}-{name}.{suffix}", "\n".join([*header, *lines]) + "\n")
        if answers.receipts:
            sent_on = str(answers.receipts[0]["send_time"])[:10]
            content = json.dumps(answers.receipts, ensure_ascii=False, indent=0)
            self._put("sms/receipts", f"{sent_on}-{name}.json", content)

    def _put(self, dataset: str, name: str, content: str) -> None:
        path = self.home / LATER / dataset / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")

    def _take_out(self, basket_id: int) -> None:
        """Take a real order of a coming day, and whatever names it, out of what waits."""
        for dataset in (*DATASETS, "standard/points_ledger"):
            for path in sorted((self.home / LATER / dataset).glob("*")):
                lines = path.read_bytes().splitlines(keepends=True)
                kept = [line for line in lines if str(basket_id).encode() not in line]
                if len(kept) < len(lines):
                    path.write_bytes(b"".join(kept))

    def land(self, day: dt.date) -> None:
        """Move what waits for a day into landing, and note it as the demo's own."""
        for path in sorted((self.home / LATER).glob(f"*/*/{day}*")):
            target = self.home / "landing" / path.relative_to(self.home / LATER)
            target.parent.mkdir(parents=True, exist_ok=True)
            path.rename(target)
        root, marker = self.home / "landing", json.loads(self._marker.read_text(encoding="utf-8"))
        marker["files"] |= {
            str(path.relative_to(root)): path.stat().st_size for path in sorted(root.glob(f"*/*/{day}*"))
        }
        draft = self._marker.with_suffix(".partial")
        draft.write_text(json.dumps(marker, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        draft.rename(self._marker)

    def _cost_fen(self, day: dt.date) -> int:
        """Return what the day's exports were expected to cost."""
        logs = (self.home / "activations" / f"{folder.name}.parquet" for folder in self._exports(day))
        return sum(sum(filter(None, pq.read_table(log)["expected_cost_fen"].to_pylist())) for log in logs)

    def _earlier(self) -> tuple[dict[str, dt.datetime], set[int]]:
        """Return the last drawn order of everybody who has one, and the real baskets that were kept away."""
        bought: dict[str, dt.datetime] = {}
        away: set[int] = set()
        truth = self.home / "truth"
        for path in (truth / "drawn_orders.parquet", *sorted((truth / "sent").glob("*.parquet"))):
            for row in pq.read_table(path).to_pylist():
                away.update(row.get("kept_away") or ())
                if row["ordered_at"] is not None:
                    at = row["ordered_at"] + SHANGHAI
                    bought[row["person_id"]] = max(at, bought.get(row["person_id"], at))
        return bought, away


def said_of(day: dt.date, rows: list[dict[str, Any]]) -> str:
    """Return a morning in a line: sent by channel, what reached people, what they answered, ordered and redeemed."""
    sent = Counter(row["message_channel"] for row in rows)
    by = ", ".join(f"{channel} {count}" for channel, count in sorted(sent.items())) or "nobody"
    reached, answered, refused = (sum(row[name] for row in rows) for name in _FLAGS)
    ordered = sum(row["order_id"] is not None for row in rows)
    anyway = sum(row["would_order"] and not row["kept_away"] for row in rows)
    redeemed = sum(row["redeemed_at"] is not None for row in rows)
    return (
        f"{day}: sent {by}; reached {reached}, answered {answered} ({refused} said no);"
        f" orders within 14 days {anyway + ordered}, {ordered} of them because of it; coupons used {redeemed}"
    )


_FLAGS = ("is_reached", "has_answered", "has_refused")


def _row(one: Outcome) -> dict[str, Any]:
    sent, sale, person = one.sent, one.sale, one.sent.person
    assert person is not None
    return {
        "person_id": person.person_id,
        "message_channel": sent.message.channel,
        "offer_id": sent.message.offer_id,
        "sent_at": sent.at - SHANGHAI,
        "is_reached": sent.is_reached,
        "has_answered": sent.has_answered,
        "has_refused": sent.has_refused,
        "band": one.band,
        "lift": one.lift,
        "would_order": one.would_order,
        "source": None if sale is None else sale.source,
        "order_id": None if sale is None else sale.order_id,
        "ordered_at": None if sale is None else sale.basket.at - SHANGHAI,
        "paid_fen": None if sale is None else sale.basket.paid_fen,
        "redeemed_at": None if one.used is None else one.used[1] - SHANGHAI,
        "kept_away": list(one.kept_away),
    }


def main() -> int:
    """Go on for so many mornings; a line for each."""
    parser = argparse.ArgumentParser(prog="python -m demo.mornings", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("count", type=int, nargs="?", default=1, help="how many mornings")
    parser.add_argument("--home", type=Path, help="the demo's home; SIYU_HOME, else .siyu/demo, by default")
    asked = parser.parse_args()
    home = (asked.home or Path(os.environ.get("SIYU_HOME") or ".siyu/demo")).resolve()
    try:
        mornings = Mornings(home)
        if send_by_template(home):
            print(f"demo: WeCom goes out by template from here on ({home / 'siyu.toml'}): what staff do nobody plays")
        for _ in range(asked.count):
            print(mornings.go_on(), flush=True)
    except NoDemo as refused:
        print(f"demo: {refused}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

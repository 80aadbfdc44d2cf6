"""How many results of a demo's exports are found: ``python -m benchmarks.coming_back [HOME] [COUNT]``.

Works on a copy: exports both lists on every channel, lands COUNT results (250), half of them under the token of the
export and half under the platform's own id or the customer's, lets ``siyu guard`` read them, and counts by channel.
"""

import datetime as dt
import itertools
import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from orchestration.channels.engine.vault import open_vault
from orchestration.sending import activations
from orchestration.settings import CHECKOUT, Settings
from orchestration.warehouse import connect

EXPORTED, SENT, READ = "2017-12-01T09:00", "2017-12-01 10:00:00", "2017-12-01T20:00"
_EPOCH = int(dt.datetime(2017, 12, 1, 2, tzinfo=dt.UTC).timestamp())
Row = dict[str, Any]


def run(home: Path, *arguments: str) -> str:
    """Run siyu on a demo home at a time of its own; return what it says."""
    command = [sys.executable, "-m", "orchestration.cli", "--home", str(home), *arguments]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"siyu {' '.join(arguments)}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def exported(home: Path, out: Path) -> list[Row]:
    """Export both lists, WeCom by template; return the log's rows with the plain number or address."""
    toml = home / "siyu.toml"  # at the top: below a table it would be the table's
    toml.write_text('wecom_by = "template"\n' + toml.read_text(encoding="utf-8"), encoding="utf-8")
    lists = ("--list", "audience", "--list", "general")
    run(home, "--now", EXPORTED, "export", "--all", *lists, "--recipient", "demo", "--out", str(out))
    settings = Settings(home=home)
    rows = [row for name in activations.exports(settings) for row in activations.rows_of(settings, name).to_pylist()]
    with open_vault(settings) as vault:
        plain = vault.reveal(row["id_token"] for row in rows)
    return [row | {"address": plain.get(row["id_token"], row["id_token"])} for row in rows]


def chosen(rows: list[Row], count: int) -> list[tuple[Row, str]]:
    """Return rows of every channel in turn, every second to be named by its token; nobody twice."""
    by_channel: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_channel[row["message_channel"]].append(row)
    turns = itertools.zip_longest(*by_channel.values())
    every = [row for turn in turns for row in turn if row is not None][:count]
    named = Counter[str]()
    found = []
    for row in every:
        named[row["message_channel"]] += 1
        found.append((row, "token" if named[row["message_channel"]] % 2 else "id"))
    return found


def answered(home: Path, results: list[tuple[Row, str]]) -> None:
    """Land what gateways and platforms say of these rows: all were sent."""
    files: dict[str, list[Row]] = defaultdict(list)
    with connect(Settings(home=home), read_only=True) as warehouse:
        owners = warehouse.execute(
            "select one_id, min_by((source, customer_id), source) from people.record_owners where to_date is null"
            " and source <> 'sms' group by one_id"
        ).fetchall()
    records = dict(owners)
    for number, (row, way) in enumerate(results):
        token = row["recipient_token"] if way == "token" else ""
        dataset, told = _told(row, token, number, records)
        files[dataset].append(told)
    for dataset, told in files.items():
        folder = home / "landing" / dataset
        folder.mkdir(parents=True, exist_ok=True)
        lines = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in told)
        (folder / "coming-back.jsonl").write_text(lines, encoding="utf-8")


def _told(row: Row, token: str, number: int, records: dict[str, tuple[str, str]]) -> tuple[str, Row]:
    channel, address = row["message_channel"], row["address"]
    if channel == "sms":
        told = {
            "phone_number": address,
            "send_time": SENT,
            "report_time": SENT,
            "success": True,
            "biz_id": f"b{number}",
        }
        return "sms/receipts", told | {"out_id": token}
    if channel == "wecom":
        told = {"msgid": f"w{number}", "userid": row["staff_id"], "external_userid": address, "send_time": _EPOCH}
        return "wecom/send_results", told | {"status": 1, "out_id": token}
    if channel == "official_account":
        told = {"FromUserName": address, "CreateTime": _EPOCH, "MsgType": "event", "Event": "TEMPLATESENDJOBFINISH"}
        return "official_account/events", told | {"MsgID": f"o{number}", "Status": "success", "out_id": token}
    if token:
        return "standard/receipts", {"recipient_token": token, "status": "delivered", "sent_at": SENT}
    told = {"source": "own", "message_id": f"m{number}", "message_channel": channel, "status": "sent", "sent_at": SENT}
    if number % 4 < 2:  # by the platform's own id, else by the customer's in one of our systems
        return "standard/messages", told | {"recipient_token": address}
    source, customer_id = records[row["one_id"]]
    return "standard/messages", told | {"source": source, "customer_id": customer_id}


def found(home: Path, results: list[tuple[Row, str]]) -> Iterator[tuple[str, str, int, int]]:
    """Yield channel, way of naming, results landed, and those found with the recipient they were of."""
    with connect(Settings(home=home), read_only=True) as warehouse:
        matched = dict(
            warehouse.execute("select recipient_token, matched_by from people.message_activations").fetchall()
        )
    landed, hits = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for row, way in results:
        place = row["message_channel"], way
        landed[place] += 1
        hits[place] += (matched.get(row["recipient_token"]) == "token") == (way == "token") and (
            row["recipient_token"] in matched
        )
    yield from ((*place, landed[place], hits[place]) for place in sorted(landed))


def main() -> int:
    """Print what was found, by channel; return 1 where a result was lost."""
    home = Path(sys.argv[1] if len(sys.argv) > 1 else CHECKOUT / ".siyu" / "demo").resolve()
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 250
    with tempfile.TemporaryDirectory(dir=home.parent) as folder:
        place = Path(folder) / "home"
        shutil.copytree(home, place, symlinks=True)
        rows = exported(place, Path(folder) / "out")
        results = chosen(rows, count)
        answered(place, results)
        run(place, "--now", READ, "guard")
        told = list(found(place, results))
    print(f"{len(rows)} rows exported: {dict(sorted(Counter(row['message_channel'] for row in rows).items()))}")
    for channel, way, landed, hits in told:
        print(f"{channel:18} by {way:6} {hits:4} of {landed:4} found")
    landed, hits = sum(one[2] for one in told), sum(one[3] for one in told)
    print(f"{hits} of {landed} results found")
    return 0 if hits == landed == count else 1


if __name__ == "__main__":
    sys.exit(main())

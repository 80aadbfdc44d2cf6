"""What an export handed over, read as a gateway reads it: the files of its folder, and nothing else."""

import csv
import dataclasses
import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import openpyxl


@dataclasses.dataclass(frozen=True, slots=True)
class Message:
    """One message to be sent: to which address, with which offer (none: empty), between two Shanghai wall times."""

    channel: str
    address: str
    offer_id: str
    out_id: str
    staff_id: str
    task_id: str
    after: dt.datetime
    before: dt.datetime


def messages_of(folder: Path, day: dt.date) -> list[Message]:
    """Return the messages of an export's folder in the order of their addresses.

    Parameters
    ----------
    folder
        As ``siyu export`` named it.
    day
        When it is sent: files that hold no time say only the hours.
    """
    offers = {row["address"]: row["offer_id"] for row in _table(folder / "coupons.csv")}
    found = [*_lists(folder), *_calls(folder), *_bodies(folder, day, offers)]
    return sorted(found, key=lambda one: (one.channel, one.address, one.out_id))


def _table(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def _lists(folder: Path) -> Iterator[Message]:
    for channel, column in (("sms", "mobile"), ("app_push", "device_id"), ("email", "email")):
        for row in _table(folder / f"{channel}.csv"):
            times = (dt.datetime.fromisoformat(row[name]) for name in ("send_after", "send_before"))
            yield Message(channel, row[column], row["offer_id"], row["out_id"], "", "", *times)


def _calls(folder: Path) -> Iterator[Message]:
    path = folder / "calls.xlsx"
    if not path.is_file():
        return
    rows = openpyxl.load_workbook(path, read_only=True).active.iter_rows(min_row=2, values_only=True)
    for staff_id, _, mobile, _, _, after, before, task_id, out_id, offer_id in rows:
        times = (dt.datetime.fromisoformat(str(moment)) for moment in (after, before))
        yield Message("call", str(mobile), str(offer_id or ""), str(out_id), str(staff_id), str(task_id or ""), *times)


def _bodies(folder: Path, day: dt.date, offers: dict[str, str]) -> Iterator[Message]:
    for channel in ("wecom", "official_account", "mini_program"):
        for path in sorted(folder.glob(f"{channel}_*.jsonl")):
            hours = path.stem.removeprefix(f"{channel}_").split("-")
            after, before = (dt.datetime.combine(day, dt.time(int(hour[:2]), int(hour[2:]))) for hour in hours)
            for line in path.read_text(encoding="utf-8").splitlines():
                body = json.loads(line)
                to = body.get("external_userid") or body["touser"]
                for address in [to] if isinstance(to, str) else to:
                    offer, sender = offers.get(address, ""), body.get("sender", "")
                    yield Message(channel, address, offer, "", sender, "", after, before)

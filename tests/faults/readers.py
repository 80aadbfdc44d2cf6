"""Readers in the middle of what is published, while it is published again and again."""

import hashlib
import json
from multiprocessing.connection import Connection
from pathlib import Path

import duckdb

from orchestration.publish import publish
from orchestration.publishing.versions import Store
from tests.faults.homes import DAY, Base
from tests.forked import FORKS

PUBLISHES = 10
_READERS = 3


def readers(base: Base, scratch: Path, number: int, publishes: int = PUBLISHES) -> str:
    """Publish other versions of a date while three readers read whole ones; the first stays for whoever is in it."""
    settings = base.ready_to_publish(scratch / "home")
    store = Store(settings.published)
    first = None
    ends = [FORKS.Pipe() for _ in range(_READERS)]
    processes = [FORKS.Process(target=_read, args=(settings.published, theirs)) for _, theirs in ends]
    for process in processes:
        process.start()
    for turn in range(publishes):
        with duckdb.connect(str(settings.warehouse)) as warehouse:
            city = f"{number}-{turn}"
            warehouse.execute(
                "update published.customers set city = $city where as_of_date = $day", {"city": city, "day": DAY}
            )
        publish(settings, [DAY])
        first = first or store.current()
    wrong = [] if first and store.is_whole(first) else [f"{first} is gone under its reader"]
    for (ours, _), process in zip(ends, processes, strict=True):
        ours.send("enough")
        reads, seen, faults = ours.recv()
        process.join()
        wrong += faults
        if reads < publishes or seen < 2:
            wrong.append(f"a reader read {reads} times and saw {seen} versions: nothing was tried")
    return "; ".join(wrong)


def _read(published: Path, theirs: Connection) -> None:
    """Read CURRENT once, then every file of that version, until told that it is enough; say what was wrong."""
    reads, seen, faults, before = 0, set(), [], ""
    while not theirs.poll():
        try:
            name = (published / "CURRENT").read_text(encoding="utf-8").strip()
            folder = published / "versions" / name
            tables = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["tables"]
            torn = [
                table
                for table, said in tables.items()
                if hashlib.sha256((folder / f"{table}.parquet").read_bytes()).hexdigest() != said["sha256"]
            ]
        except (OSError, ValueError, KeyError) as error:
            torn = [str(error)]
        if name[:10] < before:
            torn.append(f"{name} after {before}")
        faults += torn
        reads, before = reads + 1, name[:10]
        seen.add(name)
    theirs.send((reads, len(seen), faults[:5]))

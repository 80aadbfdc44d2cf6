"""Erases people of a shop with many kept versions, kills the erasure at random points, and delivers their files again.

``python -m benchmarks.erasure`` makes a shop of three dates, copies its oldest version to 30 kept ones, erases people
with 50 kills (SIGKILL to a process of its own, at a random moment of its erasing), delivers the first files again three
times with a night's reading each, and prints what it found: residue, rows that changed, seconds. ``--home`` takes a
finished home instead of making one; ``--small`` is 3 versions, 2 kills and 1 delivery.
"""

import argparse
import datetime as dt
import json
import random
import shutil
import tempfile
import time
from collections.abc import Iterable
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from pathlib import Path

import pyarrow.parquet as pq

from orchestration import clock
from orchestration.channels.engine.ingest import ingest
from orchestration.channels.engine.landing_summary import finish
from orchestration.erasing import erase, journal
from orchestration.erasing.gate import keep_out
from orchestration.erasing.needles import unpacked
from orchestration.erasing.person import Person, find_person, plain_values
from orchestration.publishing.manifest import MANIFEST, as_text, version_name
from orchestration.publishing.versions import Store
from orchestration.settings import Settings
from orchestration.warehouse import ERASING, connect, writer_lock
from tests.builders import shop, siyu
from tests.forked import FORKS

#: Kills are spread over the seconds of the first, undisturbed erasure; over so many where one person alone is erased.
_SECONDS = 5.0
_COUNTED = ("kills", "killed_before_the_end", "changed_rows", "residue", "seconds", "slowest_seconds", "readings")


def main() -> None:
    """Measure, and print a line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, help="a finished home; it is copied, never changed")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--versions", type=int, default=30)
    parser.add_argument("--deliveries", type=int, default=3)
    parser.add_argument("--people", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--small", action="store_true")
    asked = parser.parse_args()
    if asked.small:
        asked.kills, asked.versions, asked.deliveries, asked.people = 2, 3, 1, 1
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        shutil.copytree(asked.home or _shop(Path(folder) / "made"), home, symlinks=True)
        _fill_up(Store(home / "published"), asked.versions)
        print(json.dumps(measure(home, asked.people, asked.kills, asked.deliveries, asked.seed)))


def measure(home: Path, people: int, kills: int, deliveries: int, seed: int) -> dict[str, float]:
    """Erase people of a home one after the other and return what was found.

    Parameters
    ----------
    home
        A home that may be changed, with a first delivery in landing/.
    people, kills, deliveries
        How many are erased, the first of several in peace; how often the erasures of the others are killed in all; how
        often the first files come again.
    seed
        Of the random times.
    """
    chance = random.Random(seed)
    settings = Settings(home=home, reader_hours=0)
    store = Store(settings.published)
    first = shutil.copytree(settings.landing, home.parent / "first")
    ids = _one_ids(store)
    erased: list[tuple[Person, set[str]]] = []
    found = dict.fromkeys(_COUNTED, 0.0)
    found["versions"] = len(store.by_age())
    for number, one_id in enumerate(chance.sample(ids, people)):
        person = find_person(settings, one_id)
        before = _rows(store)
        erased.append((person, {*person.values, *plain_values(settings, person).values()}))
        disturbed, place = (people - 1, number - 1) if people > 1 else (1, 0)
        due = kills // disturbed + (place < kills % disturbed) if place >= 0 else 0
        seconds, killed = _erase(home, one_id, due, found["seconds"] or _SECONDS, chance)
        found["kills"] += due
        found["killed_before_the_end"] += killed
        found["seconds"] = found["seconds"] or seconds
        found["slowest_seconds"] = max(found["slowest_seconds"], seconds)
        found["changed_rows"] += _changed(before, _rows(store), person)
    found["residue"] = len(_residue(home, erased))
    for number in range(deliveries):
        for file in first.rglob("*.csv"):
            place = settings.landing / file.relative_to(first)
            shutil.copyfile(file, place.with_name(f"again{number}_{place.name}"))
        with writer_lock(settings, ERASING), connect(settings) as warehouse:
            keep_out(settings, warehouse)
            ingest(settings, warehouse, "standard", clock.now(), lambda line: None)
            finish(settings, warehouse, clock.now())
        found["readings"] += 1
    found["residue_after_deliveries"] = len(_residue(home, erased))
    found["people"], found["receipts"] = people, len(list((home / "erasure" / "receipts").iterdir()))
    found["unfinished"] = len(journal.unfinished(settings))
    return found


def _erase(home: Path, one_id: str, kills: int, seconds: float, chance: random.Random) -> tuple[float, int]:
    """Erase one person in processes of their own, the first ones killed while they erase, each a bit further on.

    Returns
    -------
    tuple of float and int
        The seconds of the last, whole one, and how many were killed before their end.
    """
    killed = 0
    for _ in range(kills):
        process = _begun(home, one_id)
        process.join(chance.uniform(0.0, 2 * seconds / kills))
        killed += process.is_alive()
        process.kill()
        process.join()
    started = time.monotonic()
    process = _begun(home, one_id)
    process.join()
    if process.exitcode:
        raise SystemExit(f"the erasure of {one_id} ended with {process.exitcode}")
    return time.monotonic() - started, killed


def _begun(home: Path, one_id: str) -> BaseProcess:
    """Return a process that has begun to erase: what is killed is erasing, not importing."""
    begun = FORKS.Event()
    process = FORKS.Process(target=_erasing, args=(home, one_id, begun))
    process.start()
    if not begun.wait(120):
        raise TimeoutError("a process did not come to erasing")
    return process


def _erasing(home: Path, one_id: str, begun: Event) -> None:
    settings = Settings(home=home, reader_hours=0)
    begun.set()
    with writer_lock(settings, ERASING):
        erase.complete(settings)
        if not _is_asked(home, one_id):
            erase.ask(settings, one_id)
            erase.complete(settings)


def _is_asked(home: Path, one_id: str) -> bool:
    """Return whether the erasure of a person was begun: it is under way, or nothing of theirs is published any more."""
    settings = Settings(home=home)
    return any(one_id in begun.person.one_ids for begun in journal.unfinished(settings)) or one_id not in _one_ids(
        Store(settings.published)
    )


def _one_ids(store: Store) -> list[str]:
    rows = pq.read_table(store.versions / str(store.current()) / "customers.parquet", columns=["one_id"])
    return sorted(rows["one_id"].to_pylist())


def _rows(store: Store) -> dict[str, dict[str, list[str]]]:
    """Return every row of every version that readers may choose, as text, by date and table."""
    return {
        name[:10]: {
            file.stem: [repr(row) for row in pq.read_table(file).to_pylist()]
            for file in (store.versions / name).glob("*.parquet")
        }
        for name in store.newest_by_date().values()
    }


def _changed(before: dict[str, dict[str, list[str]]], after: dict[str, dict[str, list[str]]], person: Person) -> int:
    """Return how many rows of others are not what they were."""
    needles = [repr(value) for value in {*person.one_ids, *person.values}]
    wrong = 0
    for date, tables in before.items():
        for table, rows in tables.items():
            others = [row for row in rows if not any(needle in row for needle in needles)]
            wrong += sum(a != b for a, b in zip(others, after[date][table], strict=False))
            wrong += abs(len(others) - len(after[date][table]))
    return wrong


def _residue(home: Path, erased: list[tuple[Person, set[str]]]) -> list[str]:
    """Return the files in which a value of somebody erased stands, tombstones' hashes and the vault's ciphers aside."""
    needles = spellings(value for _, values in erased for value in values if len(value) >= 8)
    files = [file for file in home.rglob("*") if file.is_file() and not file.is_symlink()]
    return [str(file) for file in files if any(needle in part for part in unpacked(file) for needle in needles)]


def spellings(values: Iterable[str]) -> list[bytes]:
    """Return how values may stand in files, said once more and simply: as they are, in GBK and UTF-16, grouped."""
    found: set[bytes] = set()
    for value in values:
        parts = (value[:3], value[3:7], value[7:]) if len(value) == len("13912345671") and value.isdigit() else (value,)
        for form in {value, "-".join(parts), " ".join(parts)}:
            found |= {form.encode(charset, "replace") for charset in ("utf-8", "gb18030", "utf-16-le")}
    return sorted(found)


def _shop(home: Path) -> Path:
    """Make a shop of which three dates were run."""
    last = dt.date(2026, 3, 10)
    shop(home, last).land()
    done = siyu(home, "backfill", "2026-03-08", last.isoformat())
    if done.returncode:
        raise SystemExit(done.stdout[-2000:] + done.stderr[-2000:])
    return home


def _fill_up(store: Store, versions: int) -> None:
    """Give a home as many versions as are asked for: copies of the oldest one under the dates before it."""
    oldest = store.by_age()[-1]
    for back in range(1, versions - len(store.by_age()) + 1):
        date = (dt.date.fromisoformat(oldest[:10]) - dt.timedelta(days=back)).isoformat()
        said = store.manifest(oldest) | {"as_of_date": date}
        name = version_name(said)
        shutil.copytree(store.versions / oldest, store.versions / name)
        (store.versions / name / MANIFEST).write_text(as_text(said), encoding="utf-8")
        store.keep_result(name, store.result(oldest) | {"version": name})


if __name__ == "__main__":
    main()

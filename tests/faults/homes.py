"""The home that every trial copies: a small brand after two nights, and what its third night has to publish."""

import dataclasses
import datetime as dt
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from ml.models.train import code_hash
from orchestration import audit_log
from orchestration.publishing.versions import Store, date_of
from orchestration.release import release_of_rules
from orchestration.settings import Settings
from tests.builders import CHECKOUT, published_hashes
from tests.journey.conftest import DATES, copied, land_shop

FIRST, SECOND, DAY = DATES
_DONE: Final = "base.json"


class Skipped(RuntimeError):
    """A trial that cannot be made here; the message says why."""


@dataclasses.dataclass(frozen=True)
class Base:
    """The homes that trials copy, and how long an undisturbed third night took."""

    folder: Path
    expected: dict[str, str]
    seconds: float

    @property
    def two(self) -> Path:
        """After the first two nights."""
        return self.folder / "two"

    @property
    def three(self) -> Path:
        """After the third."""
        return self.folder / "three"

    def ready_to_publish(self, place: Path) -> Settings:
        """Return a copy in which the third date is computed and not published."""
        home = copied(self.three, place)
        shutil.rmtree(home / "published")
        shutil.copytree(self.two / "published", home / "published", symlinks=True)
        return Settings(home=home)


def base(folder: Path) -> Base:
    """Return the homes below a folder, built where they do not stand yet or are another release's."""
    place, release = folder / "base", release_of_rules() + code_hash()
    kept = place / _DONE
    said = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    if said.get("release") != release:
        shutil.rmtree(folder, ignore_errors=True)
        place.mkdir(parents=True)
        land_shop(place / "two")
        must(place / "two", "backfill", FIRST.isoformat(), SECOND.isoformat())
        copied(place / "two", place / "three")
        began = time.monotonic()
        must(place / "three", "daily", DAY.isoformat())
        said = {"release": release, "expected": hashes(place / "three"), "seconds": time.monotonic() - began}
        kept.write_text(json.dumps(said), encoding="utf-8")
    return Base(place, said["expected"], said["seconds"])


def base_of(finished: Path, folder: Path) -> Base:
    """Return a base whose third night is that of a finished home: enough for trials that publish alone."""
    place = copied(finished, folder / "base" / "three")
    shutil.copytree(place / "published", folder / "base" / "two" / "published", symlinks=True)
    store = Store(folder / "base" / "two" / "published")
    named = {date_of(name): name for name in store.by_age()}
    store.point_to(named[SECOND.isoformat()])
    shutil.rmtree(store.versions / named[DAY.isoformat()])
    return Base(folder / "base", hashes(place), 0.0)


def hashes(home: Path, date: dt.date = DAY) -> dict[str, str]:
    """Return the sha256 of each published table of a date."""
    return published_hashes(home).get(date.isoformat(), {})


def environment(**variables: str) -> dict[str, str]:
    """Return this process's environment without what belongs to another home."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SIYU_", "DAGSTER_HOME"))}
    return kept | variables


def start(home: Path, *arguments: str, **variables: str) -> "subprocess.Popen[str]":
    """Start siyu as the leader of its own group of processes."""
    command = [sys.executable, "-m", "orchestration.cli", "--home", str(home), *arguments]
    return subprocess.Popen(
        command,
        cwd=CHECKOUT,
        env=environment(**variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def run(home: Path, *arguments: str, **variables: str) -> tuple[int, str]:
    """Run siyu to its end; return the exit code and what it said."""
    process = start(home, *arguments, **variables)
    said, _ = process.communicate()
    return process.returncode, said


def must(home: Path, *arguments: str, **variables: str) -> None:
    """Run siyu, which has to succeed."""
    code, said = run(home, *arguments, **variables)
    if code:
        raise RuntimeError(f"siyu {' '.join(arguments)} ended with {code}:\n{said[-3000:]}")


def kill_group(process: "subprocess.Popen[str]") -> bool:
    """Kill a process and all that it started; return whether it was still there."""
    was_there = process.poll() is None
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        was_there = False
    process.wait()
    return was_there


def current_is_whole(home: Path) -> str:
    """Return what is wrong with what readers see, empty where nothing is."""
    store = Store(home / "published")
    current = store.current()
    if current is None or not store.is_whole(current) or not store.has_passed(current):
        return f"CURRENT {current} is not whole"
    return ""


def healed(home: Path, expected: dict[str, str]) -> str:
    """Return what is wrong with a home after its night was run again, empty where nothing is."""
    found = hashes(home)
    different = sorted(name for name in expected if found.get(name) != expected[name])
    if different or set(found) != set(expected):
        return f"{len(different)} tables differ: {', '.join(different[:5])}"
    if left := [path.name for path in (home / "published").glob(".building-*")]:
        return f"left behind: {', '.join(left)}"
    broken = audit_log.verify(Settings(home=home)).broken
    return f"the audit log is broken: {broken}" if broken else current_is_whole(home)

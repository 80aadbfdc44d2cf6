"""A disk that fills up, a folder nobody may write, little memory; and nights that meet, and clocks that differ."""

import re
import shutil
import subprocess
import time
from pathlib import Path

from tests.faults.homes import DAY, FIRST, SECOND, Base, copied, current_is_whole, healed, run, start

ZONES = ("UTC", "Asia/Shanghai", "America/Los_Angeles")
MEMORY = ("64MB", "128MB", "256MB")
#: How much of what a night needs beyond its home is free, in hundredths.
FULL = (5, 10, 20, 30, 40, 50, 60, 70, 80, 90)
_NAMES_THE_DISK = re.compile(r"[0-9][0-9,.]* (?:MiB|bytes) free")


def _mount(place: Path, *options: str) -> None:
    from tests.faults.homes import Skipped

    done = subprocess.run(["mount", *options, str(place)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Skipped(f"this user may not mount: {done.stderr.strip()}")


def _mebibytes(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file() and not file.is_symlink()) / 2**20


def disk(base: Base, scratch: Path, number: int) -> str:
    """Run a night on a disk that fills up at one of ten points; then there is space, and it is run again."""
    hundredths = FULL[number % len(FULL)]
    needs = 64 + max(_mebibytes(base.three) * 2 - _mebibytes(base.two), 0)
    place = scratch / "disk"
    place.mkdir()
    size = _mebibytes(base.two) * 1.1 + needs * hundredths / 100
    _mount(place, "-t", "tmpfs", "-o", f"size={size:.0f}m", "siyu")
    try:
        home = copied(base.two, place / "home")
        code, said = run(home, "daily", DAY.isoformat(), TMPDIR=str(scratch))
        wrong = current_is_whole(home)
        if code and not (str(place) in said and _NAMES_THE_DISK.search(said)):
            wrong = wrong or f"{hundredths}: path and bytes are not named: {said[-600:]}"
        _mount(place, "-o", f"remount,size={size + needs * 4:.0f}m")
        again, said = run(home, "daily", DAY.isoformat(), TMPDIR=str(scratch))
        return wrong or (healed(home, base.expected) if again == 0 else f"{hundredths}: again {again}: {said[-600:]}")
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=False)


def read_only(base: Base, scratch: Path, number: int) -> str:
    """Run a night in a folder that nobody may write."""
    home = copied(base.two, scratch / "home")
    _mount(home, "--bind", str(home))
    try:
        _mount(home, "-o", "remount,bind,ro")
        code, said = run(home, "daily", DAY.isoformat())
        if code not in {1, 2} or "Traceback" in said or str(home) not in said:
            return f"ended with {code}: {said[-600:]}"
        return current_is_whole(home)
    finally:
        subprocess.run(["umount", "--lazy", str(home)], check=False)


def memory(base: Base, scratch: Path, number: int) -> str:
    """Run a night with little memory for the warehouse: it ends well, or in a sentence, and can be run again."""
    home, limit = copied(base.two, scratch / "home"), MEMORY[number % len(MEMORY)]
    code, said = run(home, "daily", DAY.isoformat(), SIYU_MEMORY_LIMIT=limit)
    if wrong := current_is_whole(home):
        return wrong
    if code:
        if "memory" not in said.lower():
            return f"{limit}: memory is not named: {said[-600:]}"
        code, said = run(home, "daily", DAY.isoformat())
    return healed(home, base.expected) if code == 0 else f"{limit}: again {code}: {said[-600:]}"


def two(base: Base, scratch: Path, number: int) -> str:
    """Start two nights of one date within a second: one waits for the other or names it."""
    home = copied(base.two, scratch / "home")
    return _together(home, base, ("daily", DAY.isoformat()), ("daily", DAY.isoformat()), 0.3 * (number % 4))


def backfill(base: Base, scratch: Path, number: int) -> str:
    """Start a night in the middle of a backfill of the dates before."""
    home = copied(base.two, scratch / "home")
    first = ("backfill", FIRST.isoformat(), SECOND.isoformat())
    return _together(home, base, first, ("daily", DAY.isoformat()), base.seconds * 0.2 * (1 + number % 3))


def _together(home: Path, base: Base, one: tuple[str, ...], other: tuple[str, ...], seconds: float) -> str:
    running = start(home, *one)
    time.sleep(seconds)
    code, said = run(home, *other)
    first_said, _ = running.communicate()
    codes = sorted((running.returncode, code))
    refused = said if code else first_said
    if codes == [0, 1] and "is being written by process" not in refused:
        return f"the second one says no name: {refused[-600:]}"
    if codes not in ([0, 0], [0, 1]):
        return f"ended with {codes}: {first_said[-400:]} {said[-400:]}"
    if code:
        code, said = run(home, *other)
    return healed(home, base.expected) if code == 0 else f"again {code}: {said[-600:]}"


def zones(base: Base, scratch: Path, number: int) -> str:
    """Run a night on a machine whose clock is in another zone."""
    home = copied(base.two, scratch / "home")
    zone = ZONES[number % len(ZONES)]
    code, said = run(home, "daily", DAY.isoformat(), TZ=zone)
    return healed(home, base.expected) if code == 0 else f"{zone}: ended with {code}: {said[-600:]}"


def clean(base: Base, scratch: Path, number: int) -> str:
    """Publish thirty clean days as one backfill: nothing is blocked."""
    import datetime as dt

    from orchestration.publishing.versions import Store
    from tests.journey.conftest import land_shop

    home = scratch / "home"
    land_shop(home)
    first = DAY - dt.timedelta(days=29)
    code, said = run(home, "backfill", first.isoformat(), DAY.isoformat(), SIYU_RETENTION_DATES="40")
    if code:
        return said[-1500:]
    passed = Store(home / "published").newest_by_date()
    shutil.rmtree(home)
    return "" if len(passed) == 30 else f"{len(passed)} of 30 days are published"

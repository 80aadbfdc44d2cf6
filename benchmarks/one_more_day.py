"""Time one more day as it comes in: yesterday stands published, today is run with its new files, and run again whole.

Usage: ``python -m benchmarks.one_more_day HOME`` after `make run`. In a copy of HOME the last date is run once more,
the files that wait for the day after it (``later/``) are landed, as `make mornings` would, and that day is run twice:
with what the night before left (``siyu daily``), and with nothing kept (``siyu daily --full``). Both must publish the
same files, byte by byte. The limit is 60 s on two quiet cores; CPU seconds are the comparable figure on busy ones.
"""

import datetime as dt
import json
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.same_bytes import hashes, run

LIMIT_SECONDS = 60


def land(home: Path, day: str) -> int:
    """Land what waits for a day in a demo's home; return the number of files."""
    waiting = sorted((home / "later").glob(f"*/*/{day}*"))
    for file in waiting:
        target = home / "landing" / file.relative_to(home / "later")
        target.parent.mkdir(parents=True, exist_ok=True)
        file.rename(target)
    return len(waiting)


def night(home: Path, day: str, *options: str) -> dict[str, Any]:
    """Run a date on the morning after it; return the run's own account."""
    morning = dt.date.fromisoformat(day) + dt.timedelta(days=1)
    run(home, "--now", f"{morning}T07:00", "daily", day, *options)
    return dict(json.loads((home / "last_run.json").read_text(encoding="utf-8")))


def main(home: Path) -> int:
    """Print what the day cost both ways and the published files that differ; return their number."""
    last = max(hashes(home))
    day = str(dt.date.fromisoformat(last) + dt.timedelta(days=1))
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "home"
        shutil.copytree(home, copy, symlinks=True)
        said = {"the date before, nothing kept": night(copy, last)}
        arrived = land(copy, day)
        said["one more day, kept"] = night(copy, day)
        kept = hashes(copy)[day]
        said["the same day, --full"] = night(copy, day, "--full")
        full = hashes(copy)[day]
    print(f"{day}: {arrived} files arrived")
    for name, one in said.items():
        made = Counter(one["dates_by_cause"])
        print(
            f"{name}: {one['cpu_seconds']:.1f} CPU s, {one['seconds']:.1f} s (limit {LIMIT_SECONDS} on quiet cores),"
            f" largest process {one['peak_mib_of_one_process']} MiB; dates {dict(made)}"
        )
        print("   ", {step: spent["cpu_seconds"] for step, spent in one["steps"].items() if spent["cpu_seconds"] >= 1})
    different = [table for table in full if kept.get(table) != full[table]]
    print(f"{len(full)} files compared, {len(different)} differ {different}")
    return len(different)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()) > 0)

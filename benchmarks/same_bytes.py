"""Compare the published bytes of one partition run twice, and of ten dates in shuffled order at 1 and 2 threads.

Usage: ``python -m benchmarks.same_bytes HOME [DATES]`` after `make run`. The peer is HOME itself, whose dates were run
in order as one backfill. A copy of its landing folder and keys is run date by date in a shuffled order (seed 7), with
one and two threads in turn, then its last date once more.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from orchestration.settings import CHECKOUT


def hashes(home: Path) -> dict[str, dict[str, str]]:
    """Return table -> sha256 for each published date of a home, from the manifests."""
    found = {}
    for manifest in sorted((home / "published" / "versions").glob("*/manifest.json")):
        said = json.loads(manifest.read_text(encoding="utf-8"))
        found[said["as_of_date"]] = {name: table["sha256"] for name, table in said["tables"].items()}
    return found


def run(home: Path, *arguments: str, threads: int = 2) -> None:
    """Run siyu on a home, as a person would, with none of this shell's settings; say how it ended."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith("SIYU_")}
    variables |= {"SIYU_HOME": str(home), "SIYU_THREADS": str(threads)}
    command = [sys.executable, "-m", "orchestration.cli", *arguments]
    outcome = subprocess.run(command, env=variables, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    print(f"  {' '.join(arguments)} with {threads} thread(s): exit {outcome.returncode}", flush=True)
    if outcome.returncode:
        print(outcome.stderr[-1000:])


def main(home: Path, count: int) -> int:
    """Print every table that differs; return their number."""
    expected = hashes(home)
    dates = sorted(expected)[-count:]
    shuffled = random.Random(7).sample(dates, len(dates))
    with tempfile.TemporaryDirectory(dir=home.parent) as folder:
        copy = Path(folder) / "home"
        for part in ("landing", "vault"):
            shutil.copytree(home / part, copy / part)
        for place, date in enumerate(shuffled):
            run(copy, "daily", date, threads=1 + place % 2)
        run(copy, "daily", dates[-1])
        found = hashes(copy)
        versions = len(list((copy / "published" / "versions").glob(f"{dates[-1]}-*")))
    different = [
        f"{date}/{table}"
        for date in dates
        for table in expected[date]
        if found.get(date, {}).get(table) != expected[date][table]
    ]
    compared = sum(len(expected[date]) for date in dates)
    print(f"{len(dates)} dates shuffled, {compared} files compared, {len(different)} differ {different[:10]}")
    print(f"{dates[-1]} run twice: {versions} version(s)")
    return len(different) + versions - 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), int(sys.argv[2]) if len(sys.argv) > 2 else 10) > 0)

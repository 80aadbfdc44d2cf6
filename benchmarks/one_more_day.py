"""Time one more day as it comes in: yesterday stands published, today's files arrive, today is run.

Usage: ``python -m benchmarks.one_more_day HOME`` after `make run`. A copy of HOME's landing folder without the files
of its last date is run for the three dates before, so that the model of the week is trained; then the files arrive and
the last date is run alone. The limit is 60 s on two cores. The peer is HOME, which had every file from the start and
ran the date as the last of a backfill: the published files of the date have to be the same, byte by byte. (Those of
the dates before may differ: a file of the last date also tells what a platform noted after midnight of the day before.)
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.same_bytes import hashes, run

LIMIT_SECONDS = 60
DATES_BEFORE = 3


def main(home: Path) -> int:
    """Print the day's figures and the published files that differ; return their number."""
    expected = hashes(home)
    *before, last = sorted(expected)
    with tempfile.TemporaryDirectory(dir=home.parent) as folder:
        copy = Path(folder) / "home"
        shutil.copytree(home / "vault", copy / "vault")
        shutil.copytree(home / "landing", copy / "landing", ignore=shutil.ignore_patterns(f"{last}.*"))
        run(copy, "backfill", before[-DATES_BEFORE], before[-1])
        arriving = sorted((home / "landing").glob(f"**/{last}.*"))
        for file in arriving:
            shutil.copy2(file, copy / file.relative_to(home))
        run(copy, "daily", last)
        found = hashes(copy)
        day = json.loads((copy / "last_run.json").read_text(encoding="utf-8"))
    different = [table for table in expected[last] if found.get(last, {}).get(table) != expected[last][table]]
    print(f"{last}: {len(arriving)} files arrived; {day['seconds']:.1f} s of at most {LIMIT_SECONDS}")
    print(f"{day['cpu_seconds']:.1f} CPU s, largest process {day['peak_mib_of_one_process']} MiB")
    print(f"{len(expected[last])} files compared with the backfill's, {len(different)} differ {different}")
    return len(different)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()) > 0)

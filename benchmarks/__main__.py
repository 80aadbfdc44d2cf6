"""Measures the figures of a finished demo home, one after the other: python -m benchmarks [HOME].

Not of a home, and run by name: ``loop`` (what recall earns in a world whose answers are known), ``randomised_log``
(what a landed experiment teaches), ``calibration`` (whether intervals hold what they say), ``offpolicy`` (what another
policy would have earned, from the open log),
``recall_world``, ``knapsack``, ``ingest``, ``mutations`` (damaged files),
``doors`` (what the library of checks costs), ``door_spellings`` (what the door finds), ``door_cost`` (what it costs),
``night``, ``postgres`` (kills and readers during publishes).
"""

import subprocess
import sys
from pathlib import Path

from orchestration.settings import CHECKOUT

#: Each runs in a process of its own, so that one's memory is not another's figure.
PARTS = ("oneid", "churn", "one_more_day", "same_bytes", "job_shares", "readings")


def main() -> int:
    """Run every part on a home; return the number of those that failed."""
    home = Path(sys.argv[1] if len(sys.argv) > 1 else CHECKOUT / ".siyu" / "demo").resolve()
    if not (home / "published" / "CURRENT").exists():
        print(f"nothing is published in {home}; run `make run` first", file=sys.stderr)
        return 1
    failed = 0
    for part in PARTS:
        print(f"\n== {part}", flush=True)
        failed += subprocess.run([sys.executable, "-m", f"benchmarks.{part}", str(home)], check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())

"""Where the CPU of a run goes, and its fixed part.

Usage: ``python -m benchmarks.job_shares HOME`` after `make run`. The table is the run's own account
(``last_run.json``). The last lines measure what starting dbt costs before its first model: with a parse in full, as
on a home's first run and after a release, and with the parse kept, as on every night after it.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from orchestration.settings import CHECKOUT

_PARTS = {
    "parsing, tokens, ledger": lambda step: step in {"landing", "ledger"},
    "dbt and DuckDB": lambda step: step in {"staging__seeds", "customers_to_features", "published_tables"},
    "LightGBM, scikit-learn, BG/NBD": lambda step: step in {"models__registry", "scores__customer_scores"},
    "recall: ROI, assignment": lambda step: step.startswith("recall"),
    "Great Expectations doors": lambda step: step.endswith("_door"),
    "publish (with its Great Expectations door)": lambda step: step == "published__version",
    "report": lambda step: step == "published__report",
}


def shares(home: Path) -> None:
    """Print the last run's CPU seconds by part."""
    said = json.loads((home / "last_run.json").read_text(encoding="utf-8"))
    total, steps = said["cpu_seconds"], said["steps"]
    print(f"{said['dates'][0]} to {said['dates'][1]}: {said['seconds']} s wall, {total} CPU s, ")
    print(f"largest process {said['peak_mib_of_one_process']} MiB")
    rest = total
    for name, is_part in _PARTS.items():
        spent = sum(step["cpu_seconds"] for key, step in steps.items() if is_part(key))
        rest -= spent
        print(f"  {name:<44}{spent:>8.1f} CPU s {spent / total:>6.0%}")
    print(f"  {'Dagster, imports, between the steps':<44}{rest:>8.1f} CPU s {rest / total:>6.0%}")


def fixed_part() -> None:
    """Print what starting dbt costs, before its first model."""
    with tempfile.TemporaryDirectory() as folder:
        quiet = {name: value for name, value in os.environ.items() if not name.startswith("SIYU_")}
        command = [str(Path(sys.executable).with_name("dbt")), "--quiet", "parse"]
        project = str(CHECKOUT / "dbt_project")
        where = ["--project-dir", project, "--profiles-dir", project, "--target-path", folder]
        for parse in ("in full", "kept"):
            before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
            subprocess.run([*command, *where], env=quiet, check=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            wall = time.monotonic() - started
            print(f"fixed part: one dbt start, its parse {parse}: {spent:.1f} CPU s, {wall:.1f} s wall; a run has one")


if __name__ == "__main__":
    shares(Path(sys.argv[1]).resolve())
    fixed_part()

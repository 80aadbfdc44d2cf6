"""Run the oracle: ``python -m tests.oracle [--seeds 1-10] [--modes history,live] [--homes FOLDER]``."""

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.oracle import brand, homes
from tests.oracle.check import check
from tests.oracle.compare import Report


def main() -> int:
    """Build each seed's brand, run it as history and live, compare, and print what differs, and the sums at the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="1-10", help="one seed, or first-last")
    parser.add_argument("--modes", default="history,live")
    parser.add_argument("--homes", type=Path, help="a folder that keeps the homes; finished ones are compared again")
    options = parser.parse_args()
    first, _, last = options.seeds.partition("-")
    total = Report()
    with tempfile.TemporaryDirectory() as scratch:
        for seed in range(int(first), int(last or first) + 1):
            rows = brand.make(seed)
            for mode in options.modes.split(","):
                home = (options.homes or Path(scratch)) / f"{mode}-{seed}"
                if not (home / "runs.log").exists():
                    home.mkdir(parents=True, exist_ok=True)
                    (homes.run_live if mode == "live" else homes.run_history)(home, rows, brand.DATES)
                report = check(home, brand.DATES)
                show(seed, mode, report)
                total.compared += report.compared
                total.differences += report.differences
    said = f"{total.compared} values compared, {len(total.differences)} differences"
    print(f"seeds {options.seeds}, {options.modes.replace(',', ' and ')}: {said}")
    return 1 if total.differences else 0


def show(seed: int, mode: str, report: Report) -> None:
    """Print what was compared and what differed."""
    print(f"seed {seed} {mode}: {report.compared} values compared, {len(report.differences)} differences", flush=True)
    by_column = Counter(
        (where[1], " ".join(where[2].split()[1:3]) if where[1] == "kpi_daily" else where[3])
        for where in report.differences
    )
    print("".join(f"    {count:5d} {table}.{column}\n" for (table, column), count in by_column.most_common()), end="")
    for day, table, key, column, published, oracle in report.differences[:40]:
        print(f"  {day} {table} {key}: {column} published {published!r}, oracle {oracle!r}")


if __name__ == "__main__":
    sys.exit(main())

"""Which key figures a home's published versions never know: python -m benchmarks.silent_kpis HOME.

Every figure of the seed ``kpis`` is looked up in ``kpi_daily`` of every version that stands published. One without a
row, or with rows and never a value, is silent; the demo has none. A control total says something only when something is
wrong, so one without a row is not silent but content.
"""

import sys
from pathlib import Path

import duckdb

from orchestration.seed_rows import SEEDS, read_seed

#: How the source of a figure begins that has no row while all is well.
CONTROLS = ("control total", "time contract")


def silent(home: Path) -> dict[str, int]:
    """Return of each figure without a value in any published version how many rows it has; control totals apart."""
    files = sorted(str(file) for file in (home / "published" / "versions").glob("*/kpi_daily.parquet"))
    with duckdb.connect() as con:
        sql = "select kpi, count(*), count(value) from read_parquet($files, union_by_name = true) group by kpi"
        found = {kpi: (rows, known) for kpi, rows, known in con.execute(sql, {"files": files}).fetchall()}
    seed = [row for _, row in read_seed(SEEDS / "kpis.csv").cells()]
    controls = {row["kpi"] for row in seed if row["source"].startswith(CONTROLS)}
    silent_ones = {row["kpi"]: found.get(row["kpi"], (0, 0)) for row in seed}
    return {name: rows for name, (rows, known) in silent_ones.items() if not known and (rows or name not in controls)}


def main(home: Path) -> int:
    """Print the silent figures and how many there are; return their number."""
    found = silent(home)
    for name, rows in found.items():
        print(f"{name}: {rows} rows, no value")
    print(f"key figures that are always null: {len(found)}")
    return len(found)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()) > 0)

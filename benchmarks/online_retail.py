"""Online Retail through the standard channel, reconciled: landing = loaded + quarantined, loaded = customer.

Usage: ``python -m benchmarks.online_retail HOME`` after::

    python docs/examples/online_retail_to_standard.py online_retail.parquet HOME/landing
    SIYU_HOME=HOME make daily AS_OF=2011-11-30

Landing is counted here from the files themselves, by the csv module and decimals, not by the code under test. Amounts
are fen, each rounded half up as the door does. Exit code 1 when anything does not add up.
"""

import argparse
import csv
import dataclasses
import gzip
import json
import shutil
import sys
import tempfile
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import duckdb

DATASETS = ("orders", "order_lines", "refunds")
#: Tables of contract version 1; every one of them is published, some without rows.
PUBLISHED = 17


@dataclasses.dataclass(frozen=True)
class Sum:
    """Rows and what they amount to."""

    rows: int
    fen: int

    def __add__(self, other: "Sum") -> "Sum":
        """Return both together."""
        return Sum(self.rows + other.rows, self.fen + other.fen)

    def __str__(self) -> str:
        """Return it as two cells."""
        return f"{self.rows:,} | {self.fen:,}"


def fen(yuan: str) -> int:
    """Return yuan as fen, half up."""
    return int((Decimal(yuan) * 100).quantize(Decimal(1), ROUND_HALF_UP))


def landed(home: Path, dataset: str, quarantined_lines: set[tuple[str, int]]) -> tuple[Sum, Sum]:
    """Return (everything landed, what of it stands in quarantine), counted from the files."""
    total, refused = Sum(0, 0), Sum(0, 0)
    for path in sorted((home / "landing" / "standard" / dataset).rglob("*.csv.gz")):
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            for row in reader:
                one = Sum(1, fen(row["amount_yuan"]))
                total += one
                if (path.name, reader.line_num) in quarantined_lines:
                    refused += one
    return total, refused


def quarantined(home: Path, dataset: str) -> tuple[set[tuple[str, int]], list[tuple[str, str, int]]]:
    """Return the lines in quarantine, and (column, reason, rows)."""
    file = str(home / "quarantine" / "quarantine.parquet")
    rows = duckdb.execute(
        "select file_name, line, column_name, reason from read_parquet(?) where channel = 'standard' and dataset = ?",
        [file, dataset],
    ).fetchall()
    reasons: dict[tuple[str, str], int] = {}
    for _, _, column, reason in rows:
        reasons[column or "", reason] = reasons.get((column or "", reason), 0) + 1
    lines = {(Path(name).name, line) for name, line, _, _ in rows}
    return lines, [(column, reason, count) for (column, reason), count in sorted(reasons.items())]


def warehouse_sums(home: Path) -> dict[str, tuple[Sum, Sum]]:
    """Return (loaded, in customer) per dataset, from a copy: the warehouse has one owner."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "warehouse.duckdb"
        shutil.copy(home / "warehouse.duckdb", copy)
        with duckdb.connect(str(copy), read_only=True) as connection:

            def one(relation: str, amount: str) -> Sum:
                rows, total = connection.execute(
                    f"select count(*), coalesce(sum({amount}), 0) from {relation}"
                ).fetchall()[0]
                return Sum(int(rows), int(total))

            yuan = "cast(round(cast(amount_yuan as decimal(18, 4)) * 100) as bigint)"
            return {
                name: (
                    one(f"channels.standard__{name}", yuan),
                    one(f"customer.{name} where superseded_at is null", "amount_fen"),
                )
                for name in DATASETS
            }


def main() -> int:
    """Print the reconciliation, the reasons and the published tables; return 1 when something does not add up."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.online_retail", description=__doc__.split("\n")[0])
    parser.add_argument("home", type=Path)
    home = parser.parse_args().home
    sums, faults, reasons = warehouse_sums(home), [], []
    print("| dataset | landed rows | fen | quarantined rows | fen | loaded rows | fen | customer rows | fen |")
    print("|---|---|---|---|---|---|---|---|---|")
    for dataset in DATASETS:
        lines, why = quarantined(home, dataset)
        total, refused = landed(home, dataset, lines)
        loaded, customer = sums[dataset]
        print(f"| {dataset} | {total} | {refused} | {loaded} | {customer} |")
        reasons += [(dataset, *each) for each in why]
        if total != loaded + refused:
            faults.append(f"{dataset}: landed {total} is not loaded {loaded} + quarantined {refused}")
        if loaded != customer:
            faults.append(f"{dataset}: loaded {loaded} is not customer {customer}")
    print("\n| dataset | column | reason | rows |\n|---|---|---|---|")
    for reason in reasons:
        print(f"| {' | '.join(map(str, reason))} |")
    version = (home / "published" / "CURRENT").read_text(encoding="utf-8").strip()
    folder = home / "published" / "versions" / version
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    tables = manifest["tables"]
    print(f"\npublished {version}: {len(tables)} tables\n| table | rows |\n|---|---|")
    for name in sorted(tables):
        rows = duckdb.execute("select count(*) from read_parquet(?)", [str(folder / f"{name}.parquet")]).fetchall()[0][
            0
        ]
        print(f"| {name} | {rows:,} |")
        if rows != tables[name]["rows"]:
            faults.append(f"{name}: {rows} rows in the file, {tables[name]['rows']} in the manifest")
    if len(tables) != PUBLISHED:
        faults.append(f"{len(tables)} tables published, the contract has {PUBLISHED}")
    for fault in faults:
        print(f"FAULT {fault}")
    print("everything adds up" if not faults else f"{len(faults)} fault(s)")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

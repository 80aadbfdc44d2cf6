"""What Great Expectations costs against the engine's queries over the same rows: python -m benchmarks.doors HOME.

A version is audited as a run does it: the engine counts (DuckDB, one thread), the library says of all numbers at once
which lie outside their bounds. CPU seconds of both, the import apart (3 s, on a thread of its own while a run waits for
dbt); goal: together at most 2 times the counting. HOME is a copy: its quality page is written anew.
"""

import sys
import time
from collections.abc import Sequence
from pathlib import Path

import duckdb

from data_quality.judge import Gate, great_expectations, judge
from data_quality.report import Report
from orchestration.business_time import parse_business_date
from orchestration.publishing import audit
from orchestration.publishing.versions import Store
from orchestration.settings import CHECKOUT, Settings

#: Both in turn, the best of each: beside other work one second of CPU is not like the next.
REPEATS = 5


def main(home: Path) -> None:
    """Print what auditing the current version costs, and which part of it is the library's."""
    settings = Settings(home=home, threads=1)
    store = Store(settings.published)
    name = str(store.current())
    began = time.process_time()
    great_expectations()
    print(f"import of the library: {time.process_time() - began:.2f} CPU s")
    spent: list[float] = []

    def timed(gates: Sequence[Gate]) -> dict[str, Report]:
        since = time.process_time()
        said = judge(gates)
        spent.append(time.process_time() - since)
        return said

    audit.judge = timed
    whole = []
    with duckdb.connect(str(settings.warehouse), config={"threads": 1}) as warehouse:
        for _ in range(REPEATS):
            began = time.process_time()
            report = audit.audit_versions(settings, store, warehouse, {parse_business_date(name[:10]): name})[name]
            whole.append(time.process_time() - began)
    verdict, rest = min(spent), min(all_of_it - its for all_of_it, its in zip(whole, spent, strict=True))
    said = f"{len(report.findings)} checks: counted in {rest:.2f} CPU s, judged in {verdict:.3f}"
    print(f"{said}, together {(rest + verdict) / rest:.2f} times the counting")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else CHECKOUT / ".siyu" / "demo").resolve())

"""What reading a file costs against pyarrow's reading and writing of it, on one core, and tokens apart.

Usage: ``python -m benchmarks.ingest [ROWS]`` (1,000,000 by default). The file is seven columns of ``standard/events``,
one row in 5,000 of which is written oddly. The peer reads the same file with pyarrow and writes it as Parquet; both
have one Arrow thread and one DuckDB thread, and read the first lines as a file of their own before: seconds are CPU
seconds of the work, without imports and what libraries load at their first use. Contact values are
apart, since the peer has nothing like them: each distinct mobile is hashed, encrypted and kept in the vault.
"""

import datetime as dt
import itertools
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

NAMES = ("source", "event_id", "customer_id", "event_type", "occurred_at", "object_type", "object_id")
MOBILES = 200_000
#: Both in turn, the best of each: beside other work one second of CPU is not like the next.
REPEATS = 3


def make_files(folder: Path, rows: int) -> None:
    """Write the same events as CSV and as JSON lines, and members with one mobile each."""
    chance = random.Random(9)
    start = dt.datetime.fromisoformat("2025-01-01")
    kinds = ("view", "view", "view", "add_to_cart", "search", "share", "visit")
    with (folder / "events.csv").open("w") as table, (folder / "events.jsonl").open("w") as lines:
        table.write(",".join(NAMES) + "\n")
        for number in range(rows):
            at = (start + dt.timedelta(seconds=chance.randrange(30_000_000))).isoformat(sep=" ")
            customer = f"c{chance.randrange(rows // 100 + 1)}"
            if number % 5000 == 17:
                at, customer = at.replace("-", "/"), f'="{customer}"'
            product = f"p{chance.randrange(5_000)}"
            row = ("web", f"e{number:07d}", customer, chance.choice(kinds), at, "product", product)
            table.write(",".join('"' + cell.replace('"', '""') + '"' if '"' in cell else cell for cell in row) + "\n")
            lines.write(json.dumps(dict(zip(NAMES, row, strict=True))) + "\n")
    with (folder / "members.csv").open("w") as table:
        table.write("member_no,mobile\n")
        table.writelines(f"m{number},{13_000_000_000 + 7919 * number}\n" for number in range(MOBILES))


def peer(path: Path) -> None:
    """Read a file with pyarrow and write it as Parquet."""
    import pyarrow.csv as pa_csv
    import pyarrow.json as pa_json
    import pyarrow.parquet as pq

    def read_and_write(path: Path) -> int:
        if path.suffix == ".csv":
            table = pa_csv.read_csv(path, read_options=pa_csv.ReadOptions(use_threads=False))
        else:
            table = pa_json.read_json(path, read_options=pa_json.ReadOptions(use_threads=False))
        pq.write_table(table, path.with_suffix(".parquet"))
        return int(table.num_rows)

    with tempfile.TemporaryDirectory() as folder:
        read_and_write(_first_lines(path, Path(folder)))
    began = time.process_time()
    _tell(began, read_and_write(path))


def ours(path: Path, channel: str, dataset: str) -> None:
    """Ingest a file into an empty home; the insert into DuckDB is timed apart, for no reader can be cheaper than it."""
    from orchestration.channels.engine import writing
    from orchestration.channels.engine.ingest import ingest
    from orchestration.settings import Settings
    from orchestration.warehouse import connect

    home = Path(tempfile.mkdtemp(dir=path.parent))
    settings = Settings(home=home, threads=1, memory_limit="500MB")
    landed = settings.landing / channel / dataset / path.name
    landed.parent.mkdir(parents=True)
    now = dt.datetime.fromisoformat("2026-06-01")
    _first_lines(path, landed.parent)
    with connect(settings) as warehouse:
        ingest(settings, warehouse, channel, now, lambda line: None)
    path.rename(landed)
    inserted, append = 0.0, writing.append

    def timed(*arguments: Any) -> None:
        nonlocal inserted
        began = time.process_time()
        append(*arguments)
        inserted += time.process_time() - began

    writing.append = timed
    try:
        with connect(settings) as warehouse:
            began = time.process_time()
            done = ingest(settings, warehouse, channel, now, lambda line: None)
            _tell(began, done.loaded, inserted)
    finally:
        landed.rename(path)


def _first_lines(path: Path, folder: Path) -> Path:
    """Write the first lines of a file as a file of their own."""
    first = folder / f"first{path.suffix}"
    with path.open("rb") as file:
        first.write_bytes(b"".join(itertools.islice(file, 2000)))
    return first


def _tell(began: float, rows: int, inserted: float = 0) -> None:
    seconds, peak = time.process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "rows": rows, "mib": peak, "inserted": inserted}))


def measure(*arguments: str) -> dict[str, float]:
    """Run one part in a process of its own on one core."""
    command = ["taskset", "-c", "0", sys.executable, "-m", "benchmarks.ingest", *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main(rows: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_files(folder, rows)
        for file in ("events.csv", "events.jsonl"):
            path = folder / file
            pairs = [
                (measure("peer", str(path)), measure("ours", str(path), "standard", "events")) for _ in range(REPEATS)
            ]
            theirs, mine = (min(each, key=lambda done: done["seconds"]) for each in zip(*pairs, strict=True))
            print(
                f"{file} {path.stat().st_size / 1e6:.0f} MB, {mine['rows']:,.0f} of {theirs['rows']:,.0f} rows: pyarrow"
                f" {theirs['seconds']:.2f} CPU s, ingest {mine['seconds']:.2f} CPU s ({mine['inserted']:.2f} of them"
                f" DuckDB's insert), ratio {mine['seconds'] / theirs['seconds']:.1f}, peak {mine['mib']:.0f} MiB"
                f" (pyarrow {theirs['mib']:.0f})",
                flush=True,
            )
        tokens = measure("ours", str(folder / "members.csv"), "crm", "members")
        print(f"{tokens['rows']:,.0f} mobiles into the vault: {tokens['seconds']:.2f} CPU s")


if __name__ == "__main__":
    if sys.argv[1:2] == ["peer"]:
        peer(Path(sys.argv[2]))
    elif sys.argv[1:2] == ["ours"]:
        ours(Path(sys.argv[2]), *sys.argv[3:])
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)

"""What a night costs whose data cost nothing, beside an earlier release in the same run.

Usage: ``python -m benchmarks.night [REVISION] [--demo HOME]``. The brand of three records from the README is run twice:
its first night, and the night after, which one order reaches. Both are run by this checkout and by REVISION (390a893,
the release before the layer of people, unless another is named), which is taken out of git into a temporary folder and
has an environment of its own there, made from its own lock as its `make setup` does: it may need what we no longer do.
With ``--demo HOME``, a finished demo home, the day that `benchmarks.one_more_day` runs is run by both as well.

CPU seconds are those of the run and of all its children; the ratio is this checkout's over REVISION's.
"""

import argparse
import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from orchestration.settings import CHECKOUT

BASE: Final = "390a893"
DATES: Final = ("2025-11-30", "2025-12-01")
DAYS_BEFORE: Final = 3
LANDING: Final = {
    "customers/members.csv": """\
source,customer_id,mobile,name,city,level,registered_at,updated_at
shop,C1,13900000001,林一,上海市,金卡,2025-03-02 10:00:00,2025-10-02 09:00:00
shop,C2,139 0000 0002,周二,杭州市,银卡,2025-04-11 18:30:00,2025-10-02 09:00:00
web,W7,+8613900000002,周二,杭州市,,2025-06-01 21:05:00,
""",
    "orders/orders.csv": """\
source,order_id,customer_id,ordered_at,status,amount_yuan
shop,O1,C1,2025-09-01 11:20:00,finished,218.00
shop,O2,C1,2025-09-20 15:02:00,finished,96.50
web,O3,W7,2025-11-28 20:10:00,paid,120.00
shop,O4,,2025-11-29 09:15:00,finished,45.00
""",
    "consents/consents.csv": """\
source,customer_id,message_channel,purpose,granted,changed_at
shop,C1,sms,marketing,yes,2025-03-02 10:00:00
""",
}
NEXT_DAY: Final = """\
source,order_id,customer_id,ordered_at,status,amount_yuan
shop,O6,C1,2025-12-01 11:20:00,finished,88.00
"""


def take_out(revision: str, folder: Path) -> Path:
    """Lay a revision of this repository into a folder, ready to run by its own environment; return its checkout."""
    checkout = folder / "checkout"
    checkout.mkdir()
    tar = subprocess.run(["git", "-C", str(CHECKOUT), "archive", revision], capture_output=True, check=True).stdout
    subprocess.run(["tar", "-x", "-C", str(checkout)], input=tar, check=True)
    subprocess.run(["make", "--silent", "setup", f"PYTHON={sys.executable}"], cwd=checkout, check=True)
    make_ready(checkout)
    return checkout


def python_of(checkout: Path) -> str:
    """Return the interpreter that runs a checkout: its own, or this one."""
    own = checkout / ".venv" / "bin" / "python"
    return str(own) if own.exists() else sys.executable


def make_ready(checkout: Path) -> None:
    """Write what the definitions are read from: generated macros, where the release has them, and the manifest."""
    environment = _environment(checkout)
    if (checkout / "orchestration" / "nouns.py").exists():
        subprocess.run([python_of(checkout), "-m", "orchestration.nouns"], cwd=checkout, env=environment, check=True)
    dbt = str(Path(python_of(checkout)).with_name("dbt"))
    where = ["--project-dir", "dbt_project", "--profiles-dir", "dbt_project"]
    subprocess.run([dbt, "--quiet", "parse", *where], cwd=checkout, env=environment, check=True)


def _environment(checkout: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SIYU_", "DAGSTER_"))}
    return {**kept, "PYTHONPATH": str(checkout), "DO_NOT_TRACK": "1", "GX_ANALYTICS_ENABLED": "false"}


def night(checkout: Path, home: Path, *command: str) -> tuple[float, float]:
    """Run a command of a checkout over a home; return its CPU seconds and its wall seconds."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(
        [python_of(checkout), "-m", "orchestration.cli", *command],
        cwd=checkout,
        env={**_environment(checkout), "SIYU_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, time.monotonic() - started


def events(home: Path) -> int:
    """Return how many events Dagster has stored of a home's runs."""
    count = 0
    for file in (home / "dagster_home").rglob("*.db"):
        with sqlite3.connect(file) as store:
            if store.execute("select 1 from sqlite_master where name = 'event_logs'").fetchone():
                count += store.execute("select count(*) from event_logs where run_id is not null").fetchone()[0]
    return count


def small_brand(checkout: Path, home: Path) -> dict[str, float]:
    """Run the two nights of the README's brand; return CPU seconds of both, and what Dagster stored of the second."""
    for name, text in LANDING.items():
        file = home / "landing" / "standard" / name
        file.parent.mkdir(parents=True)
        file.write_text(text, encoding="utf-8")
    first, _ = night(checkout, home, "daily", DATES[0])
    stored = events(home)
    (home / "landing" / "standard" / "orders" / "next.csv").write_text(NEXT_DAY, encoding="utf-8")
    second, wall = night(checkout, home, "daily", DATES[1])
    return {"first night": first, "next night": second, "wall of it": wall, "events of it": events(home) - stored}


def demo_day(checkout: Path, demo: Path, home: Path) -> dict[str, float]:
    """Run the demo's last date as its files arrive, after the three dates before it; return its CPU seconds."""
    last = max(file.name.split(".")[0] for file in (demo / "landing").rglob("20??-??-??.*"))
    dates = sorted({file.name.split(".")[0] for file in (demo / "landing").rglob("20??-??-??.*")})
    before = dates[dates.index(last) - DAYS_BEFORE : dates.index(last)]
    shutil.copytree(demo / "vault", home / "vault")
    shutil.copytree(demo / "landing", home / "landing", ignore=shutil.ignore_patterns(f"{last}.*"))
    night(checkout, home, "backfill", before[0], before[-1])
    for file in (demo / "landing").glob(f"**/{last}.*"):
        shutil.copy2(file, home / file.relative_to(demo))
    spent, wall = night(checkout, home, "daily", last)
    return {"one more demo day": spent, "wall of it": wall}


def steps(home: Path) -> dict[str, float]:
    """Return the CPU seconds of a home's last run by step, the rest of the process among them."""
    said = json.loads((home / "last_run.json").read_text(encoding="utf-8"))
    spent = {step: one["cpu_seconds"] for step, one in said["steps"].items()}
    return {**spent, "imports, between the steps": said["cpu_seconds"] - sum(spent.values())}


def main() -> int:
    """Print both sides' figures and their ratio."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.night")
    parser.add_argument("revision", nargs="?", default=BASE)
    parser.add_argument("--demo", type=Path, help="a finished demo home")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="night-") as folder:
        sides = {"this checkout": CHECKOUT, options.revision: take_out(options.revision, Path(folder))}
        make_ready(CHECKOUT)
        figures, by_step = {}, {}
        for at, (name, checkout) in enumerate(sides.items()):
            home = Path(folder) / f"home{at}"
            figures[name] = small_brand(checkout, home)
            by_step[name] = steps(home)
            if options.demo:
                figures[name] |= demo_day(checkout, options.demo.resolve(), Path(folder) / f"demo{at}")
    ours, theirs = (figures[name] for name in sides)
    print(f"{'':<28}{'this checkout':>16}{options.revision:>16}{'ratio':>8}")
    for what in ours:
        print(f"{what:<28}{ours[what]:>16.1f}{theirs[what]:>16.1f}{ours[what] / theirs[what]:>8.2f}")
    for name in sides:
        print(f"\nnext night of {name}, CPU s by step")
        for step, spent in sorted(by_step[name].items(), key=lambda item: -item[1]):
            if spent >= 0.05:
                print(f"  {step:<44}{spent:>8.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

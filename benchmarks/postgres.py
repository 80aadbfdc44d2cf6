"""Versions in Postgres under kills and readers: ``python -m benchmarks.postgres``.

A small brand's two versions take turns being published into a real Postgres that the benchmark starts. First the
publisher is killed (SIGKILL) at moments spread over its work, and readers are asked after each kill; then readers join
two views in both orders, again and again, while versions are published. Every answer has to be of one version.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import duckdb
import psycopg

from orchestration.publish import publish
from orchestration.publishing.postgres import bring_up
from orchestration.settings import Settings
from tests import postgres_server
from tests.unit.publish.world import DATE, PEOPLE, brand

_PUBLISH = "from orchestration.publishing.postgres import bring_up; from orchestration.settings import load_settings;\
 print('now', flush=True); bring_up(load_settings())"
_QUERY = (
    "select coalesce(a.gender, 'nobody'), case b.matrix_cell when '唤醒' then 'nobody' else b.matrix_cell end, count(*)"
    " from {} join {} using (one_id) where one_id <> 'P05' group by 1, 2"
)


def made(home: Path) -> tuple[Settings, list[str]]:
    """Return a home with two versions of a date as files, in which everybody is alike."""
    settings, names = brand(home), []
    for gender in ("female", "male"):
        with duckdb.connect(str(settings.warehouse)) as con:
            con.execute("update published.customers set gender = ?", [gender])
            # P05 is kept out by a hard rule, and has no profile to be alike in
            con.execute("update published.customer_segments set matrix_cell = ? where one_id <> 'P05'", [gender])
        names.append(publish(settings, [DATE]).versions[DATE])
    return settings, names


def stand(settings: Settings, name: str) -> None:
    (settings.published / "CURRENT").write_text(f"{name}\n", encoding="utf-8")


def is_one(rows: list[tuple[str, str, int]]) -> bool:
    return len(rows) == 1 and rows[0][0] == rows[0][1] and rows[0][2] == PEOPLE - 1


def take_away(connection: psycopg.Connection) -> None:
    """Let what the views do not show be gone, so that the next publish has a whole version to load."""
    for (name,) in connection.execute("select version from siyu.versions where not is_current").fetchall():
        connection.execute(f"drop schema siyu_{name.replace('-', '_')} cascade")
        connection.execute("delete from siyu.versions where version = %s", [name])


def kills(settings: Settings, names: list[str], address: str, count: int) -> tuple[int, int]:
    """Kill so many publishers; return how many died in their work, and how many left something that is not whole."""
    died = wrong = 0
    given = {"SIYU_HOME": str(settings.home), "SIYU_PUBLISH_POSTGRES": address}
    query = _QUERY.format("siyu.customers as a", "siyu.customer_segments as b")
    with psycopg.connect(address, autocommit=True) as reader:
        for number in range(count):
            stand(settings, names[number % 2])
            take_away(reader)
            process = subprocess.Popen([sys.executable, "-c", _PUBLISH], env=os.environ | given, stdout=subprocess.PIPE)
            assert process.stdout
            process.stdout.readline()
            time.sleep(random.uniform(0.0, 1.5))
            process.send_signal(signal.SIGKILL)
            died += process.wait() == -signal.SIGKILL
            process.stdout.close()
            wrong += not is_one(reader.execute(query).fetchall())
    return died, wrong


def readers(settings: Settings, names: list[str], address: str, count: int, publishes: int) -> tuple[int, int, float]:
    """Let so many readers ask while versions are published; return queries, wrong answers, the longest wait."""
    stop, asked, wrong, longest = threading.Event(), [0] * count, [0] * count, [0.0] * count

    def read(number: int) -> None:
        pair = ["siyu.customers as a", "siyu.customer_segments as b"][:: 1 if number % 2 else -1]
        with psycopg.connect(address, autocommit=True) as connection:
            while not stop.is_set():
                began = time.monotonic()
                wrong[number] += not is_one(connection.execute(_QUERY.format(*pair)).fetchall())
                longest[number] = max(longest[number], time.monotonic() - began)
                asked[number] += 1
                time.sleep(random.uniform(0.05, 0.5))

    threads = [threading.Thread(target=read, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    with psycopg.connect(address, autocommit=True) as connection:
        for number in range(publishes):
            take_away(connection)
            stand(settings, names[number % 2])
            bring_up(settings)
    stop.set()
    for thread in threads:
        thread.join()
    return sum(asked), sum(wrong), max(longest)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--readers", type=int, default=100)
    parser.add_argument("--publishes", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, postgres_server.running() as address:
        settings, names = made(Path(folder) / "home")
        settings = Settings(home=settings.home, publish_postgres=address)
        began = time.monotonic()
        bring_up(settings)
        print(f"a version of {PEOPLE} customers: {time.monotonic() - began:.1f} s", flush=True)
        died, wrong = kills(settings, names, address, options.kills)
        print(
            f"{options.kills} kills, {died} of them in the work: {wrong} left something that is not whole", flush=True
        )
        asked, wrong, longest = readers(settings, names, address, options.readers, options.publishes)
        print(
            f"{options.readers} readers, {options.publishes} publishes: {asked:,} queries, {wrong} of them not of one"
            f" version, the longest wait {longest:.1f} s"
        )


if __name__ == "__main__":
    main()

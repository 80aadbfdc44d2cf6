"""A real Postgres for as long as a test needs one: that of Debian's package, on a socket in a folder of its own."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

MISSING = "no Postgres server on this machine: apt-get install postgresql"


def binaries() -> Path | None:
    """Return the folder of the newest server's programs, None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    known = shutil.which("postgres")
    return Path(known).parent if known else None


@contextlib.contextmanager
def running() -> Iterator[str]:
    """Start a server and hand out its connection string; it and its data are gone afterwards.

    It never runs as root, which Postgres refuses: a test that does lets the package's user run it.
    """
    programs = binaries()
    assert programs, MISSING
    user = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="siyu-postgres-", dir="/tmp"))
    if user:
        entry = pwd.getpwnam(user)
        os.chown(folder, entry.pw_uid, entry.pw_gid)
    data, said = folder / "data", folder / "log"
    run = {"user": user, "group": user, "extra_groups": []} if user else {}
    subprocess.run(
        [programs / "initdb", "-D", data, "-U", "siyu", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C"],
        check=True, capture_output=True, cwd=folder, **run,
    )  # fmt: skip
    with said.open("wb") as log:
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off",
             "-c", "max_connections=200"],
            stdout=log, stderr=log, cwd=folder, **run,
        )  # fmt: skip
    address = f"host={folder} dbname=postgres user=siyu"
    try:
        _wait(server, address, said)
        yield address
    finally:
        server.send_signal(signal.SIGQUIT)  # at once: nothing of it is kept
        server.wait(30)
        shutil.rmtree(folder)


def _wait(server: subprocess.Popen[bytes], address: str, said: Path) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(address).close()
            return
        except psycopg.OperationalError:
            assert server.poll() is None and time.monotonic() < end, said.read_text(encoding="utf-8")
            time.sleep(0.05)

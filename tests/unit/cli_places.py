"""Folders as people have them, right and wrong, and the command run among them in this process."""

import contextlib
import json
import os
import shlex
import socket
import warnings
from pathlib import Path

from orchestration.cli import main
from orchestration.settings import load_settings
from orchestration.warehouse import writer_lock
from tests.builders import give_keys

VERSION = "2026-03-08-0123456789abcdef"
_MANIFEST = {
    "as_of_date": "2026-03-08",
    "contract_version": 1,
    "tables": {"customers": {"rows": 1234}},
    "channels": {"shop": {"data_as_of": "2026-03-08", "stale": False}, "web": {"data_as_of": None, "stale": True}},
}
_RUN = {"dates": ["2026-03-08", "2026-03-08"], "succeeded": False, "seconds": 12.3}
_ORDERS = "landing/standard/orders/orders.csv"
#: folder -> its files; what ends in / is an empty folder
PLACES = {
    "brand": {_ORDERS: "source,order_id\n"},
    "empty": {"./": ""},
    "crowded": {_ORDERS: "", "notes.txt": "not siyu's"},
    "in_the_way": {"raw/": "", "dagster_home": "a file"},
    "misspelt": {_ORDERS: "", "siyu.toml": "bugdet = 1\n"},
    "not_toml": {_ORDERS: "", "siyu.toml": "daily_budget_yuan 5\n"},
    "nobodys": {_ORDERS: "", "siyu.toml": '[live_from]\npoz = "2026-01-01"\n'},
    "own_rules": {_ORDERS: "", "rules/word.csv": "a,b\n"},
    "demo_elsewhere": {"thesis.tex": "not siyu's"},
    "published": {
        "published/CURRENT": VERSION,
        f"published/versions/{VERSION}/manifest.json": json.dumps(_MANIFEST),
        "last_run.json": json.dumps(_RUN),
    },
    "lost": {"published/CURRENT": VERSION, "published/versions/": ""},
    "torn": {
        "raw/": "",
        "quarantine/quarantine.parquet": "PAR1",
        "quarantine/unread_refusals.parquet": "PAR1",
        "identity/evidence.parquet": "PAR1",
    },
    "torn_run": {"raw/": "", "last_run.json": "[]"},
    "busy": {"published/": ""},
    "brakes": {"published/": "", "brakes.jsonl": "stop everything\n"},
}


def lay(root: Path) -> None:
    """Make all places below a folder, and a file where a home should be."""
    (root / "a_file").write_text("no folder\n", encoding="utf-8")
    for place, files in PLACES.items():
        for name, text in files.items():
            path = root / place / name
            if name.endswith("/"):
                path.mkdir(parents=True, exist_ok=True)
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
    for place in ("published", "lost", "busy"):
        give_keys(root / place)


def tree(root: Path) -> list[str]:
    """Return everything below a folder."""
    return sorted(str(path.relative_to(root)) for path in root.rglob("*"))


def run(line: str, monkeypatch) -> int:
    """Run a line as a shell would read it, with variables before the command; ``PORT`` is a port that is taken."""
    monkeypatch.setenv("SIYU_HOME", "")
    words = shlex.split(line)
    while "=" in words[0]:
        monkeypatch.setenv(*words.pop(0).split("=", 1))
    assert words.pop(0) == "siyu"
    mask = os.umask(0o022)
    try:
        with warnings.catch_warnings(), socket.socket() as door, contextlib.ExitStack() as held:
            door.bind(("127.0.0.1", 0))
            door.listen()
            if "busy" in words:
                held.enter_context(writer_lock(load_settings({"SIYU_HOME": "busy"}), "of another"))
            return main([str(door.getsockname()[1]) if word == "PORT" else word for word in words])
    finally:
        os.umask(mask)

"""Kills exports and guards of a demo home's copy, and two at once: ``python -m benchmarks.kills [HOME] [COUNT]``.

COUNT (30) times an export or a guard is killed (-9) at a random moment; then an export runs to its end. Each time:
everybody whom an undisturbed export writes to is written to, nobody is twice, every export's files stand with the
hashes that the log has, and the audit chain is whole. Then all of it is taken back for the next time.
"""

import datetime as dt
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.coming_back import run
from orchestration import audit_log
from orchestration.files import sha256_of
from orchestration.sending import activations
from orchestration.sending.handing_over import withdraw
from orchestration.settings import CHECKOUT, Settings
from orchestration.warehouse import connect

NOW = "2017-12-01T09:00"
#: A refusal of a number that nobody has: news for the guard to read, which changes nothing.
_NEWS = "id_type,id_value,message_channel,reason,changed_at\nmobile,{},sms,opt_out,2017-12-01 08:00:00\n"
#: Who is given files here, and what siyu.toml has to say of whoever is.
RECIPIENTS = ("gate", "one", "other")
_ENTRUSTED = """
[recipients.{}]
purpose = "counts what comes through a kill"
until = 2099-12-31
in_mainland = true
"""
Key = tuple[str, str, str]


def entrust(home: Path) -> None:
    """Name whoever is given files in the home's siyu.toml: nothing is exported to anybody else."""
    with (home / "siyu.toml").open("a", encoding="utf-8") as file:
        file.writelines(_ENTRUSTED.format(name) for name in RECIPIENTS)


class Trial:
    """A copy of a home and what leaves it."""

    def __init__(self, home: Path, out: Path) -> None:
        self.home, self.out, self.settings = home, out, Settings(home=home)
        self.wrong: Counter[str] = Counter()
        self.news = 0

    def started(self, *command: str) -> subprocess.Popen[bytes]:
        """Start siyu and do not wait for it."""
        words = [sys.executable, "-m", "orchestration.cli", "--home", str(self.home), "--now", NOW, *command]
        return subprocess.Popen(words, cwd=CHECKOUT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def export(self, recipient: str = RECIPIENTS[0]) -> tuple[str, ...]:
        """Return the words of an export of everybody."""
        return (
            "export",
            "--all",
            "--list",
            "audience",
            "--list",
            "general",
            "--recipient",
            recipient,
            "--out",
            str(self.out),
        )

    def land_news(self) -> None:
        """Land a file that nobody has read."""
        self.news += 1
        folder = self.settings.landing / "standard" / "suppressions"
        folder.mkdir(parents=True, exist_ok=True)
        text = _NEWS.format(13912340000 + self.news)
        (folder / f"news-{self.news}.csv").write_text(text, encoding="utf-8")

    def live(self) -> list[dict[str, Any]]:
        """Return the rows that left the house and were not taken back."""
        with connect(self.settings) as warehouse:
            activations.load(self.settings, warehouse)
            rows = warehouse.sql(
                "select sent.* from channels.activations as sent left join channels.withdrawals as back"
                " on sent.export_id = back.export_id"
                " and coalesce(back.recipient_token, sent.recipient_token) = sent.recipient_token"
                " where back.export_id is null"
            ).to_arrow_table()
        found: list[dict[str, Any]] = rows.to_pylist()
        return found

    def judge(self, expected: set[Key]) -> None:
        """Count what is wrong: people lost or written to twice, files that are not the log's, a broken chain."""
        rows = self.live()
        counts = Counter((row["list_name"], row["one_id"], row["message_channel"]) for row in rows)
        self.wrong["twice"] += sum(count - 1 for count in counts.values())
        self.wrong["lost"] += len(expected - set(counts))
        self.wrong["not meant"] += len(set(counts) - expected)
        for export_id in {row["export_id"] for row in rows}:
            self.wrong["file"] += not self._stands(export_id, [row for row in rows if row["export_id"] == export_id])
        self.wrong["chain"] += audit_log.verify(self.settings).broken is not None

    def _stands(self, export_id: str, rows: list[dict[str, Any]]) -> bool:
        folder = self.out / export_id
        if not (folder / "receipt.json").exists():
            return False
        said = json.loads((folder / "receipt.json").read_text(encoding="utf-8"))
        hashes = {name: sha256_of(folder / name) for name in said["files"]}
        return (
            said["rows_out"] == len(rows)
            and hashes == said["files"]
            and ("|".join(hashes.values()) == rows[0]["file_sha256"])
        )

    def take_back(self) -> None:
        """Take every export back, so that the next one has the same people to write to."""
        for export_id in sorted({row["export_id"] for row in self.live()}):
            with connect(self.settings) as warehouse:
                withdraw(self.settings, warehouse, export_id, "the next trial", dt.datetime.fromisoformat(NOW))


def trials(trial: Trial, count: int, chance: random.Random) -> tuple[int, int, dict[str, int]]:
    """Kill exports and guards, start two at once; return people, kills before an end, and what was wrong."""
    seconds = {}
    began = time.monotonic()
    run(trial.home, "--now", NOW, *trial.export())
    seconds["export"] = time.monotonic() - began
    expected = {(row["list_name"], row["one_id"], row["message_channel"]) for row in trial.live()}
    trial.judge(expected)
    trial.take_back()
    trial.land_news()
    began = time.monotonic()
    run(trial.home, "--now", NOW, "guard")
    seconds["guard"] = time.monotonic() - began
    killed = 0
    for number in range(count):
        kind = "guard" if number % 3 == 2 else "export"
        if kind == "guard":
            trial.land_news()
        process = trial.started(*(("guard",) if kind == "guard" else trial.export()))
        time.sleep(seconds[kind] * chance.uniform(0.3, 1.05))
        killed += process.poll() is None
        process.kill()
        process.wait()
        run(trial.home, "--now", NOW, *trial.export())
        trial.judge(expected)
        trial.take_back()
        print(f"{number + 1} of {count}: {kind}, {killed} killed before their end; {_said(trial.wrong)}", flush=True)
    both = [trial.started(*trial.export(name)) for name in RECIPIENTS[1:]]
    for process in both:
        process.wait()
    run(trial.home, "--now", NOW, *trial.export())
    trial.judge(expected)
    return len(expected), killed, dict(trial.wrong)


def _said(wrong: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in wrong.items())


def main() -> int:
    """Print what was wrong; return 1 where anything was."""
    home = Path(sys.argv[1] if len(sys.argv) > 1 else CHECKOUT / ".siyu" / "demo").resolve()
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 30
    with tempfile.TemporaryDirectory(dir=home.parent) as folder:
        place = Path(folder) / "home"
        shutil.copytree(home, place, symlinks=True)
        entrust(place)
        people, killed, wrong = trials(Trial(place, Path(folder) / "out"), count, random.Random(1))
    print(f"{people} people, {count} kills ({killed} before the end) and two exports at once: {_said(Counter(wrong))}")
    return 1 if any(wrong.values()) else 0


if __name__ == "__main__":
    sys.exit(main())

"""Lands a random brand in a home as an export of its whole history, or night by night, and runs the pipeline on it."""

import csv
import datetime as dt
import hashlib
import io
import json
from collections.abc import Iterable
from pathlib import Path

from tests.builders import give_keys, siyu
from tests.oracle.brand import LIVE_FROM, Row, clock

UTC = dt.timedelta(hours=8)
#: A night's run reads what has landed by 06:30 of the next day.
RUN_AT = dt.timedelta(hours=6, minutes=30)
HISTORY_LANDED = clock(LIVE_FROM, 0) - dt.timedelta(seconds=1)


def run_history(home: Path, rows: Iterable[Row], dates: list[dt.date]) -> None:
    """Land everything as one export and run the dates as one backfill."""
    give_keys(home)
    for dataset, mine in _by_dataset(row for row in rows if not row.is_live_only):
        file = home / "landing" / "standard" / dataset / "export.csv"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(_csv(mine), encoding="utf-8")
    _run(home, "backfill", dates[0].isoformat(), dates[-1].isoformat())


def run_live(home: Path, rows: list[Row], dates: list[dt.date]) -> None:
    """Run night by night; before each stands in ``raw/`` what has landed by its start, as a restored home has it."""
    give_keys(home)
    (home / "siyu.toml").write_text(f'[live_from]\nstandard = "{LIVE_FROM}"\n', encoding="utf-8")
    since = clock(dt.date(1900, 1, 1), 0)
    for date in dates:
        until = clock(date + dt.timedelta(days=1), 6, 30)
        landed = [row for row in rows if since <= landing_of(row) < until]
        for moment in sorted({landing_of(row) for row in landed}):
            for dataset, mine in _by_dataset(row for row in landed if landing_of(row) == moment):
                _land_raw(home, dataset, mine, moment)
        _run(home, "daily", date.isoformat())
        since = until


def landed(home: Path) -> list[Row]:
    """Return the rows that landed in a home, in the order in which they did; of an export without a landing time."""
    rows = []
    for file in sorted((home / "landing" / "standard").glob("*/*.csv")):
        rows += [Row(file.parent.name, values, None) for values in _read(file)]
    if rows:
        return rows
    for sidecar in (home / "raw" / "standard").glob("*/*.landed.json"):
        said = json.loads(sidecar.read_text(encoding="utf-8"))
        at = dt.datetime.fromisoformat(said["landed_at"]) + UTC
        lands = at if at > HISTORY_LANDED else None
        rows += [Row(said["dataset"], values, lands) for values in _read(sidecar.parent / said["raw_name"])]
    return sorted((row for row in rows if not is_set_aside(row)), key=landing_of)


def closed_from(home: Path) -> dt.date:
    """Return the first date on which nobody is sent anything, since a file in which refusals may stand is unread."""
    unread = [
        dt.datetime.fromisoformat(json.loads(sidecar.read_text(encoding="utf-8"))["landed_at"]) + UTC
        for sidecar in (home / "raw" / "standard" / "consents").glob("*.landed.json")
        if any(is_set_aside(Row("consents", values, None)) for values in _read(sidecar.with_name(_raw_name(sidecar))))
    ]
    return min((at - RUN_AT).date() for at in unread) if unread else dt.date.max


def _raw_name(sidecar: Path) -> str:
    return json.loads(sidecar.read_text(encoding="utf-8"))["raw_name"]


def is_set_aside(row: Row) -> bool:
    """Say whether a row is of a file without the column that narrows what it says, but with one nobody declared."""
    return row.dataset == "consents" and "channel" in row.values


def _read(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return [{name: value for name, value in row.items() if value} for row in csv.DictReader(lines)]


def landing_of(row: Row) -> dt.datetime:
    """Return when a row lands in a live home (Shanghai time)."""
    return row.lands or HISTORY_LANDED


def _by_dataset(rows: Iterable[Row]) -> list[tuple[str, list[Row]]]:
    found: dict[tuple[str, bool], list[Row]] = {}
    for row in rows:
        found.setdefault((row.dataset, is_set_aside(row)), []).append(row)
    return [(dataset, mine) for (dataset, _), mine in sorted(found.items())]


def _csv(rows: list[Row]) -> str:
    columns = list(dict.fromkeys(column for row in rows for column in row.values))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(row.values for row in rows)
    return text.getvalue()


def _land_raw(home: Path, dataset: str, rows: list[Row], moment: dt.datetime) -> None:
    """Write a file and what is noted of its landing, where a run finds what it has not read yet."""
    content = _csv(rows).encode()
    file_id = hashlib.sha256(content).hexdigest()
    folder = home / "raw" / "standard" / dataset
    folder.mkdir(parents=True, exist_ok=True)
    for part in (home / "raw", folder.parent, folder):
        part.chmod(0o700)
    (folder / f"{file_id}.csv").write_bytes(content)
    said = {"file_id": file_id, "channel": "standard", "dataset": dataset, "file_name": f"{moment:%m%d%H%M}.csv"}
    said |= {"raw_name": f"{file_id}.csv", "format": "csv", "bytes": len(content), "modified_ns": 0}
    said |= {"landed_at": (moment - UTC).isoformat(), "in_history": False}
    (folder / f"{file_id}.landed.json").write_text(json.dumps(said), encoding="utf-8")


def _run(home: Path, *command: str) -> None:
    outcome = siyu(home, *command)
    (home / "runs.log").open("a", encoding="utf-8").write(outcome.stdout)
    if outcome.returncode:
        raise RuntimeError(f"{home}: siyu {' '.join(command)}\n{outcome.stdout[-3000:]}{outcome.stderr[-3000:]}")

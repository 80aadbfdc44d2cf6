"""What can be known of a home from its exported files, with ages and next steps: what ``siyu status`` tells."""

import contextlib
import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from orchestration import clock
from orchestration.business_time import SHANGHAI_OFFSET, last_over
from orchestration.channels.engine.unread_refusals import closes, listed_unread
from orchestration.home import Unreadable
from orchestration.publishing.manifest import UNFINISHED
from orchestration.publishing.readers import problem_of
from orchestration.sending import activations
from orchestration.sending.outgoing import general_list, general_said, last_exports, stops
from orchestration.settings import Settings, SettingsError
from orchestration.warehouse import is_locked

#: What to do about a published version that was damaged.
GO_BACK = "point it to a version that is kept: siyu rollback VERSION"
#: What to do about a channel that is silent.
_RECEIPTS = "land its receipts, or take back what was never sent: siyu withdraw EXPORT"


@contextlib.contextmanager
def reading(file: Path, remedy: str = "the next run writes it anew: siyu daily YYYY-MM-DD") -> Iterator[Path]:
    """Turn whatever stops the reading of an exported file into a sentence."""
    try:
        yield file
    except SettingsError:
        raise
    except (OSError, ValueError, KeyError, TypeError, duckdb.Error) as error:
        first = (str(error).splitlines() or ["empty"])[0]
        raise Unreadable(f"{file} cannot be read ({first}); {remedy}") from None


def facts(settings: Settings, now: dt.datetime) -> dict[str, Any]:
    """Return what stands in a home.

    Parameters
    ----------
    settings
        Whose home; nothing in it is changed.
    now
        The moment ages are counted to, UTC and naive.

    Returns
    -------
    dict
        Plain values for JSON. Instants are UTC, ages are whole seconds; ``current`` and ``last_run`` may be None, and
        ``current.records_count_until`` is unless its date was not over when it was made.

    Raises
    ------
    Unreadable
        A file of the home is damaged.
    """
    current, manifest = _current(settings, now)
    found: dict[str, Any] = {
        "home": str(settings.home),
        "asked_at": _instant(now),
        "current": current,
        "withheld": sum(map(closes, unread_refusals(settings))),
        "tables": {name: table["rows"] for name, table in sorted(manifest.get("tables", {}).items())},
        "sources": {
            name: {"data_as_of": said.get("data_as_of"), "stale": bool(said.get("stale"))}
            for name, said in sorted(manifest.get("channels", {}).items())
        },
        "channels": _newest_files(settings, now),
        "own_rules": dict(sorted(manifest.get("own_rules", {}).items())),
        "quarantine": _quarantine(settings),
        "receipts_out_of_order": dict(manifest.get("receipts_out_of_order", {}).get("by_flag", {})),
        **_outgoing(settings, now),
        "silent_channels": dict(manifest.get("silent_channels", {})),
        "silent_channels_are_stopped": settings.stop_silent_channels,
        "behind": problem_of(settings),
        "last_run": _last_run(settings, now),
        "is_running": is_locked(settings),
    }
    return {**found, "next_steps": next_steps(found, _last_over(settings, now))}


def unread_refusals(settings: Settings) -> list[dict[str, Any]]:
    """Return the refusals that could not be read, accepted or not; a damaged export is told as such."""
    with reading(settings.home / "quarantine" / "unread_refusals.parquet"):
        return listed_unread(settings)


def next_steps(found: dict[str, Any], last_over: dt.date | None) -> list[str]:
    """Return what a person should do, each as a sentence, what blocks most first; empty when nothing is to be done.

    Parameters
    ----------
    found
        What :func:`facts` found.
    last_over
        The newest business date that could be published by now; None where no new one comes.
    """
    steps, last_run, current = [], found["last_run"], found["current"]
    if found["is_running"]:
        steps.append("a run is going on: ask again when it has ended")
    elif last_run and not last_run["succeeded"]:
        again = " ".join(dict.fromkeys(last_run["dates"]))
        command = "daily" if len(again) == 10 else "backfill"
        steps.append(f"the last run failed: mend what it named, then run it again: siyu {command} {again}")
    if current is None:
        steps.append("nothing is published: deliver files to landing/, then run a date: siyu daily YYYY-MM-DD")
    if found["withheld"]:
        steps.append("refusals could not be read, so nobody is named for sending: see them with: siyu refusals")
    if found["behind"]:
        steps.append(found["behind"])
    for name, said in found["sources"].items():
        if said["stale"]:
            steps.append(f"{name} is stale since {said['data_as_of'] or 'ever'}: ask who delivers it")
    if rows := sum(one["rows"] for one in found["quarantine"]):
        what = "1 row is" if rows == 1 else f"{rows:,} rows are"
        steps.append(f"{what} set aside: open quarantine/quarantine.parquet, mend the source, deliver again")
    if current and current["records_count_until"]:
        date, until = current["as_of_date"], current["records_count_until"]
        steps.append(f"CURRENT was made before {date} was over ({until}): run it again after that: siyu daily {date}")
    if odd := found["receipts_out_of_order"]:
        named = ", ".join(f"{flag} {count:,}" for flag, count in sorted(odd.items()))
        steps.append(f"receipts came back out of order ({named}): the manifest names the first, ask who sends them")
    stops = "nothing is exported on it" if found["silent_channels_are_stopped"] else "it is exported all the same"
    for one in found["exports"]:
        if one["waits"]:
            steps.append(f"{one['export_id']} waits to be uploaded; delete its folder after: {one['folder']}")
    if waiting := found["general_list"]["waiting"]:
        steps.append(general_said(waiting))
    for name, said in found["silent_channels"].items():
        steps.append(f"{silent_said(name, said)}; {stops}: {_RECEIPTS}")
    if current and last_over and current["as_of_date"] < last_over.isoformat():
        steps.append(f"{last_over} is over and not published: when its files have landed: siyu daily {last_over}")
    return steps


def silent_said(channel: str, said: dict[str, Any]) -> str:
    """Return in words that a channel's receipts stopped coming, as the manifest says it."""
    days = " to ".join(dict.fromkeys((said["exported_from"], said["exported_to"])))
    return f"{channel} is silent: of {said['rows_out']:,} rows exported {days}, {said['rows_told']:,} were told of"


def ago(seconds: int | None) -> str:
    """Return an age in words, rounded down: ``12 hours ago``."""
    if seconds is None:
        return "never"
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= length:
            count = seconds // length
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now"


def _last_over(settings: Settings, now: dt.datetime) -> dt.date | None:
    """Return the newest date whose cut-off has passed; None for a demo by the real clock: its days are all of 2017."""
    if clock.given() is None and (settings.home / clock.DEMO).is_file():
        return None
    return last_over(now, settings.cut_off_hour)


def _current(settings: Settings, now: dt.datetime) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    pointer = settings.published / "CURRENT"
    if not pointer.exists():
        return None, {}
    with reading(pointer, GO_BACK):
        version = pointer.read_text(encoding="utf-8").strip()
        moved = dt.datetime.fromtimestamp(pointer.stat().st_mtime, dt.UTC).replace(tzinfo=None)
        manifest = json.loads((settings.published / "versions" / version / "manifest.json").read_text(encoding="utf-8"))
        said = {
            "version": version,
            "as_of_date": manifest["as_of_date"],
            "contract_version": manifest["contract_version"],
            "records_count_until": manifest.get(UNFINISHED, {}).get("records_count_until"),
        }
    return {**said, "moved_at": _instant(moved), "age_seconds": _age(moved, now)}, manifest


def _outgoing(settings: Settings, now: dt.datetime) -> dict[str, Any]:
    """Return what was exported last, what is stopped, and what waits of the general list."""
    with reading(activations.folder(settings), "restore activations/ from a backup: it cannot be made again"):
        return {
            "exports": last_exports(settings, now),
            "stops": stops(settings),
            "general_list": general_list(settings, now),
        }


def _newest_files(settings: Settings, now: dt.datetime) -> dict[str, Any]:
    ledger = settings.home / "ledger.parquet"
    if not ledger.exists():
        return {}
    with reading(ledger):
        rows = duckdb.execute(
            "select channel, arg_max(concat_ws('/', dataset, file_name), (landed_at, file_name)), max(landed_at)"
            " from read_parquet($file) group by channel order by channel",
            {"file": str(ledger)},
        ).fetchall()
    return {
        channel: {"newest_file": file, "landed_at": _instant(at), "age_seconds": _age(at, now)}
        for channel, file, at in rows
    }


def first_date(settings: Settings) -> dt.date | None:
    """Return the business date of the earliest record that landed, None where nothing has or that cannot be read."""
    ledger = settings.home / "ledger.parquet"
    try:
        found = duckdb.execute(
            "select min(min_event_at) from read_parquet($file) where loaded > 0", {"file": str(ledger)}
        ).fetchone()
    except duckdb.Error:
        return None
    return (found[0] + SHANGHAI_OFFSET).date() if found and found[0] else None


def _quarantine(settings: Settings) -> list[dict[str, Any]]:
    quarantine = settings.home / "quarantine" / "quarantine.parquet"
    if not quarantine.exists():
        return []
    with reading(quarantine):
        rows = duckdb.execute(
            "select concat_ws('/', channel, dataset), reason, count(*) from read_parquet($file)"
            " group by all order by all",
            {"file": str(quarantine)},
        ).fetchall()
    return [{"place": place, "reason": reason, "rows": count} for place, reason, count in rows]


def _last_run(settings: Settings, now: dt.datetime) -> dict[str, Any] | None:
    file = settings.last_run
    if not file.exists():
        return None
    with reading(file):
        said = json.loads(file.read_text(encoding="utf-8"))
        ended = dt.datetime.fromtimestamp(file.stat().st_mtime, dt.UTC).replace(tzinfo=None)
        kept = {name: said[name] for name in ("dates", "succeeded", "seconds")}
    return {**kept, "ended_at": _instant(ended), "age_seconds": _age(ended, now)}


def _instant(at: dt.datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _age(at: dt.datetime, now: dt.datetime) -> int:
    return max(0, int((now - at).total_seconds()))

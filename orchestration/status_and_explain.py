"""What ``siyu status`` and ``siyu explain`` say. They read exported Parquet, so they answer during a run."""

import datetime as dt
import json
import sys
from collections.abc import Sequence

import duckdb

from orchestration.channels.engine.unread_refusals import NotAccepted, accept, listed_unread, place_of
from orchestration.settings import Settings

DONE, FAILED = 0, 1


def status(settings: Settings) -> int:
    """Print what is published, how fresh each channel is and what stands in quarantine."""
    current = settings.published / "CURRENT"
    if not current.exists():
        print(f"nothing published yet in {settings.home}; start with: siyu daily YYYY-MM-DD")
        _print_quarantine(settings)
        return FAILED
    version = current.read_text(encoding="utf-8").strip()
    manifest = json.loads((settings.published / "versions" / version / "manifest.json").read_text(encoding="utf-8"))
    print(f"published  {version}  (as of {manifest['as_of_date']}, contract {manifest['contract_version']})")
    say_withheld(settings)
    for name, table in sorted(manifest["tables"].items()):
        print(f"  {name:<26}{table['rows']:>10,} rows")
    print("channels")
    for name, channel in sorted(manifest["channels"].items()):
        stale = "  STALE" if channel.get("stale") else ""
        print(f"  {name:<26}data as of {channel.get('data_as_of') or 'never'}{stale}")
    for seed, sha256 in sorted(manifest.get("own_rules", {}).items()):
        print(f"own rules  {seed:<26}{sha256[:12]}")
    _print_quarantine(settings)
    return DONE


def say_withheld(settings: Settings) -> None:
    """Say, where a refusal could not be read, that nobody is in the audience for it, and what to do."""
    rows = [row for row in listed_unread(settings) if row["accepted_by"] is None]
    if rows:
        refused = "1 refusal" if len(rows) == 1 else f"{len(rows)} refusals"
        print(
            f"  WITHHELD: {refused} could not be read, so audience, tasks and general list name nobody;"
            " see them with: siyu refusals"
        )


def refusals(settings: Settings) -> int:
    """Print every refusal that could not be read: where it stands, why, and who accepted it; 1 while one is open."""
    rows = listed_unread(settings)
    still_open = [row for row in rows if row["accepted_by"] is None]
    for row in rows:
        line = "the whole file" if row["line"] is None else f"line {row['line']}"
        column = f", {row['column_name']}" if row["column_name"] else ""
        state = f"accepted by {row['accepted_by']}" if row["accepted_by"] else "OPEN"
        print(f"{state:<10}  {place_of(row)}, {line}{column}: {row['reason']}. {row['remedy']}")
    if not still_open:
        print("every refusal could be read" if not rows else "no refusal is open")
        return DONE
    example = place_of(still_open[0])
    print(
        "\nWhile one is open, nobody is in the audience, the tasks or the general list. Either deliver the mended file"
        "\nagain, under its own name and with all its rows, or take them for read:"
        f'\n  siyu refusals accept "{example}" --reason "who looked, and what was found"'
        "\nThen run the date again."
    )
    return FAILED


def accept_refusals(settings: Settings, place: str, lines: Sequence[int], why: str, by: str | None) -> int:
    """Take open refusals of a file for read, and say so."""
    try:
        count = accept(settings, place, lines, why, by, dt.datetime.now(dt.UTC).replace(tzinfo=None, microsecond=0))
    except NotAccepted as refused:
        print(f"siyu: {refused}", file=sys.stderr)
        return FAILED
    left = sum(row["accepted_by"] is None for row in listed_unread(settings))
    print(f"siyu: {count} accepted, {left} still open; the next run reads it: siyu daily YYYY-MM-DD")
    return DONE


def _print_quarantine(settings: Settings) -> None:
    quarantine = settings.home / "quarantine" / "quarantine.parquet"
    if not quarantine.exists():
        return
    rows = duckdb.execute(
        "select concat_ws('/', channel, dataset), reason, count(*) from read_parquet($file) group by all order by all",
        {"file": str(quarantine)},
    ).fetchall()
    print(f"quarantine ({quarantine})" if rows else "quarantine: empty")
    for place, reason, count in rows:
        print(f"  {place:<34}{reason:<28}{count:>8,}")


def explain(settings: Settings, who: Sequence[str]) -> int:
    """Print one customer's links and refusals, or the shortest chain of links between two identifiers."""
    from orchestration.identity_evidence import NobodyKnown, chain_between, everything_about

    evidence = settings.home / "identity" / "evidence.parquet"
    if not evidence.exists():
        print(f"no identity evidence in {settings.home} yet; start with: siyu daily YYYY-MM-DD")
        return FAILED
    try:
        lines = chain_between(settings, who[0], who[1]) if len(who) > 1 else everything_about(settings, who[0])
    except NobodyKnown as nobody:
        print(nobody)
        return FAILED
    print("\n".join(lines))
    return DONE

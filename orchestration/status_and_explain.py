"""What ``siyu status`` and ``siyu explain`` say. They read exported Parquet, so they answer during a run."""

import datetime as dt
import json
import sys
from collections.abc import Sequence

from orchestration import clock
from orchestration.channels.engine.unread_refusals import NotAccepted, accept, closes, place_of
from orchestration.home_facts import ago, facts, reading, silent_said, unread_refusals
from orchestration.publishing.manifest import KEPT_BACK
from orchestration.publishing.versions import Store
from orchestration.screen import harmless, say, say_styled
from orchestration.settings import Settings

DONE, FAILED = 0, 1
#: Wider than any row: what is piped is never cut or folded.
_ANY_WIDTH = 10_000
#: Of what was kept back so many columns and files are named.
_NAMED = 10


def status(settings: Settings, *, as_json: bool = False) -> int:
    """Print what is published, how old everything is, what stands in quarantine and what to do next."""
    found = facts(settings, clock.now())
    if as_json:
        say(json.dumps(found, ensure_ascii=False, indent=2))
        return DONE if found["current"] else FAILED
    current, last_run = found["current"], found["last_run"]
    if current is None:
        say(f"nothing published yet in {settings.home}")
    else:
        said = f"as of {current['as_of_date']}, contract {current['contract_version']}"
        said += ", made before that date was over" if current["records_count_until"] else ""
        say(f"published  {current['version']}  ({said}), {ago(current['age_seconds'])}")
        say_withheld(settings)
        _say_table(("table", "rows"), [(name, f"{rows:,}") for name, rows in found["tables"].items()])
    _say_table(
        ("source", "data as of", ""),
        [
            (name, said["data_as_of"] or "never", "STALE" if said["stale"] else "")
            for name, said in found["sources"].items()
        ],
    )
    _say_table(
        ("channel", "newest file", "landed"),
        [(name, said["newest_file"], ago(said["age_seconds"])) for name, said in found["channels"].items()],
    )
    _say_table(("own rules", "sha256"), [(seed, sha256[:12]) for seed, sha256 in found["own_rules"].items()])
    _say_table(
        ("set aside", "reason", "rows"),
        [(one["place"], one["reason"], f"{one['rows']:,}") for one in found["quarantine"]],
    )
    _say_table(
        ("receipts out of order", "rows"),
        [(flag, f"{count:,}") for flag, count in found["receipts_out_of_order"].items()],
    )
    _say_table(
        ("exported", "rows", "taken back", "for", "when", ""),
        [
            (
                one["export_id"],
                f"{one['rows']:,}",
                f"{one['withdrawn']:,}",
                one["recipient"],
                one["exported_at"],
                "to be uploaded" if one["waits"] else "",
            )
            for one in found["exports"]
        ],
    )
    _say_table(
        ("stopped", "by", "at", "why"),
        [(f"{one['what']} {one['name']}".strip(), one["by"], one["at"], one["why"]) for one in found["stops"]],
    )
    if (general := found["general_list"])["rows"]:
        say(f"\ngeneral list  {general['rows']:,} rows, {general['out']:,} exported, {general['waiting']:,} wait")
    if last_run:
        how = f"done in {last_run['seconds']:.0f} s" if last_run["succeeded"] else "FAILED"
        dates = " to ".join(dict.fromkeys(last_run["dates"]))
        say(f"\nlast run   {dates}: {how}, {ago(last_run['age_seconds'])}")
    say_law(settings)
    say("\nnext" if found["next_steps"] else "\nnext: nothing to do")
    for step in found["next_steps"]:
        say(f"  {step}")
    return DONE if current else FAILED


def _say_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table, or nothing where it has no row: bold heads on a terminal, as wide as it is in a pipe."""
    if not rows:
        return
    from rich.console import Console
    from rich.table import Table

    console = Console(markup=False, emoji=False, highlight=False, width=None if sys.stdout.isatty() else _ANY_WIDTH)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in head:
        table.add_column(name, justify="right" if name in ("rows", "taken back") else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(harmless, row))
    with console.capture() as said:
        console.print(table)
    say_styled("\n" + "\n".join(line.rstrip() for line in said.get().splitlines()))


def say_withheld(settings: Settings) -> None:
    """Say, where a refusal could not be read, that nobody is in the audience for it, and what to do."""
    rows = [row for row in unread_refusals(settings) if row["accepted_by"] is None]
    if closing := sum(map(closes, rows)):
        refused = "1 refusal" if closing == 1 else f"{closing} refusals"
        say(
            f"  WITHHELD: {refused} could not be read, so audience, tasks and general list name nobody;"
            " see them with: siyu refusals"
        )
    if counting := len(rows) - closing:
        refused = "1 refusal" if counting == 1 else f"{counting} refusals"
        say(f"  {refused} could be read in part and count at their widest; see them with: siyu refusals")


def say_kept_back(settings: Settings, dates: Sequence[dt.date]) -> None:
    """Say what the door kept back of some dates' versions: how many texts, of which columns, where they came from."""
    store = Store(settings.published)
    newest = store.newest_by_date()
    manifests = {date: store.manifest(newest[date]) for date in sorted(dates) if date in newest}
    told = [(date, said[KEPT_BACK]) for date, said in manifests.items() if KEPT_BACK in said]
    if not told:
        return
    date, said = told[-1]
    count = sum(said["by_column"].values())
    others = f" (and of {len(told) - 1} dates before)" if len(told) > 1 else ""
    texts = "1 text that holds" if count == 1 else f"{count:,} texts that hold"
    say(f"  KEPT BACK: of the tables of {date}{others} {texts} a phone number or an address:")
    came_from = [f"came from {place}" for place in said["sources"]] or ["no file was found that holds them so"]
    for lines in (said["places"], came_from):
        for line in lines[:_NAMED]:
            say(f"    {line}")
        if (left := len(lines) - _NAMED) > 0:
            say(f"    and {left} more: {KEPT_BACK} in the version's manifest.json")
    say("    have them delivered without, or declare their column as a contact: docs/operations.md, The door")


def say_silent(settings: Settings) -> None:
    """Say which channels' receipts stopped coming, as of what is published."""
    for name, said in facts(settings, clock.now())["silent_channels"].items():
        say(f"  SILENT: {silent_said(name, said)}")


def say_law(settings: Settings) -> None:
    """Say what the SMS gateway does not take, and which rules were read too long ago by the real calendar."""
    from orchestration.law_book import said

    for line in said(settings, clock.real_now().date()):
        say(f"  {line}")


def refusals(settings: Settings) -> int:
    """Print every refusal that could not be read: where it stands, why, and who accepted it; 1 while one is open.

    One that names somebody COUNTS for them at its widest and closes nothing.
    """
    rows = unread_refusals(settings)
    still_open = [row for row in rows if row["accepted_by"] is None]
    closing = sum(map(closes, still_open))
    for row in rows:
        line = "the whole file" if row["line"] is None else f"line {row['line']}"
        column = f", {row['column_name']}" if row["column_name"] else ""
        waits = "OPEN" if closes(row) else "COUNTS"
        state = f"accepted by {row['accepted_by']}" if row["accepted_by"] else waits
        say(f"{state:<10}  {place_of(row)}, {line}{column}: {row['reason']}. {row['remedy']}")
    if not still_open:
        say("every refusal could be read" if not rows else "no refusal is open")
        return DONE
    example = place_of(still_open[0])
    if closing:
        say("\nWhile one is OPEN, nobody is in the audience, the tasks or the general list.")
    if closing < len(still_open):
        say("\nOne that COUNTS names somebody, who is sent nothing through the channel it names, or through any.")
    say(
        "Either deliver the mended file again, under its own name and with all its rows, or take them for read:"
        f'\n  siyu refusals accept "{example}" --reason "who looked, and what was found"'
        "\nThen run the date again."
    )
    return FAILED if closing else DONE


def accept_refusals(settings: Settings, place: str, lines: Sequence[int], why: str, by: str | None) -> int:
    """Take open refusals of a file for read, and say so."""
    try:
        count = accept(settings, place, lines, why, by, clock.now().replace(microsecond=0))
    except NotAccepted as refused:
        say(f"siyu: {refused}", file=sys.stderr)
        return FAILED
    left = sum(map(closes, unread_refusals(settings)))
    say(f"siyu: {count} accepted, {left} still open; the next run reads it: siyu daily YYYY-MM-DD")
    return DONE


def explain(settings: Settings, who: Sequence[str]) -> int:
    """Print one customer's links and refusals, or the shortest chain of links between two identifiers."""
    from orchestration.identity_evidence import NobodyKnown, chain_between, everything_about

    evidence = settings.home / "identity" / "evidence.parquet"
    if not evidence.exists():
        say(f"no identity evidence in {settings.home} yet; start with: siyu daily YYYY-MM-DD")
        return FAILED
    try:
        with reading(evidence):
            lines = chain_between(settings, who[0], who[1]) if len(who) > 1 else everything_about(settings, who[0])
    except NobodyKnown as nobody:
        say(nobody)
        return FAILED
    say("\n".join(lines))
    return DONE

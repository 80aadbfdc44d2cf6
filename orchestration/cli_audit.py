"""``siyu audit``: the audit log in plain words, and whether it is as it was written."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orchestration.cli_shared import DONE, FAILED, settings_of_home
from orchestration.screen import say

if TYPE_CHECKING:
    from orchestration.audit_log import Verdict

audit_app = typer.Typer()
_SHOWN = 20


@audit_app.callback(invoke_without_command=True, epilog="Example: siyu audit")
def audit(context: typer.Context) -> int:
    """List who did what and when, or verify the log."""
    if context.invoked_subcommand:
        return DONE
    settings = settings_of_home()
    from orchestration.audit_log import last_lines, verify

    lines = last_lines(settings, _SHOWN)
    for line in lines:
        say(in_words(line))
    if not lines:
        say(f"nothing was done yet in {settings.home}")
    return _say_broken(verify(settings))


@audit_app.command("verify", epilog="Example: siyu audit verify")
def verify_log() -> int:
    """Say whether every line of the log is as it was written."""
    settings = settings_of_home()
    from orchestration.audit_log import verify

    found = verify(settings)
    if not found.broken:
        say(f"{found.lines} lines, each as it was written; the last has sha256 {found.sha256}")
        if found.torn_bytes:
            say(f"a killed process left {found.torn_bytes} bytes of another, which the next action sets aside")
    return _say_broken(found)


@audit_app.command("pack", epilog="Example: siyu audit pack ~/audit-2026")
def pack_evidence(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A new folder outside the home: ~/audit-2026.")],
) -> int:
    """Write what an auditor asks for into a new folder, with nobody's number in it."""
    settings = settings_of_home()
    from orchestration import clock
    from orchestration.audit_pack import NoPack, pack

    try:
        done = pack(settings, folder.expanduser(), clock.now())
    except NoPack as error:
        say(f"siyu: {error}", file=sys.stderr)
        return FAILED
    say(f"{done.files} files in {folder}; rows of minors in tables that act on people: {done.minors_acted_on}")
    for name in done.withheld:
        say(f"siyu: {name} holds a contact value and was left out: siyu scan says what else does", file=sys.stderr)
    return FAILED if done.withheld or done.minors_acted_on else DONE


def in_words(line: dict[str, Any]) -> str:
    """Return a line as a person reads it: when (UTC), who, what, and the details that say something."""
    action, details = str(line.get("action", "?")), line.get("details")
    said = [
        f"{name.replace('_', ' ')} {_plain(value)}"
        for name, value in (details.items() if isinstance(details, dict) else ())
        if value not in (None, "", [], {})
    ]
    at = str(line.get("at", "?")).replace("T", " ").removesuffix("Z")
    really = f", really at {line['real_at']}".replace("T", " ").removesuffix("Z") if "real_at" in line else ""
    colon = ": " if said else ""
    return f"{at}  {line.get('actor', '?')}  {action.replace('_', ' ')}{colon}{', '.join(said)}{really}"


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return " and ".join(f"{name} {_plain(one)}" for name, one in value.items())
    return " and ".join(map(str, value)) if isinstance(value, list) else str(value)


def _say_broken(found: "Verdict") -> int:
    if not found.broken:
        return DONE
    say(f"siyu: audit.jsonl, line {found.broken.line}: {found.broken.what}", file=sys.stderr)
    return FAILED

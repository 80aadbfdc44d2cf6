"""``siyu erase``, ``backup`` and ``restore``: who goes out of a home, and what of it stands elsewhere."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli_shared import DONE, FAILED, settings_here, settings_of_home
from orchestration.screen import say

erasing_app = typer.Typer()


@erasing_app.command(
    epilog="Examples: siyu erase --id 13912345671; siyu erase --id customer_id:shop:C1; siyu erase --finish"
)
def erase(
    who: Annotated[
        str | None,
        typer.Option(
            "--id",
            metavar="ID",
            help="A phone, an e-mail address, an openid, a one_id, or customer_id:SOURCE:ID; - reads it from the"
            " terminal, so that it stands in no shell history: --id -.",
        ),
    ] = None,
    is_finished: Annotated[bool, typer.Option("--finish", help="End what was begun: siyu erase --finish.")] = False,
) -> int:
    """Erase a person everywhere, and keep a receipt that names nobody."""
    if (who is None) == (not is_finished):
        raise typer.BadParameter("name the person with --id, or end what was begun with --finish")
    settings = settings_of_home()
    from orchestration.erasing.erase import StillThere, ask, complete
    from orchestration.erasing.journal import unfinished
    from orchestration.erasing.person import NobodyToErase
    from orchestration.warehouse import ERASING, HomeBusy, writer_lock

    if who == "-":
        who = sys.stdin.readline().strip()
    try:
        with writer_lock(settings, ERASING):
            complete(settings, _tell)
            if who is not None:
                ask(settings, who, _tell)
            receipts = complete(settings, _tell)
    except (NobodyToErase, StillThere, HomeBusy) as error:
        say(f"siyu: {error}", file=sys.stderr)
        return FAILED
    for receipt in receipts:
        say(f"  {receipt}")
    if open_ := unfinished(settings):
        _tell(f"{len(open_)} open; the receipt follows with the next run after that, or: siyu erase --finish")
    return DONE


@erasing_app.command(
    epilog="Examples: siyu copy --id - --out zhang.xlsx --approved-by 'Li, service';"
    " siyu copy --id customer_id:shop:C1 --out c1.json --approved-by 'Li, service'"
)
def copy(
    who: Annotated[str, typer.Option("--id", metavar="ID", help="As erase takes it; - reads it from the terminal.")],
    out: Annotated[
        Path, typer.Option(metavar="FILE", help="Where to, outside the home: c1.xlsx to read, c1.json to take along.")
    ],
    approved_by: Annotated[
        str,
        typer.Option(metavar="NAME", help="Who made sure that it is really they who ask: --approved-by 'Li, service'."),
    ],
) -> int:
    """Copy for a person what is kept of them and what was decided, and note who approved it."""
    if not approved_by.strip():
        raise typer.BadParameter("say who made sure that it is really they", param_hint="'--approved-by'")
    settings = settings_of_home()
    from orchestration.erasing.copying import NoCopy
    from orchestration.erasing.copying import copy as copied
    from orchestration.erasing.person import NobodyToErase
    from orchestration.warehouse import HomeBusy, writer_lock

    if who == "-":
        who = sys.stdin.readline().strip()
    try:
        with writer_lock(settings, "copy"):  # a run that writes the warehouse lets nobody read it
            done = copied(settings, who, out.expanduser(), approved_by)
    except (NobodyToErase, NoCopy, HomeBusy) as error:
        say(f"siyu: {error}", file=sys.stderr)
        return FAILED
    _tell(f"{done.records} records and {done.published_rows} published rows in {out}; it holds numbers in the clear")
    return DONE


@erasing_app.command(epilog="Example: siyu backup /mnt/backup/brand --vault /mnt/safe/brand.vault")
def backup(
    place: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where to, new or an earlier backup's: /mnt/backup.")],
    vault: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Where the vault goes, on another disk: --vault /mnt/safe/vault."),
    ] = None,
) -> int:
    """Back a home up, the vault apart."""
    settings = settings_of_home()
    from orchestration.erasing.backups import BackupRefused, back_up
    from orchestration.warehouse import HomeBusy, writer_lock

    try:
        with writer_lock(settings, "backup"):
            made = back_up(settings, place.expanduser().resolve(), vault.expanduser().resolve() if vault else None)
    except (BackupRefused, HomeBusy) as error:
        say(f"siyu: {error}", file=sys.stderr)
        return FAILED
    _tell(f"{made.files} files, {made.bytes / 2**20:,.1f} MiB, {made.new} of them new, in {place}")
    _tell(f"the vault with its keys stands apart, in {made.vault}: keep it elsewhere; the two together are everything")
    for name in ("token_key_file", "vault_key_file"):
        if named := getattr(settings, name):
            _tell(f"{name} lies outside the home and in no backup: keep {named} yourself")
    return DONE


@erasing_app.command(epilog="Example: siyu --home /srv/brand restore /mnt/backup/brand --vault /mnt/safe/brand.vault")
def restore(
    place: Annotated[Path, typer.Argument(metavar="FOLDER", help="The backup's folder: /mnt/backup/brand.")],
    vault: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="The vault's: --vault /mnt/safe/brand.vault.")
    ] = None,
    later: Annotated[
        Path | None,
        typer.Option(
            "--tombstones", metavar="FILE", help="Tombstones newer than the backup's: --tombstones tombstones.jsonl."
        ),
    ] = None,
) -> int:
    """Restore a home that is empty, without whoever was erased since the backup."""
    settings = settings_here()
    from orchestration.erasing.backups import BackupRefused
    from orchestration.erasing.restoring import restore as put_back

    try:
        put_back(settings, place.expanduser().resolve(), vault.expanduser().resolve() if vault else None, later, _tell)
    except BackupRefused as error:
        say(f"siyu: {error}", file=sys.stderr)
        return FAILED
    current = (settings.published / "CURRENT").read_text().strip() if settings.published.is_dir() else ""
    _tell(f"CURRENT is {current or 'nothing yet'}; the next run makes the warehouse again: siyu daily YYYY-MM-DD")
    return DONE


@erasing_app.command(epilog="Examples: siyu assessment; siyu assessment --lang en; siyu assessment --keep")
def assessment(
    lang: Annotated[str, typer.Option(metavar="zh|en", help="In which language: --lang en.")] = "zh",
    is_kept: Annotated[
        bool, typer.Option("--keep", help="Keep it in both languages in assessments/: siyu assessment --keep.")
    ] = False,
) -> int:
    """Print the impact assessment and processing record that the law asks for, from the home's own facts."""
    from orchestration.assessment import LANGUAGES

    if lang not in LANGUAGES:
        raise typer.BadParameter(f"{lang!r} is none of {', '.join(LANGUAGES)}", param_hint="'--lang'")
    settings = settings_of_home()
    from orchestration import clock
    from orchestration.assessment import assessment as drafted
    from orchestration.assessment import keep

    if is_kept:
        for file in keep(settings, clock.now()):
            say(f"  {file}")
        return DONE
    say(drafted(settings, clock.now(), lang), end="")
    return DONE


def _tell(line: str) -> None:
    say(f"siyu: {line}", flush=True)

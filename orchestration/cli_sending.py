"""``siyu export`` and what goes with it: stops, the guard, and taking an export back."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli_shared import DONE, FAILED, settings_of_home
from orchestration.screen import say

sending_app = typer.Typer()


@sending_app.command(
    epilog="Examples: siyu export --all --recipient agency --out out; siyu export --table customers --xlsx"
)
def export(
    recipient: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who gets the files; tokens differ by it: --recipient cloud-sms.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help="The folder of the lists, a folder per channel: --out out. With --table the file, by default its name"
            " and date here.",
        ),
    ] = None,
    channel: Annotated[
        list[str] | None, typer.Option(metavar="CHANNEL", help="May be repeated: --channel sms --channel email.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every channel that has anybody on it.")] = False,
    which: Annotated[
        list[str] | None,
        typer.Option("--list", metavar="LIST", help="audience (by default) or general: --list general."),
    ] = None,
    store: Annotated[str | None, typer.Option(metavar="STORE", help="Only this store's rows: --store 1102.")] = None,
    table: Annotated[
        str | None, typer.Option(metavar="TABLE", help="A published table for a spreadsheet: --table customers.")
    ] = None,
    is_csv: Annotated[bool, typer.Option("--csv", help="That table as CSV.")] = False,
    is_xlsx: Annotated[bool, typer.Option("--xlsx", help="That table as a workbook.")] = False,
) -> int:
    """Write the published lists as files that gateways take, once; or one published table for a spreadsheet."""
    if table is not None:
        if recipient or channel or every or which or store:
            raise typer.BadParameter("a table goes to nobody: only --csv or --xlsx and --out go with it")
        if is_csv == is_xlsx:
            raise typer.BadParameter("name --csv or --xlsx", param_hint="'--table'")
        return _export_table(table, "csv" if is_csv else "xlsx", out)
    from orchestration.sending.export import LISTS, RECIPIENT
    from orchestration.sending.gateways import GATEWAYS

    if is_csv or is_xlsx:
        raise typer.BadParameter("name the table, for example --table customers", param_hint="'--table'")
    if every == bool(channel):
        raise typer.BadParameter("name --channel CHANNEL, or --all", param_hint="'--channel'")
    if recipient is None or out is None:
        lacking = "--recipient" if recipient is None else "--out"
        raise _Missing(f"Missing option '{lacking}': name who gets the files and the folder they go to")
    if not RECIPIENT.fullmatch(recipient):
        raise typer.BadParameter(
            f"{recipient!r}: use letters, digits, - and _, for example --recipient cloud-sms",
            param_hint="'--recipient'",
        )
    channels, lists = tuple(channel or GATEWAYS), tuple(which or LISTS[:1])
    for named, known, option in ((channels, tuple(GATEWAYS), "--channel"), (lists, LISTS, "--list")):
        if unknown := sorted(set(named) - set(known)):
            raise typer.BadParameter(f"{unknown[0]!r} is none of {', '.join(known)}", param_hint=f"'{option}'")
    settings = settings_of_home()
    from orchestration.commands import export_lists

    return export_lists(settings, lists, channels, store, recipient, out)


class _Missing(typer.BadParameter):
    """An option that one way of the command needs and the other does not take."""

    def format_message(self) -> str:
        """Return the sentence as it is: there is no value that is invalid."""
        return str(self.message)


def _export_table(table: str, kind: str, out: Path | None) -> int:
    settings = settings_of_home()
    from orchestration.publishing.table_file import NoTable, export_table

    try:
        file, rows = export_table(settings, table, kind, out)
    except NoTable as error:
        say(f"siyu: {error}", file=sys.stderr)
        return FAILED
    say(f"siyu: {rows:,} rows in {file}: instants in Shanghai, lists joined by ;, for your eyes alone (0600)")
    return DONE


@sending_app.command(
    epilog="Examples: siyu tasks --store 1102 --out out; siyu tasks --all --out a; siyu tasks --desk --out d"
)
def tasks(
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Where to write, a folder per call: --out out.")],
    store: Annotated[str | None, typer.Option(metavar="STORE", help="Only this store's: --store 1102.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every store's.")] = False,
    desk: Annotated[bool, typer.Option("--desk", help="The service desk's: questions that are nobody's task.")] = False,
) -> int:
    """Write the morning's tasks: a sheet for each store, a page for each member's phone; or the service desk's."""
    if every + desk + (store is not None) != 1:
        raise typer.BadParameter("name --store STORE, or --all, or --desk", param_hint="'--store'")
    settings = settings_of_home()
    if desk:
        from orchestration.commands import write_desk_list

        return write_desk_list(settings, out)
    from orchestration.commands import write_task_lists

    return write_task_lists(settings, store, out)


def _braked(what: dict[str, str | None], everything: bool) -> tuple[str, str] | None:
    """Return what a brake is about, from the options of which one may be given; None where none is."""
    named = [(name, value) for name, value in what.items() if value is not None]
    if len(named) + everything > 1:
        raise typer.BadParameter("one of --policy, --channel, --staff, --store and --all, not several")
    return ("all", "") if everything else (named[0] if named else None)


Policy = Annotated[str | None, typer.Option(metavar="POLICY", help="Of one policy: --policy recall_lost.")]
Channel = Annotated[str | None, typer.Option(metavar="CHANNEL", help="On one channel: --channel sms.")]
Staff = Annotated[str | None, typer.Option(metavar="STAFF", help="Of one member of staff: --staff g17.")]
StoreId = Annotated[str | None, typer.Option(metavar="STORE", help="Of one store: --store 1102.")]
Why = Annotated[str, typer.Option("--reason", metavar="WHY", help='Kept: --reason "wrong price in the words".')]


@sending_app.command(epilog='Examples: siyu stop; siyu stop --channel sms --reason "wrong link in the words"')
def stop(
    policy: Policy = None,
    channel: Channel = None,
    staff: Staff = None,
    store: StoreId = None,
    everything: Annotated[bool, typer.Option("--all", help="Everything.")] = False,
    reason: Why = "",
) -> int:
    """Stop the next exports of something, or list what is stopped."""
    about = _braked({"policy": policy, "channel": channel, "staff": staff, "store": store}, everything)
    if about and not reason.strip():
        raise typer.BadParameter("who looks at the stop tomorrow has to know why", param_hint="'--reason'")
    settings = settings_of_home()
    from orchestration.commands import brake, list_brakes

    return brake(settings, "stop", *about, reason) if about else list_brakes(settings)


@sending_app.command(epilog='Example: siyu resume --channel sms --reason "the link is right now"')
def resume(
    policy: Policy = None,
    channel: Channel = None,
    staff: Staff = None,
    store: StoreId = None,
    everything: Annotated[bool, typer.Option("--all", help="What was stopped with --all.")] = False,
    reason: Why = "",
) -> int:
    """Lift a stop."""
    about = _braked({"policy": policy, "channel": channel, "staff": staff, "store": store}, everything)
    if about is None:
        raise typer.BadParameter("name what to resume: --policy, --channel, --staff, --store or --all")
    settings = settings_of_home()
    from orchestration.commands import brake

    return brake(settings, "resume", *about, reason)


@sending_app.command(epilog="Example: siyu guard")
def guard() -> int:
    """Read what landed since the night, and take back whoever must not be written to any more."""
    settings = settings_of_home()
    from orchestration.commands import guard_lists

    return guard_lists(settings)


@sending_app.command(epilog='Example: siyu withdraw 20171130-sms-cloud-001 --reason "wrong price"')
def withdraw(
    export_id: Annotated[
        str, typer.Argument(metavar="EXPORT", help="As siyu export named it: 20171130-sms-cloud-001.")
    ],
    reason: Why = "",
) -> int:
    """Take an export back: what was not yet sent counts no more."""
    if not reason.strip():
        raise typer.BadParameter("it is kept with the rows that are taken back", param_hint="'--reason'")
    settings = settings_of_home()
    from orchestration.commands import withdraw_export

    return withdraw_export(settings, export_id, reason)

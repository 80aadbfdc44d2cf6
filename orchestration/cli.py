"""The ``siyu`` command: runs for machines and people, and answers for people.

Exit codes: 0 done; 1 a run failed, was blocked at publish, or its date has no data; 2 wrong use, before a byte is read;
130 stopped by Ctrl-C outside a run. What a command needs is imported when it runs: to be refused costs no second.
"""

import datetime as dt
import os
import sys
import traceback
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from orchestration import clock
from orchestration.cli_audit import audit_app
from orchestration.cli_digest import digest_app
from orchestration.cli_door import door_app
from orchestration.cli_erasing import erasing_app
from orchestration.cli_files import files_app
from orchestration.cli_leads import leads_app
from orchestration.cli_pulls import pulls_app
from orchestration.cli_readers import readers_app
from orchestration.cli_rekey import rekey_app
from orchestration.cli_sending import sending_app
from orchestration.cli_shared import DONE, FAILED, WRONG_USE, business_date, settings_here, settings_of_home
from orchestration.cli_telling import telling_app
from orchestration.cli_ui import ui_app
from orchestration.cli_why import why_app
from orchestration.screen import say

app = typer.Typer(
    name="siyu",
    help="Private-domain customer operations, nightly: what channels deliver becomes published tables.",
    epilog="Example: siyu --home /srv/brand daily 2026-11-27",
    # Panels are for eyes; a pipe, a log and a test get plain lines, and do not wait for rich.
    rich_markup_mode="rich" if sys.stdout.isatty() else None,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)
refusals_app = typer.Typer()
app.add_typer(refusals_app, name="refusals")
app.add_typer(audit_app, name="audit")
app.add_typer(sending_app)
app.add_typer(why_app)
app.add_typer(pulls_app)
app.add_typer(digest_app)
app.add_typer(files_app)
app.add_typer(leads_app)
app.add_typer(door_app)
app.add_typer(rekey_app)
app.add_typer(readers_app)
app.add_typer(telling_app)
app.add_typer(ui_app)
app.add_typer(erasing_app)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; whatever a person did wrong ends in one sentence."""
    os.umask(0o027)
    # Deprecations inside libraries are ours to read when we upgrade, not an operator's at six in the morning.
    warnings.simplefilter("ignore")
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    clock.unset()
    try:
        code = app(arguments, prog_name="siyu", standalone_mode=False)
        sys.stdout.flush()
    except typer.TyperException as error:
        return _say_wrong_use(error)
    except BrokenPipeError:
        # Whoever read our lines has read enough (siyu status | head); the rest goes nowhere, without a word.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:
        code = _say(error)
    finally:
        clock.unset()
    return int(code or DONE)


def _say_wrong_use(error: typer.TyperException) -> int:
    said = error.format_message()
    for option, value in (("--home", "PATH"), ("--now", "MOMENT")):
        if f"No such option: {option} " in f"{said} ":
            said = f"{option} stands before the command: siyu {option} {value} COMMAND"
    command = getattr(getattr(error, "ctx", None), "command_path", "siyu")
    say(f"siyu: {said.rstrip('.')}; see: {command} --help", file=sys.stderr)
    return WRONG_USE


def _say(error: Exception) -> int:
    """Print what a person can mend; anything else is a fault of ours: its traceback, with the numbers starred."""
    from orchestration.home import Unreadable
    from orchestration.settings import SettingsError
    from orchestration.warehouse import HomeBusy

    if not isinstance(error, SettingsError | Unreadable | HomeBusy | OSError):
        say(_trace(error), file=sys.stderr)
        return FAILED
    say(f"siyu: {error}", file=sys.stderr)
    return WRONG_USE if isinstance(error, SettingsError) else FAILED


def _trace(error: Exception) -> str:
    """Return where a fault of ours happened and its words, for a terminal that a scheduler may write to a file."""
    from orchestration.door.files import clean

    try:
        return clean(settings_here(), "".join(traceback.format_exception(error)))
    except Exception:  # a home that cannot be read, a vault without its key: who is known there cannot be asked
        where = "".join(traceback.format_tb(error.__traceback__))
        return f"{where}{type(error).__name__}: what it says could not be searched for numbers"


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        from orchestration.release import release_of_rules

        say(f"siyu {version('siyu')}, rules {release_of_rules()[:12]}")
        raise typer.Exit


def _kept_versions(incomplete: str) -> list[str]:
    """Return the versions that a shell may complete to."""
    folder = settings_here().published / "versions"
    return sorted(path.name for path in folder.glob(f"{incomplete}*"))


@app.callback()
def _globally(
    home: Annotated[
        str | None,
        typer.Option(
            metavar="PATH",
            help="The brand's folder, instead of SIYU_HOME: --home /srv/brand. Default .siyu in the checkout.",
        ),
    ] = None,
    now: Annotated[
        str | None,
        typer.Option(
            metavar="MOMENT",
            help="For demo homes: the moment, in Shanghai, at which the command is run: --now 2017-12-01T09:00.",
        ),
    ] = None,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Print the version and the hash of the rules, and stop."
        ),
    ] = False,
) -> None:
    if home is not None:
        if not home.strip():
            raise typer.BadParameter("it is empty: name a folder, for example --home /srv/brand", param_hint="'--home'")
        os.environ["SIYU_HOME"] = home
    if now is not None:
        try:
            clock.set_now(clock.parse_moment(now))
        except ValueError as error:
            raise typer.BadParameter(str(error), param_hint="'--now'") from None


@app.command(epilog="Examples: siyu run; siyu run --world demo/worlds/null.toml; siyu run --brand b2b")
def run(
    world: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="What messages do to the demo's customers, instead of demo/worlds/declared.toml: --world FILE.",
        ),
    ] = None,
    brand: Annotated[
        Literal["shops", "b2b"],
        typer.Option(
            metavar="BRAND", help="shops, or b2b: a SYNTHETIC maker of software with leads and contracts: --brand b2b."
        ),
    ] = "shops",
) -> int:
    """Run a demo brand in a home of its own, .siyu/demo or .siyu/b2b."""
    from orchestration.commands import run_companies, run_demo

    if not os.environ.get("SIYU_HOME"):
        from orchestration.settings import CHECKOUT

        os.environ["SIYU_HOME"] = str(CHECKOUT / ".siyu" / ("demo" if brand == "shops" else brand))
    if brand == "b2b":
        if world is not None:
            raise typer.BadParameter("a world belongs to the shops: leave --world out", param_hint="'--brand'")
        return run_companies(settings_here())
    return run_demo(settings_here(), world)


@app.command(epilog="Example: siyu daily 2026-11-27")
def daily(
    as_of: Annotated[
        dt.date,
        typer.Argument(parser=business_date, metavar="AS_OF", help="The business date, YYYY-MM-DD: 2026-11-27."),
    ],
    unfinished: Annotated[
        bool,
        typer.Option(
            "--unfinished",
            help="Let CURRENT move to the date though it is not over: siyu daily 2026-11-28 --unfinished.",
        ),
    ] = False,
    full: Annotated[
        bool,
        typer.Option(
            "--full",
            help="Make anew what was kept from the nights before: the same bytes, at the cost of a whole night.",
        ),
    ] = False,
) -> int:
    """Run one business date, from landing/ to published/."""
    from orchestration.commands import run_range

    return run_range(settings_here(), as_of, as_of, unfinished, full)


@app.command(epilog="Example: siyu backfill 2026-11-01 2026-11-27")
def backfill(
    first: Annotated[
        dt.date,
        typer.Argument(parser=business_date, metavar="FROM", help="The first business date, YYYY-MM-DD: 2026-11-01."),
    ],
    last: Annotated[
        dt.date, typer.Argument(parser=business_date, metavar="TO", help="The last one, itself included: 2026-11-27.")
    ],
) -> int:
    """Run a range of business dates as one run."""
    if last < first:
        raise typer.BadParameter(f"FROM {first} lies after TO {last}")
    from orchestration.commands import run_range

    return run_range(settings_here(), first, last)


@app.command(epilog="Example: siyu status --json")
def status(
    as_json: Annotated[
        bool, typer.Option("--json", help="The same for programs, with ages in seconds: siyu status --json.")
    ] = False,
) -> int:
    """Say what is published, how old it is and what to do."""
    settings = settings_of_home()
    from orchestration.status_and_explain import status as say_status

    return say_status(settings, as_json=as_json)


@app.command(epilog="Examples: siyu explain customer_id:shop:C1; siyu explain C2 W7")
def explain(
    who: Annotated[
        list[str],
        typer.Argument(
            metavar="ID [ID]",
            help="A one_id, type:value, type:scope:value (customer_id:shop:C1) or a plain value; a second one asks"
            " for the chain between the two.",
        ),
    ],
) -> int:
    """Say why records are one person."""
    if len(who) > 2:
        raise typer.BadParameter(f"one ID or two, not {len(who)}", param_hint="'ID [ID]'")
    settings = settings_of_home()
    from orchestration.status_and_explain import explain as say_why

    return say_why(settings, who)


@refusals_app.callback(invoke_without_command=True, epilog="Example: siyu refusals")
def refusals(context: typer.Context) -> int:
    """List refusals that could not be read, or accept them."""
    if context.invoked_subcommand:
        return DONE
    settings = settings_of_home()
    from orchestration.status_and_explain import refusals as list_refusals

    return list_refusals(settings)


@refusals_app.command(
    epilog='Example: siyu refusals accept standard/suppressions/stop.csv --line 3 --reason "withdrawn, mail of 2 June"'
)
def accept(
    file: Annotated[
        str, typer.Argument(metavar="CHANNEL/DATASET/FILE", help="As siyu refusals lists it: sms/replies/stop.csv.")
    ],
    reason: Annotated[
        str, typer.Option(metavar="WHY", help='Who looked and what was found; kept: --reason "Lin rang the sender".')
    ],
    line: Annotated[
        list[int] | None, typer.Option(metavar="LINE", help="Only this line; may be repeated: --line 3 --line 7.")
    ] = None,
    by: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who accepts; the user of the system by default: --by Lin.")
    ] = None,
) -> int:
    """Take refusals of a file for read, so that people are sent to again."""
    settings = settings_of_home()
    from orchestration.status_and_explain import accept_refusals

    return accept_refusals(settings, file, line or [], reason, by)


@app.command(epilog="Examples: siyu rollback; siyu rollback 2026-11-26-3cb91af6f2b93ad3")
def rollback(
    version: Annotated[
        str | None,
        typer.Argument(
            metavar="VERSION",
            autocompletion=_kept_versions,
            help="A folder of published/versions, 2026-11-26-3cb91af6f2b93ad3; that of the date before by default.",
        ),
    ] = None,
    accept_why: Annotated[
        str | None,
        typer.Option(
            "--accept",
            metavar="REASON",
            help='Release a version blocked only by comparison with an earlier one; kept: --accept "the shop closed".',
        ),
    ] = None,
) -> int:
    """Move CURRENT to the version before, or to one by name."""
    settings = settings_of_home()
    from orchestration.commands import roll_back

    return roll_back(settings, version, accept_why)


if __name__ == "__main__":
    sys.exit(main())

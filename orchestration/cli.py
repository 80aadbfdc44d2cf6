"""The ``siyu`` command: runs for machines and people, and answers for people.

Exit codes: 0 done; 1 a run failed, was blocked at publish, or its date has no data; 2 wrong use, before a byte is read.
"""

import argparse
import datetime as dt
import os
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

from orchestration.business_time import parse_business_date
from orchestration.settings import CHECKOUT, Settings, SettingsError, load_settings

DONE, FAILED, WRONG_USE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    os.umask(0o027)
    # Deprecations inside libraries are ours to read when we upgrade, not an operator's at six in the morning.
    warnings.simplefilter("ignore")
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        if options.command == "run" and not os.environ.get("SIYU_HOME"):
            os.environ["SIYU_HOME"] = str(CHECKOUT / ".siyu" / "demo")
        settings = load_settings()
        return int(options.act(settings, options))
    except (SettingsError, argparse.ArgumentTypeError) as error:
        print(f"siyu: {error}", file=sys.stderr)
        return WRONG_USE


def _date(text: str) -> dt.date:
    try:
        return parse_business_date(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="siyu", description="Private-domain customer operations, nightly.")
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="the demo brand, from its channel files to published tables")
    run.set_defaults(act=_run)
    daily = commands.add_parser("daily", help="one business date from landing/ to published/")
    daily.add_argument("as_of", type=_date, metavar="AS_OF", help="YYYY-MM-DD")
    daily.set_defaults(act=_daily)
    backfill = commands.add_parser("backfill", help="a range of business dates as one run")
    backfill.add_argument("first", type=_date, metavar="FROM")
    backfill.add_argument("last", type=_date, metavar="TO")
    backfill.set_defaults(act=_backfill)
    ui = commands.add_parser("ui", help="Dagster's UI on loopback")
    ui.add_argument("--port", type=int, default=3000)
    ui.set_defaults(act=_ui)
    status = commands.add_parser("status", help="what is published, how fresh each channel is, what was quarantined")
    status.set_defaults(act=_status)
    explain = commands.add_parser("explain", help="why identifiers are one person")
    explain.add_argument("who", nargs="+", metavar="ID", help="a one_id, a plain identifier, or two identifiers")
    explain.set_defaults(act=_explain)
    refusals = commands.add_parser("refusals", help="refusals that could not be read; accept: take them for read")
    refusals.set_defaults(act=_refusals)
    actions = refusals.add_subparsers(dest="action", metavar="accept")
    accept = actions.add_parser("accept", help="open the audience again though refusals of a file could not be read")
    accept.add_argument("file", metavar="CHANNEL/DATASET/FILE", help="as siyu refusals lists it")
    accept.add_argument("--line", type=int, action="append", default=[], help="only this line; may be repeated")
    accept.add_argument("--reason", required=True, help="who looked and what was found; kept")
    accept.add_argument("--by", default=None, metavar="NAME", help="who accepts; the user of the system by default")
    rollback = commands.add_parser("rollback", help="move CURRENT to the version before, or to one by name")
    rollback.add_argument("version", nargs="?", default=None, metavar="VERSION")
    rollback.add_argument(
        "--accept",
        default=None,
        metavar="REASON",
        help="release a version blocked only by comparison with an earlier one; the reason is kept",
    )
    rollback.set_defaults(act=_rollback)
    return parser


def _run(settings: Settings, options: argparse.Namespace) -> int:
    from demo.build import FIRST_DAILY_DATE, LAST_DATE, ForeignHome, prepare

    try:
        prepare(settings.home)
    except ForeignHome as error:
        raise SettingsError(str(error)) from None
    return _execute(settings, FIRST_DAILY_DATE, LAST_DATE)


def _daily(settings: Settings, options: argparse.Namespace) -> int:
    return _execute(settings, options.as_of, options.as_of)


def _backfill(settings: Settings, options: argparse.Namespace) -> int:
    if options.last < options.first:
        raise SettingsError(f"FROM {options.first} lies after TO {options.last}")
    return _execute(settings, options.first, options.last)


def _execute(settings: Settings, first: dt.date, last: dt.date) -> int:
    if first < parse_business_date(settings.partitions_start):
        raise SettingsError(f"{first} lies before partitions_start {settings.partitions_start}; set it in siyu.toml")
    from orchestration.channels.engine.keys import check_keys
    from orchestration.channels.engine.registry import check_names
    from orchestration.home_rules import check_own_rules
    from orchestration.runner import run_dates
    from orchestration.status_and_explain import say_withheld

    check_keys(settings)
    check_names(settings)
    check_own_rules(settings)
    dates = [first + dt.timedelta(days=back) for back in range((last - first).days + 1)]
    print(f"siyu: {len(dates)} business date(s) {first} to {last}, home {settings.home}", flush=True)
    outcome = run_dates(settings, dates)
    if not outcome.succeeded:
        for step, message in outcome.failures:
            print(f"\nsiyu: FAILED at {step.replace('__', '/', 1)}\n  {message}", file=sys.stderr)
        current = settings.published / "CURRENT"
        kept = current.read_text(encoding="utf-8").strip() if current.exists() else "nothing yet"
        print(f"siyu: what is published stays as it was: {kept}", file=sys.stderr)
        return FAILED
    print(f"\nsiyu: done in {outcome.total_seconds:.0f} s")
    print(f"  published tables: {settings.published / 'current'}")
    print(f"  report:           {settings.home / 'reports' / last.isoformat() / 'index.html'}")
    print(f"  data quality:     {settings.quality_page}")
    say_withheld(settings)
    return DONE


def _ui(settings: Settings, options: argparse.Namespace) -> int:
    import dagster as dg

    from orchestration.channels.engine.keys import check_keys
    from orchestration.channels.engine.registry import check_names
    from orchestration.home_rules import check_own_rules
    from orchestration.instance import prepare_instance, sweep_orphans

    check_keys(settings)
    check_names(settings)
    check_own_rules(settings)
    prepare_instance(settings)
    with dg.DagsterInstance.get() as instance:
        sweep_orphans(instance, settings)
    command = str(Path(sys.executable).with_name("dagster"))
    print(f"siyu: http://127.0.0.1:{options.port} (loopback only: Dagster's UI has no login)", flush=True)
    os.chdir(CHECKOUT)
    os.execv(command, [command, "dev", "-w", "workspace.yaml", "-h", "127.0.0.1", "-p", str(options.port)])


def _status(settings: Settings, options: argparse.Namespace) -> int:
    from orchestration.status_and_explain import status

    return status(settings)


def _explain(settings: Settings, options: argparse.Namespace) -> int:
    from orchestration.status_and_explain import explain

    return explain(settings, options.who)


def _refusals(settings: Settings, options: argparse.Namespace) -> int:
    from orchestration.status_and_explain import accept_refusals, refusals

    if options.action == "accept":
        return accept_refusals(settings, options.file, options.line, options.reason, options.by)
    return refusals(settings)


def _rollback(settings: Settings, options: argparse.Namespace) -> int:
    from orchestration.publish import RollbackRefused, rollback
    from orchestration.warehouse import HomeBusy, writer_lock

    try:
        with writer_lock(settings, "rollback"):
            version = rollback(settings, options.version, options.accept)
    except (RollbackRefused, HomeBusy) as error:
        print(f"siyu: {error}", file=sys.stderr)
        return FAILED
    print(f"siyu: CURRENT is now {version}")
    if options.accept:
        print(f"siyu: its report is built by the next siyu daily {version[:10]}")
    return DONE


if __name__ == "__main__":
    sys.exit(main())

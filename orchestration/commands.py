"""What the commands that write a home do: check all a person may have got wrong, then run, and say how it went."""

import datetime as dt
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration import audit_log, clock
from orchestration.business_time import SHANGHAI_OFFSET, cut_off_at, parse_business_date
from orchestration.home import check_demo_home, check_home, check_writable, has_keys
from orchestration.screen import say
from orchestration.settings import Settings, SettingsError, load_settings, require_duckdb

if TYPE_CHECKING:
    from orchestration.labels import Labels
    from orchestration.sending.tasks.given import Written

DONE, FAILED = 0, 1


def run_demo(settings: Settings, world: Path | None = None) -> int:
    """Build the demo brand where it does not stand yet, and run its dates; return the exit code.

    ``world``: the file that declares what messages do to its customers; the home's own by default.
    """
    from demo.build import FIRST_DAILY_DATE, LAST_DATE, ForeignHome, prepare
    from demo.response import BadWorld

    check_demo_home(settings)
    try:
        prepare(settings.home, world=world)
    except (ForeignHome, BadWorld) as error:
        raise SettingsError(str(error)) from None
    except OSError as error:
        raise SettingsError(f"the demo's home {settings.home} cannot be written: {error}") from None
    # the demo names its SMS gateway in a siyu.toml of its own
    settings = load_settings()
    return run_range(settings, FIRST_DAILY_DATE, LAST_DATE)


def run_companies(settings: Settings) -> int:
    """Build the demo brand that sells to companies where it does not stand yet, and run its date; return the code."""
    from demo.b2b.build import FIRST_DAILY_DATE, LAST_DATE, prepare
    from demo.build import ForeignHome

    check_demo_home(settings)
    try:
        prepare(settings.home)
    except ForeignHome as error:
        raise SettingsError(str(error)) from None
    except OSError as error:
        raise SettingsError(f"the demo's home {settings.home} cannot be written: {error}") from None
    return run_range(load_settings(), FIRST_DAILY_DATE, LAST_DATE)


def run_range(
    settings: Settings,
    first: dt.date,
    last: dt.date,
    is_unfinished_wanted: bool = False,
    is_full_wanted: bool = False,
) -> int:
    """Run consecutive business dates as one run; return the exit code.

    ``is_unfinished_wanted``: let CURRENT move to a date that is not over. ``is_full_wanted``: keep nothing of the
    nights before, make every date anew.
    """
    require_duckdb(settings)
    if first < parse_business_date(settings.partitions_start):
        raise SettingsError(f"{first} lies before partitions_start {settings.partitions_start}; set it in siyu.toml")
    now = clock.now()
    if last > (today := (now + SHANGHAI_OFFSET).date()):
        # Published once, it would stay CURRENT until that day comes: CURRENT never moves to an earlier date by itself.
        raise SettingsError(f"{last} is still to come: today is {today} in Shanghai")
    make_ready(settings)
    # Imported here: Dagster and dbt cost seconds that a refused command must not pay.
    from orchestration.publish import not_over
    from orchestration.publishing.readers import problem_of
    from orchestration.publishing.versions import Store, date_of
    from orchestration.runner import run_dates
    from orchestration.status_and_explain import say_kept_back, say_law, say_silent, say_withheld
    from orchestration.telling.nights import tell_failure, tell_success

    dates = [first + dt.timedelta(days=back) for back in range((last - first).days + 1)]
    say(f"siyu: {len(dates)} business date(s) {first} to {last}, home {settings.home}", flush=True)
    if (known_until := cut_off_at(last, settings.cut_off_hour)) > now:
        until = f"{known_until + SHANGHAI_OFFSET:%Y-%m-%d %H:%M}"
        moves = "CURRENT moves to it all the same" if is_unfinished_wanted else "CURRENT does not move to it"
        say(f"siyu: {last} is not over, its records count until {until} in Shanghai: {moves}", flush=True)
    outcome = run_dates(settings, dates, is_unfinished_wanted, is_full_wanted)
    store = Store(settings.published)
    current = store.current()
    if not outcome.succeeded:
        tell_failure(settings, outcome.run_id, first, last, *outcome.failures[0])
        for step, message in outcome.failures:
            say(f"\nsiyu: FAILED at {step.replace('__', '/', 1)}\n  {message}", file=sys.stderr)
        say(f"siyu: what is published stays as it was: {current or 'nothing yet'}", file=sys.stderr)
        return FAILED
    tell_success(settings, outcome.run_id, last)
    say(f"\nsiyu: done in {outcome.total_seconds:.0f} s, {outcome.total_cpu_seconds:.0f} CPU s")
    if current:
        say(f"  published tables: {settings.published / 'current'}")
    say(f"  report:           {settings.home / 'reports' / last.isoformat() / 'index.html'}")
    say(f"  data quality:     {settings.quality_page}")
    if current and date_of(current) > last.isoformat():
        say(f"  CURRENT stays on the later date: {current}")
    if said := not_over(store.unfinished_of(dates), current, settings.cut_off_hour):
        say(f"  UNFINISHED: {said}")
    if behind := problem_of(settings):
        say(f"  BEHIND: {behind}")
    say_withheld(settings)
    say_kept_back(settings, dates)
    say_silent(settings)
    say_law(settings)
    return DONE


def roll_back(settings: Settings, version: str | None, accept_why: str | None) -> int:
    """Move CURRENT back and say to what; return the exit code."""
    from orchestration.publish import RollbackRefused, rollback
    from orchestration.publishing.readers import follow
    from orchestration.warehouse import HomeBusy, writer_lock

    try:
        with writer_lock(settings, "rollback"):
            name = rollback(settings, version, accept_why)
            behind = follow(settings)
    except (RollbackRefused, HomeBusy) as error:
        say(f"siyu: {error}", file=sys.stderr)
        return FAILED
    say(f"siyu: CURRENT is now {name}")
    if behind:
        say(f"siyu: {behind}", file=sys.stderr)
    if accept_why:
        say(f"siyu: its report is built by the next siyu daily {name[:10]}")
    return DONE


def export_lists(
    settings: Settings,
    lists: tuple[str, ...],
    channels: tuple[str, ...],
    store: str | None,
    recipient: str,
    out: Path,
) -> int:
    """Export published lists and say what went out and what did not; return the exit code."""
    from orchestration.own_manifest import make_manifest
    from orchestration.sending.export import published_date
    from orchestration.sending.handing_over import ExportRefused
    from orchestration.sending.morning import export_as_it_stands
    from orchestration.sending.outgoing import general_list, general_said
    from orchestration.warehouse import HomeBusy, writer_lock

    now = clock.now()
    try:
        published_date(settings)
        make_manifest()
        with writer_lock(settings, "export"):
            date, done = export_as_it_stands(settings, lists, channels, store, recipient, out, now, _tell)
    except (ExportRefused, HomeBusy) as error:
        say(f"siyu: {error}", file=sys.stderr)
        return FAILED
    if not done:
        say(f"siyu: nobody is on these lists of {date}")
    if "general" not in lists and store is None and (waiting := general_list(settings, now)["waiting"]):
        _tell(general_said(waiting, recipient, str(out)))
    for receipt in done:
        if receipt.out:
            say(f"  {receipt.folder / 'index.html'}")
    return DONE


def write_task_lists(settings: Settings, store: str | None, out: Path) -> int:
    """Write the task lists of one store or of all, and say what stands in them; return the exit code."""
    from orchestration.sending.morning import tasks_as_they_stand

    def say_whose(done: "Written", words: "Labels") -> str:
        return f"{done.stores} stores, {done.members} members of staff"

    whose = f"tasks of store {store}" if store else "tasks"
    return _write_lists(settings, whose, lambda now: tasks_as_they_stand(settings, store, out, now, _tell), say_whose)


def write_desk_list(settings: Settings, out: Path) -> int:
    """Write the service desk's list, and say what stands in it; return the exit code."""
    from orchestration.sending.morning import desk_as_it_stands

    def say_ways(done: "Written", words: "Labels") -> str:
        return ", ".join(f"{words.en('reached_by', way)} {count}" for way, count in done.ways.items()) or "nobody"

    whose = "questions for the service desk"
    return _write_lists(settings, whose, lambda now: desk_as_it_stands(settings, out, now, _tell), say_ways)


def _write_lists(
    settings: Settings,
    whose: str,
    write: "Callable[[dt.datetime], tuple[dt.date, Written]]",
    say_done: "Callable[[Written, Labels], str]",
) -> int:
    from orchestration.labels import labels
    from orchestration.own_manifest import make_manifest
    from orchestration.sending.export import published_date
    from orchestration.sending.handing_over import ExportRefused
    from orchestration.warehouse import HomeBusy, connect, writer_lock

    now = clock.now()
    try:
        published_date(settings)
        make_manifest()
        with writer_lock(settings, "tasks"):
            date, done = write(now)
            with connect(settings, read_only=True) as warehouse:
                words = labels(warehouse)
    except (ExportRefused, HomeBusy) as error:
        say(f"siyu: {error}", file=sys.stderr)
        return FAILED
    if not done.named:
        _tell(f"there are no {whose} on the list of {date}")
        return DONE
    _tell(f"{done.out} of {done.named} {whose} of {date}: {say_done(done, words)}")
    for reason, count in done.kept_in.items():
        _tell(f"  {count} not: {words.en('reason', reason)} ({reason})")
    if done.folder:
        say(f"  {done.folder}")
        _tell("names and numbers stand in it: give each their own, and delete it when the day is over")
    return DONE


def guard_lists(settings: Settings) -> int:
    """Read what landed since the night and take back who must not be written to; return the exit code."""
    from orchestration.own_manifest import make_manifest
    from orchestration.sending.export import current_date, published_date
    from orchestration.sending.guard import look, take_back, withdrawn_at
    from orchestration.sending.handing_over import ExportRefused
    from orchestration.warehouse import HomeBusy, connect, writer_lock

    now = clock.now()
    try:
        published_date(settings)
        make_manifest()
        with writer_lock(settings, "guard"):
            with connect(settings) as warehouse:
                current_date(settings, warehouse)
            files = look(settings, now, _tell)
            with connect(settings) as warehouse:
                done = take_back(settings, warehouse, now)
            said = {"version": done.version, "files": files, "taken_back": done.reasons, "were_out": done.taken_back}
            audit_log.append(settings, "guarded", said)
    except (ExportRefused, HomeBusy) as error:
        say(f"siyu: {error}", file=sys.stderr)
        return FAILED
    said = ", ".join(f"{reason} {count}" for reason, count in done.reasons.items()) or "nobody"
    _tell(f"{files} new files read; taken back of {done.version}: {said}; {done.taken_back} of them were out already")
    if done.reasons:
        say(f"  {withdrawn_at(settings, done.version)}")
    return DONE


def brake(settings: Settings, action: str, what: str, name: str, why: str) -> int:
    """Stop or resume something and say so; return the exit code."""
    from orchestration.sending.brakes import BrakeRefused, resume, stop

    now = clock.now()
    try:
        done = (stop if action == "stop" else resume)(settings, what, name, why, now)
        audit_log.append(settings, action, {"what": what, "name": done.name, "why": done.why})
    except BrakeRefused as error:
        say(f"siyu: {error}", file=sys.stderr)
        return FAILED
    thing = "everything" if what == "all" else f"{what} {done.name}"
    _tell(f"{thing} is {'stopped: the next export leaves it out' if action == 'stop' else 'resumed'}")
    return DONE


def list_brakes(settings: Settings) -> int:
    """Say what is stopped; return the exit code."""
    from orchestration.sending.brakes import holding

    held = holding(settings)
    for one in held:
        say(f"{one.what} {one.name}".strip() + f", by {one.by} at {one.at}: {one.why}")
    if not held:
        say('nothing is stopped; stop something with: siyu stop --channel sms --reason "why"')
    return DONE


def withdraw_export(settings: Settings, export_id: str, why: str) -> int:
    """Take an export back and say how many rows count no more; return the exit code."""
    from orchestration.sending.export import published_date
    from orchestration.sending.handing_over import ExportRefused, withdraw
    from orchestration.warehouse import HomeBusy, connect, writer_lock

    now = clock.now()
    try:
        published_date(settings)
        with writer_lock(settings, "withdraw"), connect(settings) as warehouse:
            back, sent = withdraw(settings, warehouse, export_id, why, now)
            said = {"export": export_id, "rows": back, "sent": sent, "why": why}
            audit_log.append(settings, "export_withdrawn", said)
    except (ExportRefused, HomeBusy) as error:
        say(f"siyu: {error}", file=sys.stderr)
        return FAILED
    _tell(f"{export_id}: {back} rows are taken back; {sent} were sent already, as the platform told, and count")
    return DONE


def _tell(line: str) -> None:
    say(f"siyu: {line}", flush=True)


def make_ready(settings: Settings) -> None:
    """Check everything before a byte is read, then make what a run starts from: the keys and dbt's manifest."""
    check_home(settings)
    check_writable(settings)
    # Imported here: a home that is none must not pay for reading the channels.
    from orchestration.channels.engine.fingerprints import FOLDER
    from orchestration.channels.engine.keys import check_keys
    from orchestration.channels.engine.mappings import mappings
    from orchestration.channels.engine.registry import check_names
    from orchestration.home_rules import check_own_rules
    from orchestration.law_book import check_gateway
    from orchestration.own_manifest import make_manifest
    from orchestration.publishing.readers import check_readers
    from orchestration.telling.robots import check_robot

    check_names(settings)
    check_robot(settings)
    check_readers(settings)
    mappings(settings.home)
    check_own_rules(settings)
    check_gateway(settings)
    is_new = not has_keys(settings)
    adopted = check_keys(settings)
    if adopted and not is_new:
        say(f"siyu: fingerprints of the keys {', '.join(adopted)} are noted in {settings.home / FOLDER} from now on")
    if is_new:
        say(f"siyu: new home {settings.home}, new keys in vault/keys: back them up", flush=True)
    make_manifest()
    if clock.given() is not None:
        audit_log.append(settings, "now_used", {"now": f"{clock.now():%Y-%m-%dT%H:%M:%SZ}"})

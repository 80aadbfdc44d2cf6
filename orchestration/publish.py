"""Write, audit, publish: versions are built, checked as the files they are, and only then is CURRENT moved."""

import dataclasses
import datetime as dt
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import duckdb

from orchestration import audit_log, clock
from orchestration.account import who_works
from orchestration.business_time import SHANGHAI_OFFSET, cut_off_at
from orchestration.channels.engine.keys import load_key
from orchestration.channels.engine.unread_refusals import closes, listed_unread
from orchestration.door.known import Known
from orchestration.door.tables import Door, KeptBack
from orchestration.erasing import tombstones
from orchestration.home_rules import own_rules
from orchestration.publishing import contract, files, manifest
from orchestration.publishing.plans import keep_plans
from orchestration.publishing.versions import RollbackRefused, Store, acceptable, date_of
from orchestration.settings import Settings
from orchestration.warehouse import connect

__all__ = ["NoData", "PublishBlocked", "Published", "RollbackRefused", "not_over", "publish", "rollback"]

#: A version is written beside those that stay: this much has to be free before anything is written.
_LEAST_FREE_BYTES: Final = 64 * 2**20


class PublishBlocked(RuntimeError):
    """A version did not pass its checks, or could not be written; CURRENT stayed where it was.

    Attributes
    ----------
    versions
        The versions that were checked, by date; empty where none was written.
    """

    def __init__(self, message: str, versions: Mapping[dt.date, str] | None = None) -> None:
        super().__init__(message)
        self.versions = dict(versions or {})


class NoData(PublishBlocked):
    """Nothing is known of a date that was asked for."""


@dataclasses.dataclass(frozen=True)
class Published:
    """What a publish did: version and rows by date, where CURRENT points (None yet), and the versions deleted."""

    versions: dict[dt.date, str]
    rows: dict[dt.date, int]
    current: str | None
    retired: list[str]
    checks_run: int
    #: those of the versions whose dates were not over
    unfinished: dict[dt.date, str]


def publish(
    settings: Settings,
    dates: Sequence[dt.date],
    say: Callable[[str], None] = lambda line: None,
    *,
    began_at: dt.datetime | None = None,
    is_unfinished_wanted: bool = False,
    landing_was_read: bool = True,
) -> Published:
    """Publish the versions of some as-of dates from the warehouse's published tables.

    Parameters
    ----------
    settings
        Whose home.
    dates
        The dates; CURRENT moves to the newest of them that was over, unless it stands at a later one already.
    say
        Told a line per version.
    began_at
        The instant (UTC, naive) at which the run began to read: a date whose records count beyond it is not over. The
        home's present moment when omitted.
    is_unfinished_wanted
        Let CURRENT move to a date that is not over too.
    landing_was_read
        Whether the run read landing/: one that publishes alone makes no whole date of half a one.

    Returns
    -------
    Published
        The versions by date.

    Raises
    ------
    NoData
        A date has no customer and no order in the warehouse.
    PublishBlocked
        A check failed: the message names table, check, count and remedy. Or the disk is too full to begin.
    """
    from orchestration.publishing.audit import audit_versions

    store, began_at = Store(settings.published), began_at or clock.now()
    store.prepare()
    as_read = {} if landing_was_read else store.unfinished_of(dates)
    unfinished = [
        date for date in sorted(dates) if date in as_read or cut_off_at(date, settings.cut_off_hour) > began_at
    ]
    stood = set(store.by_age())
    _require_space(store, len(dates))
    with connect(settings, read_only=True) as connection:
        _require_data(connection, dates)
        with Known(settings) as known:
            door = Door(known)
            built = {
                date: _build(settings, store, connection, date, date in unfinished, door) for date in sorted(dates)
            }
        say(f"{len(built)} version{'s' if len(built) > 1 else ''} written, now checked as files")
        versions = {date: name for date, (name, *_) in built.items()}
        before = {name: back.before for name, _, back in built.values()}
        reports = audit_versions(settings, store, connection, versions, before)
    for name, report in reports.items():
        store.keep_result(name, json.loads(report.to_json()))
    blocked = [name for name in versions.values() if not store.has_passed(name)]
    if blocked:
        raise PublishBlocked(_blocked_message(store, blocked), versions)
    current = store.current()
    wanted = [date for date in sorted(built) if is_unfinished_wanted or date not in unfinished]
    if wanted and (current is None or wanted[-1].isoformat() >= date_of(current)):
        keep_plans(store, versions[wanted[-1]], clock.now())
        store.point_to(versions[wanted[-1]])
    names = {date.isoformat(): name for date, name in versions.items()}
    kept_back = {name: told for name in versions.values() if (told := store.manifest(name).get(manifest.KEPT_BACK))}
    for name, told in kept_back.items():
        say(f"{name}: contact values withheld: {'; '.join(told['places'])}")
    said = {"versions": names, "current": store.current(), "not_over": [date.isoformat() for date in unfinished]}
    if kept_back:
        said["contact_values_withheld"] = {name: told["by_column"] for name, told in kept_back.items()}
    audit_log.append(settings, "published", said)
    grace = dt.timedelta(hours=settings.reader_hours)
    # A version that stood before this publish was seen, though the publish made the same one again.
    retired = store.retire(settings.retention_dates, grace, own=set(names.values()) - stood)
    return Published(
        versions=versions,
        rows={date: rows for date, (_, rows, _) in built.items()},
        current=store.current(),
        retired=retired,
        checks_run=len(reports[versions[max(versions)]].findings),
        unfinished={date: versions[date] for date in unfinished},
    )


def not_over(versions: Mapping[dt.date, str], current: str | None, cut_off_hour: int) -> str:
    """Return what a person has to know of versions whose dates were not over, and what to do; empty without one."""
    if not versions:
        return ""
    last = max(versions)
    until = f"{cut_off_at(last, cut_off_hour) + SHANGHAI_OFFSET:%Y-%m-%d %H:%M} in Shanghai"
    if current in versions.values():
        return f"CURRENT is {current}, whose date is not over: its records count until {until}; run it again then"
    return (
        f"{last} is not over: its records count until {until}. Its version {versions[last]} is kept, and CURRENT"
        f" stays at {current or 'nothing yet'}; run it again then, or let CURRENT move to it as it is:"
        f" siyu daily {last} --unfinished"
    )


def rollback(settings: Settings, to: str | None = None, accept: str | None = None) -> str:
    """Move CURRENT to a kept version by name, or to that of the date before; return its name.

    Parameters
    ----------
    settings
        Whose home.
    to
        The version's name; the newest passed one of an earlier date when omitted.
    accept
        Why a blocked version is right after all. Only checks that compare with an earlier version can be accepted;
        who, why and which checks are written into the version's results file.

    Raises
    ------
    RollbackRefused
        There is none, it did not pass its checks, or its files no longer match its manifest.
    """
    store = Store(settings.published)
    unread = sum(map(closes, listed_unread(settings)))
    if accept is not None:
        if to is None:
            raise RollbackRefused("--accept releases a blocked version by name: siyu rollback VERSION --accept REASON")
        if not store.has_passed(to):
            store.accept(to, who_works(), accept)
            checks = [one["name"] for one in store.result(to)["failed"]]
            audit_log.append(settings, "version_accepted", {"version": to, "checks": checks})
    name = store.to_go_back_to(to)
    if unread and not store.manifest(name).get("withheld"):
        raise RollbackRefused(
            f"version {name} names people to write to, and {unread} refusals could not be read since;"
            " see them with siyu refusals, and accept them or have them delivered again first"
        )
    before = store.current()
    keep_plans(store, name, clock.now())
    store.point_to(name)
    audit_log.append(settings, "rolled_back", {"from": before, "to": name})
    return name


def _build(
    settings: Settings,
    store: Store,
    connection: duckdb.DuckDBPyConnection,
    date: dt.date,
    is_unfinished: bool,
    door: Door,
) -> tuple[str, int, KeptBack]:
    """Write one version and give it its name; return name, rows, and what the door kept back."""
    from orchestration.publishing.audit import checks_of

    as_of_date, tables = date.isoformat(), contract.tables()
    key = load_key(settings, "activation")
    building = store.building(as_of_date)
    rows = {
        name: files.write_table(connection, table, as_of_date, building / f"{name}.parquet", key, door)
        for name, table in tables.items()
    }
    kept_back = door.emptied()
    said = manifest.build_manifest(
        building,
        as_of_date,
        tables,
        rows,
        manifest.freshness(connection, as_of_date),
        manifest.suppression_state(connection, as_of_date),
        [check.name for check in checks_of(settings, connection)],
        {rules.seed: rules.sha256 for rules in own_rules(settings)},
        manifest.withheld(connection),
        manifest.unmet(connection),
        cut_off_at(date, settings.cut_off_hour) if is_unfinished else None,
        manifest.out_of_order(connection),
        manifest.silent(connection, as_of_date),
        manifest.kept_back(connection, kept_back),
        sum(one.at >= cut_off_at(date, settings.cut_off_hour) for one in tombstones.load(settings).erased),
        manifest.disagreeing(connection, as_of_date),
    )
    # files are named in it, and people name files after their customers
    return store.keep(building, door.said(said)), sum(rows.values()), kept_back


def _require_data(connection: duckdb.DuckDBPyConnection, dates: Sequence[dt.date]) -> None:
    known = {
        row[0]
        for row in connection.execute(
            "select distinct as_of_date from published.customers where as_of_date in (select unnest($dates::date[]))"
            " union select distinct as_of_date from published.kpi_daily"
            " where kpi = 'paid_to_date' and as_of_date in (select unnest($dates::date[]))",
            {"dates": list(dates)},
        ).fetchall()
    }
    lacking = sorted(set(dates) - known)
    if lacking:
        raise NoData(
            f"published: customers: nobody is known on {', '.join(map(str, lacking))}, nor any sale. "
            f"Deliver files that cover the date to landing/, or choose a date they cover (siyu status)."
        )


def _require_space(store: Store, versions: int) -> None:
    current = store.current()
    last = sum(file.stat().st_size for file in (store.versions / current).iterdir()) if current else 0
    needed = max(_LEAST_FREE_BYTES, 2 * last * versions)
    free = shutil.disk_usage(store.root).free
    if free < needed:
        raise PublishBlocked(
            f"published: the disk of {store.root} has {free / 2**20:,.0f} MiB free and {versions} versions need about "
            f"{needed / 2**20:,.0f} MiB; nothing was written. Free some space, or lower retention_dates, and run again."
        )


def _blocked_message(store: Store, blocked: Sequence[str]) -> str:
    """Return one line per failed check, with the dates at which it failed and the newest of its sentences."""
    failed: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(blocked):
        path: Path = store.results / f"{name}.json"
        try:
            found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            sentences = {f"{one['table']}.{one['name']}": one["sentence"] for one in found["failed"]}
        except (OSError, ValueError, KeyError):
            sentences = {"results": f"published: {name}: its results file {path} cannot be read; run the date again."}
        for check, sentence in sentences.items() or [
            ("results", f"published: {name}: no check was run; run the date again.")
        ]:
            failed.setdefault(check, []).append((date_of(name), sentence))
    lines = [f"published: blocked; CURRENT stays at {store.current() or 'nothing'}"]
    for dates in failed.values():
        newest, sentence = dates[-1]
        others = f" and {len(dates) - 1} more dates" if len(dates) > 1 else ""
        lines.append(f"  {newest}{others}: {sentence}")
    released = [name for name in sorted(blocked) if acceptable(store.result(name))]
    if len(released) == len(blocked):
        lines.append(f'  if the change is real: siyu rollback {released[-1]} --accept "why"')
    return "\n".join(lines)

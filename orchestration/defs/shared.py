"""What every asset shares: daily partitions, one run for a whole range, owners, and the home with its writer lock."""

import contextlib
import datetime as dt
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import dagster as dg
import pandas as pd
from pydantic import PrivateAttr

from orchestration import audit_log, clock, retention
from orchestration.business_time import parse_business_date
from orchestration.channels.engine.keys import check_keys, kept_at
from orchestration.channels.engine.vault import first_names_file
from orchestration.door.files import clean, star_left_behind
from orchestration.erasing import tombstones
from orchestration.home_facts import first_date
from orchestration.home_rules import check_own_rules, own_rules, seed_file
from orchestration.keeping.words import Row, rows_of
from orchestration.law_book import check_gateway
from orchestration.progress import OF_DATE
from orchestration.publishing.versions import Store, date_of
from orchestration.python_tables import fit_columns
from orchestration.release import drop_other_releases
from orchestration.run_plan import RunPlan, plan_run
from orchestration.screen import say
from orchestration.settings import EVERY_DATE, Settings, load_settings, require_duckdb
from orchestration.warehouse import HomeBusy, connect, create_schemas, writer_lock

OWNERS: Final = ["team:data-engineering"]


def partitions(settings: Settings, is_every_date: bool) -> dg.DailyPartitionsDefinition:
    """Return the business dates: those whose cut-off has passed, from the first that landed.

    A demo has a clock of its own: its dates end with the newest that it published, so that the page's axis and plots
    show them and not the years since.

    Parameters
    ----------
    settings
        Whose home.
    is_every_date
        Whether dates that are not over, and those before the first landed one, are dates too, as for a command.
    """
    earliest = parse_business_date(settings.partitions_start)
    landed = None if is_every_date else first_date(settings)
    return dg.DailyPartitionsDefinition(
        start_date=max(earliest, landed or earliest).isoformat(),
        timezone="Asia/Shanghai",
        end_date=None if is_every_date else _end_of_demo(settings),
        # A date lasts until its cut-off, the next morning. Until then it is none; nor is the one that has just begun.
        hour_offset=settings.cut_off_hour,
        end_offset=2 if is_every_date else 0,
    )


def _end_of_demo(settings: Settings) -> str | None:
    store = Store(settings.published)
    is_demo = (settings.home / clock.DEMO).is_file() and store.versions.is_dir()
    if not is_demo or not (published := store.newest_by_date()):
        return None
    # Dagster takes the dates that are over by then, and a date is over at its cut-off, the next morning.
    return (max(published) + dt.timedelta(days=2)).isoformat()


PARTITIONS: Final = partitions(load_settings(), EVERY_DATE in os.environ)
#: Tag of a run that may leave CURRENT on a date that is not over; siyu daily --unfinished sets it.
UNFINISHED_TAG: Final = "siyu/unfinished"
#: Tag of a run of tables without partitions: for which date they are made. Without it CURRENT's.
DATE_TAG: Final = "siyu/date"
#: Tag of a run that makes every date again, whatever was kept; siyu daily --full sets it.
FULL_TAG: Final = "siyu/full"
ONE_RUN: Final = dg.BackfillPolicy.single_run()
#: Run of this process -> the dates that it made or kept and why, read while it held the home: then another one writes.
_DATES: Final[dict[str, list[Row]]] = {}


class Home(dg.ConfigurableResource):  # type: ignore[misc]
    """The home a run works on: its settings, read when the run starts, and its writer lock, held until it ends."""

    _began_at: dt.datetime = PrivateAttr(default_factory=clock.now)
    _versions: list[str] = PrivateAttr(default_factory=list)

    @property
    def began_at(self) -> dt.datetime:
        """When the run began, before it read a file: what lands later is not in it."""
        return self._began_at

    def made(self, versions: Iterable[str]) -> None:
        """Remember the versions that the run published, for the audit log."""
        self._versions.extend(versions)

    @contextlib.contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["Home"]:
        """Hold the home's lock around the run, whether it was started from the UI, the schedule or a command."""
        settings = self.settings
        run_id, tags = (context.run.run_id, context.run.tags) if context.run else ("no run", {})
        with writer_lock(settings, run_id):
            self._began_at, started_at = clock.now(), clock.real_now()
            self._versions.clear()
            first, last = dates_of_tags(tags)
            audit_log.append(settings, "run_started", {"run": run_id, "first": first, "last": last})
            try:
                check_own_rules(settings)
                check_gateway(settings)
                check_keys(settings)
                os.environ["SIYU_ONE_ID_KEY"] = str(kept_at(settings, "one_id"))
                os.environ["SIYU_FIRST_NAMES"] = str(first_names_file(settings))
                os.environ["SIYU_ERASED"] = str(tombstones.kept_at(settings))
                with connect(settings) as connection:
                    drop_other_releases(connection, own=[rules.file for rules in own_rules(settings)])
                    fit_columns(connection)
                    create_schemas(connection)
                try:
                    yield self
                    _apply_terms(settings)
                    # whoever looks into the warehouse with DuckDB ends no night that is done
                    with contextlib.suppress(HomeBusy), connect(settings) as connection:
                        _DATES[run_id] = rows_of(connection)
                finally:
                    star_left_behind(settings, started_at)
            finally:
                audit_log.append(settings, "run_ended", {"run": run_id, "versions": sorted(self._versions)})

    @property
    def settings(self) -> Settings:
        """The settings of this process."""
        return load_settings()

    def plan(self, context: dg.AssetExecutionContext) -> RunPlan:
        """Return the dates of this run from its partition range."""
        settings = self.settings
        require_duckdb(settings)
        return plan_run(settings, partition_dates(context), seed_file(settings, "segment_numbers"))


def dates_of_run(run_id: str) -> list[Row]:
    """Return which dates a run of this process made or kept and why; empty where it did not come to its end."""
    return _DATES.get(run_id, [])


def _apply_terms(settings: Settings) -> None:
    """Delete what is kept no longer; what goes wrong there ends no night that is done, and is said without a number.

    Dagster would write an error of here into its storage after that was searched.
    """
    try:
        retention.apply(settings, clock.now())
    except Exception as error:
        why = clean(settings, f"{type(error).__name__}: {error}")
        audit_log.append(settings, "retention_failed", {"why": why})
        say(f"siyu: files whose term is over could not be deleted: {why}", file=sys.stderr)


def is_unfinished_wanted(context: dg.AssetExecutionContext) -> bool:
    """Return whether the run was asked to let CURRENT move to a date that is not over."""
    return bool(context.run.tags.get(UNFINISHED_TAG) == "true")


def is_full_wanted(context: dg.AssetExecutionContext) -> bool:
    """Return whether the run was asked to keep no date of the nights before."""
    return bool(context.run.tags.get(FULL_TAG) == "true")


def landing_is_read(context: dg.AssetExecutionContext) -> bool:
    """Return whether the run reads landing/: a person may materialise what comes after it alone."""
    selected = context.run.asset_selection
    return not selected or any(key.path[0] == "channels" for key in selected)


def dates_of_tags(tags: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Return the first and the last business date of a run, as its tags say them."""
    first = tags.get("dagster/asset_partition_range_start") or tags.get("dagster/partition") or tags.get(DATE_TAG)
    return first, tags.get("dagster/asset_partition_range_end") or first


def say_by_date(
    context: dg.AssetExecutionContext, key: Sequence[str], figures: Mapping[dt.date, Mapping[str, Any]]
) -> None:
    """Give each date of a run its own numbers: Dagster puts what a run says as a whole on every date of it."""
    asset_key = dg.AssetKey(key)
    for date, said in figures.items():
        named = {**said, OF_DATE: date.isoformat()}
        context.add_asset_metadata(named, asset_key=asset_key, partition_key=date.isoformat())


def rows_by_date(frame: pd.DataFrame, dates: Iterable[dt.date]) -> dict[dt.date, int]:
    """Return how many rows of a table each date has; one without a row has none."""
    counts = pd.to_datetime(frame["as_of_date"]).dt.date.value_counts()
    return {date: int(counts.get(date, 0)) for date in dates}


def of_warehouse(stage: str, table: str, columns: Mapping[str, str]) -> dict[str, Any]:
    """Return what an asset says of the table of the warehouse that Python writes: its name and its columns' types."""
    schema = dg.TableSchema([dg.TableColumn(name, kind.lower()) for name, kind in columns.items()])
    return {"dagster/table_name": f"{stage}.{table}", "dagster/column_schema": schema}


def tags_of(stage: str) -> dict[str, str]:
    """Return the tags by which the page finds the tables of a stage that readers do not read."""
    return {"siyu/stage": stage, "siyu/read": "inside"}


class NoDates(RuntimeError):
    """A run that names no business date."""


def partition_dates(context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext) -> list[dt.date]:
    """Return the business dates of the run, from its tags: unpartitioned tables of the run need them too.

    Dagster records one event per asset and partition (measured: 27 assets over 28 dates, 756 events, 18.8 CPU s), so
    only what a person looks up by date is partitioned; all of a run's assets work on the same dates.
    """
    first, last = dates_of_tags(context.run.tags)
    if first is None or last is None:
        current = Store(load_settings().published).current()
        if current is None:
            raise NoDates("nothing is published and this run names no business date: give the run the tag siyu/date")
        first = last = date_of(current)
    start, end = parse_business_date(first), parse_business_date(last)
    return [start + dt.timedelta(days=step) for step in range((end - start).days + 1)]

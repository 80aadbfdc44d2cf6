"""What every asset shares: daily partitions, one run for a whole range, owners, and the home with its writer lock."""

import contextlib
import datetime as dt
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import dagster as dg
from pydantic import PrivateAttr

from orchestration import audit_log, clock, retention
from orchestration.channels.engine.keys import kept_at, load_key
from orchestration.erasing import tombstones
from orchestration.home_rules import check_own_rules, own_rules, seed_file
from orchestration.law_book import check_gateway
from orchestration.python_tables import fit_columns
from orchestration.release import drop_other_releases
from orchestration.run_plan import RunPlan, plan_run
from orchestration.settings import Settings, load_settings
from orchestration.warehouse import connect, create_schemas, writer_lock

OWNERS: Final = ["team:data-engineering"]
#: end_offset 1: today's business date can be materialised before it is over in UTC.
PARTITIONS: Final = dg.DailyPartitionsDefinition(
    start_date=load_settings().partitions_start, timezone="Asia/Shanghai", end_offset=1
)
#: Tag of a run that may leave CURRENT on a date that is not over; siyu daily --unfinished sets it.
UNFINISHED_TAG: Final = "siyu/unfinished"
ONE_RUN: Final = dg.BackfillPolicy.single_run()


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
            self._began_at = clock.now()
            self._versions.clear()
            first, last = _range_of(tags)
            audit_log.append(settings, "run_started", {"run": run_id, "first": first, "last": last})
            try:
                check_own_rules(settings)
                check_gateway(settings)
                load_key(settings, "one_id")
                os.environ["SIYU_ONE_ID_KEY"] = str(kept_at(settings, "one_id"))
                os.environ["SIYU_ERASED"] = str(tombstones.kept_at(settings))
                with connect(settings) as connection:
                    drop_other_releases(connection, own=[rules.file for rules in own_rules(settings)])
                    fit_columns(connection)
                    create_schemas(connection)
                yield self
                retention.apply(settings, clock.now())
            finally:
                audit_log.append(settings, "run_ended", {"run": run_id, "versions": sorted(self._versions)})

    @property
    def settings(self) -> Settings:
        """The settings of this process."""
        return load_settings()

    def plan(self, context: dg.AssetExecutionContext) -> RunPlan:
        """Return the dates of this run from its partition range."""
        settings = self.settings
        return plan_run(settings, partition_dates(context), seed_file(settings, "segment_numbers"))


def is_unfinished_wanted(context: dg.AssetExecutionContext) -> bool:
    """Return whether the run was asked to let CURRENT move to a date that is not over."""
    return bool(context.run.tags.get(UNFINISHED_TAG) == "true")


def landing_is_read(context: dg.AssetExecutionContext) -> bool:
    """Return whether the run reads landing/: a person may materialise what comes after it alone."""
    selected = context.run.asset_selection
    return not selected or any(key.path[0] == "channels" for key in selected)


def _range_of(tags: Mapping[str, str]) -> tuple[str | None, str | None]:
    first = tags.get("dagster/asset_partition_range_start") or tags.get("dagster/partition")
    return first, tags.get("dagster/asset_partition_range_end") or first


class NoDates(RuntimeError):
    """A run that names no business date."""


def partition_dates(context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext) -> list[dt.date]:
    """Return the business dates of the run, from its tags: unpartitioned tables of the run need them too.

    Dagster records one event per asset and partition (measured: 27 assets over 28 dates, 756 events, 18.8 CPU s), so
    only what a person looks up by date is partitioned; all of a run's assets work on the same dates.
    """
    first, last = _range_of(context.run.tags)
    if first is None or last is None:
        raise NoDates("this run names no business date: start the job `daily` with a partition, not an asset alone")
    start, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    return [start + dt.timedelta(days=step) for step in range((end - start).days + 1)]

"""The last stage: the version readers read, written, audited and published; then the page of each date."""

import datetime as dt
import time
from pathlib import Path

import dagster as dg
import pyarrow.parquet as pq

from orchestration.defs.checks import VERSION, evaluations_of
from orchestration.defs.jobs import FRESH
from orchestration.defs.shared import (
    ONE_RUN,
    OWNERS,
    PARTITIONS,
    Home,
    is_unfinished_wanted,
    landing_is_read,
    say_by_date,
)
from orchestration.publish import PublishBlocked, Published, not_over, publish
from orchestration.publishing.contract import tables
from orchestration.publishing.readers import follow
from orchestration.publishing.versions import Store
from orchestration.report.build import build_report, inputs
from orchestration.sending.guard import heed
from orchestration.settings import Settings
from orchestration.ui import REPORTS_PATH
from orchestration.warehouse import connect

#: What the last check and the manifest ask beside the published tables.
HELPERS = (
    "channel_freshness",
    "do_not_contact_at_publish",
    "contact_consents",
    "profiling_refused_at_publish",
    "receipts_out_of_order",
    "records_that_disagree",
    "sending_gate",
    "sending_receipts",
    "unmet_refusals",
)


@dg.asset(
    key=VERSION,
    group_name="published",
    owners=OWNERS,
    partitions_def=PARTITIONS,
    backfill_policy=ONE_RUN,
    deps=[dg.AssetKey(["published", name]) for name in (*tables(), *HELPERS)],
    description="One folder of Parquet files and a manifest per date; CURRENT names the newest that passed its checks.",
    kinds={"python", "parquet"},
    freshness_policy=FRESH,
)
def version(context: dg.AssetExecutionContext, home: Home):  # noqa: ANN201 - Dagster reads the annotation
    """Write the versions of the run's dates, check those very files, then move CURRENT; say what every check found."""
    started, settings = time.monotonic(), home.settings
    store = Store(settings.published)
    try:
        done = publish(
            settings,
            home.plan(context).as_of_dates,
            context.log.info,
            began_at=home.began_at,
            is_unfinished_wanted=is_unfinished_wanted(context),
            landing_was_read=landing_is_read(context),
        )
    except PublishBlocked as blocked:
        yield from evaluations_of(store, blocked.versions.values())
        raise
    if landing_is_read(context):
        with connect(settings) as warehouse:
            heed(warehouse)
    yield from evaluations_of(store, done.versions.values())
    home.made(done.versions.values())
    if behind := follow(settings, context.log.info):
        context.log.warning(behind)
    if unfinished := not_over(done.unfinished, done.current, settings.cut_off_hour):
        context.log.warning(unfinished)
    told = {date: {"rows": done.rows[date], **plotted(store, date, name)} for date, name in shown(store, done).items()}
    say_by_date(context, VERSION.path, told)
    yield dg.MaterializeResult(
        metadata={
            "seconds": round(time.monotonic() - started, 2),
            "versions": len(done.versions),
            "current": done.current or "nothing yet",
            "not_over": unfinished or "none",
            "checks": done.checks_run,
            "readers": behind or "none is behind",
            "quality": page_link(settings, settings.quality_page),
        }
    )


def page_link(settings: Settings, page: Path) -> dg.UrlMetadataValue:
    """Return a link to a page of the home's reports, which `siyu ui` serves beside Dagster's page."""
    return dg.MetadataValue.url(f"{REPORTS_PATH}/{page.relative_to(settings.home / 'reports')}")


def plotted(store: Store, date: dt.date, name: str) -> dict[str, float]:
    """Return the numbers of a version that Dagster draws over the dates: people, share named the day before, lag.

    What is not known is not there: nothing is drawn for it, not nought.
    """
    said = store.manifest(name)
    people, before = named(store, name), named(store, store.newest_by_date().get(date - dt.timedelta(days=1)))
    seen = [dt.date.fromisoformat(one["data_as_of"]) for one in said["channels"].values() if one["data_as_of"]]
    return {
        "people": len(people),
        **({"overlap": round(len(people & before) / len(people), 4)} if people and before else {}),
        **({"lag_days": max((date - one).days for one in seen)} if seen else {}),
        "stale_channels": sum(bool(one["stale"]) for one in said["channels"].values()),
    }


def shown(store: Store, done: Published) -> dict[dt.date, str]:
    """Return a publish's versions that stand: one that nobody wants goes at once."""
    return {date: name for date, name in done.versions.items() if (store.versions / name).is_dir()}


def named(store: Store, name: str | None) -> set[str]:
    """Return whom a version's audience names; nobody where there is none."""
    if name is None:
        return set()
    rows = pq.read_table(store.versions / name / "recall_audience.parquet", columns=["one_id"])
    return set(rows.column("one_id").to_pylist())


@dg.asset(
    key=["published", "report"],
    group_name="published",
    owners=OWNERS,
    partitions_def=PARTITIONS,
    backfill_policy=ONE_RUN,
    deps=[VERSION],
    description="The morning report of a date: one page that opens offline, Chinese with an English switch.",
    kinds={"html"},
)
def report(context: dg.AssetExecutionContext, home: Home) -> dg.MaterializeResult:
    """Build the page of every date of the run whose version is kept."""
    started, settings = time.monotonic(), home.settings
    store = Store(settings.published)
    newest = store.newest_by_date()
    pages = []
    for date in home.plan(context).as_of_dates:
        if date not in newest:
            continue
        with connect(settings, read_only=True) as warehouse:
            cards, curve = inputs(warehouse, date)
        pages.append(build_report(settings, store.versions / newest[date], cards, curve))
    page = page_link(settings, pages[-1]) if pages else "none kept"
    return dg.MaterializeResult(
        metadata={"rows": len(pages), "seconds": round(time.monotonic() - started, 2), "page": page}
    )

"""The last stage: the version readers read, written, audited and published; then the page of each date."""

import time

import dagster as dg

from orchestration.defs.checks import VERSION, evaluations_of
from orchestration.defs.jobs import FRESH
from orchestration.defs.shared import ONE_RUN, OWNERS, PARTITIONS, Home, is_unfinished_wanted, landing_is_read
from orchestration.publish import PublishBlocked, not_over, publish
from orchestration.publishing.contract import tables
from orchestration.publishing.readers import follow
from orchestration.publishing.versions import Store
from orchestration.report.build import build_report, inputs
from orchestration.sending.guard import heed
from orchestration.warehouse import connect

#: What the last check and the manifest ask beside the published tables.
HELPERS = (
    "channel_freshness",
    "do_not_contact_at_publish",
    "contact_consents",
    "profiling_refused_at_publish",
    "receipts_out_of_order",
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
    yield dg.MaterializeResult(
        metadata={
            "rows": done.rows[max(done.rows)],
            "seconds": round(time.monotonic() - started, 2),
            "versions": len(done.versions),
            "current": done.current or "nothing yet",
            "not_over": unfinished or "none",
            "checks": done.checks_run,
            "readers": behind or "none is behind",
            "quality": dg.MetadataValue.path(str(settings.quality_page)),
        }
    )


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
    page = dg.MetadataValue.path(str(pages[-1])) if pages else "none kept"
    return dg.MaterializeResult(
        metadata={"rows": len(pages), "seconds": round(time.monotonic() - started, 2), "page": page}
    )

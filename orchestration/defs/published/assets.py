"""The version readers read: written, audited, published."""

import time

import dagster as dg

from orchestration.defs.shared import ONE_RUN, OWNERS, PARTITIONS, Home
from orchestration.publish import publish
from orchestration.publishing.contract import tables


@dg.asset(
    key=["published", "version"],
    group_name="published",
    owners=OWNERS,
    partitions_def=PARTITIONS,
    backfill_policy=ONE_RUN,
    deps=[
        dg.AssetKey(["published", name])
        for name in (*tables(), "channel_freshness", "contact_refusals", "contact_consents")
    ],
    description="One folder of Parquet files and a manifest per date; CURRENT names the newest that passed its checks.",
    kinds={"python", "parquet"},
)
def version(context: dg.AssetExecutionContext, home: Home) -> dg.MaterializeResult:
    """Write the versions of the run's dates, check those very files, then move CURRENT."""
    started, settings = time.monotonic(), home.settings
    done = publish(settings, home.plan(context).as_of_dates, context.log.info)
    return dg.MaterializeResult(
        metadata={
            "rows": done.rows[max(done.rows)],
            "seconds": round(time.monotonic() - started, 2),
            "versions": len(done.versions),
            "current": done.current,
            "checks": done.checks_run,
            "data_docs": dg.MetadataValue.path(str(settings.home / "reports" / "data_docs" / "index.html")),
        }
    )

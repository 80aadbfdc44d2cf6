"""Landing files into text tables, channel by channel; then the ledger and the quarantine for people."""

import datetime as dt

import dagster as dg

from orchestration.channels import registry
from orchestration.channels.declare import Channel
from orchestration.channels.ingest import ingest
from orchestration.channels.overview import finish
from orchestration.defs.shared import ONE_RUN, OWNERS, PARTITIONS, Home
from orchestration.warehouse import connect


def _now() -> dt.datetime:
    """Return the landing time of files first seen by this run: the one clock that is read."""
    return dt.datetime.now(dt.UTC).replace(tzinfo=None, microsecond=0)


def channel_asset(channel: Channel) -> dg.AssetsDefinition:
    """Return the asset that reads a channel's landing folder into its tables."""
    specs = [
        dg.AssetSpec(
            ["channels", table], group_name="channels", owners=OWNERS, partitions_def=PARTITIONS, kinds={"python"},
            description=f"Records of {table.replace('__', '/')} as landed: checked text, contacts as tokens.",
        )
        for table in channel.tables()
    ]  # fmt: skip

    @dg.multi_asset(name=f"{channel.name}_landing", specs=specs, backfill_policy=ONE_RUN)
    def landing(context: dg.AssetExecutionContext, home: Home):  # noqa: ANN202 - Dagster reads the annotation
        with connect(home.settings) as warehouse:
            done = ingest(home.settings, warehouse, channel.name, _now(), context.log.info)
        for broken in done.broken:
            context.log.warning(broken)
        shared = {"loaded": done.loaded, "quarantined": done.quarantined, "seconds": round(done.seconds, 2)}
        for table, rows in done.rows.items():
            yield dg.MaterializeResult(asset_key=["channels", table], metadata={"rows": rows, **shared})

    return landing


CHANNEL_ASSETS = [channel_asset(channel) for channel in registry.channels().values()]


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            ["channels", name], group_name="channels", owners=OWNERS, partitions_def=PARTITIONS, kinds={"python"},
            deps=[key for asset in CHANNEL_ASSETS for key in asset.keys], description=description,
        )
        for name, description in (
            ("ledger", "One row per delivered file: what it is, when it landed and what became of its records."),
            ("quarantine", "One row per record or file set aside, with line, column, reason and remedy."),
        )
    ],
    backfill_policy=ONE_RUN,
)  # fmt: skip
def ledger(context: dg.AssetExecutionContext, home: Home):  # noqa: ANN201 - Dagster reads the annotation
    """Close the stage: report folders that belong to no channel, and export the ledger and the quarantine."""
    with connect(home.settings) as warehouse:
        rows = finish(home.settings, warehouse, _now())
    for name, count in rows.items():
        yield dg.MaterializeResult(asset_key=["channels", name], metadata={"rows": count})

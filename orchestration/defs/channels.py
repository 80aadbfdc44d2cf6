"""Landing files into text tables, channel by channel; then the ledger and the quarantine for people.

The tables hold all dates, so they have no partitions: 28 dates would record each 28 times (756 events, 19 CPU s).
"""

import datetime as dt

import dagster as dg

from orchestration.channels.engine import registry
from orchestration.channels.engine.declare import Channel
from orchestration.channels.engine.ingest import ingest
from orchestration.channels.engine.landing_summary import finish
from orchestration.defs.shared import OWNERS, Home
from orchestration.warehouse import connect


def _now() -> dt.datetime:
    """Return the landing time of files first seen by this run: the one clock that is read."""
    return dt.datetime.now(dt.UTC).replace(tzinfo=None, microsecond=0)


def _spec(name: str, description: str, deps: list[dg.AssetKey] | None = None) -> dg.AssetSpec:
    key, kinds = ["channels", name], {"python"}
    return dg.AssetSpec(key, deps=deps, group_name="channels", owners=OWNERS, kinds=kinds, description=description)


def channel_asset(channel: Channel) -> dg.AssetsDefinition:
    """Return the asset that reads a channel's landing folder into its tables."""
    about = "Records of {} as landed: checked text, contact values as tokens."

    @dg.multi_asset(
        name=f"{channel.name}_landing",
        specs=[_spec(table, about.format(table.replace("__", "/"))) for table in channel.tables()],
    )
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
_TABLES = [key for asset in CHANNEL_ASSETS for key in asset.keys]
_LEDGER = _spec("ledger", "One row per delivered file: when it landed and what became of its records.", _TABLES)
_QUARANTINE = _spec("quarantine", "One row per record or file set aside: line, column, reason and remedy.", _TABLES)


_UNREAD = _spec("unread_refusals", "One row per refusal that could not be read, and who accepted it.", _TABLES)


@dg.multi_asset(specs=[_LEDGER, _QUARANTINE, _UNREAD])
def ledger(context: dg.AssetExecutionContext, home: Home):  # noqa: ANN201 - Dagster reads the annotation
    """Report folders that belong to no channel, and export both tables for people."""
    with connect(home.settings) as warehouse:
        rows = finish(home.settings, warehouse, _now())
    if rows["unread_refusals"]:
        context.log.warning(f"{rows['unread_refusals']} refusals could not be read: siyu refusals")
    for name, count in rows.items():
        yield dg.MaterializeResult(asset_key=["channels", name], metadata={"rows": count})

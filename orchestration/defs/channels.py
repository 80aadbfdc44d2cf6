"""Landing files into text tables, channel by channel; then the ledger and the quarantine for people.

The tables hold all dates, so they have no partitions: 28 dates would record each 28 times (756 events, 19 CPU s).
"""

import datetime as dt
from collections.abc import Iterator

import dagster as dg

from orchestration import clock
from orchestration.channels.engine import registry
from orchestration.channels.engine.ingest import ingest
from orchestration.channels.engine.landing_summary import finish
from orchestration.defs.shared import OWNERS, Home, of_warehouse, tags_of
from orchestration.erasing.gate import keep_out
from orchestration.publishing import plans
from orchestration.pulls.catalogue import PULLS as EVERY_PULL
from orchestration.sending import activations
from orchestration.stages import PULLS
from orchestration.warehouse import connect


def _now() -> dt.datetime:
    """Return the landing time of files first seen by this run, in whole seconds."""
    return clock.now().replace(microsecond=0)


def _spec(name: str, description: str, deps: list[dg.AssetKey] | None = None) -> dg.AssetSpec:
    return dg.AssetSpec(
        ["channels", name], deps=deps, group_name="channels", owners=OWNERS, kinds={"python", "duckdb"},
        description=description, tags=tags_of("channels"),
        metadata=of_warehouse("channels", name, _COLUMNS[name]) if name in _COLUMNS else None,
    )  # fmt: skip


_COLUMNS = {table: columns for channel in registry.channels().values() for table, columns in channel.tables().items()}
_ABOUT = "Records of {} as landed: checked text, contact values as tokens."
_CHANNEL_OF = {table: name for name, channel in registry.channels().items() for table in channel.tables()}
#: What a pull lands becomes the table of its data set; the children of a data set are read with it.
_PULLS = {f"{pull.channel}__{pull.dataset}": [dg.AssetKey([PULLS, name])] for name, pull in EVERY_PULL.items()}
_TABLES = [dg.AssetKey(["channels", table]) for table in _CHANNEL_OF]


@dg.multi_asset(
    specs=[
        _spec(table, _ABOUT.format(table.replace("__", "/")), _PULLS.get(table)).replace_attributes(skippable=True)
        for table in _CHANNEL_OF
    ],
    can_subset=True,
)
def landing(context: dg.AssetExecutionContext, home: Home) -> Iterator[dg.MaterializeResult]:
    """Read the landing folders of all channels into their tables, one channel after the other.

    What stops one channel stops no other: its error is raised when all have been read.
    """
    selected = {key.path[-1] for key in context.selected_asset_keys}
    errors: list[Exception] = []
    with connect(home.settings) as warehouse:
        keep_out(home.settings, warehouse, context.log.warning)
        for channel in dict.fromkeys(_CHANNEL_OF[table] for table in _CHANNEL_OF if table in selected):
            try:
                done = ingest(home.settings, warehouse, channel, _now(), context.log.info)
            except Exception as error:
                context.log.error(f"{channel}: {error}")
                errors.append(error)
                continue
            for said in (*done.broken, *done.changed):
                context.log.warning(said)
            shared = {"loaded": done.loaded, "quarantined": done.quarantined, "seconds": round(done.seconds, 2)}
            for table, rows in done.rows.items():
                if table in selected:
                    yield dg.MaterializeResult(asset_key=["channels", table], metadata={"rows": rows, **shared})
    if errors:
        raise errors[0]


_LEDGER = _spec("ledger", "One row per delivered file: when it landed and what became of its records.", _TABLES)
_QUARANTINE = _spec("quarantine", "One row per record or file set aside: line, column, reason and remedy.", _TABLES)


_UNREAD = _spec("unread_refusals", "One row per refusal that could not be read, and who accepted it.", _TABLES)
_WIDEST = _spec("widest_refusals", "One row per id and thing that such a record refuses at its widest.", _TABLES)
_ACTIVATIONS = _spec("activations", "One row per recipient of an export: what left the house, for whom and when.")
_WITHDRAWALS = _spec("withdrawals", "One row per recipient of an export taken back before it was sent.")


_PLANS = _spec(
    "plans", "One row per person planned in a version that was current: the lot, its odds, what was promised."
)


@dg.multi_asset(specs=[_LEDGER, _QUARANTINE, _UNREAD, _WIDEST, _ACTIVATIONS, _WITHDRAWALS, _PLANS])
def ledger(context: dg.AssetExecutionContext, home: Home):  # noqa: ANN201 - Dagster reads the annotation
    """Report folders that belong to no channel, export both tables for people, and load what left the house."""
    with connect(home.settings) as warehouse:
        rows = finish(home.settings, warehouse, _now()) | activations.load(home.settings, warehouse)
        rows |= plans.load(home.settings, warehouse)
    if rows["unread_refusals"]:
        context.log.warning(f"{rows['unread_refusals']} refusals could not be read: siyu refusals")
    for name, count in rows.items():
        yield dg.MaterializeResult(asset_key=["channels", name], metadata={"rows": count})

"""The export, materialised by hand: what it is asked for is its configuration."""

from pathlib import Path

import dagster as dg

from orchestration import clock
from orchestration.defs.checks import VERSION
from orchestration.defs.shared import OWNERS, Home
from orchestration.sending.gateways import GATEWAYS
from orchestration.sending.morning import export_as_it_stands

#: No night makes it: somebody answers for every list that leaves the house.
EXPORTS = dg.AssetKey(["published", "exports"])


class Export(dg.Config):  # type: ignore[misc]
    """Who gets which published lists, and where the files are written; every channel where none is named."""

    recipient: str
    out: str
    channels: list[str] = []  # noqa: RUF012 - a default of Dagster's configuration
    lists: list[str] = ["audience"]  # noqa: RUF012
    store: str | None = None


@dg.asset(
    key=EXPORTS,
    group_name="published",
    owners=OWNERS,
    deps=[VERSION],
    description="CURRENT's lists as files that gateways take, once; materialised by hand, as siyu export.",
    kinds={"python"},
)
def exports(context: dg.AssetExecutionContext, config: Export, home: Home) -> dg.MaterializeResult:
    """Export CURRENT's lists as they may be sent now, and remember what went out."""
    channels, out = tuple(config.channels or GATEWAYS), Path(config.out)
    date, done = export_as_it_stands(
        home.settings, tuple(config.lists), channels, config.store, config.recipient, out, clock.now(), context.log.info
    )
    for receipt in done:
        context.log.info(f"{receipt.export_id}: {receipt.kept_in}")
    by_channel = {f"{receipt.message_channel} out of": f"{receipt.out} of {receipt.named}" for receipt in done}
    return dg.MaterializeResult(
        metadata={"as_of_date": date.isoformat(), "rows": sum(one.out for one in done), **by_channel}
    )

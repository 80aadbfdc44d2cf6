"""The pulls, one asset each: materialised by hand, or by the job ``pulls`` before the night's cut-off."""

import dagster as dg

from orchestration.defs.shared import OWNERS
from orchestration.pulls.catalogue import PULLS as EVERY_PULL
from orchestration.pulls.running import run_pull
from orchestration.pulls.window import parse_moment
from orchestration.pulls.work import Pull
from orchestration.settings import load_settings
from orchestration.stages import PULLS


class Asked(dg.Config):  # type: ignore[misc]
    """The time to ask for, as a day or a moment of Shanghai; empty is what follows from the last pull."""

    first: str = ""
    last: str = ""


def _asset(pull: Pull) -> dg.AssetsDefinition:
    @dg.asset(
        key=[PULLS, pull.name],
        group_name=PULLS,
        owners=OWNERS,
        description=f"{pull.about} Lands in {pull.channel}/{pull.dataset}; as siyu pull {pull.name}.",
        kinds={"python"},
    )
    def fetched(context: dg.AssetExecutionContext, config: Asked) -> dg.MaterializeResult:
        start, end = (parse_moment(text) if text else None for text in (config.first, config.last))
        # No home's lock is held: a pull lands files, as any other deliverer does, while a night may run.
        done = run_pull(load_settings(), pull.name, start, end, context.log.info)
        return dg.MaterializeResult(
            metadata={
                "pages": done.pages,
                "records": done.records,
                "new pages": done.new_pages,
                "new records": done.new_records,
                "calls": done.calls,
                "retries": done.retries,
                "new tokens": done.refreshes,
            }
        )

    return fetched


pulled = [_asset(pull) for pull in EVERY_PULL.values()]

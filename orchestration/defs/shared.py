"""What every asset shares: daily partitions, one run for a whole range, owners, and the home."""

import datetime as dt
from typing import Final

import dagster as dg

from orchestration.run_plan import RunPlan, plan_run
from orchestration.settings import Settings, load_settings

OWNERS: Final = ["team:data-engineering"]
#: end_offset 1: today's business date can be materialised before it is over in UTC.
PARTITIONS: Final = dg.DailyPartitionsDefinition(
    start_date=load_settings().partitions_start, timezone="Asia/Shanghai", end_offset=1
)
ONE_RUN: Final = dg.BackfillPolicy.single_run()


class Home(dg.ConfigurableResource):  # type: ignore[misc]
    """The home a run works on, with its settings read from the environment when the run starts."""

    @property
    def settings(self) -> Settings:
        """The settings of this process."""
        return load_settings()

    def plan(self, context: dg.AssetExecutionContext) -> RunPlan:
        """Return the dates of this run from its partition range."""
        return plan_run(self.settings, partition_dates(context))


def partition_dates(context: dg.AssetExecutionContext) -> list[dt.date]:
    """Return the business dates of the run; a single partition is a range of one."""
    return [dt.date.fromisoformat(key) for key in context.partition_keys]

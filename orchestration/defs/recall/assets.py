"""The recall tables: one asset that decides, five tables that it writes."""

import collections
import time
from collections.abc import Iterator

import dagster as dg

from ml.recall import Salts, plan_recall
from ml.recall.tables import PLANNED
from orchestration.channels.keys import load_key
from orchestration.defs.recall.tables import load_rules, of_dates
from orchestration.defs.shared import ONE_RUN, OWNERS, PARTITIONS, Home
from orchestration.warehouse import connect, replace_dates

DEPS = [
    ["features", "recall_context"],
    ["features", "recall_offers"],
    ["scores", "customer_scores"],
    ["identity", "ancestry"],
]
#: Dates planned together: what bounds memory (28 dates of 4,900 people at once: 0.8 GB).
DATES_AT_ONCE = 7


@dg.multi_asset(
    name="recall",
    specs=[
        dg.AssetSpec(
            ["recall", name], group_name="recall", owners=OWNERS, description=text, kinds={"python"}, deps=DEPS
        )
        for name, (text, _) in PLANNED.items()
    ],
    partitions_def=PARTITIONS,
    backfill_policy=ONE_RUN,
)
def recall(context: dg.AssetExecutionContext, home: Home) -> Iterator[dg.MaterializeResult]:
    """Holdouts, treatments, budgeted assignment and tasks of every date of the run."""
    started, settings, dates = time.monotonic(), home.settings, home.plan(context).as_of_dates
    salts = Salts(load_key(settings, "holdout"), load_key(settings, "exploration"))
    rows: dict[str, int] = collections.Counter()
    with connect(settings) as con:
        rules = load_rules(con, settings, of_dates(con, "features.recall_offers", dates, key="offer_id"))
        ancestry = con.sql("select one_id, ancestor_one_id, known_from from identity.ancestry").df()
        for at in range(0, len(dates), DATES_AT_ONCE):
            some = dates[at : at + DATES_AT_ONCE]
            frames = [of_dates(con, table, some) for table in ("features.recall_context", "scores.customer_scores")]
            plan = plan_recall(*frames, ancestry, rules, salts, settings.daily_budget_yuan * 100, some)
            for name, (_, columns) in PLANNED.items():
                rows[name] += replace_dates(con, f"recall.{name}", getattr(plan, name), some, columns)
    seconds = round(time.monotonic() - started, 2)
    for name in PLANNED:
        yield dg.MaterializeResult(asset_key=["recall", name], metadata={"rows": rows[name], "seconds": seconds})

"""The recall tables: one asset that decides, five tables that it writes."""

import time
from collections.abc import Iterator

import dagster as dg

from ml.recall import SEEDS, Rules, Salts, plan_recall
from orchestration.channels.keys import load_key
from orchestration.defs.recall.tables import ASSIGNMENT, AUDIENCE, BUDGET, ROI_CURVE, TASKS, of_dates, seeds
from orchestration.defs.shared import ONE_RUN, OWNERS, PARTITIONS, Home
from orchestration.warehouse import connect, replace_dates

TABLES = {"assignment": ASSIGNMENT, "audience": AUDIENCE, "tasks": TASKS, "budget": BUDGET, "roi_curve": ROI_CURVE}
ROWS = {
    "assignment": "One row per (one_id, as_of_date) of a candidate: its arm and the probability it was drawn with.",
    "audience": "One row per (one_id, as_of_date) to be sent: channel, sender, offer, hour, expected profit, why.",
    "tasks": "One row per task of a member of staff's morning list.",
    "budget": "One row per audience: budget, cost, price of money and the bound no audience can beat.",
    "roi_curve": "One row per (audience, budget): what other budgets would earn.",
}


@dg.multi_asset(
    name="recall",
    outs={
        name: dg.AssetOut(key=["recall", name], group_name="recall", owners=OWNERS, description=text, kinds={"python"}, is_required=True)
        for name, text in ROWS.items()
    },
    deps=[
        dg.AssetKey(["features", "recall_context"]),
        dg.AssetKey(["scores", "customer_scores"]),
        dg.AssetKey(["identity", "ancestry"]),
    ],
    partitions_def=PARTITIONS,
    backfill_policy=ONE_RUN,
)
def recall(context: dg.AssetExecutionContext, home: Home) -> Iterator[dg.Output[None]]:
    """Holdouts, treatments, budgeted assignment and tasks of every date of the run."""
    started, settings, dates = time.monotonic(), home.settings, home.plan(context).as_of_dates
    salts = Salts(load_key(settings, "holdout"), load_key(settings, "exploration"))
    with connect(settings) as con:
        rules = Rules(seeds(con, list(SEEDS)), settings.gross_margin_rate, settings.holdout_share, settings.exploration_share,
                      settings.horizon_days, tuple(settings.staff_channels))  # fmt: skip
        frames = [of_dates(con, table, dates) for table in ("features.recall_context", "scores.customer_scores")]
        ancestry = con.execute("select one_id, ancestor_one_id, known_from from identity.ancestry").df()
        plan = plan_recall(*frames, ancestry, rules, salts, settings.daily_budget_yuan * 100, dates)
        for name, columns in TABLES.items():
            rows = replace_dates(con, f"recall.{name}", getattr(plan, name), dates, columns)
            yield dg.Output(None, output_name=name, metadata={"rows": rows, "seconds": round(time.monotonic() - started, 2)})

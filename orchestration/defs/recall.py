"""Recall: one asset that decides and writes five tables, and one that reads what the published audiences came to."""

import collections
import time
from collections.abc import Iterator

import dagster as dg
import pandas as pd

from ml.recall import Salts, plan_recall
from ml.recall.outcomes import JOURNAL_COLUMNS, due_on, outcomes
from ml.recall.tables import OUTCOMES, PLANNED
from orchestration.channels.engine.keys import load_key
from orchestration.defs.shared import ONE_RUN, OWNERS, PARTITIONS, Home
from orchestration.frames import of_dates
from orchestration.recall_inputs import budgets, deeds, identity_moves, known_ancestry, load_rules, planned_with
from orchestration.warehouse import connect, replace_dates

DEPS = [
    ["recall", "recall_people"],
    ["recall", "recall_offers"],
    ["recall", "spoken_templates"],
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
        rules = load_rules(con, settings, of_dates(con, "recall.recall_offers", dates, key="offer_id"))
        ancestry = known_ancestry(con)
        for at in range(0, len(dates), DATES_AT_ONCE):
            some = dates[at : at + DATES_AT_ONCE]
            frames = [of_dates(con, table, some) for table in ("recall.recall_people", "scores.customer_scores")]
            plan = plan_recall(*frames, ancestry, rules, salts, budgets(con, settings, some))
            for name, (_, columns) in PLANNED.items():
                rows[name] += replace_dates(con, f"recall.{name}", getattr(plan, name), some, columns)
    seconds = round(time.monotonic() - started, 2)
    for name in PLANNED:
        yield dg.MaterializeResult(asset_key=["recall", name], metadata={"rows": rows[name], "seconds": seconds})


@dg.asset(
    key=["recall", "outcomes"],
    group_name="recall",
    owners=OWNERS,
    partitions_def=PARTITIONS,
    backfill_policy=ONE_RUN,
    deps=[
        ["recall", "tasks"],
        ["people", "order_states"],
        ["people", "task_result_states"],
        ["people", "contacts"],
        ["recall", "spoken_templates"],
    ],
    description="One row per (as_of_date, audience_id, read_on_date) of a published audience that is due by the date.",
    kinds={"python"},
)
def recall_outcomes(context: dg.AssetExecutionContext, home: Home) -> dg.MaterializeResult:
    """Read, for each date of the run, every published audience whose reading date has come by it."""
    settings, dates = home.settings, home.plan(context).as_of_dates
    journal_file = settings.published / "journal.parquet"
    with connect(settings) as con:
        found = [pd.DataFrame(columns=list(OUTCOMES))]
        if journal_file.exists():
            journal = pd.read_parquet(journal_file, columns=list(JOURNAL_COLUMNS))
            if due := due_on(journal, dates, settings.horizon_days):
                planned = planned_with(con, journal["as_of_date"].unique().tolist())
                journal = journal.merge(planned, on=["as_of_date", "one_id"], how="left")
                (changed, ancestry), rules = identity_moves(con), load_rules(con, settings)
            for date in due:
                done = deeds(con, date)
                found.append(outcomes(journal, done.bought, done.sent, changed, ancestry, rules, date))
        read = pd.concat([frame for frame in found if len(frame)] or found[:1], ignore_index=True)
        rows = replace_dates(con, "recall.outcomes", read, dates, OUTCOMES)
    return dg.MaterializeResult(metadata={"rows": rows})

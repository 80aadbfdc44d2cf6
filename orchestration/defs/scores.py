"""Scores of every model's population, by the models of each date's training Monday."""

import datetime as dt
import time

import dagster as dg
import pandas as pd

from ml.labels import model_specs
from ml.scores.frame import score_frame
from orchestration.business_time import training_date
from orchestration.defs.inputs import require_inputs
from orchestration.defs.shared import (
    ONE_RUN,
    OWNERS,
    PARTITIONS,
    Home,
    of_warehouse,
    rows_by_date,
    say_by_date,
    tags_of,
)
from orchestration.frames import registered_cards, seed, snapshots
from orchestration.model_seals import check_models
from orchestration.python_tables import PYTHON_TABLES
from orchestration.warehouse import connect, replace_dates

TABLE = "scores.customer_scores"


@dg.asset(
    key=["scores", "customer_scores"],
    group_name="scores",
    owners=OWNERS,
    partitions_def=PARTITIONS,
    backfill_policy=ONE_RUN,
    deps=[dg.AssetKey(["features", "customer_features"]), dg.AssetKey(["models", "registry"])],
    description="One row per (one_id, as_of_date, model): probability, decile, basis and three reasons in words.",
    kinds={"python", "duckdb"},
    tags=tags_of("scores"),
    metadata=of_warehouse("scores", "customer_scores", PYTHON_TABLES[TABLE]),
)
def customer_scores(context: dg.AssetExecutionContext, home: Home) -> dg.MaterializeResult:
    """Score the run's dates, one training Monday's models at a time."""
    started, settings, plan = time.monotonic(), home.settings, home.plan(context)
    check_models(settings)
    folder, horizon, rows, counts = settings.home / "models", settings.horizon_days, 0, {}
    told: dict[dt.date, int] = {}
    with connect(settings) as con:
        require_inputs(context, con, plan)
        words, specs = seed(con, "reason_words", "feature"), model_specs(seed(con, "model_specs", "model"))
        for monday in plan.training_dates:
            dates = [date for date in plan.as_of_dates if training_date(date) == monday]
            cards = registered_cards(con, monday)
            frame = score_frame(snapshots(con, dates), specs, cards, words, folder, horizon, settings.threads)
            rows += replace_dates(con, TABLE, frame, dates, PYTHON_TABLES[TABLE])
            counts = _basis_counts(frame)
            told |= rows_by_date(frame, dates)
    say_by_date(context, TABLE.split("."), {date: {"rows": count} for date, count in told.items()})
    metadata = {"rows": rows, "seconds": round(time.monotonic() - started, 2), "newest": dg.MetadataValue.json(counts)}
    return dg.MaterializeResult(metadata=metadata)


def _basis_counts(frame: pd.DataFrame) -> dict[str, int]:
    counts = frame.groupby(["model", "basis"], sort=True).size()
    return {f"{model}: {basis}": int(rows) for (model, basis), rows in counts.items()}

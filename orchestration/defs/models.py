"""The registry of models: trained where missing, one row per training date and model."""

import dataclasses
import time
from typing import Any

import dagster as dg

from ml.labels import model_specs
from ml.models.gates import gate_thresholds
from ml.models.run import registry_frame, train_all
from ml.models.tables import REGISTRY, champions_table, figures, lift_table
from orchestration.business_time import training_date
from orchestration.defs.shared import ONE_RUN, OWNERS, PARTITIONS, Home, of_warehouse, say_by_date, tags_of
from orchestration.frames import of_dates, replace_registry, seed, snapshots
from orchestration.keeping.learned import keys_of, note_learned, standing_cards
from orchestration.model_seals import check_models, seal_models
from orchestration.warehouse import connect


@dg.asset(
    key=["models", "registry"],
    group_name="models",
    owners=OWNERS,
    partitions_def=PARTITIONS,
    backfill_policy=ONE_RUN,
    deps=[
        dg.AssetKey(["features", "customer_features"]),
        dg.AssetKey(["features", "labels"]),
    ],
    description="One row per (training_date, model): its id, champion, measures out of time and card.",
    kinds={"python", "duckdb"},
    tags=tags_of("models"),
    metadata=of_warehouse("models", "registry", REGISTRY),
)
def registry(context: dg.AssetExecutionContext, home: Home) -> dg.MaterializeResult:
    """Train the models of the run's Mondays, or find them kept."""
    started, settings, plan = time.monotonic(), home.settings, home.plan(context)
    cut_offs = sorted({date for dates in plan.cut_offs.values() for date in dates})
    models = settings.home / "models"
    check_models(settings)
    with connect(settings) as con:
        words, specs = seed(con, "reason_words", "feature"), model_specs(seed(con, "model_specs", "model"))
        thresholds = gate_thresholds(seed(con, "gates", "gate"))
        features = words["feature"].tolist()
        asked = [[dataclasses.asdict(spec) for spec in specs], features, dict(thresholds), settings.horizon_days]
        keys = keys_of(con, plan.cut_offs, asked)
        standing = standing_cards(con, keys, plan.cut_offs, [spec.model for spec in specs], models)
        if standing is None:
            frames = snapshots(con, cut_offs), of_dates(con, "features.labels", cut_offs)
            cards = train_all(
                specs, plan.cut_offs, *frames, features, thresholds, models, settings.horizon_days, settings.threads
            )
            seal_models(settings)
            replace_registry(con, registry_frame(cards))
            note_learned(con, keys)
        else:
            cards = standing
    by_monday = {monday: [card for card in cards if card["training_date"] == monday] for monday in _mondays(cards)}
    told = {date: figures(by_monday.get(training_date(date).isoformat(), [])) for date in plan.as_of_dates}
    say_by_date(context, ["models", "registry"], told)
    newest = [card for card in cards if card["training_date"] == plan.training_dates[-1].isoformat()]
    return dg.MaterializeResult(
        metadata={
            "rows": len(cards),
            "seconds": round(time.monotonic() - started, 2),
            "trained": sum(card["trained_now"] for card in cards),
            "models": dg.MetadataValue.path(str(models)),
            "champions": dg.MetadataValue.md(champions_table(newest)),
            "lift": dg.MetadataValue.md(lift_table(newest)),
        }
    )


def _mondays(cards: list[dict[str, Any]]) -> set[str]:
    return {card["training_date"] for card in cards}

"""All models of all training dates of a run, side by side on the machine's threads."""

import datetime as dt
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from ml.labels.questions import ModelSpec
from ml.models.artefacts import to_json
from ml.models.measures import MEASURES
from ml.models.tables import REGISTRY
from ml.models.train import train, training_job


def train_all(
    specs: Sequence[ModelSpec],
    cut_offs: Mapping[dt.date, Sequence[dt.date]],
    snapshots: pd.DataFrame,
    labels: pd.DataFrame,
    features: Sequence[str],
    thresholds: Mapping[str, float],
    models: Path,
    horizon_days: int,
    threads: int,
) -> list[dict[str, Any]]:
    """Train, or find kept, every model of every training date.

    LightGBM lets go of the interpreter while it trains, so training dates run side by side; each model itself has one
    thread, and so has BLAS, or its last digits would depend on the machine.

    Parameters
    ----------
    specs
        Questions.
    cut_offs
        Training date -> its closed cut-offs.
    snapshots, labels
        ``customer_features`` and ``labels`` of all those cut-offs.
    features, thresholds
        Declared features; seed ``gates``.
    models
        Folder of kept models.
    horizon_days, threads
        Days ahead; how many models at a time.

    Returns
    -------
    list of dict
        Cards, by (training date, model); ``trained_now`` says whether this call trained it.
    """

    def one(task: tuple[dt.date, ModelSpec]) -> dict[str, Any]:
        date, spec = task
        return train(
            training_job(spec, date, cut_offs[date], snapshots, labels, features, thresholds, horizon_days), models
        )

    tasks = [(date, spec) for date in sorted(cut_offs) for spec in specs]
    with threadpool_limits(limits=1), ThreadPoolExecutor(max_workers=threads) as pool:
        return list(pool.map(one, tasks))


def registry_frame(cards: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Return the rows of ``models.registry``: what the card says of the champion, and the card itself as JSON."""
    rows = []
    for card in cards:
        measures = card["metrics"].get(card["champion"], {})
        values = {name: measures.get(name, {}).get("mean") for name in MEASURES}
        told = {key: card[key] for key in ("model", "model_id", "champion", "basis", "horizon_days", "gates_passed")}
        whole = to_json({key: value for key, value in card.items() if key != "trained_now"})
        date = dt.date.fromisoformat(card["training_date"])
        rows.append({**told, **values, "training_date": date, "card": whole})
    return pd.DataFrame(rows, columns=list(REGISTRY))

"""The frame of ``scores.customer_scores``: one row per (as_of_date, one_id, model)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.features.matrix import Vector
from ml.labels.questions import ModelSpec, population
from ml.models.calibration import Calibration
from ml.scores.contributions import model_terms
from ml.scores.reasons import base_log_odds, reasons
from ml.scores.tables import SCORES

SCORE_DECIMALS: Final = 6


def deciles(scores: Vector) -> NDArray[np.int64]:
    """Return each score's decile, 1 the highest tenth; equal scores share one, by their average rank."""
    if not len(scores):
        return np.empty(0, dtype=np.int64)
    ranks = pd.Series(-scores).rank(method="average").to_numpy()
    return np.asarray(np.clip(np.ceil(ranks * 10 / len(scores)), 1, 10), dtype=np.int64)


def score_frame(
    snapshots: pd.DataFrame,
    specs: Sequence[ModelSpec],
    cards: dict[str, dict[str, Any]],
    words: pd.DataFrame,
    models: Path,
    horizon_days: int,
    threads: int = 1,
) -> pd.DataFrame:
    """Score every model's population of one or more dates that share their models.

    Parameters
    ----------
    snapshots
        Rows of ``features.customer_features``, sorted by (as_of_date, one_id).
    specs
        The models' questions.
    cards
        Model -> card of the model of these dates.
    words
        Seed ``reason_words``.
    models
        Folder of kept models.
    horizon_days
        Days the scores look ahead.
    threads
        Threads of the child that scores LightGBM models.

    Returns
    -------
    DataFrame
        Columns of ``SCORES``, sorted by (as_of_date, model, one_id). ``score`` is the probability of the model's
        question (churn: no order in the horizon; the others: an order), rounded to 6 places.
    """
    asked = [(cards[spec.model], population(snapshots, spec, horizon_days)) for spec in specs]
    asked = [(card, rows.reset_index(drop=True)) for card, rows in asked if len(rows)]
    frames = []
    for (card, rows), terms in zip(asked, model_terms(models, asked, threads), strict=True):
        scaling = card["scaling"]
        scores = np.round(terms.probabilities(Calibration(scaling["intercept"], scaling["slope"])), SCORE_DECIMALS)
        frame = rows[["as_of_date", "one_id"]].assign(
            model=card["model"],
            model_version=card["model_id"],
            horizon_days=horizon_days,
            score=scores,
            basis=card["basis"],
        )
        frame["decile"] = frame.groupby("as_of_date")["score"].transform(lambda one: deciles(one.to_numpy()))
        told = reasons(rows, terms, base_log_odds(float(card["base_rate"])), words)
        for number in range(3):
            frame[f"reason_{number + 1}"] = [one[number] for one in told]
        frames.append(frame)
    if not frames:
        return pd.DataFrame(columns=list(SCORES))
    whole = pd.concat(frames, ignore_index=True).loc[:, list(SCORES)]
    return whole.sort_values(["as_of_date", "model", "one_id"], ignore_index=True)

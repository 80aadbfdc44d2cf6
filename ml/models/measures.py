"""Measures of a score, vectorised over customer-clustered bootstrap weights.

Every measure takes weights of shape (resamples, rows) and returns one value a resample; weights of one give the point
estimate. 200 resamples of 6,000 rows cost 0.1 s a measure. A score that is no number is refused, never ranked: what
cannot be said has no place among the largest or the smallest. A measure of labels of one kind is NaN, told as null.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.features.matrix import Matrix, Vector

Labels = NDArray[np.int64]
MEASURES = ("auc", "pr_auc", "brier", "top_decile_lift", "ece")


def cluster_weights(clusters: Sequence[Any], resamples: int, seed: int) -> Matrix:
    """Return bootstrap weights of shape (1 + resamples, rows): row 0 is all ones, then customers redrawn.

    A customer stands in several cut-offs; drawing rows instead of customers would make the intervals too narrow.
    """
    codes, uniques = pd.factorize(np.asarray(clusters), sort=True)
    people = len(uniques)
    generator = np.random.Generator(np.random.PCG64(seed))
    counts = generator.multinomial(people, np.full(people, 1 / people), size=resamples)
    return np.vstack([np.ones((1, len(codes))), counts[:, codes].astype(np.float64)])


class ScoreIsNoNumber(ValueError):
    """A score holds NaN or an infinity; nothing can be measured of it."""


def auc(labels: Labels, scores: Vector, weights: Matrix) -> Vector:
    """Return the weighted area under the ROC curve; ties count one half (Mann-Whitney)."""
    starts, order = _tie_groups(scores)
    positive = np.add.reduceat((weights * labels)[:, order], starts, axis=1)
    negative = np.add.reduceat((weights * (1 - labels))[:, order], starts, axis=1)
    below = np.cumsum(negative, axis=1) - negative / 2
    return _ratio((positive * below).sum(axis=1), positive.sum(axis=1) * negative.sum(axis=1))


def pr_auc(labels: Labels, scores: Vector, weights: Matrix) -> Vector:
    """Return the weighted average precision (step-wise, as in scikit-learn)."""
    starts, order = _tie_groups(-scores)
    positive = np.add.reduceat((weights * labels)[:, order], starts, axis=1)
    everybody = np.add.reduceat(weights[:, order], starts, axis=1)
    reached = np.cumsum(everybody, axis=1)
    precision = np.cumsum(positive, axis=1) / np.where(reached > 0, reached, 1.0)
    return _ratio((positive * precision).sum(axis=1), positive.sum(axis=1))


def brier(labels: Labels, scores: Vector, weights: Matrix) -> Vector:
    """Return the weighted mean squared error of a probability."""
    return _ratio(weights @ (_numbers(scores) - labels) ** 2, weights.sum(axis=1))


def top_decile_lift(labels: Labels, scores: Vector, weights: Matrix) -> Vector:
    """Return the positive rate of the top tenth over the rate of all; a group of ties at the border enters by share."""
    starts, order = _tie_groups(-scores)
    positive = np.add.reduceat((weights * labels)[:, order], starts, axis=1)
    everybody = np.add.reduceat(weights[:, order], starts, axis=1)
    total = everybody.sum(axis=1, keepdims=True)
    before = np.cumsum(everybody, axis=1) - everybody
    taken = np.clip((total / 10 - before) / np.where(everybody > 0, everybody, 1.0), 0.0, 1.0)
    return _ratio((positive * taken).sum(axis=1) * 10, positive.sum(axis=1))


def ece(labels: Labels, scores: Vector, weights: Matrix, bins: int = 10) -> Vector:
    """Return the expected calibration error over bins of equal size: mean of |predicted - actual|, weighted by rows."""
    edges = _bin_of(scores, bins)
    gaps = np.zeros(len(weights))
    for number in range(bins):
        inside = weights[:, edges == number]
        if inside.shape[1]:
            gaps += np.abs(inside @ (scores - labels)[edges == number])
    return _ratio(gaps, weights.sum(axis=1))


def ece_by_chance(scores: Vector, bins: int = 10) -> float:
    """Return the ECE a perfectly calibrated score of this size shows by sampling alone (mean of half-normals)."""
    edges = _bin_of(scores, bins)
    variance = scores * (1 - scores)
    deviations = [np.sqrt(variance[edges == number].sum()) for number in range(bins)]
    return float(np.sqrt(2 / np.pi) * np.sum(deviations) / max(len(scores), 1))


def all_measures(labels: Labels, scores: Vector, weights: Matrix) -> dict[str, Vector]:
    """Return every measure of MEASURES, one value a resample."""
    return {
        "auc": auc(labels, scores, weights),
        "pr_auc": pr_auc(labels, scores, weights),
        "brier": brier(labels, scores, weights),
        "top_decile_lift": top_decile_lift(labels, scores, weights),
        "ece": ece(labels, scores, weights),
    }


def interval(values: Vector) -> dict[str, Any]:
    """Return the point estimate (element 0, the mean over seeds) with the 2.5% and 97.5% quantiles of the resamples."""
    drawn = values[1:][~np.isnan(values[1:])]
    low, high = np.quantile(drawn, [0.025, 0.975]) if len(drawn) else (np.nan, np.nan)
    return {"mean": round(float(values[0]), 6), "interval": [round(float(low), 6), round(float(high), 6)]}


def decile_table(labels: Labels, scores: Vector, weights: Vector) -> list[dict[str, float]]:
    """Return customers, mean prediction, observed rate and lift of each tenth, 1 first (the highest scores)."""
    edges = _bin_of(scores, 10)
    table, base = [], float(np.average(labels, weights=weights)) if len(labels) else 0.0
    for number in range(9, -1, -1):
        chosen = edges == number
        if chosen.any():
            observed = float(np.average(labels[chosen], weights=weights[chosen]))
            table.append({
                "decile": 10 - number,
                "customers": int(chosen.sum()),
                "predicted": round(float(np.average(scores[chosen], weights=weights[chosen])), 6),
                "observed": round(observed, 6),
                "lift": round(observed / base, 4) if base else float("nan"),
            })
    return table


def _numbers(scores: Vector) -> Vector:
    if not np.isfinite(scores).all():
        raise ScoreIsNoNumber(f"{int((~np.isfinite(scores)).sum())} of {len(scores)} scores are no numbers")
    return scores


def _ratio(above: Vector, below: Vector) -> Vector:
    return np.asarray(np.divide(above, below, out=np.full(len(below), np.nan), where=below > 0))


def _tie_groups(keys: Vector) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    order = np.argsort(_numbers(keys), kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    return starts, order


def _bin_of(scores: Vector, bins: int) -> NDArray[np.int64]:
    """Return each row's bin 0..bins-1, bins of equal size by rank; ties are kept in the order of the rows."""
    order = np.argsort(_numbers(scores), kind="stable")
    ranks = np.empty(len(scores), dtype=np.int64)
    ranks[order] = np.arange(len(scores))
    return ranks * bins // max(len(scores), 1)

"""Gates a score has to pass before anybody acts on it; the thresholds are seed ``gates``."""

import dataclasses
from collections.abc import Mapping

import numpy as np
import pandas as pd

from ml.features.matrix import Matrix, Vector
from ml.models.measures import Labels, auc, ece, ece_by_chance, interval


@dataclasses.dataclass(frozen=True)
class GateResult:
    """One gate's verdict, with the value it looked at and the threshold it held it against."""

    gate: str
    passed: bool
    value: float
    threshold: float


def gate_thresholds(seed: pd.DataFrame) -> dict[str, float]:
    """Return seed ``gates`` as gate -> threshold."""
    return {str(gate): float(value) for gate, value in zip(seed["gate"], seed["threshold"], strict=True)}


def judge_gates(labels: Labels, scores: Vector, weights: Matrix, thresholds: Mapping[str, float]) -> list[GateResult]:
    """Judge a score on its out-of-time rows: the gates of its ranking and those of its level."""
    return [*ranking_gates(labels, scores, weights, thresholds), *level_gates(labels, scores, weights[0], thresholds)]


def ranking_gates(labels: Labels, scores: Vector, weights: Matrix, thresholds: Mapping[str, float]) -> list[GateResult]:
    """Say whether a score tells people apart.

    Parameters
    ----------
    labels, scores
        0 or 1 and the probability, one per row.
    weights
        Bootstrap weights, shape (1 + resamples, rows).
    thresholds
        ``score_spread_minimum``, ``auc_low_minimum``.

    Returns
    -------
    list of GateResult
        constant: the scores hardly differ for their level (a first order is rare, its scores are low; where three in
        four leave, those who stay are the rare ones). random: the interval of the AUC reaches 0.5.
    """
    least_spread, least_area = thresholds["score_spread_minimum"], thresholds["auc_low_minimum"]
    rarer = min(float(scores.mean()), 1.0 - float(scores.mean()))
    spread = float(scores.std()) / rarer if rarer > 0 else 0.0
    area = auc(labels, scores, weights)
    low = interval(area)["interval"][0] if len(area) > 1 else float(area[0])
    return [
        GateResult("constant", spread >= least_spread, spread, least_spread),
        GateResult("random", low > least_area, low, least_area),
    ]


def level_gates(labels: Labels, scores: Vector, weights: Vector, thresholds: Mapping[str, float]) -> list[GateResult]:
    """Say whether as many do it as the score says.

    Parameters
    ----------
    labels, scores
        0 or 1 and the probability, one per row.
    weights
        How much each row counts.
    thresholds
        ``ece_maximum``, ``ratio_minimum``, ``ratio_maximum``.

    Returns
    -------
    list of GateResult
        uncalibrated_ece: the ECE beyond what a calibrated score of this size shows by chance leaves its bound.
        under_predicted, over_predicted: predicted over actual does, by more than two standard errors.
    """
    most, lowest, highest = (thresholds[name] for name in ("ece_maximum", "ratio_minimum", "ratio_maximum"))
    excess = max(0.0, float(ece(labels, scores, weights[None, :])[0]) - ece_by_chance(scores))
    ratio = predicted_over_actual(labels, scores, weights)
    slack = _ratio_slack(labels)
    return [
        GateResult("uncalibrated_ece", excess <= most, excess, most),
        GateResult("under_predicted", ratio >= lowest - slack, ratio, lowest),
        GateResult("over_predicted", ratio <= highest + slack, ratio, highest),
    ]


def needs_calibration(labels: Labels, scores: Vector, weights: Vector, thresholds: Mapping[str, float]) -> bool:
    """Say whether the raw score's ECE or predicted over actual leaves its bounds out of time.

    A small population misses an ECE of .02 by sampling alone; its threshold is what chance explains, if that is more.
    """
    allowed = max(thresholds["ece_maximum"], 1.5 * ece_by_chance(scores))
    off = float(ece(labels, scores, weights[None, :])[0]) > allowed
    ratio = predicted_over_actual(labels, scores, weights)
    return off or not thresholds["ratio_minimum"] <= ratio <= thresholds["ratio_maximum"]


def predicted_over_actual(labels: Labels, scores: Vector, weights: Vector) -> float:
    """Return the sum of probabilities over the count of positives (NaN without one)."""
    return float(scores @ weights / (labels @ weights)) if labels.any() else float("nan")


def _ratio_slack(labels: Labels) -> float:
    """Return two standard errors of predicted over actual: 40 positives cannot tell 0.9 from 1."""
    positives = max(int(labels.sum()), 1)
    return float(2 * np.sqrt((1 - labels.mean()) / positives))

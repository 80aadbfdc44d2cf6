"""Gates a score has to pass before anybody acts on it; the thresholds are seed ``gates``."""

import dataclasses
from collections.abc import Mapping

import numpy as np
import pandas as pd

from ml.features.matrix import Vector
from ml.models.measures import Labels, auc, ece, ece_by_chance


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


def judge_gates(labels: Labels, scores: Vector, weights: Vector, thresholds: Mapping[str, float]) -> list[GateResult]:
    """Judge a score on its out-of-time rows.

    Parameters
    ----------
    labels, scores
        0 or 1 and the probability, one per row.
    weights
        Bootstrap weights, shape (1 + resamples, rows).
    thresholds
        ``score_spread_minimum``, ``auc_low_minimum``, ``ece_maximum``, ``ratio_minimum``, ``ratio_maximum``.

    Returns
    -------
    list of GateResult
        constant: the scores hardly differ for their level (a first order is rare, its scores are low). random: the
        interval of the AUC reaches 0.5. uncalibrated: the ECE beyond what a calibrated score of this size shows by
        chance, or predicted over actual, leaves its bounds.
    """
    spread = float(scores.std() / scores.mean()) if scores.any() else 0.0
    area = auc(labels, scores, weights)
    area_low = float(np.nanquantile(area[1:], 0.025)) if len(area) > 1 else float(area[0])
    excess = max(0.0, float(ece(labels, scores, weights[:1])[0]) - ece_by_chance(scores))
    ratio = predicted_over_actual(labels, scores)
    slack = _ratio_slack(labels)
    return [
        GateResult(
            "constant", spread >= thresholds["score_spread_minimum"], spread, thresholds["score_spread_minimum"]
        ),
        GateResult("random", area_low > thresholds["auc_low_minimum"], area_low, thresholds["auc_low_minimum"]),
        GateResult("uncalibrated_ece", excess <= thresholds["ece_maximum"], excess, thresholds["ece_maximum"]),
        GateResult("under_predicted", ratio >= thresholds["ratio_minimum"] - slack, ratio, thresholds["ratio_minimum"]),
        GateResult("over_predicted", ratio <= thresholds["ratio_maximum"] + slack, ratio, thresholds["ratio_maximum"]),
    ]


def needs_calibration(labels: Labels, scores: Vector, thresholds: Mapping[str, float]) -> bool:
    """Say whether the raw score's ECE or predicted over actual leaves its bounds out of time.

    A small population misses an ECE of .02 by sampling alone; its threshold is what chance explains, if that is more.
    """
    allowed = max(thresholds["ece_maximum"], 1.5 * ece_by_chance(scores))
    off = float(ece(labels, scores, np.ones((1, len(labels))))[0]) > allowed
    return (
        off or not thresholds["ratio_minimum"] <= predicted_over_actual(labels, scores) <= thresholds["ratio_maximum"]
    )


def predicted_over_actual(labels: Labels, scores: Vector) -> float:
    """Return the sum of probabilities over the count of positives (NaN without one)."""
    return float(scores.sum() / labels.sum()) if labels.any() else float("nan")


def _ratio_slack(labels: Labels) -> float:
    """Return two standard errors of predicted over actual: 40 positives cannot tell 0.9 from 1."""
    positives = max(int(labels.sum()), 1)
    return float(2 * np.sqrt((1 - labels.mean()) / positives))

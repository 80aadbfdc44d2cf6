"""Judging candidates on the newest closed cut-offs: measures with intervals, paired differences, the champion."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml.features.matrix import Matrix, Vector
from ml.models.calibration import Calibration, fit_calibration
from ml.models.gates import GateResult, judge_gates, needs_calibration, predicted_over_actual
from ml.models.measures import MEASURES, Labels, all_measures, decile_table, ece, interval

#: Which paired differences a card shows: LightGBM against both logits, and the logit against the three-feature one.
PAIRS = (("lightgbm", "logit"), ("lightgbm", "rfm_logit"), ("logit", "rfm_logit"))


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What the test cut-offs said: the table, the champion and whether it may be used."""

    metrics: dict[str, dict[str, dict[str, Any]]]
    paired_auc: dict[str, dict[str, Any]]
    champion: str
    fallback: bool
    gates: list[GateResult]
    scaling: Calibration
    scaling_check: dict[str, Any]
    deciles: list[dict[str, float]]

    @property
    def passed(self) -> bool:
        """Whether every gate let the champion through."""
        return all(gate.passed for gate in self.gates)


def judge(
    labels: Labels,
    cut_off_numbers: NDArray[np.int64],
    predictions: Mapping[str, list[Vector]],
    weights: Matrix,
    thresholds: Mapping[str, float],
    champion: str | None = None,
) -> Verdict:
    """Judge candidates on the same rows and the same resamples.

    Parameters
    ----------
    labels
        0 or 1 a row of the test cut-offs.
    cut_off_numbers
        Which test cut-off a row belongs to: 0 oldest.
    predictions
        Candidate -> its predictions; several vectors (seeds) are measured one by one and their mean reported.
    weights
        Customer-clustered bootstrap weights, shape (1 + resamples, rows).
    thresholds
        Seed ``gates``.
    champion
        Judge this candidate's gates instead of the champion's: the fallback, after the champion was refused.
    """
    drawn = {name: _mean_measures(labels, vectors, weights) for name, vectors in predictions.items()}
    paired = {f"{a}-{b}": interval(drawn[a]["auc"] - drawn[b]["auc"]) for a, b in PAIRS if a in drawn and b in drawn}
    name, fallback = (champion, True) if champion else choose_champion(paired)
    chosen = predictions[name][0]
    scaling, check, rows, scores = _scaled(labels, cut_off_numbers, chosen, thresholds)
    return Verdict(
        metrics={one: {key: interval(values[key]) for key in MEASURES} for one, values in drawn.items()},
        paired_auc=paired,
        champion=name,
        fallback=fallback,
        gates=judge_gates(labels[rows], scores, weights[:, rows], thresholds),
        scaling=scaling,
        scaling_check=check,
        deciles=decile_table(labels, scaling.apply(chosen)),
    )


def choose_champion(paired: Mapping[str, Mapping[str, Any]]) -> tuple[str, bool]:
    """Return the champion and the fallback flag.

    LightGBM where its paired interval beats the logit, else the logit; whichever loses to the three-feature RFM logit
    on the same rows hands over to it and the flag says so.
    """
    champion = "lightgbm" if paired["lightgbm-logit"]["interval"][0] > 0 else "logit"
    if paired[f"{champion}-rfm_logit"]["mean"] < 0:
        return "rfm_logit", True
    return champion, False


def _mean_measures(labels: Labels, vectors: list[Vector], weights: Matrix) -> dict[str, Vector]:
    measured = [all_measures(labels, vector, weights) for vector in vectors]
    return {name: np.asarray(np.mean([one[name] for one in measured], axis=0)) for name in MEASURES}


def _scaled(
    labels: Labels, cut_off_numbers: NDArray[np.int64], scores: Vector, thresholds: Mapping[str, float]
) -> tuple[Calibration, dict[str, Any], NDArray[np.int64], Vector]:
    """Learn Platt scaling where the raw score is off out of time, and return what the gates may look at.

    The oldest test cut-off's labels close when the newest snapshot is taken, so scaling learned from the one and
    checked on the other is honest: those go to the gates. What goes into use learns from all test cut-offs.
    """
    ones = np.ones((1, len(labels)))
    check: dict[str, Any] = {
        "raw_ece": round(float(ece(labels, scores, ones)[0]), 6),
        "raw_predicted_over_actual": round(predicted_over_actual(labels, scores), 6),
        "needed": needs_calibration(labels, scores, thresholds),
    }
    if not check["needed"]:
        return Calibration(), check, np.arange(len(labels)), scores
    oldest = cut_off_numbers == cut_off_numbers.min()
    newest = np.flatnonzero(cut_off_numbers == cut_off_numbers.max())
    trial = fit_calibration(labels[oldest], scores[oldest]).apply(scores[newest])
    one = np.ones((1, len(newest)))
    check["newest_ece_before"] = round(float(ece(labels[newest], scores[newest], one)[0]), 6)
    check["newest_ece_after"] = round(float(ece(labels[newest], trial, one)[0]), 6)
    check["newest_ratio_before"] = round(predicted_over_actual(labels[newest], scores[newest]), 6)
    check["newest_ratio_after"] = round(predicted_over_actual(labels[newest], trial), 6)
    return fit_calibration(labels, scores), check, newest, trial

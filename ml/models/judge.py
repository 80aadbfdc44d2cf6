"""Judging candidates on the newest closed cut-offs: measures with intervals, paired differences, the champion."""

import dataclasses
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ml.features.matrix import Matrix, Vector
from ml.models.calibration import Calibration, fit_calibration
from ml.models.gates import GateResult, level_gates, needs_calibration, predicted_over_actual, ranking_gates
from ml.models.measures import MEASURES, Labels, all_measures, brier, decile_table, ece, interval

#: Which paired differences a card shows: LightGBM against both logits, and the logit against the three-feature one.
PAIRS: Final = (("lightgbm", "logit"), ("lightgbm", "rfm_logit"), ("logit", "rfm_logit"))
#: The gates that Platt scaling cannot mend: it keeps the order of the scores.
_RANKING: Final = frozenset({"constant", "random"})
#: What answers a model's question where the history is long enough; whatever else wins is a fallback.
_ASKED_FIRST: Final = frozenset({"logit", "lightgbm"})


@dataclasses.dataclass(frozen=True)
class Judged:
    """What the test cut-offs said of one candidate; the Brier score is that of the scores as they would be used."""

    auc: float
    brier: float
    gates: list[GateResult]
    scaling: Calibration
    scaling_check: dict[str, Any]

    @property
    def failed(self) -> set[str]:
        """The gates that refuse it."""
        return {gate.gate for gate in self.gates if not gate.passed}


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What the test cut-offs said: the table, the champion and whether it may be used."""

    metrics: dict[str, dict[str, dict[str, Any]]]
    paired_auc: dict[str, dict[str, Any]]
    champion: str
    candidates: dict[str, Judged]
    deciles: list[dict[str, float]]

    @property
    def passed(self) -> bool:
        """Whether every gate let the champion through."""
        return not self.judged.failed

    @property
    def judged(self) -> Judged:
        """What was said of the champion."""
        return self.candidates[self.champion]

    @property
    def fallback(self) -> bool:
        """Whether a baseline stands where a model of all features was asked for."""
        return self.champion not in _ASKED_FIRST


def judge(
    labels: Labels,
    cut_off_numbers: NDArray[np.int64],
    predictions: Mapping[str, list[Vector]],
    weights: Matrix,
    thresholds: Mapping[str, float],
) -> Verdict:
    """Judge candidates on the same rows and the same resamples.

    Parameters
    ----------
    labels
        0 or 1 a row of the test cut-offs.
    cut_off_numbers
        Which test cut-off a row belongs to: 0 oldest.
    predictions
        Candidate -> its predictions, the simpler first; several vectors (seeds) are measured one by one and their mean
        reported.
    weights
        Customer-clustered bootstrap weights, shape (1 + resamples, rows), times what each row counts for.
    thresholds
        Seed ``gates``.

    Raises
    ------
    ScoreIsNoNumber
        A candidate says nothing of some row: it has to be left out before.
    """
    drawn = {name: _mean_measures(labels, vectors, weights) for name, vectors in predictions.items()}
    paired = {f"{a}-{b}": interval(drawn[a]["auc"] - drawn[b]["auc"]) for a, b in PAIRS if a in drawn and b in drawn}
    candidates = {}
    for name, vectors in predictions.items():
        ranking = ranking_gates(labels, vectors[0], weights, thresholds)
        scaling, check, level = _scaled(labels, cut_off_numbers, vectors[0], weights[0], thresholds)
        used = _as_used(labels, cut_off_numbers, vectors[0], weights[0]) if check["needed"] else vectors[0]
        error = float(brier(labels, used, weights[:1])[0])
        candidates[name] = Judged(float(drawn[name]["auc"][0]), error, [*ranking, *level], scaling, check)
    champion = choose_champion(candidates, paired)
    return Verdict(
        metrics={one: {key: interval(values[key]) for key in MEASURES} for one, values in drawn.items()},
        paired_auc=paired,
        champion=champion,
        candidates=candidates,
        deciles=decile_table(labels, candidates[champion].scaling.apply(predictions[champion][0]), weights[0]),
    )


def choose_champion(candidates: Mapping[str, Judged], paired: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the best of the judged: of those that tell people apart, the one with the largest AUC.

    Where the gates refuse its level even so, the next that passes them all takes its place, if on the same rows its
    Brier score, which asks for ranking and level alike, is no larger: a gate never puts a worse score in place of a
    better one. Where nobody can tell people apart the smallest Brier score stands. Of two alike the one that was named
    first, which is the simpler. LightGBM stands for election only where its paired interval beats the logit.
    """
    beats = "lightgbm-logit" in paired and paired["lightgbm-logit"]["interval"][0] > 0
    elected = {name: one for name, one in candidates.items() if name != "lightgbm" or beats} or dict(candidates)
    ranked = sorted(
        (name for name, one in elected.items() if not one.failed & _RANKING), key=lambda name: -elected[name].auc
    )
    if not ranked:
        return min(elected, key=lambda name: elected[name].brier)
    best = elected[ranked[0]]
    fit = (name for name in ranked if not elected[name].failed and elected[name].brier <= best.brier)
    return next(fit, ranked[0])


def _mean_measures(labels: Labels, vectors: list[Vector], weights: Matrix) -> dict[str, Vector]:
    measured = [all_measures(labels, vector, weights) for vector in vectors]
    return {name: np.asarray(np.mean([one[name] for one in measured], axis=0)) for name in MEASURES}


def _as_used(labels: Labels, cut_off_numbers: NDArray[np.int64], scores: Vector, weights: Vector) -> Vector:
    """Return the scores with Platt scaling, each cut-off's learned from the others: never from its own rows."""
    used = scores.copy()
    for number in np.unique(cut_off_numbers):
        own = cut_off_numbers == number
        if not own.all():
            used[own] = fit_calibration(labels[~own], scores[~own], weights[~own]).apply(scores[own])
    return used


def _scaled(
    labels: Labels,
    cut_off_numbers: NDArray[np.int64],
    scores: Vector,
    weights: Vector,
    thresholds: Mapping[str, float],
) -> tuple[Calibration, dict[str, Any], list[GateResult]]:
    """Learn Platt scaling where the raw score is off out of time, and return what the gates say of its level.

    The oldest test cut-off's labels close when the newest snapshot is taken, so scaling learned from the one and
    checked on the other is honest: those go to the gates. What goes into use learns from all test cut-offs.
    """

    def told(rows: NDArray[np.int64], chances: Vector) -> tuple[float, float]:
        each = weights[rows]
        error = float(ece(labels[rows], chances, each[None, :])[0])
        return round(error, 6), round(predicted_over_actual(labels[rows], chances, each), 6)

    everybody = np.arange(len(labels))
    check: dict[str, Any] = dict(zip(("raw_ece", "raw_predicted_over_actual"), told(everybody, scores), strict=True))
    check["needed"] = needs_calibration(labels, scores, weights, thresholds)
    if not check["needed"]:
        return Calibration(), check, level_gates(labels, scores, weights, thresholds)
    oldest = np.flatnonzero(cut_off_numbers == cut_off_numbers.min())
    newest = np.flatnonzero(cut_off_numbers == cut_off_numbers.max())
    trial = fit_calibration(labels[oldest], scores[oldest], weights[oldest]).apply(scores[newest])
    check["newest_ece_before"], check["newest_ratio_before"] = told(newest, scores[newest])
    check["newest_ece_after"], check["newest_ratio_after"] = told(newest, trial)
    level = level_gates(labels[newest], trial, weights[newest], thresholds)
    return fit_calibration(labels, scores, weights), check, level

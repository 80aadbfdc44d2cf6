"""Gates and the choice of the champion."""

import numpy as np
import pytest

from ml.models.calibration import Calibration, fit_calibration
from ml.models.gates import GateResult, judge_gates, needs_calibration, predicted_over_actual
from ml.models.judge import Judged, choose_champion, judge
from ml.models.linear import sigmoid
from ml.models.measures import ScoreIsNoNumber, cluster_weights
from tests.unit.ml.shoppers import THRESHOLDS

EACH = np.ones(4000)
LEVEL = ("uncalibrated_ece", "under_predicted", "over_predicted")


@pytest.fixture(scope="module")
def world():
    """4,000 customers with a known chance, and their labels."""
    chance = np.random.default_rng(8)
    truth = chance.beta(1.0, 6.0, 4000)
    return truth, (chance.random(4000) < truth).astype(np.int64), cluster_weights(range(4000), 60, 1)


def _refused(labels, scores, weights):
    return {gate.gate for gate in judge_gates(labels, scores, weights, THRESHOLDS) if not gate.passed}


def test_the_true_chance_passes_every_gate(world):
    truth, labels, weights = world
    assert _refused(labels, truth, weights) == set()


def test_a_constant_score_is_refused(world):
    _, labels, weights = world
    assert _refused(labels, np.full(4000, labels.mean()), weights) == {"constant", "random"}


def test_a_rare_event_may_have_low_scores_as_long_as_they_differ():
    chance = np.random.default_rng(6)
    truth = chance.beta(1.0, 400.0, 20_000)
    labels = (chance.random(20_000) < truth).astype(np.int64)
    weights = cluster_weights(range(20_000), 30, 1)
    assert truth.std() < 0.005
    assert "constant" not in _refused(labels, truth, weights)
    assert "constant" not in _refused(1 - labels, 1 - truth, weights)


def test_a_random_score_is_refused_even_when_its_level_is_right(world):
    truth, labels, weights = world
    assert "random" in _refused(labels, np.random.default_rng(1).permutation(truth), weights)


def test_scores_that_promise_too_much_or_too_little_are_refused(world):
    truth, labels, weights = world
    assert {"uncalibrated_ece", "over_predicted"} <= _refused(labels, np.minimum(truth * 1.5, 1.0), weights)
    assert {"uncalibrated_ece", "under_predicted"} <= _refused(labels, truth * 0.5, weights)


def test_scaling_learned_out_of_time_brings_a_promise_back_to_the_truth(world):
    truth, labels, weights = world
    louder = np.clip(truth * 1.6, 0, 0.99)
    assert needs_calibration(labels[:2000], louder[:2000], EACH[:2000], THRESHOLDS)
    scaled = fit_calibration(labels[:2000], louder[:2000]).apply(louder[2000:])
    assert _refused(labels[2000:], scaled, weights[:, 2000:]) == set()


def test_scores_that_need_no_scaling_pass_untouched(world):
    truth, labels, _ = world
    assert not needs_calibration(labels, truth, EACH, THRESHOLDS)
    assert Calibration().apply(truth) is truth


def _judged(auc, brier=0.1, refused=()):
    gates = [GateResult(name, name not in refused, 0.0, 0.0) for name in ("constant", "random", *LEVEL)]
    return Judged(auc, brier, gates, Calibration(), {})


def _beats(low):
    return {"lightgbm-logit": {"mean": low + 0.002, "interval": [low, low + 0.004]}}


def test_of_those_that_pass_the_one_that_tells_most_apart_is_champion_bg_nbd_among_them():
    judged = {"recency": _judged(0.7), "bgnbd": _judged(0.82), "rfm_logit": _judged(0.81), "logit": _judged(0.8)}
    assert choose_champion(judged, {}) == "bgnbd"
    assert choose_champion(judged | {"logit": _judged(0.83)}, {}) == "logit"


def test_of_two_alike_the_simpler_is_champion():
    assert choose_champion({"rfm_logit": _judged(0.8), "logit": _judged(0.8)}, {}) == "rfm_logit"


def test_lightgbm_is_champion_only_where_its_interval_beats_the_logit():
    judged = {"logit": _judged(0.80), "lightgbm": _judged(0.85)}
    assert choose_champion(judged, _beats(0.001)) == "lightgbm"
    assert choose_champion(judged, _beats(0.0)) == "logit"
    assert choose_champion({**judged, "bgnbd": _judged(0.86)}, _beats(0.001)) == "bgnbd"
    assert choose_champion({"lightgbm": judged["lightgbm"]}, {}) == "lightgbm"


@pytest.mark.parametrize("gate", LEVEL)
def test_a_refused_candidate_hands_over_to_one_that_passes_and_is_no_worse_on_the_same_rows(gate):
    refused = {"recency": _judged(0.55, 0.19), "logit": _judged(0.75, 0.17, refused=[gate])}
    assert choose_champion({**refused, "bgnbd": _judged(0.70, 0.17)}, {}) == "bgnbd"
    assert choose_champion({**refused, "bgnbd": _judged(0.70, 0.171)}, {}) == "logit"
    assert choose_champion({**refused, "bgnbd": _judged(0.70, 0.16, refused=[gate])}, {}) == "logit"


@pytest.mark.parametrize("gate", ["constant", "random"])
def test_where_nobody_can_be_told_apart_the_smallest_brier_score_stands(gate):
    judged = {"recency": _judged(0.51, 0.21, [gate]), "bgnbd": _judged(0.5, 0.2, [gate])}
    assert choose_champion({**judged, "logit": _judged(0.52, 0.22, [gate])}, {}) == "bgnbd"


def test_a_shop_that_three_in_four_leave_keeps_the_best_of_its_judged_candidates():
    """The logit ranks; its level drifts after the cut-off that scaling learns from. Recency hardly ranks at all."""
    chance, numbers = np.random.default_rng(17), np.repeat([0, 1, 2], 2000)
    steady, noise = chance.normal(0, 1, 6000), chance.normal(0, 1, 6000)
    truth = sigmoid(1.35 + 1.1 * steady)
    labels = (chance.random(6000) < truth).astype(np.int64)
    assert labels.mean() == pytest.approx(0.76, abs=0.01)
    predictions = {
        "recency": [sigmoid(-0.4 + 0.1 * (0.15 * steady + noise))],
        "bgnbd": [truth],
        "logit": [sigmoid(1.35 + 0.8 * steady + 0.6 * noise + np.where(numbers == 2, 0.6, 0.0))],
    }
    weights = cluster_weights(range(6000), 60, 1)
    verdict = judge(labels, numbers, predictions, weights, THRESHOLDS)
    assert (verdict.champion, verdict.passed, verdict.fallback) == ("bgnbd", True, True)
    assert verdict.candidates["logit"].failed == {"uncalibrated_ece"}
    without = {name: predictions[name] for name in ("recency", "logit")}
    second = judge(labels, numbers, without, weights, THRESHOLDS)
    assert (second.champion, second.passed) == ("logit", False)
    assert second.metrics["logit"]["auc"]["mean"] > second.metrics["recency"]["auc"]["mean"] + 0.1
    assert second.metrics["logit"]["ece"]["mean"] < second.metrics["recency"]["ece"]["mean"] / 4


def test_where_the_ranking_is_right_and_the_level_is_off_scaling_mends_it_instead_of_a_refusal(world):
    truth, labels, weights = world
    louder = np.clip(truth * 1.6, 0, 0.99)
    verdict = judge(labels, np.repeat([0, 1, 2, 2], 1000), {"logit": [louder]}, weights, THRESHOLDS)
    assert "over_predicted" in {
        gate.gate for gate in judge_gates(labels, louder, weights, THRESHOLDS) if not gate.passed
    }
    assert verdict.passed and verdict.judged.scaling != Calibration()
    assert verdict.judged.scaling_check["newest_ratio_after"] == pytest.approx(1.0, abs=0.1)


def test_a_candidate_that_says_nothing_of_somebody_is_never_measured(world):
    truth, labels, weights = world
    silent = truth.copy()
    silent[7] = np.nan
    with pytest.raises(ScoreIsNoNumber, match="1 of 4000"):
        judge(labels, np.zeros(4000, dtype=np.int64), {"bgnbd": [silent]}, weights, THRESHOLDS)


def test_who_counts_for_many_counts_for_many_in_level_and_scaling(world):
    """Half the people stand for four each, and do it twice as often as they are told."""
    truth, labels, _ = world
    told, many = truth.copy(), np.arange(4000) % 2 == 0
    told[many] /= 2
    each = np.where(many, 4.0, 1.0)
    ratio = predicted_over_actual(labels, told, each)
    assert ratio == pytest.approx((told @ each) / (labels @ each)) and ratio < predicted_over_actual(labels, told, EACH)
    assert fit_calibration(labels, told, each).apply(told) @ each == pytest.approx(labels @ each, rel=0.02)
    copied = np.concatenate([np.arange(4000), *[np.flatnonzero(many)] * 3])
    by_copies, by_weight = fit_calibration(labels[copied], told[copied]), fit_calibration(labels, told, each)
    assert [by_weight.intercept, by_weight.slope] == pytest.approx([by_copies.intercept, by_copies.slope], abs=1e-6)


def test_the_gates_of_a_scaled_champion_look_at_rows_its_scaling_has_not_seen(world):
    truth, labels, weights = world
    numbers = np.repeat([0, 1, 2, 2], 1000)
    labels = labels.copy()
    labels[numbers == 2] = 0
    labels[numbers == 2] = (np.random.default_rng(3).random(2000) < np.clip(truth[2000:] * 3, 0, 1)).astype(np.int64)
    predictions = {name: [truth] for name in ("rfm_logit", "logit", "lightgbm")}
    verdict = judge(labels, numbers, predictions, weights, THRESHOLDS)
    assert verdict.judged.scaling != Calibration()
    assert "under_predicted" in verdict.judged.failed

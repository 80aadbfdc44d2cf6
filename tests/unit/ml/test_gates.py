"""Gates and the choice of the champion."""

import numpy as np
import pytest

from ml.models.calibration import Calibration, fit_calibration
from ml.models.gates import judge_gates, needs_calibration
from ml.models.judge import choose_champion, judge
from ml.models.measures import cluster_weights
from tests.unit.ml.shoppers import THRESHOLDS


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
    assert needs_calibration(labels[:2000], louder[:2000], THRESHOLDS)
    scaled = fit_calibration(labels[:2000], louder[:2000]).apply(louder[2000:])
    assert _refused(labels[2000:], scaled, weights[:, 2000:]) == set()


def test_scores_that_need_no_scaling_pass_untouched(world):
    truth, labels, _ = world
    assert not needs_calibration(labels, truth, THRESHOLDS)
    assert Calibration().apply(truth) is truth


def _paired(boosted, boosted_low, boosted_rfm, logit_rfm):
    return {
        "lightgbm-logit": {"mean": boosted, "interval": [boosted_low, boosted + 0.02]},
        "lightgbm-rfm_logit": {"mean": boosted_rfm, "interval": [0.0, 0.0]},
        "logit-rfm_logit": {"mean": logit_rfm, "interval": [0.0, 0.0]},
    }


def test_lightgbm_is_champion_only_where_its_interval_beats_the_logit():
    assert choose_champion(_paired(0.006, 0.001, 0.01, 0.01)) == ("lightgbm", False)
    assert choose_champion(_paired(0.006, -0.001, 0.01, 0.01)) == ("logit", False)


def test_a_model_that_loses_to_the_rfm_logit_sets_the_fallback_flag():
    assert choose_champion(_paired(-0.01, -0.02, -0.01, -0.002)) == ("rfm_logit", True)


def test_the_gates_of_a_scaled_champion_look_at_rows_its_scaling_has_not_seen(world):
    truth, labels, weights = world
    numbers = np.repeat([0, 1, 2, 2], 1000)
    labels = labels.copy()
    labels[numbers == 2] = 0
    labels[numbers == 2] = (np.random.default_rng(3).random(2000) < np.clip(truth[2000:] * 3, 0, 1)).astype(np.int64)
    predictions = {name: [truth] for name in ("rfm_logit", "logit", "lightgbm")}
    verdict = judge(labels, numbers, predictions, weights, THRESHOLDS)
    assert verdict.scaling != Calibration()
    assert "under_predicted" in {gate.gate for gate in verdict.gates if not gate.passed}

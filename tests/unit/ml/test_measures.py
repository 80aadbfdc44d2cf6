"""Measures of a score against figures worked out by hand, and against scikit-learn where it has the same one."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from ml.models import measures

LABELS = np.array([1, 0, 1, 0, 0, 1, 0, 0, 0, 0])
SCORES = np.array([0.9, 0.8, 0.7, 0.4, 0.4, 0.4, 0.3, 0.2, 0.1, 0.1])
ONE = np.ones((1, 10))


def test_auc_counts_a_tie_as_half_a_win():
    # 21 pairs: 0.9 wins 7; 0.7 wins 6; 0.4 wins 4 and ties 2, worth 1 -> 18 of 21.
    assert measures.auc(LABELS, SCORES, ONE)[0] == pytest.approx(18 / 21)


def test_measures_agree_with_scikit_learn_on_weighted_rows():
    chance = np.random.default_rng(1)
    labels, scores = chance.integers(0, 2, 500), chance.random(500).round(2)
    weights = chance.integers(0, 4, (3, 500)).astype(float)
    for weight, auc, pr, brier in zip(
        weights,
        measures.auc(labels, scores, weights),
        measures.pr_auc(labels, scores, weights),
        measures.brier(labels, scores, weights),
        strict=True,
    ):
        assert auc == pytest.approx(roc_auc_score(labels, scores, sample_weight=weight))
        assert pr == pytest.approx(average_precision_score(labels, scores, sample_weight=weight))
        assert brier == pytest.approx(brier_score_loss(labels, scores, sample_weight=weight))


def test_the_top_tenth_of_ten_customers_is_one_and_its_lift_is_one_over_the_base_rate():
    assert measures.top_decile_lift(LABELS, SCORES, ONE)[0] == pytest.approx(1 / 0.3)


def test_ties_at_the_border_of_the_top_tenth_enter_by_their_share():
    assert measures.top_decile_lift(LABELS, np.full(10, 0.5), ONE)[0] == pytest.approx(1.0)


def test_calibration_error_of_a_score_that_says_three_where_one_in_ten_happens():
    labels = np.array([1] + [0] * 9)
    assert measures.ece(labels, np.full(10, 0.3), ONE, bins=1)[0] == pytest.approx(0.2)


def test_a_calibrated_score_shows_about_the_error_that_chance_explains():
    chance = np.random.default_rng(5)
    scores = chance.uniform(0.05, 0.4, 4000)
    labels = (chance.random((30, 4000)) < scores).astype(np.int64)
    shown = np.mean([measures.ece(one, scores, np.ones((1, 4000)))[0] for one in labels])
    assert shown == pytest.approx(measures.ece_by_chance(scores), rel=0.15)


def test_the_bootstrap_draws_customers_whole():
    weights = measures.cluster_weights(["a", "b", "a", "c", "b"], resamples=50, seed=1)
    assert weights.shape == (51, 5)
    assert (weights[0] == 1).all()
    assert (weights[:, 0] == weights[:, 2]).all() and (weights[:, 1] == weights[:, 4]).all()
    assert (weights[1:, [0, 1, 3]].sum(axis=1) == 3).all()


def test_repeated_rows_of_the_same_customers_do_not_narrow_the_interval():
    chance = np.random.default_rng(2)
    scores = chance.random(300)
    labels = (chance.random(300) < scores).astype(np.int64)
    once = measures.interval(measures.auc(labels, scores, measures.cluster_weights(range(300), 300, 9)))
    thrice = [np.tile(one, 3) for one in (labels, scores, np.arange(300))]
    copied = measures.interval(measures.auc(thrice[0], thrice[1], measures.cluster_weights(thrice[2], 300, 9)))
    assert copied["interval"] == pytest.approx(once["interval"], abs=1e-6)


@pytest.mark.parametrize("name", measures.MEASURES)
@pytest.mark.parametrize("nothing", [np.nan, np.inf])
def test_a_score_that_is_no_number_is_refused_and_never_ranked(name, nothing):
    scores = SCORES.copy()
    scores[3] = nothing
    with pytest.raises(measures.ScoreIsNoNumber, match="1 of 10"):
        getattr(measures, name)(LABELS, scores, ONE)


def test_of_labels_of_one_kind_no_ranking_is_measured_and_nothing_ends():
    told = measures.all_measures(np.zeros(10, dtype=np.int64), SCORES, np.ones((3, 10)))
    assert {name: bool(np.isnan(values).all()) for name, values in told.items()} == {
        "auc": True, "pr_auc": True, "brier": False, "top_decile_lift": True, "ece": False,
    }  # fmt: skip
    assert str(measures.interval(told["auc"])) == "{'mean': nan, 'interval': [nan, nan]}"

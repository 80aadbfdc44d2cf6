"""What a card says in both languages: who answers, whom the judging refused and why, and what stands instead."""

from ml.models.card_words import card_words
from ml.models.tables import champions_table, figures, lift_table

OFF = {"gate": "uncalibrated_ece", "passed": False, "value": 0.0281, "threshold": 0.02}


def _measures(auc, low=0.6, high=0.8):
    return {"auc": {"mean": auc, "interval": [low, high]}, "ece": {"mean": 0.01, "interval": [0.0, 0.02]}}


def _card(**changes):
    return {
        "model": "churn", "champion": "bgnbd", "basis": "trained", "horizon_days": 28, "data": {"rows": 2000},
        "test": {"rows": 500}, "metrics": {"bgnbd": _measures(0.741), "logit": _measures(0.71)}, "paired_auc": {},
        "gates_that_refused": {}, "not_converged": [], "no_number": [], "lacking": [], "scaling": {},
        "organic": {"asked": False}, "lift": [], **changes,
    }  # fmt: skip


def test_who_was_refused_and_by_which_figure_is_said_beside_who_stands():
    told = card_words(_card(gates_that_refused={"logit": [OFF]}))
    assert "采用BG/NBD" in told["words_zh"] and "Scored by BG/NBD" in told["words_en"]
    assert "未采用:逻辑回归:概率与实际相差太大(uncalibrated_ece 0.028 / 0.02)" in told["words_zh"]
    assert "Refused: logit: its probabilities are off (uncalibrated_ece 0.028 / 0.02)." in told["words_en"]
    assert told["refused"] == ["logit: its probabilities are off (uncalibrated_ece 0.028 / 0.02)"]


def test_what_stands_although_a_gate_refused_it_is_to_be_used_with_care():
    told = card_words(_card(champion="logit", basis="gates_refused", gates_that_refused={"logit": [OFF]}))
    assert "so logit stands: use it with care" in told["words_en"] and "暂用逻辑回归,请谨慎使用" in told["words_zh"]


def test_a_fit_without_an_end_scores_without_a_number_and_scaling_are_said():
    told = card_words(_card(not_converged=["recency"], no_number=["logit"], scaling={"needed": True}))
    assert "recency did not converge; logit gave no number of somebody" in told["words_en"]
    assert "时间基线:拟合未收敛；逻辑回归:有人算不出分数" in told["words_zh"]
    assert "Platt" in told["words_en"] and "Platt" in told["words_zh"]


def test_why_lightgbm_does_not_stand_with_the_largest_auc():
    paired = {"lightgbm-logit": {"mean": 0.001, "interval": [-0.003, 0.004]}}
    ahead = {"bgnbd": _measures(0.741), "logit": _measures(0.71), "lightgbm": _measures(0.742)}
    told = card_words(_card(metrics=ahead, paired_auc=paired))
    assert "LightGBM: its lead on the logit may be chance (AUC [-0.003, +0.004])" in told["words_en"]
    assert "LightGBM:没有把握胜过逻辑回归(AUC [-0.003, +0.004])" in told["words_zh"]
    behind = ahead | {"lightgbm": _measures(0.741)}
    assert card_words(_card(metrics=behind, paired_auc=paired))["refused"] == []


def test_too_short_a_history_is_counted():
    lacking = [{"what": "cut_offs", "found": 3, "needed": 6}, {"what": "test", "found": 5, "needed": 30}]
    told = card_words(_card(champion="recency", basis="insufficient_history", lacking=lacking, metrics={}))
    assert "3 closed cut-offs, 6 needed; 5 of the rarer label to test on, 30 needed" in told["words_en"]
    assert "judged by nothing" in told["words_en"] and "未经检验" in told["words_zh"]


def test_of_whom_a_model_of_people_left_alone_has_learned():
    drawn = card_words(_card(organic={"asked": True, "left_alone_by_lot": 40}))
    assert (
        "40 of the rows by lot and weighted by its probability" in drawn["words_en"] and "其中40行" in drawn["words_zh"]
    )
    undrawn = card_words(_card(organic={"asked": True, "left_alone_by_lot": 0}))
    assert "no lot left them alone" in undrawn["words_en"] and "没有抽签概率" in undrawn["words_zh"]


def test_a_measure_that_could_not_be_taken_is_unknown_in_the_tables_and_ends_nothing():
    nothing = {"auc": {"mean": None, "interval": [None, None]}, "ece": {"mean": float("nan"), "interval": []}}
    card = _card(metrics={"bgnbd": nothing}, refused=[], lift=[{"decile": 1, "lift": None}])
    assert "| unknown [unknown, unknown] | unknown |" in champions_table([card])
    assert "| 1 | unknown |" in lift_table([card])
    assert figures([card]) == {}


def test_what_a_champion_measured_is_drawn_by_plain_numbers():
    measured = {"auc": {"mean": 0.8625, "interval": []}, "top_decile_lift": {"mean": 4.09, "interval": []}}
    card = _card(model="churn", champion="bgnbd", metrics={"bgnbd": measured, "rfm": {"auc": {"mean": 0.5}}})
    assert figures([card]) == {"churn auc": 0.8625, "churn top_decile_lift": 4.09}

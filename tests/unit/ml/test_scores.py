"""Scores, deciles and reasons."""

import dataclasses
import hashlib
import json

import numpy as np
import pandas as pd
import pytest

from ml.models.artefacts import ModelRefused, keep_model
from ml.models.boosted import fit_boosted, probabilities
from ml.models.linear import LinearModel
from ml.scores import contributions as scoring
from ml.scores.contributions import Terms, model_terms
from ml.scores.frame import deciles, score_frame
from ml.scores.reasons import reasons, words_for
from ml.scores.tables import SCORES
from orchestration.settings import CHECKOUT
from tests.unit.ml.shoppers import CHURN, FEATURES, HORIZON, cut_offs, shoppers

WORDS = pd.read_csv(CHECKOUT / "dbt_project" / "seeds" / "reason_words.csv")
TOLD = {row["feature"]: row for row in WORDS.to_dict("records")}
CARD = {
    "model": "churn", "model_id": "churn-1", "basis": "trained", "base_rate": 0.1, "features": list(FEATURES),
    "scaling": {"intercept": 0.0, "slope": 1.0},
}  # fmt: skip


@pytest.fixture(scope="module")
def rows():
    return shoppers(300, cut_offs(2))[0]


@pytest.fixture
def boosted(rows, tmp_path):
    """A kept LightGBM model: (folder of models, card, model text)."""
    matrix = rows[list(FEATURES)].to_numpy(float)
    text = fit_boosted(matrix, (rows["recency_days"] > 9).to_numpy(np.int64), FEATURES, [11])[0]
    return tmp_path, keep_model(tmp_path, "churn", "churn-1", "model.txt", text, CARD), text


def test_decile_one_holds_the_highest_scores_and_equals_share_theirs():
    assert deciles(np.arange(20.0)).tolist() == sorted([*range(1, 11)] * 2, reverse=True)
    assert set(deciles(np.full(7, 0.3)).tolist()) == {6}
    assert deciles(np.array([])).tolist() == []


def test_a_kept_lightgbm_model_scores_in_its_child_as_it_did_when_it_was_trained(rows, boosted):
    models, card, text = boosted
    found = model_terms(models, [(card, rows)])[0]
    margin = found.level + found.contributions.sum(axis=1)
    assert 1 / (1 + np.exp(-margin)) == pytest.approx(probabilities(text, rows[list(FEATURES)].to_numpy(float)))


def test_a_truncated_model_is_refused_before_it_is_loaded_and_names_the_remedy(rows, boosted, monkeypatch):
    models, card, _ = boosted
    file = models / "churn" / "churn-1" / "model.txt"
    file.write_bytes(file.read_bytes()[:-200])
    monkeypatch.setattr(scoring.subprocess, "run", lambda *_, **__: pytest.fail("a damaged model reached the child"))
    with pytest.raises(ModelRefused, match="delete .*churn-1"):
        model_terms(models, [(card, rows)])


def test_a_model_that_breaks_its_reader_ends_the_child_and_not_the_run(rows, boosted):
    models, card, text = boosted
    damaged = text[: len(text) // 3].encode()
    (models / "churn" / "churn-1" / "model.txt").write_bytes(damaged)
    forged = {**card, "file_bytes": len(damaged), "sha256": hashlib.sha256(damaged).hexdigest()}
    with pytest.raises(ModelRefused, match="model.txt (ended with|gave)"):
        model_terms(models, [(forged, rows)])


def _linear(tmp_path, features, coefficients):
    size = len(features)
    model = LinearModel(tuple(features), np.zeros(size), np.ones(size), np.array(coefficients), np.zeros(size), -2.0)
    content = json.dumps(model.to_json())
    return keep_model(tmp_path, "churn", "churn-1", "model.json", content, {**CARD, "features": list(features)})


def test_the_frame_has_one_row_per_customer_and_date_with_rounded_scores(rows, tmp_path):
    card = _linear(tmp_path, FEATURES, [0.9, -0.4, -0.1, 0.2])
    frame = score_frame(rows, [CHURN], {"churn": card}, WORDS, tmp_path, HORIZON)
    assert list(frame.columns) == list(SCORES)
    assert not frame.duplicated(["as_of_date", "one_id", "model"]).any()
    assert len(frame) == int((rows["recency_days"] < HORIZON).sum())
    assert (frame["score"] == frame["score"].round(6)).all() and frame["score"].between(0, 1).all()
    assert set(frame["basis"]) == {"trained"} and frame["reason_1"].notna().all()
    again = score_frame(rows.copy(), [CHURN], {"churn": card}, WORDS, tmp_path, HORIZON, threads=2)
    pd.testing.assert_frame_equal(frame, again)


def test_a_spec_without_people_gives_no_rows(rows, tmp_path):
    nobody = dataclasses.replace(CHURN, stages=("lost",))
    card = _linear(tmp_path, FEATURES, [0.9, -0.4, -0.1, 0.2])
    assert score_frame(rows, [nobody], {"churn": card}, WORDS, tmp_path, HORIZON).empty


@pytest.mark.parametrize(
    ("feature", "value", "words"),
    [
        ("recency_days", 51.0, "已51天未买"),
        ("gap_mean_84d", 31.6, "平均32天买一次"),
        ("net_paid_fen_84d", 123456.0, "近12周消费1235元"),
        ("coupons_redeemed_84d", 0.0, "近12周没有用券"),
        ("discount_share_84d", 0.253, "近12周享受优惠约25%"),
        ("order_days_trend_28d", -3.0, "近28天比之前28天少来买3天"),
        ("gap_mean_84d", float("nan"), None),
        ("views_28d", 7.0, None),
    ],
)
def test_facts_are_said_as_a_shop_assistant_would(feature, value, words):
    assert words_for(TOLD[feature], value) == words


def test_three_reasons_are_three_different_things_and_pull_the_way_the_score_went():
    rows = pd.DataFrame(
        {
            "recency_days": [26.0], "gap_mean_84d": [9.0], "order_days_28d": [1.0], "order_days_84d": [4.0],
            "net_paid_fen_84d": [8000.0], "views_28d": [40.0], "contacts_28d": [5.0],
        }
    )  # fmt: skip
    names = ("recency_days", "order_days_28d", "order_days_84d", "views_28d", "contacts_28d", "net_paid_fen_84d")
    found = Terms(names, np.array([[0.9, 0.5, 0.45, 2.0, 0.2, -0.8]]), np.array([-2.0]))
    assert reasons(rows, found, -2.2, WORDS) == [("近28天来买过1次", "已26天未买", "近28天已联系5次")]


def test_what_moved_nothing_is_no_reason():
    rows = pd.DataFrame({"recency_days": [9.0], "contacts_28d": [5.0], "order_days_28d": [2.0]})
    found = Terms(("contacts_28d",), np.array([[0.0]]), np.array([-2.0]))
    assert reasons(rows, found, -2.2, WORDS) == [("已9天未买", "近28天来买过2次", None)]


def test_of_somebody_who_never_bought_nobody_says_that_they_did_not_come_back():
    rows = pd.DataFrame({"recency_days": [np.nan], "registered_days": [40.0], "active_days_28d": [2.0]})
    rows = rows.assign(order_days_28d=0.0, net_paid_fen_84d=0.0, followed_staff=1.0)
    found = Terms(("registered_days",), np.array([[0.1]]), np.array([-4.0]))
    assert reasons(rows, found, -4.0, WORDS) == [("注册已40天", "近28天互动过2天", "加了1位导购")]


def test_no_reason_is_a_probability_or_watches_anybody():
    texts = " ".join(str(text) for text in [*WORDS["words_zh"].dropna(), *WORDS["words_zero_zh"].dropna()])
    for word in ("概率", "评分", "模型", "浏览", "停留", "深夜", "流失"):
        assert word not in texts
    silent = WORDS[~WORDS["is_told"]]["feature"].tolist()
    assert {"views_28d", "app_events_28d", "events_7d"} <= set(silent)

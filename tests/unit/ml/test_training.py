"""Training: what the card promises, permuted labels, history that is too short, kept models."""

import datetime as dt
import json

import numpy as np
import pandas as pd
import pytest

from ml.models.artefacts import ModelRefused, checked_file, model_folder
from ml.models.run import registry_frame, train_all
from ml.models.train import model_id, train, training_job
from tests.unit.ml.shoppers import CHURN, FEATURES, HORIZON, THRESHOLDS, cut_offs, shoppers

MONDAY = dt.date(2017, 11, 27)


@pytest.fixture(scope="module")
def people():
    return shoppers()


@pytest.fixture(scope="module")
def card(people, tmp_path_factory):
    return train(_job(*people), tmp_path_factory.mktemp("models"))


def _job(snapshots, labels, spec=CHURN, dates=None):
    return training_job(spec, MONDAY, dates or cut_offs(), snapshots, labels, FEATURES, THRESHOLDS, HORIZON)


def test_every_baseline_stands_beside_the_model_with_intervals(card):
    assert list(card["metrics"]) == ["recency", "bgnbd", "rfm_logit", "logit", "lightgbm"]
    for measures in card["metrics"].values():
        low, high = measures["auc"]["interval"]
        assert low < measures["auc"]["mean"] < high
    assert {"lightgbm-logit", "lightgbm-rfm_logit"} <= set(card["paired_auc"])
    assert len(card["seeds"]["lightgbm"]) >= 5


def test_the_card_shows_the_purge_and_that_every_label_was_closed(card):
    parts = {name: [dt.date.fromisoformat(text) for text in dates] for name, dates in card["cut_offs"].items()}
    horizon = dt.timedelta(days=HORIZON)
    assert len(parts["test"]) == 3
    assert max(parts["train"]) + horizon <= min(parts["test"])
    assert all(date + horizon > min(parts["test"]) for date in parts["purged"])
    assert dt.date.fromisoformat(card["data"]["last_label_date"]) == max(parts["test"]) + horizon
    assert dt.date.fromisoformat(card["data"]["last_label_date"]) < MONDAY


def test_the_score_of_people_with_a_rhythm_is_worth_something_and_is_in_use(card):
    assert card["basis"] == "trained" and card["gates_passed"]
    assert card["metrics"][card["champion"]]["auc"]["interval"][0] > 0.6
    assert card["lift"][0]["lift"] > card["lift"][-1]["lift"]


def test_permuted_labels_can_be_told_by_nobody(people, tmp_path):
    snapshots, labels = people
    shuffled = labels.assign(ordered=np.random.default_rng(11).permutation(labels["ordered"].to_numpy()))
    card = train(_job(snapshots, shuffled), tmp_path)
    for name in ("rfm_logit", "logit", "lightgbm", "recency"):
        assert 0.45 <= card["metrics"][name]["auc"]["mean"] <= 0.55
    assert card["basis"] == "insufficient_history" and card["champion"] == "recency"
    assert "gate" in card["refused"][-1]


def test_a_brand_with_three_closed_cut_offs_gets_the_baseline_and_is_told_so(people, tmp_path):
    snapshots, labels = people
    card = train(_job(snapshots, labels, dates=cut_offs()[-3:]), tmp_path)
    assert card["basis"] == "insufficient_history"
    assert card["champion"] == "recency" and card["file"] == "model.json"
    assert any("closed cut-offs" in text for text in card["refused"])
    assert "Insufficient history" in card["words_en"]


def test_a_brand_without_any_history_gets_the_prior_line(people, tmp_path):
    snapshots, labels = people
    card = train(_job(snapshots.head(0), labels.head(0)), tmp_path)
    kept = json.loads((model_folder(tmp_path, "churn", card["model_id"]) / "model.json").read_text(encoding="utf-8"))
    assert kept["coefficients"] == pytest.approx([CHURN.prior_slope])
    assert kept["intercept"] == pytest.approx(np.log(0.1 / 0.9))


def test_an_organic_model_leaves_out_whom_the_brand_contacted(people, tmp_path):
    organic = type(CHURN)(**{**CHURN.__dict__, "model": "return_at_risk", "is_organic": True})
    card = train(_job(*people, spec=organic), tmp_path)
    assert card["organic"]["trained_on"] == "not contacted"
    assert card["data"]["rows"] < len(_job(*people).rows)
    everybody = people[1].assign(contacted=True)
    crowded = train(_job(people[0], everybody, spec=organic), tmp_path)
    assert crowded["organic"]["trained_on"] == "everybody" and "contacts are inside" in crowded["organic"]["why"]


def test_a_model_is_trained_once_and_its_id_follows_its_data(people, tmp_path):
    snapshots, labels = people
    first, again = train(_job(snapshots, labels), tmp_path), train(_job(snapshots, labels), tmp_path)
    assert (first["trained_now"], again["trained_now"]) == (True, False)
    assert first["sha256"] == again["sha256"]
    touched = labels.copy()
    touched.loc[0, "ordered"] = not touched.loc[0, "ordered"]
    assert model_id(_job(snapshots, touched)) != first["model_id"]
    shuffled = _job(snapshots.sample(frac=1, random_state=1), labels.sample(frac=1, random_state=2))
    assert model_id(shuffled) == first["model_id"]


def test_the_same_rows_give_the_same_bytes_side_by_side_or_one_by_one(people, tmp_path):
    later = type(CHURN)(**{**CHURN.__dict__, "model": "churn_again"})
    arguments = ([CHURN, later], {MONDAY: cut_offs()}, *people, FEATURES, THRESHOLDS)
    two = train_all(*arguments, tmp_path / "two", HORIZON, threads=2)
    one = train_all(*arguments, tmp_path / "one", HORIZON, threads=1)
    assert [card["sha256"] for card in two] == [card["sha256"] for card in one]
    pd.testing.assert_frame_equal(registry_frame(two), registry_frame(one))


def test_a_truncated_or_altered_model_is_refused_before_it_is_read(card, people, tmp_path):
    kept = train(_job(*people), tmp_path)
    file = checked_file(tmp_path, kept)
    whole = file.read_bytes()
    for damaged in (whole[: len(whole) // 2], whole.replace(b"1", b"2", 1), b""):
        file.write_bytes(damaged)
        with pytest.raises(ModelRefused, match="sha256 differs"):
            checked_file(tmp_path, kept)
    file.unlink()
    with pytest.raises(ModelRefused, match="is missing"):
        checked_file(tmp_path, kept)

"""Training: what the card promises, permuted labels, history that is too short, kept models."""

import dataclasses
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
    assert card["basis"] == "gates_refused" and not card["gates_passed"]
    assert "random" in card["words_zh"] and "tells nobody apart" in card["words_en"]
    errors = {name: measures["brier"]["mean"] for name, measures in card["metrics"].items() if name != "lightgbm"}
    assert min(errors, key=lambda name: errors[name]) == card["champion"]


def test_a_shop_that_three_in_four_leave_is_scored_by_the_best_of_the_judged(tmp_path):
    card = train(_job(*shoppers(2000, pace=0.055)), tmp_path)
    assert card["test"]["base_rate"] == pytest.approx(0.76, abs=0.05)
    measured = {name: measures["auc"]["mean"] for name, measures in card["metrics"].items() if name != "lightgbm"}
    assert card["basis"] == "trained" and card["gates_passed"]
    assert measured[card["champion"]] == max(measured.values()) > measured["recency"]


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


ORGANIC = dataclasses.replace(CHURN, model="return_at_risk", is_organic=True)


def test_an_organic_model_leaves_out_whom_the_brand_contacted(people, tmp_path):
    card = train(_job(*people, spec=ORGANIC), tmp_path)
    assert card["organic"]["trained_on"] == "not contacted"
    assert card["data"]["rows"] == int((~_job(*people).rows["contacted"]).sum()) < len(_job(*people).rows)
    assert "nobody contacted" in card["words_en"] and "未被联系" in card["words_zh"]


def test_where_everybody_was_contacted_nobody_says_what_people_do_by_themselves(people, tmp_path):
    card = train(_job(people[0], people[1].assign(contacted=True), spec=ORGANIC), tmp_path)
    assert (card["basis"], card["data"]["rows"], card["base_rate"]) == ("insufficient_history", 0, ORGANIC.prior_rate)
    assert "0 of the rarer label to train on" in card["words_en"] and "历史不足" in card["words_zh"]


def test_whom_a_lot_left_alone_stands_for_all_on_whom_it_was_drawn(people, tmp_path):
    """The brand writes to whoever is slow, but for a fifth of them by lot: unweighted, the slow are missing."""
    snapshots, labels = people
    slow = snapshots["order_days_84d"].to_numpy() <= 8
    alone = np.random.default_rng(2).random(len(slow)) < 0.2
    written = labels.assign(
        contacted=slow & ~alone,
        ordered=labels["ordered"] | (slow & ~alone),
        left_alone_probability=np.where(slow, 0.2, np.nan),
    )
    truth = _job(snapshots, labels.assign(contacted=False), spec=ORGANIC).rows["label"].mean()
    weighted = train(_job(snapshots, written, spec=ORGANIC), tmp_path / "weighted")
    unweighted = train(_job(snapshots, written.drop(columns="left_alone_probability"), spec=ORGANIC), tmp_path / "not")
    assert weighted["base_rate"] == pytest.approx(truth, rel=0.1)
    assert unweighted["base_rate"] < 0.75 * truth
    drawn = _job(snapshots, written, spec=ORGANIC).rows["drawn"].sum()
    assert weighted["organic"]["left_alone_by_lot"] == drawn > 0
    assert f"{drawn} of the rows by lot" in weighted["words_en"]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_candidate_that_comes_to_no_end_or_gives_no_number_is_not_judged_and_the_card_says_so(people, tmp_path):
    snapshots = people[0].assign(bgnbd_last_repeat_days=-1000.0)
    card = train(_job(snapshots, people[1]), tmp_path)
    assert "bgnbd" not in card["metrics"] and card["basis"] == "trained"
    assert card["no_number"] + card["not_converged"] == ["bgnbd"]
    assert "BG/NBD" in card["words_en"] and "BG/NBD" in card["words_zh"]


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
    later = dataclasses.replace(CHURN, model="churn_again")
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

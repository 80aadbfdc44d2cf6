"""Populations, labels and the split by time."""

import dataclasses
import datetime as dt

import pandas as pd
import pytest

from ml.features import IdentifierAsFeature, MissingFeatures, check_features, feature_matrix
from ml.labels import ModelSpec, features_of, labelled_rows, model_specs, population, rolling_split
from ml.recall.candidates import ORGANIC
from orchestration.settings import CHECKOUT
from tests.unit.ml.shoppers import CHURN

DATE = dt.date(2017, 10, 15)
SEEDS = CHECKOUT / "dbt_project" / "seeds"


def _snapshots(*rows):
    columns = ["one_id", "purchase_stage", "recency_days", "is_excluded"]
    return pd.DataFrame(rows, columns=columns).assign(as_of_date=DATE)


def _labels(*rows):
    frame = pd.DataFrame(rows, columns=["one_id", "ordered", "contacted"])
    return frame.assign(as_of_date=DATE, horizon_days=28)


def test_churn_asks_those_who_bought_within_the_horizon_whatever_their_stage():
    people = _snapshots(("p_1", "loyal", 27, False), ("p_2", "at_risk", 3, False), ("p_3", "lost", 28, False))
    assert population(people, CHURN, 28)["one_id"].tolist() == ["p_1", "p_2"]


def test_test_accounts_and_people_without_an_order_are_not_active():
    people = _snapshots(("p_1", "loyal", 3, True), ("p_2", "registered_no_order", float("nan"), False))
    assert population(people, CHURN, 28).empty


def test_silence_is_the_positive_label_of_churn_and_an_order_that_of_return():
    people = _snapshots(("p_1", "at_risk", 9, False), ("p_2", "at_risk", 9, False))
    labels = _labels(("p_1", True, False), ("p_2", False, True))
    back = ModelSpec("return_at_risk", ("at_risk",), False, "order", True, "recency_days", (), 0.5, 30.0, -0.5)
    assert labelled_rows(people, labels, CHURN, 28)["label"].tolist() == [0, 1]
    assert labelled_rows(people, labels, back, 28)["label"].tolist() == [1, 0]
    assert labelled_rows(people, labels, back, 28)["contacted"].tolist() == [False, True]


def test_whom_a_lot_left_alone_counts_for_all_on_whom_it_was_drawn_where_the_model_asks_for_people_left_alone():
    """p_1 was kept back by a lot of one in four, p_2 written to in spite of hers; no lot was drawn on p_3."""
    people = _snapshots(*((one, "at_risk", 30, False) for one in ("p_1", "p_2", "p_3", "p_4")))
    labels = _labels(("p_1", True, False), ("p_2", True, True), ("p_3", False, False), ("p_4", False, False))
    labels["left_alone_probability"] = [0.25, 0.5, None, 1.0]
    at_risk = ModelSpec("return_at_risk", ("at_risk",), False, "order", True, "recency_days", (), 0.5, 30.0, -0.5)
    rows = labelled_rows(people, labels, at_risk, 28)
    assert rows["weight"].tolist() == [4.0, 1.0, 1.0, 1.0]
    assert rows["drawn"].tolist() == [True, False, False, True]
    assert list(rows.columns)[-4:] == ["label", "contacted", "drawn", "weight"]
    assert "left_alone_probability" not in rows and "ordered" not in rows
    whoever = labelled_rows(people, labels, dataclasses.replace(at_risk, is_organic=False), 28)
    assert whoever["weight"].tolist() == [1.0] * 4 and not whoever["drawn"].any()
    undrawn = labelled_rows(people, labels.drop(columns="left_alone_probability"), at_risk, 28)
    assert undrawn["weight"].tolist() == [1.0] * 4 and not undrawn["drawn"].any()


@pytest.mark.parametrize("chance", [0.0, -0.25, 1.01])
def test_a_lot_leaves_alone_with_a_chance_above_nothing_and_at_most_for_certain(chance):
    labels = _labels(("p_1", True, False)).assign(left_alone_probability=chance)
    with pytest.raises(ValueError, match="left_alone_probability has to lie above 0 and be at most 1"):
        labelled_rows(_snapshots(("p_1", "loyal", 3, False)), labels, CHURN, 28)


def test_a_window_that_is_still_open_gives_no_label():
    people = _snapshots(("p_1", "loyal", 3, False))
    assert labelled_rows(people, _labels(), CHURN, 28).empty
    other_horizon = _labels(("p_1", True, False)).assign(horizon_days=56)
    assert labelled_rows(people, other_horizon, CHURN, 28).empty


def test_a_cut_off_whose_label_window_reaches_into_the_test_is_purged():
    dates = [dt.date(2017, 10, 29) - dt.timedelta(days=14 * step) for step in range(8)]
    split = rolling_split(dates, horizon_days=28, test_cut_offs=3)
    assert split.test == (dt.date(2017, 10, 1), dt.date(2017, 10, 15), dt.date(2017, 10, 29))
    assert split.purged == (dt.date(2017, 9, 17),)
    assert split.train[-1] == dt.date(2017, 9, 3)
    assert split.train[-1] + dt.timedelta(days=28) <= split.test[0] < split.purged[0] + dt.timedelta(days=28)


@pytest.mark.parametrize(
    "name",
    ["one_id", "customer_id", "mobile_token", "person_key", "wx_unionid", "ordered", "purchase_stage", "as_of_date"],
)
def test_no_identifier_and_no_outcome_is_a_feature(name):
    with pytest.raises(IdentifierAsFeature, match=name):
        check_features([name], pd.DataFrame({name: [1.0]}))


def test_text_is_no_feature_and_a_missing_feature_is_named():
    with pytest.raises(IdentifierAsFeature, match="city"):
        check_features(["city"], pd.DataFrame({"city": ["上海"]}))
    with pytest.raises(MissingFeatures, match="gap_mean_84d"):
        check_features(["gap_mean_84d"], pd.DataFrame({"recency_days": [1.0]}))


def test_what_cannot_be_said_is_nan_in_the_matrix():
    frame = pd.DataFrame({"a": pd.array([1, None], dtype="Int64"), "b": [0.5, 2.0]})
    assert str(feature_matrix(frame, ["b", "a"]).tolist()) == "[[0.5, 1.0], [2.0, nan]]"


def test_the_shipped_seeds_declare_eight_models_and_only_lawful_features():
    specs = model_specs(pd.read_csv(SEEDS / "model_specs.csv"))
    words = pd.read_csv(SEEDS / "reason_words.csv")
    assert [spec.model for spec in specs] == [
        "churn", "first_purchase", "lead_qualified", "repurchase", "return_active", "return_at_risk", "return_dormant",
        "return_lost",
    ]  # fmt: skip
    assert set(ORGANIC.values()) == {spec.model for spec in specs if spec.is_organic}
    check_features(words["feature"].tolist(), pd.DataFrame({name: [0.0] for name in words["feature"]}))
    asked = {name for spec in specs for name in (spec.recency_feature, *spec.rfm_features)}
    assert asked <= set(words["feature"])


def _date(day: int) -> dt.date:
    return dt.date(2017, 10, day)


def test_a_cut_off_teaches_when_its_window_ends_on_the_first_judging_date_and_not_a_day_later():
    split = rolling_split([_date(1), _date(2), _date(3), _date(29)], horizon_days=27, test_cut_offs=1)
    assert (split.train, split.purged, split.test) == ((_date(1), _date(2)), (_date(3),), (_date(29),))
    assert split.closed == (_date(1), _date(2), _date(3), _date(29))


def test_cut_offs_come_in_any_order_and_each_counts_once():
    split = rolling_split([_date(29), _date(1), _date(1), _date(28), _date(29)], horizon_days=2, test_cut_offs=2)
    assert (split.train, split.purged, split.test) == ((_date(1),), (), (_date(28), _date(29)))


def test_where_nothing_judges_everything_teaches_and_where_there_is_too_little_all_of_it_judges():
    both = [_date(1), _date(2)]
    assert rolling_split(both, 28, 0).train == (_date(1), _date(2))
    assert rolling_split(both, 28, 0).test == ()
    few = rolling_split(both, 28, 3)
    assert (few.train, few.purged, few.test) == ((), (), (_date(1), _date(2)))
    assert rolling_split([], 28, 3).closed == ()


SPEC = {
    "model": "churn", "stages": "loyal repeat", "active_only": True, "positive": "no_order", "is_organic": False,
    "recency_feature": "recency_days", "rfm_features": "recency_days orders", "prior_rate": 0.1,
    "prior_centre_days": 30, "prior_slope": -0.5,
}  # fmt: skip


def test_a_spec_names_its_stages_or_speaks_of_all_and_its_answer_is_an_order_or_none():
    (every, two) = model_specs(pd.DataFrame([SPEC, SPEC | {"model": "a", "stages": None, "positive": "order"}]))
    assert (every.model, every.stages) == ("a", ())
    assert (two.model, two.stages, two.rfm_features) == ("churn", ("loyal", "repeat"), ("recency_days", "orders"))
    with pytest.raises(ValueError, match="model_specs: churn: positive is order or no_order, not 'silence'"):
        model_specs(pd.DataFrame([SPEC | {"positive": "silence"}]))


def test_a_lead_is_asked_whether_sales_accept_it_by_features_that_no_customer_has():
    lead = {"subject": "lead", "model": "lead_qualified", "stages": None, "active_only": False, "positive": "qualified"}
    (spec,) = model_specs(pd.DataFrame([SPEC | lead]))
    assert features_of(spec, ["recency_days", "lead_acts"]) == ["lead_acts"]
    assert features_of(CHURN, ["recency_days", "lead_acts"]) == ["recency_days"]
    people = pd.DataFrame({
        "as_of_date": [_date(1)] * 3,
        "one_id": ["anna", "ben", "cid"],
        "is_excluded": [False, False, True],
        "purchase_stage": ["registered_no_order"] * 3,
        "lead_age_days": [9.0, None, 9.0],
    })
    labels = pd.DataFrame({
        "as_of_date": [_date(1)] * 3,
        "one_id": ["anna", "ben", "cid"],
        "horizon_days": [28] * 3,
        "ordered": [False, True, True],
        "contacted": [False] * 3,
        "qualified": [True, False, True],
    })
    rows = labelled_rows(people, labels, spec, 28)
    assert rows[["one_id", "label"]].to_numpy().tolist() == [["anna", 1]]
    with pytest.raises(ValueError, match="positive is qualified, not 'order'"):
        model_specs(pd.DataFrame([SPEC | lead | {"positive": "order"}]))


def test_a_model_of_two_stages_speaks_of_nobody_else():
    (spec,) = model_specs(pd.DataFrame([SPEC | {"active_only": False}]))
    people = _snapshots(("p_1", "loyal", 90, False), ("p_2", "lost", 3, False), ("p_3", "repeat", 3, True))
    assert population(people, spec, 28)["one_id"].tolist() == ["p_1"]

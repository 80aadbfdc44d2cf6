"""What is published of CDNOW's customers: real purchases, of which most buyers never come again."""

import dataclasses
import datetime as dt

import numpy as np
import pandas as pd
import pytest

from ml.models.train import train, training_job
from ml.scores.frame import score_frame
from orchestration.settings import CHECKOUT
from tests.unit.ml.shoppers import CHURN, FEATURES, HORIZON, THRESHOLDS, cdnow

WORDS = pd.read_csv(CHECKOUT / "dbt_project" / "seeds" / "reason_words.csv")
LAST = dt.date(1998, 5, 31)
CUT_OFFS = [LAST - dt.timedelta(days=14 * step) for step in reversed(range(14))]


def _of_date(log, date):
    """Return one cut-off's features and label of everybody who ever bought, in the words of the snapshot."""
    at = pd.Timestamp(date)
    known = log[log["date"] <= at]
    days_ago = (at - known["date"]).dt.days
    lately = known[days_ago < 84]
    people = known.groupby("master_id")["date"].agg(["min", "max", "count"])
    coming = log[(log["date"] > at) & (log["date"] <= at + pd.Timedelta(days=HORIZON))]["master_id"]
    days = lately.groupby("master_id").size().reindex(people.index, fill_value=0)
    frame = pd.DataFrame({
        "as_of_date": date,
        "one_id": people.index.astype(str),
        "is_excluded": False,
        "purchase_stage": "repeat",
        "recency_days": (at - people["max"]).dt.days.astype(float),
        "order_days_84d": days,
        "net_paid_fen_84d": lately.groupby("master_id")["amount"].sum().reindex(people.index, fill_value=0.0) * 100,
        "gap_mean_84d": np.where(days > 1, 84 / np.maximum(days, 1), np.nan),
        "bgnbd_repeats": people["count"] - 1.0,
        "bgnbd_last_repeat_days": (people["max"] - people["min"]).dt.days.astype(float),
        "bgnbd_age_days": (at - people["min"]).dt.days.astype(float),
    })
    ordered = people.index.isin(coming)
    label = pd.DataFrame({
        "as_of_date": date, "one_id": people.index.astype(str), "horizon_days": HORIZON, "ordered": ordered,
    })  # fmt: skip
    return frame, label.assign(contacted=False)


@pytest.fixture(scope="module")
def people():
    log = cdnow()
    frames, labels = zip(*(_of_date(log, date) for date in CUT_OFFS), strict=True)
    return pd.concat(frames, ignore_index=True), pd.concat(labels, ignore_index=True)


@pytest.mark.parametrize(("active", "base"), [(True, 0.69), (False, 0.94)], ids=["active", "everybody"])
def test_churn_publishes_what_its_judged_rows_say_best(people, active, base, tmp_path):
    spec = dataclasses.replace(CHURN, active_only=active)
    job = training_job(spec, dt.date(1998, 6, 29), CUT_OFFS, *people, FEATURES, THRESHOLDS, HORIZON)
    card = train(job, tmp_path)
    assert card["test"]["base_rate"] == pytest.approx(base, abs=0.01)
    assert (card["basis"], card["champion"], card["not_converged"]) == ("trained", "bgnbd", [])
    measured = {name: measures["auc"]["mean"] for name, measures in card["metrics"].items()}
    assert list(measured) == ["recency", "bgnbd", "rfm_logit", "logit", "lightgbm"]
    assert max(measured, key=lambda name: measured[name]) == card["champion"]
    newest = people[0][people[0]["as_of_date"] == LAST].reset_index(drop=True)
    scored = score_frame(newest, [spec], {"churn": card}, WORDS, tmp_path, HORIZON)
    assert scored["score"].between(0, 1).all() and scored["score"].nunique() > 100
    assert set(scored["basis"]) == {"trained"} and scored["reason_1"].notna().all()

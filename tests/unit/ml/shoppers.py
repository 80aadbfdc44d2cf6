"""Invented shoppers with a known rhythm, as frames of features and labels."""

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ml.labels import ModelSpec

FEATURES = ("recency_days", "order_days_84d", "net_paid_fen_84d", "gap_mean_84d")
HORIZON = 28
THRESHOLDS = {
    "closed_cut_offs_minimum": 6.0,
    "test_cut_offs": 3.0,
    "train_positives_minimum": 60.0,
    "test_positives_minimum": 30.0,
    "score_spread_minimum": 0.05,
    "auc_low_minimum": 0.5,
    "ece_maximum": 0.02,
    "ratio_minimum": 0.9,
    "ratio_maximum": 1.1,
    "bootstrap_resamples": 60.0,
}
#: Beside the checkout, or beside the folder that holds it.
CDNOW = [above / "shared" / "data" / "cdnow_sample.parquet" for above in Path(__file__).resolve().parents[4:6]]
CHURN = ModelSpec("churn", (), True, "no_order", False, "recency_days", FEATURES[:3], 0.1, 7.0, 0.9)


def cut_offs(count: int = 8, last: dt.date = dt.date(2017, 10, 29)) -> list[dt.date]:
    """Return fortnightly cut-offs, oldest first."""
    return [last - dt.timedelta(days=14 * step) for step in reversed(range(count))]


def shoppers(
    people: int = 500, dates: list[dt.date] | None = None, seed: int = 3, pace: float = 1.0
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return (snapshots, labels) of shoppers who buy at their own rate; the slow ones are silent more often."""
    dates = dates or cut_offs()
    chance = np.random.default_rng(seed)
    rate = (chance.gamma(1.5, 0.08, people) + 0.01) * pace
    snapshots, labels = [], []
    for date in dates:
        recency = np.minimum(chance.geometric(rate), 80)
        days = chance.poisson(rate * 84) + 1
        silent = chance.random(people) < np.exp(-rate * HORIZON)
        ids = [f"p_{number:04d}" for number in range(people)]
        stage = np.where(recency < 28, "loyal", "at_risk")
        frame = pd.DataFrame({"as_of_date": date, "one_id": ids, "is_excluded": False, "purchase_stage": stage})
        frame["recency_days"] = recency.astype(float)
        frame["order_days_84d"] = days
        frame["net_paid_fen_84d"] = days * chance.integers(2000, 9000, people)
        frame["gap_mean_84d"] = np.where(days > 1, 84 / days, np.nan)
        frame["bgnbd_repeats"] = days - 1.0
        frame["bgnbd_age_days"] = 90.0
        frame["bgnbd_last_repeat_days"] = np.where(days > 1, 90.0 - np.minimum(recency, 89), 0.0)
        snapshots.append(frame)
        closed = pd.DataFrame({"as_of_date": date, "one_id": ids, "horizon_days": HORIZON, "ordered": ~silent})
        labels.append(closed.assign(contacted=chance.random(people) < 0.3))
    return pd.concat(snapshots, ignore_index=True), pd.concat(labels, ignore_index=True)


def cdnow() -> pd.DataFrame:
    """Return CDNOW's sample of customers, one row per customer and day of purchase; skip where it is not at hand."""
    sample = next((place for place in CDNOW if place.is_file()), None)
    if sample is None:
        pytest.skip("the CDNOW sample does not stand at ../shared/data/cdnow_sample.parquet")
    return pd.read_parquet(sample).groupby(["master_id", "date"], as_index=False)["amount"].sum()

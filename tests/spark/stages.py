"""The Python stages on Spark beside themselves: identity folded by component, scores as mapInArrow."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ml.identity import long_table, replay
from ml.models.artefacts import keep_model
from ml.models.boosted import fit_boosted
from ml.models.linear import LinearModel
from ml.scores.frame import score_frame
from orchestration.settings import CHECKOUT
from orchestration.spark.identity import fold_by_component
from orchestration.spark.scoring import scores
from tests.unit.identity.rows import CUT_OFF, KEY, rules
from tests.unit.identity.test_components import LINKS
from tests.unit.ml.shoppers import CHURN, FEATURES, HORIZON, cut_offs, shoppers

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

WORDS = pd.read_csv(CHECKOUT / "dbt_project" / "seeds" / "reason_words.csv")


def identity(session: "SparkSession", links: pd.DataFrame | None = None) -> tuple[int, bool]:
    """Return how many rows one fold gives, and whether the fold of seven buckets on Spark gives the same."""
    links = pd.DataFrame(LINKS) if links is None else links
    whole = long_table(replay(links, rules(), KEY, CUT_OFF))
    return whole.num_rows, fold_by_component(session, links, rules(), KEY, CUT_OFF, 7).equals(whole)


def scoring(session: "SparkSession", folder: Path, form: str) -> tuple[int, bool]:
    """Return how many scores a kept model gives, and whether Spark's workers give the same, deciles and reasons too."""
    snapshots = shoppers(300, cut_offs(2))[0]
    card = _card(snapshots, folder, form)
    told = score_frame(snapshots, [CHURN], {"churn": card}, WORDS, folder, HORIZON)
    spark = scores(session.createDataFrame(snapshots), [CHURN], {"churn": card}, WORDS, folder, HORIZON).toPandas()
    spark = spark.sort_values(["as_of_date", "model", "one_id"], ignore_index=True)
    return len(told), told.astype(object).equals(spark.astype(object))


def _card(snapshots: pd.DataFrame, folder: Path, form: str) -> dict:
    card = {"model": "churn", "model_id": f"churn-{form}", "basis": "trained", "base_rate": 0.1}
    card |= {"features": list(FEATURES), "scaling": {"intercept": 0.0, "slope": 1.0}}
    if form == "boosted":
        matrix = snapshots[list(FEATURES)].to_numpy(float)
        text = fit_boosted(matrix, (snapshots["recency_days"] > 9).to_numpy(np.int64), FEATURES, [11])[0]
        return keep_model(folder, "churn", card["model_id"], "model.txt", text, card)
    size = len(FEATURES)
    model = LinearModel(FEATURES, np.zeros(size), np.ones(size), np.array([0.9, -0.4, -0.1, 0.2]), np.zeros(size), -2.0)
    return keep_model(folder, "churn", card["model_id"], "model.json", json.dumps(model.to_json()), card)

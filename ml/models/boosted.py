"""LightGBM with fixed hyper-parameters; text models only. Imported where it is needed: it costs 1.7 CPU seconds."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from ml.features.matrix import Matrix, Vector
from ml.models.measures import Labels

#: Fixed on cut-offs older than any test (docs/models.md): shallow, slow and randomised, because 20,000 rows of
#: shoppers carry a signal of a few cadence features; deeper trees lost .002-.004 AUC there.
PARAMETERS: Final[dict[str, Any]] = {
    "objective": "binary",
    "learning_rate": 0.03,
    "num_leaves": 7,
    "min_data_in_leaf": 100,
    "feature_fraction": 0.3,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 50.0,
    "min_gain_to_split": 2.0,
    "extra_trees": True,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}
TREES: Final = 250
SEEDS: Final = (11, 23, 37, 41, 53)


def leaf_minimum(rows: int) -> int:
    """Return the smallest leaf: 100 rows, or a twentieth of a small training set, never under 50 rows."""
    return int(np.clip(rows // 20, 50, PARAMETERS["min_data_in_leaf"]))


def fit_boosted(
    matrix: Matrix, labels: Labels, features: Sequence[str], seeds: Sequence[int], weights: Vector | None = None
) -> list[str]:
    """Return the text of one LightGBM model per seed, trained on these rows (the bins are made once).

    Rows weigh alike where there are no weights.
    """
    import lightgbm

    fixed = {**PARAMETERS, "min_data_in_leaf": leaf_minimum(len(matrix))}
    each = None if weights is None or (weights == 1).all() else weights
    dataset = lightgbm.Dataset(
        matrix, labels, weight=each, feature_name=list(features), params=fixed, free_raw_data=False
    )
    return [
        str(lightgbm.train({**fixed, "seed": seed}, dataset, TREES, keep_training_booster=True).model_to_string())
        for seed in seeds
    ]


def probabilities(model_text: str, matrix: Matrix) -> Vector:
    """Return the probabilities of a model this process has just trained (a kept one is loaded in a child)."""
    import lightgbm

    return np.asarray(lightgbm.Booster(model_str=model_text).predict(matrix, num_threads=1), dtype=np.float64)

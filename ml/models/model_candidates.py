"""The model and the baselines that always stand beside it: what each predicts for the judging cut-offs."""

import dataclasses
from collections.abc import Sequence

import numpy as np
import pandas as pd

from ml.features.matrix import Vector, feature_matrix
from ml.labels.questions import ModelSpec
from ml.models import boosted
from ml.models.bgnbd import BgNbd, fit_bgnbd
from ml.models.linear import LinearModel, fit_logit, fit_recency
from ml.models.measures import Labels

#: Ridge on standardised coefficients, fixed on cut-offs older than any test; three RFM terms need hardly any.
LOGIT_RIDGE = 1000.0
RFM_RIDGE = 1.0
#: What BG/NBD knows of a buyer: purchases after the first, when the last one was, how long ago the first.
BGNBD_COLUMNS = ("bgnbd_repeats", "bgnbd_last_repeat_days", "bgnbd_age_days")


@dataclasses.dataclass(frozen=True)
class Fitted:
    """A trained candidate: the JSON models, LightGBM texts (one a seed) or the parameters of BG/NBD."""

    name: str
    linear: LinearModel | None = None
    texts: tuple[str, ...] = ()
    bgnbd: BgNbd | None = None

    @property
    def converged(self) -> bool:
        """Whether the fit came to its end; trees have a number and no end."""
        return all(fit.converged for fit in (self.linear, self.bgnbd) if fit is not None)

    def predictions(
        self, rows: pd.DataFrame, features: Sequence[str], spec: ModelSpec, horizon_days: int
    ) -> list[Vector]:
        """Return the probability of the label for every row: one vector, or one per seed for LightGBM."""
        if self.linear is not None:
            return [self.linear.probabilities(feature_matrix(rows, self.linear.features))]
        if self.bgnbd is not None:
            x, last, age = (rows[name].to_numpy(dtype=np.float64) for name in BGNBD_COLUMNS)
            silent = self.bgnbd.probability_no_order(x, last, age, float(horizon_days))
            return [silent if spec.positive == "no_order" else 1.0 - silent]
        matrix = feature_matrix(rows, features)
        return [boosted.probabilities(text, matrix) for text in self.texts]


def labels_of(rows: pd.DataFrame) -> Labels:
    """Return the label column as integers."""
    return np.asarray(rows["label"], dtype=np.int64)


def fit_linear(name: str, rows: pd.DataFrame, features: Sequence[str], spec: ModelSpec) -> LinearModel:
    """Fit the candidate of this name among recency, rfm_logit and logit."""
    if name == "recency":
        days = rows[spec.recency_feature].to_numpy(dtype=np.float64, na_value=np.nan)
        return fit_recency(
            days, labels_of(rows), spec.recency_feature, spec.prior_rate, spec.prior_centre_days, spec.prior_slope
        )
    chosen = list(spec.rfm_features) if name == "rfm_logit" else list(features)
    ridge = RFM_RIDGE if name == "rfm_logit" else LOGIT_RIDGE
    return fit_logit(feature_matrix(rows, chosen), labels_of(rows), chosen, ridge)


def fit_candidates(train: pd.DataFrame, buyers: pd.DataFrame, features: Sequence[str], spec: ModelSpec) -> list[Fitted]:
    """Fit every candidate on the teaching rows.

    Parameters
    ----------
    train
        Labelled rows of the teaching cut-offs.
    buyers
        Everybody who ever bought, at the newest teaching cut-off: what BG/NBD is fitted on; it takes no labels.
    features
        Declared features.
    spec
        The model's question.
    """
    fitted = [
        Fitted(name, linear=fit_linear(name, train, features, spec)) for name in ("recency", "rfm_logit", "logit")
    ]
    if len(buyers) >= 100 and "registered_no_order" not in spec.stages:
        x, last, age = (buyers[name].to_numpy(dtype=np.float64) for name in BGNBD_COLUMNS)
        fitted.insert(1, Fitted("bgnbd", bgnbd=fit_bgnbd(x, last, age)))
    matrix = feature_matrix(train, features)
    fitted.append(
        Fitted("lightgbm", texts=tuple(boosted.fit_boosted(matrix, labels_of(train), features, boosted.SEEDS)))
    )
    return fitted

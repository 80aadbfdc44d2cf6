"""The model and the baselines that always stand beside it: what each predicts for the judging cut-offs."""

import dataclasses
from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from ml.features.matrix import Vector, feature_matrix
from ml.labels.questions import ModelSpec
from ml.models import boosted
from ml.models.artefacts import to_json
from ml.models.bgnbd import BgNbd, fit_bgnbd
from ml.models.linear import LinearModel, fit_logit, fit_recency
from ml.models.measures import Labels

#: Every candidate, the simpler first: of two that are equally good the simpler is taken.
CANDIDATES: Final = ("recency", "bgnbd", "rfm_logit", "logit", "lightgbm")
#: Ridge on standardised coefficients, fixed on cut-offs older than any test; three RFM terms need hardly any.
LOGIT_RIDGE: Final = 1000.0
RFM_RIDGE: Final = 1.0
#: What BG/NBD knows of a buyer: purchases after the first, when the last one was, how long ago the first.
BGNBD_COLUMNS: Final = ("bgnbd_repeats", "bgnbd_last_repeat_days", "bgnbd_age_days")
#: BG/NBD is fitted on at least so many buyers.
_BUYERS_MINIMUM: Final = 100
#: Of whom BG/NBD knows nothing the share among their like is told, drawn to everybody's by so many rows.
_UNKNOWN_SHRINK: Final = 10.0


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
            silent = self.bgnbd.probability_no_order(*bgnbd_inputs(rows), float(horizon_days))
            return [silent if spec.positive == "no_order" else 1.0 - silent]
        matrix = feature_matrix(rows, features)
        return [boosted.probabilities(text, matrix) for text in self.texts]

    def kept(self, features: Sequence[str], spec: ModelSpec, horizon_days: int) -> tuple[str, str, list[str]]:
        """Return the name and content of the file that keeps it, and the columns which it reads."""
        if self.linear is not None:
            return "model.json", to_json(self.linear.to_json()), list(self.linear.features)
        if self.bgnbd is not None:
            asked = {"horizon_days": horizon_days, "positive": spec.positive}
            return "model.json", to_json({**self.bgnbd.to_json(), **asked}), list(BGNBD_COLUMNS)
        return "model.txt", self.texts[0], list(features)


def bgnbd_inputs(rows: pd.DataFrame) -> tuple[Vector, Vector, Vector]:
    """Return x, t_x and T of every row, NaN of whoever has no order in the days they look back over."""
    x, last, age = (rows[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in BGNBD_COLUMNS)
    return x, last, age


def labels_of(rows: pd.DataFrame) -> Labels:
    """Return the label column as integers."""
    return np.asarray(rows["label"], dtype=np.int64)


def weights_of(rows: pd.DataFrame) -> Vector:
    """Return how much each row counts, 1 on average: the fits' penalties are in rows."""
    weights = np.asarray(rows["weight"], dtype=np.float64)
    return weights / weights.mean() if len(weights) else weights


def names_of_candidates(buyers: pd.DataFrame, spec: ModelSpec) -> list[str]:
    """Return who can stand: BG/NBD needs buyers, and says nothing of those who never bought."""
    never = "registered_no_order" in spec.stages or spec.subject == "lead"
    without = len(buyers) < _BUYERS_MINIMUM or never
    return [name for name in CANDIDATES if not (without and name == "bgnbd")]


def fit_candidate(
    name: str,
    rows: pd.DataFrame,
    buyers: pd.DataFrame,
    features: Sequence[str],
    spec: ModelSpec,
    seeds: Sequence[int] = boosted.SEEDS,
) -> Fitted:
    """Fit one candidate.

    Parameters
    ----------
    name
        One of ``CANDIDATES``.
    rows
        Labelled rows of the teaching cut-offs.
    buyers
        Everybody who ever bought, at the newest teaching cut-off: what BG/NBD is fitted on; it takes no labels.
    features
        Declared features.
    spec
        The model's question.
    seeds
        Seeds of LightGBM: one model each.
    """
    labels, weights = labels_of(rows), weights_of(rows)
    if name == "recency":
        days = rows[spec.recency_feature].to_numpy(dtype=np.float64, na_value=np.nan)
        prior = spec.prior_rate, spec.prior_centre_days, spec.prior_slope
        return Fitted(name, linear=fit_recency(days, labels, spec.recency_feature, *prior, weights=weights))
    if name == "bgnbd":
        return Fitted(name, bgnbd=_fit_bgnbd(rows, buyers, spec))
    if name == "lightgbm":
        matrix = feature_matrix(rows, features)
        return Fitted(name, texts=tuple(boosted.fit_boosted(matrix, labels, features, seeds, weights)))
    chosen = list(spec.rfm_features) if name == "rfm_logit" else list(features)
    ridge = RFM_RIDGE if name == "rfm_logit" else LOGIT_RIDGE
    return Fitted(name, linear=fit_logit(feature_matrix(rows, chosen), labels, chosen, ridge, weights))


def _fit_bgnbd(rows: pd.DataFrame, buyers: pd.DataFrame, spec: ModelSpec) -> BgNbd:
    fitted = fit_bgnbd(*bgnbd_inputs(buyers))
    silent = labels_of(rows) if spec.positive == "no_order" else 1 - labels_of(rows)
    weights, unknown = weights_of(rows), np.isnan(bgnbd_inputs(rows)[2])
    everybody = float(np.average(silent, weights=weights))
    among = weights[unknown]
    otherwise = (silent[unknown] @ among + _UNKNOWN_SHRINK * everybody) / (among.sum() + _UNKNOWN_SHRINK)
    return dataclasses.replace(fitted, otherwise=float(otherwise))

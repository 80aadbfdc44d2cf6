"""The feature matrix: declared columns only, in the declared order, as doubles."""

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]

#: Names that say who somebody is or what happened afterwards. ``card_id`` and ``mobile_token`` are refused wherever
#: they come from; so are the label's own columns and the purchase stage, which selects the population.
_REFUSED: Final = re.compile(
    r"(^|_)(id|ids|key|token|uid|openid|unionid|mobile|phone|email|name|address|hash)$"
    r"|^(as_of_date|ordered|contacted|first_order|horizon_days|purchase_stage|is_excluded|label|qualified)$"
)


class IdentifierAsFeature(ValueError):
    """A declared feature names a person or the outcome; the message names the column."""


class MissingFeatures(ValueError):
    """The frame lacks declared features; the message names them."""


def check_features(features: Sequence[str], frame: pd.DataFrame) -> None:
    """Refuse features that are identifiers, are not numbers or are missing.

    Parameters
    ----------
    features
        Declared feature names (seed ``reason_words``).
    frame
        Feature rows, one per (as_of_date, one_id).

    Raises
    ------
    IdentifierAsFeature
        A name of an identifier or of the outcome, or a column that holds text.
    MissingFeatures
        A declared feature that the frame does not have.
    """
    missing = [name for name in features if name not in frame.columns]
    if missing:
        raise MissingFeatures(f"features.customer_features lacks {', '.join(missing)}; see seed reason_words")
    for name in features:
        if _REFUSED.search(name):
            raise IdentifierAsFeature(
                f"{name} says who somebody is or what they did afterwards; it cannot be a feature"
            )
        if not pd.api.types.is_numeric_dtype(frame[name]):
            raise IdentifierAsFeature(f"{name} holds {frame[name].dtype}, not numbers; it cannot be a feature")


def feature_matrix(frame: pd.DataFrame, features: Sequence[str]) -> Matrix:
    """Return the features of a frame, shape (rows, features), doubles; what cannot be said is NaN."""
    check_features(features, frame)
    return np.ascontiguousarray(frame.loc[:, list(features)].to_numpy(dtype=np.float64, na_value=np.nan))

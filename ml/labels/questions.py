"""Populations and labels of the models, as seed ``model_specs`` declares them."""

import dataclasses
from collections.abc import Sequence
from typing import Any, Final

import pandas as pd

#: A column labels may have: how likely a lot was to leave the person alone in the window; null where none was drawn.
LEFT_ALONE: Final = "left_alone_probability"
#: What may be asked of whom.
POSITIVES: Final = {"customer": ("order", "no_order"), "lead": ("qualified",)}
#: The features that begin so are those of an open lead: null of everybody who has none.
OF_LEADS: Final = "lead_"


@dataclasses.dataclass(frozen=True)
class ModelSpec:
    """One model's question.

    ``subject``: customers, or people with an open lead; a model sees the features of its own subject.
    ``stages`` empty means any purchase stage; ``active_only`` keeps those who bought within the horizon;
    ``positive`` is ``no_order`` (churn), ``order`` or, of leads, ``qualified``;
    ``is_organic`` asks for people nobody contacted in the window.
    The prior is a line in log-odds over log1p of ``recency_feature`` through ``prior_rate`` at ``prior_centre_days``.
    """

    model: str
    stages: tuple[str, ...]
    active_only: bool
    positive: str
    is_organic: bool
    recency_feature: str
    rfm_features: tuple[str, ...]
    prior_rate: float
    prior_centre_days: float
    prior_slope: float
    subject: str = "customer"


def model_specs(seed: pd.DataFrame) -> list[ModelSpec]:
    """Return the specs of seed ``model_specs``, by model name."""
    specs = [_spec(row) for row in seed.sort_values("model").to_dict("records")]
    for spec in specs:
        allowed = POSITIVES.get(spec.subject, ())
        if spec.positive not in allowed:
            raise ValueError(f"model_specs: {spec.model}: positive is {' or '.join(allowed)}, not {spec.positive!r}")
    return specs


def _spec(row: dict[Any, Any]) -> ModelSpec:
    return ModelSpec(
        model=str(row["model"]),
        # A brand's own rows may be older than the column.
        subject=str(row.get("subject", "customer")),
        stages=tuple(str(row["stages"]).split()) if isinstance(row["stages"], str) else (),
        active_only=bool(row["active_only"]),
        positive=str(row["positive"]),
        is_organic=bool(row["is_organic"]),
        recency_feature=str(row["recency_feature"]),
        rfm_features=tuple(str(row["rfm_features"]).split()),
        prior_rate=float(row["prior_rate"]),
        prior_centre_days=float(row["prior_centre_days"]),
        prior_slope=float(row["prior_slope"]),
    )


def features_of(spec: ModelSpec, features: Sequence[str]) -> list[str]:
    """Return the declared features that a model may see: those of leads for leads, the others for customers."""
    return [name for name in features if name.startswith(OF_LEADS) == (spec.subject == "lead")]


def population(features: pd.DataFrame, spec: ModelSpec, horizon_days: int) -> pd.DataFrame:
    """Return the rows of ``customer_features`` the model speaks about, without whom a hard rule keeps out."""
    chosen = ~features["is_excluded"].astype(bool)
    if spec.subject == "lead":
        chosen &= features["lead_age_days"].notna()
    if spec.stages:
        chosen &= features["purchase_stage"].isin(spec.stages)
    if spec.active_only:
        chosen &= features["recency_days"].notna() & (features["recency_days"] < horizon_days)
    return features[chosen]


def labelled_rows(features: pd.DataFrame, labels: pd.DataFrame, spec: ModelSpec, horizon_days: int) -> pd.DataFrame:
    """Return the model's population with ``label`` (0 or 1), ``contacted``, ``drawn`` and ``weight``.

    Only rows with a closed outcome of the same horizon stand in it: a window that is still open has no row. Who was
    left alone by a lot stands for all on whom it was drawn, with the weight 1 / probability; everybody else, and
    everybody of a model that does not ask what people do by themselves, for one. Sorted by (as_of_date, one_id).

    Raises
    ------
    ValueError
        A probability of being left alone is not above 0 and at most 1.
    """
    more = [name for name in (LEFT_ALONE, "qualified") if name in labels]
    told = ["as_of_date", "one_id", "ordered", "contacted", *more]
    closed = labels.loc[labels["horizon_days"] == horizon_days, told]
    rows = population(features, spec, horizon_days).merge(closed, on=["as_of_date", "one_id"], validate="one_to_one")
    ordered, contacted = rows["ordered"].astype(bool), rows["contacted"].astype(bool)
    chance = pd.to_numeric(rows[LEFT_ALONE] if LEFT_ALONE in rows else pd.Series(index=rows.index, dtype="float64"))
    if not (chance.isna() | ((chance > 0) & (chance <= 1))).all():
        raise ValueError(f"labels: {LEFT_ALONE} has to lie above 0 and be at most 1")
    drawn = chance.notna() & ~contacted & spec.is_organic
    asked = rows["qualified"].astype(bool) if spec.positive == "qualified" else ordered
    added = pd.DataFrame({
        "label": (~asked if spec.positive == "no_order" else asked).astype("int64"),
        "contacted": contacted,
        "drawn": drawn,
        "weight": (1.0 / chance).where(drawn, 1.0),
    })
    rows = pd.concat([rows.drop(columns=told[2:]), added], axis=1)
    return rows.sort_values(["as_of_date", "one_id"], ignore_index=True)

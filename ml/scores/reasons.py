"""Three reasons a customer, in words: facts the shop knows, never a probability and never surveillance.

Terms of one group (three windows of the same count) are added up before groups are ranked, so that the three reasons
are three different things. A group that pushes the score the way it went comes before one that pulls against it.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.features.matrix import Matrix, Vector
from ml.scores.terms import Terms

REASONS = 3
#: Told when a model's own terms give fewer than three: what a shop assistant asks first.
FIRST_ASKED = (
    "recency_days", "gap_mean_84d", "order_days_28d", "order_days_84d", "net_paid_fen_84d", "registered_days",
    "activity_recency_days", "active_days_28d", "contacts_28d", "followed_staff", "groups_joined",
)  # fmt: skip


def words_for(feature_row: pd.Series, value: float) -> str | None:
    """Return the words of one fact, or None when it has none or cannot be said.

    Parameters
    ----------
    feature_row
        Row of seed ``reason_words``.
    value
        The customer's value, in the feature's unit; NaN when it cannot be said.
    """
    if np.isnan(value) or not bool(feature_row["is_told"]):
        return None
    scaled = Decimal(repr(value)) / Decimal(str(feature_row["divisor"]))
    step = Decimal(1).scaleb(-int(feature_row["decimals"]))
    told = scaled.quantize(step, rounding=ROUND_HALF_UP)
    template = feature_row["words_zero_zh"] if told == 0 else feature_row["words_zh"]
    # "比之前多" cannot carry a negative number; the words for less stand behind the same template.
    if told < 0:
        template = str(feature_row["words_zh"]).replace("多", "少") if "多" in str(feature_row["words_zh"]) else None
    if not isinstance(template, str) or not template:
        return None
    return template.replace("{value}", f"{abs(told):f}")


def reasons(rows: pd.DataFrame, terms: Terms, base_log_odds: float, words: pd.DataFrame) -> list[tuple[str | None, ...]]:
    """Return three reasons for every row, best first; None where there is nothing to say.

    Parameters
    ----------
    rows
        Feature rows of the population.
    terms
        What the model says of them, in the same order.
    base_log_odds
        Log-odds of the population's base rate: above it the reasons that raise the score come first.
    words
        Seed ``reason_words``, one row per feature.
    """
    words = words.set_index("feature", drop=False)
    told = [name for name in terms.features if name in words.index]
    groups = sorted({str(words.at[name, "reason_group"]) for name in told})
    of_group = np.array([[words.at[name, "reason_group"] == group for group in groups] for name in terms.features])
    direction = np.where(terms.level + terms.contributions.sum(axis=1) >= base_log_odds, 1.0, -1.0)
    pushed = np.round(terms.contributions * direction[:, None], 9)
    ranked = np.argsort(-(pushed @ of_group.astype(np.float64)).round(9), axis=1, kind="stable")
    within = np.argsort(-pushed, axis=1, kind="stable")
    return _worded(rows, terms.features, groups, ranked, within, words)


def _worded(
    rows: pd.DataFrame,
    features: Sequence[str],
    groups: Sequence[str],
    ranked: NDArray[np.int64],
    within: NDArray[np.int64],
    words: pd.DataFrame,
) -> list[tuple[str | None, ...]]:
    speakable = [name for name in (*features, *FIRST_ASKED) if name in words.index and bool(words.at[name, "is_told"])]
    columns: dict[str, Vector] = {
        name: rows[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in dict.fromkeys(speakable)
    }
    records = {name: words.loc[name] for name in columns}
    group_of = {name: str(words.at[name, "reason_group"]) for name in columns}
    cache: dict[tuple[str, float], str | None] = {}

    def say(name: str, row: int) -> str | None:
        value = float(columns[name][row])
        if np.isnan(value):
            return None
        key = (name, value)
        if key not in cache:
            cache[key] = words_for(records[name], value)
        return cache[key]

    result: list[tuple[str | None, ...]] = []
    for row in range(len(rows)):
        by_group: dict[str, list[str]] = {}
        for position in within[row]:
            name = features[position]
            if name in group_of:
                by_group.setdefault(group_of[name], []).append(name)
        chosen: list[str] = []
        used: set[str] = set()
        for number in ranked[row]:
            said = next((text for name in by_group.get(groups[number], []) if (text := say(name, row))), None)
            if said:
                chosen.append(said)
                used.add(groups[number])
            if len(chosen) == REASONS:
                break
        for name in FIRST_ASKED:
            if len(chosen) == REASONS:
                break
            if name in columns and group_of[name] not in used and (text := say(name, row)):
                chosen.append(text)
                used.add(group_of[name])
        result.append(tuple([*chosen, *[None] * (REASONS - len(chosen))]))
    return result


def base_log_odds(base_rate: float) -> float:
    """Return the log-odds of a base rate, kept off 0 and 1 by 1e-6."""
    kept = min(max(base_rate, 1e-6), 1 - 1e-6)
    return float(np.log(kept / (1 - kept)))


__all__ = ["Matrix", "base_log_odds", "reasons", "words_for"]

"""Three reasons a customer, in words: facts the shop knows, never a probability and never surveillance.

Terms of one group (three windows of the same count) are added up before groups are ranked, so that the three reasons
are three different things. A group that pushes the score the way it went comes before one that pulls against it.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.features.matrix import Matrix, Vector
from ml.scores.contributions import Terms

REASONS: Final = 3
#: Told when a model's own terms give fewer than three: what a shop assistant asks first, of a buyer and of the others.
FIRST_ASKED: Final = (
    "recency_days", "gap_mean_84d", "order_days_28d", "net_paid_fen_84d", "active_days_28d", "registered_days",
)  # fmt: skip
FIRST_ASKED_NEVER_BOUGHT: Final = (
    "registered_days", "active_days_28d", "followed_staff", "contacts_28d", "groups_joined", "coupons_open",
)  # fmt: skip
_MORE, _LESS = "多", "少"
_SILENT: Final = 1e-6


def words_for(template: dict[str, Any], value: float) -> str | None:
    """Return the words of one fact, or None when it has none or cannot be said.

    Parameters
    ----------
    template
        Row of seed ``reason_words``: words_zh, words_zero_zh, divisor, decimals, is_told.
    value
        The customer's value, in the feature's unit; NaN when it cannot be said.
    """
    if np.isnan(value) or not template["is_told"]:
        return None
    step = Decimal(1).scaleb(-int(template["decimals"]))
    told = (Decimal(repr(float(value))) / Decimal(str(template["divisor"]))).quantize(step, rounding=ROUND_HALF_UP)
    words = template["words_zero_zh"] if told == 0 else template["words_zh"]
    if not isinstance(words, str) or not words:
        return None
    if told < 0:
        # "比之前多" cannot carry a negative number: it becomes "比之前少"; other words cannot be less than nothing.
        if _MORE not in words:
            return None
        words = words.replace(_MORE, _LESS)
    return words.replace("{value}", f"{abs(told):f}")


def reasons(
    rows: pd.DataFrame, terms: Terms, base_log_odds: float, words: pd.DataFrame
) -> list[tuple[str | None, ...]]:
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
    templates = {
        str(one["feature"]): {str(key): value for key, value in one.items()} for one in words.to_dict("records")
    }
    direction = np.where(terms.level + terms.contributions.sum(axis=1) >= base_log_odds, 1.0, -1.0)
    pushed = np.round(terms.contributions * direction[:, None], 9)
    groups = sorted({str(templates[name]["reason_group"]) for name in terms.features if name in templates})
    weight = np.full((len(rows), len(groups)), -np.inf)
    spokesman = np.zeros((len(rows), len(groups)), dtype=np.int64)
    for number, group in enumerate(groups):
        members = [i for i, name in enumerate(terms.features) if templates.get(name, {}).get("reason_group") == group]
        speaks = np.column_stack([
            _can_be_said(templates[terms.features[i]], _values(rows, terms.features[i])) for i in members
        ])
        total = pushed[:, members].sum(axis=1).round(9)
        heard = speaks.any(axis=1) & (np.abs(total) > _SILENT)
        weight[heard, number] = total[heard]
        best = np.where(speaks, pushed[:, members], -np.inf).argmax(axis=1)
        spokesman[:, number] = np.asarray(members)[best]
    ranked = np.argsort(-weight, axis=1, kind="stable")[:, :REASONS]
    return _worded(rows, terms.features, weight, spokesman, ranked, templates)


def base_log_odds(base_rate: float) -> float:
    """Return the log-odds of a base rate, kept off 0 and 1 by 1e-6."""
    kept = min(max(base_rate, 1e-6), 1 - 1e-6)
    return float(np.log(kept / (1 - kept)))


def _values(rows: pd.DataFrame, feature: str) -> Vector:
    return np.asarray(rows[feature].to_numpy(dtype=np.float64, na_value=np.nan))


def _can_be_said(template: dict[str, Any], values: Vector) -> NDArray[np.bool_]:
    """Return whether ``words_for`` would find words, for a whole column."""
    if not template["is_told"]:
        return np.zeros(len(values), dtype=bool)
    uniques, where = np.unique(values, return_inverse=True)
    return np.asarray([words_for(template, float(value)) is not None for value in uniques], dtype=bool)[where]


def _worded(
    rows: pd.DataFrame,
    features: Sequence[str],
    weight: Matrix,
    spokesman: NDArray[np.int64],
    ranked: NDArray[np.int64],
    templates: dict[str, dict[str, Any]],
) -> list[tuple[str | None, ...]]:
    known = dict.fromkeys((*features, *FIRST_ASKED, *FIRST_ASKED_NEVER_BOUGHT, "recency_days"))
    columns = {name: _values(rows, name) for name in known if name in rows.columns}
    cache: dict[tuple[str, float], str | None] = {}

    def say(name: str, row: int) -> str | None:
        key = (name, float(columns[name][row]))
        if key not in cache:
            cache[key] = words_for(templates[name], key[1])
        return cache[key]

    result: list[tuple[str | None, ...]] = []
    for row in range(len(rows)):
        chosen: list[str] = []
        used: set[str] = set()
        names = [features[spokesman[row, number]] for number in ranked[row] if weight[row, number] > -np.inf]
        never_bought = np.isnan(columns["recency_days"][row])
        for name in (*names, *(FIRST_ASKED_NEVER_BOUGHT if never_bought else FIRST_ASKED)):
            if len(chosen) == REASONS:
                break
            if (
                name in columns
                and name in templates
                and templates[name]["reason_group"] not in used
                and (text := say(name, row))
            ):
                chosen.append(text)
                used.add(str(templates[name]["reason_group"]))
        result.append((*chosen, *[None] * (REASONS - len(chosen))))
    return result

"""The shop's own list beside ours: whole against whole, a head, whoever was on a list and whoever was not.

A lasting lot of people gets what the shop has always sent (``arms.AS_USUAL``), drawn before either list exists. Since
the lot knows nothing of either list, the two wholes are alike but for what they are sent, and what one earns a head
more than the other is what its list is worth: also the part that comes of whom it leaves alone.
"""

import math
from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from ml.recall.design import Z90
from ml.recall.health import ALARM, OK, TOO_FEW, Found

_LEAST: Final = 2


def usual_found(people: pd.DataFrame, settings: Mapping[str, float]) -> list[Found]:
    """Return rows of ``HEALTH``: what ours earns a head over the shop's list, and who is on it and not of its lot.

    Parameters
    ----------
    people
        ``one_id, is_usual, margin_fen, cost_fen, is_listed``: everybody whom the lot was drawn over, with margin and
        the cost of what they were sent since, by either list; nobody of the global holdout.
    settings
        Rows of the seed ``recall_settings``: ``outcome_holdout_least``.
    """
    rows = people.sort_values("one_id", kind="stable")
    is_usual = rows["is_usual"].to_numpy(bool)
    if not is_usual.any():
        return []
    listed = rows["is_listed"].to_numpy(bool)
    strays = int((listed & ~is_usual).sum())
    found = [_beside(rows, is_usual, int((listed & is_usual).sum()), settings)]
    if listed.any():
        named: dict[str, str | float] = {"strays": strays}
        verdict = ALARM if strays else OK
        share = strays / int(listed.sum())
        found.append(Found("as_usual_list", None, share, None, None, int(listed.sum()), verdict, named))
    return found


def _beside(rows: pd.DataFrame, is_usual: np.ndarray, listed: int, settings: Mapping[str, float]) -> Found:
    net = rows["margin_fen"].to_numpy(np.float64) - rows["cost_fen"].to_numpy(np.float64)
    ours, usual = net[~is_usual], net[is_usual]
    few = max(int(settings["outcome_holdout_least"]), _LEAST)
    if min(len(ours), len(usual)) < few or not listed:
        return Found("as_usual", None, None, None, None, len(usual), TOO_FEW, {"listed": listed})
    gain = float(ours.mean() - usual.mean())
    error = math.sqrt(float(ours.var(ddof=1)) / len(ours) + float(usual.var(ddof=1)) / len(usual))
    low, high = gain - Z90 * error, gain + Z90 * error
    verdict = OK if low > 0 else ALARM if high < 0 else TOO_FEW
    named = {"listed": listed, "ours": ours.mean() / 100, "usual": usual.mean() / 100, "gain": gain / 100,
             "half": Z90 * error / 100}  # fmt: skip
    return Found("as_usual", None, gain, low, high, len(usual), verdict, named)

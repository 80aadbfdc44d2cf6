"""The removal effect: how many orders fewer there were if whoever is sent on to a channel went home instead.

A chain of order 1: where a path goes next depends on the channel of its last touch day alone. Two touch days of one
channel in a row change nothing of it, as staying leads nowhere else.
"""

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

START: Final = "(start)"
ORDER: Final = "(order)"
NOTHING: Final = "(nothing)"
#: Removal effects are rounded, so that no machine's last bit moves a fen.
_DIGITS: Final = 10
_KEY: Final = ["as_of_date", "window_days"]

SCHEMA: Final = pa.schema([
    ("as_of_date", pa.date32()),
    ("window_days", pa.int32()),
    ("channel", pa.string()),
    ("removal_effect", pa.float64()),
    ("share", pa.float64()),
])

Numbers = npt.NDArray[np.float64]


def removal_effects(steps: pd.DataFrame) -> pa.Table:
    """Return what each channel's removal costs.

    Parameters
    ----------
    steps
        ``as_of_date, window_days, from_channel, to_channel, paths``: how many paths go from one touch to the next, from
        ``(start)`` to ``(order)`` or ``(nothing)``. Every path ends.

    Returns
    -------
    pyarrow.Table
        ``as_of_date, window_days, channel, removal_effect`` (of the orders that began with a touch, the share that is
        lost, 0 to 1) and ``share`` (of the sum of a window's effects), sorted by key; a window without an order has no
        row.
    """
    found = [
        {
            "as_of_date": pd.Timestamp(date).date(),
            "window_days": days,
            "channel": channel,
            "removal_effect": effect,
            "share": share,
        }
        for (date, days), of_window in steps.groupby(_KEY, sort=True)
        for channel, effect, share in _of_window(of_window)
    ]
    return pa.Table.from_pylist(found, schema=SCHEMA)


def _of_window(steps: pd.DataFrame) -> list[tuple[str, float, float]]:
    channels = sorted(set(steps["to_channel"]) - {ORDER, NOTHING})
    counts = steps.pivot_table("paths", "from_channel", "to_channel", "sum", fill_value=0).astype(float)
    counts = counts.reindex(index=[START, *channels], columns=[*channels, ORDER, NOTHING], fill_value=0.0)
    # each channel's paths go somewhere: a row of a channel is never empty
    chances = (counts.T / counts.T.sum()).T.to_numpy()
    begins, moves, wins = chances[0, : len(channels)], chances[1:, : len(channels)], chances[1:, len(channels)]
    whole = _reaches_order(begins, moves, wins)
    if whole <= 0:
        return []
    effects = np.array([1 - _without(place, begins, moves, wins) / whole for place in range(len(channels))])
    effects = np.round(np.clip(effects, 0.0, 1.0), _DIGITS)
    shares = np.round(effects / effects.sum(), _DIGITS)
    return list(zip(channels, effects.tolist(), shares.tolist(), strict=True))


def _reaches_order(begins: Numbers, moves: Numbers, wins: Numbers) -> float:
    """Return the chance that a path ends in an order."""
    return float(begins @ np.linalg.solve(np.eye(len(moves)) - moves, wins))


def _without(place: int, begins: Numbers, moves: Numbers, wins: Numbers) -> float:
    """Return the chance that a path ends in an order where every step to one channel ends in nothing."""
    kept = np.delete(np.arange(len(moves)), place)
    return _reaches_order(begins[kept], moves[np.ix_(kept, kept)], wins[kept])

"""The draws of recall, and who is held out for good before anything is scored: the global 5%.

A draw is a keyed hash, never a random state: it does not depend on the order of rows, the date of the run or what
else is drawn. The salts are made once per home and differ from each other, so that the draws are independent.
"""

import datetime as dt
import hmac
from collections.abc import Iterable
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
_TWO_TO_64: Final = float(2**64)


def unit_draws(texts: Iterable[str], salt: bytes) -> Floats:
    """Return one number in [0, 1) per text: HMAC-SHA256 of the text under the salt, its first 8 bytes as a share.

    Raises
    ------
    ValueError
        A salt shorter than 16 bytes: anybody could compute the draw, and steer ids around the holdout.
    """
    if len(salt) < 16:
        raise ValueError(
            f"a holdout or exploration salt has at least 16 bytes, this one {len(salt)}; see docs/recall.md"
        )
    return np.array(
        [int.from_bytes(hmac.digest(salt, text.encode(), "sha256")[:8], "big") / _TWO_TO_64 for text in texts],
        dtype=np.float64,
    )


def global_holdout(people: pd.DataFrame, ancestry: pd.DataFrame, salt: bytes, share: float) -> npt.NDArray[np.bool_]:
    """Return whether each person is held out of every campaign, for good.

    A person is held out when the draw of the one_id, or of any id in its merge and split ancestry known at the
    date's cut-off, falls below the share: on a merge the holdout wins, and the parts of a split inherit it.

    Parameters
    ----------
    people
        One row per (as_of_date, one_id), with ``cut_off_at`` (UTC).
    ancestry
        ``one_id, ancestor_one_id, known_from``.
    salt
        The holdout salt of the home.
    share
        Share of ids held out, 0 to 1.
    """
    ids = pd.unique(pd.concat([people["one_id"], ancestry["ancestor_one_id"]], ignore_index=True))
    drawn = dict(zip(ids, unit_draws(ids, salt) < share, strict=True))
    held = people["one_id"].map(drawn).to_numpy(dtype=bool)
    from_below = ancestry[ancestry["ancestor_one_id"].map(drawn).to_numpy(dtype=bool)]
    if from_below.empty:
        return np.asarray(held)
    since = from_below.groupby("one_id")["known_from"].min()
    known = people["one_id"].map(since)
    return np.asarray(held | (known.notna() & (known <= people["cut_off_at"])).to_numpy(dtype=bool))


def ids_known(people: pd.DataFrame, ancestry: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Return how many ids' draws can hold each person out: their own and those of the ancestry known at the date.

    A person of two ids is held out with probability 1 - (1 - share)^2.
    """
    rows = people[["one_id", "cut_off_at"]].assign(row=np.arange(len(people)))
    pairs = rows.merge(ancestry[["one_id", "ancestor_one_id", "known_from"]], on="one_id")
    known = pairs[pairs["known_from"] <= pairs["cut_off_at"]]
    counts = known.groupby("row")["ancestor_one_id"].nunique()
    return np.asarray(1 + counts.reindex(rows["row"], fill_value=0).to_numpy(np.int64))


def keys_of(one_ids: pd.Series, dates: pd.Series) -> list[str]:
    """Return the texts that a draw per (person, date) hashes."""
    marks = [mark.isoformat() if isinstance(mark, dt.date) else str(mark) for mark in dates]
    return [f"{one_id}|{mark}" for one_id, mark in zip(one_ids, marks, strict=True)]

"""What a design says by itself: sent minus held back among people of one chance, added up over all that was sent.

A stratum is a plan date and a chance of being held back, within one policy: in it the lot alone decides who is sent
something. No model of the answer stands between the two sides, so nothing that it is
compared with can have flattered it.
"""

import dataclasses
import math
from statistics import NormalDist
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
#: Half the width of the two-sided 90% interval that is printed, and of P10 to P90, in standard errors.
Z90: Final = NormalDist().inv_cdf(0.95)
Z_P90: Final = NormalDist().inv_cdf(0.9)
#: The least true effect that an interval of that width leaves nothing out of in 80% of cases, in standard errors.
DETECTABLE: Final = Z90 + NormalDist().inv_cdf(0.8)
#: With fewer on a side nothing can be said of its spread.
_LEAST: Final = 2
_MONDAY: Final = np.datetime64("1970-01-05", "D")
SENT, HELD = 0, 1


@dataclasses.dataclass(frozen=True)
class Estimate:
    """An effect added up over everybody who was sent something, in the unit of the measure.

    Parameters
    ----------
    total
        Sum over blocks of the people sent times the difference of the means.
    error
        Its standard error; None where everybody of both sides did the same, which says nothing of chance.
    people
        How many were sent something.
    """

    total: float
    error: float | None
    people: int

    def interval(self, z: float = Z90) -> tuple[float, float] | None:
        """Return low and high, ``z`` standard errors to either side."""
        return None if self.error is None else (self.total - z * self.error, self.total + z * self.error)


@dataclasses.dataclass(frozen=True)
class Strata:
    """One entry per stratum; of the arrays by side the first column is of those sent something.

    Parameters
    ----------
    week
        The Monday of the plan date.
    q
        The chance of being held back.
    number, total, squares, some
        By side: people, sum of the measure, sum of its squares, and people in whom it is not 0.
    """

    week: npt.NDArray[np.datetime64]
    q: Floats
    number: Floats
    total: Floats
    squares: Floats
    some: Floats

    def of(self, rows: npt.NDArray[np.intp] | Flags) -> "Strata":
        """Return some of the strata."""
        return Strata(*(getattr(self, name)[rows] for name in _FIELDS))


_FIELDS: Final = tuple(field.name for field in dataclasses.fields(Strata))


def monday(dates: pd.Series) -> npt.NDArray[np.datetime64]:
    """Return the Monday of each date."""
    return _monday(pd.to_datetime(dates).to_numpy().astype("datetime64[D]"))


def strata(episodes: pd.DataFrame, measure: pd.Series) -> Strata:
    """Return the sums of a measure by stratum and side.

    Parameters
    ----------
    episodes
        Rows of one policy or experiment: ``episode_id, plan_date, held_back_probability, is_sent``.
    measure
        What is read of each of them, by the same index.
    """
    # In one order, so that the sums of floats are the same in every process.
    order = np.argsort(episodes["episode_id"].to_numpy(), kind="stable")
    days = pd.to_datetime(episodes["plan_date"]).to_numpy().astype("datetime64[D]")[order]
    q, values = (each.to_numpy(np.float64)[order] for each in (episodes["held_back_probability"], measure))
    of_days, day = np.unique(days.astype(np.int64), return_inverse=True)
    of_chances, chance = np.unique(q, return_inverse=True)
    known, stratum = np.unique(day * len(of_chances) + chance, return_inverse=True)
    place = 2 * stratum + np.where(episodes["is_sent"].to_numpy(bool)[order], SENT, HELD)

    def summed(weights: Floats) -> Floats:
        return np.asarray(np.bincount(place, weights, 2 * len(known)), np.float64).reshape(-1, 2)

    of_people = (np.ones(len(values)), values, np.square(values), (values != 0).astype(np.float64))
    first_days = of_days[known // max(len(of_chances), 1)].astype("datetime64[D]")
    chances = of_chances[known % max(len(of_chances), 1)]
    return Strata(_monday(first_days), chances, *(summed(each) for each in of_people))


def _monday(days: npt.NDArray[np.datetime64]) -> npt.NDArray[np.datetime64]:
    return np.asarray(days - (days - _MONDAY) % np.timedelta64(7, "D"))


def estimate(found: Strata, week: np.datetime64 | None, least: int) -> Estimate | None:
    """Return the effect on everybody sent something in a week (or in all of them), None where nothing can be said.

    Strata with fewer than two on a side are read together; where even so one side is short, the smallest of the week's
    other strata join them, then the neighbouring weeks of the policy, the earlier one first. Everybody sent something
    is counted, and counted once. Where strata of different chances meet, the held-back weigh (1 - q) / q, so that they
    stand for those who were sent something.

    Parameters
    ----------
    found
        What ``strata`` returns.
    week
        The Monday whose people are claimed; None for all.
    least
        With fewer of a side in whom the measure is not 0, the spread is taken from both sides together: of 40 people
        without an order it would be nothing.
    """
    is_mine = np.full(len(found.q), True) if week is None else found.week == week
    blocks = _blocks(found.of(np.flatnonzero(is_mine)), found.of(np.flatnonzero(~is_mine)), week)
    if not blocks:
        return None
    people, difference, squares, freedom, some, share = (np.array(column) for column in zip(*blocks, strict=True))
    spread = squares.sum(axis=0) / freedom.sum(axis=0)
    if min(some.sum(axis=0)) < least:
        spread[:] = squares.sum() / freedom.sum()
    variance = float(np.sum(people[:, None] ** 2 * spread * share))
    return Estimate(
        float(np.sum(people * difference)), math.sqrt(variance) if variance > 0 else None, int(people.sum())
    )


_Block = tuple[float, float, Floats, Floats, Floats, Floats]


def _blocks(mine: Strata, others: Strata, week: np.datetime64 | None) -> list[_Block]:
    is_whole = np.asarray((mine.number >= _LEAST).all(axis=1), np.bool_)
    thin, whole = mine.of(~is_whole), mine.of(is_whole)
    if not thin.number[:, SENT].sum():
        return [_block(whole.of(np.array([row]))) for row in range(len(whole.q))]
    smallest = whole.of(np.argsort(whole.number.min(axis=1), kind="stable"))
    pool, joined = [thin], 0
    while _is_short(pool) and joined < len(smallest.q):
        pool, joined = [*pool, smallest.of(np.array([joined]))], joined + 1
    people = float(sum(each.number[:, SENT].sum() for each in pool))
    for neighbour in _nearest(others, week):
        if not _is_short(pool):
            break
        pool.append(others.of(np.flatnonzero(others.week == neighbour)))
    if _is_short(pool):
        return []
    rest = [smallest.of(np.array([row])) for row in range(joined, len(smallest.q))]
    return [_block(_together(pool), people), *(_block(each) for each in rest)]


def _is_short(pool: list[Strata]) -> bool:
    return bool((sum(each.number.sum(axis=0) for each in pool) < _LEAST).any())


def _nearest(others: Strata, week: np.datetime64 | None) -> list[np.datetime64]:
    return [] if week is None else sorted(set(others.week), key=lambda other: (abs(other - week), other))


def _together(pool: list[Strata]) -> Strata:
    return Strata(*(np.concatenate([getattr(each, name) for each in pool]) for name in _FIELDS))


def _block(rows: Strata, people: float | None = None) -> _Block:
    """Return people claimed, difference, and by side: squares about the mean, freedom, some, share of variance.

    A side's variance times its share is the variance of its mean.
    """
    number, weight = rows.number.sum(axis=0), (1 - rows.q) / rows.q
    weighed = float(np.sum(weight * rows.number[:, HELD]))
    difference = rows.total[:, SENT].sum() / number[SENT] - np.sum(weight * rows.total[:, HELD]) / weighed
    squares = np.maximum(rows.squares.sum(axis=0) - np.square(rows.total.sum(axis=0)) / number, 0.0)
    share = np.array([1 / number[SENT], np.sum(weight**2 * rows.number[:, HELD]) / weighed**2])
    claimed = float(number[SENT]) if people is None else people
    return claimed, float(difference), squares, number - 1, rows.some.sum(axis=0), share


def srm_p_value(is_held: Flags, q: Floats) -> float:
    """Return the probability of a number held back as far from the sum of its chances as this one, by chance alone."""
    variance = float(np.sum(q * (1 - q)))
    return 1.0 if variance <= 0 else math.erfc(abs(float(is_held.sum() - q.sum())) / math.sqrt(2 * variance))

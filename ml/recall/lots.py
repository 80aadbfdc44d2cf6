"""How many are held back on a night, and when an audience that cannot be told from nothing is cut."""

import dataclasses
from statistics import NormalDist
from typing import Final

import numpy as np
import pandas as pd

from ml.recall.evidence import Floats, Ints, Settings
from ml.recall.posterior import Posterior

_Z90: Final = NormalDist().inv_cdf(0.9)


def held_back_rate(nights: int, settings: Settings) -> float:
    """Return the probability of being held back after so many nights of a policy: it falls, and never to nothing."""
    fallen = settings["held_back_first"] * 0.5 ** (nights / settings["held_back_half_nights"])
    return float(max(settings["held_back_least"], fallen))


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What an audience is predicted to earn, and whether that is too little to be told from nothing."""

    is_stopped: bool
    mean_fen: float
    sd_fen: float
    p10_fen: float
    p90_fen: float


def stop_verdict(posterior: Posterior, cell: Ints, unit_fen: Floats, base_fen: Floats, nights: int) -> Verdict:
    """Return the verdict of an audience: its mean net against the posterior's standard deviation of it.

    Errors of theta are shared by everybody of a cell, and no audience averages them out.

    Parameters
    ----------
    posterior
        What is believed.
    cell
        The cell of each plan.
    unit_fen
        What one unit of theta earns with each plan: net per lift, times the plan's factor.
    base_fen
        What each plan earns at lift 0: its cost, negative.
    nights
        How many nights the policy has run; before the seed's none is stopped.
    """
    settings = posterior.settings
    by_cell = np.bincount(cell, weights=unit_fen, minlength=len(posterior.mean))
    mean = float((by_cell * posterior.mean).sum() + base_fen.sum())
    sd = float(np.sqrt((by_cell[:, None] * posterior.covariance * by_cell[None, :]).sum()))
    # An audience of nobody earns nothing and is nobody's to stop.
    due = nights >= settings["stop_from_night"] and len(cell) > 0
    return Verdict(due and mean < settings["stop_sds"] * sd, mean, sd, mean - _Z90 * sd, mean + _Z90 * sd)


def stopped_bands(posterior: Posterior, plans: pd.DataFrame, nights: int) -> set[str]:
    """Return the bands whose plans cannot be told from nothing: each is an audience of its own.

    Asked of the whole list at once, one doubtful band stopped the others with it: over 90 nights of smooth worlds that
    cost a quarter of what was earned.

    Parameters
    ----------
    posterior
        What is believed.
    plans
        ``band, cell, unit_fen, factor, base_fen`` of whoever is planned under a lot.
    nights
        How many nights anybody was planned on.
    """
    found = set()
    for band, of in plans.groupby("band", sort=True):
        cell, unit, factor, base = (of[name].to_numpy() for name in ("cell", "unit_fen", "factor", "base_fen"))
        if stop_verdict(posterior, cell, unit * factor, base, nights).is_stopped:
            found.add(str(band))
    return found

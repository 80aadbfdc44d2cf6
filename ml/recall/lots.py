"""How many are held back on a night, and when an audience that cannot be told from nothing is cut."""

import dataclasses
from statistics import NormalDist
from typing import Final

import numpy as np
import pandas as pd

from ml.recall.evidence import Flags, Floats, Settings
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


def stop_verdict(posterior: Posterior, plans: pd.DataFrame, nights: int) -> Verdict:
    """Return the verdict of an audience: its mean net against the posterior's standard deviation of it.

    Errors of theta and of the modifiers are shared by everybody, and no audience averages them out.

    Parameters
    ----------
    posterior
        What is believed.
    plans
        ``cell, factor``, what ``Posterior.bends`` reads, and in fen ``unit_fen`` (net per lift) and ``base_fen`` (net
        at lift 0: the cost, negative).
    nights
        How many nights the policy has run; before the seed's none is stopped.
    """
    everybody = np.full(len(plans), True)
    return _verdict(posterior, plans, _unit_of(plans)[:, None] * posterior.bends(plans), everybody, nights)


def _unit_of(plans: pd.DataFrame) -> Floats:
    return np.asarray(plans["unit_fen"].to_numpy(np.float64))


def _verdict(posterior: Posterior, plans: pd.DataFrame, bends: Floats, of: Flags, nights: int) -> Verdict:
    settings = posterior.settings
    factor, base = (plans[name].to_numpy(np.float64)[of] for name in ("factor", "base_fen"))
    cell, earned = plans["cell"].to_numpy(np.int64)[of], _unit_of(plans)[of] * factor
    by_cell = np.asarray(np.bincount(cell, weights=earned, minlength=len(posterior.mean)), dtype=np.float64)
    mean = float((by_cell * posterior.mean).sum() + base.sum())
    sd = posterior.audience_sd(by_cell, bends[of].sum(axis=0))
    # An audience of nobody earns nothing and is nobody's to stop.
    due = nights >= settings["stop_from_night"] and bool(of.any())
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
        As for ``stop_verdict``, of whoever is planned under a lot.
    nights
        How many nights anybody was planned on.
    """
    bends, band = _unit_of(plans)[:, None] * posterior.bends(plans), plans["band"].to_numpy(object)
    return {
        str(one) for one in set(band) if _verdict(posterior, plans, bends, np.asarray(band == one), nights).is_stopped
    }

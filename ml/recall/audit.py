"""The year's claims, added up from the weeks, held against the people who were never written to.

The global holdout audits the whole programme, carry-over between episodes included: one number a year, never a sum of
daily ones. The noise of the two figures is all but independent: a yuan that a person sent something spends by chance is
in both with the same sign, one that a held-back person spends is in them with opposite signs, and over a year the two
weigh the same.
"""

import dataclasses
import datetime as dt
import math
from statistics import NormalDist
from typing import Final

import numpy as np
import pandas as pd

from ml.recall.design import Z90
from ml.recall.health import ALARM, OK, TOO_FEW, Found
from ml.recall.outcomes import OWN

_YEAR: Final = dt.timedelta(days=365)
_POWER: Final = NormalDist().inv_cdf(0.8)


@dataclasses.dataclass(frozen=True)
class Claims:
    """What the weeks of a year add up to (fen), its standard error, and how many weeks could not be read."""

    fen: float
    error_fen: float
    unread: int = 0


@dataclasses.dataclass(frozen=True)
class Audit:
    """What a year's programme earned by the holdout (fen), with its standard error, beside what was claimed."""

    earned_fen: float
    error_fen: float
    claims: Claims
    people: int
    held_out: int

    @property
    def gap_error_fen(self) -> float:
        """The standard error of the claims less the holdout's figure."""
        return math.hypot(self.error_fen, self.claims.error_fen)

    @property
    def z(self) -> float:
        """By how many standard errors the claims exceed the holdout's figure."""
        return (self.claims.fen - self.earned_fen) / self.gap_error_fen

    def detectable_fen(self, alarm_p: float) -> float:
        """Return the overstatement that would be found in four years of five."""
        return (NormalDist().inv_cdf(1 - alarm_p / 2) + _POWER) * self.gap_error_fen


def year_claims(readings: pd.DataFrame, known_on: dt.date) -> Claims:
    """Return the claims of the weeks whose money after h days is known: those of the 365 days up to a date.

    Parameters
    ----------
    readings
        ``OUTCOMES`` as known on that date.
    """
    own = readings[(readings["source"] == OWN) & (readings["read_window"] == "h")]
    weeks = own[(own["week_from"] > known_on - _YEAR) & (own["week_from"] <= known_on)]
    read = weeks.dropna(subset=["realised_net_fen", "realised_low_fen", "realised_high_fen"])
    errors = (read["realised_high_fen"] - read["realised_low_fen"]).astype(float) / (2 * Z90)
    claimed = float(read["realised_net_fen"].astype(float).sum())
    return Claims(claimed, float(np.sqrt(np.square(errors).sum())), len(weeks) - len(read))


def audit(people: pd.DataFrame, claims: Claims, cost_fen: float) -> Audit | None:
    """Return what the programme earned over a holdout of everybody, or None where nothing can be said.

    Nothing can where a side has fewer than two people, or where all spent the same.

    Parameters
    ----------
    people
        ``one_id, is_holdout, margin_fen``: everybody who could have been a candidate in the year, with their margin of
        it; no row is left out for what became of them.
    claims
        What the weeks claimed.
    cost_fen
        What all sending of the year cost.
    """
    rows = people.sort_values("one_id", kind="stable")
    is_held = rows["is_holdout"].to_numpy(bool)
    margin = rows["margin_fen"].to_numpy(float)
    programme, held = margin[~is_held], margin[is_held]
    if min(len(programme), len(held)) < 2:
        return None
    error = math.sqrt(float(np.var(programme, ddof=1)) / len(programme) + float(np.var(held, ddof=1)) / len(held))
    if error == 0:
        return None
    gain = len(programme) * float(programme.mean() - held.mean())
    return Audit(gain - cost_fen, len(programme) * error, claims, len(programme), len(held))


def audit_found(year: Audit, alarm_p: float) -> Found:
    """Return the audit as a row of ``HEALTH``: too few where even claims of nothing true would not be found.

    Parameters
    ----------
    alarm_p
        The seed row ``audit_alarm_p``.
    """
    half = Z90 * year.error_fen
    verdict = OK if abs(year.claims.fen) >= year.detectable_fen(alarm_p) else TOO_FEW
    if abs(year.z) > NormalDist().inv_cdf(1 - alarm_p / 2):
        verdict = ALARM
    named = {"claims": year.claims.fen / 100, "earned": year.earned_fen / 100, "half": half / 100,
             "detectable": year.detectable_fen(alarm_p) / 100, "unread": year.claims.unread}  # fmt: skip
    low, high = year.earned_fen - half, year.earned_fen + half
    return Found("global_holdout", None, year.earned_fen, low, high, year.held_out, verdict, named)


def carry_over_found(year: Audit) -> Found:
    """Return what a year earned beside the weeks' claims: what an episode does to the next, in either direction."""
    beyond, half = year.earned_fen - year.claims.fen, Z90 * year.gap_error_fen
    verdict = TOO_FEW if abs(beyond) < half else OK
    return Found("carry_over", None, beyond, beyond - half, beyond + half, year.held_out, verdict,
                 {"beyond": beyond / 100, "half": half / 100})  # fmt: skip

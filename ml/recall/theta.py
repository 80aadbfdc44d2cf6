"""The closed forms of the posterior: theta given the modifiers g, g given theta, and their turns."""

import dataclasses
from collections.abc import Iterable
from typing import Final

import numpy as np
from scipy.linalg import solve_triangular

from ml.recall.evidence import Floats, Settings, Sums

#: Theta and g take turns until g moves less than this, or have not converged.
_SETTLED: Final = 1e-10
_TURNS: Final = 500


@dataclasses.dataclass(frozen=True)
class Theta:
    """theta ~ N(mean, root @ root.T) given g, with the controls beside it."""

    mean: Floats
    root: Floats
    covariance: Floats
    controls: Floats  # (U, 2)
    with_controls: Floats  # (U, 2, C): the covariance of controls and theta
    #: What each cell's own rows say: the inverse of the variance that they alone would leave.
    information: Floats
    #: The log of how likely the episodes are under the prior, up to what no prior changes.
    evidence: float


@dataclasses.dataclass(frozen=True)
class Both:
    """Theta and g, each with what is not known of the other."""

    theta: Theta
    g: Floats
    g_covariance: Floats
    is_converged: bool


def alternated(mean: Floats, root: Floats, sums: Sums, settings: Settings) -> Both:
    """Return theta given g and g given theta, in turns until they stand; theta ~ N(mean, root @ root.T) before.

    Each is told of the other's mean and of its doubt (mean-field variational Bayes). With the mean alone g explains
    what an uncertain theta cannot: at 20,000 episodes of a world with g = (.2, 0, -.1) it came out at (.92, -.37, .27)
    after 395 turns, and with the doubt at (.34, -.14, -.15) after 35.
    """
    g, spread, settled = np.zeros(3), settings["modifier_sd"] ** 2 * np.eye(3), False
    for _ in range(_TURNS):
        theta = theta_given(mean, root, sums, settings, g, spread)
        after, spread = _modifiers(theta, sums, settings)
        settled = bool(np.abs(after - g).max() < _SETTLED)
        g = after
        if settled:
            break
    return Both(theta, g, spread, settled)


def together(both: Both, sums: Sums, settings: Settings) -> tuple[Floats, Floats]:
    """Return how theta moves against g, shape (C, 3), and the covariance of g when both are unknown.

    theta = mean + root e - against d with d = g - its mean ~ N(0, covariance): what an effect is and how people differ
    in it are told apart by their product alone, so each is less sure than it looks where the other one is held fast.
    The curvature of the joint posterior at its means (Giordano, Broderick, Jordan 2015, without the terms that vanish
    there).
    """
    inverse, by, theta = _controls(sums, settings), np.concatenate([[1.0], both.g]), both.theta
    of_theta = np.einsum("ujkc,k->ujc", sums.coupling, by)
    of_g = np.einsum("ujkc,c->ujk", sums.coupling, theta.mean)[:, :, 1:]
    cross = np.einsum("ckl,k->cl", sums.cell, by)[:, 1:] * theta.mean[:, None]
    cross = cross - np.einsum("ujc,uij,uik->ck", of_theta, inverse, of_g)
    square = np.einsum("c,ckl->kl", theta.mean**2, sums.cell)[1:, 1:]
    square = square - np.einsum("ujk,uij,uil->kl", of_g, inverse, of_g) + np.eye(3) / settings["modifier_sd"] ** 2
    against = theta.covariance @ cross
    return against, np.asarray(np.linalg.inv(square - cross.T @ against))


def _controls(sums: Sums, settings: Settings) -> Floats:
    """Return the inverse precision of each control's level and slope."""
    level = np.where(sums.is_landed, settings["landed_control_sd"], settings["control_sd"])
    precision = sums.control.copy()
    precision[:, 0, 0] += 1 / level**2
    precision[:, 1, 1] += 1 / settings["control_slope_sd"] ** 2
    return np.asarray(np.linalg.inv(precision), dtype=np.float64)


def theta_given(before: Floats, root: Floats, sums: Sums, settings: Settings, g: Floats, spread: Floats) -> Theta:
    """Return theta given g ~ (g, spread), the controls' levels and slopes taken out by their own closed form."""
    told = _told(sums, settings, g, spread)
    seen, evidence = _seen(before, root, told)
    # S - S (S + J^-1)^-1 S in a form that needs neither inverse: exact where nothing was told.
    after = np.asarray(solve_triangular(seen, root.T, lower=True, check_finite=False).T, dtype=np.float64)
    covariance = after @ after.T
    mean = before + covariance @ (told.heard - told.precision @ before)
    controls = told.level - np.einsum("ujc,c->uj", told.against, mean)
    cross, information = -(told.against @ covariance), np.diag(told.precision).copy()
    return Theta(mean, after, covariance, controls, cross, information, evidence=evidence)


def evidence_of(before: Floats, roots: Iterable[Floats], sums: Sums, settings: Settings, both: Both) -> list[float]:
    """Return ``Theta.evidence`` under other priors at the same g, without what else theta would be."""
    told = _told(sums, settings, both.g, both.g_covariance)
    return [_seen(before, root, told)[1] for root in roots]


@dataclasses.dataclass(frozen=True)
class _Told:
    """What the episodes say of theta at g: precision, and precision times mean; the controls taken out."""

    precision: Floats
    heard: Floats
    level: Floats
    against: Floats


def _told(sums: Sums, settings: Settings, g: Floats, spread: Floats) -> _Told:
    inverse = _controls(sums, settings)
    by = np.concatenate([[1.0], g])
    squares = np.outer(by, by)
    squares[1:, 1:] += spread
    coupling = np.einsum("ujkc,k->ujc", sums.coupling, by)
    against = np.einsum("uij,ujc->uic", inverse, coupling)
    size = coupling.shape[2]
    precision = np.diag(np.einsum("ckl,kl->c", sums.cell, squares))
    precision = precision - coupling.reshape(-1, size).T @ against.reshape(-1, size)
    level = np.einsum("uij,uj->ui", inverse, sums.control_y)
    heard = sums.cell_y @ by - np.einsum("ujc,uj->c", coupling, level)
    return _Told(precision, heard, level, against)


def _seen(before: Floats, root: Floats, told: _Told) -> tuple[Floats, float]:
    """Return the root of the precision in steps of the prior, and the evidence."""
    # Most cells of a brand were never sent anything: what says nothing is left out of the products.
    some = np.flatnonzero(told.precision.any(axis=1))
    of = root[some]
    seen = np.linalg.cholesky(np.eye(len(before)) + of.T @ told.precision[np.ix_(some, some)] @ of)
    news = told.heard - told.precision @ before
    moved = solve_triangular(seen, root.T @ news, lower=True, check_finite=False)
    evidence = (told.heard + news) @ before / 2 + moved @ moved / 2 - np.log(np.diag(seen)).sum()
    return np.asarray(seen, dtype=np.float64), float(evidence)


def _modifiers(theta: Theta, sums: Sums, settings: Settings) -> tuple[Floats, Floats]:
    """Return the posterior mean and covariance of g given theta and the controls."""
    square = np.einsum("c,ckl->kl", theta.mean**2 + np.diag(theta.covariance), sums.cell)
    precision = square[1:, 1:] + np.eye(3) / settings["modifier_sd"] ** 2
    both = theta.controls[:, :, None] * theta.mean + theta.with_controls
    left = theta.mean @ sums.cell_y - np.einsum("ujc,ujkc->k", both, sums.coupling)
    spread = np.linalg.inv(precision)
    return np.asarray(spread @ (left - square[0])[1:]), np.asarray(spread)

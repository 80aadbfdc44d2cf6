"""What a message changes, learned from every episode that a lot decided: one Gaussian posterior, made whole each time.

    y - p0 = control[band] + slope[band] (p0 - mean) + sent (1 - p0) theta[band, channel, depth] (1 + g . z) + noise

theta ~ N(share x row of response_priors / (1 - base rate), S); S has components that the brand, a channel, a depth and
a band have in common, and one of the cell alone, all relative to the row. control ~ N(0, control_sd), g ~ N(0,
modifier_sd). Given g the posterior of theta is closed, given theta that of g is: they take turns until neither moves.
Whoever comes back anyway cannot be won back, so an effect is one on the share that would not, 1 - p0.
"""

import dataclasses
import datetime as dt
import functools
import hashlib
from statistics import NormalDist
from typing import Final

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from ml.recall.evidence import (
    KEY,
    Flags,
    Floats,
    Held,
    Ints,
    Settings,
    Sums,
    cell_of,
    nobody_held,
    numbers,
    rows_of,
    sums_of,
    tastes,
)
from ml.recall.tables import EFFECTS
from ml.recall.theta import alternated, evidence_of, together

_DRAWS_KEY: Final = 20260901
_Z90: Final = NormalDist().inv_cdf(0.9)
ALL: Final = "all"


@dataclasses.dataclass(frozen=True)
class Posterior:
    """What is believed of every cell: theta ~ N(mean, covariance), and how taste, answers and contacts change it."""

    #: band, message_channel, depth, prior_mean, prior_sd and effect (the row of response_priors per 1 - base rate)
    cells: pd.DataFrame
    mean: Floats
    covariance: Floats
    #: covariance = root @ root.T
    root: Floats
    modifiers: Floats
    modifiers_covariance: Floats
    #: How much each cell's theta is less, shape (C, 3), where a modifier is more than its mean; ``covariance`` is
    #: theta's where they are not.
    against: Floats
    rows_sent: Ints
    held: Held
    estimate: Floats
    estimate_se: Floats
    #: What a cell's own rows say: the inverse of the variance that they alone would leave.
    information: Floats
    #: How wide the episodes made the prior, and how rough: times the seed's own spread, and the sd of a cell alone.
    spread: float
    sd_cell: float
    is_converged: bool
    settings: Settings

    @functools.cached_property
    def effects_hash(self) -> str:
        """16 hex digits over all that a plan rests on."""
        digest = hashlib.sha256("\x1f".join(self.cells[list(KEY)].to_numpy(str).ravel()).encode())
        for values in (self.mean, self.covariance, self.modifiers):
            digest.update((np.round(values, 12) + 0.0).tobytes())
        return digest.hexdigest()[:16]

    @functools.cached_property
    def _drawn(self) -> dict[int, Floats]:
        return {}

    def draws(self, count: int = 64) -> Floats:
        """Return ``count`` draws of theta, shape (count, C): a Latin hypercube, so that their mean is the mean."""
        if count not in self._drawn:
            self._drawn[count] = self._draw(count)
        return self._drawn[count]

    def _draw(self, count: int) -> Floats:
        strata = np.array([NormalDist().inv_cdf((at + 0.5) / count) for at in range(count)])
        generator = np.random.Generator(np.random.Philox(key=_DRAWS_KEY))
        normal = np.array([generator.permutation(strata) for _ in range(len(self.mean))]).T
        with threadpool_limits(limits=1):
            return np.asarray(self.mean + normal @ self.root.T)

    def factor(self, options: pd.DataFrame) -> Floats:
        """Return what theta is multiplied by for each option: lift = factor x theta[cell]."""
        steps = tastes(options, self.settings)
        changed = (
            1 + steps[:, 0] * self.modifiers[0] + steps[:, 1] * self.modifiers[1] + steps[:, 2] * self.modifiers[2]
        )
        return np.asarray((1 - numbers(options, "p0")) * np.maximum(changed, self.settings["least_factor"]))

    def bends(self, options: pd.DataFrame) -> Floats:
        """Return by how much each option's lift changes per unit of each modifier, shape (n, 3), at theta's mean."""
        steps = tastes(options, self.settings)
        changed = 1 + steps @ self.modifiers
        alone = (1 - numbers(options, "p0")) * (changed > self.settings["least_factor"])
        return np.asarray((alone * self.mean[self.cell_of(options)])[:, None] * steps)

    def lift_sd(self, cell: Ints, factor: Floats, bends: Floats) -> Floats:
        """Return the sd of the lift of each option, of which theta and the modifiers are unknown."""
        away = bends - factor[:, None] * self.against[cell]
        spread = np.einsum("nk,kl,nl->n", away, self.modifiers_covariance, away)
        return np.asarray(np.sqrt(factor**2 * np.diag(self.covariance)[cell] + spread))

    def audience_sd(self, by_cell: Floats, bent: Floats) -> float:
        """Return the sd of what an audience earns: errors that everybody shares are averaged out by no audience.

        Parameters
        ----------
        by_cell
            What a unit of each cell's theta earns, shape (C,).
        bent
            What a unit of each modifier earns, shape (3,).
        """
        away = bent - by_cell @ self.against
        variance = by_cell @ self.covariance @ by_cell + away @ self.modifiers_covariance @ away
        return float(np.sqrt(variance))

    def cell_of(self, options: pd.DataFrame) -> Ints:
        """Return the cell of each option.

        Raises
        ------
        ValueError
            An option of which response_priors has no row.
        """
        found = cell_of(self.cells, options)
        if (found < 0).any():
            lacking = options.loc[found < 0, list(KEY)].drop_duplicates().to_dict("records")
            raise ValueError(f"response_priors has no row for {lacking}; add it with its source")
        return found

    def basis(self) -> np.ndarray:
        """Return for each cell what its effect rests on: experiment, experiment_pooled or prior."""
        prior = self.cells["prior_sd"].to_numpy(np.float64) ** 2
        share = self.settings["basis_variance_share"]
        own = (self.rows_sent > 0) & (prior * share * (1 + prior * self.information) >= prior)
        return np.asarray(np.select([own, self._halved(np.diag(self.covariance), prior)], _BASES, default="prior"))

    def _halved(self, variance: Floats, prior: Floats) -> Flags:
        return np.asarray((prior > 0) & (variance <= self.settings["basis_variance_share"] * prior))


_BASES: Final = ("experiment", "experiment_pooled")


def cells_of(response_priors: pd.DataFrame, recall_policies: pd.DataFrame) -> pd.DataFrame:
    """Return the cells with ``effect``: the lift of response_priors per share of people who would not come anyway.

    A lift of .03 where .4 come by themselves is .05 of the others; of several steps of a band the mean rate is taken.
    """
    base = recall_policies.groupby("band")["base_rate"].apply(lambda rates: rates.astype(float).mean())
    cells = response_priors.sort_values(list(KEY), ignore_index=True)
    effect = cells["lift_p50"].astype(float) / (1 - cells["band"].map(base).astype(float))
    return cells[list(KEY)].astype(object).assign(effect=effect)


def _root(cells: pd.DataFrame, settings: Settings, sd_cell: float) -> Floats:
    """Return a root of the prior covariance: what any two cells have in common, relative to their rows."""
    common = np.full((len(cells), len(cells)), settings["sd_brand"] ** 2)
    for column, name in (("message_channel", "sd_channel"), ("depth", "sd_depth"), ("band", "sd_band")):
        of = cells[column].to_numpy(dtype=object)
        common += settings[name] ** 2 * (of[:, None] == of[None, :])
    own = np.linalg.cholesky(common + sd_cell**2 * np.eye(len(cells)))
    return np.asarray(cells["effect"].to_numpy(np.float64)[:, None] * own)


def prior(cells: pd.DataFrame, settings: Settings) -> Posterior:
    """Return what is believed before any episode.

    Parameters
    ----------
    cells
        ``band, message_channel, depth, effect``, as ``cells_of`` returns them.
    settings
        The seed learning_settings.
    """
    effect = cells["effect"].to_numpy(np.float64)
    with threadpool_limits(limits=1):
        root = _root(cells, settings, settings["sd_cell"])
        covariance = root @ root.T
    mean, size = settings["prior_mean_share"] * effect, len(cells)
    return Posterior(
        cells.assign(prior_mean=mean, prior_sd=np.sqrt(np.diag(covariance))),
        mean,
        covariance,
        root,
        modifiers=np.zeros(3),
        modifiers_covariance=settings["modifier_sd"] ** 2 * np.eye(3),
        against=np.zeros((size, 3)),
        rows_sent=np.zeros(size, dtype=np.int64),
        held=nobody_held(size),
        estimate=np.full(size, np.nan),
        estimate_se=np.full(size, np.nan),
        information=np.zeros(size),
        spread=1.0,
        sd_cell=settings["sd_cell"],
        is_converged=True,
        settings=dict(settings),
    )


def learn(cells: pd.DataFrame, episodes: pd.DataFrame, as_of_date: dt.date, settings: Settings) -> Posterior:
    """Return what is believed on a date, from all episodes known and over by then; without one, the prior.

    Parameters
    ----------
    cells
        As for ``prior``.
    episodes
        people.recall_episodes; rows known on behalf of other dates, open ones and the global holdout's do not enter.
    as_of_date
        The date on whose behalf it is believed.
    settings
        The seed learning_settings.
    """
    before = prior(cells, settings)
    rows = rows_of(cells, episodes, as_of_date, settings)
    if not len(rows.weight):
        return before
    with threadpool_limits(limits=1):
        # How noisy answers are: by the prior's effects first, then by those that were learned so.
        first = sums_of(rows.told(before.mean, before.modifiers, settings), len(cells))
        found = alternated(before.mean, before.root, first, settings)
        return _believed(before, sums_of(rows.told(found.theta.mean, found.g, settings), len(cells)), settings)


def _believed(before: Posterior, sums: Sums, settings: Settings) -> Posterior:
    """Return the posterior under the prior that the episodes make likeliest: as the seed has it, wider, or rougher.

    A brand that answers three times as well as the rows say has cells that lie three times as far apart as well.
    Measured over 90 nights of such a world, the seed's own spread left .70 of the cells in their 90% interval, and the
    likeliest .85; never a narrower one, or cells would rest on experiments that none of their rows had a part in.
    """
    found = alternated(before.mean, before.root, sums, settings)
    spread, cell = 1.0, settings["sd_cell"]
    likeliest = found.theta.evidence
    rough = _root(before.cells, settings, settings["sd_cell_rough"])
    roots = {settings["sd_cell"]: before.root, settings["sd_cell_rough"]: rough}
    tried = [(wider, of_cell) for wider in range(1, int(settings["spread_most"]) + 1) for of_cell in roots]
    asked = (wider * roots[of_cell] for wider, of_cell in tried)
    for (wider, of_cell), evidence in zip(tried, evidence_of(before.mean, asked, sums, settings, found), strict=True):
        if evidence > likeliest + settings["spread_least_evidence"]:
            spread, cell, likeliest = float(wider), of_cell, evidence
    if (spread, cell) != (1.0, settings["sd_cell"]):
        found = alternated(before.mean, spread * roots[cell], sums, settings)
    against, g_covariance = together(found, sums, settings)
    return dataclasses.replace(
        before,
        mean=found.theta.mean,
        covariance=found.theta.covariance,
        root=found.theta.root,
        modifiers=found.g,
        modifiers_covariance=g_covariance,
        against=against,
        rows_sent=sums.rows_sent,
        held=sums.held,
        estimate=sums.estimate,
        estimate_se=sums.estimate_se,
        information=found.theta.information,
        spread=spread,
        sd_cell=cell,
        is_converged=found.is_converged,
    )


def effects(posterior: Posterior, as_of_date: dt.date) -> pd.DataFrame:
    """Return the ledger of effects: one row per cell, and the rows of each band, channel, depth and the brand.

    A pooled row says ``all`` of what it pools; cells count in it by what was sent, evenly where nothing was. Where
    nothing was, what halved its doubt are the episodes of other rows: ``experiment_pooled``.
    """
    cells = posterior.cells
    groups = [(tuple(key), np.arange(len(cells)) == at) for at, key in enumerate(cells[list(KEY)].to_numpy(str))]
    for at, column in enumerate(KEY):
        for level in sorted(set(cells[column])):
            name = tuple(level if place == at else ALL for place in range(len(KEY)))
            groups.append((name, cells[column].eq(level).to_numpy(bool)))
    groups.append(((ALL,) * len(KEY), np.ones(len(cells), dtype=bool)))
    members = np.array([of for _, of in groups])
    sent = np.where(members, posterior.rows_sent, 0)
    heard = np.asarray(sent.any(axis=1), dtype=np.bool_)
    weight = np.where(heard[:, None], sent, members)
    weight = weight / weight.sum(axis=1)[:, None]
    before = prior(cells, posterior.settings).covariance
    with threadpool_limits(limits=1):
        variances = [((weight @ of) * weight).sum(axis=1) for of in (posterior.covariance, before)]
    basis = posterior.basis()
    rows = [
        _effect(posterior, of, weight[at], (float(variances[0][at]), float(variances[1][at])))
        for at, of in enumerate(members)
    ]
    found = pd.DataFrame([name for name, _ in groups], columns=list(KEY)).join(pd.DataFrame(rows))
    found.loc[: len(cells) - 1, "basis"] = basis
    return found.assign(as_of_date=as_of_date)[list(EFFECTS)]


def _effect(posterior: Posterior, members: Flags, weight: Floats, variances: tuple[float, float]) -> dict[str, object]:
    sent = np.where(members, posterior.rows_sent, 0)
    heard = np.where(np.isfinite(posterior.estimate), weight, 0.0)
    total = float(heard.sum())
    share = heard / total if total else heard
    mean = float((weight * posterior.mean).sum())
    sd = float(np.sqrt(variances[0]))
    halved = bool(posterior._halved(np.array(variances[:1]), np.array(variances[1:]))[0])
    return {
        "prior_mean": round(float((weight * posterior.cells["prior_mean"].to_numpy(np.float64)).sum()), 6),
        "prior_sd": round(float(np.sqrt(variances[1])), 6),
        "rows_sent": int(sent.sum()),
        "rows_held": posterior.held.among(members),
        "estimate": round(float(np.nansum(share * posterior.estimate)), 6) if total else None,
        "estimate_se": round(float(np.sqrt(np.nansum((share * posterior.estimate_se) ** 2))), 6) if total else None,
        "posterior_mean": round(mean, 6),
        "posterior_sd": round(sd, 6),
        "posterior_p10": round(mean - _Z90 * sd, 6),
        "posterior_p90": round(mean + _Z90 * sd, 6),
        "probability_positive": round(NormalDist().cdf(mean / sd), 6) if sd > 0 else float(mean > 0),
        "basis": (_BASES[0] if sent.any() else _BASES[1]) if halved else "prior",
    }

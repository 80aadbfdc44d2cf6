"""Whether what is believed after some weeks holds the truth as often as it says, where the truth is as was believed.

    python -m benchmarks.calibration [--worlds 240] [--people 3000]

Simulation-based calibration (Talts and others 2018): effects and modifiers are drawn from the prior of the seeds that
ship, people are planned, held back by lot and answer, ``ml.recall.posterior.learn`` learns, and the interval of 90% of
a new audience is asked whether it holds what that audience would truly bring. In worlds that are tamer than the seeds
allow the same intervals hold the truth more often than they say, in wilder ones less: that is told by
``benchmarks.loop``, and no setting is chosen by it.
"""

import argparse
import datetime as dt

import numpy as np
import pandas as pd

from ml.recall.design import Z90
from ml.recall.evidence import KEY, Floats, Settings, tastes
from ml.recall.posterior import Posterior, cells_of, learn, prior
from orchestration.seed_rows import SEEDS

DATE = dt.date(2026, 11, 30)
HELD_BACK, AUDIENCE = 0.15, 300
#: Cells that a brand without a call centre sends on.
CHANNELS = ("official_account", "sms", "wecom")


def seeds() -> tuple[pd.DataFrame, Settings]:
    """Return the cells of recall by three channels, and the seed learning_settings."""
    priors, policies, rows = (
        pd.read_csv(SEEDS / f"{name}.csv") for name in ("response_priors", "recall_policies", "learning_settings")
    )
    cells = cells_of(priors, policies)
    bands = ["at_risk", "dormant", "lost"]
    of = cells["message_channel"].isin(CHANNELS) & cells["band"].isin(bands)
    return cells[of].reset_index(drop=True), dict(zip(rows["name"], rows["value"].astype(float), strict=True))


def people(rng: np.random.Generator, cells: pd.DataFrame, count: int) -> pd.DataFrame:
    """Return people with an option each and what is known of them."""
    at = rng.integers(0, len(cells), count)
    known = {
        "p0": rng.beta(2, 6, count), "contacts_28d": rng.integers(0, 3, count).astype(float),
        "coupon_taste": rng.beta(2, 3, count), "wecom_answers": rng.beta(2, 3, count),
    }  # fmt: skip
    return cells.loc[at, list(KEY)].reset_index(drop=True).assign(**known)


def lift(posterior: Posterior, who: pd.DataFrame, theta: Floats, g: Floats, settings: Settings) -> Floats:
    """Return the true lift of everybody's option."""
    changed = np.maximum(1 + tastes(who, settings) @ g, settings["least_factor"])
    return np.asarray((1 - who["p0"].to_numpy()) * changed * theta[posterior.cell_of(who)])


def world(seed: int, count: int, cells: pd.DataFrame, settings: Settings) -> tuple[float, float]:
    """Return by how many of its standard errors an audience's truth lies from what is believed, before and after."""
    rng, before = np.random.default_rng(seed), prior(cells, settings)
    theta = before.mean + before.root @ rng.standard_normal(len(before.mean))
    g = settings["modifier_sd"] * rng.standard_normal(3)
    who = people(rng, cells, count)
    sent = rng.random(count) >= HELD_BACK
    chance = who["p0"].to_numpy() + np.where(sent, lift(before, who, theta, g, settings), 0.0)
    episodes = who.assign(
        as_of_date=DATE, episode_id=[f"e{number}" for number in range(count)], source="siyu", experiment_id=None,
        arm=np.where(sent, "treat", "held_back"), is_sent=sent, held_back_probability=HELD_BACK,
        option_probability=1 - HELD_BACK, ends_on=pd.Timestamp(DATE) - pd.to_timedelta(rng.integers(0, 60, count), "D"),
        is_closed=True, succeeded=rng.random(count) < np.clip(chance, 0.0, 1.0),
    )  # fmt: skip
    after, new = learn(cells, episodes, DATE, settings), people(rng, cells, AUDIENCE)
    true = float(lift(before, new, theta, g, settings).sum())
    away = [(true - told) / sd for told, sd in (_told(of, new) for of in (before, after))]
    return away[0], away[1]


def _told(posterior: Posterior, who: pd.DataFrame) -> tuple[float, float]:
    """Return what is believed that an audience brings, with its standard error."""
    by_cell = np.bincount(posterior.cell_of(who), posterior.factor(who), len(posterior.mean))
    return float(by_cell @ posterior.mean), posterior.audience_sd(by_cell, posterior.bends(who).sum(axis=0))


def main() -> None:
    """Print how often intervals hold the truth."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", type=int, default=240)
    parser.add_argument("--people", type=int, default=3_000)
    asked = parser.parse_args()
    cells, settings = seeds()
    away = np.array([world(seed, asked.people, cells, settings) for seed in range(asked.worlds)])
    for name, z in zip(("before any episode", f"after {asked.people:,} episodes"), away.T, strict=True):
        held = f"{(np.abs(z) < Z90).mean():.1%}; z has mean {z.mean():+.2f}, sd {z.std(ddof=1):.2f}"
        print(
            f"{asked.worlds} worlds drawn from the seeds, {name}: 90% intervals of an audience hold the truth in {held}"
        )


if __name__ == "__main__":
    main()

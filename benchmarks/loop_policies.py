"""Whom each policy writes to on a night of the market: rules of thumb, the seed at P10, the loop and the oracle."""

import dataclasses
import datetime as dt
from types import ModuleType
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.loop_market import DEPTHS, Floats, Ints, Night, cells, channel_of
from ml.recall.knapsack import Problem, solve
from ml.recall.lots import held_back_rate, stop_verdict
from ml.recall.posterior import Posterior, learn, prior
from orchestration.seed_rows import SEEDS

Flags = npt.NDArray[np.bool_]

FIRST_DAY: Final = dt.date(2024, 1, 1)
_DRAWS: Final = 64
#: Half the way from P50 to P10 of the seed's curves, and the error of a basket: as the plan was made before it learned.
_P10_OF_P50, _BASKET_CV, _DEFLATION, _SPREAD, _Z90 = 0.5, 0.3, 0.9, 0.35, 1.2815515655446004


@dataclasses.dataclass(frozen=True)
class Room:
    """What a night may use: yuan, and messages of WeCom."""

    yuan: float
    wecom: int

    def over(self, share: float) -> "Room":
        """Return the room of a plan of which a share will be sent."""
        return Room(self.yuan / share, int(self.wecom / share))


class Policy(Protocol):
    """A policy of a night; option -1 is nothing. What is planned and not sent is held back by lot."""

    posterior: Posterior | None

    def decide(self, t: int, night: Night, is_open: Flags, room: Room) -> tuple[Ints, Ints]:
        """Return the option planned for each candidate and the one sent."""

    def hear(self, t: int, night: Night, planned: Ints, sent: Ints, ordered: Flags, lift: Floats) -> None:
        """Hear who ordered in the episodes that began on day ``t``; ``lift`` is the truth, and only to be judged by."""


def best(module: ModuleType, value: Floats, cost: Floats, room: Room) -> Ints:
    """Return the option of each candidate that the product's own knapsack takes; values and costs in yuan."""
    channel = np.where(module.CHN[None] == module.CH.index("wecom"), 0, -1) + np.zeros(value.shape, dtype=np.int64)
    fen, spent = np.maximum(np.round(value * 100), 0.0), np.ceil(cost * 100 - 1e-6)
    problem = Problem(
        fen, spent, channel, np.full(value.shape, -1), room.yuan * 100, np.array([float(room.wecom)]), np.zeros(0)
    )
    return np.asarray(solve(problem, exact=False).choice, dtype=np.int64)


class _Deaf:
    """A policy that learns nothing."""

    posterior: Posterior | None = None

    def __init__(self, module: ModuleType) -> None:
        self.module = module

    def hear(self, t: int, night: Night, planned: Ints, sent: Ints, ordered: Flags, lift: Floats) -> None:
        """Learn nothing."""


class Priority(_Deaf):
    """One order of people and of options, down to the end of the money: blast, churn first, RFM rules."""

    def __init__(self, module: ModuleType, name: str, basket: Floats, seed: int) -> None:
        super().__init__(module)
        self.name, self.basket, self.rng = name, basket, np.random.default_rng(seed)

    def decide(self, t: int, night: Night, is_open: Flags, room: Room) -> tuple[Ints, Ints]:
        """Return the first option that reaches each, most urgent people first."""
        rank, wished = self._wishes(night)
        option = np.full(len(night.who), -1)
        for at in range(wished.shape[1]):
            wish = wished[:, at]
            reaches = night.reach[np.arange(len(wish)), np.maximum(wish, 0)]
            option = np.where((option < 0) & (wish >= 0) & reaches, wish, option)
        option = np.where(is_open, option, -1)
        order = np.argsort(-rank, kind="stable")
        order = order[option[order] >= 0]
        is_wecom = self.module.CHN[option[order]] == self.module.CH.index("wecom")
        order = order[~(is_wecom & (np.cumsum(is_wecom) > room.wecom))]
        cost = night.cost(self.module.PRIOR[night.band])
        taken = order[np.cumsum(cost[order, option[order]]) <= room.yuan]
        chosen = np.full(len(option), -1)
        chosen[taken] = option[taken]
        return chosen, chosen

    def _wishes(self, night: Night) -> tuple[Floats, Ints]:
        basket = self.basket[night.who]
        if self.name != "rfm":
            rank = self.rng.random(len(night.who)) if self.name == "blast" else 1 - night.p0
            return rank, np.tile([3, 6, 0], (len(night.who), 1))
        dear, lost = (basket > np.quantile(self.basket, 0.6))[:, None], (night.band >= 2)[:, None]
        wished = np.where(dear, [[4, 5, 2, 0]], np.where(lost, [[3, 2, 0, 1]], [[2, 5, 0, 1]]))
        return basket * (night.band < 2) + 1e-3 * basket, wished


class PriorsP10(_Deaf):
    """The seed's lifts at P10, as the plan was made before it learned anything; nobody explores."""

    def decide(self, t: int, night: Night, is_open: Flags, room: Room) -> tuple[Ints, Ints]:
        """Return the best options at P10."""
        m, lift = self.module, _DEFLATION * self.module.PRIOR[night.band]
        spread = _SPREAD * _Z90 * _BASKET_CV * (night.unit + night.offer) * lift
        value = night.base + night.unit * lift * _P10_OF_P50 - spread
        chosen = best(m, np.where(night.reach & is_open[:, None], value, -1.0), night.cost(lift), room)
        return chosen, chosen


class Oracle(_Deaf):
    """Whoever knows each person's true profit."""

    def decide(self, t: int, night: Night, is_open: Flags, room: Room) -> tuple[Ints, Ints]:
        """Return the options that are best in truth."""
        chosen = best(self.module, np.where(night.reach, night.net, -1.0), night.true_cost, room)
        return chosen, chosen


class Loop:
    """The posterior of all closed episodes, one of its draws a person, the knapsack, and the lot that holds back."""

    def __init__(self, module: ModuleType, affinity: Floats, chat: Floats, seed: int) -> None:
        """Begin with the seeds that ship and no episode."""
        self.module, self.affinity, self.chat = module, affinity, chat
        self.rng = np.random.default_rng(seed)
        rows = pd.read_csv(SEEDS / "learning_settings.csv")
        self.settings = dict(zip(rows["name"], rows["value"].astype(float), strict=True))
        self.cells = cells(module)
        self.posterior: Posterior = prior(self.cells, self.settings)
        self.episodes: list[pd.DataFrame] = []
        self.truth: list[pd.DataFrame] = []
        self.stopped: list[int] = []

    def options(self, night: Night) -> pd.DataFrame:
        """Return every (candidate, option) as the posterior reads it, candidate by candidate."""
        of = len(self.module.OPT)
        at = (night.band[:, None] * of + np.arange(of)).ravel()
        known = {
            "p0": night.p0, "contacts_28d": night.contacts,
            "coupon_taste": self.affinity[night.who], "wecom_answers": self.chat[night.who],
        }  # fmt: skip
        columns = {name: self.cells[name].to_numpy(object)[at] for name in ("band", "message_channel", "depth")}
        return pd.DataFrame(columns | {name: np.repeat(values, of) for name, values in known.items()})

    def factor(self, night: Night) -> Floats:
        """Return what theta is multiplied by, shape (n, K)."""
        return self.posterior.factor(self.options(night)).reshape(night.base.shape)

    def theta(self, night: Night, of: Floats) -> Floats:
        """Return the theta of every candidate's options from values by cell, shape (n, K)."""
        return np.asarray(of.reshape(len(self.module.BANDS), -1)[night.band])

    def decide(self, t: int, night: Night, is_open: Flags, room: Room) -> tuple[Ints, Ints]:
        """Learn, plan everybody who may be written to, cut what cannot be told from nothing, and hold back by lot."""
        if self.episodes:
            self.episodes = [pd.concat(self.episodes, ignore_index=True)]
            date = FIRST_DAY + dt.timedelta(days=t)
            self.posterior = learn(self.cells, self.episodes[0].assign(as_of_date=date), date, self.settings)
        factor = self.factor(night)
        draws = self.posterior.draws(_DRAWS).reshape(_DRAWS, len(self.module.BANDS), -1)
        drawn = draws[self.rng.integers(0, _DRAWS, len(night.who)), night.band]
        q = held_back_rate(t, self.settings)
        lift = factor * self.theta(night, self.posterior.mean)
        value = np.where(night.reach & is_open[:, None], night.base + night.unit * factor * drawn, -1.0)
        planned = best(self.module, value, night.cost(lift), room.over(1 - q))
        planned = self._cut(t, night, planned, factor)
        sent = np.where(self.rng.random(len(planned)) < q, -1, planned)
        return planned, self._within(night, sent, night.cost(lift), room)

    def _cut(self, t: int, night: Night, planned: Ints, factor: Floats) -> Ints:
        """Cut each band's audience to a random fifth where it is stopped."""
        kept = planned.copy()
        for band in range(len(self.module.BANDS)):
            at = np.flatnonzero((planned >= 0) & (night.band == band))
            option = planned[at]
            cell = night.band[at] * len(self.module.OPT) + option
            unit = night.unit[at, option] * factor[at, option]
            if stop_verdict(self.posterior, cell, unit, night.base[at, option], t).is_stopped:
                kept[at[self.rng.random(len(at)) >= self.settings["stop_share"]]] = -1
                self.stopped.append(t)
        return kept

    def _within(self, night: Night, sent: Ints, cost: Floats, room: Room) -> Ints:
        """Return what is sent within the room; who overshoots waits, by a lot that is blind to the option."""
        order = self.rng.permutation(np.flatnonzero(sent >= 0))
        wecom = self.module.CHN[sent[order]] == self.module.CH.index("wecom")
        fits = (np.cumsum(cost[order, sent[order]]) <= room.yuan) & (~wecom | (np.cumsum(wecom) <= room.wecom))
        kept = np.full(len(sent), -1)
        kept[order[fits]] = sent[order[fits]]
        return kept

    def hear(self, t: int, night: Night, planned: Ints, sent: Ints, ordered: Flags, lift: Floats) -> None:
        """Add the episodes of day ``t``, and what was true of them for the cells' coverage."""
        at = np.flatnonzero(planned >= 0)
        option = planned[at]
        ends = FIRST_DAY + dt.timedelta(days=t + self.module.H)
        depth = [DEPTHS[self.module.DEP[one]] for one in option]
        is_sent = sent[at] >= 0
        found = pd.DataFrame({
            "episode_id": [f"{t:03d}|{who:06d}" for who in night.who[at]],
            "band": np.array(self.module.BANDS, dtype=object)[night.band[at]],
            "message_channel": [channel_of(self.module, self.module.CHN[one]) for one in option],
            "depth": depth,
            "is_sent": is_sent,
            "p0": night.p0[at],
            "contacts_28d": night.contacts[at],
            "coupon_taste": self.affinity[night.who[at]],
            "wecom_answers": self.chat[night.who[at]],
            "succeeded": ordered[at],
        })
        q = held_back_rate(t, self.settings)
        self.episodes.append(
            found.assign(
                as_of_date=ends,
                source="siyu",
                experiment_id=None,
                arm=np.where(is_sent, "treat", "held_back"),
                held_back_probability=q,
                option_probability=1 - q,
                ends_on=pd.Timestamp(ends),
                is_closed=True,
            )
        )
        self.truth.append(found[is_sent].assign(t=t, lift=lift[at][is_sent]))

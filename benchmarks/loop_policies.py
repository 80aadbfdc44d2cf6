"""Whom each policy writes to on a night of the market: rules of thumb, the seed at P10, the loop and the oracle."""

import dataclasses
import datetime as dt
from types import ModuleType
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.loop_market import DEPTHS, Floats, Ints, Night, cells, channel_of, wecom_of
from ml.recall import arms
from ml.recall.assignment import Remaining, Salts
from ml.recall.knapsack import Problem, solve
from ml.recall.lots import held_back_rate, stopped_bands
from ml.recall.night import decided, valued
from ml.recall.posterior import Posterior, learn, prior
from ml.recall.worth import worth
from orchestration.seed_rows import SEEDS

Flags = npt.NDArray[np.bool_]

#: The seed row outcome_holdout_least.
LEAST: Final = 30
FIRST_DAY: Final = dt.date(2024, 1, 1)
#: Half the way from P50 to P10 of the seed's curves, and the error of a basket: as the plan was made before it learned.
_P10_OF_P50, _BASKET_CV, _DEFLATION, _SPREAD, _Z90 = 0.5, 0.3, 0.9, 0.35, 1.2815515655446004


@dataclasses.dataclass(frozen=True)
class Room:
    """What a night may use: yuan, and messages of WeCom."""

    yuan: float
    wecom: int


class Policy(Protocol):
    """A policy of a night; option -1 is nothing. What is planned and not sent is held back by lot."""

    posterior: Posterior | None

    def decide(self, t: int, night: Night, is_open: Flags, room: Room) -> tuple[Ints, Ints]:
        """Return the option planned for each candidate and the one sent."""

    def hear(self, t: int, night: Night, planned: Ints, sent: Ints, ordered: Flags, lift: Floats) -> None:
        """Hear who ordered in the episodes that began on day ``t``; ``lift`` is the truth, and only to be judged by."""


def best(module: ModuleType, value: Floats, cost: Floats, room: Room) -> Ints:
    """Return the option of each candidate that the product's own knapsack takes; values and costs in yuan."""
    channel = np.where(module.CHN[None] == wecom_of(module), 0, -1) + np.zeros(value.shape, dtype=np.int64)
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
            # Wishes are written for seven options; a world with fewer has not all of them.
            wish = np.where(wished[:, at] < night.reach.shape[1], wished[:, at], -1)
            reaches = night.reach[np.arange(len(wish)), np.maximum(wish, 0)]
            option = np.where((option < 0) & (wish >= 0) & reaches, wish, option)
        option = np.where(is_open, option, -1)
        order = np.argsort(-rank, kind="stable")
        order = order[option[order] >= 0]
        is_wecom = self.module.CHN[option[order]] == wecom_of(self.module)
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
        self.salts = Salts(holdout=b"h" * 32, exploration=f"{seed:032d}".encode())
        rows = pd.read_csv(SEEDS / "learning_settings.csv")
        self.settings = dict(zip(rows["name"], rows["value"].astype(float), strict=True))
        self.cells = cells(module)
        self.posterior: Posterior = prior(self.cells, self.settings)
        self.episodes: list[pd.DataFrame] = []
        #: Episodes whose money is still being earned, by their day, and those whose money is read.
        self.unpaid: dict[int, pd.DataFrame] = {}
        self.paid: list[pd.DataFrame] = []
        self.worth: Floats = np.ones(len(module.BANDS))
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

    def bends(self, night: Night) -> Floats:
        """Return what the lift of every candidate's options changes by per unit of a modifier, shape (n, K, 3)."""
        return self.posterior.bends(self.options(night)).reshape(*night.base.shape, 3)

    def unit(self, night: Night) -> Floats:
        """Return what a lift earns with every candidate's options, as the brand's own past has it, shape (n, K)."""
        return np.asarray((night.unit + night.offer) * self.worth[night.band][:, None] - night.offer)

    def count(self, t: int, margin: Floats) -> None:
        """Hear what the people of day ``t``'s episodes brought in the days of the horizon, before offers."""
        self.paid.append(self.unpaid.pop(t).assign(paid_fen_h=margin * 100))

    def theta(self, night: Night, of: Floats) -> Floats:
        """Return the theta of every candidate's options from values by cell, shape (n, K)."""
        return np.asarray(of.reshape(len(self.module.BANDS), -1)[night.band])

    def decide(self, t: int, night: Night, is_open: Flags, room: Room) -> tuple[Ints, Ints]:
        """Learn, let the product's own night plan and draw its lots, and cut what cannot be told from nothing."""
        if self.episodes:
            self.episodes = [pd.concat(self.episodes, ignore_index=True)]
            date = FIRST_DAY + dt.timedelta(days=t)
            self.posterior = learn(self.cells, self.episodes[0].assign(as_of_date=date), date, self.settings)
        if self.paid:
            self.paid = [pd.concat(self.paid, ignore_index=True)]
            found = worth(self.posterior, self.paid[0].assign(as_of_date=date), date, self.settings, LEAST)
            mean = found.set_index("band")["mean"].reindex(list(self.module.BANDS)).fillna(1.0)
            self.worth = mean.to_numpy(np.float64)
        plan = decided(*self._asked(t, night, is_open, room), self.salts).plans
        at, option = plan["candidate"].to_numpy(np.int64), plan["option"].to_numpy(np.int64)
        planned, sent = np.full(len(night.who), -1), np.full(len(night.who), -1)
        stays = plan["arm"].ne(arms.WAITING).to_numpy(bool) & self._kept(t, plan)
        planned[at[stays]] = option[stays]
        goes = stays & plan["arm"].eq(arms.TREAT).to_numpy(bool)
        sent[at[goes]] = option[goes]
        return planned, sent

    def _asked(
        self, t: int, night: Night, is_open: Flags, room: Room
    ) -> tuple[pd.DataFrame, Posterior, Remaining, tuple[Ints, Ints]]:
        """Return what the product's own night is asked: options of who is open, what is believed, and the room."""
        of, open_to = len(self.module.OPT), (night.reach & is_open[:, None]).ravel()
        fen = {"base_fen": night.base, "unit_fen": self.unit(night)}
        cost = night.cost(self.factor(night) * self.theta(night, self.posterior.mean))
        options = self.options(night).assign(
            candidate=np.repeat(np.arange(len(night.who)), of),
            option=np.tile(np.arange(of), len(night.who)),
            one_id=np.repeat([f"{who:06d}" for who in night.who], of),
            as_of_date=FIRST_DAY + dt.timedelta(days=t),
            policy_id="recall",
            ladder_step=0,
            continues_episode=None,
            expected_cost_fen=np.ceil(cost.ravel() * 100 - 1e-6),
            held_back_probability=held_back_rate(t, self.settings),
            **{name: values.ravel() * 100 for name, values in fen.items()},
        )
        options = valued(options[open_to].reset_index(drop=True), self.posterior)
        channel = np.where(options["message_channel"].eq("wecom"), 0, -1)
        remaining = Remaining(room.yuan * 100, np.array([float(room.wecom)]), np.zeros(0))
        return options, self.posterior, remaining, (channel, np.full(len(options), -1))

    def _kept(self, t: int, plan: pd.DataFrame) -> Flags:
        """Return whom the stop leaves: of a band that cannot be told from nothing a random fifth."""
        bands = stopped_bands(self.posterior, plan, t)
        if not bands:
            return np.ones(len(plan), dtype=bool)
        self.stopped.append(t)
        stays = self.rng.random(len(plan)) < self.settings["stop_share"]
        return np.asarray(stays | ~plan["band"].isin(bands).to_numpy(dtype=bool))

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
        found = found.assign(
            as_of_date=ends,
            source="siyu",
            experiment_id=None,
            arm=np.where(is_sent, "treat", "held_back"),
            held_back_probability=q,
            option_probability=1 - q,
            ends_on=pd.Timestamp(ends),
            is_closed=True,
        )
        self.episodes.append(found)
        expected = (self.factor(night) * self.theta(night, self.posterior.mean))[at, option]
        self.unpaid[t] = found.assign(
            objective="order",
            plan_date=FIRST_DAY + dt.timedelta(days=t),
            unit_fen=100 * night.unit[at, option],
            base_fen=100 * night.base[at, option],
            expected_cost_fen=100 * (np.maximum(expected, 0.0) * night.offer[at, option] - night.base[at, option]),
            margin_rate=1.0,
            redeemed_fen=0.0,
            is_closed_h=True,
        )
        self.truth.append(found[is_sent].assign(t=t, lift=lift[at][is_sent]))

"""A brand whose customers answer messages as a hidden world says: night by night who may be written to, who buys.

The world is a file of its own, loaded by path: a class ``World(seed, n=, days=, kind=)`` and, as names of the module,
the options (``OPT``: channel and depth), their costs, the seed's lifts (``PRIOR``) and the rules of time. Orders use
the world's own random numbers, so that what a policy brings is its profit less that of the same world left alone.
"""

import dataclasses
import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.recall.roi import orders_given_one

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: Names of a world's depths, from no offer on.
DEPTHS: Final = ("none", "light", "deep", "deeper", "deepest")
#: What the world calls its channels, and what we do.
CHANNELS: Final = {"official": "official_account"}
#: Of what somebody else's rates and prices say: the return rate that the seed's lifts were written for.
BASE_RATE: Final = 0.2
#: What is left of an effect after each contact of 28 days, where a world does not say (FATIGUE).
_FATIGUE: Final = 0.7
#: The setting most_orders_given_one.
_MOST_ORDERS: Final = 12.0
#: Days and share of people by which the worth of an order is measured: by forcing one upon half of them.
_FORCED_DAY, _FORCED_DAYS, _FORCED_SHARE = 3, 70, 0.5


def load(path: Path) -> ModuleType:
    """Return the module of a world's file, wherever it lies."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ValueError(f"{path} is no Python file; --world names one that has a class World")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def cells(module: ModuleType) -> pd.DataFrame:
    """Return the world's cells as the posterior reads them, band by band and option by option."""
    rows = [
        {"band": band, "message_channel": channel_of(module, channel), "depth": DEPTHS[depth]}
        for band in module.BANDS
        for channel, depth in module.OPT
    ]
    return pd.DataFrame(rows).assign(effect=module.PRIOR.ravel() / (1 - BASE_RATE))


def wecom_of(module: ModuleType) -> int:
    """Return which of a world's channels has the places of WeCom, -1 where none has."""
    names = [str(name) for name in module.CH]
    return names.index("wecom") if "wecom" in names else -1


def channel_of(module: ModuleType, channel: int) -> str:
    """Return our name of a channel of the world."""
    name = str(module.CH[channel])
    return CHANNELS.get(name, name)


@dataclasses.dataclass(frozen=True)
class Night:
    """The candidates of a night (n) and what is known and true of their options (n, K); money in yuan."""

    who: Ints
    band: Ints
    p0: Floats
    contacts: Floats
    reach: npt.NDArray[np.bool_]
    #: What is earned at lift 0 and per unit of lift, as expected from what is known.
    base: Floats
    unit: Floats
    #: What one order costs in offers, and what a message costs whatever happens.
    offer: Floats
    orders: Floats
    send: Floats
    #: The true response, which is spread over the days of an offer, and the true profit and cost.
    lift: Floats
    net: Floats
    true_cost: Floats

    def cost(self, lift: Floats) -> Floats:
        """Return the expected cost of every option at a lift."""
        return np.asarray(self.send + (self.orders[:, None] + np.maximum(lift, 0.0)) * self.offer)


class Market:
    """The customers of a world from day to day."""

    def __init__(self, module: ModuleType, world: Any, worth: Floats) -> None:
        """Begin on the world's first day; ``worth`` is the true margin per order over that of its basket."""
        self.module, self.world, self.worth = module, world, worth
        n = world.n
        self.since, self.asleep, self.once = world.since0.copy(), world.asleep0.copy(), world.one.copy()
        self.boost, self.left, self.depth = np.zeros(n), np.zeros(n, int), np.zeros(n, int)
        self.redeem, self.last, self.contacts = np.zeros(n), np.full(n, -999), np.zeros(n)
        self.bought: list[npt.NDArray[np.bool_]] = []
        #: Margin of each customer's order of a day, before the offer.
        self.earned: list[npt.NDArray[np.float32]] = []
        # As the night prices an order: with the others that come with it at the person's own rhythm.
        rhythm = getattr(world, "gap", np.full(n, np.inf))
        self.given_one = orders_given_one(np.maximum(module.H / rhythm, 1e-9), _MOST_ORDERS)

    def night(self, t: int) -> Night:
        """Return who may be written to on a night."""
        m, w = self.module, self.world
        band = w.band(self.since, self.once)
        who = np.flatnonzero((band >= 0) & (t - self.last >= m.GAP))
        hazard = w.hazard(self.since, self.asleep)
        over, soon = (1 - np.exp(-hazard * days) for days in (m.H, m.OFFER_DAYS))
        p0 = 1 / (1 + np.exp(-(np.log((over + 1e-6) / (1 - over + 1e-6)) + w.p0noise)))
        orders = p0 * np.clip(soon / np.maximum(over, 1e-9), 0, 1)
        basket, real = w.obs_basket[who][:, None], w.basket[who][:, None]
        offer = m.REDEEM[m.DEP][None] * np.minimum(m.PCT[m.DEP][None] * basket, m.CAP[m.DEP][None])
        contacts = np.minimum(self.contacts[who] * (t - self.last[who] < 28), 3).astype(float)
        cell, would_not = w.cell[band[who]], (1 - soon[who])[:, None]
        lift = (
            getattr(m, "FATIGUE", _FATIGUE) ** contacts[:, None] * cell * w.f[who] * np.where(cell > 0, would_not, 1.0)
        )
        given = w.redeem[who] * np.minimum(m.PCT[m.DEP][None] * real, m.CAP[m.DEP][None])
        true_cost = m.SEND[None] + (soon[who][:, None] + np.maximum(lift, 0)) * given
        return Night(
            who,
            band[who],
            p0[who],
            contacts,
            w.reach[who],
            base=-(m.SEND[None] + orders[who][:, None] * offer),
            unit=m.M * basket * self.given_one[who][:, None] * (1 - m.PULL[m.DEP][None]) - offer,
            offer=offer,
            orders=orders[who],
            send=np.broadcast_to(m.SEND[None], offer.shape),
            lift=lift,
            net=m.M * real * lift * self.worth[band[who]][:, m.DEP] - true_cost,
            true_cost=true_cost,
        )

    def effect(self, night: Night, option: Ints) -> tuple[Floats, Floats]:
        """Return, of each candidate's option, the true lift of an order in the episode, and the orders it triggers.

        Both from the chance of each day: an order that a message triggers is no lift where one would have come by
        itself later in the episode.
        """
        m, w, at = self.module, self.world, np.arange(len(night.who))
        daily = np.where(option >= 0, night.lift[at, np.maximum(option, 0)], 0.0) / m.OFFER_DAYS
        alone, messaged, triggered = np.ones(len(at)), np.ones(len(at)), np.zeros(len(at))
        for day in range(m.H):
            chance = 1 - np.exp(-w.hazard(self.since + day, self.asleep)[night.who])
            both = np.clip(chance + daily * (day < m.OFFER_DAYS), 0, 1)
            triggered += messaged * (both - chance)
            alone, messaged = alone * (1 - chance), messaged * (1 - both)
        return alone - messaged, triggered

    def profit(self, night: Night, option: Ints, triggered: Floats) -> Floats:
        """Return the true expected profit of each candidate's option: of the orders it triggers, less what it costs."""
        m, at, option = self.module, np.arange(len(night.who)), np.maximum(option, 0)
        worth = self.worth[night.band, m.DEP[option]]
        return np.asarray(m.M * self.world.basket[night.who] * worth * triggered - night.true_cost[at, option])

    def plan(self, t: int, night: Night, planned: Ints) -> None:
        """Open the episode of whoever has an option, sent or held back."""
        self.last[night.who[planned >= 0]] = t

    def send(self, t: int, night: Night, option: Ints) -> float:
        """Send every candidate their option (-1: nothing); return what sending costs."""
        m, at = self.module, np.flatnonzero(option >= 0)
        who, option = night.who[at], option[at]
        self.boost[who], self.left[who] = night.lift[at, option] / m.OFFER_DAYS, m.OFFER_DAYS
        self.depth[who], self.redeem[who] = m.DEP[option], self.world.redeem[who, option]
        self.last[who] = t
        self.contacts[who] += 1
        return float(m.SEND[option].sum())

    def day(self, t: int) -> tuple[float, float]:
        """Live a day; return the margin of its orders and what offers took off them."""
        m, w = self.module, self.world
        active = self.left > 0
        chance = 1 - np.exp(-w.hazard(self.since, self.asleep))
        buys = w.u[t] < np.where(active, np.clip(chance + self.boost, 0, 1), chance)
        at = np.flatnonzero(buys)
        basket = w.basket[at] * w.b[t, at]
        redeems = active[at] & (self.depth[at] > 0) & (w.ur[t, at] < self.redeem[at])
        off = np.where(redeems, np.minimum(m.PCT[self.depth[at]] * basket, m.CAP[self.depth[at]]), 0.0)
        self._move_on(t, at)
        self.bought.append(buys)
        earned = np.zeros(w.n, dtype=np.float32)
        earned[at] = m.M * basket
        self.earned.append(earned)
        return float(m.M * basket.sum()), float(off.sum())

    def _move_on(self, t: int, at: Ints) -> None:
        w = self.world
        self.since += 1
        self.since[at] = 0
        self.once[at] = False
        self.asleep[at] = w.us[t, at] < np.where(self.asleep[at], w.stay, w.drop[at])
        self.left = np.maximum(self.left - 1, 0)
        self.left[at] = 0
        self.boost[self.left == 0] = 0

    def ordered(self, t: int, who: Ints) -> npt.NDArray[np.bool_]:
        """Return who bought in the days of an episode that began on day ``t``."""
        return np.asarray(np.any(np.stack(self.bought[t : t + self.module.H]), axis=0)[who])

    def margin(self, t: int, who: Ints, days: int) -> Floats:
        """Return what each brought in so many days from day ``t`` on, before offers."""
        return np.asarray(np.sum(self.earned[t : t + days], axis=0)[who], dtype=np.float64)


def worth_of_an_order(module: ModuleType, world: Any) -> Floats:
    """Return what an order brought by recall is worth, by band and depth, over the margin of its basket.

    Half of the lapsed are made to order once: what they spend more over the next weeks, later orders included.
    """
    rng = np.random.default_rng(5)
    totals = []
    band = world.band(world.since0 + _FORCED_DAY, world.one)
    forced = (band >= 0) & (rng.random(world.n) < _FORCED_SHARE)
    for who in (forced, np.zeros(world.n, bool)):
        since, asleep, total = world.since0.copy(), world.asleep0.copy(), np.zeros(world.n)
        for t in range(_FORCED_DAYS):
            buys = world.u[t] < 1 - np.exp(-world.hazard(since, asleep))
            at = np.flatnonzero(buys | who) if t == _FORCED_DAY else np.flatnonzero(buys)
            total[at] += module.M * world.basket[at] * world.b[t, at]
            since += 1
            since[at] = 0
            asleep[at] = world.us[t, at] < np.where(asleep[at], world.stay, world.drop[at])
        totals.append(total)
    worth = np.ones((len(module.BANDS), len(DEPTHS)))
    for at in range(len(module.BANDS)):
        of = forced & (band == at)
        if of.any():
            gained = (totals[0] - totals[1])[of].sum() / (module.M * world.basket[of]).sum()
            worth[at] = np.clip(gained, 0.2, 2.5)
    return worth

"""What one night decides: who is planned with which option, how likely each option was, and who is held back.

Everybody who is open is planned as if they were to be sent; the lots come after (``lots_of_a_night``). Each person's
options are valued under one of 64 draws of what is known of the response (Thompson sampling): what is unsure is tried
as often as it may be best. The draw is picked by a keyed hash of the person and the date, so that a re-run picks the
same.
"""

import dataclasses
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.recall.assignment import Remaining, Salts, assigned
from ml.recall.holdouts import keys_of, unit_draws
from ml.recall.knapsack import Solution
from ml.recall.lots_of_a_night import drawn
from ml.recall.posterior import Posterior

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: Draws of the posterior among which each person's is picked, and of which an option's probability is the share.
DRAWS: Final = 64
#: What a night needs of an option beside candidate, one_id and as_of_date.
OPTION: Final = (
    "band", "message_channel", "depth", "p0", "contacts_28d", "coupon_taste", "wecom_answers", "base_fen", "unit_fen",
    "expected_cost_fen", "held_back_probability",
)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Night:
    """A night's decision.

    ``plans`` are the chosen options with ``arm``, ``wait_probability`` and ``option_probability``; ``options`` are all
    of them with ``value_fen`` (under the person's own draw), ``lift`` (posterior mean), ``lift_sd``, ``probability``
    (of being chosen at the final prices), ``is_chosen`` and ``is_repaired`` (chosen though another was better at the
    prices, or best and left out: what repair and rounding did).
    """

    plans: pd.DataFrame
    options: pd.DataFrame
    solution: Solution


def valued(options: pd.DataFrame, posterior: Posterior) -> pd.DataFrame:
    """Return the options with ``cell``, ``factor``, ``lift`` and ``lift_sd``: what a contact is thought to change."""
    cell, factor = posterior.cell_of(options), posterior.factor(options)
    spread = posterior.lift_sd(cell, factor, posterior.bends(options))
    return options.assign(cell=cell, factor=factor, lift=posterior.mean[cell] * factor, lift_sd=spread)


def decided(
    options: pd.DataFrame, posterior: Posterior, room: Remaining, slots: tuple[Ints, Ints], salts: Salts
) -> Night:
    """Return what a night decides of one date's options.

    Parameters
    ----------
    options
        Sorted by candidate, with ``candidate, one_id, as_of_date``, ``OPTION`` and ``valued``'s columns; money in fen,
        ``base_fen`` the net at no lift and ``unit_fen`` what a lift of 1 is worth.
    posterior
        What is known of the response.
    room
        Budget, channel and staff places of what is really sent.
    slots
        Channel and staff slot of each option, -1 where no place is counted.
    salts
        The home's draws.
    """
    options = options.reset_index(drop=True)
    draws = posterior.draws(DRAWS)
    own = np.floor(unit_draws(keys_of(options["one_id"], options["as_of_date"]), salts.of("posterior")) * DRAWS)
    options = options.assign(value_fen=_net(options, draws, own.astype(np.int64)))
    wider = room.widened(float(options["held_back_probability"].min())) if len(options) else room
    picked, solution = assigned(options, options["value_fen"].to_numpy(dtype=np.float64), slots, wider)
    probability, best = _shares(options, draws, own.astype(np.int64), slots, solution, wider)
    is_chosen = options.index.isin(picked.index)
    options = options.assign(probability=probability, is_chosen=is_chosen, is_repaired=is_chosen != best)
    chosen_rows = np.flatnonzero(is_chosen)
    plans = options[is_chosen].rename(columns={"probability": "option_probability"})
    plans = drawn(plans, (slots[0][chosen_rows], slots[1][chosen_rows]), room, salts)
    return Night(plans, options, solution)


def _net(options: pd.DataFrame, draws: Floats, which: Ints) -> Floats:
    theta = draws[which, options["cell"].to_numpy(dtype=np.int64)]
    lift = theta * options["factor"].to_numpy(dtype=np.float64)
    base, unit = (options[name].to_numpy(dtype=np.float64) for name in ("base_fen", "unit_fen"))
    return np.asarray(np.floor(base + unit * lift))


def _shares(
    options: pd.DataFrame, draws: Floats, own: Ints, slots: tuple[Ints, Ints], solution: Solution, room: Remaining
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return in what share of the draws each option is its person's best at the final prices, and whether in theirs."""
    share, best_of_own = np.zeros(len(options)), np.zeros(len(options), dtype=bool)
    if room.budget <= 0 or not len(options):
        return share, best_of_own
    prices = solution.prices
    fee = prices.budget * options["expected_cost_fen"].to_numpy(dtype=np.float64)
    fee = fee + np.append(prices.channel, 0.0)[slots[0]] + np.append(prices.staff, 0.0)[slots[1]]
    candidate = options["candidate"].to_numpy()
    starts = np.flatnonzero(np.r_[True, candidate[1:] != candidate[:-1]])
    group = np.repeat(np.arange(len(starts)), np.diff(np.r_[starts, len(options)]))
    for draw in range(len(draws)):
        value = _net(options, draws, np.full(len(options), draw))
        left = np.where(value > 0, value - fee, -np.inf)
        top = np.maximum.reduceat(left, starts)[group]
        is_best = (left == top) & (left > 0)
        first = np.flatnonzero(is_best)
        first = first[np.r_[True, group[first][1:] != group[first][:-1]]] if len(first) else first
        share[first] += 1
        mine = first[own[first] == draw]
        best_of_own[mine] = True
    return share / len(draws), best_of_own

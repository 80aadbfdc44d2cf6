"""The lots drawn once a night's plan is final: who is held back, and who waits where the sent are more than fit.

The plan is made for a little more than the room, because some of it is held back. Nobody is refilled by name: who is
too many waits by a second lot that knows nothing of the option and of the first lot, so that of those who stay as many
are held back as the stored probability says.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.recall import arms
from ml.recall.assignment import Remaining, Salts
from ml.recall.holdouts import keys_of, unit_draws

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def drawn(plans: pd.DataFrame, slots: tuple[Ints, Ints], room: Remaining, salts: Salts) -> pd.DataFrame:
    """Return the plans with ``arm`` (treat, held_back or waiting) and ``wait_probability``.

    Parameters
    ----------
    plans
        One row a person: ``one_id, as_of_date, policy_id, ladder_step, continues_episode, held_back_probability,
        expected_cost_fen``.
    slots
        Channel and staff slot of each plan (-1: none), aligned with ``plans``.
    room
        What the sent ones may use in all.
    salts
        The home's draws.
    """
    keys = keys_of(plans["one_id"], plans["as_of_date"])
    # The lot of stopping a ladder here is drawn once a step and episode, not anew every night the step is due.
    steps = plans[["continues_episode", "policy_id", "ladder_step"]].itertuples(index=False, name=None)
    lots = [
        key if pd.isna(episode) else f"{episode}|{policy}|{step}"
        for key, (episode, policy, step) in zip(keys, steps, strict=True)
    ]
    held = unit_draws(lots, salts.of("held back")) < plans["held_back_probability"].to_numpy(dtype=np.float64)
    turn = unit_draws(keys, salts.of("wait"))
    waits, chance = np.zeros(len(plans), dtype=bool), np.zeros(len(plans))
    ones = np.ones(len(plans))
    for slot, capacity in zip(slots, (room.channel, room.staff), strict=True):
        for at in np.unique(slot[slot >= 0]):
            inside = slot == at
            wait_in_turn(inside, ones, float(capacity[at]), held, turn, waits, chance)
    cost = plans["expected_cost_fen"].to_numpy(dtype=np.float64)
    wait_in_turn(np.ones(len(plans), dtype=bool), cost, room.budget, held, turn, waits, chance)
    arm = np.select([waits, held], [arms.WAITING, arms.HELD_BACK], default=arms.TREAT)
    return plans.assign(arm=arm, wait_probability=np.round(chance, 6))


def wait_in_turn(
    inside: Flags, use: Floats, most: float, held: Flags, turn: Floats, waits: Flags, chance: Floats
) -> None:
    """Let everybody of one limit wait from the turn on at which the next one, if sent, would find no room.

    Whose turn it is is asked whether sent or held back: where only the sent were, the last places of a small limit
    would go to the held back (of six places for seven 15.7% of those who stayed were held back, and not 15%).
    """
    members = np.flatnonzero(inside & ~waits)
    members = members[np.argsort(turn[members], kind="stable")]
    used = np.cumsum(np.where(held[members], 0.0, use[members]))
    before = np.concatenate([[0.0], used[:-1]])
    over = np.flatnonzero(before + use[members] > most)
    if not len(over):
        return
    late = members[over[0] :]
    share = len(late) / len(members)
    chance[members] = 1 - (1 - chance[members]) * (1 - share)
    waits[late] = True

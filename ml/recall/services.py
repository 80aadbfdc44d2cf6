"""What is owed: an answer, a reminder. Never chosen by profit, drawn or held back; first in everybody's day."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.recall import arms
from ml.recall.assignment import Remaining
from ml.recall.rules import Rules

Ints = npt.NDArray[np.int64]


def served(
    options: pd.DataFrame, slots: tuple[Ints, Ints], room: Remaining, rules: Rules
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the plans of who is owed something, and all their options as the log holds them.

    Each has the first channel of their play for which a place is left, in the order of the policies' ``priority``.
    Who finds no place is in neither arm: they wait. A certain plan has the probability 1 and no lot.

    Parameters
    ----------
    options
        Priced options of who is owed something, with ``channel_order``.
    slots
        Channel and staff slot of each option, -1 where no place is counted.
    room
        The places of the day. Money is no limit of what is owed.
    rules
        The seed ``recall_policies``.
    """
    turns = rules.seeds["recall_policies"].groupby("policy_id")["priority"].min()
    order = options.assign(turn=options["policy_id"].map(turns), place=np.arange(len(options)))
    order = order.sort_values(["turn", "one_id", "channel_order"])
    left = [room.channel.copy(), room.staff.copy()]
    taken: dict[object, int] = {}
    for candidate, place in order[["candidate", "place"]].itertuples(index=False, name=None):
        wanted = [int(slot[place]) for slot in slots]
        if candidate in taken or any(at >= 0 and most[at] < 1 for at, most in zip(wanted, left, strict=True)):
            continue
        taken[candidate] = place
        for at, most in zip(wanted, left, strict=True):
            if at >= 0:
                most[at] -= 1
    is_chosen = np.isin(np.arange(len(options)), list(taken.values()))
    logged = options.assign(probability=is_chosen.astype(float), is_chosen=is_chosen, is_repaired=False)
    plans = options[is_chosen].assign(
        arm=arms.TREAT, option_probability=1.0, held_back_probability=0.0, wait_probability=0.0
    )
    return plans, logged

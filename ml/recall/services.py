"""What is owed: an answer, a reminder. Never chosen by profit, drawn or held back; first in everybody's day."""

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.recall import arms
from ml.recall.assignment import Remaining
from ml.recall.rules import Rules
from ml.recall.words import REASONS

Ints = npt.NDArray[np.int64]

#: What says of somebody what they are worth, like or are about to do. Nothing of it stands behind what is owed, so that
#: whoever refused to be profiled, or does so in the night, is answered like everybody. A call that is kept for a tier
#: is of whom the tier is known, and of nobody else.
PROFILE: Final = (
    "churn_probability", "organic_return_probability", *REASONS, "rfm_segment", "matrix_cell",
    "super_user_role", "price_attitude", "need_state", "top_category", "last_category",
    "last_product_name", "preferred_hour",
    "order_count_365d", "net_paid_fen_365d", "average_order_fen", "average_gap_days", "items_per_order",
    "coupons_issued_365d", "coupons_redeemed_365d", "coupon_taste", "wecom_answers",
)  # fmt: skip


#: What is said of a plan's effect.
ESTIMATES: Final = ("lift_p50", "roi_p10", "roi_p50", "roi_p90", "probability_roi_positive", "break_even_lift")


def without_profile(people: pd.DataFrame) -> pd.DataFrame:
    """Return the candidates, of who is owed something without ``PROFILE``, and of whom nobody may profile no tier."""
    owed = people["consent_purpose"].eq("service")
    names = [name for name in PROFILE if name in people.columns] if owed.any() else []
    told = {name: people[name].where(~owed) for name in names}
    return people.assign(
        **told, pyramid_tier=people["pyramid_tier"].where(~people["is_excluded"].fillna(False).astype(bool))
    )


def without_estimates(plans: pd.DataFrame) -> pd.DataFrame:
    """Return the plans, those of what is owed without what a message is thought to change: nothing is claimed of it."""
    owed = plans["consent_purpose"].eq("service")
    return plans.assign(**{name: plans[name].where(~owed) for name in ESTIMATES})


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

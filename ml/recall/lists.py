"""Whose list a plan stands in and why: chosen for what it earns, a service, care, or there to be learned from.

A list that is mostly lots reads to whoever works by it as an order to lose money, so of anybody's list at most a share
(``learning_list_share``) is there to learn. What is above waits. It is decided before anybody knows who of them was
held back and which option a lot fell on, so that those who stay are compared as if nobody had waited.
"""

import dataclasses
import itertools
import math
import operator
import sys
from collections import defaultdict
from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.recall import arms, plays
from ml.recall.assignment import Remaining, Salts, drawn_options
from ml.recall.holdouts import keys_of, unit_draws
from ml.recall.lots_of_a_night import wait_in_turn
from ml.recall.rules import Rules

Ints = npt.NDArray[np.int64]

CHOSEN: Final = "chosen"
LEARNING: Final = "learning"
SERVICE: Final = "service"
CARE: Final = plays.CARE
#: In the order in which a member of staff works.
KINDS: Final = (SERVICE, CARE, CHOSEN, LEARNING)
#: What is done for the customer and not for what it earns.
NOT_FOR_PROFIT: Final = (SERVICE, CARE)
#: What somebody waits for: a place in a day that is full, or one of the few that are there to learn.
WAITS_FOR_ROOM: Final = "room"
WAITS_FOR_LEARNING: Final = "learning"


def list_kinds(plans: pd.DataFrame) -> pd.Series:
    """Return why each plan is on a list: ``service``, ``care``, ``learning`` or ``chosen``.

    What the care purse pays may be a loss by itself. It is there to learn where a lot chose the option, or where by the
    mean of what is known, or in the middle of its interval, it earns nothing.

    Parameters
    ----------
    plans
        ``arm, consent_purpose, purse, base_fen, unit_fen, lift, net_p50_fen``; money in fen.
    """
    mean = plans["base_fen"].astype(float) + plans["unit_fen"].astype(float) * plans["lift"].astype(float)
    earns = (mean > 0) & (plans["net_p50_fen"].astype(float) > 0)
    owed, cared = plans["consent_purpose"].eq("service"), plans["purse"].eq(plays.CARE)
    kind = np.select([owed, cared, plans["arm"].eq(arms.RANDOM) | ~earns], [SERVICE, CARE, LEARNING], CHOSEN)
    return pd.Series(kind, index=plans.index, dtype=object)


def places_to_learn(others: int, share: float) -> int:
    """Return how many of a list with so many others may be there to learn: at most ``share`` of it; of 1 no end."""
    return math.floor(others * share / (1 - share) + 1e-9) if share < 1 else sys.maxsize


def within_share(plans: pd.DataFrame, rules: Rules, salts: Salts) -> tuple[pd.DataFrame, dict[object, int]]:
    """Let the plans that are there to learn wait where they are more than their share of a list.

    Whose turn it is goes by a lot of its own and is asked whether sent or held back, as for want of room.

    Parameters
    ----------
    plans
        One row a person with ``arm`` (treat, held_back or waiting) and ``wait_probability``.
    rules
        The share, and which channels a member of staff carries out.
    salts
        The home's draws.

    Returns
    -------
    tuple
        The plans, and how many places to learn are left on the list of each member who has any.
    """
    share = rules.setting("learning_list_share")
    staffed = plans["message_channel"].isin(rules.staff_channels) & plans["arm"].ne(arms.WAITING)
    learns = (staffed & list_kinds(plans).eq(LEARNING)).to_numpy(dtype=bool)
    held = plans["arm"].eq(arms.HELD_BACK).to_numpy(dtype=bool)
    sent = staffed.to_numpy(dtype=bool) & ~held
    turn = unit_draws(keys_of(plans["one_id"], plans["as_of_date"]), salts.of("learning"))
    waits, chance = np.zeros(len(plans), dtype=bool), plans["wait_probability"].to_numpy(dtype=np.float64, copy=True)
    ones, left = np.ones(len(plans)), {}
    owners, members = pd.factorize(plans["owner_staff_id"].where(staffed), sort=True)
    for at, member in enumerate(members):
        mine = owners == at
        most = places_to_learn(int((mine & sent & ~learns).sum()), share)
        wait_in_turn(mine & learns, ones, float(most), held, turn, waits, chance)
        left[member] = most - int((mine & sent & learns & ~waits).sum())
    arm = plans["arm"].mask(pd.Series(waits, index=plans.index), arms.WAITING)
    return plans.assign(arm=arm, wait_probability=np.round(chance, 6)), left


def kept_for_lots(
    options: pd.DataFrame, slots: tuple[Ints, Ints], room: Remaining, lots_budget: float, rules: Rules
) -> Remaining:
    """Return the room of a plan that leaves what the lots of the lists are expected to take: they are drawn after it.

    Parameters
    ----------
    options
        Every option of the random arm.
    slots
        Channel and staff slot of each.
    room
        What is left for the plan and these lots.
    lots_budget
        What lots may still cost, in fen.
    rules
        The share of a member's day that is there to learn at most.
    """
    chance = 1 / (options.groupby("candidate")["candidate"].transform("size").to_numpy(dtype=np.float64) + 1)
    staffed = slots[1] >= 0
    drawn = np.bincount(slots[1][staffed], weights=chance[staffed], minlength=len(room.staff))
    cost = float((chance * options["expected_cost_fen"].to_numpy(dtype=np.float64))[staffed].sum())
    kept = np.minimum(np.ceil(drawn), np.floor(room.staff * rules.setting("learning_list_share")))
    return dataclasses.replace(room, budget=room.budget - min(cost, max(lots_budget, 0.0)), staff=room.staff - kept)


def open_to(
    options: pd.DataFrame,
    slots: tuple[Ints, Ints],
    places: Mapping[object, int],
    room: Remaining,
    rules: Rules,
    salts: Salts,
) -> tuple[set[int], pd.DataFrame]:
    """Return for whom of the random ones a list is open, and what these drew among all their options and nothing.

    The others draw among the options that need no member of staff. In the order of a lot, a list is open as long as
    the next one, were the draw to fall on it, would find a place: nothing that somebody draws decides over their own.

    Parameters
    ----------
    options
        Every option of the random arm, with ``owner_staff_id`` and ``expected_cost_fen``.
    slots
        Channel and staff slot of each option, -1 where no place is counted.
    places
        How many places to learn are left on the list of each member who has one.
    room
        What else is left for lots, once the date is planned.
    rules, salts
        The seeds and the home's draws.
    """
    of_nobody = places_to_learn(0, rules.setting("learning_list_share"))
    staffed = set(options.loc[slots[1] >= 0, "candidate"])
    asked = options["candidate"].isin(staffed).to_numpy(dtype=bool)
    own = options[asked].assign(of_channel=slots[0][asked], of_staff=slots[1][asked])
    own = own.assign(turn=unit_draws(keys_of(own["one_id"], own["as_of_date"]), salts.of("learning")))
    columns = ["candidate", "owner_staff_id", "expected_cost_fen", "of_channel", "of_staff"]
    drawn = {row[0]: row for row in drawn_options(own, salts)[columns].itertuples(index=False, name=None)}
    in_turn = own.sort_values(["turn", "candidate"], kind="stable")[columns].itertuples(index=False, name=None)
    left, budget = defaultdict(lambda: of_nobody, places), room.budget
    channel, staff = (np.append(free, np.inf) for free in (room.channel, room.staff))  # -1 is nobody's: no end of it
    found = set()
    for who, rows in itertools.groupby(in_turn, key=operator.itemgetter(0)):
        _, owners, costs, channels, of_staff = zip(*rows, strict=True)
        fits = left[owners[0]] > 0 and max(costs) <= budget
        if not (fits and min(channel[list(channels)]) >= 1 and min(staff[list(of_staff)]) >= 1):
            continue
        found.add(who)
        if who in drawn:
            _, _, cost, at_channel, at_staff = drawn[who]
            budget -= cost
            channel[at_channel] -= 1
            staff[at_staff] -= 1
            left[owners[0]] -= int(at_staff >= 0)
    return found, drawn_options(options[options["candidate"].isin(found)], salts)

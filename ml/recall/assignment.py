"""Which arm each candidate stands in: the lots drawn before a plan, what a date has room for, and the knapsack."""

import dataclasses
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.recall import arms
from ml.recall.holdouts import global_holdout, ids_known, keys_of, unit_draws
from ml.recall.knapsack import Problem, Solution, solve
from ml.recall.plays import INCENTIVE, personal_channels
from ml.recall.rules import Rules

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

#: Every arm of recall.assignment. Only treat and random are sent anything.
ARMS: Final = arms.ALL


@dataclasses.dataclass(frozen=True)
class Salts:
    """The secrets of the draws, made once per home; none may equal another."""

    holdout: bytes
    exploration: bytes

    def __post_init__(self) -> None:
        """Refuse equal salts: the holdout would then predict whose option is drawn."""
        if self.holdout == self.exploration:
            raise ValueError("the holdout and the exploration salt must differ")

    def of(self, purpose: str) -> bytes:
        """Return a salt of its own for a further draw."""
        return self.exploration + b"|" + purpose.encode()


def drawn_arms(people: pd.DataFrame, ancestry: pd.DataFrame, rules: Rules, salts: Salts) -> pd.DataFrame:
    """Return the candidates with ``arm`` (empty: still open), ``global_holdout`` and ``assignment_probability``.

    Nothing of a score or a plan enters. Whose episode is open is in no further lot until it ends. The probability is
    that of the arm as drawn; for ``random`` it is multiplied by the share of their option later, when the number of
    options is known, and for who is planned by the lot that holds back. A service is no experiment: nobody is held
    out of it, or given something at random instead; nor is anybody for whom the care purse is, nor whom their tier
    gives to a person (``plays.personal_channels``): by what they are spoken with is no lot's to choose.
    """
    held = global_holdout(people, ancestry, salts.holdout, rules.holdout_share)
    # Whom nobody may profile stands in no experiment: for them nothing is drawn.
    held = held & ~people["is_excluded"].fillna(False).to_numpy(dtype=bool)
    usual = unit_draws(people["one_id"], salts.of("as usual")) < rules.as_usual_share
    open_episode = (people["open_episode_id"].notna() & people["continues_episode"].isna()).to_numpy(dtype=bool)
    is_service = people["consent_purpose"].eq("service").to_numpy(dtype=bool)
    goes_by_profit = people["purse"].eq(INCENTIVE).to_numpy(dtype=bool)
    is_personal = people["pyramid_tier"].isin(list(personal_channels(rules))).to_numpy(dtype=bool)
    may_try = goes_by_profit & ~is_service & ~is_personal & people["open_episode_id"].isna().to_numpy(dtype=bool)
    at_random = unit_draws(keys_of(people["one_id"], people["as_of_date"]), salts.exploration) < rules.exploration_share
    kept, e = (1 - rules.holdout_share) ** ids_known(people, ancestry), rules.exploration_share
    kept = np.where(is_service, 1.0, kept)
    stays = kept * np.where(is_service, 1.0, 1 - rules.as_usual_share)
    # The first that holds: nobody held out for good is in any other lot, and nobody whose episode is open in a new one.
    facts = [held & ~is_service, ~is_service & usual, ~is_service & open_episode, may_try & at_random]
    arm = np.select(facts, [*arms.OUT_BEFORE, arms.RANDOM], default="")
    probability = np.select(
        facts, [1 - kept, kept * rules.as_usual_share, stays, stays * e], default=stays * np.where(may_try, 1 - e, 1)
    )
    return people.assign(arm=arm, global_holdout=held, assignment_probability=np.round(probability, 6))


def staff_slots(options: pd.DataFrame, rules: Rules) -> tuple[Ints, Floats]:
    """Return each option's slot (2 i: messages of member i, 2 i + 1: calls, -1: nobody's) and the slots' capacity."""
    staffed = options["message_channel"].isin(rules.staff_channels).to_numpy(dtype=bool)
    owners, members = pd.factorize(options["owner_staff_id"].where(staffed), sort=True)
    calls = options["message_channel"].eq("call").to_numpy(dtype=bool)
    slot = np.where(owners >= 0, 2 * owners + calls, -1).astype(np.int64)
    capacity = np.zeros(2 * len(members))
    for kind, column, cap in (
        (0, "owner_message_capacity", "staff_messages_day"),
        (1, "owner_call_capacity", "staff_calls_day"),
    ):
        own = options.loc[staffed].groupby("owner_staff_id")[column].first().reindex(members).astype("Float64")
        capacity[kind::2] = own.fillna(rules.cap(cap)).to_numpy(np.float64)
    return slot, capacity


def channel_slots(options: pd.DataFrame, rules: Rules) -> tuple[Ints, Floats]:
    """Return the index of every option's channel-day capacity (-1: none) and the capacities."""
    caps = rules.seeds["contact_caps"]
    caps = caps[caps["cap_id"] == "channel_day"].sort_values("message_channel")
    position = {channel: at for at, channel in enumerate(caps["message_channel"])}
    return options["message_channel"].map(position).fillna(-1).astype(int).to_numpy(np.int64), caps["most"].to_numpy(
        np.float64
    )


@dataclasses.dataclass(frozen=True)
class Remaining:
    """What a date may still use."""

    budget: float
    channel: Floats
    staff: Floats

    def widened(self, held_back: float) -> "Remaining":
        """Return the room to plan for, of which the share ``held_back`` will not be sent; places are whole."""
        kept = max(1 - held_back, 1e-9)
        return Remaining(self.budget / kept, np.floor(self.channel / kept), np.floor(self.staff / kept))

    def less(self, options: pd.DataFrame, channel: Ints, staff: Ints, *, is_paid: bool = True) -> "Remaining":
        """Return the room left after these options; what is owed takes places and no money of a purse."""
        used_channel = np.bincount(channel[channel >= 0], minlength=len(self.channel))
        used_staff = np.bincount(staff[staff >= 0], minlength=len(self.staff))
        cost = float(options["expected_cost_fen"].sum()) if is_paid else 0.0
        return Remaining(self.budget - cost, self.channel - used_channel, self.staff - used_staff)


def drawn_options(options: pd.DataFrame, salts: Salts) -> pd.DataFrame:
    """Return the option that each person's lot fell on, drawn evenly from theirs and nothing; no row is nothing."""
    if options.empty:
        return options
    one = options.groupby("candidate", sort=True).agg(
        one_id=("one_id", "first"), as_of_date=("as_of_date", "first"), size=("one_id", "size")
    )
    draws = unit_draws(keys_of(one["one_id"], one["as_of_date"]), salts.of("treatment"))
    wanted = options["candidate"].map(pd.Series(np.floor(draws * (one["size"].to_numpy() + 1)), index=one.index))
    return options[options.groupby("candidate").cumcount() == wanted]


def explored(
    options: pd.DataFrame, slots: tuple[Ints, Ints], room: Remaining, rules: Rules, salts: Salts
) -> tuple[pd.DataFrame, set[int]]:
    """Return each random person's option, drawn evenly from the admissible ones and nothing, and who found no room.

    Where the random ones would exceed their share of the budget or a capacity, the first by a further draw are kept;
    the others leave the experiment.
    """
    taken = drawn_options(options, salts)
    if taken.empty:
        return taken, set()
    asked = set(taken["candidate"])
    turn = unit_draws(keys_of(taken["one_id"], taken["as_of_date"]), salts.of("turn"))
    taken = taken.assign(turn=turn).sort_values("turn")
    for slot, capacity in ((slots[0], room.channel), (slots[1], room.staff)):
        of = pd.Series(slot, index=options.index).reindex(taken.index)
        place = of.groupby(of).cumcount()
        fits = (of < 0) | (place < of.map(lambda at, most=capacity: most[at] if at >= 0 else np.inf))
        taken = taken[fits.to_numpy(dtype=bool)]
    taken = taken[taken["expected_cost_fen"].cumsum() <= room.budget * rules.setting("exploration_budget_share")]
    return taken.drop(columns="turn"), asked - set(taken["candidate"])


def assigned(
    options: pd.DataFrame, worth: Floats, slots: tuple[Ints, Ints], room: Remaining, *, exact: bool = True
) -> tuple[pd.DataFrame, Solution]:
    """Return the options the knapsack takes at ``worth`` (fen), and its solution; sorted by candidate they come in."""
    code, people = pd.factorize(options["candidate"], sort=True)
    place = options.groupby("candidate").cumcount().to_numpy()
    shape = (len(people), int(place.max(initial=0)) + 1)
    value, cost = np.zeros(shape), np.zeros(shape)
    channel, staff = np.full(shape, -1), np.full(shape, -1)
    value[code, place] = np.maximum(worth, 0.0) if room.budget > 0 else 0.0
    cost[code, place] = options["expected_cost_fen"].to_numpy(np.float64)
    channel[code, place], staff[code, place] = slots
    solution = solve(Problem(value, cost, channel, staff, max(room.budget, 0.0), room.channel, room.staff), exact=exact)
    return options[solution.choice[code] == place], solution

"""From prices to an audience that keeps every constraint: repair, fill, and an exact search of what is left open."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from ml.recall.knapsack_problem import Floats, Ints, Prices, Problem

#: Work limits of the exact search; beyond them the repaired audience stands, with its gap published.
_NODES: Final = 10_000
_OPEN_CUSTOMERS: Final = 400
_FILLS: Final = 50_000


def repair(problem: Problem, left: Floats) -> Ints:
    """Return the best-priced option of every customer, with each overfull constraint emptied to its limit.

    Those who lose least by waiting leave first: measured as reduced value lost, and for the budget per fen saved.
    """
    rows = np.arange(len(left))
    choice = left.argmax(axis=1)
    choice = np.where((left[rows, choice] > 0) & (problem.value[rows, choice] > 0), choice, -1).astype(np.int64)
    for index, capacity in ((problem.staff, problem.staff_capacity), (problem.channel, problem.channel_capacity)):
        choice = _empty(index, capacity, left, choice)
    taken = np.flatnonzero(choice >= 0)
    cost = problem.cost[taken, choice[taken]]
    over = float(cost.sum()) - problem.budget
    if over > 0:
        paying = taken[cost > 0]
        worth = problem.value[paying, choice[paying]] / problem.cost[paying, choice[paying]]
        order = paying[np.lexsort((paying, worth))]
        saved = np.cumsum(problem.cost[order, choice[order]])
        leavers = order[: int(np.searchsorted(saved, over)) + 1]
        choice[leavers] = -1
    return np.asarray(choice, dtype=np.int64)


def _empty(index: Ints, capacity: Floats, left: Floats, choice: Ints) -> Ints:
    taken = np.flatnonzero(choice >= 0)
    slot = index[taken, choice[taken]]
    used = slot >= 0
    taken, slot = taken[used], slot[used]
    order = np.lexsort((taken, -left[taken, choice[taken]], slot))
    rank = np.arange(len(order)) - np.searchsorted(slot[order], slot[order])
    choice[taken[order][rank >= capacity[slot[order]]]] = -1
    return choice


class _Room:
    """What is left of each constraint while customers are moved one by one."""

    def __init__(self, problem: Problem, choice: Ints) -> None:
        taken = np.flatnonzero(choice >= 0)
        cell = (taken, choice[taken])
        self.problem = problem
        self.budget = problem.budget - float(problem.cost[cell].sum())
        self.channel = (
            problem.channel_capacity
            - np.bincount(problem.channel[cell] + 1, minlength=len(problem.channel_capacity) + 1)[1:]
        )
        self.staff = (
            problem.staff_capacity - np.bincount(problem.staff[cell] + 1, minlength=len(problem.staff_capacity) + 1)[1:]
        )

    def takes(self, row: int, option: int, sign: int) -> None:
        """Use (1) or free (-1) what an option needs."""
        if option < 0:
            return
        self.budget -= sign * float(self.problem.cost[row, option])
        if (channel := int(self.problem.channel[row, option])) >= 0:
            self.channel[channel] -= sign
        if (staff := int(self.problem.staff[row, option])) >= 0:
            self.staff[staff] -= sign

    def fits(self, row: int, option: int) -> bool:
        """Whether an option still finds room."""
        channel, staff = int(self.problem.channel[row, option]), int(self.problem.staff[row, option])
        return (
            self.problem.cost[row, option] <= self.budget
            and (channel < 0 or self.channel[channel] >= 1)
            and (staff < 0 or self.staff[staff] >= 1)
        )


def fill(problem: Problem, prices: Prices, choice: Ints) -> Ints:
    """Spend what repair left over: better options first, by value gained over the priced cost of gaining it."""
    choice = choice.copy()
    room = _Room(problem, choice)
    current = np.where(choice >= 0, problem.value[np.arange(len(choice)), np.maximum(choice, 0)], 0.0)
    spent = np.where(choice >= 0, problem.cost[np.arange(len(choice)), np.maximum(choice, 0)], 0.0)
    gain = problem.value - current[:, None]
    extra = problem.cost - spent[:, None]
    possible = (gain > 0) & (extra <= room.budget)
    for index, free in ((problem.channel, room.channel), (problem.staff, room.staff)):
        held = np.where(choice >= 0, index[np.arange(len(choice)), np.maximum(choice, 0)], -1)
        possible &= (np.append(free, np.inf)[index] >= 1) | (index == held[:, None])
    rows, options = np.nonzero(possible)
    if not len(rows):
        return choice
    score = gain[rows, options] - prices.budget * np.maximum(extra[rows, options], 0.0)
    order = np.lexsort((options, rows, -score))[:_FILLS]
    for row, option in zip(rows[order].tolist(), options[order].tolist(), strict=True):
        now = int(choice[row])
        if now >= 0 and problem.value[row, option] <= problem.value[row, now]:
            continue
        room.takes(row, now, -1)
        if room.fits(row, option):
            room.takes(row, option, 1)
            choice[row] = option
        else:
            room.takes(row, now, 1)
    return choice


def improve(problem: Problem, left: Floats, choice: Ints, bound: float) -> Ints:
    """Solve exactly what is still open: at small sizes this proves the audience or finds the better one.

    An option that loses more reduced value than the whole gap cannot stand in a better audience. What survives that
    test is a small integer program, and HiGHS solves it (scipy.optimize.milp).
    """
    rows = np.arange(len(choice))
    best_left = np.maximum(left.max(axis=1, initial=0.0), 0.0)
    best_value = float(problem.value[rows[choice >= 0], choice[choice >= 0]].sum())
    gap = bound - best_value
    keep = (best_left[:, None] - left <= gap) & (problem.value > 0)
    keep_nothing = best_left <= gap
    counts = keep.sum(axis=1) + keep_nothing
    undecided = np.flatnonzero(counts > 1)
    if gap <= 0.5 or len(undecided) > _OPEN_CUSTOMERS or (counts == 0).any():
        return choice
    fixed = np.where(keep.any(axis=1), np.where(keep, left, -np.inf).argmax(axis=1), -1).astype(np.int64)
    fixed[undecided] = -1
    room = _Room(problem, fixed)
    if room.budget < 0 or (room.channel < 0).any() or (room.staff < 0).any():
        return choice
    better = _solved(problem, room, undecided, keep, keep_nothing, fixed)
    if better is None or not _is_better(problem, better, best_value):
        return choice
    return better


def _solved(
    problem: Problem,
    room: _Room,
    undecided: Ints,
    keep: npt.NDArray[np.bool_],
    keep_nothing: npt.NDArray[np.bool_],
    fixed: Ints,
) -> Ints | None:
    """Return everybody's options with the undecided's solved, or None where HiGHS found none within its limit."""
    # Imported here: an audience without an open customer does not pay for it.
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import coo_array

    at, option = np.nonzero(keep[undecided])
    row = undecided[at]
    cell = (row, option)
    number = np.arange(len(row))
    one_each = coo_array((np.ones(len(row)), (at, number)), shape=(len(undecided), len(row)))
    limits = [
        LinearConstraint(one_each.tocsr(), np.where(keep_nothing[undecided], 0.0, 1.0), 1.0),
        LinearConstraint(problem.cost[cell][None, :], -np.inf, room.budget),
    ]
    for slots, free in ((problem.channel[cell], room.channel), (problem.staff[cell], room.staff)):
        used = slots >= 0
        if used.any():
            uses = coo_array((np.ones(used.sum()), (slots[used], number[used])), shape=(len(free), len(row)))
            limits.append(LinearConstraint(uses.tocsr(), -np.inf, free))
    found = milp(
        -problem.value[cell],
        integrality=np.ones(len(row)),
        bounds=Bounds(0, 1),
        constraints=limits,
        options={"mip_rel_gap": 0.0, "node_limit": _NODES},
    )
    if found.x is None:
        return None
    taken = found.x > 0.5
    solved = fixed.copy()
    solved[row[taken]] = option[taken]
    return solved


def _is_better(problem: Problem, choice: Ints, best_value: float) -> bool:
    """Whether an audience keeps every constraint to the fen, not to a solver's tolerance, and is worth more."""
    room = _Room(problem, choice)
    keeps = room.budget >= 0 and not (room.channel < 0).any() and not (room.staff < 0).any()
    taken = np.flatnonzero(choice >= 0)
    return bool(keeps and problem.value[taken, choice[taken]].sum() > best_value + 1e-9)

"""From prices to an audience that keeps every constraint: repair, fill, and an exact search of what is left open."""

from __future__ import annotations

from typing import Final

import numpy as np

from ml.recall.knapsack_problem import Floats, Ints, Prices, Problem

#: Work limits of the exact search; beyond them the repaired audience stands, with its gap published.
_NODES: Final = 60_000
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
    """Search exactly among the options that could still beat the audience found; at small sizes this proves it.

    An option that loses more reduced value than the whole gap cannot stand in a better audience: what survives
    that test is searched depth first under the same bound.
    """
    rows = np.arange(len(choice))
    best_left = np.maximum(left.max(axis=1, initial=0.0), 0.0)
    loss = best_left[:, None] - left
    nothing = best_left
    best_value = float(problem.value[rows[choice >= 0], choice[choice >= 0]].sum())
    gap = bound - best_value
    keep = (loss <= gap) & (problem.value > 0)
    keep_nothing = nothing <= gap
    counts = keep.sum(axis=1) + keep_nothing
    undecided = np.flatnonzero(counts > 1)
    if gap <= 0.5 or len(undecided) > _OPEN_CUSTOMERS or (counts == 0).any():
        return choice
    fixed = np.where(keep.any(axis=1), np.where(keep, left, -np.inf).argmax(axis=1), -1)
    fixed[undecided] = -1
    room = _Room(problem, fixed)
    if room.budget < 0 or (room.channel < 0).any() or (room.staff < 0).any():
        return choice
    base = float(problem.value[rows[fixed >= 0], fixed[fixed >= 0]].sum())
    menu = [
        sorted(
            [(float(loss[row, option]), int(option)) for option in np.flatnonzero(keep[row])]
            + ([(float(nothing[row]), -1)] if keep_nothing[row] else [])
        )
        for row in undecided.tolist()
    ]
    order = sorted(range(len(menu)), key=lambda at: (-(menu[at][1][0] - menu[at][0][0]), undecided[at]))
    people = [int(undecided[at]) for at in order]
    menus = [menu[at] for at in order]
    search = _Search(problem, room, people, menus, best_value, bound)
    found = search.run(base)
    if found is None:
        return choice
    better = fixed.astype(np.int64)
    better[people] = found
    return better


class _Search:
    """Depth-first over the undecided customers; a branch dies when its losses exceed the gap still open."""

    def __init__(
        self,
        problem: Problem,
        room: _Room,
        people: list[int],
        menus: list[list[tuple[float, int]]],
        best: float,
        bound: float,
    ) -> None:
        self.problem, self.room, self.people, self.menus = problem, room, people, menus
        self.best, self.bound = best, bound

    def run(self, base: float) -> list[int] | None:
        """Return the options of the undecided in a better audience, or None where there is none (or no time)."""
        found: list[int] | None = None
        depth, nodes = 0, 0
        at = [0] * (len(self.people) + 1)
        held: list[int] = [-2] * len(self.people)
        lost, value = [0.0] * (len(self.people) + 1), [base] * (len(self.people) + 1)
        while depth >= 0 and nodes < _NODES:
            if depth == len(self.people):
                if value[depth] > self.best + 1e-9:
                    self.best, found = value[depth], list(held)
                depth -= 1
                continue
            row = self.people[depth]
            if held[depth] != -2:
                self.room.takes(row, held[depth], -1)
                held[depth] = -2
            if at[depth] >= len(self.menus[depth]):
                at[depth] = 0
                depth -= 1
                continue
            loss, option = self.menus[depth][at[depth]]
            at[depth] += 1
            nodes += 1
            if self.bound - lost[depth] - loss <= self.best + 1e-9:
                at[depth] = len(self.menus[depth])
                continue
            if option >= 0 and not self.room.fits(row, option):
                continue
            self.room.takes(row, option, 1)
            held[depth] = option
            lost[depth + 1] = lost[depth] + loss
            value[depth + 1] = value[depth] + (float(self.problem.value[row, option]) if option >= 0 else 0.0)
            depth += 1
        return found

"""Who gets which treatment: a multiple-choice knapsack by multipliers, with the dual value as its certificate.

Every customer takes one option or none. A budget, a capacity per channel and day and a capacity per member of
staff bind the whole. The Lagrangian dual prices each constraint; its value bounds what any audience could reach,
so that the published gap says how much the repair left behind. Source: Sinha & Zoltners (1979), multiple-choice
knapsack; Fisher (1981), Lagrangian relaxation.
"""

import dataclasses
from typing import Final

import numpy as np
import numpy.typing as npt

from ml.recall.knapsack_primal import fill, improve, repair
from ml.recall.knapsack_problem import Floats, Ints, Prices, Problem

__all__ = ["Prices", "Problem", "Solution", "dual_value", "reduced", "solve"]

#: Above this many customers the multipliers are first found on an even sample, then polished on everybody:
#: measured at 1M x 6, the sample saves three quarters of the time and moves no published figure.
SAMPLE_CUSTOMERS: Final = 40_000
_CYCLES: Final = 12
_BISECTIONS: Final = 44
_POLISHES: Final = 300


@dataclasses.dataclass(frozen=True)
class Solution:
    """The option of every customer (-1: nothing), the prices and the certificate."""

    choice: Ints
    prices: Prices
    value: float
    cost: float
    dual_bound: float

    @property
    def gap(self) -> float:
        """Share of the dual bound that the audience leaves behind; 0 where the bound itself is 0."""
        return max(0.0, (self.dual_bound - self.value) / self.dual_bound) if self.dual_bound > 0 else 0.0


def reduced(problem: Problem, prices: Prices) -> Floats:
    """Return each option's value less the price of what it uses; shape (n, k)."""
    left = problem.value - prices.budget * problem.cost
    if len(prices.channel) and prices.channel.any():
        left -= np.append(prices.channel, 0.0)[problem.channel]
    if len(prices.staff) and prices.staff.any():
        left -= np.append(prices.staff, 0.0)[problem.staff]
    return left


def dual_value(problem: Problem, prices: Prices) -> float:
    """Return the Lagrangian bound: no assignment within the constraints is worth more."""
    best = np.maximum(reduced(problem, prices).max(axis=1, initial=0.0), 0.0)
    return float(best.sum()) + _priced_capacity(problem, prices)


def _priced_capacity(problem: Problem, prices: Prices) -> float:
    # A capacity without a price may be infinite, and 0 x inf is no number.
    return (
        prices.budget * problem.budget
        + float((prices.channel * np.where(prices.channel > 0, problem.channel_capacity, 0.0)).sum())
        + float((prices.staff * np.where(prices.staff > 0, problem.staff_capacity, 0.0)).sum())
    )


def solve(problem: Problem, *, exact: bool = True) -> Solution:
    """Return a feasible assignment with its bound.

    The result depends on the order of the customers only through exact ties: callers sort by one_id first.

    Parameters
    ----------
    problem
        Options of value 0 or less are never chosen; a budget of 0 chooses nobody who costs anything.
    exact
        Polish the prices and search what is left open; without it the repaired audience stands.
    """
    rows = len(problem.value)
    if rows == 0 or not (problem.value > 0).any():
        none = Prices(0.0, np.zeros(len(problem.channel_capacity)), np.zeros(len(problem.staff_capacity)))
        return Solution(np.full(rows, -1, dtype=np.int64), none, 0.0, 0.0, 0.0)
    prices = _prices(problem)
    choice = repair(problem, reduced(problem, prices))
    choice = fill(problem, prices, choice)
    bound = dual_value(problem, prices)
    if exact and rows <= SAMPLE_CUSTOMERS and bound - _total(problem.value, choice) > 0.5:
        prices, bound = _polish(problem, prices, bound, _total(problem.value, choice))
        other = fill(problem, prices, repair(problem, reduced(problem, prices)))
        if _total(problem.value, other) > _total(problem.value, choice):
            choice = other
        choice = improve(problem, reduced(problem, prices), choice, bound)
    value = _total(problem.value, choice)
    return Solution(choice, prices, value, _total(problem.cost, choice), max(bound, value))


def _total(matrix: Floats, choice: Ints) -> float:
    taken = np.flatnonzero(choice >= 0)
    return float(matrix[taken, choice[taken]].sum())


def _prices(problem: Problem) -> Prices:
    rows = len(problem.value)
    prices = Prices(0.0, np.zeros(len(problem.channel_capacity)), np.zeros(len(problem.staff_capacity)))
    width = np.inf
    if rows > 2 * SAMPLE_CUSTOMERS:
        part = np.arange(0, rows, rows // SAMPLE_CUSTOMERS)
        share = len(part) / rows
        sample = dataclasses.replace(
            _rows(problem, part),
            budget=problem.budget * share,
            channel_capacity=problem.channel_capacity * share,
            staff_capacity=problem.staff_capacity * share,
        )
        prices, width = _descend(sample, prices, np.inf), 0.05
        return _descend(problem, prices, width, cycles=2, bisections=9)
    return _descend(problem, prices, width)


def _descend(
    problem: Problem, prices: Prices, width: float, cycles: int = _CYCLES, bisections: int = _BISECTIONS
) -> Prices:
    """Minimise the dual one multiplier at a time; each step is exact, so the bound never rises."""
    best, bound = prices, dual_value(problem, prices)
    for _ in range(cycles):
        prices = dataclasses.replace(best, budget=_budget_price(problem, best, width, bisections))
        for channel in np.flatnonzero(np.isfinite(problem.channel_capacity)):
            prices = _channel_price(problem, prices, int(channel))
        if len(problem.staff_capacity):
            prices = _staff_prices(problem, prices)
        value = dual_value(problem, prices)
        if value >= bound * (1 - 1e-9):
            break
        best, bound = prices, value
    return best


def _budget_price(problem: Problem, prices: Prices, width: float, bisections: int) -> float:
    base = reduced(problem, dataclasses.replace(prices, budget=0.0))
    rows = np.arange(len(base))

    def spent(price: float) -> float:
        left = base - price * problem.cost
        pick = left.argmax(axis=1)
        return float(problem.cost[rows, pick][left[rows, pick] > 0].sum())

    positive = problem.cost > 0
    most = float((problem.value[positive] / problem.cost[positive]).max(initial=0.0)) + 1.0
    low, high = 0.0, most
    if np.isfinite(width):
        low, high = prices.budget * (1 - width), prices.budget * (1 + width)
        if prices.budget == 0.0 or spent(high) > problem.budget:
            low, high = 0.0 if prices.budget == 0.0 else prices.budget, most
        elif spent(low) <= problem.budget:
            low = 0.0
    if spent(low) <= problem.budget:
        return low if low == 0.0 else 0.0
    for _ in range(bisections):
        middle = (low + high) / 2
        if spent(middle) > problem.budget:
            low = middle
        else:
            high = middle
    return high


def _bids(left: Floats, uses: npt.NDArray[np.bool_]) -> Floats:
    """How much each customer would give for a place: best option that uses it less the best that does not."""
    inside = np.where(uses, left, -np.inf).max(axis=1)
    outside = np.maximum(np.where(uses, -np.inf, left).max(axis=1), 0.0)
    return np.asarray(inside - outside)


def _channel_price(problem: Problem, prices: Prices, channel: int) -> Prices:
    without = prices.channel.copy()
    without[channel] = 0.0
    bids = _bids(reduced(problem, dataclasses.replace(prices, channel=without)), problem.channel == channel)
    places = int(problem.channel_capacity[channel])
    if (bids > 0).sum() > places:
        cut = len(bids) - places
        without[channel] = max(float(np.partition(bids, cut - 1)[cut - 1]), 0.0)
    return dataclasses.replace(prices, channel=without)


def _staff_prices(problem: Problem, prices: Prices) -> Prices:
    """Price all members of staff at once, messages then calls: one owner each, so a kind's slots never meet."""
    slots = len(problem.staff_capacity)
    staff = prices.staff.copy()
    for kind in (0, 1):
        of_kind = (problem.staff >= 0) & (problem.staff % 2 == kind)
        rows = np.flatnonzero(of_kind.any(axis=1))
        if not len(rows):
            continue
        uses = of_kind[rows]
        slot = np.where(uses, problem.staff[rows], -1).max(axis=1)
        staff[kind::2] = 0.0
        bids = _bids(reduced(_rows(problem, rows), dataclasses.replace(prices, staff=staff)), uses)
        order = np.lexsort((-bids, slot))
        starts = np.searchsorted(slot[order], np.arange(slots))
        places = problem.staff_capacity.astype(np.int64)
        full = np.flatnonzero(np.bincount(slot, minlength=slots) > places)
        staff[full] = np.maximum(bids[order][starts[full] + places[full]], 0.0)
    return dataclasses.replace(prices, staff=staff)


def _rows(problem: Problem, rows: Ints) -> Problem:
    return dataclasses.replace(
        problem,
        value=problem.value[rows],
        cost=problem.cost[rows],
        channel=problem.channel[rows],
        staff=problem.staff[rows],
    )


def _polish(problem: Problem, prices: Prices, bound: float, reached: float) -> tuple[Prices, float]:
    """Step along the subgradient (Polyak's length) where one-at-a-time descent stands on a kink."""
    best, current = prices, prices
    target, patience, scale = reached, 0, 1.0
    rows = np.arange(len(problem.value))
    for _ in range(_POLISHES):
        left = reduced(problem, current)
        pick = left.argmax(axis=1)
        taken = left[rows, pick] > 0
        value = float(left[rows, pick][taken].sum()) + _priced_capacity(problem, current)
        if value < bound - 1e-9:
            best, bound, patience = current, value, 0
        else:
            patience += 1
            if patience == 12:
                scale, patience, current = scale / 2, 0, best
                continue
        slack_budget = problem.budget - float(problem.cost[rows, pick][taken].sum())
        used_channel = np.bincount(problem.channel[rows, pick][taken] + 1, minlength=len(problem.channel_capacity) + 1)[
            1:
        ]
        used_staff = np.bincount(problem.staff[rows, pick][taken] + 1, minlength=len(problem.staff_capacity) + 1)[1:]
        slack_channel = np.where(np.isfinite(problem.channel_capacity), problem.channel_capacity - used_channel, 0.0)
        slack_staff = problem.staff_capacity - used_staff
        # Free capacity at price 0 does not pull the price below 0, so it must not shorten the step either.
        slack_budget = 0.0 if current.budget == 0.0 and slack_budget > 0 else slack_budget
        slack_channel = np.where((current.channel == 0) & (slack_channel > 0), 0.0, slack_channel)
        slack_staff = np.where((current.staff == 0) & (slack_staff > 0), 0.0, slack_staff)
        spread = max(float(problem.cost.mean()), 1.0)
        length = (slack_budget / spread) ** 2 + float((slack_channel**2).sum() + (slack_staff**2).sum())
        if length == 0.0 or value - target < 1e-6:
            break
        step = scale * (value - target) / length
        current = Prices(
            max(current.budget - step * slack_budget / spread**2, 0.0),
            np.maximum(current.channel - step * slack_channel, 0.0),
            np.maximum(current.staff - step * slack_staff, 0.0),
        )
    return best, bound

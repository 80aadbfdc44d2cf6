"""The optimiser against oracles: every assignment at small sizes, the linear programme at 2,000 customers."""

import dataclasses
import itertools

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import coo_matrix

from ml.recall.knapsack import Problem, Solution, solve


def problem(customers: int, options: int, seed: int, staff: int = 0, money: float = 12.0) -> Problem:
    """Return a random problem with three channels, and with members of staff whose first two options they own."""
    rng = np.random.default_rng(seed)
    value = np.round(rng.gamma(2, 100, (customers, options)) - 80)
    value[rng.random(value.shape) < 0.1] = 0
    slots = np.full(value.shape, -1)
    if staff:
        owner = rng.integers(0, staff, customers)
        slots[:, 0], slots[:, 1] = 2 * owner, 2 * owner + 1
    capacity = np.array([max(1, customers // 6), max(1, customers // 5), np.inf])
    return Problem(
        value,
        np.round(rng.gamma(2, 30, value.shape) + 5),
        np.tile(np.arange(options) % 3, (customers, 1)),
        slots,
        float(int(money * customers)),
        capacity,
        np.full(2 * staff, max(1.0, customers // max(staff, 1) // 4)),
    )


def use(given: Problem, choice: np.ndarray) -> tuple[float, float, np.ndarray, np.ndarray]:
    rows = np.flatnonzero(choice >= 0)
    cell = (rows, choice[rows])
    return (
        given.value[cell].sum(),
        given.cost[cell].sum(),
        np.bincount(given.channel[cell] + 1, minlength=4)[1:],
        np.bincount(given.staff[cell] + 1, minlength=len(given.staff_capacity) + 1)[1:],
    )


def feasible(given: Problem, choice: np.ndarray) -> bool:
    _, cost, channel, staff = use(given, choice)
    return bool(
        cost <= given.budget and (channel <= given.channel_capacity).all() and (staff <= given.staff_capacity).all()
    )


def best_of_all(given: Problem) -> float:
    customers, options = given.value.shape
    every = (np.array(choice) for choice in itertools.product(range(-1, options), repeat=customers))
    return max(use(given, choice)[0] for choice in every if feasible(given, choice))


@pytest.mark.parametrize("seed", range(12))
def test_at_small_sizes_it_finds_the_best_of_all_assignments(seed):
    given = problem(customers=5 + seed % 2, options=3, seed=seed, staff=2)
    found = solve(given)
    best = best_of_all(given)
    assert feasible(given, found.choice)
    assert found.value == best
    assert found.dual_bound >= best


def test_eight_customers_with_two_options_each_are_solved_exactly():
    given = problem(customers=8, options=2, seed=77, staff=2, money=20.0)
    assert solve(given).value == best_of_all(given)


@pytest.mark.parametrize("staff", [0, 20])
def test_at_2000_customers_the_bound_is_the_linear_programmes_and_the_gap_is_closed(staff):
    given = problem(customers=2000, options=6, seed=3, staff=staff)
    found = solve(given)
    assert feasible(given, found.choice)
    assert found.dual_bound == pytest.approx(_linear_programme(given), rel=1e-6)
    assert found.gap <= 1e-4


def _linear_programme(given: Problem) -> float:
    customers, options = given.value.shape
    cells = np.arange(customers * options)
    rows, columns, data = [cells // options], [cells], [np.ones(len(cells))]
    bounds = [1.0] * customers

    def add(used: np.ndarray, weight: np.ndarray, limit: float) -> None:
        rows.append(np.full(len(used), len(bounds)))
        columns.append(used)
        data.append(weight)
        bounds.append(limit)

    add(cells, given.cost.ravel(), given.budget)
    for at, capacity in enumerate(given.channel_capacity):
        if np.isfinite(capacity):
            add(np.flatnonzero(given.channel.ravel() == at), np.ones((given.channel == at).sum()), capacity)
    for at, capacity in enumerate(given.staff_capacity):
        add(np.flatnonzero(given.staff.ravel() == at), np.ones((given.staff == at).sum()), capacity)
    matrix = coo_matrix(
        (np.concatenate(data), (np.concatenate(rows), np.concatenate(columns))), shape=(len(bounds), len(cells))
    )
    return float(-linprog(-given.value.ravel(), A_ub=matrix.tocsr(), b_ub=bounds, bounds=(0, 1)).fun)


def test_without_a_budget_nobody_who_costs_anything_is_chosen():
    given = dataclasses.replace(problem(customers=300, options=4, seed=5), budget=0.0)
    assert (solve(given).choice == -1).all()


def test_an_option_that_loses_money_is_never_chosen():
    given = problem(customers=300, options=4, seed=6)
    found = solve(dataclasses.replace(given, budget=1e9, channel_capacity=np.full(3, np.inf)))
    assert (given.value[np.flatnonzero(found.choice >= 0), found.choice[found.choice >= 0]] > 0).all()
    assert (found.choice >= 0).sum() == (given.value > 0).any(axis=1).sum()


def test_the_order_of_customers_does_not_change_what_is_reached():
    given = problem(customers=400, options=4, seed=8, staff=5)
    shuffled = np.random.default_rng(0).permutation(400)
    other = dataclasses.replace(
        given,
        value=given.value[shuffled],
        cost=given.cost[shuffled],
        channel=given.channel[shuffled],
        staff=given.staff[shuffled],
    )
    one, two = solve(given), solve(other)
    assert (one.value, one.cost) == (two.value, two.cost)
    assert (one.choice[shuffled] == two.choice).all()


def test_nobody_at_all_is_a_problem_too():
    empty = np.zeros((0, 1))
    found = solve(Problem(empty, empty, empty.astype(int), empty.astype(int), 100.0, np.zeros(0), np.zeros(0)))
    assert isinstance(found, Solution)
    assert found.gap == 0

"""How fast and how close the multiplier method assigns, beside HiGHS where HiGHS still finishes.

    python -m benchmarks.knapsack [customers]

Prints, per size: CPU seconds, gap to the dual bound, peak memory, and at the small sizes the ratio to scipy's HiGHS
linear programme (its time and its bound, the oracle of tests/unit/recall/test_knapsack.py).
"""

import resource
import sys
import time

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from ml.recall.knapsack import Problem, solve

OPTIONS = 6
LARGEST_FOR_HIGHS = 20_000


def problem(customers: int, seed: int = 1) -> Problem:
    """Return customers with six options each, a budget that binds and three channel caps."""
    rng = np.random.default_rng(seed)
    value = np.round(rng.gamma(2, 100, (customers, OPTIONS)) - 80)
    value[rng.random(value.shape) < 0.1] = 0
    return Problem(
        value=value,
        cost=np.round(rng.gamma(2, 30, value.shape) + 5),
        channel=np.tile(np.arange(OPTIONS) % 3, (customers, 1)),
        staff=np.full(value.shape, -1),
        budget=float(12 * customers),
        channel_capacity=np.array([customers // 6, customers // 5, customers // 4], dtype=float),
        staff_capacity=np.zeros(0),
    )


def highs(given: Problem) -> tuple[float, float]:
    """Return the CPU seconds and the value of the linear programme."""
    customers, options = given.value.shape
    cells = np.arange(customers * options)
    rows = [cells // options, np.full(len(cells), customers), customers + 1 + given.channel.ravel()]
    data = np.concatenate([np.ones(len(cells)), given.cost.ravel(), np.ones(len(cells))])
    shape = (customers + 1 + len(given.channel_capacity), len(cells))
    matrix = csr_matrix((data, (np.concatenate(rows), np.tile(cells, 3))), shape=shape)
    limits = np.concatenate([np.ones(customers), [given.budget], given.channel_capacity])
    started = time.process_time()
    found = linprog(-given.value.ravel(), A_ub=matrix, b_ub=limits, bounds=(0, 1), method="highs")
    return time.process_time() - started, float(-found.fun)


def main() -> None:
    """Print one line per size."""
    sizes = [int(sys.argv[1])] if len(sys.argv) > 1 else [2_000, LARGEST_FOR_HIGHS, 1_000_000]
    for customers in sizes:
        given = problem(customers)
        started = time.process_time()
        found = solve(given)
        seconds = time.process_time() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        line = f"{customers:>9,} x {OPTIONS}: {seconds:6.2f} CPU s, gap {100 * found.gap:.5f}%, peak {peak:.2f} GB"
        if customers <= LARGEST_FOR_HIGHS:
            oracle, bound = highs(given)
            line += f"; HiGHS LP {oracle:.2f} CPU s ({oracle / seconds:.1f} x)"
            line += f", its bound / ours {bound / found.dual_bound:.7f}"
        print(line, flush=True)


if __name__ == "__main__":
    main()

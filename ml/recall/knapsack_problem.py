"""What the assignment is asked, and what its constraints are worth: the two shapes that its parts hand each other."""

import dataclasses

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclasses.dataclass(frozen=True)
class Problem:
    """n customers with up to k options each; cells without an option have value 0 and ``channel`` -1.

    ``value`` and ``cost`` are (n, k) whole fen; ``channel`` and ``staff`` are (n, k) indices into the capacity
    arrays, -1 where no such capacity binds. Staff slots come in pairs: 2 i for messages of member i, 2 i + 1 for calls;
    all of a customer's slots belong to one member.
    """

    value: Floats
    cost: Floats
    channel: Ints
    staff: Ints
    budget: float
    channel_capacity: Floats
    staff_capacity: Floats


@dataclasses.dataclass(frozen=True)
class Prices:
    """What one more unit of each constraint would earn."""

    budget: float
    channel: Floats
    staff: Floats

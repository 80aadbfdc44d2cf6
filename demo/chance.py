"""Chance without state: every decision is a function of the seed and of the thing decided about, never of the order."""

import hashlib
import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """Draws named by what they decide, so that adding one decision moves no other."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def number(self, *names: object) -> int:
        """Return 64 even bits for a name."""
        text = "|".join((str(self.seed), *map(str, names)))
        return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")

    def share(self, *names: object) -> float:
        """Return a number in [0, 1) for a name."""
        return self.number(*names) / 2**64

    def happens(self, rate: float, *names: object) -> bool:
        """Return whether something of this rate happens to the named thing."""
        return self.share(*names) < rate

    def pick(self, values: Sequence[T], *names: object) -> T:
        """Return one of the values for a name."""
        return values[self.number(*names) % len(values)]

    def between(self, low: int, high: int, *names: object) -> int:
        """Return a whole number from low to high, both included."""
        return low + self.number(*names) % (high - low + 1)

    def stream(self, *names: object) -> random.Random:
        """Return a generator for the many draws about one named thing."""
        return random.Random(self.number("stream", *names))

    def sample(self, values: Sequence[T], count: int, *names: object) -> list[T]:
        """Return ``count`` of the values (or all, when there are fewer), in the order given."""
        order = sorted(range(len(values)), key=lambda index: (self.number(*names, index), index))
        return [values[index] for index in sorted(order[:count])]

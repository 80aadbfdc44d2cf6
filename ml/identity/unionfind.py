"""Disjoint sets with path halving: exact connected components, whatever the length of a chain."""

from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)


class UnionFind(Generic[T]):
    """Disjoint sets over hashable members; the representative of a set is arbitrary, its members are not."""

    def __init__(self, members: Iterable[T]) -> None:
        self._parent: dict[T, T] = {member: member for member in members}

    def find(self, member: T) -> T:
        """Return the representative of a member's set; a member never seen is a set of its own."""
        parent = self._parent
        above = parent.setdefault(member, member)
        while above != member:
            parent[member] = parent[above]
            member = parent[member]
            above = parent[member]
        return member

    def union(self, one: T, other: T) -> T:
        """Join two sets and return the representative of both together."""
        one, other = self.find(one), self.find(other)
        self._parent[other] = one
        return one

"""Which records of one group are one person: links taken strongest first, the one that breaks a limit refused."""

import dataclasses
from collections.abc import Sequence
from operator import attrgetter

from ml.identity.graph import Graph, Link, RecordKey, Value, ValueKey
from ml.identity.reissue import end_reissued

Limits = dict[tuple[str, str], set[str]]
Node = RecordKey | Value


class NotConverged(RuntimeError):
    """A link joins two records that ended in different clusters: the components are not closed."""


@dataclasses.dataclass(slots=True)
class Refusal:
    """A link that was not followed because a person would hold too many values of one kind."""

    link: Link
    limit: tuple[str, str]
    held: list[str]
    #: a record on the side that keeps the value, or None where nobody had it yet
    keeper: RecordKey | None


@dataclasses.dataclass(slots=True)
class Cluster:
    """Records and values that are one person, and the links that say so, in the order they were taken."""

    records: list[RecordKey] = dataclasses.field(default_factory=list)
    values: list[Value] = dataclasses.field(default_factory=list)
    links: list[Link] = dataclasses.field(default_factory=list)
    limits: Limits = dataclasses.field(default_factory=dict)
    #: how many rulings joined records here: each allows one value more than the limits do
    rulings: int = 0
    #: strength of the weakest link that joined two records; 100 where there is one record
    weakest_bridge: int = 100
    is_doubted: bool = False

    def has_room_for(self, value: Value) -> bool:
        """Return whether a value that nobody holds yet keeps within the limits."""
        if value.limit is None or value.limit not in self.limits:
            return True
        return len(self.limits[value.limit] | {value.key[2]}) <= value.cap + self.rulings

    def add(self, value: Value) -> None:
        """Take a value that nobody holds yet."""
        self.values.append(value)
        if value.limit is not None:
            self.limits.setdefault(value.limit, set()).add(value.key[2])


@dataclasses.dataclass(slots=True)
class Solution:
    """The clusters of a group, the links refused and those ended by a re-issue."""

    clusters: list[Cluster]
    refusals: list[Refusal]
    reissued: set[tuple[RecordKey, ValueKey]]
    #: every joinable link of the group
    links: list[Link]


def solve(graph: Graph, records: Sequence[RecordKey]) -> Solution:
    """Return the persons among the records of one group (``Graph.reach``).

    Rulings come first and bend the limits; then every record takes its own number; then links by strength, the
    oldest first among equals. A record's asserted numbers (its file's member_no, the platform's unionid) count
    against the limits from the start, so that what is refused is the identifier that would have joined two
    members, not the second member's own number.

    Raises
    ------
    NotConverged
        When an accepted link crosses two clusters.
    """
    links = [link for record in records for link in graph.links_of[record] if link.value.no_join_reason is None]
    for link in links:
        if not link.is_settled:
            link.settle()
    reissued = end_reissued(records, links, graph.rules.strong_link)
    active = sorted([link for link in links if link.valid_to is None], key=attrgetter("order"))
    home: dict[Node, Cluster] = {record: Cluster(records=[record]) for record in records}
    for link in active:
        if link.is_asserted and link.value.limit is not None:
            _claim(home[link.record], link.value)
    refusals: list[Refusal] = []
    for link in active:
        own, value = home[link.record], link.value
        held = home.get(value)
        if held is None:
            held = home[value] = own if link.rank or own.has_room_for(value) else Cluster()
            held.add(value)
        if own is not held:
            broken = None if link.rank else _broken(graph, own, held)
            if broken is not None:
                refusals.append(Refusal(link, broken, sorted(own.limits[broken]), min(held.records, default=None)))
                continue
            own = _join(home, own, held, link)
        own.links.append(link)
    for refusal in refusals:
        home[refusal.link.record].is_doubted = True
        home[refusal.link.value].is_doubted = True
    _check(home, active, refusals)
    clusters = {id(home[record]): home[record] for record in records}
    return Solution(list(clusters.values()), refusals, reissued, links)


def _claim(cluster: Cluster, value: Value) -> None:
    """Count a record's asserted number against its limit, as long as the record itself keeps within it."""
    assert value.limit is not None
    values = cluster.limits.setdefault(value.limit, set())
    if len(values) < value.cap:
        values.add(value.key[2])


def _broken(graph: Graph, one: Cluster, other: Cluster) -> tuple[str, str] | None:
    allowance = one.rulings + other.rulings
    for limit in sorted(one.limits.keys() & other.limits.keys()):
        cap = graph.rules.id_types[limit[0]].per_person_cap
        if cap is not None and len(one.limits[limit] | other.limits[limit]) > cap + allowance:
            return limit
    return None


def _join(home: dict[Node, Cluster], one: Cluster, other: Cluster, link: Link) -> Cluster:
    if one.records and other.records and not link.is_ruling:
        one.weakest_bridge = min(one.weakest_bridge, link.strength)
    small, large = one, other
    if len(one.records) + len(one.values) > len(other.records) + len(other.values):
        small, large = other, one
    large.rulings += small.rulings + link.is_ruling  # both sides have records: their own numbers were taken before
    large.weakest_bridge = min(small.weakest_bridge, large.weakest_bridge)
    for limit, values in small.limits.items():
        large.limits.setdefault(limit, set()).update(values)
    large.records += small.records
    large.values += small.values
    large.links += small.links
    for record in small.records:
        home[record] = large
    for value in small.values:
        home[value] = large
    return large


def _check(home: dict[Node, Cluster], active: Sequence[Link], refusals: Sequence[Refusal]) -> None:
    refused = {id(refusal.link) for refusal in refusals}
    for link in active:
        if id(link) not in refused and home[link.record] is not home[link.value]:
            raise NotConverged(
                f"the link of {link.record[0]} with a {link.value.key[0]} crosses two clusters; report this run"
            )

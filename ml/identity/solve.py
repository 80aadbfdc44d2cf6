"""Which records of one group are one person: links taken strongest first, the one that breaks a limit refused."""

import dataclasses
from collections.abc import Sequence

from ml.identity.graph import Graph, Link, RecordKey, ValueKey
from ml.identity.reissue import end_reissued

Limits = dict[tuple[str, str], set[str]]
Node = RecordKey | ValueKey


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
    values: list[ValueKey] = dataclasses.field(default_factory=list)
    links: list[Link] = dataclasses.field(default_factory=list)
    limits: Limits = dataclasses.field(default_factory=dict)
    #: how many rulings joined records here: each allows one value more than the limits do
    rulings: int = 0
    #: strength of the weakest link that joined two records; 100 where there is one record
    weakest_bridge: int = 100
    is_doubted: bool = False


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
    links = [link for record in records for link in graph.links_of[record] if link.value.joins()]
    for link in links:
        link.settle()
    reissued = end_reissued(records, links, graph.rules.strong_link)
    active = sorted((link for link in links if link.valid_to is None), key=lambda link: link.order)
    home: dict[Node, Cluster] = {record: Cluster(records=[record]) for record in records}
    for link in active:
        if link.is_asserted:
            _claim(home[link.record], link)
    refusals: list[Refusal] = []
    for link in active:
        own = home[link.record]
        held = home.get(link.value.key)
        if held is None:
            limit = link.value.limit
            held = home[link.value.key] = Cluster(
                values=[link.value.key], limits={limit: {link.value.key[2]}} if limit else {}
            )
        if own is not held:
            broken = None if link.rank else _broken(graph, own, held)
            if broken is not None:
                refusals.append(Refusal(link, broken, sorted(own.limits[broken]), min(held.records, default=None)))
                continue
            own = _join(home, own, held, link)
        own.links.append(link)
    for refusal in refusals:
        home[refusal.link.record].is_doubted = True
        home[refusal.link.value.key].is_doubted = True
    _check(home, active, refusals)
    clusters = {id(cluster): cluster for cluster in home.values() if cluster.records}
    return Solution(list(clusters.values()), refusals, reissued, links)


def _claim(cluster: Cluster, link: Link) -> None:
    """Count a record's asserted number against its limit, as long as the record itself keeps within it."""
    limit, kind = link.value.limit, link.value.kind
    if limit is None or kind is None or kind.per_person_cap is None:
        return
    values = cluster.limits.setdefault(limit, set())
    if len(values) < kind.per_person_cap:
        values.add(link.value.key[2])


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
    small, large = sorted((one, other), key=lambda cluster: len(cluster.records) + len(cluster.values))
    large.rulings += small.rulings + (1 if link.is_ruling and small.records and large.records else 0)
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
        if id(link) not in refused and home[link.record] is not home[link.value.key]:
            raise NotConverged(
                f"the link of {link.record[0]} with a {link.value.key[0]} crosses two clusters; report this run"
            )

"""One day of the replay: take its links, solve the groups they touch, carry the people on, record what changed."""

from collections.abc import Sequence
from typing import Any

from ml.identity.graph import Graph, Link, RecordKey, Value, ValueKey
from ml.identity.history import IdentityHistory, Recorder
from ml.identity.lineage import Lineage
from ml.identity.people import Founder, Person, confidence, is_island
from ml.identity.rules import IdentityRules
from ml.identity.solve import Cluster, NotConverged, Refusal, Solution, solve
from ml.identity.unionfind import UnionFind

#: one_id, valid_from, valid_to, link_strength, no_join_reason
State = tuple[str | None, int, int | None, int, str | None]


class Fold:
    """The state of a replay between two days."""

    def __init__(self, rules: IdentityRules, founder: Founder, cut_off_us: int) -> None:
        self._rules = rules
        self._graph = Graph(rules)
        self._recorder = Recorder(cut_off_us)
        self._lineage = Lineage(founder, self._recorder)

    def day(self, day: int, observations: Sequence[tuple[Any, ...]], *, everything: bool = False) -> None:
        """Fold one day's observations, in whatever order they come."""
        changed = [link for observation in observations if (link := self._take(day, *observation)) is not None]
        touched = {link.record for link in changed}
        values = {link.value.key: link.value for link in changed}
        for _, value in sorted(values.items()):
            if value.joins() and value.is_over_cap():
                self._share(value, day)
            if not value.joins():
                touched.update(record for record, link in value.links.items() if link.status == "joined")
        if everything:
            touched, values = set(self._graph.links_of), self._graph.values
        if touched:
            self._solve(touched, day)
        for value in values.values():
            if not value.joins():
                self._record_apart(value, day)

    def check(self) -> None:
        """Compare the people with the connected components of all accepted links.

        Raises
        ------
        NotConverged
            When a component holds two people, or a person two components.
        """
        sets: UnionFind[RecordKey] = UnionFind(self._graph.links_of)
        for value in self._graph.values.values():
            joined = [record for record, link in value.links.items() if link.status == "joined"]
            for record in joined[1:]:
                sets.union(joined[0], record)
        pairs = {(sets.find(record), self._lineage.person_of[record].one_id) for record in self._graph.links_of}
        if not len(pairs) == len({root for root, _ in pairs}) == len({one_id for _, one_id in pairs}):
            raise NotConverged(
                "people and connected components of their links differ; the identity stage is not to be published"
            )

    def history(self) -> IdentityHistory:
        """Return everything recorded, the verdict on every link included; the fold is over with it."""
        for value in self._graph.values.values():
            for link in value.links.values():
                if not value.joins():
                    link.settle()
                stint = (self._recorder.instant(link.status_day), link.valid_from, link.valid_to)
                self._recorder.add("link", (*link.record, *value.key, link.status, link.strength, *stint))
            value.links.clear()  # breaks the ring of value and link, so that both are freed at once
        return self._recorder.history()

    def _take(
        self,
        day: int,
        record: RecordKey,
        key: ValueKey,
        reason: str | None,
        origin: str,
        bound: int | None,
        unbound: int | None,
    ) -> Link | None:
        """Add one observation; return its link where people may change by it."""
        graph = self._graph
        value = graph.values.get(key)
        link = None if value is None else value.links.get(record)
        if link is not None and bound is not None and link.is_repeat(origin, reason, bound, day, self._rules):
            link.bind(bound, day)
            return None
        own = graph.own(record)
        if bound is not None and all(known == day for _, known in own.binds):
            own.bind(bound, day)  # a record exists from its first day, as early as any row of it says
        link = graph.link(record, graph.value(key, reason), origin)
        if bound is not None:
            link.bind(bound, day)
        elif unbound is not None:
            link.unbind(unbound)
        return link

    def _share(self, value: Value, day: int) -> None:
        records, sources = sum(value.carriers.values()), len(value.carriers)
        cap = value.kind.people_cap if value.kind is not None else None
        value.no_join_reason = "shared_value"
        detail = f"seen on {records} records of {sources} sources: {value.people()} people, at most {cap} may share it"
        self._conflict("people_cap", value.key, None, (None, None), detail, day)

    def _solve(self, touched: set[RecordKey], day: int) -> None:
        solutions = [solve(self._graph, group) for group in self._graph.reach(touched)]
        clusters = [cluster for solution in solutions for cluster in solution.clusters]
        stopped = [stop for solution in solutions for stop in self._judge(solution, day)]
        people = self._lineage.carry(clusters, stopped, day)
        ended = {id(link) for link, _ in stopped if link.valid_to is not None}
        for solution in solutions:
            self._record_values(solution, ended, day)
            for refusal in solution.refusals:
                if refusal.link.status_day == day:
                    self._record_refusal(refusal, day)
        for cluster, person in people:
            self._record_person(cluster, person, day)

    def _judge(self, solution: Solution, day: int) -> list[tuple[Link, str]]:
        """Set every link's status; return the links that stopped joining, with the reason."""
        stopped = []
        refused = {id(refusal.link) for refusal in solution.refusals}
        records = [record for cluster in solution.clusters for record in cluster.records]
        for link in [link for record in records for link in self._graph.links_of[record]]:
            if not link.value.joins():
                status = str(link.value.no_join_reason)
            elif id(link) in refused:
                status = "refused"
            elif link.valid_to is None:
                status = "joined"
            else:
                status = "reissued" if (link.record, link.value.key) in solution.reissued else "unbound"
            if status != link.status:
                if link.status == "joined":
                    stopped.append((link, f"{status}:{link.value.key[0]}"))
                link.status, link.status_day = status, day
        return stopped

    def _record_values(self, solution: Solution, ended: set[int], day: int) -> None:
        person_of = self._lineage.person_of
        for value in dict.fromkeys([link.value for link in solution.links]):
            key, links = value.key, value.links.values()  # all of them: a group holds all links of what joins
            joined = [link for link in links if link.status == "joined"]
            past = [link for link in links if link.valid_to is not None]
            last = max(past, key=lambda link: (link.valid_to, link.record)) if past else None
            if joined:
                holder = person_of[joined[0].record].one_id
                strongest = max(link.strength for link in joined)
                state: State = (holder, min(link.valid_from for link in joined), None, strongest, None)
            elif last is not None:
                state = self._ended(last)
            else:
                state = (
                    None,
                    min(link.valid_from for link in links),
                    None,
                    max(link.strength for link in links),
                    "over_limit",
                )
            if last is not None and id(last) in ended and self._ended(last)[0] != state[0]:
                self._recorder.end_holding(key, self._ended(last), day)
            self._recorder.set_state("identifier", key, state, day)

    def _ended(self, link: Link) -> State:
        return (self._lineage.person_of[link.record].one_id, link.valid_from, link.valid_to, link.strength, None)

    def _record_apart(self, value: Value, day: int) -> None:
        """Record a value that nobody is joined by, with the reason; links that had ended learn it on that day too."""
        for link in value.links.values():
            link.settle()
            if link.status != value.no_join_reason:
                link.status, link.status_day = str(value.no_join_reason), day
        state = (None, min(link.valid_from for link in value.links.values()), None, 0, value.no_join_reason)
        self._recorder.set_state("identifier", value.key, state, day)

    def _record_refusal(self, refusal: Refusal, day: int) -> None:
        person_of, link = self._lineage.person_of, refusal.link
        kept = None if refusal.keeper is None else person_of[refusal.keeper].one_id
        id_type, id_scope = refusal.limit
        most = self._rules.id_types[id_type].per_person_cap
        detail = f"would give one person more than {most} {id_type}" + (f" of {id_scope}" if id_scope else "")
        refused = person_of[link.record].one_id
        self._conflict("per_person_cap", link.value.key, link.record, (kept, refused), detail, day)

    def _record_person(self, cluster: Cluster, person: Person, day: int) -> None:
        identifiers = len([value for value in cluster.values if value.key[0] != "customer_id"])
        size = identifiers + len(cluster.records)
        if size > self._rules.large_cluster and not person.is_listed_as_large:
            person.is_listed_as_large = True
            link = min(cluster.links, key=lambda link: link.age)
            detail = f"{size} identifiers, more than {self._rules.large_cluster}: look whether they are one person"
            self._conflict("large_cluster", link.value.key, link.record, (person.one_id, None), detail, day)
        sure, reason = confidence(cluster, self._rules)
        state = (identifiers, len(cluster.records), sure, reason, is_island(cluster.values, self._rules))
        self._recorder.set_state("person", (person.one_id, person.founded_at), state, day)

    def _conflict(
        self,
        rule: str,
        key: ValueKey,
        record: RecordKey | None,
        sides: tuple[str | None, str | None],
        detail: str,
        day: int,
    ) -> None:
        """Record a conflict; its id is a hash of what it says."""
        source, customer_id = record or (None, None)
        row = (self._recorder.instant(day), rule, *key, source, customer_id, *sides, detail)
        self._recorder.add("conflict", row)

"""From one day's people to the next's: who goes on, who merges into whom, who splits off, and why."""

from collections.abc import Sequence

from ml.identity.graph import Link, RecordKey, ValueKey
from ml.identity.history import Recorder
from ml.identity.people import Founder, Person
from ml.identity.solve import Cluster
from ml.identity.unionfind import UnionFind


class Lineage:
    """The person of every record, carried from day to day."""

    def __init__(self, founder: Founder, recorder: Recorder) -> None:
        self._founder = founder
        self._recorder = recorder
        self.person_of: dict[RecordKey, Person] = {}

    def carry(
        self, clusters: Sequence[Cluster], stopped: Sequence[tuple[Link, str]], day: int
    ) -> list[tuple[Cluster, Person]]:
        """Give every cluster its person and record what became of those before.

        Parameters
        ----------
        clusters
            Today's, whole: every record of every person who had one of their records.
        stopped
            Links that joined until yesterday, with the reason why they no longer do.
        day
            Days since 1970-01-01.
        """
        cluster_of = {record: cluster for cluster in clusters for record in cluster.records}
        before = {
            self.person_of[record].one_id: self.person_of[record] for record in cluster_of if record in self.person_of
        }
        heirs: dict[int, list[Person]] = {}
        for person in before.values():
            heirs.setdefault(id(cluster_of[person.anchor]), []).append(person)
        now: dict[int, Person] = {}
        for cluster in clusters:
            living = heirs.get(id(cluster))
            oldest = min(living, key=lambda person: person.founding) if living else self._founder.found(cluster)
            now[id(cluster)] = oldest
        reasons: dict[str, str] = {}
        for link, reason in sorted(stopped, key=lambda stop: stop[0].order):
            if link.record in self.person_of:
                reasons.setdefault(self.person_of[link.record].one_id, reason)
        for _, person in sorted(before.items()):
            parts = {now[id(cluster_of[record])].one_id: now[id(cluster_of[record])] for record in person.records}
            heir = now[id(cluster_of[person.anchor])]
            causes = {} if heir is person else merge_causes(cluster_of[person.anchor], self.person_of)
            self._record_changes(
                person, heir, parts, (causes.get(person.one_id, ""), reasons.get(person.one_id, "")), day
            )
        people = [(cluster, now[id(cluster)]) for cluster in clusters]
        self._move(people, before, day)
        return people

    def _record_changes(
        self, person: Person, heir: Person, parts: dict[str, Person], why: tuple[str, str], day: int
    ) -> None:
        """Record where a person's parts went: merged into the heir, or split off into others."""
        changes = [] if heir is person else [(heir, "merge", why[0])]
        split = [part for one_id, part in sorted(parts.items()) if part is not person and part is not heir]
        changes += [(part, "split", why[1]) for part in split]
        lineage = {person.one_id, *person.ancestors}
        for number, (other, change, reason) in enumerate(changes):
            # A microsecond apart, so that (one_id_old, changed_at) stays a key when a person falls into three.
            changed_at = self._recorder.instant(day) - number
            self._recorder.add("redirect", (person.one_id, changed_at, other.one_id, change, reason))
            siblings = {part.one_id for part in split} if change == "split" else set()
            for ancestor in sorted((lineage | siblings) - other.ancestors - {other.one_id}):
                other.ancestors.add(ancestor)
                self._recorder.add("ancestor", (other.one_id, ancestor, self._recorder.instant(day)))

    def _move(self, people: Sequence[tuple[Cluster, Person]], before: dict[str, Person], day: int) -> None:
        living = {person.one_id for _, person in people}
        for one_id, person in before.items():
            if one_id not in living:
                person.records = []
                self._recorder.set_state("person", (one_id, person.founded_at), None, day)
        for cluster, person in people:
            person.records = cluster.records
            for record in cluster.records:
                self.person_of[record] = person
                self._recorder.set_state("source_record", record, (person.one_id,), day)


def merge_causes(cluster: Cluster, person_of: dict[RecordKey, Person]) -> dict[str, str]:
    """Return, for every one_id that flowed into a cluster, what first joined it with another's: ruling or id_type."""
    sets: UnionFind[RecordKey | ValueKey] = UnionFind(())
    ids: dict[RecordKey | ValueKey, set[str]] = {
        record: {person_of[record].one_id} for record in cluster.records if record in person_of
    }
    causes: dict[str, str] = {}
    for link in sorted(cluster.links, key=lambda link: link.order):
        one, other = sets.find(link.record), sets.find(link.value.key)
        if one == other:
            continue
        here, there = ids.pop(one, set()), ids.pop(other, set())
        if here and there and here != there:
            for one_id in here | there:
                causes.setdefault(one_id, "ruling" if link.is_ruling else f"joined:{link.value.key[0]}")
        ids[sets.union(one, other)] = here | there
    return causes

"""The links known so far: records on one side, identifier values on the other."""

import dataclasses
from collections.abc import Iterator, Sequence

from ml.identity.rules import RULING, SELF, IdentityRules, IdType

#: (source, customer_id)
RecordKey = tuple[str, str]
#: (id_type, id_scope, value)
ValueKey = tuple[str, str, str]

#: A record's own key comes first, so that a ruling finds both its records standing.
_OWN_RANK = 3
_RULING_RANK = 2
_RANKS = {RULING: _RULING_RANK, SELF: _OWN_RANK}


def token_last(value: str) -> tuple[bool, str]:
    """Order plain ids before contact tokens, so that a new token key moves no founder that a plain id can be."""
    return (value[:1] == "k" and ":" in value[:5], value)


@dataclasses.dataclass(slots=True, eq=False)
class Value:
    """An identifier value: its type's rules and the links it stands in."""

    key: ValueKey
    #: the type's rules, or None where the type is unknown
    kind: IdType | None
    no_join_reason: str | None = None
    links: dict[RecordKey, "Link"] = dataclasses.field(default_factory=dict)
    #: source -> how many records of it carried the value, ever
    carriers: dict[str, int] = dataclasses.field(default_factory=dict)
    #: total order of values among links of one strength and age
    order: tuple[object, ...] = ()
    #: what a person may hold only so many of, or None
    limit: tuple[str, str] | None = None
    #: how many of them, where there is a limit
    cap: int = 0

    def __post_init__(self) -> None:
        self.order = (*token_last(self.key[2]), self.key[0], self.key[1])
        if self.kind is not None and self.kind.per_person_cap is not None:
            self.limit, self.cap = self.key[:2], self.kind.per_person_cap

    def joins(self) -> bool:
        """Return whether links through this value may join records."""
        return self.no_join_reason is None

    def is_over_cap(self) -> bool:
        """Return whether it is carried by more people than may share it."""
        cap = None if self.kind is None else self.kind.people_cap
        return cap is not None and self.people() > cap

    def people(self) -> int:
        """Return how many people carry it at least, were its own joins not counted.

        A person has one record in a source; each further record of it is somebody else. So a customer of ten sources is
        one, and four records in each of four sources are thirteen.
        """
        return 1 + sum(records - 1 for records in self.carriers.values())


@dataclasses.dataclass(slots=True, eq=False)
class Link:
    """A record carried an identifier: when, how surely, and until when."""

    record: RecordKey
    value: Value
    rank: int
    strength: int = 0
    is_asserted: bool = False
    #: whether it was observed: neither ruled, nor a record's own number
    is_carried: bool = False
    #: (observed at in microseconds, known day)
    binds: set[tuple[int, int]] = dataclasses.field(default_factory=set)
    unbinds: frozenset[int] = frozenset()
    #: (known day, observed at) of the present stint: since the last unbinding, or the whole of an ended one
    since: tuple[int, int] = (0, 0)
    valid_from: int = 0
    valid_to: int | None = None
    #: whether the stint is what the bindings say: not after a new one, nor where a re-issue changed it
    is_settled: bool = False
    #: oldest first: known day, observed at, value, record. The first of a person's links founds it
    age: tuple[object, ...] = ()
    status: str = "new"
    status_day: int = 0

    @property
    def is_own(self) -> bool:
        """Whether the value is the record's own number, as the phone is of an SMS record."""
        return self.value.key[2] == self.record[1]

    @property
    def order(self) -> tuple[object, ...]:
        """Strongest first, oldest first among equals, then by value and record: a total order."""
        return (-self.rank, -self.strength, self.age)

    @property
    def is_ruling(self) -> bool:
        """Whether the link was ruled (a member merge), not observed."""
        return self.rank == _RULING_RANK

    def is_repeat(self, origin: str, reason: str | None, bound: int, day: int, rules: IdentityRules) -> bool:
        """Return whether one more observation of a link already judged says nothing new."""
        if self.status == "new" or self.valid_to is not None or bound < self.valid_from or (day, bound) < self.since:
            return False
        if reason is not None and self.value.joins():
            return False
        # Seen once more, the link still ends no other holder's: a member who held this number until it was re-issued
        # in June belongs to the era before, and a sighting in July is of the era since.
        return bool(self.rank) or not (origin in {SELF, RULING} or rules.is_asserted(origin) > self.is_asserted)

    def bind(self, at: int, day: int) -> None:
        """Note that the link was seen at an instant, as known on a day."""
        self.binds.add((at, day))
        self.is_settled = False

    def unbind(self, at: int) -> None:
        """Note that the link was undone at an instant."""
        self.unbinds |= {at}
        self.is_settled = False

    def end(self, at: int) -> None:
        """End the present stint at an instant, whatever the bindings say."""
        self.valid_to = at
        self.is_settled = False

    def restart(self, at: int) -> None:
        """Count the present stint from an instant on, whatever the bindings say."""
        self._last_from([bind for bind in self.binds if bind[0] >= at])
        self.is_settled = False

    def settle(self) -> None:
        """Work out the present stint from bindings and unbindings, whatever order they came in."""
        last = max(self.unbinds) if self.unbinds else None
        stint = [bind for bind in self.binds if last is None or bind[0] > last]
        self.valid_to = None
        if not stint:
            self.valid_to = last
            before = max((at for at in self.unbinds if at != last), default=None)
            stint = [bind for bind in self.binds if before is None or bind[0] > before] or list(self.binds)
        self._last_from(stint)
        self.is_settled = True

    def _last_from(self, stint: Sequence[tuple[int, int]]) -> None:
        self.since = min((day, at) for at, day in stint)
        self.valid_from = min(stint)[0]
        self.age = (self.since, self.value.order, self.record)


class Graph:
    """Records, values and links known so far."""

    def __init__(self, rules: IdentityRules) -> None:
        self.rules = rules
        self.values: dict[ValueKey, Value] = {}
        self.links_of: dict[RecordKey, list[Link]] = {}
        self._own: dict[RecordKey, Link] = {}

    def value(self, key: ValueKey, no_join_reason: str | None) -> Value:
        """Return the value of a key, made when it is new; a reason not to join, once given, stays."""
        value = self.values.get(key)
        if value is None:
            kind = self.rules.id_types.get(key[0])
            if kind is None:
                no_join_reason = no_join_reason or "unknown_id_type"
            elif kind.strength == 0:
                no_join_reason = no_join_reason or "not_a_key"
            value = self.values[key] = Value(key, kind)
        if value.no_join_reason is None:
            value.no_join_reason = no_join_reason
        return value

    def link(self, record: RecordKey, value: Value, origin: str) -> Link:
        """Return the link of a record and a value, made when it is new, as strong as any of its origins makes it."""
        link = value.links.get(record)
        rank = _RANKS.get(origin, 0)
        if link is None:
            link = value.links[record] = Link(record, value, rank)
            self.links_of.setdefault(record, []).append(link)
        asserted = bool(rank) or self.rules.is_asserted(origin)
        kind = value.kind
        strength = 100 if rank else 0 if kind is None else kind.strength if asserted else kind.weak_strength
        link.rank = max(link.rank, rank)
        link.strength = max(link.strength, strength)
        link.is_asserted = link.is_asserted or asserted
        if not rank and not link.is_own and not link.is_carried:
            link.is_carried = True
            value.carriers[record[0]] = value.carriers.get(record[0], 0) + 1
        return link

    def own(self, record: RecordKey) -> Link:
        """Return the link of a record with its own key, made when it is new."""
        link = self._own.get(record)
        if link is None:
            link = self._own[record] = self.link(record, self.value(("customer_id", *record), None), SELF)
        return link

    def reach(self, starts: set[RecordKey]) -> Iterator[list[RecordKey]]:
        """Yield the records that hang together with the given ones through joinable values, group by group.

        Ended and refused links count: a verdict on them may turn on what stands at their other side.
        """
        seen: set[RecordKey] = set()
        for start in sorted(starts):
            if start in seen:
                continue
            seen.add(start)
            group = [start]
            for record in group:
                for link in self.links_of[record]:
                    if link.value.no_join_reason is not None:
                        continue
                    for other in link.value.links:
                        if other not in seen:
                            seen.add(other)
                            group.append(other)
            yield group

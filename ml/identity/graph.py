"""The links known so far: records on one side, identifier values on the other."""

import dataclasses
from collections.abc import Iterator

from ml.identity.rules import RULING, SELF, IdentityRules, IdType

#: (source, customer_id)
RecordKey = tuple[str, str]
#: (id_type, id_scope, value)
ValueKey = tuple[str, str, str]

#: A record's own key comes first, so that a ruling finds both its records standing.
_OWN_RANK = 3
_RULING_RANK = 2


def token_last(value: str) -> tuple[bool, str]:
    """Order plain ids before contact tokens, so that a new token key moves no founder that a plain id can be."""
    return (value[:1] == "k" and ":" in value[:5], value)


@dataclasses.dataclass(slots=True)
class Value:
    """An identifier value: its type's rules and the links it stands in."""

    key: ValueKey
    #: the type's rules, or None where the type is unknown
    kind: IdType | None
    no_join_reason: str | None = None
    links: list["Link"] = dataclasses.field(default_factory=list)
    #: source -> records of it that carried the value, ever
    carriers: dict[str, set[RecordKey]] = dataclasses.field(default_factory=dict)
    #: total order of values among links of one strength and age
    order: tuple[object, ...] = ()

    def __post_init__(self) -> None:
        self.order = (*token_last(self.key[2]), self.key[0], self.key[1])

    @property
    def limit(self) -> tuple[str, str] | None:
        """What a person may hold only so many of, or None."""
        return None if self.kind is None or self.kind.per_person_cap is None else self.key[:2]

    def joins(self) -> bool:
        """Return whether links through this value may join records."""
        return self.no_join_reason is None

    def is_over_cap(self) -> bool:
        """Return whether more records of one source carry it than people may share it."""
        cap = None if self.kind is None else self.kind.people_cap
        return cap is not None and any(len(records) > cap for records in self.carriers.values())


@dataclasses.dataclass(slots=True)
class Link:
    """A record carried an identifier: when, how surely, and until when."""

    record: RecordKey
    value: Value
    rank: int
    strength: int = 0
    is_asserted: bool = False
    #: (observed at in microseconds, known day)
    binds: set[tuple[int, int]] = dataclasses.field(default_factory=set)
    unbinds: set[int] = dataclasses.field(default_factory=set)
    #: (known day, observed at) of the present stint: since the last unbinding, or the whole of an ended one
    since: tuple[int, int] = (0, 0)
    valid_from: int = 0
    valid_to: int | None = None
    status: str = "new"
    status_day: int = 0

    @property
    def is_own(self) -> bool:
        """Whether the value is the record's own number, as the phone is of an SMS record."""
        return self.value.key[2] == self.record[1]

    @property
    def is_ruling(self) -> bool:
        """Whether the link was ruled (a member merge), not observed."""
        return self.rank == _RULING_RANK

    @property
    def order(self) -> tuple[object, ...]:
        """Strongest first, oldest first among equals, then by value and record: a total order."""
        return (-self.rank, -self.strength, *self.age)

    @property
    def age(self) -> tuple[object, ...]:
        """Oldest first: known day, observed at, value, record. The first of a person's links founds it."""
        return (*self.since, *self.value.order, *self.record)

    def is_repeat(self, origin: str, reason: str | None, bound: int, day: int, rules: IdentityRules) -> bool:
        """Return whether one more observation of a link already judged says nothing new."""
        if self.status == "new" or self.valid_to is not None or bound < self.valid_from or (day, bound) < self.since:
            return False
        if reason is not None and self.value.joins():
            return False
        # A longer holding can end nobody else's today: whoever it would end is not in the number's present era.
        return bool(self.rank) or not (origin in {SELF, RULING} or rules.is_asserted(origin) > self.is_asserted)

    def settle(self) -> None:
        """Work out the present stint from bindings and unbindings, whatever order they came in."""
        last = max(self.unbinds, default=None)
        stint = [bind for bind in self.binds if last is None or bind[0] > last]
        self.valid_to = None
        if not stint:
            self.valid_to = last
            before = max((at for at in self.unbinds if at != last), default=None)
            stint = [bind for bind in self.binds if before is None or bind[0] > before] or list(self.binds)
        self.since = min((day, at) for at, day in stint)
        self.valid_from = min(at for at, _ in stint)


class Graph:
    """Records, values and links known so far."""

    def __init__(self, rules: IdentityRules) -> None:
        self.rules = rules
        self.values: dict[ValueKey, Value] = {}
        self.links: dict[tuple[RecordKey, ValueKey], Link] = {}
        self.links_of: dict[RecordKey, list[Link]] = {}

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
        if value.no_join_reason is None and no_join_reason is not None:
            value.no_join_reason = no_join_reason
        return value

    def link(self, record: RecordKey, value: Value, origin: str) -> Link:
        """Return the link of a record and a value, made when it is new, as strong as any of its origins makes it."""
        key = (record, value.key)
        link = self.links.get(key)
        rank = {RULING: _RULING_RANK, SELF: _OWN_RANK}.get(origin, 0)
        if link is None:
            link = self.links[key] = Link(record, value, rank)
            self.links_of.setdefault(record, []).append(link)
            value.links.append(link)
        asserted = rank > 0 or self.rules.is_asserted(origin)
        kind = value.kind
        strength = 100 if rank else 0 if kind is None else kind.strength if asserted else kind.weak_strength
        link.rank = max(link.rank, rank)
        link.strength = max(link.strength, strength)
        link.is_asserted = link.is_asserted or asserted
        if not rank and not link.is_own:
            value.carriers.setdefault(record[0], set()).add(record)
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
                        if other.record not in seen:
                            seen.add(other.record)
                            group.append(other.record)
            yield group

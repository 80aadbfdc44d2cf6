"""Re-issued numbers: silent for long, then back with somebody else's strong id.

Carriers hand a number out again after about 180 days (90 in arrears, 90 on hold), so a phone tells who a person is
only until it falls silent that long and returns on a record that another strong id sets apart from all earlier ones.
"""

import itertools
from collections.abc import Sequence

from ml.identity.graph import Link, RecordKey, Value, ValueKey
from ml.identity.unionfind import UnionFind

#: (id_type, id_scope) of the strong ids that a holder has
Kinds = set[tuple[str, str]]


def end_reissued(
    records: Sequence[RecordKey], links: Sequence[Link], strong_link: int
) -> set[tuple[RecordKey, ValueKey]]:
    """End the links of numbers that were handed out again, and restart those of whoever holds them now.

    Parameters
    ----------
    records
        Records of one group.
    links
        Their links; ``valid_to``, ``since`` and ``valid_from`` of those through silent numbers are changed in place.
    strong_link
        Strength from which links of other types tell holders apart.

    Returns
    -------
    set
        The (record, number) pairs whose link ended here, for the reason given with them.
    """
    shared = dict.fromkeys([link.value for link in links if len(link.value.links) > 1])
    numbers = {value.key: value for value in shared if _fell_silent(value)}
    if not numbers:
        return set()
    holders = UnionFind(records)
    strong: dict[RecordKey, Kinds] = {record: set() for record in records}
    firm = [
        link
        for link in links
        if link.valid_to is None and _silence_us(link.value) is None and link.strength >= strong_link
    ]
    first: dict[tuple[str, str, str], RecordKey] = {}
    for link in firm:
        holders.union(link.record, first.setdefault(link.value.key, link.record))
    for link in firm:
        strong[holders.find(link.record)].add(link.value.key[:2])
    ended: set[tuple[RecordKey, ValueKey]] = set()
    for _, number in sorted(numbers.items()):
        ended |= _end_eras(number, holders, strong)
    return ended


def _end_eras(
    number: Value, holders: UnionFind[RecordKey], strong: dict[RecordKey, Kinds]
) -> set[tuple[RecordKey, ValueKey]]:
    silence = _silence_us(number)
    assert silence is not None
    seen = sorted((at, link.record) for link in _carriers(number) for at, _ in link.binds if at >= link.valid_from)
    era: set[RecordKey] = set()
    ends: dict[RecordKey, int] = {}
    began = last = None
    for at, record in seen:
        if last is not None and at - last >= silence:
            root, before = holders.find(record), {holders.find(other) for other in era}
            # Who shares a strong id is one holder by now: a kind that two holders have is two ids that contradict.
            if root not in before and any(strong[root] & strong[other] for other in before):
                ends.update(dict.fromkeys(era, at))
                era, began = set(), at
        era.add(record)
        ends.pop(record, None)
        last = at
    for record, at in ends.items():
        number.links[record].end(at)
    if began is not None:
        for record in era:
            number.links[record].restart(began)
    return {(record, number.key) for record in ends}


def _carriers(number: Value) -> list[Link]:
    """Return the links of whoever carried a number: not those of the record whose own it is, nor rulings."""
    return [link for link in number.links.values() if link.valid_to is None and not link.is_own and not link.is_ruling]


def _silence_us(value: Value) -> int | None:
    return None if value.kind is None or not value.joins() else value.kind.silence_us


def _fell_silent(value: Value) -> bool:
    """Return whether a number was not seen for so long that it may have been handed out again."""
    silence = _silence_us(value)
    if silence is None:
        return False
    seen = sorted(at for link in _carriers(value) for at, _ in link.binds if at >= link.valid_from)
    return any(later - earlier >= silence for earlier, later in itertools.pairwise(seen))

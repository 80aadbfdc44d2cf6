"""Re-issued numbers: silent for long, then back with somebody else's strong id.

Carriers hand a number out again after about 180 days (90 in arrears, 90 on hold), so a phone tells who a person is
only until it falls silent that long and returns on a record that another strong id sets apart from all earlier ones.
"""

from collections.abc import Sequence

from ml.identity.graph import Link, RecordKey, Value, ValueKey
from ml.identity.unionfind import UnionFind

StrongIds = dict[tuple[str, str], set[str]]


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
    numbers = {link.value.key: link.value for link in links if _falls_silent(link.value) and len(link.value.links) > 1}
    if not numbers:
        return set()
    holders = UnionFind(records)
    strong: dict[RecordKey, StrongIds] = {record: {} for record in records}
    firm = [
        link
        for link in links
        if link.valid_to is None and not _falls_silent(link.value) and link.strength >= strong_link
    ]
    first: dict[tuple[str, str, str], RecordKey] = {}
    for link in firm:
        holders.union(link.record, first.setdefault(link.value.key, link.record))
    for link in firm:
        strong[holders.find(link.record)].setdefault(link.value.key[:2], set()).add(link.value.key[2])
    ended: set[tuple[RecordKey, ValueKey]] = set()
    for _, number in sorted(numbers.items()):
        ended |= _end_eras(number, holders, strong)
    return ended


def _end_eras(
    number: Value, holders: UnionFind[RecordKey], strong: dict[RecordKey, StrongIds]
) -> set[tuple[RecordKey, ValueKey]]:
    silence = number.kind.silence_us if number.kind is not None else None
    assert silence is not None
    seen = sorted(
        (at, link.record, day)
        for link in number.links
        if link.valid_to is None and not link.is_own and not link.is_ruling
        for at, day in link.binds
        if at >= link.valid_from
    )
    by_record = {link.record: link for link in number.links}
    era: set[RecordKey] = set()
    ends: dict[RecordKey, int] = {}
    began = last = None
    for at, record, _ in seen:
        root = holders.find(record)
        before = {holders.find(other) for other in era}
        is_back = last is not None and at - last >= silence and root not in before
        if is_back and any(_differ(strong[root], strong[other]) for other in before):
            ends.update(dict.fromkeys(era, at))
            era, began = set(), at
        era.add(record)
        ends.pop(record, None)
        last = at
    for record, at in ends.items():
        by_record[record].valid_to = at
    if began is not None:
        for record in era:
            link = by_record[record]
            stint = [(day, at) for at, day in link.binds if at >= began]
            link.since, link.valid_from = min(stint), min(at for _, at in stint)
    return {(record, number.key) for record in ends}


def _falls_silent(value: Value) -> bool:
    return value.kind is not None and value.kind.silence_us is not None and value.joins()


def _differ(one: StrongIds, other: StrongIds) -> bool:
    return any(kind in other and not (values & other[kind]) for kind, values in one.items())

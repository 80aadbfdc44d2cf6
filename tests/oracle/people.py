"""Who is one person on a date: docs/plugging-in-your-channels.md, "Identifiers", and the seed id_types.

Records are joined by the values they share, less the values that join nobody. The ids of people are not computed
again: a person is the set of their records.
"""

import datetime as dt
from collections import defaultdict
from functools import cache

from tests.oracle.world import FOREVER, World, cut_off, end, seed

Key = tuple[str, str]
Value = tuple[str, str, str]
COLUMNS = {
    "mobile": "mobile",
    "email": "email",
    "unionid": "wx_unionid",
    "openid": "wx_openid",
    "member_no": "member_no",
}
FILLERS = {"13900000000"}  # "13800138000 and its like get no token"
NAMING = ("orders", "events", "messages", "coupons", "consents", "follows", "group_memberships", "points_ledger")


def people(world: World, day: dt.date) -> list[frozenset[Key]]:
    """Return the people known on a date, each as the set of their records."""
    carriers = values(world, day)
    parent: dict[Key, Key] = {record: record for record in known_records(world, day)}

    def root(record: Key) -> Key:
        while parent[record] != record:
            record = parent[record]
        return record

    for _value, holders in owned(carriers, house_numbers(world, day)).items():
        if holders:
            first, *others = sorted(holders)
            for other in others:
                parent[root(other)] = root(first)
    for merge in world.known("member_merges", day):
        source = merge.values["source"]
        gone, stays = (source, merge.values["customer_id_from"]), (source, merge.values["customer_id_to"])
        if gone in parent and stays in parent:
            parent[root(gone)] = root(stays)
    found = defaultdict(set)
    for record in parent:
        found[root(record)].add(record)
    return [frozenset(records) for records in found.values()]


def known_records(world: World, day: dt.date) -> set[Key]:
    """Return the records known by a date: since when is told by the row that was known first, and by no earlier one."""
    told = first_told(world)
    return {record for record, (known, seen) in told.items() if known <= cut_off(day) and seen < end(day)}


@cache
def first_told(world: World) -> dict[Key, tuple[dt.datetime, dt.datetime]]:
    """Return when each record was first known, and when that row says it was there."""
    first: dict[Key, tuple[dt.datetime, dt.datetime]] = {}
    for dataset in ("customers", *NAMING):
        for row in (row for row in world.all(dataset) if row.text("customer_id")):
            first[row.record] = min((row.known, row.happened), first.get(row.record, (FOREVER, FOREVER)))
    return first


def values(world: World, day: dt.date) -> dict[Value, set[Key]]:
    """Return who carries which value by the date, less who lost a number that was handed out again."""
    seen = defaultdict(list)
    for row in world.known("customers", day):
        for column, id_type in COLUMNS.items():
            value = row.text(column)
            if value and value not in FILLERS:
                scope = {"wx_openid": row.text("openid_app") or "", "member_no": row.values["source"]}.get(id_type, "")
                seen[(id_type, scope, value)].append((row.time("updated_at"), row.record))
    found = {value: {record for _, record in sightings} for value, sightings in seen.items()}
    strong = _strong_ids(found, {row.record for row in world.known("customers", day)})
    for value, sightings in seen.items():
        if value[0] == "mobile" and joins(value, found[value]):
            found[value] = _holders_now(sorted(sightings), strong)
    return found


def _strong_ids(found: dict[Value, set[Key]], records: set[Key]) -> dict[Key, dict[tuple[str, str], set[str]]]:
    """Return the strong ids of each record and of what other strong ids than mobiles join to it, by type and scope."""
    strength = {row["id_type"]: int(row["strength"]) for row in seed("id_types")}
    least = next(int(row["value"]) for row in seed("identity_limits") if row["limit_name"] == "strong_link")
    firm = {value: mine for value, mine in found.items() if value[0] != "mobile" and strength[value[0]] >= least}
    firm |= {("customer_id", source, number): {(source, number)} for source, number in records}
    together = {record: {record} for record in records}
    for value, mine in firm.items():
        if joins(value, mine):
            group = set().union(*(together[record] for record in mine))
            together |= dict.fromkeys(group, group)
    ids: dict[Key, dict[tuple[str, str], set[str]]] = {record: {} for record in records}
    for record, group in together.items():
        for (id_type, scope, text), mine in firm.items():
            if mine & group:
                ids[record].setdefault((id_type, scope), set()).add(text)
    return ids


def _holders_now(sightings: list[tuple[dt.datetime, Key]], strong: dict) -> set[Key]:
    """Return whose a number is: after 180 silent days of whom another strong id sets apart from an earlier holder."""
    silence = next(int(row["silence_days"]) for row in seed("id_types") if row["id_type"] == "mobile")
    holders: set[Key] = set()
    last = None
    for at, record in sightings:
        if last and at - last >= dt.timedelta(days=silence):
            mine = strong[record]
            if any(
                not (mine[kind] & strong[other][kind]) for other in holders for kind in mine if kind in strong[other]
            ) and not any(strong[other] == mine for other in holders):
                holders = set()
        holders.add(record)
        last = at
    return holders


def _differ(one: dict[tuple[str, str], set[str]], other: dict[tuple[str, str], set[str]]) -> bool:
    """Say whether two hold a strong identifier of the same kind, and none of it in common."""
    return any(kind in other and not (ids & other[kind]) for kind, ids in one.items())


def owned(book_values: dict[Value, set[Key]], house: set[Value]) -> dict[Value, set[Key]]:
    """Return the values that are somebody's: one that joins nobody, a number of the house, reaches nobody either."""
    return {
        value: holders for value, holders in book_values.items() if joins(value, holders) and not is_of(value, house)
    }


def house_numbers(world: World, day: dt.date) -> set[Value]:
    """Return the values known to be staff's or a shop's: of any type, they join nobody from that day on, for good."""
    listed = {
        (row.text("id_type"), row.text("id_scope") or "", row.text("id_value"))
        for row in world.known("suppressions", day)
        if row.text("reason") == "staff" and row.text("id_type") != "customer_id"
    }
    columns = (("staff", "mobile"), ("stores", "phone"))
    said = {("mobile", "", row.text(column)) for noun, column in columns for row in world.known(noun, day)}
    return listed | {value for value in said if value[2]}


def is_of(value: Value, house: set[Value]) -> bool:
    """Say whether a value is one of the house; said without a scope it is one under every account."""
    id_type, _, text = value
    return value in house or (id_type, "", text) in house


def one_of_each_source(holders: set[Key]) -> bool:
    """Say whether records are one person's as a rule: no two of them stand in one source."""
    return len({source for source, _ in holders}) == len(holders)


def joins(value: Value, holders: set[Key]) -> bool:
    """Say whether a value joins: no more people carry it than its type allows, a source's further records are more."""
    cap = next(int(row["people_cap"] or 0) for row in seed("id_types") if row["id_type"] == value[0])
    per_source = defaultdict(int)
    for source, _ in holders:
        per_source[source] += 1
    return 1 + sum(count - 1 for count in per_source.values()) <= cap

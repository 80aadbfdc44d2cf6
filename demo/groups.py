"""WeCom's chat groups: who is in them, who is taken into another one, and (SYNTHETIC) what members do there."""

import dataclasses
import datetime as dt
from typing import Final

from demo.calendar import END, LIVE_FROM, at_time, days, epoch, wall
from demo.chance import Chance
from demo.landing import Landing, Row
from demo.names import platform_id
from demo.people import Person
from demo.retail import enveloped
from demo.service_desk import event
from demo.stores import Chain, Staff
from demo.wecom import CORP, Friend

KINDS: Final = ("quality", "volume", "squad", "quality", "vip")
#: What members do in a group, which no platform of the demo tells: a tool of the brand's own would.
ACTS: Final = ("finish_exercise", "submit_form", "watch_live", "speak", "speak")
#: A squad takes so many.
SQUAD: Final = 18
#: So many friends were called into one group in a summer's campaign; a group holds 500.
BIG: Final = 490
#: The tool runs from here on.
OPENED: Final = dt.date(2017, 10, 1)


@dataclasses.dataclass(frozen=True, slots=True)
class Group:
    """One chat group and its members: when each joined, and when they left, None while it lasts."""

    chat_id: str
    kind: str
    owner: Staff
    members: list[tuple[dt.datetime, dt.datetime | None, Person]]


def groups_of(friends: list[Friend], chain: Chain, chance: Chance) -> list[Group]:
    """Return every group; one member of a volume group in ten is taken into a quality group on a live date."""
    staff = [one for one in chain.staff if one.left_at is None]
    groups = [
        Group(platform_id(chance, "wr", 28, "group", number), KINDS[number % len(KINDS)], owner, [])
        for number, owner in enumerate(chance.sample(staff, max(3, len(friends) // 70), "group owners"))
    ]
    seen: set[str] = set()
    for friend in friends:
        key = friend.person.person_id
        if key in seen or not chance.happens(0.6, "in group", key):
            continue
        seen.add(key)
        at = friend.added_at + dt.timedelta(hours=chance.between(1, 500, "joins", key))
        left = (
            at + dt.timedelta(days=chance.between(5, 200, "leaves", key))
            if chance.happens(0.2, "leaves group", key)
            else None
        )
        group = groups[chance.between(0, len(groups) - 1, "which group", key)]
        if group.kind == "squad" and len(group.members) >= SQUAD:
            group = chance.pick([other for other in groups if other.kind == "volume"] or groups, "squad is full", key)
        group.members.append((at, left, friend.person))
    quality = [group for group in groups if group.kind == "quality"]
    for group in groups:
        for joined, left, person in group.members if group.kind == "volume" else []:
            taken = at_time(LIVE_FROM, 60_000) + dt.timedelta(days=chance.between(0, 40, "taken", person.person_id))
            if left is None and joined < taken and chance.happens(0.1, "is taken", person.person_id):
                chance.pick(quality, "into", person.person_id).members.append((taken, None, person))
    return [*groups, *_odd_ones(friends, chain, staff, chance)]


def _odd_ones(friends: list[Friend], chain: Chain, staff: list[Staff], chance: Chance) -> list[Group]:
    """Return a big group of a summer's campaign, nearly full, and one in which our own people try things out."""
    operators = [one for one in staff if one.role == "service_operator"] or staff
    big = Group(platform_id(chance, "wr", 28, "big group"), "volume", operators[0], [])
    trial = Group(platform_id(chance, "wr", 28, "trial group"), "quality", operators[-1], [])
    people = {friend.person.person_id: friend for friend in friends}
    ours = [friend for friend in people.values() if friend.person.staff is not None]
    theirs = [friend for friend in people.values() if friend.person.staff is None]
    for friend in chance.sample(theirs, BIG, "in the big group"):
        since = max(friend.added_at, at_time(dt.date(2017, 7, 1), 36_000))
        at = since + dt.timedelta(hours=chance.between(1, 200, "joins the big group", friend.person.person_id))
        big.members.append((at, None, friend.person))
    trial.members.extend((friend.added_at + dt.timedelta(hours=2), None, friend.person) for friend in ours)
    return [big, *([trial] if trial.members else [])]


def deliver(landing: Landing, groups: list[Group]) -> None:
    """Write ``wecom/groups``: details as pulled on the first of every month and on live dates with other members."""
    rows: list[Row] = []
    for number, group in enumerate(groups):
        moves = {at.date() for pair in group.members for at in pair[:2] if at is not None}
        pulls = [dt.date(2017, month, 1) for month in range(1, 12)]
        pulls += [day for day in days(LIVE_FROM, END) if day in moves]
        for day in sorted(set(pulls)):
            at = at_time(day, 84_600)
            listed: list[dict[str, object]] = [
                {"userid": group.owner.staff_id, "type": 1, "join_time": epoch(wall(2016, 8, 1, 10)), "join_scene": 1}
            ]
            for start, end, person in group.members:
                if start <= at and (end is None or end > at):
                    entry: dict[str, object] = {"userid": person.external_userid, "type": 2}
                    if person.union_known(at):
                        entry["unionid"] = person.unionid
                    invited = {"invitor": {"userid": group.owner.staff_id}}
                    listed.append(entry | {"join_time": epoch(start), "join_scene": 3} | invited)
            chat = {
                "chat_id": group.chat_id,
                "name": f"邻里福利群{number + 1}",
                "owner": group.owner.staff_id,
                "create_time": epoch(wall(2016, 8, 1, 10)),
                "member_list": listed,
            }
            rows.append((at, enveloped(CORP, at, {"group_chat": chat, "kind": group.kind})))
    landing.deliver("wecom", "groups", rows)


def acts(groups: list[Group], chance: Chance) -> list[Row]:
    """Return what one member in eight does in a group, as rows of ``standard/events``."""
    rows: list[Row] = []
    for group in groups:
        for joined, left, person in group.members:
            key = (person.person_id, group.chat_id)
            if not chance.happens(0.12, "acts in group", *key):
                continue
            for number in range(chance.between(1, 3, "how many acts", *key)):
                day = OPENED + dt.timedelta(days=chance.between(0, (END - OPENED).days, "act day", number, *key))
                at = at_time(day, chance.between(36_000, 75_000, "act at", number, *key))
                if at < joined or (left is not None and at >= left) or not person.present(at):
                    continue
                act = chance.pick(ACTS, "act", number, *key)
                seconds = str(chance.between(60, 2400, "watched", number, *key)) if act == "watch_live" else ""
                name = f"ga{number}{person.person_id}{group.chat_id[-6:]}"
                mine = {"source": "wecom", "event_id": name, "customer_id": person.external_userid, "event_type": act}
                rows.append(event(at, **mine, group_id=group.chat_id, duration_seconds=seconds))
    return rows

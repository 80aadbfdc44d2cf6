"""SYNTHETIC: how often who speaks in chat groups, whom they answer, and what staff do there by the round's plays.

A tool of the brand's own tells it, without a word of what was said. Staff follow the list: in a group that is held back
in a round they leave the round's play out, but one in twelve forgets.
"""

import datetime as dt
import hashlib
from typing import Final

from demo.calendar import END, OPENS, at_time
from demo.chance import Chance
from demo.groups import OPENED, Group
from demo.landing import Row
from demo.people import Person
from demo.service_desk import event
from demo.stores import Chain

#: The plays of the seed ``group_plays`` by kind, the days of a round and the share held back, as the published list has
#: them: the demo's staff read that list.
PLAYS: Final = {
    "volume": "group_live",
    "quality": "group_homework",
    "squad": "group_leader",
    "vip": "group_preview",
}
ROUND_DAYS: Final = 28
HELD_BACK: Final = 30
_EPOCH: Final = dt.date(1970, 1, 1)


def is_held_back(play: str, number: int, chat_id: str) -> bool:
    """Return the lot that the published list shows for a group in a round."""
    lot = int(hashlib.md5(f"{play}|{number}|{chat_id}".encode(), usedforsecurity=False).hexdigest()[:4], 16)
    return lot * 100 // 65536 < HELD_BACK


def talks(groups: list[Group], chain: Chain, chance: Chance) -> list[Row]:
    """Return talk in groups as rows of ``standard/events``: staff's by the round's plays, members' with members."""
    rows: list[Row] = []
    voices = [one for one in chain.staff if one.left_at is None]
    for group in groups:
        speaker = group.owner if group.owner in voices else chance.pick(voices, "speaks for", group.chat_id)
        rows += _plays(group, speaker.staff_id, chance)
        rows += _members(group, chance)
    return rows


def _plays(group: Group, staff_id: str, chance: Chance) -> list[Row]:
    rows: list[Row] = []
    play = PLAYS[group.kind]
    for number in range((OPENED - _EPOCH).days // ROUND_DAYS, (END - _EPOCH).days // ROUND_DAYS + 1):
        forgot = chance.happens(1 / 12, "forgot the list", group.chat_id, number)
        if is_held_back(play, number, group.chat_id) and not forgot:
            continue
        first = _EPOCH + dt.timedelta(days=ROUND_DAYS * number)
        for time in range(2):
            day = first + dt.timedelta(
                days=2 + 9 * time + chance.between(0, 5, "play day", group.chat_id, number, time)
            )
            if OPENS <= day <= END:
                at = at_time(day, chance.between(36_000, 72_000, "play at", group.chat_id, number, time))
                name = f"gp{number}{time}{group.chat_id[-8:]}"
                told = {"source": "wecom", "event_id": name, "event_type": "speak", "staff_id": staff_id}
                rows.append(event(at, **told, group_id=group.chat_id, campaign_id=play))
    return rows


def _members(group: Group, chance: Chance) -> list[Row]:
    """Return what members say: a few begin, and others answer them within the hour."""
    rows: list[Row] = []
    for number, (joined, left, person) in enumerate(group.members):
        key = (group.chat_id, person.person_id)
        if not chance.happens(0.15, "begins to talk", *key):
            continue
        for time in range(chance.between(1, 4, "talks how often", *key)):
            day = OPENED + dt.timedelta(days=chance.between(0, (END - OPENED).days, "talks on", time, *key))
            at = at_time(day, chance.between(36_000, 75_000, "talks at", time, *key))
            if at < joined or (left is not None and at >= left) or not person.present(at):
                continue
            name = f"gt{time}{person.person_id}{group.chat_id[-6:]}"
            rows.append(_said(group, person, at, name, ""))
            others = group.members[number + 1 : number + 4]
            for since, until, other in others[: chance.between(0, 3, "answered by", time, *key)]:
                replied = at + dt.timedelta(minutes=chance.between(1, 50, "answers at", time, other.person_id, *key))
                if other is not person and since <= replied and (until is None or replied < until):
                    rows.append(_said(group, other, replied, f"{name}-{other.person_id}", name))
    return rows


def _said(group: Group, person: Person, at: dt.datetime, name: str, answers: str) -> Row:
    told = {"source": "wecom", "event_id": name, "customer_id": person.external_userid, "event_type": "speak"}
    return event(at, **told, group_id=group.chat_id, parent_event_id=answers)

"""SYNTHETIC: how often who speaks in the brand's groups and whom they answer, and who brings whom.

As in the other demo, staff follow the published list of plays, and one in twelve forgets that a group is held back.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Final

from demo.b2b.declared import LAST
from demo.b2b.groups import Group, Stay, is_tester, words_of
from demo.b2b.world import Lead
from demo.calendar import at_time, text
from demo.chance import Chance
from demo.talk import PLAYS, ROUND_DAYS, is_held_back

COLUMNS: Final = (
    "source", "event_id", "customer_id", "event_type", "occurred_at", "channel", "group_id", "object_type", "object_id",
    "duration_seconds", "staff_id", "campaign_id", "share_id", "parent_event_id", "referred_customer_id",
)  # fmt: skip
Row = tuple[object, ...]
#: One in so many customers recommends the brand and shares its articles.
_RECOMMENDS: Final = 0.2
_RECOMMENDED: Final = 0.1
_EPOCH: Final = dt.date(1970, 1, 1)


def event(at: dt.datetime, **told: object) -> Row:
    """Return one row of ``standard/events``: the columns that are told, the others empty."""
    return tuple(text(at) if column == "occurred_at" else told.get(column, "") for column in COLUMNS)


def words_of_members(stays: Sequence[Stay], chance: Chance) -> Iterator[Row]:
    """Yield what members say in one of their groups, and who of those in it answers them within the hour."""
    mine: dict[int, list[Stay]] = {}
    for stay in stays:
        mine.setdefault(stay.lead.number, []).append(stay)
    for number, places in mine.items():
        for time, at in enumerate(words_of(places[0].lead, chance)):
            if not (held := [stay for stay in places if stay.holds(at) and stay.group != "t1"]):
                continue
            stay = chance.pick(held, "talks where", number, time)
            name = f"t{stay.lead.name}-{time}"
            yield _said(stay, at, name, "")
            there = [other for other in stays if other.group == stay.group and other.lead is not stay.lead]
            there = [other for other in there if other.holds(at) and other.holds(at + dt.timedelta(hours=1))]
            answers = chance.between(0, 2, "answered by", number, time)
            for other in chance.sample(there, min(len(there), answers), "answers", number, time):
                replied = at + dt.timedelta(minutes=chance.between(1, 50, "answers at", number, time, other.lead.name))
                yield _said(other, replied, f"{name}-{other.lead.name}", name)


def _said(stay: Stay, at: dt.datetime, name: str, answers: str) -> Row:
    told = {"source": "wecom", "event_id": name, "customer_id": f"wm{stay.lead.name}", "event_type": "speak"}
    return event(at, **told, channel="wecom", group_id=stay.group, parent_event_id=answers)


def words_of_staff(groups: Sequence[Group], chance: Chance) -> Iterator[Row]:
    """Yield the round's play, twice in a round, of the staff of each group that the list does not hold back."""
    for group in groups:
        play = PLAYS[group.kind]
        for number in range((group.since - _EPOCH).days // ROUND_DAYS, (LAST - _EPOCH).days // ROUND_DAYS + 1):
            forgot = chance.happens(1 / 12, "forgot the list", group.name, number)
            if is_held_back(play, number, group.name) and not forgot:
                continue
            for time in range(2):
                days = ROUND_DAYS * number + 2 + 9 * time + chance.between(0, 5, "play day", group.name, number, time)
                day = _EPOCH + dt.timedelta(days=days)
                if group.since <= day <= LAST:
                    at = at_time(day, chance.between(36_000, 72_000, "play at", group.name, number, time))
                    told = {"source": "wecom", "event_id": f"gp{number}{time}{group.name}", "event_type": "speak"}
                    said = {"staff_id": group.speaker, "group_id": group.name, "campaign_id": play}
                    yield event(at, **told, channel="wecom", **said)


def recommendations(leads: Sequence[Lead], chance: Chance) -> Iterator[Row]:
    """Yield which customer brought which lead, and whose articles others opened."""
    fans = [lead for lead in leads if lead.contracts and chance.happens(_RECOMMENDS, "recommends", lead.number)]
    for lead in leads:
        known = [fan for fan in fans if fan.contracts[0].signed_at < lead.opened_at and fan is not lead]
        if known and not is_tester(lead) and chance.happens(_RECOMMENDED, "recommended", lead.number):
            fan = chance.pick(known, "by whom", lead.number)
            told = {"source": "crm", "event_id": f"r{lead.name}", "customer_id": fan.name, "event_type": "refer"}
            yield event(lead.opened_at - dt.timedelta(hours=1), **told, referred_customer_id=lead.name)
    for fan in fans:
        for number in range(chance.between(1, 6, "shares", fan.number)):
            signed = fan.contracts[0].signed_at.date()
            day = signed + dt.timedelta(days=chance.between(0, (LAST - signed).days, "day", number, fan.name))
            at = at_time(day, chance.between(36_000, 75_000, "shares at", number, fan.name))
            yield from _shared(fan, number, at, leads, chance)


def _shared(fan: Lead, number: int, at: dt.datetime, leads: Sequence[Lead], chance: Chance) -> Iterator[Row]:
    share = f"s{fan.name}-{number}"
    told = {"source": "official_account", "channel": "official_account", "object_type": "article", "share_id": share}
    if at.date() > LAST:
        return
    yield event(at, **told, event_type="share", event_id=share, customer_id=f"oa{fan.name}", object_id="article")
    readers = [lead for lead in leads if lead.opened_at < at and lead is not fan]
    for reader in chance.sample(readers, min(len(readers), chance.between(0, 4, "clicks", share)), "readers", share):
        name, who = f"{share}-{reader.name}", f"oa{reader.name}"
        yield event(at + dt.timedelta(hours=1), **told, event_type="visit", event_id=name, customer_id=who)

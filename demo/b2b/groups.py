"""SYNTHETIC: who is in which chat group since when, moved by the owners week after week as their lists say.

Volume groups take whoever comes, quality groups who did something of late, the vip groups who signed; who does nothing
goes back. Every draw has a name of its own, so that no lead does anything else for it.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Final

from demo.b2b.declared import (
    GROUP_ACTS,
    LAST,
    LIST_DAY,
    PERIODS,
    PROMOTED,
    QUIET_DAYS,
    RUNS,
    SALES,
    SQUAD_SIZE,
    SQUADS,
    SQUADS_SINCE,
    TO_VIP,
    WASHED,
)
from demo.b2b.world import Lead
from demo.calendar import at_time
from demo.chance import Chance

#: When on a Wednesday somebody is moved.
_AT: Final = 54_000
_OPERATORS: Final = [staff for staff, role in RUNS if role == "service_operator"]
_VOICE: Final = next(staff for staff, role in RUNS if role == "ip_voice")


@dataclasses.dataclass(frozen=True)
class Group:
    """A chat group: its id, its kind, whose it is, who speaks in it for the brand, since when."""

    name: str
    kind: str
    owner: str
    speaker: str
    since: dt.date


@dataclasses.dataclass
class Stay:
    """Somebody's place in a group."""

    group: str
    lead: Lead
    joined_at: dt.datetime
    left_at: dt.datetime | None = None

    def holds(self, at: dt.datetime) -> bool:
        """Tell whether they are in the group then."""
        return self.joined_at <= at and (self.left_at is None or at < self.left_at)


def is_tester(lead: Lead) -> bool:
    """Tell whether a lead is an account that the brand tries things with."""
    return lead.number % 200 == 0


def words_of(lead: Lead, chance: Chance) -> list[dt.datetime]:
    """Return when somebody begins to talk in whichever group they are in: ever less often, customers now and then."""
    found, day = [], lead.opened_at.date()
    for number in range(chance.between(0, 9, "talks", lead.number)):
        day += dt.timedelta(days=chance.between(1, 6 + 6 * number, "talk", lead.number, number))
        if day <= LAST:
            found.append(at_time(day, chance.between(36_000, 75_000, "talk at", lead.number, number)))
    if lead.contracts:
        day, number = lead.contracts[0].signed_at.date(), 0
        while (day := day + dt.timedelta(days=chance.between(5, 40, "customer talks", lead.number, number))) <= LAST:
            found.append(at_time(day, chance.between(36_000, 75_000, "customer talks at", lead.number, number)))
            number += 1
    return found


def groups_of() -> list[Group]:
    """Return every group; the last is of test accounts alone, and no figure may count it."""
    found = []
    for number, since in enumerate(PERIODS, 1):
        operator = _OPERATORS[number % len(_OPERATORS)]
        found.append(Group(f"v{number}", "volume", operator, operator, since))
        found.append(Group(f"q{number}", "quality", SALES[number], _VOICE, since))
    found += [Group(f"vip{number}", "vip", SALES[number + 4], _VOICE, PERIODS[2 * number - 2]) for number in (1, 2)]
    found += [
        Group(f"s{number}", "squad", SALES[number], SALES[number], SQUADS_SINCE) for number in range(1, SQUADS + 1)
    ]
    return [*found, Group("t1", "volume", _OPERATORS[0], _OPERATORS[0], PERIODS[0])]


def stays_of(leads: Sequence[Lead], chance: Chance) -> list[Stay]:
    """Return everybody's places in groups, by lead and day."""
    stays: list[Stay] = []
    for lead in leads:
        joined = lead.opened_at + dt.timedelta(days=1)
        if joined.date() > LAST or not (is_tester(lead) or chance.happens(0.6, "g", lead.number)):
            continue
        mine = [Stay("t1", lead, joined)] if is_tester(lead) else list(_moved(lead, joined, chance))
        gone = joined + dt.timedelta(days=chance.between(20, 300, "left", lead.number))
        if chance.happens(0.3, "leaves", lead.number) and gone.date() <= LAST:
            mine = [stay for stay in mine if stay.joined_at < gone]
            for stay in mine:
                stay.left_at = min(gone, stay.left_at or gone)
        stays += mine
    return stays + _squads(stays, chance)


def _moved(lead: Lead, joined: dt.datetime, chance: Chance) -> Iterator[Stay]:
    """Yield the places of somebody who is moved on Wednesdays; they leave the group before on the next day."""
    now = Stay(f"v{_period(joined.date())}", lead, joined)
    yield now
    day = joined.date() + dt.timedelta(days=(LIST_DAY - joined.weekday()) % 7 or 7)
    while day <= LAST:
        target, share = _due(now, day, chance)
        if target and chance.happens(share, "moved", lead.number, day):
            at = at_time(day, _AT)
            now.left_at = at + dt.timedelta(days=1)
            now = Stay(target, lead, at)
            yield now
        day += dt.timedelta(days=7)
        if now.left_at is not None:
            return


def _due(stay: Stay, day: dt.date, chance: Chance) -> tuple[str, float]:
    """Return where the list of the day would have them, and how often its owner does it; nowhere is empty."""
    kind, since = stay.group.rstrip("0123456789"), stay.joined_at.date()
    acts = [at.date() for at, act in stay.lead.acts if act in GROUP_ACTS and since <= at.date() <= day]
    said = [at.date() for at in words_of(stay.lead, chance) if since <= at.date() <= day]
    orders = [one.signed_at.date() for one in stay.lead.contracts if since <= one.signed_at.date() <= day]
    if kind == "v":
        lately = any((day - one).days < QUIET_DAYS for one in acts)
        return (f"q{_period(day)}", PROMOTED) if lately else ("", 0.0)
    if kind == "q" and any((day - one).days < QUIET_DAYS for one in orders):
        return f"vip{1 if day.year == PERIODS[0].year else 2}", TO_VIP
    if kind == "q" and (day - max([since, *acts, *orders, *said])).days >= QUIET_DAYS:
        return f"v{_period(day)}", WASHED
    return "", 0.0


def _period(day: dt.date) -> int:
    return sum(since <= day for since in PERIODS)


def _squads(stays: Sequence[Stay], chance: Chance) -> list[Stay]:
    """Return the places in squads: of who was in a quality group then, and stays as long as anywhere."""
    at = at_time(SQUADS_SINCE, _AT)
    fit = [stay for stay in stays if stay.group.startswith("q") and stay.holds(at)]
    picked = chance.sample(fit, min(len(fit), SQUADS * SQUAD_SIZE), "squads")
    last = {stay.lead.number: stay.left_at for stay in stays}
    return [Stay(f"s{place % SQUADS + 1}", stay.lead, at, last[stay.lead.number]) for place, stay in enumerate(picked)]

"""The SYNTHETIC brand day by day: companies, their contacts, what these do, and what becomes of them as leads."""

import dataclasses
import datetime as dt
import math
import random
from collections.abc import Iterator

from demo.b2b.declared import (
    ACTS,
    AFTER_TRIAL,
    COMPANIES,
    CONTACTS,
    COOLING_DAYS,
    FIRST,
    GIVEN_UP_AFTER,
    GIVEN_UP_DAILY,
    LAST,
    LIFTS,
    OFFERED,
    OFFERS,
    PRICES,
    PUBLIC_MAIL,
    QUALIFIES_DAILY,
    RENEWED,
    SALES,
    STARTS,
    TERM_DAYS,
    TITLES,
    WON,
)
from demo.calendar import at_time
from demo.chance import Chance


@dataclasses.dataclass
class Contract:
    """A licence sold to a company: who signed, what for, from when, and when it was renewed, if it was."""

    number: str
    signed_at: dt.datetime
    price_yuan: int
    renewed_at: dt.datetime | None = None

    @property
    def ends_at(self) -> dt.datetime:
        """When it ends."""
        return self.signed_at + dt.timedelta(days=TERM_DAYS)


@dataclasses.dataclass
class Lead:
    """A contact of a company as the CRM has them, with everything that they do."""

    number: int
    company: int
    opened_at: dt.datetime
    title: str
    email: str
    owner: str
    stages: list[tuple[dt.datetime, str]]
    acts: list[tuple[dt.datetime, str]] = dataclasses.field(default_factory=list)
    told: list[tuple[dt.datetime, str, bool]] = dataclasses.field(default_factory=list)
    contracts: list[Contract] = dataclasses.field(default_factory=list)

    @property
    def name(self) -> str:
        """The id in the CRM."""
        return f"L{self.number:05d}"


def leads_of(chance: Chance, companies: int = COMPANIES) -> list[Lead]:
    """Return every lead with what it did and what became of it, by number."""
    found: list[Lead] = []
    for company in range(1, companies + 1):
        keen = chance.stream("company", company).lognormvariate(0.0, 0.5)
        for contact in range(chance.pick(CONTACTS, "contacts", company)):
            lead = _opened(len(found) + 1, company, contact, chance)
            _live(lead, keen, chance.stream("lead", lead.number))
            found.append(lead)
    return found


def _opened(number: int, company: int, contact: int, chance: Chance) -> Lead:
    """Return a lead as the CRM first has it: a company's later contacts come in the weeks after its first."""
    first = chance.between(0, (LAST - FIRST).days - 7, "first contact", company)
    day = min(LAST, FIRST + dt.timedelta(days=first + contact * chance.between(3, 40, "later", number)))
    is_public = chance.happens(0.25, "public mailbox", number)
    domain = PUBLIC_MAIL if is_public else f"c{company:04d}.example.com"
    opened = at_time(day, chance.between(32_400, 64_800, "opened", number))
    return Lead(
        number,
        company,
        opened,
        chance.pick(TITLES, "title", number),
        f"synthetic{number:05d}@{domain}",
        chance.pick(SALES, "owner", company),
        [(opened, chance.pick(STARTS, "start", number))],
    )


def _live(lead: Lead, keen: float, draw: random.Random) -> None:
    """Let a lead's days go by until it is qualified or given up, or the calendar ends."""
    done: set[str] = set()
    for day, at in _days(lead, draw):
        cools = math.exp(-day / COOLING_DAYS)
        chance = QUALIFIES_DAILY * keen * (0.3 + 0.7 * cools)
        for act in done:
            chance *= LIFTS[act]
        if draw.random() < chance:
            _qualified(lead, at, draw)
            return
        if day > GIVEN_UP_AFTER and draw.random() < GIVEN_UP_DAILY:
            lead.stages.append((at, OFFERS["unfit" if draw.random() < 0.4 else "lost"]))
            return
        for act, rate in ACTS.items():
            if act in AFTER_TRIAL and "trial" not in done:
                continue
            if draw.random() < rate * math.sqrt(keen) * cools:
                done.add(act)
                lead.acts.append((at + dt.timedelta(minutes=len(lead.acts) % 50), act))
        if draw.random() < 0.05:
            lead.told.append((at, "wecom" if draw.random() < 0.7 else "call", draw.random() < 0.3))


def _days(lead: Lead, draw: random.Random) -> Iterator[tuple[int, dt.datetime]]:
    day = 1
    while (at := at_time(lead.opened_at.date() + dt.timedelta(days=day), draw.randint(32_400, 64_800))).date() <= LAST:
        yield day, at
        day += 1


def _qualified(lead: Lead, at: dt.datetime, draw: random.Random) -> None:
    """Let a qualified lead be offered a price and sign, or not, as far as the calendar goes."""
    lead.stages.append((at, OFFERS["qualified"]))
    offered = at + dt.timedelta(days=draw.randint(3, 20))
    signed = offered + dt.timedelta(days=draw.randint(7, 40))
    if draw.random() >= OFFERED:
        _told(lead, offered, OFFERS["lost"])
        return
    _told(lead, offered, OFFERS["opportunity"])
    if draw.random() >= WON:
        _told(lead, signed, OFFERS["lost"])
        return
    if _told(lead, signed, OFFERS["won"]):
        _contracts(lead, signed, draw)


def _told(lead: Lead, at: dt.datetime, stage: str) -> bool:
    if at.date() > LAST:
        return False
    lead.stages.append((at, stage))
    return True


def _contracts(lead: Lead, signed: dt.datetime, draw: random.Random) -> None:
    price, number = draw.choice(PRICES), 1
    contract = Contract(f"{lead.name}-{number}", signed, price)
    lead.contracts.append(contract)
    while (renewed := contract.ends_at - dt.timedelta(days=draw.randint(5, 60))).date() <= LAST:
        if draw.random() >= RENEWED:
            return
        contract.renewed_at, number = renewed, number + 1
        contract = Contract(f"{lead.name}-{number}", contract.ends_at, price)
        lead.contracts.append(contract)

"""Call detail records: customers calling the service line, agents calling back."""

import datetime as dt

from demo.calendar import LAST, at_time, epoch_ms
from demo.chance import Chance
from demo.landing import Landing, Row
from demo.people import Person
from demo.retail import enveloped
from demo.stores import Chain

INSTANCE, SERVICE_LINE = "ccc_demo", "02160000000"


def deliver(landing: Landing, people: list[Person], chain: Chain, chance: Chance) -> None:
    """Write ``call_centre/cdr``."""
    agents = [staff.staff_id for staff in chain.staff if staff.role == "call_agent"]
    rows: list[Row] = []
    for person in people:
        if not person.calls or person.kind == "tester":
            continue
        for number in range(chance.between(1, 4, "calls", person.person_id)):
            key = (person.person_id, number)
            day = dt.date(2017, 1, 3) + dt.timedelta(days=chance.between(0, 331, "call day", *key))
            at = at_time(day, chance.between(36_000, 64_000, "call at", *key))
            if day <= LAST and at > person.registered_at:
                rows.append(_call(person, at, key, agents, chance))
    landing.deliver("call_centre", "cdr", rows)


def _call(person: Person, at: dt.datetime, key: tuple[str, int], agents: list[str], chance: Chance) -> Row:
    inbound = chance.happens(0.6, "inbound", *key)
    answered = inbound or chance.happens(0.55, "answered", *key)
    talk = chance.between(20, 400, "talk", *key) if answered else 0
    phone = person.new_phone if person.phone_changed_at is not None and at >= person.phone_changed_at else person.phone
    # Long-distance mobiles carry a leading zero in the exchange's records.
    dialled = f"0{phone}" if chance.happens(0.3, "zero", *key) else phone
    payload: dict[str, object] = {
        "ContactId": f"job-{chance.number('contact', *key) % 10**16:016d}",
        "ContactType": "INBOUND" if inbound else "OUTBOUND",
        "CallingNumber": phone if inbound else SERVICE_LINE,
        "CalledNumber": SERVICE_LINE if inbound else dialled,
        "StartTime": epoch_ms(at),
    }
    if answered:
        payload["EstablishedTime"] = epoch_ms(at) + 9_000
    payload |= {
        "ReleaseTime": epoch_ms(at) + 12_000 + talk * 1000,
        "CallDuration": str(talk + 12),
        "TalkTime": talk,
        "AgentIds": f"{chance.pick(agents, 'agent', *key)}@{INSTANCE}",
        "ContactDisposition": "Success" if answered else "NoAnswer",
        "ReleaseReason": "200:OK" if answered else "480:NO_ANSWER",
    }
    return at, enveloped(INSTANCE, at, payload)

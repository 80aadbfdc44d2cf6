"""Who allowed what, and who said no: consents, their withdrawals, complaints, opt-outs, staff and test accounts."""

import datetime as dt

from demo.app import anonymous_id, logged_in_at
from demo.calendar import text, wall
from demo.chance import Chance
from demo.landing import Landing, Row, as_csv
from demo.outreach import Mail
from demo.people import Person
from demo.standard import BEFORE, source_of

CONSENT_RATES = (
    ("", "service", 0.97),
    ("", "profiling", 0.86),
    ("wecom", "marketing", 0.82),
    ("sms", "marketing", 0.7),
    ("official_account", "marketing", 0.75),
    ("mini_program", "marketing", 0.72),
    ("call", "marketing", 0.38),
    ("app_push", "marketing", 0.5),
    ("email", "marketing", 0.4),
)
#: Share of anonymous visitors who let the app send them notices (SYNTHETIC): of service, and of nothing that is sold.
NOTIFIED = 0.7

Changes = list[tuple[dt.datetime, bool]]


def changes_of(person: Person, channel: str, purpose: str, rate: float, chance: Chance) -> Changes:
    """Return when a person allowed a purpose on a channel, and when they took it back; nothing where they never did."""
    known, key = source_of(person), (person.person_id, channel, purpose)
    if known is None or not chance.happens(rate, "consents", *key):
        return []
    met = person.registered_at if known[0] in ("crm", "pos") else person.wecom_at or person.oa_at
    joined = met or person.registered_at
    changes = [(joined, True)]
    if chance.happens(0.02, "withdraws", *key):
        after = dt.timedelta(days=chance.between(5, 300, "withdrawn", *key))
        changes.append((max(joined, wall(2017, 1, 1)) + after, False))
    return changes


def complaint_of(person: Person, chance: Chance) -> tuple[dt.datetime, dt.datetime | None] | None:
    """Return when a person complained and when they took it back; None for most."""
    if person.kind == "tester" or not chance.happens(0.008, "complains", person.person_id):
        return None
    after = dt.timedelta(days=chance.between(1, 320, "complained", person.person_id))
    at = max(person.registered_at, wall(2017, 1, 1)) + after
    return at, at + dt.timedelta(days=60) if chance.happens(0.1, "revoked", person.person_id) else None


def allows(person: Person, channel: str, at: dt.datetime, mail: Mail, chance: Chance) -> bool:
    """Return whether a person may be advertised to by a channel at a time, as far as anybody had heard by then."""
    if person.staff is not None or person.kind == "tester" or not person.present(at):
        return False
    complaint = complaint_of(person, chance)
    if complaint is not None and complaint[0] <= at and (complaint[1] is None or at < complaint[1]):
        return False
    if channel == "sms" and person.person_id in mail.opted_out and mail.opted_out[person.person_id] <= at:
        return False
    rate = next(rate for name, purpose, rate in CONSENT_RATES if (name, purpose) == (channel, "marketing"))
    known = [granted for since, granted in changes_of(person, channel, "marketing", rate, chance) if since <= at]
    return bool(known and known[-1])


def consents(landing: Landing, people: list[Person], mail: Mail, chance: Chance) -> None:
    """Write consents (one in fifty withdrawn) and suppressions (complaints, opt-outs, staff, tests)."""
    rows: list[Row] = []
    blocked: list[Row] = []
    for person in people:
        known = source_of(person)
        rows += _notified(person, chance)
        if known is None:
            continue
        for channel, purpose, rate in CONSENT_RATES:
            for at, granted in changes_of(person, channel, purpose, rate, chance):
                rows.append((at, as_csv((*known, channel, purpose, str(granted).lower(), text(at)))))
        blocked += _suppressed(person, known, mail, chance)
    landing.deliver(
        "standard",
        "consents",
        rows,
        suffix="csv",
        header="source,customer_id,message_channel,purpose,granted,changed_at",
    )
    header = "id_type,id_scope,id_value,message_channel,reason,changed_at,revoked_at"
    landing.deliver("standard", "suppressions", blocked, suffix="csv", header=header)


def _notified(person: Person, chance: Chance) -> list[Row]:
    """Return the permission that the phone of who never logs in gave the app: what they ask there is answered there.

    To the app they are a device, also where the till or the shop knows them under another name.
    """
    if logged_in_at(person) is not None or not person.app_device or person.app_at is None:
        return []
    if not chance.happens(NOTIFIED, "notified", person.person_id):
        return []
    device = anonymous_id(person.app_device)
    return [(person.app_at, as_csv(("app", device, "app_push", "service", "true", text(person.app_at))))]


def _suppressed(person: Person, known: tuple[str, str], mail: Mail, chance: Chance) -> list[Row]:
    rows: list[Row] = []
    if person.staff is not None:
        rows.append((BEFORE, as_csv(("mobile", "", person.phone, "", "staff", text(BEFORE), ""))))
    if person.kind == "tester":
        rows.append((BEFORE, as_csv(("customer_id", *known, "", "test", text(BEFORE), ""))))
    if (complaint := complaint_of(person, chance)) is not None:
        at, revoked = complaint
        rows.append((at, as_csv(("customer_id", *known, "", "complaint", text(at), text(revoked)))))
    opted = mail.opted_out.get(person.person_id)
    if opted is not None and chance.happens(0.5, "also listed", person.person_id):
        at = opted + dt.timedelta(hours=20)
        rows.append((at, as_csv(("mobile", "", person.phone, "sms", "opt_out", text(at), ""))))
    return rows

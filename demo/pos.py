"""The tills' members and returned tickets; the tickets themselves are written in ``retail``."""

import datetime as dt

from demo.calendar import text, utc
from demo.chance import Chance
from demo.landing import Row, as_csv
from demo.people import Person
from demo.retail import POS_ACCOUNT

MEMBERS = "customerUid,number,name,phone,email,point,balance,discount,birthday,createdDate,_account,_fetched_at"


def member_rows(people: list[Person], chance: Chance) -> list[Row]:
    """Return one row per card a till knows: its number is the CRM's, its phone is what the cashier typed."""
    rows: list[Row] = []
    for person in people:
        cards = [(person.pos_uid, person.member_no, person.pos_phone, person.registered_at)] if person.pos_uid else []
        if person.second_uid:
            earlier = person.registered_at - dt.timedelta(days=420)
            cards.append((person.second_uid, person.second_member_no, person.second_phone, earlier))
        for uid, number, phone, created in cards:
            carries_number = chance.happens(0.85, "card number", uid)
            values = (
                uid,
                number if carries_number else "",
                person.name,
                phone,
                "",
                0,
                "0.00",
                100,
                person.crm_birthday,
                text(created),
                POS_ACCOUNT,
                utc(created + dt.timedelta(hours=3)),
            )
            rows.append((created + dt.timedelta(hours=3), as_csv(values)))
        if person.kind == "tester":
            created = person.registered_at
            uid = f"799{person.person_id[1:]}"
            values = (
                uid,
                person.member_no,
                person.name,
                person.phone,
                "",
                0,
                "0.00",
                100,
                "",
                text(created),
                POS_ACCOUNT,
                utc(created + dt.timedelta(hours=3)),
            )
            rows.append((created + dt.timedelta(hours=3), as_csv(values)))
            person.pos_uid = uid
    return rows

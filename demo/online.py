"""The online shops' own member lists: mini-program users and Tmall members."""

import datetime as dt

from demo.calendar import epoch, text, wall
from demo.chance import Chance
from demo.landing import Landing, Row
from demo.people import Person
from demo.retail import MINI_APP, TMALL_SHOP, enveloped


def mini_registered_at(person: Person) -> dt.datetime:
    """Return when somebody first opened the mini-program: before anything they could have ordered there."""
    return max(person.registered_at, wall(2016, 12, 5)) - dt.timedelta(minutes=1)


def _users(person: Person, chance: Chance) -> list[Row]:
    joined = mini_registered_at(person)
    moments = [joined]
    if person.unionid_known_at is not None and person.unionid_known_at > joined:
        moments.append(person.unionid_known_at)
    changed = person.phone_changed_at
    if changed is not None and changed > joined:
        moments.append(changed)
    confirms = chance.happens(0.8, "confirms phone", person.person_id) and "late_unionid" not in person.flags
    rows: list[Row] = []
    for at in sorted(moments):
        payload: dict[str, object] = {"openid": person.mini_openid}
        if person.union_known(at):
            payload["unionid"] = person.unionid
        if confirms:
            phone = person.new_phone if changed is not None and at >= changed else person.phone
            payload["phone"] = {"purePhoneNumber": phone, "countryCode": "86"}
        payload |= {"register_time": epoch(joined), "update_time": epoch(at), "scene": person.acquisition}
        rows.append((at, enveloped(MINI_APP, at, payload)))
    return rows


def _member(person: Person, chance: Chance) -> list[Row]:
    at = max(person.registered_at, wall(2016, 12, 20))
    payload: dict[str, object] = {
        "ouid": person.tmall_ouid,
        "buyer_open_uid": person.tmall_id,
        "buyer_nick": person.name[0] + "**",
        "status": "normal",
        "grade": 1,
        "grade_name": "普通会员",
        "trade_count": 0,
        "trade_amount": "0.00",
        "relation_source": 1,
        "province": person.province,
        "city": person.city,
        "created": text(at),
        "modified": text(at),
    }
    if chance.happens(0.5, "tmall phone", person.person_id):
        payload["clear_mobile"] = person.phone
    return [(at, enveloped(TMALL_SHOP, at, payload))]


def deliver(landing: Landing, people: list[Person], chance: Chance) -> None:
    """Write ``mini_program/users`` and ``tmall/members``."""
    users = [row for person in people if person.mini_openid for row in _users(person, chance)]
    landing.deliver("mini_program", "users", users)
    members = [row for person in people if person.tmall_id for row in _member(person, chance)]
    landing.deliver("tmall", "members", members)

"""The official account: users as pulled, pushes of coming, going, scanning and reading."""

import datetime as dt

from demo.calendar import END, at_time, epoch
from demo.chance import Chance
from demo.landing import Landing, Row
from demo.people import Person
from demo.retail import enveloped

OA_APP = "wx5yugongzhonghao01"


def left_at(person: Person, chance: Chance) -> dt.datetime | None:
    """Return when a follower unsubscribed, None while they follow."""
    if person.oa_at is None or not chance.happens(0.14, "oa leaves", person.person_id):
        return None
    return person.oa_at + dt.timedelta(days=chance.between(1, 260, "oa stays", person.person_id), hours=2)


def _event(person: Person, at: dt.datetime, event: str, key: str = "") -> Row:
    payload: dict[str, object] = {
        "FromUserName": person.oa_openid,
        "CreateTime": epoch(at),
        "MsgType": "event",
        "Event": event,
    }
    if key:
        payload["EventKey"] = key
    return at, enveloped(OA_APP, at, payload)


def _user(person: Person, at: dt.datetime, subscribed: bool) -> Row:
    payload: dict[str, object] = {"subscribe": int(subscribed), "openid": person.oa_openid}
    if person.union_known(at):
        payload["unionid"] = person.unionid
    if subscribed and person.oa_at is not None:
        payload |= {
            "language": "zh_CN",
            "subscribe_time": epoch(person.oa_at),
            "remark": "",
            "qr_scene_str": f"store_{person.store_id}",
            "subscribe_scene": "ADD_SCENE_QR_CODE",
        }
    return at, enveloped(OA_APP, at, payload)


def deliver(landing: Landing, people: list[Person], templates: list[Row], chance: Chance) -> None:
    """Write ``official_account/users`` and ``official_account/events`` (``templates``: the messages' own pushes)."""
    users: list[Row] = []
    events: list[Row] = list(templates)
    for person in people:
        if person.oa_at is None:
            continue
        gone = left_at(person, chance)
        users.append(_user(person, person.oa_at + dt.timedelta(hours=1), True))
        bound = person.unionid_known_at
        if bound is not None and bound > person.oa_at and (gone is None or bound < gone):
            users.append(_user(person, bound + dt.timedelta(hours=2), True))
        events.append(_event(person, person.oa_at, "subscribe", f"qrscene_store_{person.store_id}"))
        if gone is not None:
            users.append(_user(person, gone + dt.timedelta(hours=1), False))
            events.append(_event(person, gone, "unsubscribe"))
        events += _reading(person, gone, chance)
    landing.deliver("official_account", "users", users)
    landing.deliver("official_account", "events", events)


def _reading(person: Person, gone: dt.datetime | None, chance: Chance) -> list[Row]:
    assert person.oa_at is not None
    stream, rows = chance.stream("reads", person.person_id), list[Row]()
    day = max(person.oa_at.date(), dt.date(2017, 1, 1))
    while True:
        day += dt.timedelta(days=1 + int(stream.expovariate(0.035 * (0.4 + person.pace))))
        at = at_time(day, stream.randint(30_000, 80_000))
        if day > END or (gone is not None and at >= gone) or not person.present(at):
            return rows
        kind = stream.choice(("CLICK", "CLICK", "VIEW", "VIEW", "VIEW", "SCAN"))
        key = {
            "CLICK": stream.choice(("menu_points", "menu_coupons", "menu_service")),
            "SCAN": f"store_{person.store_id}",
            "VIEW": f"https://mall.example.com/article/{stream.randint(1, 60)}",
        }[kind]
        rows.append(_event(person, at, kind, key))

"""WeCom: staff, friends, the callbacks of their coming and going, one-to-one conversations."""

import dataclasses
import datetime as dt

from demo import codes
from demo.calendar import END, LAST, at_time, epoch, text, utc, wall
from demo.chance import Chance
from demo.landing import Landing, Row, as_csv
from demo.names import Numbers, nickname
from demo.people import Person
from demo.retail import enveloped
from demo.stores import Chain, Staff

CORP = "ww9a1siyudemo000001"
#: How many calls of a day's hours a role has room for (SYNTHETIC): who is at a counter makes a few, who sits at a
#: phone makes forty. A brand whose members call nobody has no calls in its lists.
CALLS_A_DAY = {"guide": 8, "service_operator": 20, "call_agent": 40}
STAFF = (
    "userid,name,mobile,store_id,role,status,left_time,daily_message_capacity,daily_call_capacity,_account,_fetched_at"
)


@dataclasses.dataclass(frozen=True, slots=True)
class Friend:
    """One member of staff befriended by one person; ``left_at`` is None while it lasts."""

    person: Person
    staff: Staff
    added_at: dt.datetime
    left_at: dt.datetime | None
    left_by: str


def friends_of(people: list[Person], chain: Chain, chance: Chance) -> list[Friend]:
    """Return every friendship; one in six people has two, one in eight removes the member of staff again."""
    friends = []
    for person in people:
        if person.wecom_at is None:
            continue
        key, count = person.person_id, 2 if chance.happens(0.16, "second friend", person.person_id) else 1
        seen: set[str] = set()
        for number in range(count):
            added = person.wecom_at + dt.timedelta(days=number * chance.between(5, 90, "gap", key))
            staff = chain.sender(person.store_id, key, number)
            gone = staff.left_at is not None and staff.left_at <= added
            if gone:
                working = [one for one in chain.staff if one.role == "service_operator" and one.left_at is None]
                staff = chance.pick(working or chain.staff, "instead", key, number)
            if added.date() > LAST or staff.staff_id in seen:
                continue
            seen.add(staff.staff_id)
            left = added + dt.timedelta(days=1 + int(240 * chance.share("stays", key, number)), hours=3)
            by_customer, by_staff = (
                chance.happens(0.13, "removes", key, number),
                chance.happens(0.01, "removed", key, number),
            )
            ends = (by_customer or by_staff) and "late_unionid" not in person.flags
            friends.append(
                Friend(
                    person, staff, added, left if ends else None, "customer" if by_customer else "staff" if ends else ""
                )
            )
    return friends


def _contact(friend: Friend, at: dt.datetime, chance: Chance) -> Row:
    person, key = friend.person, friend.person.person_id
    contact: dict[str, object] = {
        "external_userid": person.external_userid,
        "name": nickname(chance, key),
        "type": 1,
        "gender": {"male": 1, "female": 2}[person.gender] if chance.happens(0.6, "wecom gender", key) else 0,
    }
    if person.union_known(at):
        contact["unionid"] = person.unionid
    knows_phone = (
        person.kind != "member" and "late_unionid" not in person.flags and chance.happens(0.35, "remark phone", key)
    )
    phones = [person.family_phone] if person.family_phone else [person.phone] if knows_phone else []
    info = {
        "userid": friend.staff.staff_id,
        "remark": nickname(chance, key),
        "description": "",
        "createtime": epoch(friend.added_at),
        "tag_id": [],
        "remark_mobiles": phones,
        "oper_userid": friend.staff.staff_id,
        "add_way": codes.way_of(person, chance),
    }
    if code := codes.code_of(person, chance):
        info["state"] = code
    return at, enveloped(CORP, at, {"external_contact": contact, "follow_info": info})


def _contacts(friends: list[Friend], chance: Chance) -> list[Row]:
    """Return a friend's detail as pulled the night after it was added, and again when the unionid was bound."""
    rows: list[Row] = []
    for friend in friends:
        pulls = [friend.added_at + dt.timedelta(hours=2)]
        bound = friend.person.unionid_known_at
        if bound is not None and bound > pulls[0]:
            pulls.append(bound + dt.timedelta(hours=2))
        rows += [_contact(friend, at, chance) for at in pulls if friend.left_at is None or at < friend.left_at]
    return rows


def _changes(friends: list[Friend], chance: Chance) -> list[Row]:
    rows: list[Row] = []
    for friend in friends:
        steps = [("add_external_contact", friend.added_at)]
        if friend.left_at is not None:
            steps.append((
                "del_follow_user" if friend.left_by == "customer" else "del_external_contact",
                friend.left_at,
            ))
        for change, at in steps:
            payload: dict[str, object] = {
                "ChangeType": change,
                "UserID": friend.staff.staff_id,
                "ExternalUserID": friend.person.external_userid,
                "CreateTime": epoch(at),
            }
            if change.startswith("add") and (code := codes.code_of(friend.person, chance)):
                payload["State"] = code
            rows.append((at, enveloped(CORP, at, payload)))
    return rows


def _conversations(friends: list[Friend], chance: Chance) -> list[Row]:
    rows: list[Row] = []
    for friend in friends:
        stream, person = chance.stream("talks", friend.person.person_id, friend.staff.staff_id), friend.person
        day = max(friend.added_at.date(), dt.date(2017, 1, 1)) + dt.timedelta(days=1)
        last = min(
            END,
            friend.left_at.date() if friend.left_at else END,
            friend.staff.left_at.date() if friend.staff.left_at else END,
        )
        while True:
            day += dt.timedelta(days=1 + int(stream.expovariate(0.02 * (0.5 + person.pace))))
            if day > last or not person.present(at_time(day, 0)):
                break
            at, both = at_time(day, stream.randint(36_000, 72_000)), stream.random() < 0.55
            payload: dict[str, object] = {
                "userid": friend.staff.staff_id,
                "external_userid": person.external_userid,
                "day": day.isoformat(),
                "staff_messages": stream.randint(1, 6),
                "customer_messages": stream.randint(1, 5) if both else 0,
                "last_staff_message_time": epoch(at),
            }
            if both:
                payload["last_customer_message_time"] = epoch(at) + 120
            rows.append((at + dt.timedelta(seconds=200), enveloped(CORP, at + dt.timedelta(seconds=200), payload)))
    return rows


def deliver(
    landing: Landing, people: list[Person], friends: list[Friend], chain: Chain, chance: Chance, numbers: Numbers
) -> None:
    """Write ``wecom/staff, contacts, contact_changes, messages``; mass messages are in ``outreach``."""
    own = {person.staff.staff_id: person.phone for person in people if person.staff is not None}
    staff: list[Row] = []
    for one in chain.staff:
        phone = own.get(one.staff_id) or numbers.new("staff", one.staff_id)
        capacities = (80, CALLS_A_DAY.get(one.role, 0), CORP)
        states: list[tuple[dt.datetime, int, str]] = [(wall(2016, 12, 1, 9), 1, "")]
        if one.left_at is not None:
            states.append((one.left_at, 5, text(one.left_at)))
        for at, status, left in states:
            staff.append((
                at,
                as_csv((one.staff_id, one.name, phone, one.store_id, one.role, status, left, *capacities, utc(at))),
            ))
    landing.deliver("wecom", "staff", staff, suffix="csv", header=STAFF)
    landing.deliver("wecom", "contacts", _contacts(friends, chance))
    landing.deliver("wecom", "contact_changes", _changes(friends, chance))
    landing.deliver("wecom", "messages", _conversations(friends, chance))

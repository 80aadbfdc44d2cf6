"""The traps of a real brand's identity data, laid at stated rates and written on the people they concern."""

import datetime as dt
from collections.abc import Callable

from demo.calendar import LIVE_FROM, at_time, wall
from demo.chance import Chance
from demo.names import PLACEHOLDER_PHONES, Numbers
from demo.people import Person
from demo.stores import Chain

#: A number that nobody answered for this long may have been given to somebody else (operators keep it 90 + 90 days).
REISSUED_AFTER_DAYS = 190
NAMES = (
    "store_phone",
    "reissued_from",
    "reissued_to",
    "late_unionid",
    "two_member_numbers",
    "merged_member_numbers",
    "staff_buyer",
    "typed_phone",
    "placeholder_phone",
    "family_phone",
    "wrong_phone",
    "member_no_is_mobile",
    "changed_phone",
    "unknown_birthday",
    "shared_device",
    "unbound",
    "tester",
    "no_unionid",
)


def lay(people: list[Person], chain: Chain, chance: Chance, numbers: Numbers) -> None:
    """Lay every trap; a person is caught in at most one of those that change identifiers."""
    free = [person for person in people if person.kind in ("buyer", "registered", "member")]
    buyers = sum(person.kind == "buyer" for person in people)

    def take(flag: str, rate: float, least: int, fits: Callable[[Person], bool]) -> list[Person]:
        pool = [person for person in free if fits(person)]
        chosen = chance.sample(pool, max(least, round(buyers * rate)), flag)
        taken = {person.person_id for person in chosen}
        free[:] = [person for person in free if person.person_id not in taken]
        for person in chosen:
            person.flags.append(flag)
        return chosen

    _reissued(take, chance)
    store_phones = [numbers.new("store phone", number) for number in range(3)]
    for number, person in enumerate(take("store_phone", 0.03, 12, lambda one: bool(one.pos_uid))):
        person.pos_phone = store_phones[min(number % 5, 2)]
    for number, person in enumerate(take("late_unionid", 0.02, 4, _could_bind_late)):
        _bound_late(person, number, chance)
    for person in take("no_unionid", 0.03, 2, lambda one: bool(one.external_userid)):
        person.unionid_known_at = None
    for number, person in enumerate(take("two_member_numbers", 0.012, 4, _could_have_two_cards)):
        _second_card(person, number, chance, numbers)
    for number, person in enumerate(take("typed_phone", 0.03, 8, lambda one: bool(one.member_no))):
        person.crm_typed = typed(person.phone, number)
    for person in take("placeholder_phone", 0.008, 3, lambda one: bool(one.pos_uid)):
        person.pos_phone = chance.pick(PLACEHOLDER_PHONES, "placeholder", person.person_id)
    heads = {person.household_id: person for person in people if person.kind == "buyer"}
    for person in take("family_phone", 0.02, 3, lambda one: one.kind == "member" and bool(one.external_userid)):
        # Staff note the number the family shops under: two people, one number, and no way to tell.
        person.family_phone = heads[person.household_id].phone
    for person in take("wrong_phone", 0.003, 2, lambda one: bool(one.pos_uid)):
        person.pos_phone = chance.pick(list(heads.values()), "wrong phone", person.person_id).phone
    for person in take("member_no_is_mobile", 0.01, 3, lambda one: bool(one.member_no)):
        person.member_no = person.phone
        person.app_login = person.phone if person.app_login else ""
    for person in take("changed_phone", 0.01, 3, lambda one: bool(one.member_no and one.pos_uid)):
        person.new_phone = numbers.new("changed", person.person_id)
        person.phone_changed_at = at_time(
            dt.date(2017, 2, 1) + dt.timedelta(chance.between(0, 290, "c", person.person_id)), 50_000
        )
    for person in take("shared_device", 0.012, 6, lambda one: bool(one.app_login)):
        person.app_device = (
            "storeipad" + "0" * 22 + str(chance.between(1, 2 if buyers > 500 else 1, "ipad", person.person_id))
        )
    strangers = [person for person in people if person.kind in ("visitor", "member") and person.app_device]
    for number, person in enumerate(take("unbound", 0.003, 2, _could_be_unbound)):
        # The tracker bound a login to somebody else's phone and later takes that back: a split.
        person.bound_device = strangers[number % len(strangers)].app_device
    working = [one for one in chain.staff if one.left_at is None]
    for number, person in enumerate(
        take("staff_buyer", 0.003, 2, lambda one: one.kind == "buyer" and bool(one.member_no))
    ):
        person.staff = working[number * 7 % len(working)]
    for person in chance.sample([one for one in people if one.member_no], max(5, buyers // 60), "unknown_birthday"):
        person.crm_birthday = "1900-01-01"
        person.flags.append("unknown_birthday")
    for person in people:
        if person.kind == "tester":
            person.flags.append("tester")
            person.phone = person.crm_phone = PLACEHOLDER_PHONES[0]


def _reissued(take: Callable[..., list[Person]], chance: Chance) -> None:
    """Give the numbers of people who fell silent before May to newcomers half a year later."""
    fell_silent = wall(2017, 5, 1)
    old = take(
        "reissued_from",
        0.003,
        1,
        lambda one: _last_seen(one) < fell_silent and one.kind == "buyer" and bool(one.member_no),
    )
    old += take("reissued_from", 0.002, 1, lambda one: _last_seen(one) < fell_silent and one.kind == "registered")
    new = take("reissued_to", 0.005, 2, lambda one: one.kind == "registered")
    for before, after in zip(old, new, strict=False):
        before.quiet_from = _last_seen(before) + dt.timedelta(days=1)
        before.external_userid = before.oa_openid = before.app_login = before.app_device = before.mini_openid = ""
        before.wecom_at = before.oa_at = before.app_at = None
        before.calls, before.email = False, ""
        start = max(before.quiet_from + dt.timedelta(days=REISSUED_AFTER_DAYS), wall(2017, 10, 20, 12))
        after.registered_at = start + dt.timedelta(days=chance.between(0, 5, "new owner", after.person_id))
        for name in ("wecom_at", "oa_at", "app_at"):
            if getattr(after, name) is not None:
                setattr(
                    after, name, after.registered_at + dt.timedelta(hours=chance.between(1, 40, name, after.person_id))
                )
        after.phone = after.crm_phone = before.phone
    for spare in new[len(old) :]:
        spare.flags.remove("reissued_to")


def _last_seen(person: Person) -> dt.datetime:
    return person.last_order_at or person.registered_at


def _could_be_unbound(person: Person) -> bool:
    return (
        bool(person.app_login)
        and person.app_at is not None
        and max(person.app_at, person.registered_at) < wall(2017, 10, 1)
    )


def _could_bind_late(person: Person) -> bool:
    met = person.wecom_at
    return met is not None and met < wall(2017, 10, 20) and bool(person.mini_openid or person.oa_openid)


def _bound_late(person: Person, number: int, chance: Chance) -> None:
    """Withhold the unionid until it is bound: half of them within the daily deliveries, where it merges two people."""
    assert person.wecom_at is not None
    if number % 2 == 0:
        bound = at_time(LIVE_FROM + dt.timedelta(chance.between(2, 24, "bound", person.person_id)), 40_000)
    else:
        bound = at_time(dt.date(2017, 6, 1) + dt.timedelta(chance.between(0, 120, "bound", person.person_id)), 40_000)
    person.unionid_known_at = max(bound, person.wecom_at + dt.timedelta(days=1))


def _could_have_two_cards(person: Person) -> bool:
    first, last = person.first_order_at, person.last_order_at
    return bool(person.member_no) and first is not None and last is not None and (last - first).days > 60


def _second_card(person: Person, number: int, chance: Chance, numbers: Numbers) -> None:
    """Give a second, older card: half under an old phone; three in five are merged by the CRM later."""
    assert person.first_order_at is not None
    assert person.last_order_at is not None
    key = person.person_id
    person.second_member_no = f"M{chance.number('second', key) % 10**9:09d}"
    person.second_phone = person.phone if number % 2 else numbers.new("second", key)
    person.second_uid = f"7{chance.number('second pos', key) % 10**17:017d}"
    person.second_until = person.first_order_at + (person.last_order_at - person.first_order_at) / 3
    if number % 5 < 3:
        day = LIVE_FROM + dt.timedelta(chance.between(3, 20, "merge", key)) if number % 5 == 0 else dt.date(2017, 9, 14)
        person.merged_at = max(at_time(day, 36_000), person.second_until + dt.timedelta(days=1))
        person.flags.append("merged_member_numbers")


def typed(phone: str, number: int) -> str:
    """Return a number the way people type it; every fifth has been through Excel for good."""
    forms = (
        f"+86{phone}",
        f"{phone[:3]} {phone[3:7]} {phone[7:]}",
        f"0086-{phone}",
        f"'{phone}",
        f"{float(phone):.2E}",
        f"{phone}\t",
    )
    return forms[number % len(forms)]

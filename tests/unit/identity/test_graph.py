"""One link and one value: what is observed of them, whatever order it comes in."""

import pytest

from ml.identity.graph import Graph, Link, Value, token_last
from tests.unit.identity.rows import rules

RULES = rules()
M1, M2, O1 = ("crm", "M1"), ("crm", "M2"), ("mini", "o1")


def value(id_type: str = "mobile", token: str = "k1:a", scope: str = "") -> Value:
    return Value((id_type, scope, token), RULES.id_types.get(id_type))


def link(rank: int = 0, **fields: object) -> Link:
    return Link(M1, value(), rank, **fields)


def test_a_plain_id_comes_before_a_contact_token():
    plain, tokens = ["K1:d", "k1234:c", "kilo", "z"], ["k123:e", "k12:b", "k1:a"]
    assert sorted([*tokens, *plain], key=token_last) == [*plain, *sorted(tokens)]


def test_values_are_ordered_by_token_then_type_then_scope():
    names = [("mobile", "", "k1:a"), ("member_no", "b", "x"), ("member_no", "a", "x"), ("email", "z", "x")]
    ordered = sorted((value(kind, token, scope) for kind, scope, token in names), key=lambda one: one.order)
    assert [one.key for one in ordered] == [
        ("email", "z", "x"), ("member_no", "a", "x"), ("member_no", "b", "x"), ("mobile", "", "k1:a"),
    ]  # fmt: skip


def test_what_a_person_may_hold_only_so_many_of_is_counted_by_type_and_scope():
    assert (value("member_no", "X", "crm").limit, value("member_no", "X", "crm").cap) == (("member_no", "crm"), 1)
    assert (value("pos_customer_uid").limit, value("shoe_size").limit) == (None, None)


def test_a_person_has_one_record_in_a_source_and_each_further_one_is_somebody_else():
    phone = value()
    assert (phone.people(), phone.is_over_cap()) == (1, False)
    phone.carriers = {"crm": 3, "pos": 3, "mini": 1}
    assert (phone.people(), phone.is_over_cap()) == (5, False)  # five may share it
    phone.carriers["mini"] = 2
    assert (phone.people(), phone.is_over_cap()) == (6, True)
    assert not value("shoe_size").is_over_cap()
    nick = value("tb_nick")
    nick.carriers = {"crm": 99}
    assert not nick.is_over_cap()


def test_the_present_stint_begins_with_the_first_sighting_after_the_last_unbinding():
    phone = link()
    for at, day in ((30, 3), (10, 1), (20, 2)):
        phone.bind(at, day)
    phone.settle()
    assert (phone.since, phone.valid_from, phone.valid_to, phone.is_settled) == ((1, 10), 10, None, True)
    phone.unbind(10)
    assert not phone.is_settled
    phone.settle()
    assert (phone.since, phone.valid_from, phone.valid_to) == ((2, 20), 20, None)  # seen at 10 was before it ended
    phone.unbind(15)
    phone.settle()
    assert (phone.valid_from, phone.valid_to) == (20, None)


def test_an_ended_link_held_from_the_unbinding_before_the_last_one():
    phone = link()
    for at, day in ((10, 1), (17, 1), (25, 2), (26, 9)):
        phone.bind(at, day)
    for at in (15, 20, 30):
        phone.unbind(at)
    phone.settle()
    assert (phone.since, phone.valid_from, phone.valid_to) == ((2, 25), 25, 30)
    once = link()
    once.bind(10, 1)
    once.unbind(10)
    once.settle()
    assert (once.valid_from, once.valid_to) == (10, 10)


def test_a_link_that_was_only_ever_seen_before_it_ended_twice_held_from_the_first_sighting():
    phone = link()
    phone.bind(10, 1)
    phone.bind(20, 2)
    phone.unbind(20)
    phone.unbind(30)
    phone.settle()
    assert (phone.valid_from, phone.valid_to) == (10, 30)


def test_what_is_known_first_is_older_than_what_is_seen_first():
    phone = link()
    phone.bind(10, 5)
    phone.bind(20, 1)
    phone.settle()
    assert (phone.since, phone.valid_from) == ((1, 20), 10)
    assert phone.age == ((1, 20), phone.value.order, M1)


def test_a_re_issue_ends_or_restarts_a_link_whatever_its_bindings_say():
    phone = link()
    for at, day in ((10, 1), (20, 2), (30, 3)):
        phone.bind(at, day)
    phone.settle()
    phone.restart(20)
    assert (phone.since, phone.valid_from, phone.valid_to, phone.is_settled) == ((2, 20), 20, None, False)
    phone.end(40)
    assert (phone.valid_to, phone.is_settled) == (40, False)


def judged(**changes: object) -> Link:
    """Return a link that was seen at 10 on day 1, is settled and joins."""
    phone = link()
    phone.bind(10, 1)
    phone.settle()
    phone.status = "joined"
    for name, given in changes.items():
        setattr(phone, name, given)
    return phone


def says_nothing_new(phone: Link, origin: str = "order", reason: str | None = None, at: int = 20, day: int = 2) -> bool:
    return phone.is_repeat(origin, reason, at, day, RULES)


def test_one_more_sighting_of_a_link_that_stands_says_nothing_new():
    assert says_nothing_new(judged())
    assert says_nothing_new(judged(), at=10, day=1)
    assert says_nothing_new(judged(is_asserted=True), origin="verified")


@pytest.mark.parametrize(
    ("changes", "seen"),
    [
        ({"status": "new"}, {}),
        ({"valid_to": 15}, {}),
        ({}, {"at": 9}),
        ({}, {"at": 10, "day": 0}),
        ({}, {"reason": "placeholder"}),
        ({}, {"origin": "verified"}),
        ({}, {"origin": "record"}),
        ({}, {"origin": "ruling"}),
    ],
)
def test_what_may_change_the_link_is_judged_anew(changes, seen):
    assert not says_nothing_new(judged(**changes), **seen)


def test_a_reason_for_a_value_that_is_apart_already_and_any_origin_of_a_ruled_link_say_nothing_new():
    apart = judged()
    apart.value.no_join_reason = "shared_value"
    assert says_nothing_new(apart, reason="placeholder")
    assert says_nothing_new(judged(rank=2), origin="ruling")
    assert says_nothing_new(judged(rank=3), origin="verified")


def test_a_records_own_number_and_a_ruling_are_told_apart():
    assert Link(("sms", "k1:a"), value(), 0).is_own
    assert not link().is_own
    assert [link(rank=rank).is_ruling for rank in (0, 2, 3)] == [False, True, False]


def test_the_strongest_link_is_first_and_the_older_among_equals():
    def ordered(rank: int, strength: int, age: int) -> Link:
        return Link(M1, value(), rank, strength=strength, age=(age,))

    links = [ordered(0, 40, 1), ordered(0, 90, 2), ordered(2, 1, 3), ordered(3, 1, 4), ordered(0, 90, 1)]
    assert sorted(links, key=lambda one: one.order) == [links[3], links[2], links[4], links[1], links[0]]


def test_a_link_is_as_strong_as_the_best_of_its_origins_and_carried_once():
    graph = Graph(RULES)
    phone = graph.value(("mobile", "", "k1:a"), None)
    typed = graph.link(M1, phone, "order")
    assert (typed.rank, typed.strength, typed.is_asserted, typed.is_carried) == (0, 40, False, True)
    again = graph.link(M1, phone, "verified")
    assert again is typed
    assert (typed.strength, typed.is_asserted, phone.carriers) == (90, True, {"crm": 1})
    assert graph.link(M1, phone, "order").strength == 90
    graph.link(M2, phone, "order")
    graph.link(O1, phone, "order")
    assert phone.carriers == {"crm": 2, "mini": 1}
    assert graph.links_of[M1] == [typed]
    size = graph.link(M1, graph.value(("shoe_size", "", "42"), None), "verified")
    assert size.strength == 0


def test_a_ruling_and_a_records_own_number_are_carried_by_nobody_and_as_strong_as_can_be():
    graph = Graph(RULES)
    other = graph.value(("customer_id", *M2), None)
    ruled = graph.link(M1, other, "ruling")
    assert (ruled.rank, ruled.strength, ruled.is_asserted, ruled.is_carried, other.carriers) == (
        2,
        100,
        True,
        False,
        {},
    )
    own = graph.own(M1)
    assert (own.rank, own.strength, own.value.key, own.is_carried) == (3, 100, ("customer_id", "crm", "M1"), False)
    assert graph.own(M1) is own
    named = graph.link(("sms", "k1:a"), graph.value(("mobile", "", "k1:a"), None), "sms")
    assert (named.strength, named.is_carried, named.value.carriers) == (90, False, {})


def test_a_link_that_is_ruled_later_is_a_ruling_from_then_on():
    graph = Graph(RULES)
    other = graph.value(("customer_id", *M2), None)
    assert [graph.link(M1, other, origin).rank for origin in ("order", "ruling", "order")] == [0, 2, 2]


def test_a_reason_not_to_join_once_given_stays():
    graph = Graph(RULES)
    assert graph.value(("mobile", "", "k1:a"), None).joins()
    assert graph.value(("mobile", "", "k1:a"), "placeholder").no_join_reason == "placeholder"
    assert graph.value(("mobile", "", "k1:a"), "shared_value").no_join_reason == "placeholder"
    assert graph.value(("shoe_size", "", "42"), None).no_join_reason == "unknown_id_type"
    assert graph.value(("shoe_size", "", "43"), "placeholder").no_join_reason == "placeholder"
    assert graph.value(("tb_nick", "", "x"), None).no_join_reason == "not_a_key"
    assert graph.value(("tb_nick", "", "y"), "nickname").no_join_reason == "nickname"


def test_records_hang_together_through_what_joins_and_through_nothing_else():
    graph = Graph(RULES)
    phone, shared = graph.value(("mobile", "", "k1:a"), None), graph.value(("mobile", "", "k1:b"), "shared_value")
    email = graph.value(("email", "", "k1:e"), None)
    for record, held in ((M1, phone), (O1, phone), (O1, email), (("oa", "x"), email), (M1, shared), (M2, shared)):
        graph.link(record, held, "verified")
    groups = [sorted(group) for group in graph.reach({M1, M2, ("oa", "x")})]
    assert groups == [[M1, O1, ("oa", "x")], [M2]]
    assert [sorted(group) for group in graph.reach({M2})] == [[M2]]

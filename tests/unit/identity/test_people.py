"""How sure we are of a person, and what they are called: clusters of literal links."""

import hashlib
import hmac

from ml.identity.graph import Link, Value
from ml.identity.people import Founder, confidence, is_island
from ml.identity.solve import Cluster
from tests.unit.identity.rows import KEY, rules

RULES = rules()
ONE, TWO = [("crm", "M1")], [("crm", "M1"), ("mini", "o1")]


def value(id_type: str, token: str = "x") -> Value:
    return Value((id_type, "", token), RULES.id_types[id_type])


def held(id_type: str, strength: int, token: str = "x", since: tuple[int, int] = (1, 5)) -> Link:
    link = Link(("crm", "M1"), value(id_type, token), rank=0, strength=strength, since=since)
    link.age = (since, link.value.order, link.record)
    return link


def sure(records: list[tuple[str, str]], *links: Link, bridge: int = 100, doubted: bool = False) -> tuple[str, str]:
    return confidence(Cluster(records, [], list(links), weakest_bridge=bridge, is_doubted=doubted), RULES)


def test_who_is_held_together_by_a_device_is_in_doubt_whatever_else_they_have():
    phone = held("mobile", 90)
    assert sure(TWO, phone, bridge=29) == ("low", "joined_by_device_or_cookie")
    assert sure(TWO, phone, bridge=29, doubted=True) == ("low", "joined_by_device_or_cookie")
    assert sure(TWO, phone, bridge=30) == ("medium", "joined_by_typed_identifier")


def test_who_has_nothing_but_a_device_is_in_doubt_unless_two_records_say_so():
    own = held("customer_id", 100)
    assert sure(ONE, own, held("device_id", 29)) == ("low", "only_device_or_cookie")
    assert sure(ONE, own, held("device_id", 30)) == ("medium", "weak_identifier_only")
    assert sure(TWO, own, held("device_id", 20)) == ("high", "joined_by_strong_identifier")
    assert sure(ONE, held("device_id", 20), held("mobile", 90)) == ("high", "strong_identifier")


def test_a_refused_link_leaves_a_doubt():
    assert sure(TWO, held("mobile", 90), doubted=True) == ("medium", "refused_link")
    assert sure(ONE, held("mobile", 90), doubted=True) == ("medium", "refused_link")


def test_two_records_are_as_sure_as_the_weakest_link_between_them():
    assert sure(TWO, held("mobile", 90), bridge=59) == ("medium", "joined_by_typed_identifier")
    assert sure(TWO, held("mobile", 90), bridge=60) == ("high", "joined_by_strong_identifier")


def test_one_record_is_as_sure_as_its_strongest_identifier_and_its_own_number_is_none():
    own = held("customer_id", 100)
    assert sure(ONE, own) == ("medium", "own_number_only")
    assert sure(ONE, own, held("wx_openid", 60)) == ("high", "strong_identifier")
    assert sure(ONE, own, held("tb_omid", 59)) == ("medium", "weak_identifier_only")
    assert sure(ONE, held("mobile", 90), held("mobile", 40, "y")) == ("high", "strong_identifier")


def test_an_island_is_known_by_one_marketplace_and_by_nothing_else():
    shop, own = value("tb_open_uid"), value("customer_id")
    assert is_island([shop, own], RULES)
    assert is_island([shop, value("tb_omid")], RULES)
    assert not is_island([shop, value("jd_pin")], RULES)
    assert not is_island([shop, value("mobile")], RULES)
    assert not is_island([value("mobile")], RULES)
    assert not is_island([own], RULES)


def named(*identifier: str) -> str:
    return "p_" + hmac.new(KEY, "\x1f".join(identifier).encode(), hashlib.sha256).hexdigest()[:24]


def test_a_person_is_named_after_their_oldest_identifier_and_the_next_of_it_by_a_number():
    founder = Founder(KEY)
    oldest, newer = held("mobile", 40, "k1:a", since=(3, 7)), held("mobile", 90, "k1:b", since=(4, 2))
    people = [founder.found(Cluster(ONE, [], [newer, oldest])) for _ in range(3)]
    assert [person.one_id for person in people] == [
        named("mobile", "", "k1:a"), named("mobile", "", "k1:a", "1"), named("mobile", "", "k1:a", "2"),
    ]  # fmt: skip
    assert (people[0].founding, people[0].anchor, people[0].founded_at) == (oldest.age, ("crm", "M1"), 7)

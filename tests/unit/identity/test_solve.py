"""Which records of a group are one person: the strongest link first, the one that breaks a limit refused."""

import pytest

from ml.identity.graph import Graph, RecordKey
from ml.identity.solve import Cluster, NotConverged, Solution, _check, solve
from tests.unit.identity.rows import rules

M1, M2, M3, M4, O1, C1 = ("crm", "M1"), ("crm", "M2"), ("crm", "M3"), ("crm", "M4"), ("mini", "o1"), ("pos", "C1")


class Group:
    """Links of a group, each seen on a day."""

    def __init__(self) -> None:
        self.graph = Graph(rules())
        self.day = 0

    def link(self, record: RecordKey, name: str, origin: str = "verified") -> "Group":
        kind, token = name.split("=")
        id_type, _, id_scope = kind.partition("@")
        self.day += 1
        link = self.graph.link(record, self.graph.value((id_type, id_scope, token), None), origin)
        link.bind(self.day, self.day)
        return self

    def ruled(self, record: RecordKey, other: RecordKey) -> "Group":
        self.graph.own(other).bind(0, 0)
        return self.link(record, f"customer_id@{other[0]}={other[1]}", origin="ruling")

    def solved(self) -> Solution:
        return solve(self.graph, sorted(self.graph.links_of))


def people(solution: Solution) -> list[list[RecordKey]]:
    return sorted(sorted(cluster.records) for cluster in solution.clusters)


def of(solution: Solution, record: RecordKey) -> Cluster:
    (found,) = (cluster for cluster in solution.clusters if record in cluster.records)
    return found


def numbered(*records: RecordKey) -> Group:
    """Return members who each have their own number and all the same phone."""
    group = Group()
    for record in records:
        group.link(record, f"member_no@crm={record[1]}", "member_file").link(record, "mobile=k1:a")
    return group


def test_a_second_number_of_a_programme_refuses_the_phone_and_says_who_keeps_it():
    solution = numbered(M1, M2).solved()
    assert people(solution) == [[M1], [M2]]
    (refusal,) = solution.refusals
    assert (refusal.link.record, refusal.link.value.key[0]) == (M2, "mobile")
    assert (refusal.limit, refusal.held, refusal.keeper) == (("member_no", "crm"), ["M2"], M1)
    assert of(solution, M1).is_doubted and of(solution, M2).is_doubted


def test_every_ruling_makes_room_for_one_number_more_and_no_further():
    assert people(numbered(M1, M2).ruled(M1, M2).solved()) == [[M1, M2]]
    assert people(numbered(M1, M2, M3).ruled(M1, M2).solved()) == [[M1, M2], [M3]]
    assert people(numbered(M1, M2, M3).ruled(M1, M2).ruled(M2, M3).solved()) == [[M1, M2, M3]]
    assert people(numbered(M1, M2, M3, M4).ruled(M1, M2).ruled(M3, M4).solved()) == [[M1, M2], [M3, M4]]
    assert people(numbered(M1, M2, M3, M4).ruled(M1, M2).ruled(M2, M3).solved()) == [[M1, M2, M3], [M4]]


def test_a_ruling_on_records_that_are_one_already_makes_no_room():
    group = numbered(M1, M2, M3).ruled(M1, M2).ruled(M2, M1)
    assert of(group.solved(), M1).rulings == 1
    assert people(group.solved()) == [[M1, M2], [M3]]


def test_a_person_is_as_sure_as_the_weakest_link_that_joined_two_records():
    chain = (
        Group().link(M1, "mobile=k1:a").link(O1, "mobile=k1:a").link(O1, "email=k1:e").link(C1, "email=k1:e", "order")
    )
    assert of(chain.solved(), M1).weakest_bridge == 35
    strong = Group().link(M1, "mobile=k1:a").link(O1, "mobile=k1:a").link(O1, "email=k1:e", "order")
    assert of(strong.solved(), M1).weakest_bridge == 90
    assert of(Group().link(M1, "device_id=d").solved(), M1).weakest_bridge == 100
    assert of(Group().link(M1, "mobile=k1:a").ruled(M1, M2).solved(), M1).weakest_bridge == 100
    both = Group().link(M1, "device_id=d").link(O1, "device_id=d").link(O1, "mobile=k1:a").link(C1, "mobile=k1:a")
    assert of(both.solved(), M1).weakest_bridge == 20


def four_phones() -> Group:
    group = Group()
    for letter in "abcd":
        group.link(M1, f"mobile=k1:{letter}")
    return group


def test_a_fourth_phone_is_refused_and_nobody_has_it_yet():
    solution = four_phones().solved()
    (refusal,) = solution.refusals
    assert (refusal.link.value.key[2], refusal.held, refusal.keeper) == ("k1:d", ["k1:a", "k1:b", "k1:c"], None)
    assert len(of(solution, M1).values) == 3
    assert of(solution, M1).is_doubted


def test_a_refused_phone_goes_to_the_next_who_carries_it_without_a_bridge_between_records():
    solution = four_phones().link(O1, "mobile=k1:d", "order").solved()
    assert people(solution) == [[M1], [O1]]
    assert [value.key[2] for value in of(solution, O1).values] == ["k1:d"]
    assert of(solution, O1).weakest_bridge == 100


def test_a_ruling_makes_room_for_one_phone_more_on_the_person_as_well():
    assert four_phones().ruled(M1, M2).solved().refusals == []
    assert len(four_phones().link(M1, "mobile=k1:e").ruled(M1, M2).solved().refusals) == 1


def phones(record: RecordKey, letters: str, group: Group) -> Group:
    for letter in letters:
        group.link(record, f"mobile=k1:{letter}")
    return group.link(record, "email=k1:e", "order")


def test_three_phones_of_two_records_are_one_persons_and_four_are_not():
    assert people(phones(O1, "c", phones(M1, "ab", Group())).solved()) == [[M1, O1]]
    assert people(phones(O1, "cd", phones(M1, "ab", Group())).solved()) == [[M1], [O1]]


def test_the_rulings_of_both_sides_make_room_when_two_people_become_one():
    both = phones(M3, "cde", phones(M1, "ab", Group())).ruled(M1, M2).ruled(M3, M4)
    assert people(both.solved()) == [[M1, M2, M3, M4]]
    one_ruling = phones(M3, "cde", phones(M1, "ab", Group())).ruled(M1, M2)
    assert people(one_ruling.solved()) == [[M1, M2], [M3]]


def test_a_record_claims_its_own_numbers_only_as_far_as_they_keep_the_limit():
    # The file gives M1 two numbers: the older is kept, the other refused, and O1 with the second is somebody else.
    group = Group().link(M1, "member_no@crm=A", "member_file").link(M1, "member_no@crm=B", "member_file")
    solution = group.link(O1, "member_no@crm=B", "order").solved()
    assert people(solution) == [[M1], [O1]]
    assert [refusal.link.value.key[2] for refusal in solution.refusals] == ["B"]


def test_what_was_only_typed_claims_nothing_from_the_start():
    typed = Group().link(M1, "member_no@crm=A", "order").link(O1, "member_no@crm=B", "order")
    solution = typed.link(M1, "mobile=k1:a").link(O1, "mobile=k1:a").solved()
    assert people(solution) == [[M1, O1]]
    assert [refusal.link.value.key[2] for refusal in solution.refusals] == ["B"]


def test_numbers_of_two_programmes_are_two_limits():
    group = Group().link(M1, "member_no@crm=A", "member_file").link(M1, "member_no@club=B", "member_file")
    assert group.solved().refusals == []


def test_a_value_without_a_limit_is_refused_to_nobody():
    group = Group()
    for number in range(9):
        group.link(M1, f"pos_customer_uid=u{number}")
    assert group.solved().refusals == []
    assert len(of(group.solved(), M1).links) == 9


def test_an_ended_link_joins_nobody_and_a_re_issued_one_is_named():
    group = Group().link(M1, "mobile=k1:a").link(O1, "mobile=k1:a")
    group.graph.links_of[O1][0].unbind(5)
    assert people(group.solved()) == [[M1], [O1]]
    assert len(group.solved().links) == 2


def test_a_link_across_two_people_stops_the_run():
    group = Group().link(M1, "mobile=k1:a")
    (link,) = group.graph.links_of[M1]
    here, there = Cluster(records=[M1]), Cluster()
    with pytest.raises(NotConverged, match="the link of crm with a mobile crosses two clusters"):
        _check({M1: here, link.value: there}, [link], [])
    _check({M1: here, link.value: here}, [link], [])

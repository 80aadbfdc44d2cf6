"""Who goes on, who merges into whom and who splits off, from one day to the next."""

from ml.identity.graph import Link, RecordKey, Value
from ml.identity.history import Recorder
from ml.identity.lineage import Lineage, merge_causes
from ml.identity.people import Founder, Person
from ml.identity.solve import Cluster
from tests.unit.identity.rows import KEY, rules

DAY = 86_400_000_000
A, B, C, D = ("crm", "A"), ("crm", "B"), ("crm", "C"), ("crm", "D")
RULES = rules()


def value(token: str, id_type: str = "mobile") -> Value:
    return Value((id_type, "", token), RULES.id_types[id_type])


def link(record: RecordKey, held: Value, age: int = 1, strength: int = 90, rank: int = 0) -> Link:
    return Link(record, held, rank, strength=strength, since=(age, age), age=((age, age), held.order, record))


def cluster(*records: RecordKey) -> Cluster:
    """Return records that are one person, each with a phone of its own and as old as its letter."""
    return Cluster(list(records), [], [link(record, value(record[1]), age=ord(record[1])) for record in records])


class Days:
    """A lineage and what it has recorded."""

    def __init__(self) -> None:
        self.recorder = Recorder(0)
        self.lineage = Lineage(Founder(KEY), self.recorder)

    def day(self, day: int, *clusters: Cluster, stopped: tuple[tuple[Link, str], ...] = ()) -> dict[str, str]:
        """Carry the people to a day; return each record's id."""
        self.lineage.carry(clusters, stopped, day)
        return {record[1]: person.one_id for record, person in self.lineage.person_of.items()}

    def rows(self, kind: str) -> list[tuple[object, ...]]:
        return sorted(self.recorder.history().rows[kind])


def test_a_person_who_goes_on_leaves_no_trace_and_a_new_record_joins_them():
    days = Days()
    first, second = days.day(1, cluster(A)), days.day(2, cluster(A, B))
    assert second == {"A": first["A"], "B": first["A"]}
    assert days.rows("redirect") == days.rows("ancestor") == []
    assert days.rows("source_record") == [("crm", "A", first["A"], DAY, None), ("crm", "B", first["A"], 2 * DAY, None)]


def test_the_younger_merges_into_the_older_and_takes_its_own_past_along():
    days = Days()
    ids = days.day(1, cluster(A), cluster(B), cluster(C))
    days.day(2, cluster(B, C), cluster(A))
    assert days.day(3, cluster(C, B, A)) == dict.fromkeys("ABC", ids["A"])
    assert [row[:4] for row in days.rows("redirect")] == sorted([
        (ids["C"], 2 * DAY, ids["B"], "merge"), (ids["B"], 3 * DAY, ids["A"], "merge"),
    ])  # fmt: skip
    assert days.rows("ancestor") == sorted([
        (ids["B"], ids["C"], 2 * DAY), (ids["A"], ids["B"], 3 * DAY), (ids["A"], ids["C"], 3 * DAY),
    ])  # fmt: skip


def test_a_merge_says_what_joined_the_two():
    days, phone = Days(), value("shared")
    days.day(1, cluster(A), cluster(B))
    both = cluster(A, B)
    both.links += [link(A, phone), link(B, phone)]
    days.day(2, both)
    assert [row[3:] for row in days.rows("redirect")] == [("merge", "joined:mobile")]


def test_a_person_who_falls_into_three_keeps_the_part_of_the_founder_and_all_parts_inherit_all():
    days = Days()
    old = days.day(1, cluster(A, B, C))["A"]
    lost = link(C, value("x", "email"), strength=75)
    late = link(B, value("y"), strength=40)
    stopped = ((late, "unbound:mobile"), (lost, "shared_value:email"))
    ids = days.day(2, cluster(B), cluster(A), cluster(C), stopped=stopped)
    assert ids["A"] == old and len(set(ids.values())) == 3
    low, high = sorted([ids["B"], ids["C"]])
    reason = "shared_value:email"  # of the strongest link that was lost
    assert days.rows("redirect") == [
        (old, 2 * DAY - 1, high, "split", reason), (old, 2 * DAY, low, "split", reason),
    ]  # fmt: skip
    assert days.rows("ancestor") == sorted([
        (low, old, 2 * DAY), (low, high, 2 * DAY), (high, old, 2 * DAY), (high, low, 2 * DAY),
    ])  # fmt: skip


def test_a_part_may_merge_away_while_another_splits_off():
    days = Days()
    ids = days.day(1, cluster(A), cluster(B, C, D))
    lost = ((link(C, value("x")), "unbound:mobile"),)
    now = days.day(2, cluster(A, B), cluster(C, D), stopped=lost)
    assert (now["A"], now["B"]) == (ids["A"], ids["A"])
    assert now["C"] == now["D"] and now["C"] not in ids.values()
    # The merge stands at the cut-off and the split a microsecond before it, so that both rows keep their key.
    assert [(row[0], row[1], row[2], row[3]) for row in days.rows("redirect")] == [
        (ids["B"], 2 * DAY - 1, now["C"], "split"), (ids["B"], 2 * DAY, ids["A"], "merge"),
    ]  # fmt: skip
    assert [row[4] for row in days.rows("redirect")] == ["unbound:mobile", ""]
    assert set(days.rows("ancestor")) == {(now["C"], ids["B"], 2 * DAY), (ids["A"], ids["B"], 2 * DAY)}


def test_a_person_without_a_record_has_ended():
    days = Days()
    ids = days.day(1, cluster(A), cluster(B))
    for one_id, person in {person.one_id: person for person in days.lineage.person_of.values()}.items():
        days.recorder.set_state("person", (one_id, person.founded_at), ("there",), 1)
    days.day(2, cluster(A, B))
    assert days.rows("person") == sorted([
        (ids["A"], ord("A"), "there", DAY, None), (ids["B"], ord("B"), "there", DAY, 2 * DAY),
    ])  # fmt: skip


def causes(*links: Link, **ids: str) -> dict[str, str]:
    people = {("crm", name): Person(one_id, (), ("crm", name), 0) for name, one_id in ids.items()}
    return merge_causes(Cluster([("crm", name) for name in "ABCD"], [], list(links)), people)


def test_a_merge_is_put_down_to_the_first_link_that_joined_two_ids():
    phone, email, own = value("k1:a"), value("k1:e", "email"), value("B", "customer_id")
    links = [link(A, email, strength=75), link(B, email, strength=75), link(B, phone), link(A, phone)]
    assert causes(*links, A="p1", B="p2") == {"p1": "joined:mobile", "p2": "joined:mobile"}
    assert causes(*links, link(A, own, rank=2), link(B, own, rank=3), A="p1", B="p2") == {
        "p1": "ruling",
        "p2": "ruling",
    }
    assert causes(*links, A="p1", B="p1") == {}
    assert causes(*links, A="p1") == {}


def test_each_id_has_the_cause_that_joined_it_and_not_the_last():
    phone, email = value("k1:a"), value("k1:e", "email")
    links = [link(A, phone), link(B, phone), link(B, email, strength=75), link(C, email, strength=75)]
    assert causes(*links, A="p1", B="p2", C="p3") == {
        "p1": "joined:mobile", "p2": "joined:mobile", "p3": "joined:email",
    }  # fmt: skip

"""A number handed out again: silent for 180 days, then back with somebody else's strong id."""

from ml.identity.graph import Graph, Link, RecordKey
from ml.identity.reissue import end_reissued
from tests.unit.identity.rows import rules

DAY = 86_400_000_000
PHONE = ("mobile", "", "k1:a")
M1, M2, M3, O1 = ("crm", "M1"), ("crm", "M2"), ("crm", "M3"), ("mini", "o1")
RULES = rules()


class Number:
    """One phone and whoever carried it, on which days."""

    def __init__(self) -> None:
        self.graph = Graph(RULES)

    def seen(self, record: RecordKey, *days: int, key: tuple[str, str, str] = PHONE, origin: str = "verified") -> Link:
        link = self.graph.link(record, self.graph.value(key, None), origin)
        for day in days:
            link.bind(day * DAY, day)
        link.settle()
        return link

    def member(self, record: RecordKey, number: str, origin: str = "member_file") -> Link:
        return self.seen(record, 0, key=("member_no", "crm", number), origin=origin)

    def ended(self) -> set[RecordKey]:
        records = list(self.graph.links_of)
        links = [link for record in records for link in self.graph.links_of[record]]
        ended = end_reissued(records, links, RULES.strong_link)
        assert {key for _, key in ended} <= {PHONE}
        return {record for record, _ in ended}


def two_members(silent_days: int = 180, second: str = "M2", origin: str = "member_file") -> tuple[Number, Link, Link]:
    number = Number()
    number.member(M1, "M1")
    number.member(M2, second, origin)
    return number, number.seen(M1, 0), number.seen(M2, silent_days)


def test_a_number_that_comes_back_after_180_days_with_another_member_ends_the_first_holding():
    number, first, second = two_members()
    assert number.ended() == {M1}
    assert (first.valid_from, first.valid_to) == (0, 180 * DAY)
    assert (second.valid_from, second.valid_to) == (180 * DAY, None)


def test_a_day_less_is_no_silence():
    number, first, _ = two_members(silent_days=179)
    assert number.ended() == set()
    assert first.valid_to is None


def test_the_same_member_on_a_second_record_is_the_same_holder():
    assert two_members(second="M1")[0].ended() == set()


def test_a_number_typed_at_the_till_tells_nobody_apart():
    assert two_members(origin="order")[0].ended() == set()


def test_who_has_nothing_that_contradicts_is_the_same_person():
    number = Number()
    number.member(M1, "M1")
    number.seen(M1, 0)
    number.seen(O1, 200)
    assert number.ended() == set()
    number.seen(O1, 200, key=("wx_unionid", "", "U"))
    assert number.ended() == set()  # a unionid contradicts no member number


def test_another_phone_and_an_id_given_up_contradict_nothing():
    number, _, _ = two_members(second="M1")
    number.seen(M1, 0, key=("mobile", "", "k1:b"))
    number.seen(M2, 0, key=("mobile", "", "k1:c"))
    assert number.ended() == set()
    number, _, _ = two_members()
    for link in number.graph.links_of[M2]:
        if link.value.key[0] == "member_no":
            link.unbind(5 * DAY)
            link.settle()
    assert number.ended() == set()


def test_a_number_of_three_holders_in_turn_ends_twice_each_on_the_day_of_the_next():
    number, first, second = two_members()
    number.member(M3, "M3")
    third = number.seen(M3, 400)
    assert number.ended() == {M1, M2}
    assert (first.valid_to, second.valid_to, third.valid_to) == (180 * DAY, 400 * DAY, None)
    assert third.valid_from == 400 * DAY


def test_all_who_carried_it_before_the_silence_end_and_who_is_seen_after_it_begins_anew():
    number, first, second = two_members(silent_days=300)
    other = number.seen(O1, 50)
    back = number.seen(("pos", "C1"), 60, 301)
    assert number.ended() == {M1, O1}
    assert (first.valid_to, other.valid_to, back.valid_to) == (300 * DAY, 300 * DAY, None)
    assert (second.valid_from, back.valid_from) == (300 * DAY, 301 * DAY)


def test_a_holder_who_returns_to_their_own_number_ends_nobody():
    number = Number()
    number.member(M1, "M1")
    number.seen(M1, 0, 200)
    number.seen(O1, 0)
    number.seen(O1, 0, key=("member_no", "crm", "M2"))
    assert number.ended() == set()


def test_a_number_of_one_record_is_nobody_elses_whatever_its_silence():
    number = Number()
    number.member(M1, "M1")
    number.seen(M1, 0, 400)
    assert number.ended() == set()


def test_a_message_to_the_number_and_a_ruling_are_no_sightings_of_a_holder():
    number, _, _ = two_members(silent_days=300)
    number.seen(("sms", "k1:a"), 150, origin="sms")
    assert number.ended() == {M1}
    number, _, _ = two_members(silent_days=300)
    number.seen(O1, 150, origin="ruling")
    assert number.ended() == {M1}
    number, _, _ = two_members(silent_days=300)
    number.seen(O1, 150)
    assert number.ended() == set()


def test_what_was_seen_before_the_present_stint_breaks_no_silence():
    number, _, _ = two_members(silent_days=400)
    between = number.seen(O1, 100, 250)
    between.unbind(260 * DAY)
    between.bind(261 * DAY, 261)
    between.settle()
    assert number.ended() == set()  # bound again at 261: 139 days before
    number, _, _ = two_members(silent_days=400)
    given_up = number.seen(O1, 250)
    given_up.unbind(260 * DAY)
    given_up.settle()
    assert number.ended() == {M1}


def test_a_number_that_joins_nobody_is_not_looked_at():
    number, _, _ = two_members()
    number.graph.values[PHONE].no_join_reason = "shared_value"
    assert number.ended() == set()


def test_an_id_of_just_enough_strength_tells_holders_apart():
    number = Number()
    for record, token in ((M1, "w1"), (O1, "w2")):
        number.seen(record, 0, key=("wx_openid", "app", token))  # 60, where strong begins
    number.seen(M1, 0)
    number.seen(O1, 180)
    assert number.ended() == {M1}


def test_a_number_that_both_holders_gave_up_is_nobodys_to_end():
    number, *both = two_members()
    for link in both:
        link.unbind(500 * DAY)
        link.settle()
    assert number.ended() == set()

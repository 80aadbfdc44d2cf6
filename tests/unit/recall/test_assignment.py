"""Who stands in which arm, and what a date has room for: literal people, slots and money."""

import numpy as np
import pandas as pd
import pytest

from ml.recall import Rules, Salts
from ml.recall.assignment import Remaining, channel_slots, chosen, drawn_arms, explored, staff_slots
from ml.recall.holdouts import keys_of, required_control, unit_draws
from orchestration.business_time import cut_off_at
from tests.unit.recall.people import DATE, NO_ANCESTRY, make_rules

SALTS = Salts(holdout=b"h" * 32, exploration=b"e" * 32)


def candidates(count: int, policy: str = "recall_at_risk", month: str = "201711") -> pd.DataFrame:
    ids = [f"{policy}_{number}" for number in range(count)]
    return pd.DataFrame({
        "as_of_date": DATE, "cut_off_at": cut_off_at(DATE, 6), "one_id": ids, "policy_id": policy,
        "campaign_id": f"{policy}_0_{month}",
    })  # fmt: skip


def draw(one_id: str, key: object, salt: bytes) -> float:
    return float(unit_draws(keys_of(pd.Series([one_id]), pd.Series([key])), salt)[0])


def test_each_draw_has_its_own_salt_and_its_share_as_the_limit():
    rules = make_rules(holdout_share=0.1, exploration_share=0.2, held_back_first=0.3, held_back_least=0.3)
    found = drawn_arms(candidates(400), NO_ANCESTRY, rules, SALTS).set_index("one_id")
    expected = {}
    for one_id in found.index:
        held = float(unit_draws([one_id], SALTS.holdout)[0]) < 0.1
        in_control = draw(one_id, "recall_at_risk|201711", SALTS.of("campaign")) < 0.3
        explores = draw(one_id, DATE, SALTS.exploration) < 0.2
        expected[one_id] = (
            "holdout_global" if held else "holdout_campaign" if in_control else "explore" if explores else ""
        )
    assert found["arm"].to_dict() == expected
    assert set(expected.values()) == {"holdout_global", "holdout_campaign", "explore", ""}
    assert found["global_holdout"].equals(found["arm"].eq("holdout_global"))


def test_the_stored_probability_is_that_of_the_arm_as_drawn():
    rules = make_rules(holdout_share=0.1, exploration_share=0.2, held_back_first=0.3, held_back_least=0.3)
    found = drawn_arms(candidates(400), NO_ANCESTRY, rules, SALTS)
    probability = found.groupby("arm")["assignment_probability"].unique().map(list).to_dict()
    # .9 are kept; of those .3 are the control, of the rest .2 explore
    assert probability == {"holdout_global": [0.1], "holdout_campaign": [0.27], "explore": [0.126], "": [0.504]}


def test_a_probability_has_six_decimals():
    rules = make_rules(holdout_share=0.1234567, held_back_first=0.0, held_back_least=0.0)
    found = drawn_arms(candidates(40), NO_ANCESTRY, rules, SALTS)
    assert set(found["assignment_probability"]) == {0.123457, 0.876543}


def test_whose_draw_is_the_share_itself_neither_explores_nor_is_controlled():
    who = candidates(1)["one_id"][0]
    of_control = draw(who, "recall_at_risk|201711", SALTS.of("campaign"))
    rules = make_rules(campaign_share_pooled=of_control, campaign_share_least=0.9, exploration_share=0.0)
    assert drawn_arms(candidates(1), NO_ANCESTRY, rules, SALTS)["arm"].tolist() == [""]
    of_exploring = draw(who, DATE, SALTS.exploration)
    rules = make_rules(held_back_first=0.0, held_back_least=0.0, exploration_share=of_exploring)
    assert drawn_arms(candidates(1), NO_ANCESTRY, rules, SALTS)["arm"].tolist() == [""]


def test_a_small_policy_keeps_the_pooled_share_beside_a_large_one_that_answers_by_itself():
    enough = required_control(0.45, 0.9, 0.5)
    rules = make_rules(campaign_lift=0.9, campaign_share_least=0.5, campaign_share_most=0.5, campaign_share_pooled=0.01)
    large, small = candidates(enough), candidates(enough - 1, "recall_dormant")
    both = pd.concat([small, large], ignore_index=True)
    found = drawn_arms(both, NO_ANCESTRY, rules, SALTS)
    open_ones = found[found["arm"] == ""].groupby("policy_id")["assignment_probability"].unique().map(list)
    assert open_ones.to_dict() == {"recall_at_risk": [0.5], "recall_dormant": [0.99]}


def option(channel: str, staff: str | None, messages: object = None, calls: object = None) -> dict[str, object]:
    return {
        "message_channel": channel, "owner_staff_id": staff, "owner_message_capacity": messages,
        "owner_call_capacity": calls,
    }  # fmt: skip


def test_a_members_messages_and_calls_are_two_rooms_and_machines_use_neither():
    rows = pd.DataFrame([
        option("wecom", "S2", messages=7, calls=3),
        option("call", "S2", messages=7, calls=3),
        option("sms", "S1", messages=9, calls=9),
        option("wecom", "S1"),
        option("call", "S1"),
        option("call", None),
        option("sms", "S9", messages=1, calls=1),
    ])
    slot, capacity = staff_slots(rows, make_rules())
    assert slot.tolist() == [2, 3, -1, 0, 1, -1, -1]
    assert capacity.tolist() == [80, 40, 7, 3]  # of S1 nothing is known: the seed's caps of a day


def test_a_channels_day_is_bounded_where_the_seed_names_it():
    rules = make_rules()
    slot, capacity = channel_slots(pd.DataFrame([option(name, None) for name in ("sms", "call", "app_push")]), rules)
    assert capacity[slot[0]] == 20_000
    assert slot[1] == -1
    assert (slot[2], capacity[slot[2]]) == (0, 100_000)
    assert len(capacity) == 4


def test_what_is_sent_is_taken_from_the_room_of_its_channel_its_member_and_the_money():
    room = Remaining(1_000.0, np.array([5.0, 6.0]), np.array([7.0, 8.0, 9.0]))
    sent = pd.DataFrame({"expected_cost_fen": [100, 40, 3]})
    left = room.less(sent, np.array([1, -1, 0]), np.array([-1, 2, 0]))
    assert left.budget == 857
    assert left.channel.tolist() == [4, 5]
    assert left.staff.tolist() == [6, 8, 8]


def tried(
    people: int, choices: int = 2, cost: int = 10, rules: Rules | None = None, budget: float = 1e9,
    channel_room: float = 1e9, staff_room: float = 1e9,
) -> tuple[pd.DataFrame, set[int], pd.DataFrame]:  # fmt: skip
    """Return who explores with what, who found no room, and all options: everybody has the same number of choices."""
    rules = rules or make_rules(exploration_budget_share=0.5)
    options = pd.DataFrame([
        {"candidate": who, "one_id": f"p{who}", "as_of_date": DATE, "choice": choice, "expected_cost_fen": cost}
        for who in range(people)
        for choice in range(choices)
    ])
    # The first choice goes by a bounded channel, the second by a member of staff.
    slots = (np.where(options["choice"] == 0, 0, -1), np.where(options["choice"] == 1, 0, -1))
    room = Remaining(budget, np.array([channel_room]), np.array([staff_room]))
    taken, away = explored(options, slots, room, rules, SALTS)
    return taken, away, options


def test_an_explorer_draws_evenly_from_their_options_and_nothing():
    taken, away, _ = tried(3_000)
    assert not away
    kinds = taken["choice"].value_counts().to_dict()
    assert all(900 < count < 1_100 for count in (kinds[0], kinds[1], 3_000 - len(taken)))
    pick = {who: int(draw(f"p{who}", DATE, SALTS.of("treatment")) * 3) for who in range(50)}
    assert {who: choice for who, choice in pick.items() if choice < 2} == {
        row.candidate: row.choice for row in taken.itertuples() if row.candidate < 50
    }


@pytest.mark.parametrize(("room", "choice"), [("channel_room", 0), ("staff_room", 1)])
def test_where_there_is_no_room_the_first_by_a_further_draw_are_kept(room, choice):
    free, _, _ = tried(60)
    taken, away, _ = tried(60, **{room: 4})
    ones = free[free["choice"] == choice].assign(turn=lambda rows: [
        draw(one_id, DATE, SALTS.of("turn")) for one_id in rows["one_id"]
    ])  # fmt: skip
    first = set(ones.sort_values("turn")["candidate"].head(4))
    assert set(taken.loc[taken["choice"] == choice, "candidate"]) == first
    assert away == set(ones["candidate"]) - first
    assert len(taken) == len(free) - len(away)


def test_exploration_never_takes_more_than_its_share_of_the_budget():
    # Half of 100 fen are five messages of 10 fen, and not of 11.
    assert len(tried(60, budget=100)[0]) == 5
    assert len(tried(60, budget=100, cost=11)[0]) == 4
    assert "turn" not in tried(60)[0].columns


def test_a_brand_without_staff_explores_by_machine():
    options = pd.DataFrame({"candidate": [0], "one_id": "p3", "as_of_date": DATE, "expected_cost_fen": 1})
    nobody = (np.array([-1]), np.array([-1]))
    taken, away = explored(options, nobody, Remaining(1e9, np.zeros(0), np.zeros(0)), make_rules(), SALTS)
    assert draw("p3", DATE, SALTS.of("treatment")) < 0.5
    assert (taken["one_id"].tolist(), away) == (["p3"], set())


def money(*rows: tuple[int, int, int]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["candidate", "net_p10_fen", "expected_cost_fen"])


def taken_of(options: pd.DataFrame, budget: float, channel=None, channel_room=(), staff=None, staff_room=()):
    none = np.full(len(options), -1)
    slots = (none if channel is None else np.array(channel), none if staff is None else np.array(staff))
    room = Remaining(budget, np.array(channel_room, dtype=float), np.array(staff_room, dtype=float))
    return chosen(options, slots, room)


def test_of_a_persons_options_the_one_that_surely_earns_most_is_chosen_and_none_that_may_lose():
    options = money((7, 50, 10), (7, 90, 10), (9, -5, 1), (12, 1, 1))
    picked, solution = taken_of(options, 1_000)
    assert picked.index.tolist() == [1, 3]
    assert solution.value == 91


def test_a_scarce_budget_goes_where_it_earns_most_and_none_buys_nothing():
    options = money((1, 50, 10), (2, 90, 10), (3, 70, 10))
    assert taken_of(options, 20)[0]["candidate"].tolist() == [2, 3]
    assert taken_of(options, 1)[0].empty
    for nothing in (0, -5):
        assert taken_of(money((1, 50, 0)), nothing)[0].empty
    assert taken_of(money((1, 50, 1)), 1)[0]["candidate"].tolist() == [1]


def test_a_full_channel_or_day_is_given_to_whoever_earns_most():
    options = money((1, 50, 10), (2, 90, 10), (3, 70, 10))
    assert taken_of(options, 1_000, channel=[0, 0, 0], channel_room=[2])[0]["candidate"].tolist() == [2, 3]
    assert taken_of(options, 1_000, staff=[0, 0, 1], staff_room=[1, 1])[0]["candidate"].tolist() == [2, 3]

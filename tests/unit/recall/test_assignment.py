"""Who stands in which arm, and what a date has room for: literal people, slots and money."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from ml.recall import Rules, Salts
from ml.recall.assignment import Remaining, assigned, channel_slots, drawn_arms, explored, staff_slots
from ml.recall.holdouts import keys_of, unit_draws
from orchestration.business_time import cut_off_at
from tests.unit.recall.people import DATE, NO_ANCESTRY, make_rules

SALTS = Salts(holdout=b"h" * 32, exploration=b"e" * 32)


def candidates(count: int, **changes: object) -> pd.DataFrame:
    """Return lapsed buyers of whom nothing is open, under a policy that advertises."""
    ids = [f"recall_at_risk_{number}" for number in range(count)]
    row = {
        "pyramid_tier": "base", "as_of_date": DATE, "cut_off_at": cut_off_at(DATE, 6), "policy_id": "recall_at_risk",
        "consent_purpose": "marketing", "purse": "incentive", "open_episode_id": None, "continues_episode": None,
        "is_excluded": False,
    }  # fmt: skip
    return pd.DataFrame({"one_id": ids}).assign(**(row | changes))


def draw(one_id: str, key: object, salt: bytes) -> float:
    return float(unit_draws(keys_of(pd.Series([one_id]), pd.Series([key])), salt)[0])


def with_shares(as_usual: float = 0.0, **shares: float) -> Rules:
    return dataclasses.replace(make_rules(**shares), as_usual_share=as_usual)


SHARES = with_shares(as_usual=0.3, holdout_share=0.1, exploration_share=0.2)


def test_each_draw_has_its_own_salt_and_its_share_as_the_limit():
    found = drawn_arms(candidates(400), NO_ANCESTRY, SHARES, SALTS).set_index("one_id")
    expected = {}
    for one_id in found.index:
        held = float(unit_draws([one_id], SALTS.holdout)[0]) < 0.1
        usual = float(unit_draws([one_id], SALTS.of("as usual"))[0]) < 0.3
        at_random = draw(one_id, DATE, SALTS.exploration) < 0.2
        expected[one_id] = "holdout_global" if held else "as_usual" if usual else "random" if at_random else ""
    assert found["arm"].to_dict() == expected
    assert set(expected.values()) == {"holdout_global", "as_usual", "random", ""}
    assert found["global_holdout"].equals(found["arm"].eq("holdout_global"))


def test_the_stored_probability_is_that_of_the_arm_as_drawn():
    found = drawn_arms(candidates(400), NO_ANCESTRY, SHARES, SALTS)
    probability = found.groupby("arm")["assignment_probability"].unique().map(list).to_dict()
    # .9 are kept; of those .3 get the shop's own list, of the rest .2 an option by lot
    assert probability == {"holdout_global": [0.1], "as_usual": [0.27], "random": [0.126], "": [0.504]}


def test_whose_episode_is_open_is_in_no_further_lot_until_it_ends():
    found = drawn_arms(candidates(400, open_episode_id="e_1"), NO_ANCESTRY, SHARES, SALTS)
    probability = found.groupby("arm")["assignment_probability"].unique().map(list).to_dict()
    assert probability == {"holdout_global": [0.1], "as_usual": [0.27], "in_episode": [0.63]}


def test_the_next_step_of_a_ladder_is_planned_in_its_episode_and_drawn_by_no_lot():
    found = drawn_arms(candidates(400, open_episode_id="e_1", continues_episode="e_1"), NO_ANCESTRY, SHARES, SALTS)
    probability = found.groupby("arm")["assignment_probability"].unique().map(list).to_dict()
    assert probability == {"holdout_global": [0.1], "as_usual": [0.27], "": [0.63]}


def test_a_service_is_no_experiment_even_while_an_episode_is_open():
    for open_episode in (None, "e_1"):
        rows = candidates(400, consent_purpose="service", open_episode_id=open_episode)
        found = drawn_arms(rows, NO_ANCESTRY, SHARES, SALTS)
        probability = found.groupby("arm")["assignment_probability"].unique().map(list).to_dict()
        assert probability == {"": [1.0]}


def test_a_probability_has_six_decimals():
    found = drawn_arms(candidates(40), NO_ANCESTRY, make_rules(holdout_share=0.1234567), SALTS)
    assert set(found["assignment_probability"]) == {0.123457, 0.876543}


def test_whose_draw_is_the_share_itself_is_drawn_by_no_lot():
    who = candidates(1)["one_id"][0]
    usual = with_shares(as_usual=float(unit_draws([who], SALTS.of("as usual"))[0]))
    assert drawn_arms(candidates(1), NO_ANCESTRY, usual, SALTS)["arm"].tolist() == [""]
    at_random = with_shares(exploration_share=draw(who, DATE, SALTS.exploration))
    assert drawn_arms(candidates(1), NO_ANCESTRY, at_random, SALTS)["arm"].tolist() == [""]


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


def test_what_will_be_held_back_makes_room_to_plan_in_whole_places():
    room = Remaining(850.0, np.array([6.0, 5.0]), np.array([80.0]))
    wider = room.widened(0.15)
    assert wider.budget == pytest.approx(1_000)
    assert (wider.channel.tolist(), wider.staff.tolist()) == ([7, 5], [94])
    assert room.widened(0.0).channel.tolist() == [6, 5]


def tried(
    people: int, choices: int = 2, cost: int = 10, rules: Rules | None = None, budget: float = 1e9,
    channel_room: float = 1e9, staff_room: float = 1e9,
) -> tuple[pd.DataFrame, set[int], pd.DataFrame]:  # fmt: skip
    """Return who tries what, who found no room, and all options: everybody has the same number of choices."""
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


def test_who_is_at_random_draws_evenly_from_their_options_and_nothing():
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


def test_trying_at_random_never_takes_more_than_its_share_of_the_budget():
    # Half of 100 fen are five messages of 10 fen, and not of 11.
    assert len(tried(60, budget=100)[0]) == 5
    assert len(tried(60, budget=100, cost=11)[0]) == 4
    assert "turn" not in tried(60)[0].columns


def test_a_brand_without_staff_tries_by_machine():
    options = pd.DataFrame({"candidate": [0], "one_id": "p3", "as_of_date": DATE, "expected_cost_fen": 1})
    nobody = (np.array([-1]), np.array([-1]))
    taken, away = explored(options, nobody, Remaining(1e9, np.zeros(0), np.zeros(0)), make_rules(), SALTS)
    assert draw("p3", DATE, SALTS.of("treatment")) < 0.5
    assert (taken["one_id"].tolist(), away) == (["p3"], set())


def money(*rows: tuple[int, int, int]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["candidate", "worth", "expected_cost_fen"])


def taken_of(options: pd.DataFrame, budget: float, channel=None, channel_room=(), staff=None, staff_room=()):
    none = np.full(len(options), -1)
    slots = (none if channel is None else np.array(channel), none if staff is None else np.array(staff))
    room = Remaining(budget, np.array(channel_room, dtype=float), np.array(staff_room, dtype=float))
    return assigned(options, options["worth"].to_numpy(float), slots, room)


def test_of_a_persons_options_the_one_that_earns_most_is_chosen_and_none_that_loses():
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

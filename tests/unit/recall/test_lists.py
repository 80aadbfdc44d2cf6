"""Of anybody's list at most a fifth is there to learn, and nobody's own lot decides whether they wait for it."""

import numpy as np
import pandas as pd
import pytest

from ml.recall import Salts
from ml.recall.assignment import Remaining, drawn_options
from ml.recall.lists import kept_for_lots, open_to, places_to_learn, within_share
from tests.unit.recall.people import DATE, make_rules

RULES = make_rules()
SALTS = Salts(holdout=b"h" * 32, exploration=b"e" * 32)


def plans(*kinds: tuple[str, int, dict[str, object]]) -> pd.DataFrame:
    """Return plans of S1 by WeCom, so many of each kind: ``("earns", 4, {"owner_staff_id": "S2"})``."""
    of_kind = {"earns": {"net_p50_fen": 50}, "doubted": {"net_p50_fen": -2}, "service": {"consent_purpose": "service"}}
    rows = [
        {
            "one_id": f"{kind}{number}", "as_of_date": DATE, "arm": "treat", "message_channel": "wecom",
            "owner_staff_id": "S1", "consent_purpose": "marketing", "wait_probability": 0.0, "purse": "incentive",
            "base_fen": -10.0, "unit_fen": 1_000.0, "lift": 0.05, "net_p50_fen": -2,
        } | of_kind[kind] | changes
        for kind, count, changes in kinds
        for number in range(count)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def arms(found: pd.DataFrame) -> dict[str, str]:
    return found.set_index("one_id")["arm"].to_dict()


@pytest.mark.parametrize(("others", "places"), [(0, 0), (3, 0), (4, 1), (7, 1), (8, 2), (80, 20)])
def test_at_most_a_fifth_of_a_list_is_there_to_learn(others, places):
    assert places_to_learn(others, 0.2) == places
    assert places / max(others + places, 1) <= 0.2
    assert places_to_learn(others, 1.0) > 10**9


def test_what_is_above_a_fifth_waits_on_each_list_for_itself():
    elsewhere = {"owner_staff_id": "S2"}
    of_s1 = ("earns", 7, {}), ("service", 1, {}), ("doubted", 5, {})
    of_s2 = ("earns", 3, elsewhere), ("doubted", 1, elsewhere | {"one_id": "alone"})
    found, left = within_share(plans(*of_s1, *of_s2), RULES, SALTS)
    doubted = found[found["one_id"].str.startswith("doubted")]
    assert sorted(doubted["arm"]) == ["treat", "treat", "waiting", "waiting", "waiting"]
    assert set(doubted["wait_probability"]) == {0.6}
    assert arms(found)["alone"] == "waiting"
    assert set(found.loc[found["net_p50_fen"] > 0, "arm"]) == {"treat"}
    assert left == {"S1": 0, "S2": 0}


def test_a_machines_channel_and_who_waits_for_room_are_nobodys_list():
    found, left = within_share(
        plans(("doubted", 3, {"message_channel": "sms"}), ("earns", 4, {"arm": "waiting", "wait_probability": 0.5})),
        RULES,
        SALTS,
    )
    assert found["arm"].tolist() == ["treat"] * 3 + ["waiting"] * 4
    assert found["wait_probability"].tolist() == [0.0] * 3 + [0.5] * 4
    assert left == {}


def test_who_waits_is_asked_whether_sent_or_held_back():
    both = plans(("earns", 8, {}), ("doubted", 6, {}))
    held = both.assign(arm=both["arm"].mask(both["one_id"].isin(["doubted0", "doubted1", "earns0"]), "held_back"))
    found, left = within_share(held, RULES, SALTS)
    # Seven of eight are sent: one place to learn. Whose turn comes before somebody finds none is not asked of the side.
    kept = found[found["one_id"].str.startswith("doubted") & found["arm"].ne("waiting")]
    assert (kept["arm"] == "treat").sum() + left["S1"] == 1
    turned = {
        who: within_share(both.assign(arm=both["arm"].mask(both["one_id"].eq(who), "held_back")), RULES, SALTS)[0]
        for who in both["one_id"]
        if who.startswith("doubted")
    }
    plain = arms(within_share(both, RULES, SALTS)[0])
    for who, found in turned.items():
        assert (arms(found)[who] == "waiting") == (plain[who] == "waiting"), who


def lots(people: int, member: str = "S1", cost: int = 10) -> tuple[pd.DataFrame, tuple[np.ndarray, np.ndarray]]:
    """Return the options of the random arm: an SMS and a message of a member of staff each, and their slots."""
    rows = [{"candidate": who, "one_id": f"p{who}", "way": way} for who in range(people) for way in ("sms", "wecom")]
    options = pd.DataFrame(rows).assign(as_of_date=DATE, owner_staff_id=member, expected_cost_fen=cost)
    return options, (np.where(options["way"] == "sms", 0, -1), np.where(options["way"] == "wecom", 0, -1))


def room(budget: float = 1e9, channel: float = 1e9, staff: float = 1e9) -> Remaining:
    return Remaining(budget, np.array([channel]), np.array([staff]))


def test_the_plan_leaves_what_the_lots_are_expected_to_take():
    options, slots = lots(30)
    plan = kept_for_lots(options, slots, room(budget=1_000.0, staff=80.0), 200.0, RULES)
    # of three ways each is as likely: 10 of 30 fall on the member, for 10 fen each
    assert (plan.budget, plan.staff.tolist()) == (900.0, [70.0])
    assert kept_for_lots(options, slots, room(budget=1_000.0, staff=20.0), 60.0, RULES).staff.tolist() == [16.0]
    assert kept_for_lots(options, slots, room(budget=1_000.0, staff=20.0), 60.0, RULES).budget == 940.0
    assert kept_for_lots(options[:0], (slots[0][:0], slots[1][:0]), room(), 60.0, RULES).staff.tolist() == [1e9]


def test_a_list_without_a_place_is_open_to_nobody():
    options, slots = lots(50)
    asked, drawn = open_to(options, slots, {"S1": 0}, room(), RULES, SALTS)
    assert (asked, len(drawn)) == (set(), 0)
    assert open_to(options, slots, {}, room(), RULES, SALTS)[0] == set()


def test_a_list_is_open_until_its_places_are_taken_whatever_the_last_one_drew():
    options, slots = lots(60)
    asked, drawn = open_to(options, slots, {"S1": 3}, room(), RULES, SALTS)
    assert drawn["way"].value_counts()["wecom"] == 3
    everybody = drawn_options(options, SALTS).set_index("candidate")["way"]
    assert drawn.set_index("candidate")["way"].to_dict() == {
        who: way for who, way in everybody.to_dict().items() if who in asked
    }
    # among those asked each of the three ways is as likely: who drew nothing or an SMS was asked as well
    assert len(asked) > 3
    # whose lot falls on the member only changes who comes after: the one before the last place was open either way
    one_more, _ = open_to(options, slots, {"S1": 4}, room(), RULES, SALTS)
    assert asked < one_more


@pytest.mark.parametrize("left", [{"budget": 9.0}, {"channel": 0.0}, {"staff": 0.0}])
def test_nobody_is_asked_where_one_of_their_ways_would_find_no_room(left):
    options, slots = lots(20)
    assert open_to(options, slots, {"S1": 20}, room(**left), RULES, SALTS)[0] == set()


def test_what_lots_may_cost_and_a_members_day_end_the_asking():
    options, slots = lots(200)
    _, drawn = open_to(options, slots, {"S1": 200}, room(budget=100.0), RULES, SALTS)
    assert drawn["expected_cost_fen"].sum() == 100
    _, drawn = open_to(options, slots, {"S1": 200}, room(staff=5.0), RULES, SALTS)
    assert drawn["way"].value_counts()["wecom"] == 5


def test_a_brand_that_sets_no_share_asks_everybody():
    options, slots = lots(30)
    asked, _ = open_to(options, slots, {}, room(), make_rules(learning_list_share=1.0), SALTS)
    assert asked == set(range(30))


def test_who_has_no_way_through_a_member_is_not_asked():
    options, slots = lots(5)
    alone = options["way"].eq("sms").to_numpy()
    asked, drawn = open_to(options[alone], (slots[0][alone], slots[1][alone]), {"S1": 9}, room(), RULES, SALTS)
    assert (asked, len(drawn)) == (set(), 0)

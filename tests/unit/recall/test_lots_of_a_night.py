"""The lots after the plan: who is held back, who waits, and that neither knows of the other or of the option."""

import datetime as dt
import hmac
import itertools

import numpy as np
import pandas as pd
import pytest

from ml.recall.assignment import Remaining, Salts
from ml.recall.lots_of_a_night import drawn
from tests.unit.recall.people import DATE

SALTS = Salts(holdout=b"h" * 32, exploration=b"e" * 32)
AMPLE = 1e9


def lot(purpose: str, text: str) -> float:
    """Return a draw written out by hand."""
    return int.from_bytes(hmac.digest(b"e" * 32 + b"|" + purpose.encode(), text.encode(), "sha256")[:8], "big") / 2**64


def plan(one_id: str, q: float = 0.0, cost: int = 10, **changes: object) -> dict[str, object]:
    """Return a plan of somebody who is lapsed: nothing is open, an SMS of 10 fen."""
    row = {
        "one_id": one_id, "as_of_date": DATE, "policy_id": "recall_lost", "ladder_step": 0, "continues_episode": None,
        "held_back_probability": q, "expected_cost_fen": cost,
    }  # fmt: skip
    return row | changes


def lots(*plans: dict[str, object], budget: float = AMPLE, places: float = AMPLE) -> pd.DataFrame:
    """Return the plans after the lots: all of them take a place of one member of staff."""
    slots = (np.full(len(plans), -1), np.zeros(len(plans), dtype=np.int64))
    found = drawn(pd.DataFrame(list(plans)), slots, Remaining(budget, np.zeros(0), np.array([places])), SALTS)
    return found.set_index("one_id")


def by_turn(*one_ids: str) -> list[str]:
    return sorted(one_ids, key=lambda one_id: lot("wait", f"{one_id}|{DATE}"))


FIRST, SECOND, THIRD = by_turn("anna", "bert", "carl")


def arms(*plans: dict[str, object], **room: float) -> dict[str, str]:
    return lots(*plans, **room)["arm"].to_dict()


def test_whose_lot_falls_below_the_stored_chance_is_held_back():
    ids = [f"p{n}" for n in range(2_000)]
    found = lots(*(plan(one_id, q=0.15) for one_id in ids))
    below = {one_id for one_id in ids if lot("held back", f"{one_id}|{DATE}") < 0.15}
    assert set(found.index[found["arm"] == "held_back"]) == below
    assert 260 < len(below) < 340
    assert set(found["wait_probability"]) == {0.0}


def test_a_chance_of_nothing_holds_nobody_back_and_one_of_one_everybody():
    assert arms(plan("anna"), plan("bert", q=1.0)) == {"anna": "treat", "bert": "held_back"}


def test_where_there_is_no_room_the_last_by_a_further_lot_wait():
    found = lots(plan(FIRST), plan(SECOND), plan(THIRD), places=2)
    assert found["arm"].to_dict() == {FIRST: "treat", SECOND: "treat", THIRD: "waiting"}
    # a third of those who wanted the place waits
    assert set(found["wait_probability"]) == {0.333333}


def test_who_is_held_back_uses_no_place_and_who_comes_later_has_it():
    assert arms(plan(FIRST, q=1.0), plan(SECOND), plan(THIRD), places=2) == {
        FIRST: "held_back", SECOND: "treat", THIRD: "treat",
    }  # fmt: skip


def test_when_the_last_place_is_gone_the_held_back_wait_like_the_others():
    for q in (0.0, 1.0):
        assert arms(plan(FIRST), plan(SECOND), plan(THIRD, q=q), places=2)[THIRD] == "waiting"


def test_of_six_places_for_seven_as_many_are_held_back_as_the_chance_says():
    # Every outcome of seven lots of .15, by its likelihood; were only the sent asked for room it would be .157.
    sent = held = 0.0
    for outcome in itertools.product((0.0, 1.0), repeat=7):
        likely = np.prod([0.15 if q else 0.85 for q in outcome])
        found = lots(*(plan(f"p{n}", q=q) for n, q in enumerate(outcome)), places=6)["arm"]
        assert (found == "treat").sum() <= 6
        sent, held = sent + likely * (found == "treat").sum(), held + likely * (found == "held_back").sum()
    assert held / (sent + held) == pytest.approx(0.15, abs=1e-12)


def test_what_is_sent_never_costs_more_than_there_is_and_nobody_cheaper_is_let_in():
    plans = (plan(FIRST, cost=60), plan(SECOND, cost=50), plan(THIRD, cost=1))
    assert arms(*plans, budget=110) == {FIRST: "treat", SECOND: "treat", THIRD: "waiting"}
    assert arms(*plans, budget=109) == {FIRST: "treat", SECOND: "waiting", THIRD: "waiting"}
    assert set(arms(*plans, budget=111).values()) == {"treat"}


def test_who_waits_depends_on_no_option_and_on_no_others_lot_before_it():
    dear = lots(*(plan(f"p{n}", q=0.15) for n in range(50)), places=30)
    other = lots(*(plan(f"p{n}", q=0.15, policy_id="re_add", cost=9) for n in range(50)), places=30)
    assert dear["arm"].equals(other["arm"])


def test_two_limits_make_two_chances_of_waiting():
    found = lots(plan(FIRST), plan(SECOND), plan(THIRD), places=2, budget=10)
    assert found["arm"].to_dict() == {FIRST: "treat", SECOND: "waiting", THIRD: "waiting"}
    # a third by the places, half of those left by the money: 1 - 2/3 x 1/2; who waits already is asked no further
    assert found["wait_probability"].to_dict() == {FIRST: 0.666667, SECOND: 0.666667, THIRD: 0.333333}


def test_the_lot_of_stopping_a_ladder_is_one_per_episode_and_step():
    def over_nights(**step: object) -> set[str]:
        nights = [DATE + dt.timedelta(days=n) for n in range(20)]
        return {arms(plan("anna", q=0.5, as_of_date=night, **step))["anna"] for night in nights}

    ladder = {"policy_id": "first_order_ladder", "ladder_step": 2}
    assert over_nights() == {"treat", "held_back"}
    for episode in ("e_1", "e_2", "e_3"):
        below = lot("held back", f"{episode}|first_order_ladder|2") < 0.5
        assert over_nights(continues_episode=episode, **ladder) == {"held_back" if below else "treat"}
    stopped = {step: lot("held back", f"e_1|first_order_ladder|{step}") < 0.5 for step in range(1, 9)}
    assert set(stopped.values()) == {True, False}

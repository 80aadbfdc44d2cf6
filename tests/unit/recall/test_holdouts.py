"""Draws that nobody can steer, and that survive a merge."""

import dataclasses
import datetime as dt
import hmac

import numpy as np
import pandas as pd
import pytest

from ml.recall.assignment import Remaining, Salts, drawn_arms, explored
from ml.recall.candidates import candidates
from ml.recall.holdouts import global_holdout, unit_draws
from orchestration.business_time import cut_off_at
from tests.unit.recall.people import DATE, NO_ANCESTRY, make_rules, people, person, scores

SALT = b"a salt of thirty-two bytes......"
IDS = [f"p_{number}" for number in range(4000)]
HELD = {one_id for one_id, draw in zip(IDS, unit_draws(IDS, SALT), strict=True) if draw < 0.05}
FREE = next(one_id for one_id in IDS if one_id not in HELD)
OUT = next(iter(sorted(HELD)))


def frame(*one_ids: str) -> pd.DataFrame:
    return pd.DataFrame({"as_of_date": DATE, "cut_off_at": cut_off_at(DATE, 6), "one_id": list(one_ids)})


def ancestry(one_id: str, ancestor: str, known_from: dt.datetime) -> pd.DataFrame:
    return pd.DataFrame({"one_id": [one_id], "ancestor_one_id": [ancestor], "known_from": [known_from]})


def test_a_twentieth_is_held_out_and_stays_out():
    assert 150 < len(HELD) < 250
    held = global_holdout(frame(*IDS), NO_ANCESTRY, SALT, 0.05)
    assert set(np.array(IDS)[held]) == HELD


def test_on_a_merge_the_holdout_wins():
    merged = global_holdout(frame(FREE), ancestry(FREE, OUT, dt.datetime(2017, 11, 10)), SALT, 0.05)
    assert merged.tolist() == [True]


def test_the_parts_of_a_split_inherit_it():
    part = ancestry(FREE, OUT, dt.datetime(2017, 11, 10))
    assert global_holdout(frame(FREE, OUT), part, SALT, 0.05).tolist() == [True, True]


def test_a_merge_learned_later_is_not_known_yet():
    later = ancestry(FREE, OUT, dt.datetime(2017, 12, 2))
    assert global_holdout(frame(FREE), later, SALT, 0.05).tolist() == [False]


def test_draws_do_not_depend_on_order_or_company():
    alone = global_holdout(frame(OUT, FREE), NO_ANCESTRY, SALT, 0.05)
    assert alone.tolist() == [True, False]


def test_another_salt_holds_out_others():
    others = set(np.array(IDS)[unit_draws(IDS, b"another salt of thirty-two bytes") < 0.05])
    assert 2 < len(HELD & others) < 30  # 5% of 5% of 4,000 is 10


def test_a_short_salt_is_refused():
    with pytest.raises(ValueError, match="at least 16 bytes"):
        unit_draws(["p"], b"short")


def test_the_holdout_salt_may_not_serve_exploration_too():
    with pytest.raises(ValueError, match="must differ"):
        Salts(holdout=SALT, exploration=SALT)


def below(salt: bytes, text: str, share: float) -> bool:
    """Whether a draw, written out by hand, falls below a share."""
    return int.from_bytes(hmac.digest(salt, text.encode(), "sha256")[:8], "big") / 2**64 < share


@pytest.mark.parametrize("date", [dt.date(2017, 11, 1), dt.date(2017, 11, 30), dt.date(2017, 12, 1)])
def test_every_release_draws_the_same_people_each_draw_under_its_own_salt(date):
    # Another key or salt would draw everybody anew. Written out: the person for good under the salt of the holdout,
    # the person for good for the shop's own list, person and date for whose option is drawn.
    rules = dataclasses.replace(make_rules(holdout_share=0.2, exploration_share=0.3), as_usual_share=0.3)
    salts = Salts(holdout=b"h" * 32, exploration=b"e" * 32)
    rows = [person(f"p{n}", as_of_date=date, cut_off_at=cut_off_at(date, 6)) for n in range(400)]
    found = drawn_arms(candidates(people(*rows), scores(), rules), NO_ANCESTRY, rules, salts).set_index("one_id")
    for n in range(400):
        if below(b"h" * 32, f"p{n}", 0.2):
            arm = "holdout_global"
        elif below(b"e" * 32 + b"|as usual", f"p{n}", 0.3):
            arm = "as_usual"
        else:
            arm = "random" if below(b"e" * 32, f"p{n}|{date}", 0.3) else ""
        assert found.loc[f"p{n}", "arm"] == arm, n


def test_who_is_turned_away_for_want_of_room_has_nothing_to_do_with_what_they_drew():
    rules = make_rules(exploration_budget_share=1.0)
    options = pd.DataFrame({
        "candidate": np.repeat(np.arange(900), 2),
        "one_id": np.repeat([f"p{n}" for n in range(900)], 2),
        "as_of_date": DATE,
        "offer": ["first", "second"] * 900,
        "expected_cost_fen": 10,
    })
    nowhere = np.full(len(options), -1)
    room = Remaining(2_000.0, np.zeros(0), np.zeros(0))
    salts = Salts(holdout=b"h" * 32, exploration=b"e" * 32)
    kept, away = explored(options, (nowhere, nowhere), room, rules, salts)
    ample, _ = explored(options, (nowhere, nowhere), Remaining(1e9, np.zeros(0), np.zeros(0)), rules, salts)
    of_the_first = {f"p{n}" for n in range(900) if below(b"e" * 32 + b"|treatment", f"p{n}|{DATE}", 1 / 3)}
    assert set(ample.loc[ample["offer"] == "first", "one_id"]) == of_the_first
    # Of 900 a third drew each option and a third nothing; 200 of the 600 found room.
    assert len(kept) == 200
    assert 350 < len(away) < 450
    assert 70 < kept["offer"].eq("first").sum() < 130


def test_a_merge_learned_at_the_cut_off_itself_is_known():
    at = cut_off_at(DATE, 6)
    assert global_holdout(frame(FREE), ancestry(FREE, OUT, at), SALT, 0.05).tolist() == [True]

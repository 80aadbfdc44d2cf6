"""One night's decision: everybody's own draw of what is believed, the odds of each option, and what repair did."""

import dataclasses
import datetime as dt
import hmac

import numpy as np
import pandas as pd
import pytest

from ml.recall.assignment import Remaining, Salts
from ml.recall.learned import nothing_learned
from ml.recall.night import DRAWS, Night, decided, valued
from ml.recall.posterior import Posterior
from tests.unit.recall.people import DATE, make_rules

SALTS = Salts(holdout=b"h" * 32, exploration=b"e" * 32)
BEFORE = nothing_learned(make_rules()).posterior
AMPLE = 1e9


def believed(**channels: tuple[float, float]) -> Posterior:
    """Return what is believed of at-risk buyers without an offer: mean and deviation of theta by channel, else none."""
    cells = BEFORE.cells
    mean, spread = np.zeros(len(cells)), np.zeros(len(cells))
    for channel, (middle, deviation) in channels.items():
        at = cells["band"].eq("at_risk") & cells["message_channel"].eq(channel) & cells["depth"].eq("none")
        mean[at], spread[at] = middle, deviation
    root = np.diag(spread)
    return dataclasses.replace(BEFORE, mean=mean, root=root, covariance=root @ root.T)


def option(candidate: int, channel: str = "sms", **changes: object) -> dict[str, object]:
    """Return an option of somebody who never returns by themselves: 10 fen to send, a lift of one earns 100 yuan."""
    row = {
        "candidate": candidate, "one_id": f"p{candidate}", "as_of_date": DATE, "band": "at_risk",
        "message_channel": channel, "depth": "none", "p0": 0.0, "contacts_28d": None, "coupon_taste": None,
        "wecom_answers": None, "base_fen": -10.0, "unit_fen": 10_000.0, "expected_cost_fen": 10,
        "held_back_probability": 0.0, "policy_id": "recall_at_risk", "ladder_step": 0, "continues_episode": None,
    }  # fmt: skip
    return row | changes


def night(posterior: Posterior, *options: dict[str, object], budget: float = AMPLE) -> Night:
    rows = valued(pd.DataFrame(list(options)), posterior)
    none = np.full(len(rows), -1)
    return decided(rows, posterior, Remaining(budget, np.zeros(0), np.zeros(0)), (none, none), SALTS)


def draw_of(one_id: str, date: dt.date = DATE) -> int:
    """Return which of the 64 draws is a person's, written out by hand."""
    key = hmac.digest(b"e" * 32 + b"|posterior", f"{one_id}|{date}".encode(), "sha256")[:8]
    return int(int.from_bytes(key, "big") / 2**64 * 64)


UNSURE = believed(sms=(0.001, 0.01))


def test_everybody_is_valued_under_one_of_sixty_four_draws_that_their_name_and_the_date_pick():
    tomorrow = DATE + dt.timedelta(days=1)
    rows = [option(n) for n in range(40)] + [option(99, one_id="p7"), option(100, one_id="p7", as_of_date=tomorrow)]
    found = night(UNSURE, *rows).options.set_index("candidate")
    theta = UNSURE.draws(64)[:, found["cell"].iloc[0]]
    assert DRAWS == 64
    for n in range(40):
        assert found.loc[n, "value_fen"] == np.floor(-10 + 10_000 * theta[draw_of(f"p{n}")])
    assert found.loc[99, "value_fen"] == found.loc[7, "value_fen"]
    assert draw_of("p7", tomorrow) != draw_of("p7")
    assert found.loc[100, "value_fen"] == np.floor(-10 + 10_000 * theta[draw_of("p7", tomorrow)])
    assert found["value_fen"].nunique() > 20


def test_an_option_is_as_likely_as_it_may_be_best():
    # Of a lift that is as likely to pay as not, half of the draws pay; who drew one of those is written to.
    found = night(UNSURE, *(option(n) for n in range(200))).options
    assert set(found["probability"]) == {0.5}
    assert 70 < found["is_chosen"].sum() < 130
    assert found["is_chosen"].equals(found["value_fen"] > 0)
    sure = night(believed(sms=(0.002, 0.0)), option(1))
    assert sure.plans[["option_probability", "arm"]].to_numpy().tolist() == [[1.0, "treat"]]


def test_the_odds_of_a_persons_options_and_of_nothing_add_up_to_one():
    both = believed(sms=(0.001, 0.01), wecom=(0.001, 0.01))
    found = night(both, option(1), option(1, "wecom")).options
    values = -10 + 10_000 * both.draws(64)[:, found["cell"]]
    values = np.floor(values)
    nothing = (values <= 0).all(axis=1).mean()
    assert found["probability"].sum() + nothing == 1
    assert found["probability"].tolist() == [
        ((values[:, 0] >= values[:, 1]) & (values[:, 0] > 0)).mean(),
        ((values[:, 1] > values[:, 0]) & (values[:, 1] > 0)).mean(),
    ]
    assert 0.15 < nothing < 0.35


def test_the_odds_are_those_at_the_price_that_a_scarce_budget_sets():
    # Of three who earn 90, 70 and 50 for 10 fen each two can be paid: money is worth more than the third earns by it.
    sure = believed(sms=(0.01, 0.0))
    rows = [option(n, base_fen=float(base)) for n, base in ((1, -10), (2, -30), (3, -50))]
    found = night(sure, *rows, budget=20)
    assert found.plans["one_id"].tolist() == ["p1", "p2"]
    assert found.options["is_chosen"].tolist() == [True, True, False]
    assert found.options["probability"].iloc[[0, 2]].tolist() == [1.0, 0.0]
    assert night(sure, *rows, budget=0).options["probability"].tolist() == [0.0, 0.0, 0.0]


def test_who_was_chosen_only_because_the_money_came_out_better_is_marked():
    # 13 fen buy the second and third (70 + 40), though by the price of money the first (100 for 10 fen) is the best.
    sure = believed(sms=(0.01, 0.0))
    rows = [
        option(n, base_fen=worth - 100.0, expected_cost_fen=cost)
        for n, worth, cost in ((1, 100, 10), (2, 70, 8), (3, 40, 5))
    ]
    found = night(sure, *rows, budget=13).options
    assert found["is_chosen"].tolist() == [False, True, True]
    assert found["is_repaired"].tolist() == [True, True, True]
    assert not night(sure, *rows).options["is_repaired"].any()


def test_what_will_be_held_back_is_planned_beyond_the_budget_and_never_sent_beyond_it():
    sure = believed(sms=(0.01, 0.0))
    found = night(sure, *(option(n, held_back_probability=0.5) for n in range(40)), budget=200)
    # 20 messages can be paid and 40 are planned, of whom half are held back
    assert len(found.plans) == 40
    sent = found.plans["arm"].eq("treat")
    assert 0 < found.plans.loc[sent, "expected_cost_fen"].sum() <= 200
    assert found.plans["arm"].eq("held_back").sum() > 10


def test_what_is_told_of_an_option_is_the_middle_of_what_is_believed_and_not_the_draw():
    found = night(believed(sms=(0.02, 0.01)), option(1, p0=0.25)).options
    assert found[["factor", "lift", "lift_sd"]].to_numpy().tolist() == [
        [0.75, pytest.approx(0.015), pytest.approx(0.0075)]
    ]


def test_a_night_for_nobody_decides_nothing():
    found = night(UNSURE, option(1))
    empty = decided(
        found.options.iloc[:0].drop(columns=["probability", "is_chosen", "is_repaired"]), UNSURE,
        Remaining(AMPLE, np.zeros(0), np.zeros(0)), (np.zeros(0, dtype=int), np.zeros(0, dtype=int)), SALTS,
    )  # fmt: skip
    assert empty.plans.empty and empty.options.empty

"""What a channel's removal costs, on chains whose answer can be worked out by hand or by enumeration."""

import datetime as dt
import itertools
from fractions import Fraction

import pandas as pd
import pytest

from ml.attribution import removal_effects

DATE = dt.date(2017, 11, 30)


def steps(*paths):
    """Return the steps of paths written as ``a b order``, each with how many go it."""
    counted = {}
    for path, times in paths:
        *places, end = path.split()
        for one, other in itertools.pairwise(["(start)", *places, f"({end})"]):
            counted[one, other] = counted.get((one, other), 0) + times
    rows = [(DATE, 7, one, other, times) for (one, other), times in counted.items()]
    return pd.DataFrame(rows, columns=["as_of_date", "window_days", "from_channel", "to_channel", "paths"])


def effects(frame):
    return {row["channel"]: (row["removal_effect"], row["share"]) for row in removal_effects(frame).to_pylist()}


def test_a_channel_on_every_way_to_an_order_loses_all_of_them():
    found = effects(steps(("sms wecom order", 3), ("wecom order", 1), ("sms nothing", 4)))
    # of 8 paths 7 begin with sms: 3 of those 7 go on to wecom, and all of wecom's are orders
    assert found["wecom"] == (1.0, round(1 / (1 + 0.75), 10))
    assert found["sms"] == (0.75, round(0.75 / (1 + 0.75), 10))


def test_a_channel_that_only_leads_home_loses_nothing():
    assert effects(steps(("sms order", 2), ("ad nothing", 5))) == {"sms": (1.0, 1.0), "ad": (0.0, 0.0)}


def test_two_touch_days_of_one_channel_in_a_row_change_nothing():
    once = effects(steps(("sms wecom order", 2), ("wecom sms nothing", 3), ("sms order", 1)))
    assert effects(steps(("sms sms sms wecom order", 2), ("wecom sms nothing", 3), ("sms order", 1))) == once


def test_a_window_without_an_order_says_nothing_of_any_channel():
    assert effects(steps(("sms nothing", 3))) == {}
    assert removal_effects(steps()).num_rows == 0


def test_dates_and_windows_stand_for_themselves():
    one, other = steps(("sms order", 1)), steps(("ad order", 1)).assign(window_days=30)
    found = removal_effects(pd.concat([one, other])).to_pylist()
    assert [(row["window_days"], row["channel"], row["share"]) for row in found] == [(7, "sms", 1.0), (30, "ad", 1.0)]


def by_iteration(frame, removed):
    """Return the chance of an order in exact fractions, by walking the chain without cycles as far as it goes."""
    left = frame.groupby("from_channel")["paths"].sum()
    chance = {
        (one, other): Fraction(int(times), int(left[one]))
        for one, other, times in frame[["from_channel", "to_channel", "paths"]].itertuples(index=False)
    }
    at, won = {"(start)": Fraction(1)}, Fraction(0)
    while at:
        reached = {}
        for (one, other), likely in chance.items():
            if one in at and other != removed:
                reached[other] = reached.get(other, Fraction(0)) + at[one] * likely
        won += reached.pop("(order)", Fraction(0))
        reached.pop("(nothing)", None)
        at = reached
    return won


@pytest.mark.parametrize("seed", range(5))
def test_any_chain_without_a_way_back_agrees_with_walking_it_in_fractions(seed):
    channels = ["ad", "app", "pos", "sms"]  # in this order alone, so that every walk ends
    ways = [way for size in range(1, 5) for way in itertools.combinations(channels, size)]
    paths = [
        (f"{' '.join(way)} {end}", 1 + (7 * place + 3 * seed) % 5)
        for place, (way, end) in enumerate(itertools.product(ways, ("order", "nothing")))
        if (place + seed) % 3
    ]
    frame = steps(*paths)
    whole = by_iteration(frame, None)
    found = effects(frame)
    for channel in channels:
        assert found[channel][0] == pytest.approx(float(1 - by_iteration(frame, channel) / whole), abs=1e-9)
    assert sum(share for _, share in found.values()) == pytest.approx(1, abs=1e-9)

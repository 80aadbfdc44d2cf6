"""BG/NBD against published parameters and against a simulation of its own story."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ml.models.bgnbd import BgNbd, fit_bgnbd

#: Beside the checkout, or beside the folder that holds it.
PLACES = [above / "shared" / "data" / "cdnow_sample.parquet" for above in Path(__file__).resolve().parents[4:6]]
PUBLISHED = BgNbd(r=0.2426, alpha=4.4136, a=0.7929, b=2.4259)


def test_parameters_of_cdnow_calibrated_to_the_end_of_september_1997():
    """Fader, Hardie and Lee (2005) print these four figures for the same customers."""
    sample = next((place for place in PLACES if place.is_file()), None)
    if sample is None:
        pytest.skip("the CDNOW sample does not stand at ../shared/data/cdnow_sample.parquet")
    log = pd.read_parquet(sample)
    log = log[log["date"] <= "1997-09-30"].drop_duplicates(["master_id", "date"])
    people = log.groupby("master_id")["date"].agg(["min", "max", "count"])
    weeks = pd.Timedelta(days=7)
    found = fit_bgnbd(
        (people["count"] - 1).to_numpy(float),
        ((people["max"] - people["min"]) / weeks).to_numpy(float),
        ((pd.Timestamp("1997-09-30") - people["min"]) / weeks).to_numpy(float),
    )
    assert [found.r, found.alpha, found.a, found.b] == pytest.approx([0.2426, 4.4136, 0.7929, 2.4259], rel=0.01)


def test_a_one_time_buyer_is_alive_and_yet_may_well_stay_silent():
    once, age = np.array([0.0]), np.array([38.0])
    assert PUBLISHED.probability_alive(once, once, age)[0] == 1.0
    silent = PUBLISHED.probability_no_order(once, once, age, 13.0)[0]
    assert silent == pytest.approx(((4.4136 + 38) / (4.4136 + 38 + 13)) ** 0.2426)


def test_silence_is_likelier_the_longer_the_last_order_lies_back():
    last = np.array([37.0, 30.0, 20.0, 5.0])
    silent = PUBLISHED.probability_no_order(np.full(4, 6.0), last, np.full(4, 38.0), 4.0)
    assert (np.diff(silent) > 0).all()


def test_the_chance_of_silence_agrees_with_a_simulation_of_the_model():
    chance = np.random.default_rng(4)
    people, world, age, horizon = 20_000, BgNbd(1.2, 10.0, 0.8, 4.0), 30.0, 8.0
    rate, leave = chance.gamma(world.r, 1 / world.alpha, people), chance.beta(world.a, world.b, people)
    repeats, last, silent = np.zeros(people), np.zeros(people), np.ones(people, dtype=bool)
    clock, alive = np.zeros(people), np.ones(people, dtype=bool)
    for _ in range(60):
        clock = clock + chance.exponential(1 / rate)
        seen, later = alive & (clock <= age), alive & (clock > age) & (clock <= age + horizon)
        repeats, last = repeats + seen, np.where(seen, clock, last)
        silent &= ~later
        alive &= chance.random(people) >= leave
    told = world.probability_no_order(repeats, last, np.full(people, age), horizon)
    for x in (0, 1, 3):
        chosen = repeats == x
        assert told[chosen].mean() == pytest.approx(silent[chosen].mean(), abs=0.015)
    found = fit_bgnbd(repeats, last, np.full(people, age))
    assert [found.r, found.alpha, found.a, found.b] == pytest.approx([1.2, 10.0, 0.8, 4.0], rel=0.2)

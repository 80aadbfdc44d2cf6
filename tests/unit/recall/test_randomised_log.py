"""What a randomised log teaches: literal logs whose effects are known."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.randomised_log import NOTHING, differences, first_half, judged, read, shrunk, value


def log(rows: int = 12_000, *, young_effect: float = 0.2, old_effect: float = 0.2) -> pd.DataFrame:
    """Return a log of a mail to two of three: the young answer by one effect, the old by another."""
    rng = np.random.default_rng(7)
    old, mailed = rng.random(rows) < 0.5, rng.random(rows) < 2 / 3
    chance = 0.3 + mailed * np.where(old, old_effect, young_effect)
    return pd.DataFrame({
        "customer": [f"c{number}" for number in range(rows)],
        "option": np.where(mailed, "mail", NOTHING),
        "probability": np.where(mailed, 2 / 3, 1 / 3),
        "outcome": (rng.random(rows) < chance).astype(float),
        "age": np.where(old, 60, 20) + rng.integers(0, 10, rows),
        "noise": rng.random(rows),
    })


def test_effects_are_weighed_by_what_each_row_stood_a_chance_of():
    # The dear buy at .8 and were mailed 9 times of 10, the others at .2 and once in 10: the mail does nothing.
    rows = [
        {"option": option, "probability": p, "outcome": float(number < rate * count)}
        for rate, chance in ((0.8, 0.9), (0.2, 0.1))
        for option, p in (("mail", chance), (NOTHING, 1 - chance))
        for count in [round(1_000 * p)]
        for number in range(count)
    ]  # fmt: skip
    found = differences(pd.DataFrame(rows), np.zeros(len(rows), dtype=np.int64))
    assert found[["cell", "option"]].values.tolist() == [[0, "mail"]]
    assert found["effect"].tolist() == pytest.approx([0.0])


def test_cells_that_differ_by_no_more_than_noise_have_their_options_one_effect():
    found = pd.DataFrame({"cell": [0, 1], "option": "mail", "effect": [0.09, 0.11], "variance": 0.01})
    assert shrunk(found)[0]["effect"].tolist() == pytest.approx([0.1, 0.1])
    apart = shrunk(found.assign(effect=[-0.9, 1.1]))[0]["effect"].tolist()
    assert apart[0] == pytest.approx(-0.9, abs=0.01)


def test_where_everybody_answers_alike_nobody_is_told_apart_and_nothing_is_claimed():
    found = judged(log())
    assert (found["cells"], found["best"], found["is_claimed"]) == ("all alike", "mail", False)
    assert found["predicted_over_realised"] == pytest.approx(1.0, abs=0.2)


def test_where_the_young_answer_and_the_old_are_put_off_a_policy_is_claimed():
    found = judged(log(young_effect=0.3, old_effect=-0.1))
    assert found["cells"] == "age"
    assert found["is_claimed"]
    # half of them gain .3 and nobody loses .1
    assert found["policy"].mean == pytest.approx(0.15, abs=0.03)
    assert found["best_for_all"].mean == pytest.approx(0.1, abs=0.03)
    assert found["predicted_over_realised"] == pytest.approx(1.0, abs=0.2)


def test_where_the_mail_puts_everybody_off_nothing_is_best():
    found = judged(log(young_effect=-0.2, old_effect=-0.2))
    assert (found["best"], found["policy"].mean, found["is_claimed"]) == (NOTHING, 0.0, False)
    assert found["predicted_over_realised"] is None


def test_a_half_is_one_of_customers_and_the_same_whatever_the_order():
    customers = pd.Series(["a", "b", "c", "a", "d", "e"])
    half = first_half(customers)
    assert half[0] == half[3]
    assert first_half(customers[::-1]).tolist() == half[::-1].tolist()


def test_the_value_of_an_option_is_by_hand():
    four = pd.DataFrame({
        "customer": ["a", "b", "c", "d"], "option": ["mail", "mail", NOTHING, NOTHING],
        "probability": 0.5, "outcome": [1.0, 0.0, 0.0, 0.0],
    })  # fmt: skip
    found = value(four, np.full(4, "mail", dtype=object), np.full(4, NOTHING, dtype=object))
    assert (found.mean, found.effective) == (0.5, 2.0)
    assert found.error == pytest.approx(np.sqrt(2 * 0.25**2))


def test_a_log_without_what_it_needs_is_refused_by_name(tmp_path: Path):
    file = tmp_path / "log.csv"
    log(10).drop(columns="probability").to_csv(file, index=False)
    with pytest.raises(ValueError, match="lacks probability"):
        read(file, "control")
    log(10).assign(probability=1.0).to_csv(file, index=False)
    with pytest.raises(ValueError, match="outside"):
        read(file, "control")
    log(10).assign(option="mail").to_csv(file, index=False)
    with pytest.raises(ValueError, match="no row of the control 'control'"):
        read(file, "control")
    log(10).assign(option=["control", None] * 5).to_parquet(tmp_path / "log.parquet")
    assert set(read(tmp_path / "log.parquet", "control")["option"]) == {NOTHING}

"""What a randomised log teaches: literal logs whose effects are known."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.log_checks import NOTHING, checked, doubts, read
from benchmarks.randomised_log import differences, first_half, judged, main, shrunk, value
from benchmarks.synthetic_logs import synthetic


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
    found = found.assign(own_variance=0.005)
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


def landed(tmp_path: Path, **columns: object) -> Path:
    """Return a file of ten rows, some of its columns otherwise."""
    file = tmp_path / "log.csv"
    log(10).assign(**columns).to_csv(file, index=False)
    return file


def test_a_log_without_what_it_needs_is_refused_by_name_with_what_it_has(tmp_path: Path):
    file = tmp_path / "log.csv"
    log(10).drop(columns="probability").rename(columns={"outcome": "spend"}).to_csv(file, index=False)
    with pytest.raises(ValueError, match=r"lacks probability, outcome; .* It has customer, option, spend, age, noise"):
        read(file, "control", {})
    with pytest.raises(ValueError, match="no row of the control 'control'; name it with --control, of mail"):
        read(landed(tmp_path, option="mail"), "control", {})
    with pytest.raises(ValueError, match="cannot be read"):
        read(tmp_path / "none.csv", "control", {})


@pytest.mark.parametrize("chance", [0.0, 1.0, 1.5, -0.1, None, "half"])
def test_a_row_whose_chance_is_no_chance_is_refused_with_its_place(tmp_path: Path, chance: object):
    with pytest.raises(ValueError, match=r"probability of 1 of 10 rows .* \(the first is row 4, "):
        read(landed(tmp_path, probability=[0.5] * 3 + [chance] + [0.5] * 6), "control", {})


@pytest.mark.parametrize(("column", "says"), [("customer", "which half"), ("outcome", "who did nothing has 0")])
def test_a_row_without_a_customer_or_an_outcome_is_refused(tmp_path: Path, column: str, says: str):
    values = [*log(10)[column].iloc[:9], None]
    with pytest.raises(ValueError, match=rf"{column} of 1 of 10 rows .*{says}.*row 10"):
        read(landed(tmp_path, **{column: values}), "control", {})


def test_an_empty_option_and_the_named_one_are_the_control(tmp_path: Path):
    log(10).assign(option=["control", None] * 5).to_parquet(tmp_path / "log.parquet")
    assert set(read(tmp_path / "log.parquet", "control", {})["option"]) == {NOTHING}
    assert set(read(landed(tmp_path, option=["No E-Mail", " mail"] * 5), "No E-Mail", {})["option"]) == {
        NOTHING,
        "mail",
    }


def test_columns_may_have_their_own_names_and_a_name_that_fits_nothing_is_refused(tmp_path: Path):
    file = landed(tmp_path, spend=[2.5] * 10, option=["control", "mail"] * 5)
    assert read(file, "control", {"outcome": "spend"})["outcome"].tolist() == [2.5] * 10
    with pytest.raises(ValueError, match="outcome=spent fits nothing"):
        read(file, "control", {"outcome": "spent"})
    with pytest.raises(ValueError, match="result=spend fits nothing"):
        read(file, "control", {"result": "spend"})


def test_a_column_that_came_after_the_draw_is_left_out_and_named():
    leaking = log().assign(visited=lambda rows: (rows["option"].eq("mail") & (rows.index % 5 == 0)).astype(int))
    said, left_out = doubts(leaking)
    assert left_out == ["visited"]
    assert said[0].startswith("visited is left out: its values under nothing differ from the others' by 44")
    assert "visited" not in judged(leaking)["cells"]
    assert doubts(log()) == ([], [])


def test_an_option_drawn_otherwise_than_its_chances_say_is_named_and_who_it_was_open_to_stays_a_column():
    whole = log()
    # half of the mailed who are young were lost on the way
    lost = whole[~(whole["option"].eq("mail") & whole["age"].lt(40) & (whole.index % 2 == 0))]
    said, left_out = doubts(lost)
    assert [sentence.split(" as often")[0] for sentence in said] == [
        "mail was drawn 0.89 times", "nothing was drawn 1.23 times",
    ]  # fmt: skip
    assert left_out == []


def test_a_log_of_a_known_truth_is_valued_as_the_truth_has_it():
    known = synthetic("people_differ", 1, 20_000)
    assert known.log.groupby("tier")["probability"].max().to_dict() == {"gold": 0.4, "plain": 0.4, "silver": 0.25}
    everybody = np.full(len(known.log), True)
    coupon = known.earned(everybody, np.full(len(known.log), "coupon", dtype=object))
    # three in ten like coupons: .08 of them, -.01 of the others
    likes = (known.log["coupon_share"] > 0.5).mean()
    assert coupon == pytest.approx(0.08 * likes - 0.01 * (1 - likes))
    assert known.earned(everybody, np.full(len(known.log), NOTHING, dtype=object)) == 0.0
    found = judged(checked(known.log, "control", "synthetic"))
    assert found["is_claimed"]
    with pytest.raises(ValueError, match="no synthetic log is called 'magic'; there are best_for_all, people_differ"):
        synthetic("magic", 1, 10)


def test_of_four_options_that_do_the_same_the_luckiest_is_no_better():
    found = pd.DataFrame({
        "cell": 0, "option": ["a", "b", "c", "d"], "effect": [0.03, 0.01, 0.02, 0.0],
        "variance": 0.0003, "own_variance": 0.0002,
    })  # fmt: skip
    assert shrunk(found)[0]["effect"].tolist() == pytest.approx([0.015] * 4)
    apart = shrunk(found.assign(effect=[0.5, 0.01, 0.02, 0.0]))[0]["effect"].tolist()
    assert apart[0] == pytest.approx(0.5, abs=0.01)


def test_the_program_goes_on_after_a_log_that_it_refuses_and_says_so_at_its_end(tmp_path: Path, monkeypatch, capsys):
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    log(2_000).to_csv(good, index=False)
    log(10).drop(columns="customer").to_csv(bad, index=False)
    monkeypatch.setattr("sys.argv", ["randomised_log", str(bad), str(good), "--control", NOTHING])
    assert main() == 2
    told = capsys.readouterr()
    assert "refused" in told.err
    assert "lacks customer" in told.err
    assert told.out.startswith("good.csv: cells by")

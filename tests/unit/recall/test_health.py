"""The checks of the experiment under the recall: each finds what was planted, and nothing where nothing is wrong."""

import datetime as dt
import hashlib

import numpy as np
import pandas as pd
import pytest

from ml.recall.health import _wilson, a_against_a, health
from ml.recall.health_words import WORDS
from ml.recall.outcomes import outcomes
from ml.recall.tables import HEALTH
from tests.unit.recall.read_episodes import KNOWN, PRIORS, buyers, episodes

SETTINGS = {
    "outcome_holdout_least": 30, "srm_alarm_p": 0.001, "health_alarm_p": 0.01, "aa_alarm_p": 0.05,
    "coverage_least_rows": 3, "placebo_days": 365,
}  # fmt: skip
PLANS = pd.DataFrame({
    "as_of_date": KNOWN,
    "arm": ["treat", "treat", "treat", "treat", "held_back", "random"],
    "basis": ["experiment", "prior", "experiment_pooled", "prior", "experiment", "experiment"],
})


NO_LANDED = pd.DataFrame({
    name: [] for name in ("as_of_date", "experiment_id", "set_aside_for", "is_control", "is_shops_list")
})  # fmt: skip


def checked(*frames: pd.DataFrame, plans: pd.DataFrame = PLANS, landed: pd.DataFrame = NO_LANDED) -> pd.DataFrame:
    """Return the checks of some episodes and what they came to."""
    rows = pd.concat(frames, ignore_index=True)
    return health(rows, outcomes(rows, PRIORS, 30), plans, landed, SETTINGS)


def one(check: str, *frames: pd.DataFrame, **given: pd.DataFrame) -> pd.Series:
    """Return the one row of a check."""
    rows = checked(*frames, **given)
    return rows[rows["check_name"] == check].squeeze()


def test_every_check_says_something_in_english_and_chinese_on_every_date():
    found = checked(episodes(buyers(40, 100), buyers(30, 100)))
    assert list(found.columns) == list(HEALTH)
    assert found["check_name"].tolist() == [
        "srm", "srm_option", "placebo", "contamination", "model_minus_design", "a_against_a", "coverage",
        "predicted_over_realised", "learned_share",
    ]  # fmt: skip
    assert found["words"].str.len().min() > 20
    assert found["words_zh"].str.contains("[一-龥]").all()
    landed = {
        f"landed_{reason}" for reason in ("two_arms", "drawn_before", "no_channel", "unknown_offer", "no_control")
    }
    of_the_year = {"global_holdout", "carry_over", "as_usual", "as_usual_list"}
    assert {*found["check_name"], *of_the_year, *landed} == set(WORDS)


def test_people_who_went_missing_on_one_side_are_an_alarm():
    fine, lost = episodes(buyers(0, 500), buyers(0, 500)), episodes(buyers(0, 500), buyers(0, 390))
    assert one("srm", fine)["verdict"] == "ok"
    found = one("srm", lost)
    assert (found["verdict"], found["n"], round(found["value"], 3)) == ("alarm", 890, 0.438)
    assert found["value"] < found["low"]
    assert "43.8% of 890 planned people were held back, 50.0% were to be" in found["words"]


def test_a_split_is_judged_from_five_expected_on_each_side():
    assert one("srm", episodes(buyers(0, 5), buyers(0, 5)))["verdict"] == "ok"
    assert one("srm", episodes(buyers(0, 5), buyers(0, 4)))["verdict"] == "too_few"
    for lot, sent, held in ((0.02, 98, 2), (0.98, 2, 98)):  # two of a hundred, whichever side they are on
        split = episodes(buyers(0, sent), buyers(0, held), held_back_probability=lot)
        assert one("srm", split)["verdict"] == "too_few"


def test_open_episodes_count_for_the_lot_and_people_of_the_random_arm_do_not():
    lost = episodes(buyers(0, 500), buyers(0, 390), is_closed=False, is_closed_h=False, is_closed_3h=False)
    assert one("srm", lost)["verdict"] == "alarm"
    assert one("srm", episodes(buyers(0, 500), buyers(0, 500)), lost.assign(arm="random"))["n"] == 1_000


def test_one_option_that_loses_people_is_named_though_the_policy_looks_right():
    more = episodes(buyers(0, 1_000), buyers(0, 1_120), message_channel="wecom", offer_id="recall_90")
    more["episode_id"] = "w" + more["episode_id"]
    # 880 of 1,880 lie 60 from 940 by a spread of 21.7; 1,120 of 2,120 lie 60 from 1,060 by 23.0
    found = checked(episodes(buyers(0, 1_000), buyers(0, 880)), more).set_index("check_name")
    assert found.loc[["srm", "srm_option"], "verdict"].tolist() == ["ok", "ok"]
    found = checked(episodes(buyers(0, 1_000), buyers(0, 840)), more).set_index("check_name")
    assert found.loc[["srm", "srm_option"], "verdict"].tolist() == ["ok", "alarm"]
    assert "Of option sms|none 45.7% of 1840 were held back" in found.loc["srm_option", "words"]


def test_sides_that_differed_before_anything_was_sent_are_an_alarm():
    rows = episodes(buyers(40, 100), buyers(30, 100))
    before = rows.assign(paid_before_fen=np.where(rows["is_sent"], 900.0, 500.0) + np.arange(200) % 2 * 100.0)
    assert one("placebo", before)[["verdict", "value"]].tolist() == ["alarm", 400.0]
    fine = one("placebo", rows.assign(paid_before_fen=np.arange(200) % 2 * 100.0))
    assert fine["verdict"] == "ok"
    assert fine["words"].startswith("In the 365 days before, both sides spent alike")
    few = one("placebo", before.groupby("is_sent").head(20))
    assert few[["verdict", "value"]].tolist() == ["too_few", 400.0]
    nobody = one("placebo", rows)
    assert nobody["verdict"] == "too_few"
    assert nobody["words"].startswith("0 of 200 people had bought anything in the 365 days before")
    assert nobody["words_zh"].startswith("之前 365 天里 200 人中只有 0 人买过")


def test_a_control_that_somebody_else_wrote_to_is_found_and_one_written_to_like_the_others_is_not():
    rows = episodes(buyers(40, 400), buyers(30, 400))
    is_tenth = np.array(np.arange(400).tolist() * 2) % 10 == 0
    assert one("contamination", rows.assign(is_contaminated=is_tenth))["verdict"] == "ok"
    found = one("contamination", rows.assign(is_contaminated=is_tenth & ~rows["is_sent"]))
    assert (found["verdict"], round(found["value"], 3)) == ("alarm", -0.1)
    assert found["words"].startswith("0.0% of those sent something and 10.0% of the held-back were also written to")
    assert one("contamination", rows)[["verdict", "value"]].tolist() == ["ok", 0.0]
    assert one("contamination", episodes(buyers(1, 20), buyers(1, 20)))["verdict"] == "too_few"
    one_sided = episodes(buyers(40, 400), buyers(1, 5))
    assert one("contamination", one_sided)["verdict"] == "too_few", "four hundred sent say nothing of five held back"


def test_an_effect_that_the_plan_expected_and_the_design_did_not_find_is_the_models_fault():
    def gap(sent: int, **lift: float) -> list[object]:
        rows = episodes(buyers(sent, 10_000), buyers(3_400, 10_000), **lift)
        return one("model_minus_design", rows)[["verdict", "value"]].tolist()

    assert gap(3_400) == ["alarm", 0.1]
    assert gap(4_400) == ["ok", 0.0]
    assert gap(3_400, lift_p10=0.0, lift_p90=0.2) == ["ok", 0.1]  # a model that is as unsure as that said nothing


def test_where_no_lift_was_predicted_the_model_has_nothing_to_be_held_against():
    rows = episodes(buyers(3_400, 10_000), buyers(3_400, 10_000)).assign(lift_mean=None)
    assert "model_minus_design" not in set(checked(rows)["check_name"])


def test_halves_of_the_held_back_are_alike_and_who_was_sent_something_is_in_neither():
    held = episodes([], [float(paid) for paid in np.random.default_rng(3).choice([0.0, 4_000.0], 2_000)])
    assert a_against_a(held, SETTINGS).verdict == "ok"
    assert a_against_a(held.iloc[:40], SETTINGS).verdict == "too_few"
    sent = episodes([9_000_000.0] * 500, [])
    found = one("a_against_a", held, sent.assign(episode_id="s" + sent["episode_id"]))
    assert found[["verdict", "n"]].tolist() == ["ok", 2_000]
    assert pd.isna(found["policy_id"])


def test_halves_that_differ_are_an_alarm():
    # The half of an episode is the last bit of the first byte of the sha256 of its id.
    held = episodes([], buyers(200, 200))
    halves = [hashlib.sha256(each.encode()).digest()[0] % 2 for each in held["episode_id"]]
    held["paid_fen"] = 4_000.0 * np.array(halves) + np.arange(200) % 3
    assert a_against_a(held, SETTINGS).verdict == "alarm"


def readings(realised: list[int], half: int = 100) -> pd.DataFrame:
    """Return readings of so many weeks after h days, each predicted at 1,000 fen, give or take nothing."""
    return pd.DataFrame({
        "as_of_date": KNOWN, "source": "own", "read_window": "h", "realised_net_fen": realised,
        "realised_low_fen": [value - half for value in realised],
        "realised_high_fen": [value + half for value in realised],
        "predicted_net_fen": 1_000, "predicted_low_fen": 1_000, "predicted_high_fen": 1_000,
    })  # fmt: skip


def of_readings(given: pd.DataFrame) -> pd.DataFrame:
    """Return the checks of readings, by name."""
    return health(episodes([1.0], [1.0]), given, PLANS, NO_LANDED, SETTINGS).set_index("check_name")


def test_intervals_that_seldom_hold_what_came_are_an_alarm():
    right = of_readings(readings([1_000] * 45 + [1_101] * 5)).loc["coverage"]
    assert right[["value", "verdict", "n"]].tolist() == [0.9, "ok", 50]
    assert of_readings(readings([1_000] * 35 + [1_101] * 15)).loc["coverage", "verdict"] == "alarm"
    assert of_readings(readings([1_000] * 2)).loc["coverage", "verdict"] == "too_few"


def test_predicted_over_realised_is_a_ratio_of_sums_and_unknown_where_nothing_is_sure_to_have_been_earned():
    half = of_readings(readings([500] * 4)).loc["predicted_over_realised"]
    assert half[["value", "verdict"]].tolist() == [2.0, "alarm"]
    # one error of 61 fen a week, of four weeks 122; 2.576 of them are 313: 4,000 / 2,313 to 4,000 / 1,687
    assert (half["low"], half["high"]) == pytest.approx((1.729, 2.371), abs=1e-3)
    assert of_readings(readings([950] * 4)).loc["predicted_over_realised", "verdict"] == "ok"
    assert of_readings(readings([50] * 4)).loc["predicted_over_realised", "verdict"] == "too_few"
    # 2.576 errors of one week are 156.6 fen: with 157 something was earned for certain, though less than a fen of it
    assert of_readings(readings([157])).loc["predicted_over_realised", "verdict"] == "alarm"
    assert of_readings(readings([156])).loc["predicted_over_realised", "verdict"] == "too_few"


def test_landed_readings_and_other_windows_are_in_neither_of_the_two():
    given = readings([500] * 6).assign(source=["own"] * 4 + ["landed", "own"], read_window=["h"] * 5 + ["3h"])
    assert of_readings(given).loc[["coverage", "predicted_over_realised"], "n"].tolist() == [4, 4]


def test_the_share_of_the_audience_that_stands_on_experiments_of_its_own_cell():
    found = one("learned_share", episodes([1.0], [1.0]))
    assert found[["value", "n", "verdict"]].tolist() == [0.25, 4, "ok"]
    nobody = one("learned_share", episodes([1.0], [1.0]), plans=PLANS.iloc[:0])
    assert nobody["verdict"] == "too_few"
    assert nobody["words"] == "Too few to say (0 so far). That is not the same as no difference."


def test_landed_experiments_are_checked_under_their_own_name_and_dates_by_themselves():
    landed = episodes(buyers(0, 500), buyers(0, 390), policy_id=None, experiment_id="spring", source="agency")
    later = episodes(buyers(0, 500), buyers(0, 500), as_of_date=KNOWN + dt.timedelta(days=1))
    found = checked(landed, later)
    found = found[found["check_name"] == "srm"]
    assert found[["as_of_date", "policy_id", "verdict"]].to_numpy().tolist() == [
        [KNOWN, "spring", "alarm"],
        [KNOWN + dt.timedelta(days=1), "recall_at_risk", "ok"],
    ]


def test_rows_of_a_landed_experiment_that_teach_nothing_are_told_by_reason_with_what_to_do():
    reasons = [None, None, "two_arms", "two_arms", "unknown_offer"]
    landed = pd.DataFrame({
        "as_of_date": KNOWN,
        "experiment_id": ["spring"] * 5 + ["autumn"],
        "set_aside_for": [*reasons, None],
        "is_control": True,
        "is_shops_list": False,
    })
    found = checked(episodes([1.0], [1.0]), landed=landed)
    found = found[found["check_name"].str.startswith("landed_")]
    assert found[["check_name", "policy_id", "value", "n", "verdict"]].to_numpy().tolist() == [
        ["landed_two_arms", "spring", 0.4, 5, "alarm"],
        ["landed_unknown_offer", "spring", 0.2, 5, "alarm"],
    ]
    assert found.iloc[0]["words"].startswith("2 of 5 rows of spring are of people in two of its arms")


def test_a_landed_experiment_whose_control_is_missing_or_looks_like_an_arm_is_named():
    landed = pd.DataFrame(
        [
            ("spring", None, True, False),
            ("spring", None, False, False),
            # its control was filled in like the arm, or stands in both
            ("summer", None, False, False),
            ("summer", None, False, False),
            ("autumn", "two_arms", True, False),
            ("autumn", None, False, False),
            # a list of the shop's own has everybody else of its lot beside it
            ("as_usual_1", None, False, True),
        ],
        columns=["experiment_id", "set_aside_for", "is_control", "is_shops_list"],
    ).assign(as_of_date=KNOWN)
    found = checked(episodes([1.0], [1.0]), landed=landed)
    found = found[found["check_name"].eq("landed_no_control")]
    assert found[["policy_id", "n", "verdict"]].to_numpy().tolist() == [["autumn", 2, "alarm"], ["summer", 2, "alarm"]]
    assert "leave message_channel and offer_id empty" in found.iloc[1]["words"]


def test_the_interval_of_a_share_is_wilsons():
    # 18 of 20 at 90%: (.9 + z^2 / 40 +- z sqrt(.09 / 20 + z^2 / 1600)) / (1 + z^2 / 20), z = 1.6449
    assert _wilson(0.9, 20, 1.6448536) == pytest.approx((0.738337, 0.966337), abs=1e-6)

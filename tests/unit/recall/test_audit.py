"""A year's claims against the people who were never written to."""

import datetime as dt

import pandas as pd
import pytest

from ml.recall.audit import Audit, Claims, audit, audit_found, carry_over_found, year_claims
from ml.recall.health import row_of
from tests.unit.recall.read_episodes import KNOWN

DAY = dt.timedelta(days=1)


def people(programme: list[float], held_out: list[float]) -> pd.DataFrame:
    """Return the margin of a year, in fen, of everybody who could have been written to."""
    rows = [(False, margin) for margin in programme] + [(True, margin) for margin in held_out]
    frame = pd.DataFrame(rows, columns=["is_holdout", "margin_fen"])
    return frame.assign(one_id=[f"p{place}" for place in range(len(rows))])


def test_the_programme_earned_what_its_people_spent_more_a_head_times_their_number_less_what_sending_cost():
    found = audit(people([300.0, 500.0, 100.0, 300.0], [100.0, 300.0]), Claims(150.0, 40.0), 80.0)
    assert found is not None
    assert (found.earned_fen, found.people, found.held_out) == (4 * (300 - 200) - 80, 4, 2)
    # variances 26,667 and 20,000 over 4 and 2 people; times 4 people
    assert found.error_fen == pytest.approx(4 * (26_666.67 / 4 + 20_000 / 2) ** 0.5, abs=0.1)
    assert found.z == pytest.approx((150 - 320) / (found.error_fen**2 + 40.0**2) ** 0.5)


def test_a_holdout_of_one_says_nothing():
    assert audit(people([300.0, 500.0], [100.0]), Claims(0.0, 0.0), 0.0) is None


def test_where_everybody_spent_the_same_there_is_nothing_to_hold_claims_against():
    assert audit(people([0.0, 0.0], [0.0, 0.0]), Claims(0.0, 0.0), 0.0) is None


def week(days_ago: int, net: float | None, half: float = 164.485, **changes: object) -> dict[str, object]:
    """Return a reading after h days of the week so many days before."""
    row: dict[str, object] = {
        "week_from": KNOWN - days_ago * DAY, "source": "own", "read_window": "h", "realised_net_fen": net,
        "realised_low_fen": None if net is None else net - half,
        "realised_high_fen": None if net is None else net + half,
    }  # fmt: skip
    return row | changes


def test_the_years_claims_are_the_weeks_money_after_h_days_and_their_errors_add_in_quadrature():
    rows = pd.DataFrame([
        week(30, 1_000.0),
        week(37, 500.0),
        week(364, 30.0, 0.0),
        week(365, 7_000.0),  # of the year before
        week(30, 900.0, read_window="3h"),
        week(30, 900.0, source="landed"),
        week(44, None),
    ])
    found = year_claims(rows, KNOWN)
    assert (found.fen, found.unread) == (1_530.0, 1)
    assert found.error_fen == pytest.approx(100 * 2**0.5, abs=1e-2)


def year(claims: float, earned: float, error: float) -> Audit:
    """Return a year of which the claims themselves are certain."""
    return Audit(earned, error, Claims(claims, 0.0), 19_000, 1_000)


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (year(10_000, 9_000, 1_000), "ok"),
        (year(20_000, 10_000, 1_000), "alarm"),  # twice what was earned
        (year(-20_000, 10_000, 1_000), "alarm"),
        (year(2_000, 1_000, 1_000), "too_few"),  # doubled, but 2,802 would have to be claimed to be seen
        (year(2_802, 2_802, 1_000), "ok"),
        (year(2_801, 2_801, 1_000), "too_few"),
        (year(11_961, 10_000, 1_000), "alarm"),
        (year(11_959, 10_000, 1_000), "ok"),
    ],
)
def test_claims_are_believed_refused_or_out_of_the_holdouts_reach(found, verdict):
    assert audit_found(found, 0.05).verdict == verdict


def test_below_the_size_at_which_it_can_tell_the_holdout_says_so_in_yuan():
    row = row_of(KNOWN, audit_found(Audit(9_300_000, 9_700_000, Claims(9_000_000, 3_000_000, 2), 19_000, 1_000), 0.05))
    assert (row["check_name"], row["n"], row["verdict"], row["value"]) == (
        "global_holdout",
        1_000,
        "too_few",
        9_300_000,
    )
    assert row["words"] == (
        "The global holdout cannot tell: it would find an overstatement of 284,454 yuan, and 90,000 are claimed"
        " (93,000 ± 159,551, 1000 held out)."
    )
    assert "全局对照说不准" in str(row["words_zh"])


def test_what_an_episode_does_to_the_next_is_a_line_of_its_own_with_its_interval():
    found = carry_over_found(Audit(15_000, 3_000, Claims(5_000, 4_000), 19_000, 1_000))
    assert (found.value, found.verdict) == (10_000, "ok")
    assert (found.low, found.high) == pytest.approx((10_000 - 8_224.3, 10_000 + 8_224.3), abs=0.1)  # 1.645 x 5,000
    less = carry_over_found(Audit(5_000, 3_000, Claims(15_000, 4_000), 19_000, 1_000))
    assert (less.value, less.verdict) == (-10_000, "ok")
    unknown = row_of(KNOWN, carry_over_found(Audit(13_000, 3_000, Claims(5_000, 4_000), 19_000, 1_000)))
    assert unknown["words"] == (
        "What one episode does to the next cannot be told from nothing: +80 ± 82 yuan a year (1000 held out)."
    )

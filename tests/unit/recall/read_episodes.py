"""Literal episodes for the readings of recall."""

import datetime as dt

import pandas as pd

from ml.recall import arms
from ml.recall.outcomes import outcomes

MONDAY = dt.date(2017, 11, 6)
WEEK = dt.timedelta(days=7)
KNOWN = dt.date(2018, 3, 1)
#: What the plan expected of the one cell of these tests, as the seed response_priors says it of a landed experiment.
PRIORS = pd.DataFrame([
    {"band": "high_risk", "message_channel": "sms", "depth": "none", "lift_p10": 0.0, "lift_p50": 0.1, "lift_p90": 0.2}
])


def episodes(sent: list[float], held: list[float], **changes: object) -> pd.DataFrame:
    """Return one episode for each sum that was paid (fen), of those sent something and of those held back.

    Whoever paid something reached the objective; half of everybody was to be held back.
    """
    rows = [
        {
            "as_of_date": KNOWN,
            "source": "siyu",
            "experiment_id": None,
            "plan_date": MONDAY,
            "policy_id": "recall_at_risk",
            "arm": arms.TREAT if is_sent else arms.HELD_BACK,
            "is_sent": is_sent,
            "held_back_probability": 0.5,
            "band": "high_risk",
            "message_channel": "sms",
            "offer_id": "none",
            "depth": "none",
            "lift_mean": 0.1,
            "lift_p10": 0.1,
            "lift_p90": 0.1,
            "net_mean_fen": 90.0,
            "net_p10_fen": 90.0,
            "net_p90_fen": 90.0,
            "expected_cost_fen": 10.0,
            "margin_rate": 0.25,
            "succeeded": paid > 0,
            "is_closed": True,
            "is_closed_h": True,
            "is_closed_3h": True,
            "paid_fen": paid,
            "paid_fen_h": paid,
            "paid_fen_3h": paid,
            "paid_before_fen": 0.0,
            "is_contaminated": False,
        }
        for is_sent, sums in ((True, sent), (False, held))
        for paid in sums
    ]
    frame = pd.DataFrame(rows).assign(**changes)
    mark = "-".join(str(frame[name].iloc[0]) for name in ("plan_date", "policy_id", "held_back_probability"))
    return frame.assign(episode_id=[f"{mark}-{number}" for number in range(len(frame))])


def buyers(some: int, of: int, paid_fen: float = 4_000.0) -> list[float]:
    """Return what so many people paid, of whom some ordered once."""
    return [paid_fen] * some + [0.0] * (of - some)


def read(*frames: pd.DataFrame, least: int = 30) -> pd.DataFrame:
    """Return the readings of some episodes."""
    return outcomes(pd.concat(frames, ignore_index=True), PRIORS, least)


def money(*frames: pd.DataFrame) -> pd.DataFrame:
    """Return the readings after h days."""
    found = read(*frames)
    return found[found["read_window"] == "h"].reset_index(drop=True)

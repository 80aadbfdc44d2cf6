"""What became of the episodes: realised by assignment alone, beside what was predicted of them, week by week.

Each episode is read once, in the week its plan was made: its orders when it ends, its money after h and 3h days too
(by then either side may have been planned again, so that money means "now rather than one episode later"). Whoever was
sent something is compared with whoever the lot held back on the same date, for the same policy, with the same chance;
whether a message arrived plays no part. Margin is the margin rate times what was paid, after discounts: a redeemed
coupon is in it already, and only the sending is taken off.
"""

import math
from typing import Final

import numpy as np
import pandas as pd

from ml.recall import arms
from ml.recall.design import DETECTABLE, Z90, Z_P90, Estimate, estimate, monday, strata
from ml.recall.tables import OUTCOMES

#: Reading -> the column that says that it is over, and the money of it.
READINGS: Final = {
    "episode": ("is_closed", "paid_fen"),
    "h": ("is_closed_h", "paid_fen_h"),
    "3h": ("is_closed_3h", "paid_fen_3h"),
}
OWN, LANDED = "own", "landed"
AGREES, DISAGREES, TOO_FEW = "agrees", "disagrees", "too_few"
_CELL: Final = ["band", "message_channel", "depth"]
_GROUP: Final = ["as_of_date", "kind", "policy_id", "experiment_id"]
#: What an episode has to say, beside the columns of READINGS.
EPISODE: Final = (
    "as_of_date", "episode_id", "source", "experiment_id", "plan_date", "policy_id", "arm", "is_sent",
    "held_back_probability", *_CELL, "lift_mean", "lift_p10", "lift_p90", "net_mean_fen", "net_p10_fen", "net_p90_fen",
    "expected_cost_fen", "margin_rate", "succeeded",
)  # fmt: skip
#: What a week is read from beside its money.
_READ: Final = (
    "cell", "is_sent", "held_back_probability", "succeeded", "margin_rate", "expected_cost_fen",
    "lift_mean", "lift_p10", "lift_p90", "net_mean_fen", "net_p10_fen", "net_p90_fen",
)  # fmt: skip
_FLAGS: Final = ("is_sent", "succeeded", *(is_over for is_over, _ in READINGS.values()))
_AS_THEY_ARE: Final = ("cell", *_FLAGS)
#: Whom the claims are about; who got an option drawn evenly is a line of its own.
_ARMS: Final = (arms.TREAT, arms.HELD_BACK, arms.RANDOM)


def outcomes(episodes: pd.DataFrame, priors: pd.DataFrame, least: int) -> pd.DataFrame:
    """Return one row per (as_of_date, week, policy or experiment, reading) of everything sent that is over.

    Parameters
    ----------
    episodes
        ``people.recall_episodes``: columns ``EPISODE`` and those of ``READINGS``, of one or many as_of_dates.
    priors
        The seed ``response_priors``: what is predicted of a landed experiment.
    least
        With fewer on a side its spread is taken from both: the seed row ``outcome_holdout_least``.

    Returns
    -------
    DataFrame
        ``OUTCOMES``; money in fen, lifts as shares. A landed experiment has lifts alone where nobody says what its
        sending cost. ``policy_id`` of evenly drawn options is ``random``.
    """
    rows: list[dict[str, object]] = []
    known = _narrowed(_with_priors(episodes[episodes["arm"].isin(_ARMS)], priors))
    for group, people in known.groupby(_GROUP, dropna=False, sort=True):
        names = dict(zip(_GROUP, group, strict=True))
        names["source"] = names.pop("kind")
        # Of a landed experiment nobody says what sending cost: there is no money to read later than its orders.
        is_priced = bool(people["expected_cost_fen"].notna().any())
        for reading, (is_over, paid) in READINGS.items():
            if reading != "episode" and not is_priced:
                continue
            over = people[people[is_over].astype(bool)]
            rows += [names | row for row in _weeks(over, reading, paid, least)]
    found = pd.DataFrame(rows, columns=list(OUTCOMES))
    return found.sort_values(["as_of_date", "week_from", "source", "policy_id", "experiment_id", "read_window"],
                             ignore_index=True)  # fmt: skip


def _with_priors(episodes: pd.DataFrame, priors: pd.DataFrame) -> pd.DataFrame:
    """Give landed rows the lift of their cell in the seed, and say of every row what it is read with."""
    seeds = priors[[*_CELL, "lift_p10", "lift_p50", "lift_p90"]].rename(columns={"lift_p50": "lift_mean"})
    lifts = ["lift_mean", "lift_p10", "lift_p90"]
    found = episodes.merge(seeds, on=_CELL, how="left", suffixes=("", "_seed"))
    is_landed = found["experiment_id"].notna()
    for lift in lifts:
        found[lift] = found[lift].astype(float).where(~is_landed, found[f"{lift}_seed"].astype(float))
    is_random = found["arm"].eq(arms.RANDOM)
    return found.sort_values("episode_id", kind="stable").assign(
        cell=found.groupby(_CELL, dropna=False).ngroup(),
        kind=np.where(is_landed, LANDED, OWN),
        policy_id=found["policy_id"].where(~is_random, arms.RANDOM),
    )


def _narrowed(known: pd.DataFrame) -> pd.DataFrame:
    """Return what weeks are read from, ids as numbers in their order: cutting texts took most of a reading's time."""
    numbers = sorted({*(column for reading in READINGS.values() for column in reading), *_READ})
    of = {name: known[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in numbers if name not in _AS_THEY_ARE}
    flags = {name: known[name].to_numpy(dtype=bool, na_value=False) for name in _FLAGS}
    dates = {
        "cell": known["cell"],
        "plan_date": pd.to_datetime(known["plan_date"]).to_numpy(),
        "episode_id": np.arange(len(known)),
    }
    return known[_GROUP].assign(**of, **flags, **dates)


def _weeks(people: pd.DataFrame, reading: str, paid: str, least: int) -> list[dict[str, object]]:
    if people.empty:
        return []
    margin = people["margin_rate"].astype(float) * people[paid].astype(float)
    money, orders = strata(people, margin), strata(people, people["succeeded"])
    rows = []
    weeks = monday(people["plan_date"])
    for week in np.unique(weeks):
        of_week = people[weeks == week]
        sent = of_week[of_week["is_sent"].astype(bool)]
        if sent.empty:
            continue
        row: dict[str, object] = {
            "week_from": pd.Timestamp(week).date(),
            "read_window": reading,
            "people_sent": len(sent),
        }
        row["people_held_back"] = len(of_week) - len(sent)
        lift = estimate(orders, week, least) if reading == "episode" else None
        row |= _lift(lift, sent) if reading == "episode" else {}
        row |= _money(estimate(money, week, least), sent)
        row |= _verdict(row, sent, by_lift=reading == "episode")
        if reading == "episode" or of_week["expected_cost_fen"].notna().any():
            rows.append(row)
    return rows


def _money(found: Estimate | None, sent: pd.DataFrame) -> dict[str, object]:
    cost = None if sent["expected_cost_fen"].isna().any() else float(sent["expected_cost_fen"].sum())
    row: dict[str, object] = {}
    if found is not None and cost is not None:
        row["realised_net_fen"] = round(found.total - cost)
        if interval := found.interval():
            row["realised_low_fen"], row["realised_high_fen"] = (round(end - cost) for end in interval)
            row["detectable_net_fen"] = round(DETECTABLE * (found.error or 0.0))
    if predicted := _predicted(sent, "net_mean_fen", "net_p10_fen", "net_p90_fen"):
        row |= dict(zip(("predicted_net_fen", "predicted_low_fen", "predicted_high_fen"), map(round, predicted),
                        strict=True))  # fmt: skip
    return row


def _lift(found: Estimate | None, sent: pd.DataFrame) -> dict[str, object]:
    row: dict[str, object] = {}
    if found is not None:
        row["lift"] = round(found.total / found.people, 6)
        if interval := found.interval():
            row["lift_low"], row["lift_high"] = (round(end / found.people, 6) for end in interval)
            row["detectable_lift"] = round(DETECTABLE * (found.error or 0.0) / found.people, 6)
    if predicted := _predicted(sent, "lift_mean", "lift_p10", "lift_p90"):
        names = ("predicted_lift", "predicted_lift_low", "predicted_lift_high")
        row |= {name: round(value / len(sent), 6) for name, value in zip(names, predicted, strict=True)}
    return row


def _predicted(sent: pd.DataFrame, mean: str, low: str, high: str) -> tuple[float, float, float] | None:
    """Return the sum of what was predicted, with its 90% interval: people of one cell share their error."""
    means, lows, highs = (sent[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in (mean, low, high))
    if np.isnan([means, lows, highs]).any():
        return None
    by_cell = np.bincount(sent["cell"].to_numpy(), (highs - lows) / (2 * Z_P90))
    total, error = float(means.sum()), float(np.sqrt(np.square(by_cell).sum()))
    return total, total - Z90 * error, total + Z90 * error


def _verdict(row: dict[str, object], sent: pd.DataFrame, *, by_lift: bool) -> dict[str, object]:
    """Say whether the reading and what was predicted agree, or that so few cannot tell, and after how many weeks.

    The end of an episode is judged by its lift, h and 3h by their money. The effect that has to be detectable is what
    was predicted to be earned before the cost of sending: that much parts "as predicted" from "nothing happened".
    """
    ends = ("lift_low", "lift_high", "predicted_lift_low", "predicted_lift_high", "predicted_lift", "detectable_lift")
    if not by_lift:
        ends = ("realised_low_fen", "realised_high_fen", "predicted_low_fen", "predicted_high_fen",
                "predicted_net_fen", "detectable_net_fen")  # fmt: skip
    if row.get(ends[4]) is None:
        return {"verdict": None}
    if any(row.get(end) is None for end in ends):
        return {"verdict": TOO_FEW}
    low, high, predicted_low, predicted_high, predicted, detectable = (float(str(row[end])) for end in ends)
    if high < predicted_low or low > predicted_high:
        return {"verdict": DISAGREES}
    effect = predicted if by_lift else predicted + float(sent["expected_cost_fen"].sum())
    if detectable <= effect:
        return {"verdict": AGREES}
    return {"verdict": TOO_FEW, "weeks_needed": math.ceil((detectable / effect) ** 2) if effect > 0 else None}

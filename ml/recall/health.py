"""Whether the experiment under the recall is in order: checks that need no opinion of what works.

Each check is a number with an interval and a verdict: ``ok``, ``alarm`` (what it found is less likely than the level of
its seed row, were all in order) or ``too_few``. A finding of chance is told with the chance; nothing stops by itself.
"""

import dataclasses
import hashlib
import math
from collections.abc import Iterator, Mapping
from statistics import NormalDist
from typing import Final

import numpy as np
import pandas as pd

from ml.recall import arms
from ml.recall.design import Z90, Z_P90, Estimate, estimate, srm_p_value, strata
from ml.recall.health_words import words_of
from ml.recall.outcomes import OWN
from ml.recall.tables import HEALTH

OK, ALARM, TOO_FEW = "ok", "alarm", "too_few"
#: What the checks read of an episode beside what ``outcomes`` reads.
CHECKED: Final = (
    "as_of_date", "episode_id", "plan_date", "policy_id", "experiment_id", "arm", "is_sent", "held_back_probability",
    "message_channel", "offer_id", "is_closed", "paid_fen", "margin_rate", "succeeded", "paid_before_fen",
    "is_contaminated", "lift_mean", "lift_p10", "lift_p90", "band", "depth",
)  # fmt: skip
_FLAGS: Final = ("is_sent", "is_closed", "succeeded", "is_contaminated")
_NUMBERS: Final = (
    "held_back_probability", "paid_fen", "margin_rate", "paid_before_fen", "lift_mean", "lift_p10", "lift_p90",
)  # fmt: skip
#: The share of readings that a 90% interval should hold.
_NOMINAL: Final = 0.9


@dataclasses.dataclass(frozen=True)
class Found:
    """What a check found: its number with an interval, of how many, and what its words name."""

    check: str
    policy_id: str | None
    value: float | None
    low: float | None
    high: float | None
    n: int
    verdict: str
    named: Mapping[str, str | float] = dataclasses.field(default_factory=dict)


def health(
    episodes: pd.DataFrame,
    readings: pd.DataFrame,
    plans: pd.DataFrame,
    landed: pd.DataFrame,
    settings: Mapping[str, float],
) -> pd.DataFrame:
    """Return ``HEALTH``: one row per (as_of_date, check, policy).

    Parameters
    ----------
    episodes
        ``people.recall_episodes``: columns ``CHECKED``, open ones too.
    readings
        ``OUTCOMES`` of the same dates.
    plans
        ``as_of_date, basis, arm`` of the plans of each date: what the audience stands on.
    landed
        ``as_of_date, experiment_id, set_aside_for, is_control, is_shops_list`` of ``people.landed_assignments`` as
        known at each date.
    settings
        Rows of the seed ``recall_settings`` by name: ``outcome_holdout_least``, ``srm_alarm_p``, ``health_alarm_p``,
        ``aa_alarm_p``, ``coverage_least_rows``, ``placebo_days``.
    """
    rows = []
    dates = sorted({*episodes["as_of_date"], *plans["as_of_date"], *landed["as_of_date"]})
    for date in dates:
        known = episodes[(episodes["as_of_date"] == date) & episodes["arm"].isin([arms.TREAT, arms.HELD_BACK])]
        known = known[list(CHECKED)].assign(policy_id=known["policy_id"].fillna(known["experiment_id"]))
        # Cut by the policy and the option a hundred times below: cheap as objects, in order, and as numpy has them.
        known = known.astype({name: object for name in known.columns if pd.api.types.is_string_dtype(known[name])})
        known = known.sort_values("episode_id", kind="stable").assign(plan_date=pd.to_datetime(known["plan_date"]))
        known = known.astype(dict.fromkeys(_FLAGS, bool) | dict.fromkeys(_NUMBERS, np.float64))
        read = readings[readings["as_of_date"] == date]
        found = [*_of_policies(known, settings), *_of_all(known, read, plans[plans["as_of_date"] == date], settings)]
        of_date = landed[landed["as_of_date"] == date]
        rows += [row_of(date, each) for each in (*found, *_set_aside(of_date), *_no_control(of_date))]
    return pd.DataFrame(rows, columns=list(HEALTH))


def row_of(date: object, found: Found) -> dict[str, object]:
    """Return a row of ``HEALTH`` of what a check found."""
    row = {field: getattr(found, field) for field in ("policy_id", "value", "low", "high", "n", "verdict")}
    row["check_name"] = found.check
    numbers = {name: None if row[name] is None else round(float(row[name]), 6) for name in ("value", "low", "high")}
    words, words_zh = words_of(found.check, found.verdict, {**numbers, "n": found.n, **found.named})
    return {"as_of_date": date, **row, **numbers, "words": words, "words_zh": words_zh}


def _of_policies(known: pd.DataFrame, settings: Mapping[str, float]) -> Iterator[Found]:
    for policy, people in known.groupby("policy_id", sort=True):
        closed = people[people["is_closed"].astype(bool)]
        yield _sample_ratio(str(policy), people, settings)
        if found := _worst_option(str(policy), people, settings):
            yield found
        yield _placebo(str(policy), closed, settings)
        yield _contamination(str(policy), closed, settings)
        if found := _model_minus_design(str(policy), closed, settings):
            yield found


def _of_all(
    known: pd.DataFrame, read: pd.DataFrame, plans: pd.DataFrame, settings: Mapping[str, float]
) -> Iterator[Found]:
    held = known[known["is_closed"].astype(bool) & ~known["is_sent"].astype(bool)]
    yield a_against_a(held, settings)
    money = read[(read["source"] == OWN) & (read["read_window"] == "h")]
    money = money.dropna(subset=["realised_low_fen", "predicted_low_fen"])
    yield _coverage(money, settings)
    yield _predicted_over_realised(money, settings)
    yield _learned_share(plans)


def _sample_ratio(policy: str, people: pd.DataFrame, settings: Mapping[str, float]) -> Found:
    q = people["held_back_probability"].to_numpy(float)
    is_held = ~people["is_sent"].to_numpy(bool)
    share, spread = float(q.mean()), math.sqrt(float(np.sum(q * (1 - q)))) / len(q)
    z = _z_of(settings["srm_alarm_p"])
    verdict = ALARM if srm_p_value(is_held, q) < settings["srm_alarm_p"] else OK
    if min(q.sum(), (1 - q).sum()) < 5:  # the usual least of a chi-square cell
        verdict = TOO_FEW
    return Found(
        "srm", policy, float(is_held.mean()), share - z * spread, share + z * spread, len(people), verdict,
        {"expected": share},
    )  # fmt: skip


def _worst_option(policy: str, people: pd.DataFrame, settings: Mapping[str, float]) -> Found | None:
    """Return the option whose held-back people are least like its chances, at the level shared among the options."""
    # A control that serves several offers has no option of its own to be lost from.
    people = people[people["experiment_id"].isna()]
    option = people["message_channel"].fillna("") + "|" + people["offer_id"].fillna("")
    options = [(str(name), _sample_ratio(policy, of, settings)) for name, of in people.groupby(option, sort=True)]
    levels = dict(settings) | {"srm_alarm_p": settings["srm_alarm_p"] / max(len(options), 1)}
    judged = [(name, _sample_ratio(policy, people[option == name], levels)) for name, _ in options]
    told = [(name, one) for name, one in judged if one.verdict != TOO_FEW]
    if not told:
        return None
    name, worst = max(told, key=lambda pair: _distance(pair[1]))
    return dataclasses.replace(worst, check="srm_option", named={**worst.named, "option": name})


def _distance(found: Found) -> float:
    """Return how far a value lies from the middle of its interval, in half widths: 2 |v - (l + h) / 2| / (h - l)."""
    low, high, value = (float(end or 0.0) for end in (found.low, found.high, found.value))
    return abs(value - low + value - high) / max(high - low, 1e-12)


def _side_by_side(
    check: str, policy: str, people: pd.DataFrame, measure: pd.Series, settings: Mapping[str, float], level: str = ""
) -> Found:
    """Return sent less held back a head, within date and chance."""
    alarm_p, least = settings[level or "health_alarm_p"], int(settings["outcome_holdout_least"])
    found = estimate(strata(people, measure), None, least) if len(people) else None
    return _judged(check, policy, found, people, alarm_p, least)


def _judged(
    check: str, policy: str | None, found: Estimate | None, people: pd.DataFrame, alarm_p: float, least: int
) -> Found:
    sent = int(people["is_sent"].astype(bool).sum())
    interval = found.interval(_z_of(alarm_p)) if found else None
    if found is None or interval is None or min(sent, len(people) - sent) < least:
        return Found(
            check, policy, None if found is None else found.total / found.people, None, None, len(people), TOO_FEW
        )
    low, high = (end / found.people for end in interval)
    verdict = OK if low <= 0 <= high else ALARM
    return Found(check, policy, found.total / found.people, low, high, len(people), verdict)


def _placebo(policy: str, closed: pd.DataFrame, settings: Mapping[str, float]) -> Found:
    """Return by how much more those sent something had spent before anything was sent: a lot leaves no difference.

    Where nobody of either side bought anything in all that time there is nothing to compare, and never will be.
    """
    found = _side_by_side("placebo", policy, closed, closed["paid_before_fen"], settings)
    paid = int((closed["paid_before_fen"] != 0).sum())
    return dataclasses.replace(found, named={"days": settings["placebo_days"], "paid": paid})


def _contamination(policy: str, closed: pd.DataFrame, settings: Mapping[str, float]) -> Found:
    """Return by how much more of those sent something were written to by somebody else than of the held-back."""
    is_reached, is_sent = closed["is_contaminated"].astype(bool), closed["is_sent"].astype(bool)
    shares = {
        side: float(is_reached[of].mean()) if of.any() else 0.0 for side, of in (("sent", is_sent), ("held", ~is_sent))
    }
    found = _side_by_side("contamination", policy, closed, is_reached, settings)
    is_enough = min(int(is_sent.sum()), int((~is_sent).sum())) >= settings["outcome_holdout_least"]
    if not is_reached.any() and is_enough:
        found = dataclasses.replace(found, value=0.0, verdict=OK)
    return dataclasses.replace(found, named=shares)


def _model_minus_design(policy: str, closed: pd.DataFrame, settings: Mapping[str, float]) -> Found | None:
    """Return the lift predicted of those sent something less the lift that the design found; None where unpredicted."""
    sent = closed[closed["is_sent"].astype(bool)]
    if sent.empty or sent["lift_mean"].isna().any():
        return None
    least = int(settings["outcome_holdout_least"])
    found = estimate(strata(closed, closed["succeeded"]), None, least)
    if found is None or found.error is None:
        return Found("model_minus_design", policy, None, None, None, len(closed), TOO_FEW)
    cells = [sent[name].fillna("") for name in ("band", "message_channel", "depth")]
    errors = ((sent["lift_p90"] - sent["lift_p10"]).astype(float) / (2 * Z_P90)).groupby(cells).sum()
    error = math.sqrt(found.error**2 + float(np.square(errors).sum()))
    gap = Estimate(float(sent["lift_mean"].astype(float).sum()) - found.total, error, found.people)
    judged = _judged("model_minus_design", policy, gap, closed, settings["health_alarm_p"], least)
    return dataclasses.replace(judged, named={"design": found.total / found.people})


def a_against_a(held: pd.DataFrame, settings: Mapping[str, float]) -> Found:
    """Return the margin of one half of the held-back less that of the other: nothing was sent to either.

    The halves are drawn by a hash of the episode, which no lot of the plan is made from.
    """
    halves = [hashlib.sha256(str(episode).encode()).digest()[0] % 2 == 0 for episode in held["episode_id"]]
    people = held.assign(is_sent=np.array(halves, dtype=bool), held_back_probability=0.5)
    margin = people["margin_rate"].astype(float) * people["paid_fen"].astype(float)
    found = _side_by_side("a_against_a", "", people, margin, settings, "aa_alarm_p")
    return dataclasses.replace(found, policy_id=None)


def _coverage(money: pd.DataFrame, settings: Mapping[str, float]) -> Found:
    """Return how often what was realised lay within its own and the prediction's interval together."""
    n = len(money)
    if n < settings["coverage_least_rows"]:
        return Found("coverage", None, None, None, None, n, TOO_FEW)
    halves = [
        (money[f"{side}_high_fen"] - money[f"{side}_low_fen"]).astype(float) / 2 for side in ("realised", "predicted")
    ]
    half = np.sqrt(np.square(halves[0]) + np.square(halves[1]))
    gap = (money["realised_net_fen"] - money["predicted_net_fen"]).astype(float).abs()
    share = float((gap <= half).mean())
    low, high = _wilson(share, n, _z_of(settings["health_alarm_p"]))
    return Found("coverage", None, share, low, high, n, OK if low <= _NOMINAL <= high else ALARM)


def _wilson(share: float, n: int, z: float) -> tuple[float, float]:
    """Return the interval of a share by Wilson (1927)."""
    middle, half = share + z * z / (2 * n), z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)


def _predicted_over_realised(money: pd.DataFrame, settings: Mapping[str, float]) -> Found:
    """Return the ratio of the sums, known only where what was realised lies above nothing for certain."""
    realised = float(money["realised_net_fen"].astype(float).sum())
    halves = (money["realised_high_fen"] - money["realised_low_fen"]).astype(float) / (2 * Z90)
    half = _z_of(settings["health_alarm_p"]) * float(np.sqrt(np.square(halves).sum()))
    predicted = float(money["predicted_net_fen"].astype(float).sum())
    if realised - half <= 0:
        return Found("predicted_over_realised", None, None, None, None, len(money), TOO_FEW)
    low, high = sorted((predicted / (realised + half), predicted / (realised - half)))
    verdict = OK if low <= 1 <= high else ALARM
    return Found("predicted_over_realised", None, predicted / realised, low, high, len(money), verdict)


def _learned_share(plans: pd.DataFrame) -> Found:
    """Return the share of an audience whose effect stands on experiments of its own cell."""
    sent = plans[plans["arm"] == arms.TREAT]
    if sent.empty:
        return Found("learned_share", None, None, None, None, 0, TOO_FEW)
    return Found("learned_share", None, float((sent["basis"] == "experiment").mean()), None, None, len(sent), OK)


def _set_aside(landed: pd.DataFrame) -> Iterator[Found]:
    """Return, for each landed experiment, the share of its rows that teach nothing, by reason."""
    for experiment, rows in landed.groupby("experiment_id", sort=True):
        for reason, those in rows.groupby("set_aside_for", sort=True):
            share = len(those) / len(rows)
            named: dict[str, str | float] = {"experiment": str(experiment), "those": len(those)}
            yield Found(f"landed_{reason}", str(experiment), share, None, None, len(rows), ALARM, named)


def _no_control(landed: pd.DataFrame) -> Iterator[Found]:
    """Return each landed experiment in which nobody that counts got nothing: there is nobody to compare with."""
    for experiment, rows in landed[~landed["is_shops_list"].astype(bool)].groupby("experiment_id", sort=True):
        teaches = rows["set_aside_for"].isna()
        if not (teaches & rows["is_control"].astype(bool)).any():
            yield Found("landed_no_control", str(experiment), None, None, None, len(rows), ALARM,
                        {"experiment": str(experiment)})  # fmt: skip


def _z_of(p: float) -> float:
    """Return how many standard errors away chance lies with a two-sided probability."""
    return NormalDist().inv_cdf(1 - p / 2)

"""When a plan may be sent: the channel's window, the customer's hour inside it, and the end of the day."""

import datetime as dt
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.recall.plays import stops_of
from ml.recall.rules import Rules

_SHANGHAI: Final = pd.Timedelta(hours=8)
#: The kind of audience that gave a signal.
SIGNALLED: Final = "signal"


def _hours(text: str) -> float:
    clock = dt.time.fromisoformat(text)
    return clock.hour + clock.minute / 60


def _within_gateway(windows: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Return the windows, those of SMS cut to the hours of the brand's gateway; one that it closes falls away."""
    opens, closes = (_hours(text) for text in rules.sms_hours())
    sms = windows["message_channel"].eq("sms")
    cut = windows.assign(
        opens_at=windows["opens_at"].mask(sms, windows["opens_at"].clip(lower=opens)),
        closes_at=windows["closes_at"].mask(sms, windows["closes_at"].clip(upper=closes)),
    )
    return cut[cut["opens_at"] < cut["closes_at"]]


def latest_hours(plans: pd.DataFrame, rules: Rules) -> npt.NDArray[np.float64]:
    """Return by what hour of the morning after (Shanghai, from its midnight) each plan has to be out.

    A reminder goes out ``reminder_lead_hours`` before its ``appointment_at`` or not at all; all others have no such
    hour (infinity).
    """
    if "appointment_at" not in plans.columns:
        return np.full(len(plans), np.inf)
    left = pd.to_datetime(plans["appointment_at"]) + _SHANGHAI - pd.to_datetime(plans["as_of_date"])
    hours = left.dt.total_seconds() / 3600 - 24 - rules.setting("reminder_lead_hours")
    return np.asarray(hours.fillna(np.inf), dtype=np.float64)


def opens_too_late(plans: pd.DataFrame, rules: Rules) -> npt.NDArray[np.bool_]:
    """Return whether even the first window of a plan's channel opens when the plan has to be out already."""
    first = plans["message_channel"].map(rules.once(_first_opens))
    return np.asarray(first.to_numpy(dtype=np.float64) >= latest_hours(plans, rules), dtype=np.bool_)


def _opened(rules: Rules) -> pd.DataFrame:
    windows = rules.seeds["channel_windows"]
    windows = windows.assign(opens_at=windows["opens"].map(_hours), closes_at=windows["closes"].map(_hours))
    return _within_gateway(windows, rules)


def _first_opens(rules: Rules) -> dict[str, float]:
    windows = rules.once(_opened).sort_values("opens_at").drop_duplicates("message_channel")
    return dict(zip(windows["message_channel"], windows["opens_at"], strict=True))


def scheduled(plans: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Return the plans with ``wave, send_after_at, send_before_at, valid_until_at`` (UTC, naive) and ``stop_if``.

    A date's list is sent on the next business day. The wave is the window of the channel closest to the hour at
    which the customer usually buys; inside that window the customer's own hour is kept where it fits. What answers a
    signal goes out in the first window of the day, as what is owed does.

    Raises
    ------
    ValueError
        A channel of the plans has no window.
    """
    windows = rules.once(_opened)
    without = set(plans["message_channel"]) - set(windows["message_channel"])
    if without:
        raise ValueError(f"channel_windows has no window for {sorted(without)}; add it with its source")
    # what somebody did yesterday is met in the first window, whenever they buy
    usual = plans["preferred_hour"].mask(plans["audience_kind"].eq(SIGNALLED))
    hour = usual.astype("Float64").to_numpy(np.float64, na_value=np.nan)
    keyed = plans[["message_channel"]].assign(row=np.arange(len(plans)), hour=hour)
    pairs = keyed.merge(windows[["message_channel", "wave", "opens_at", "closes_at"]], on="message_channel")
    distance = np.maximum(
        np.maximum(pairs["opens_at"] - pairs["hour"], pairs["hour"] + 1 - pairs["closes_at"]), 0.0
    ).fillna(0.0)
    latest = latest_hours(plans, rules)
    late = pairs["opens_at"].to_numpy() >= latest[pairs["row"].to_numpy()]
    # of two windows that open at once what is owed takes the one that closes first, what is sold the wide one
    owed = plans["consent_purpose"].eq("service").to_numpy(dtype=bool)[pairs["row"].to_numpy()]
    width = np.where(owed, pairs["closes_at"], -pairs["closes_at"])
    pairs = pairs.assign(distance=distance, late=late, width=width)
    pairs = pairs.sort_values(["row", "late", "distance", "opens_at", "width"])
    pairs = pairs.drop_duplicates("row")
    pairs = pairs.assign(closes_at=np.where(pairs["late"], pairs["closes_at"], np.minimum(pairs["closes_at"], latest)))
    inside = (pairs["hour"] < pairs["closes_at"]) & (pairs["hour"] + 1 > pairs["opens_at"])
    opens = np.where(inside, np.maximum(pairs["opens_at"], pairs["hour"]), pairs["opens_at"])
    closes = np.where(inside, np.minimum(pairs["closes_at"], pairs["hour"] + 1), pairs["closes_at"])
    stands, quiet = rules.setting("list_stands_hour"), rules.setting("quiet_from_hour")
    opens, closes = np.maximum(opens, max(stands, rules.setting("quiet_to_hour"))), np.minimum(closes, quiet)
    day = pd.to_datetime(plans["as_of_date"]).to_numpy() + np.timedelta64(1, "D") - _SHANGHAI.to_timedelta64()

    def instant(hours: np.ndarray) -> np.ndarray:
        return np.asarray((day + np.round(hours * 60).astype("timedelta64[m]")).astype("datetime64[us]"))

    return plans.assign(
        wave=pairs["wave"].to_numpy(),
        send_after_at=instant(opens),
        send_before_at=instant(closes),
        valid_until_at=instant(np.full(len(plans), quiet)),
        stop_if=stops_of(plans, rules),
    )

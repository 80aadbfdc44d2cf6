"""What recall's own episodes say of offers: who redeems one that is in hand."""

import datetime as dt
from typing import Final

import numpy as np
import pandas as pd
from scipy import stats

from ml.recall.evidence import Settings, flags
from ml.recall.rules import require

_REDEMPTION: Final = ("as_of_date", "episode_id", "depth", "is_sent", "ordered", "redeemed", "ends_on", "is_closed")


def redemption(
    response_priors: pd.DataFrame, episodes: pd.DataFrame, as_of_date: dt.date, settings: Settings
) -> pd.DataFrame:
    """Return ``depth, orders, mean, p10, p90``: the share of orders with an offer in hand that redeem it.

    Beta by depth. The prior is the mean redemption_p50 of the depth's rows, at the weight of so many orders; the data
    are closed episodes that were sent an offer and ordered, older ones counting less.
    """
    require(episodes, _REDEMPTION, "people.recall_episodes")
    day = pd.Timestamp(as_of_date)
    ends = pd.to_datetime(episodes["ends_on"])
    known = pd.to_datetime(episodes["as_of_date"]).eq(day).to_numpy(bool) & ends.le(day).to_numpy(bool)
    ordered = known & flags(episodes, "is_closed") & flags(episodes, "is_sent") & flags(episodes, "ordered")
    rows = episodes[ordered].sort_values("episode_id")
    weight = 0.5 ** ((day - pd.to_datetime(rows["ends_on"])).dt.days.to_numpy(np.float64) / settings["half_life_days"])
    counted = pd.DataFrame({
        "depth": rows["depth"].to_numpy(object),
        "weight": weight,
        "redeemed": weight * flags(rows, "redeemed"),
    })
    sums = counted.groupby("depth").agg(orders=("weight", "size"), weight=("weight", "sum"), good=("redeemed", "sum"))
    expected = response_priors[response_priors["depth"].ne("none")].groupby("depth")["redemption_p50"]
    found = expected.apply(lambda shares: shares.astype(float).mean()).rename("expected").to_frame()
    found = found.join(sums).fillna(0.0)
    pseudo = settings["redemption_pseudo_orders"]
    yes = pseudo * found["expected"] + found["good"]
    no = pseudo * (1 - found["expected"]) + found["weight"] - found["good"]
    belief = stats.beta(yes.to_numpy(np.float64), no.to_numpy(np.float64))
    return pd.DataFrame({
        "depth": found.index.to_numpy(object),
        "orders": found["orders"].to_numpy(np.int64),
        **{
            name: np.round(values, 6)
            for name, values in (("mean", belief.mean()), ("p10", belief.ppf(0.1)), ("p90", belief.ppf(0.9)))
        },
    })

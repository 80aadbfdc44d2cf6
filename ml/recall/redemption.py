"""What recall's own episodes say of money: who redeems an offer, and what an order that recall brought is worth."""

import datetime as dt
from typing import Final

import numpy as np
import pandas as pd
from scipy import stats

from ml.recall.evidence import Flags, Floats, Settings, flags, numbers
from ml.recall.rules import require

_REDEMPTION: Final = ("as_of_date", "episode_id", "depth", "is_sent", "ordered", "redeemed", "ends_on", "is_closed")
_MARGIN: Final = (
    "as_of_date", "objective", "arm", "is_sent", "held_back_probability", "p0", "margin_rate", "succeeded",
    "paid_fen_h", "is_closed_h",
)  # fmt: skip


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


def margin_per_order(episodes: pd.DataFrame, as_of_date: dt.date, settings: Settings) -> pd.DataFrame:
    """Return ``objective, rows_sent, rows_held, orders, orders_se, margin_fen`` of orders that recall brought.

    A ratio of two sums over the same own episodes, sent minus held back, each side weighed by the inverse of its
    probability: margin at h over successes less p0. Null where the successes lie within ``margin_least_z`` standard
    errors of nothing: then the seed's basket and pull-forward stay in the plan.
    """
    require(episodes, _MARGIN, "people.recall_episodes")
    own = numbers(episodes, "p0")
    enters = pd.to_datetime(episodes["as_of_date"]).eq(pd.Timestamp(as_of_date)).to_numpy(bool)
    enters = enters & np.isfinite(own) & flags(episodes, "is_closed_h")
    rows = episodes[enters & episodes["arm"].isin(["treat", "held_back"]).to_numpy(bool)]
    rows = rows.sort_values("episode_id")
    found = [{"objective": objective, **_ratio(of, settings)} for objective, of in rows.groupby("objective", sort=True)]
    columns = ["objective", "rows_sent", "rows_held", "orders", "orders_se", "margin_fen"]
    return pd.DataFrame(found, columns=columns).astype({"margin_fen": "Float64"})


def _ratio(rows: pd.DataFrame, settings: Settings) -> dict[str, object]:
    sent, q = flags(rows, "is_sent"), numbers(rows, "held_back_probability")
    weight = np.where(sent, 1 / (1 - q), 1 / q)
    orders, error = _difference(numbers(rows, "succeeded") - numbers(rows, "p0"), weight, sent)
    margin, _ = _difference(numbers(rows, "paid_fen_h") * numbers(rows, "margin_rate"), weight, sent)
    powered = bool(orders > settings["margin_least_z"] * error)
    return {
        "rows_sent": int(sent.sum()),
        "rows_held": int((~sent).sum()),
        "orders": round(orders, 6),
        "orders_se": round(error, 6),
        "margin_fen": round(margin / orders) if powered else None,
    }


def _difference(values: Floats, weight: Floats, sent: Flags) -> tuple[float, float]:
    """Return the weighted mean of the sent less that of the held back, and its standard error; NaN without a side."""
    means, variance = [], 0.0
    for side in (sent, ~sent):
        share = weight[side] / weight[side].sum() if side.any() else np.array([np.nan])
        of = values[side] if side.any() else np.array([np.nan])
        mean = float((share * of).sum())
        means.append(mean)
        variance += float((share**2 * (of - mean) ** 2).sum())
    return means[0] - means[1], float(np.sqrt(variance))

"""What could be done for each candidate: channel x offer x sender x wave, and the money of each."""

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.recall.learned import Learned
from ml.recall.night import valued
from ml.recall.plays import channel_order
from ml.recall.refused import LISTS, last_refusals, refused_because
from ml.recall.roi import Z90, linear_net, net_profit, orders_given_one
from ml.recall.rules import SEEDS, Rules, require

#: What treatments needs of a candidate beside what ``candidates`` adds.
CONTEXT: Final = (
    "reachable_channels",
    "consented_channels",
    "service_channels",
    "suppressed_channels",
    "subscribed_scenes",
    "blocked_because",
    "is_told",
    "asked_channel",
    "play_id",
    "purse",
    "public_kind",
    "public_step",
    "barred_channels",
    "wecom_contacts_month",
    "wecom_marketing_month",
    "wecom_recalls_month",
    "owner_staff_id",
    "pyramid_tier",
    "super_user_role",
    "is_of_company",
    "need_state",
    "audience_kind",
    "scene_id",
    "content_theme",
    "days_since_order",
    "days_since_met",
    "bought_elsewhere",
    "days_registered",
    "preferred_hour",
    "order_count_365d",
    "net_paid_fen_365d",
    "average_order_fen",
    "average_gap_days",
    "margin_rate",
    "items_per_order",
    "identity_confidence",
    "contacts_28d",
    "coupon_taste",
    "wecom_answers",
)
#: What is asked of somebody before it is known by which play they are met.
_MET: Final = ("as_of_date", "one_id", "policy_id", "ladder_step", "consent_purpose", "appointment_at", *CONTEXT)
_PRIOR_KEY: Final = ["band", "message_channel", "depth"]


def considered(people: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Return every option of the menu for each candidate with ``refused_because``, null where it may be used.

    As known at the date: blocks, reach, consent for the policy's purpose, a sender, WeCom's caps, subscriptions,
    what a template may say, which offer a public rule admits and what the need state or the role forbids
    (``refused``). Publishing checks suppression and consent again, last.
    """
    require(people, CONTEXT, "recall.recall_people")
    options = people.merge(rules.seeds["recall_menu"].drop(columns="source"), on=["policy_id", "ladder_step"])
    options["channel_order"] = channel_order(options, rules)
    return options.assign(refused_because=refused_because(options, people, rules))


def closed_by(people: pd.DataFrame, rules: Rules) -> pd.Series:
    """Return what closes the way in which each of the people would be met, null where some option can be used."""
    rows = people[list(_MET)].assign(candidate=np.arange(len(people)))
    options = considered(rows, rules)
    closed = rows["candidate"].map(last_refusals(options)).astype(object)
    return closed.mask(rows["candidate"].isin(options.loc[options["refused_because"].isna(), "candidate"]), None)


def usable(options: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Return those options of ``considered`` that nothing refuses, with the offers' terms.

    A candidate's stand in the order in which their play names its channels.
    """
    unread = [*LISTS, "barred_channels", "is_of_company", "tiers", "refused_because"]
    allowed = _with_terms(options[options["refused_because"].isna()].drop(columns=unread), rules)
    return allowed.sort_values(["candidate", "channel_order", "message_channel", "offer_id"], ignore_index=True)


def admissible(people: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Return every option that may be used, as known at the date: one row per (candidate, channel, offer)."""
    return usable(considered(people, rules), rules)


def _with_terms(options: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Add the offers' terms: as the brand landed them by the date, else the catalogue's."""
    columns = list(SEEDS["offers_catalogue"])
    if rules.offers is None:
        return options.merge(rules.seeds["offers_catalogue"][columns], on="offer_id")
    return options.merge(rules.offers[["as_of_date", *columns]], on=["as_of_date", "offer_id"])


def _filled(values: pd.Series, default: float) -> npt.NDArray[np.float64]:
    return np.asarray(np.nan_to_num(values.astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan), nan=default))


def priced(options: pd.DataFrame, rules: Rules, brand_basket_fen: pd.Series, now: Learned) -> pd.DataFrame:
    """Return one date's options with the money inputs of ``roi.net_profit``, its results and what a lift is worth.

    Parameters
    ----------
    options
        From ``admissible``.
    rules
        The seeds.
    brand_basket_fen
        The brand's average order per as_of_date: what a person's own average is shrunk to.
    now
        What was learned by the date. A depth without an order in ``redemption`` keeps the seed's, a band without a row
        in ``worth`` the seed's money.

    Returns
    -------
    DataFrame
        Beside ``net_profit``'s columns ``unit_fen`` (what a lift of 1 earns), ``seed_unit_fen`` (the same at the seed's
        money), ``base_fen`` (net at no lift), and the columns of ``night.valued``.

    Raises
    ------
    ValueError
        An option without a response curve or a send cost, with the rows the seeds lack.
    """
    rows = options.merge(rules.seeds["response_priors"].drop(columns="source"), on=_PRIOR_KEY, how="left")
    rows = rows.merge(rules.seeds["send_costs"].drop(columns="source"), on="message_channel", how="left")
    lacking = rows[rows["lift_p50"].isna() | rows["send_fen"].isna()]
    if not lacking.empty:
        cells = lacking[_PRIOR_KEY].drop_duplicates().to_dict("records")
        raise ValueError(f"response_priors or send_costs has no row for {cells}; add it with its source")
    brand = rows["as_of_date"].map(brand_basket_fen).astype(float).to_numpy()
    orders, weight = _filled(rows["order_count_365d"], 0.0), rules.setting("basket_shrink_orders")
    own = _filled(rows["average_order_fen"], 0.0)
    basket = (orders * own + weight * brand) / (orders + weight)
    gap = np.maximum(_filled(rows["average_gap_days"], float(rules.horizon_days)), 1.0)
    margin = _filled(rows["margin_rate"], rules.gross_margin_rate)
    yearly = margin * np.maximum(_filled(rows["net_paid_fen_365d"], 0.0), 0.0)
    fatigue = rows["unsubscribe_rate"].astype(float) * rules.setting("reachable_margin_share") * yearly
    rows = rows.assign(
        p0_logit_sd=rules.setting("p0_logit_sd"),
        margin_rate=margin,
        basket_fen=np.round(basket),
        basket_cv=rules.setting("basket_cv"),
        orders_given_one=orders_given_one(rules.horizon_days / gap, rules.setting("most_orders_given_one")),
        offer_fen=offer_cost_fen(rows, basket),
        fixed_fen=rows["send_fen"].astype(float) + rows["labour_fen"].astype(float) + fatigue,
    )
    rows = _by_objective(_redeeming(rows, now.redemption), yearly, rules)
    rows = valued(rows, now.posterior)
    spread = Z90 * rows["lift_sd"]
    rows = rows.assign(lift_p10=rows["lift"] - spread, lift_p50=rows["lift"], lift_p90=rows["lift"] + spread)
    _, by_seed = linear_net(rows)
    rows["orders_given_one"] *= _worth(rows, now.worth)
    base, unit = linear_net(rows)
    money = net_profit(rows, draw_keys(rows))
    curve = rows["band"] + "|" + rows["message_channel"] + "|" + rows["depth"]
    # A copy lays the columns side by side again: a hundred that were added one by one are a block each, and slow.
    rows = rows.join(money).copy()
    return rows.assign(curve=curve, base_fen=base, unit_fen=unit, seed_unit_fen=by_seed)


def _worth(rows: pd.DataFrame, worth: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Return what the brand's own past makes of the money of an order, by band; of anything else nothing is read."""
    of_band = rows["band"].map(worth.set_index("band")["mean"].astype(float)).astype(float).fillna(1.0)
    return np.asarray(of_band.where(rows["objective"].eq("order"), 1.0).to_numpy(dtype=np.float64))


def _redeeming(rows: pd.DataFrame, redemption: pd.DataFrame) -> pd.DataFrame:
    """Put what landed coupons taught in the place of the seed's redemption, depth by depth."""
    learned = redemption[redemption["orders"] > 0].set_index("depth")
    for point, name in (("p10", "p10"), ("p50", "mean"), ("p90", "p90")):
        seeds = rows[f"redemption_{point}"].astype(float)
        rows[f"redemption_{point}"] = rows["depth"].map(learned[name]).astype(float).fillna(seeds)
    return rows


def _by_objective(rows: pd.DataFrame, yearly: npt.NDArray[np.float64], rules: Rules) -> pd.DataFrame:
    """Give who is asked for something else than an order what that is worth: a share of a year's margin, once."""
    shares = {
        "friend": rules.setting("reachable_margin_share"),
        "renewal": rules.setting("renewal_margin_share"),
        # an answer is owed: nothing that it earns is claimed
        "answer": 0.0,
    }
    points = [f"{name}_{point}" for name in ("basket", "pull", "redemption") for point in ("p10", "p50", "p90")]
    rows = rows.astype(dict.fromkeys(points, float))
    for objective, share in shares.items():
        other = rows["objective"].eq(objective)
        if not other.any():
            continue
        worth = share * yearly / rows["margin_rate"]
        rows["basket_fen"] = rows["basket_fen"].mask(other, worth)
        rows["orders_given_one"] = rows["orders_given_one"].mask(other, 1.0)
        for name in points:
            rows[name] = rows[name].mask(other, 1.0 if name.startswith("basket_") else 0.0)
    return rows


def draw_keys(rows: pd.DataFrame) -> npt.NDArray[np.uint64]:
    """Return the hash of each (one_id, as_of_date, offer_id) that picks its draws."""
    keys = (
        pd.util.hash_array(rows["one_id"].to_numpy(dtype=object)) * np.uint64(0x9E3779B97F4A7C15)
        ^ pd.util.hash_array(rows["offer_id"].to_numpy(dtype=object))
    ) + pd.util.hash_array(pd.to_datetime(rows["as_of_date"]).dt.strftime("%Y-%m-%d").to_numpy(dtype=object))
    return np.asarray(keys >> np.uint64(7))


def offer_cost_fen(rows: pd.DataFrame, basket_fen: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return what a redemption costs the brand, in fen: once per horizon, capped, net of the supplier's share.

    Whoever redeems has spent the minimum: with a smaller usual basket a coupon is not free, only redeemed by fewer.
    """
    spent = np.maximum(basket_fen, _filled(rows["minimum_spend_fen"], 0.0))
    items = np.maximum(_filled(rows["items_per_order"], 1.0), 1.0)
    item = np.where(rows["one_item"].astype(bool), spent / items, spent)
    discount = (1 - _filled(rows["pay_rate"], 1.0)) * item
    value = np.where(
        rows["kind"].isin(["coupon", "points", "gift"]),
        _filled(rows["face_value_fen"], 0.0),
        discount,
    )
    value = np.minimum(value, _filled(rows["maximum_discount_fen"], np.inf))
    return np.asarray(np.round(value * (1 - _filled(rows["supplier_share"], 0.0))))

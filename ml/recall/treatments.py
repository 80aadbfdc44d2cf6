"""What could be done for each candidate: channel x offer x sender x wave, and the money of each."""

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.recall.depths import admitted
from ml.recall.night import valued
from ml.recall.posterior import Posterior
from ml.recall.roi import Z90, linear_net, net_profit, orders_given_one
from ml.recall.rules import SEEDS, Rules, require
from ml.recall.templates import can_be_said

#: What treatments needs of a candidate beside what ``candidates`` adds.
CONTEXT: Final = (
    "reachable_channels",
    "consented_channels",
    "service_channels",
    "suppressed_channels",
    "subscribed_scenes",
    "is_blocked",
    "barred_channels",
    "wecom_contacts_month",
    "wecom_recalls_month",
    "owner_staff_id",
    "pyramid_tier",
    "super_user_role",
    "need_state",
    "audience_kind",
    "scene_id",
    "content_theme",
    "days_since_order",
    "days_since_met",
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
_LISTS: Final = (
    "reachable_channels", "consented_channels", "service_channels", "suppressed_channels", "subscribed_scenes",
)  # fmt: skip
_PRIOR_KEY: Final = ["band", "message_channel", "depth"]


def _exploded(people: pd.DataFrame, column: str) -> pd.MultiIndex:
    """Return the (candidate, channel) pairs of a list column."""
    lists = people.set_index("candidate")[column]
    pairs = lists[lists.notna()].explode().dropna()
    return pd.MultiIndex.from_arrays([pairs.index, pairs.astype(str)])


def admissible(people: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Return every option that may be used, as known at the date: one row per (candidate, channel, offer).

    Out go whom ``recall.recall_blocks`` blocks and the channels it bars, channels without reach, consent for the
    policy's purpose or a sender, WeCom past its caps, a mini-program to whose scene no
    subscription is left, what no template may say, offers that no public rule admits or
    that the need state or the role forbids. Publishing checks suppression and consent again, last.
    """
    require(people, CONTEXT, "recall.recall_people")
    open_to = people[~people["is_blocked"].astype(bool)]
    options = open_to.merge(rules.seeds["recall_menu"].drop(columns="source"), on=["policy_id", "ladder_step"])
    pairs = pd.MultiIndex.from_frame(options[["candidate", "message_channel"]])
    consented = pairs.isin(_exploded(open_to, "consented_channels"))
    service = pairs.isin(_exploded(open_to, "service_channels"))
    may = pairs.isin(_exploded(open_to, "reachable_channels")) & ~pairs.isin(_exploded(open_to, "suppressed_channels"))
    may = may & np.where(options["consent_purpose"] == "service", service, consented)
    staffed = options["message_channel"].isin(rules.staff_channels)
    may = may & ~(staffed & options["owner_staff_id"].isna()).to_numpy(dtype=bool)
    by_subscription = options["message_channel"].isin(rules.subscription_channels()).to_numpy(dtype=bool)
    scenes = pd.MultiIndex.from_frame(options[["candidate", "scene_id"]])
    may = may & ~(by_subscription & ~scenes.isin(_exploded(open_to, "subscribed_scenes")))
    may = may & _tier_allows(options) & ~_barred(options)
    may = may & ~(options["message_channel"].eq("wecom").to_numpy(dtype=bool) & _wecom_is_full(options, rules))
    may = may & _plays_allow(options, rules) & admitted(options, rules) & can_be_said(options, rules)
    options = _with_terms(options[may].drop(columns=[*_LISTS, "barred_channels", "tiers"]), rules)
    return options.sort_values(["candidate", "message_channel", "offer_id"], ignore_index=True)


def _wecom_is_full(options: pd.DataFrame, rules: Rules) -> npt.NDArray[np.bool_]:
    """Whether WeCom is closed to the person: by our politeness caps, or by the platform's own, whichever is less.

    The platform allows so many a day of the calendar month in which the plan is sent, the day after the date; what a
    member may send one person in a day is kept by one plan a person and day, so long as it is one at least.
    """
    sent = options["wecom_contacts_month"].fillna(0)
    days = (pd.to_datetime(options["as_of_date"]) + pd.Timedelta(days=1)).dt.days_in_month
    full = sent.ge(rules.cap("wecom_month")) | sent.ge(days * rules.cap("wecom_platform_month"))
    full = full | options["wecom_recalls_month"].fillna(0).ge(rules.cap("wecom_recall_month"))
    return np.asarray(full.to_numpy(dtype=bool) | (rules.cap("wecom_member_day") < 1))


def _tier_allows(options: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Whether the option is open to the person's pyramid tier; an empty list of tiers is open to all."""
    tiers = options["tiers"].fillna("").astype(str)
    allowed = tiers.eq("").to_numpy(dtype=bool)
    for listed in tiers[tiers != ""].unique():
        allowed = allowed | (tiers.eq(listed) & options["pyramid_tier"].isin(listed.split("|"))).to_numpy(dtype=bool)
    return np.asarray(allowed)


def _barred(options: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Whether the option's channel is barred to the person by what they need."""
    bars = options["barred_channels"].astype(str)
    barred = np.zeros(len(options), dtype=bool)
    for listed in bars[bars != ""].unique():
        barred |= (bars.eq(listed) & options["message_channel"].isin(listed.split("|"))).to_numpy(dtype=bool)
    return barred


def _plays_allow(options: pd.DataFrame, rules: Rules) -> npt.NDArray[np.bool_]:
    """Whether the person's need state and role allow an offer.

    A need state makes an offer wait and takes it from nobody; a small reseller buys at other terms. What somebody is
    worth is no reason: whom a public rule fits may have its offer (``depths``).
    """
    is_offer = options["offer_id"].ne("none").to_numpy(dtype=bool)
    states = rules.seeds["need_state_plays"].set_index("need_state")
    no_offer = set(states.index[~states["offers_allowed"].astype(bool)])
    roles = rules.seeds["super_user_rules"]
    no_offer_roles = set(roles.loc[~roles["offers_allowed"].astype(bool), "super_user_role"])
    allowed = ~(is_offer & options["need_state"].isin(no_offer).to_numpy(dtype=bool))
    allowed = allowed & ~(is_offer & options["super_user_role"].isin(no_offer_roles).to_numpy(dtype=bool))
    return np.asarray(allowed)


def _with_terms(options: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Add the offers' terms: as the brand landed them by the date, else the catalogue's."""
    columns = list(SEEDS["offers_catalogue"])
    if rules.offers is None:
        return options.merge(rules.seeds["offers_catalogue"][columns], on="offer_id")
    return options.merge(rules.offers[["as_of_date", *columns]], on=["as_of_date", "offer_id"])


def _filled(values: pd.Series, default: float) -> npt.NDArray[np.float64]:
    return np.asarray(np.nan_to_num(values.astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan), nan=default))


def priced(
    options: pd.DataFrame, rules: Rules, brand_basket_fen: pd.Series, posterior: Posterior, redemption: pd.DataFrame
) -> pd.DataFrame:
    """Return one date's options with the money inputs of ``roi.net_profit``, its results and what a lift is worth.

    Parameters
    ----------
    options
        From ``admissible``.
    rules
        The seeds.
    brand_basket_fen
        The brand's average order per as_of_date: what a person's own average is shrunk to.
    posterior
        What is known of the response on the date.
    redemption
        ``depth, orders, mean, p10, p90``: what landed coupons taught (``redemption.redemption``); a depth without an
        order in it keeps the seed's.

    Returns
    -------
    DataFrame
        Beside ``net_profit``'s columns ``unit_fen`` (what a lift of 1 earns), ``base_fen`` (net at no lift), and the
        columns of ``night.valued``.

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
    rows = _by_objective(_redeeming(rows, redemption), yearly, rules)
    rows = valued(rows, posterior)
    spread = Z90 * rows["lift_sd"]
    rows = rows.assign(lift_p10=rows["lift"] - spread, lift_p50=rows["lift"], lift_p90=rows["lift"] + spread)
    base, unit = linear_net(rows)
    money = net_profit(rows, draw_keys(rows))
    curve = rows["band"] + "|" + rows["message_channel"] + "|" + rows["depth"]
    return rows.join(money).assign(curve=curve, base_fen=base, unit_fen=unit)


def _redeeming(rows: pd.DataFrame, redemption: pd.DataFrame) -> pd.DataFrame:
    """Put what landed coupons taught in the place of the seed's redemption, depth by depth."""
    learned = redemption[redemption["orders"] > 0].set_index("depth")
    for point, name in (("p10", "p10"), ("p50", "mean"), ("p90", "p90")):
        seeds = rows[f"redemption_{point}"].astype(float)
        rows[f"redemption_{point}"] = rows["depth"].map(learned[name]).astype(float).fillna(seeds)
    return rows


def _by_objective(rows: pd.DataFrame, yearly: npt.NDArray[np.float64], rules: Rules) -> pd.DataFrame:
    """Give who is asked for something else than an order what that is worth: a share of a year's margin, once."""
    for objective, setting in (("friend", "reachable_margin_share"), ("renewal", "renewal_margin_share")):
        other = rows["objective"].eq(objective)
        worth = rules.setting(setting) * yearly / rows["margin_rate"]
        rows["basket_fen"] = rows["basket_fen"].mask(other, worth)
        rows["orders_given_one"] = rows["orders_given_one"].mask(other, 1.0)
        for point in ("p10", "p50", "p90"):
            rows[f"basket_{point}"] = rows[f"basket_{point}"].astype(float).mask(other, 1.0)
            rows[f"pull_{point}"] = rows[f"pull_{point}"].astype(float).mask(other, 0.0)
            rows[f"redemption_{point}"] = rows[f"redemption_{point}"].astype(float).mask(other, 0.0)
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

"""Who recall thinks about on a date, under which policy and at which step, and what they would do by themselves.

Source of the policies: docs/recall.md; every number stands in the seed recall_policies. One person is a candidate
of one policy a day: the one with the lowest ``priority`` that can reach them (``ways``). Of whom nobody may profile
only what is owed them is due.
"""

import functools
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.recall import arms
from ml.recall.depths import with_public_step
from ml.recall.plays import CARE, of_plays
from ml.recall.refused import NO_CARE_MONEY
from ml.recall.rules import Rules, require
from ml.recall.services import without_profile
from ml.recall.treatments import closed_by
from ml.recall.ways import first_open, ways
from ml.recall.words import ASKED, NEAR, REASONS, asked_on

#: What candidates needs of recall.recall_people, one row per (as_of_date, one_id).
CONTEXT: Final = (
    "as_of_date", "one_id", "is_excluded", "may_be_served", "is_resting", "purchase_stage",
    "days_registered", "days_since_order",
    "days_to_entitlement_end",
    "first_order_step", "days_since_first_order_step", "orders_since_first_order_ladder", "climb_step",
    "renewal_step", "days_since_renewal_step", "is_deleted_friend", "days_since_deleted",
    "open_episode_id", "open_episode_kind", "open_episode_arm", "open_episode_step",
    "days_in_stage", "aipl_stage", "five_a_stage", "is_birthday",
    "need_state_fell", "role_fell", "rfm_fell", "matrix_fell", "aipl_fell", "five_a_fell", "purchase_fell",
)  # fmt: skip
ACTIVE_STAGES: Final = ("first_buyer", "repeat", "loyal")
#: Who is known and neither registered nor bought.
VISITOR: Final = "visitor"
#: Purchase stage to the score that says what a person would do without being contacted; churn has contacts inside.
ORGANIC: Final = {
    **dict.fromkeys(ACTIVE_STAGES, "return_active"),
    "at_risk": "return_at_risk",
    "dormant": "return_dormant",
    "lost": "return_lost",
    "registered_no_order": "first_purchase",
}
_SCORES: Final = ("churn", *dict.fromkeys(ORGANIC.values()))

#: What a candidate has of its policy.
_OF_POLICY: Final = [
    "policy_id", "audience_kind", "ladder_step", "band", "objective", "continues", "consent_purpose", "content_theme",
    "scene_id", "base_rate",
]  # fmt: skip

#: What the words of a plan read of its signal.
_OF_SIGNAL: Final = [
    "signal_at", "is_told", "asked_in", "object_type", "object_id", "place_name", "amount", "asked_category",
    "ordered_date",
]  # fmt: skip

Flags = npt.NDArray[np.bool_]
Numbers = Callable[[str], npt.NDArray[np.float64]]


def organic(context: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """Return ``churn_probability``, ``organic_return_probability`` (p0) and the churn score's ``REASONS`` per row.

    p0 is the score of the stage's model in ``ORGANIC``, each learned from people left alone; NaN where unscored.
    """
    require(scores, ("as_of_date", "one_id", "model", "score", *REASONS), "scores.customer_scores")
    wide = scores[scores["model"].isin(_SCORES)].pivot_table(
        index=["as_of_date", "one_id"], columns="model", values="score", aggfunc="max"
    )
    who = pd.MultiIndex.from_frame(context[["as_of_date", "one_id"]])
    wide = wide.reindex(columns=list(_SCORES)).reindex(who)
    told = scores[scores["model"].eq("churn")].set_index(["as_of_date", "one_id"])[list(REASONS)].reindex(who)
    stage = context["purchase_stage"].to_numpy(dtype=object)
    churn = wide["churn"].to_numpy(dtype=float)
    p0 = np.full(len(context), np.nan)
    for name, model in ORGANIC.items():
        p0 = np.where(stage == name, wide[model].to_numpy(dtype=float), p0)
    found = pd.DataFrame({"churn_probability": churn, "organic_return_probability": p0}, index=context.index)
    return found.join(told.set_index(context.index).astype(object))


def _numbers_of(frame: pd.DataFrame) -> Numbers:
    """Return how a column is asked for as numbers, each made once however many policies ask."""

    @functools.cache
    def numbers(column: str) -> npt.NDArray[np.float64]:
        return np.asarray(frame[column].astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan))

    return numbers


def _day_of(context: pd.DataFrame, play_id: str, rules: Rules) -> pd.DataFrame:
    """Return the brand's day (``name_zh, name_en``) on which each list goes out, or so many days before it.

    Null where it is no day of the play. Somebody's birthday is one of theirs alone.
    """
    days = rules.seeds["brand_days"]
    sent = pd.to_datetime(context["as_of_date"]) + pd.Timedelta(days=1)
    found = pd.DataFrame({"name_zh": None, "name_en": None}, index=context.index, dtype=object)
    for row in days[days["play_id"].eq(play_id)].to_dict("records"):
        if pd.isna(row["day"]):
            is_day = context["is_birthday"].fillna(False).astype(bool)
        else:
            of_day = sent + pd.Timedelta(days=int(row["lead_days"]))
            is_day = of_day.dt.day.eq(int(row["day"])) & (of_day.dt.month.eq(row["month"]) | pd.isna(row["month"]))
        found.loc[is_day, ["name_zh", "name_en"]] = [row["name_zh"], row["name_en"]]
    return found


def _applies(
    context: pd.DataFrame,
    numbers: Numbers,
    policy: Mapping[str, Any],
    churn: npt.NDArray[np.float64],
    signals: Mapping[str, Flags],
    rules: Rules,
) -> Flags:
    """Whether a policy's step is due for each row of context."""
    if policy["audience_kind"] in ("service", "signal"):
        # Whose episode is open is not asked anew before it has ended; what is owed waits for no episode.
        free = policy["audience_kind"] == "service" or context["open_episode_id"].isna().to_numpy(dtype=bool)
        return np.asarray(signals.get(str(policy["play_id"]), np.zeros(len(context), dtype=bool)) & free)
    if policy["audience_kind"] == "calendar":
        of_day = _day_of(context, str(policy["play_id"]), rules)["name_zh"].notna().to_numpy(dtype=bool)
        return np.asarray(of_day & context["purchase_stage"].isin(ACTIVE_STAGES).to_numpy(dtype=bool))
    stage = context["purchase_stage"].to_numpy(dtype=object)
    step = int(policy["ladder_step"])
    kind = str(policy["audience_kind"])
    if kind == "renewal":
        left = numbers("days_to_entitlement_end")
        due = (left >= 0) & (left <= rules.once(_answers).loc["renewal", "within_days"])
        waited = (step == 1) | (numbers("days_since_renewal_step") >= policy["wait_days"])
        return np.asarray(due & (numbers("renewal_step") == step - 1) & waited)
    if kind == "first_order":
        never_ordered = stage == "registered_no_order"
        waited = (step == 1) | (numbers("days_since_first_order_step") >= policy["wait_days"])
        due = numbers("days_registered") >= policy["after_days"]
        return np.asarray(never_ordered & due & (numbers("first_order_step") == step - 1) & waited)
    if kind == "climb":
        # The ladder stops on an order and the climb begins: one step per further order, in the week
        # after the one in which nothing is advertised to who ordered.
        climbing = np.isin(stage, ACTIVE_STAGES) & (numbers("first_order_step") >= 1)
        ordered = np.minimum(numbers("orders_since_first_order_ladder"), 3)
        since = numbers("days_since_order")
        fresh = (since >= policy["after_days"]) & (since <= policy["within_days"])
        return np.asarray(climbing & (ordered == step) & (numbers("climb_step") < step) & fresh)
    if kind == "re_add":
        is_gone = context["is_deleted_friend"].fillna(False).to_numpy(dtype=bool)
        # Whoever left their adviser is left alone for a while, and not followed to another channel.
        rest = rules.once(_answers).loc["re_add", "rest_days"]
        return np.asarray(is_gone & (numbers("days_since_deleted") >= rest))
    if kind == "nurture":
        days = numbers("days_registered")
        is_new = (days >= policy["after_days"]) & (days <= policy["within_days"])
        return np.asarray((stage == "registered_no_order") & is_new)
    if kind == "nurture_friend":
        # a friend who never registered and has not bought: nobody else's business
        return np.asarray((stage == VISITOR) & context["owner_staff_id"].notna().to_numpy(dtype=bool))
    if kind == "nurture_late":
        # who came to the end of the ladder and its rest and has not bought
        steps = rules.seeds["recall_policies"]
        last = int(steps.loc[steps["audience_kind"].eq("first_order"), "ladder_step"].max())
        return np.asarray((stage == "registered_no_order") & (numbers("first_order_step") >= last))
    if policy["band"] == "high_risk":
        high_risk = rules.setting("high_risk_churn_score")
        return np.asarray(np.isin(stage, ACTIVE_STAGES) & (np.nan_to_num(churn, nan=0.0) >= high_risk))
    return np.asarray(stage == policy["band"])


def _answers(rules: Rules) -> pd.DataFrame:
    return rules.seeds["signals"].set_index("play_id")


def _policies(rules: Rules) -> pd.DataFrame:
    return rules.seeds["recall_policies"].sort_values(["priority", "policy_id", "ladder_step"], ignore_index=True)


def _signalled(people: pd.DataFrame, signals: pd.DataFrame | None) -> dict[str, Flags]:
    """Return by play whether each person gave its signal."""
    if signals is None or signals.empty:
        return {}
    who = pd.MultiIndex.from_frame(people[["as_of_date", "one_id"]])
    return {
        str(play): np.asarray(who.isin(pd.MultiIndex.from_frame(of[["as_of_date", "one_id"]])))
        for play, of in signals.groupby("play_id")
    }


def _given(people: pd.DataFrame, signals: pd.DataFrame | None) -> pd.Series:
    """Return the signals that each person gave and nobody answered, whichever play they are met by."""
    found: dict[tuple[object, str], tuple[str, ...]] = {}
    if signals is not None and not signals.empty:
        found = signals.groupby(["as_of_date", "one_id"])["signal"].agg(lambda of: tuple(sorted(of))).to_dict()
    keys = people[["as_of_date", "one_id"]].itertuples(index=False, name=None)
    return pd.Series([found.get(key, ()) for key in keys], index=people.index, dtype=object)


def candidates(
    context: pd.DataFrame,
    scores: pd.DataFrame,
    rules: Rules,
    signals: pd.DataFrame | None = None,
    dates_with_care: Collection[object] = (),
) -> pd.DataFrame:
    """Return the candidates of every date.

    Parameters
    ----------
    context
        Columns ``CONTEXT`` and whatever the later steps read; one row per (as_of_date, one_id).
    scores
        ``as_of_date, one_id, model, score`` and the three reasons.
    rules
        The seeds.
    signals
        ``recall.open_signals``: what the same people did and nobody answered; none where it is not given.
    dates_with_care
        As_of dates on which the care purse holds money: on any other a play of care yields to the next one.

    Returns
    -------
    DataFrame
        The context's rows that are candidates, sorted by (as_of_date, one_id), with ``policy_id, audience_kind,
        play_id, purse, signal, ladder_step, band, objective, consent_purpose, content_theme, scene_id, campaign_id,
        churn_probability, organic_return_probability, p0, continues_episode, public_kind, public_step, given, closed``.
        ``given`` are their open signals. p0 is the policy's base rate where no model speaks, and where something else
        than an order is wanted. Of several policies and plays that fit, the first of which some option can be used
        holds; ``closed`` says what closed the others.

    Raises
    ------
    MissingColumns
        When a frame lacks a column.
    """
    require(context, CONTEXT, "recall.recall_people")
    people = context[context["may_be_served"].astype(bool)].sort_values(["as_of_date", "one_id"], ignore_index=True)
    people = people.join(organic(people, scores))
    policies = rules.once(_policies)
    due = _due(people, policies, _signalled(people, signals), rules)
    people = with_public_step(people, due, policies).assign(given=_given(people, signals))

    asked: list[pd.DataFrame] = []

    def as_met(way: pd.DataFrame) -> pd.DataFrame:
        """Return the people of the ways, each with the columns of their policy and play."""
        who = people.iloc[way["person"].to_numpy()].reset_index(drop=True)
        of_policy = policies.loc[way["policy"].to_numpy(), _OF_POLICY].reset_index(drop=True)
        met = of_plays(who.join(of_policy).assign(play_id=way["play_id"].to_numpy(dtype=object)), rules)
        return without_profile(_with_occasions(met, signals, rules))

    def closed(way: pd.DataFrame) -> pd.Series:
        """Return what closes each way, null where it can be gone."""
        met = as_met(way)
        asked.append(met.set_axis(way.index))
        is_broke = met["purse"].eq(CARE) & ~met["as_of_date"].isin(list(dates_with_care))
        return closed_by(met, rules).mask(is_broke, NO_CARE_MONEY)

    every = ways(people, due, policies, rules)
    chosen = first_open(every, closed)
    met = pd.concat(asked).loc[chosen["way"]].reset_index(drop=True) if asked else as_met(every)
    met["closed"] = chosen["closed"]
    month = pd.to_datetime(met["as_of_date"]).dt.strftime("%Y%m")
    met["campaign_id"] = met["policy_id"] + "_" + met["ladder_step"].astype(int).astype(str) + "_" + month
    of_orders = met["organic_return_probability"].where(met["objective"].eq("order"))
    met["p0"] = of_orders.astype(float).fillna(met.pop("base_rate").astype(float)).clip(0.0, 1.0)
    return met.assign(continues_episode=_continued(met))


def _due(people: pd.DataFrame, policies: pd.DataFrame, signals: Mapping[str, Flags], rules: Rules) -> Flags:
    """Return whether each policy's step is due for each person: of whom nobody may profile, only what is owed them."""
    churn = people["churn_probability"].to_numpy(dtype=float)
    is_excluded = people["is_excluded"].fillna(False).to_numpy(dtype=bool)
    may_sell = ~is_excluded & ~people["is_resting"].to_numpy(dtype=bool)
    found = np.zeros((len(people), len(policies)), dtype=bool)
    numbers = _numbers_of(people)
    for at, policy in enumerate(policies.to_dict("records")):
        due = _applies(people, numbers, policy, churn, signals, rules)
        found[:, at] = due if policy["consent_purpose"] == "service" else due & may_sell
    return found


def _with_occasions(people: pd.DataFrame, signals: pd.DataFrame | None, rules: Rules) -> pd.DataFrame:
    """Add what the words of a plan name, and ``is_told``: whether a message said already that a question is known.

    The names are ``festival_zh, festival_en, days_to_coupon_end, days_to_points_end, points_ending,
    days_since_signal``, of a level that is near ``next_level, growth_missing``, of an appointment
    ``appointment_at`` (UTC), ``appointment_place, booked_zh, booked_en``, and of an open question
    ``asked_in, asked_about, question_zh, question_en``, ``asked_channel``, by which it is answered there, and
    ``asked_category, ordered_date``: the kind of thing it is about, and the day of an order placed since.
    """
    festival = pd.DataFrame({"name_zh": None, "name_en": None}, index=people.index, dtype=object)
    of_day = people["audience_kind"].eq("calendar")
    for play_id, of in people[of_day].groupby("play_id"):
        festival.loc[of.index] = _day_of(of, str(play_id), rules)
    told = np.zeros(len(people), dtype=bool)
    ends = pd.DataFrame({"ends_at": pd.Series(pd.NaT, index=people.index, dtype="datetime64[us]")})
    asked = pd.DataFrame({"asked_in": None, "asked_about": None}, index=people.index, dtype=object)
    place = pd.Series(None, index=people.index, dtype=object)
    amount = pd.DataFrame({"object_id": None, "amount": None}, index=people.index, dtype=object)
    since = pd.DataFrame({"asked_category": None, "ordered_date": None}, index=people.index, dtype=object)
    if signals is not None and not signals.empty:
        key = ["as_of_date", "one_id", "signal"]
        given = people[key].merge(signals[[*key, *_OF_SIGNAL]], on=key, how="left")
        given.index = people.index
        ends["ends_at"] = given["signal_at"].to_numpy()
        asked = given[["asked_in", "object_type"]].set_axis(["asked_in", "asked_about"], axis=1)
        told = given["is_told"].eq(True).to_numpy(dtype=bool)
        place = given["place_name"].astype(object)
        amount, since = given[["object_id", "amount"]], given[["asked_category", "ordered_date"]].astype(object)
    is_booked, words = people["signal"].eq("booking"), rules.seeds["question_words"].set_index(["kind", "code"])
    kinds = asked["asked_about"].where(is_booked)
    days = (ends["ends_at"] + pd.Timedelta(hours=8)).dt.normalize() - pd.to_datetime(people["as_of_date"])
    return people.assign(
        is_told=told,
        festival_zh=festival["name_zh"],
        festival_en=festival["name_en"],
        days_to_coupon_end=days.dt.days.where(people["signal"].eq("coupon_ending")).astype("Int64"),
        days_to_points_end=days.dt.days.where(people["signal"].eq("points_ending")).astype("Int64"),
        points_ending=amount["amount"].where(people["signal"].eq("points_ending")).astype("Int64"),
        next_level=amount["object_id"].where(people["signal"].eq(NEAR)).astype(object),
        growth_missing=amount["amount"].where(people["signal"].eq(NEAR)).astype("Int64"),
        appointment_at=ends["ends_at"].where(is_booked),
        appointment_place=place.where(is_booked),
        booked_zh=kinds.map(words["words_zh"].loc["booked"].to_dict()).astype(object),
        booked_en=kinds.map(words["words_en"].loc["booked"].to_dict()).astype(object),
        asked_channel=asked["asked_in"].map(words["message_channel"].loc["asked_in"].to_dict()).astype(object),
        days_since_signal=-days.dt.days.where(people["signal"].eq(ASKED)).astype("Int64"),
        asked_category=since["asked_category"].where(people["signal"].eq(ASKED)),
        ordered_date=since["ordered_date"].where(people["signal"].eq(ASKED)),
        **_question(asked, ends["ends_at"].where(people["signal"].eq(ASKED)), rules),
    )


def _question(asked: pd.DataFrame, at: pd.Series, rules: Rules) -> dict[str, pd.Series]:
    """Return what an open question is called: where it was asked, about what, and both with the day in a sentence."""
    found: dict[str, pd.Series] = {}
    local = at + pd.Timedelta(hours=8)
    for language, words in rules.once(_question_words).items():
        said = [asked[kind].where(at.notna()).map(words[kind]).astype(object) for kind in asked.columns]
        found[f"question_{language}"] = pd.Series(
            [asked_on(*row, in_english=language == "en") for row in zip(local, *said, strict=True)],
            index=at.index,
            dtype=object,
        )
        if language == "zh":
            found |= dict(zip(asked.columns, said, strict=True))
    return found


def _question_words(rules: Rules) -> dict[str, dict[str, dict[str, str]]]:
    """Return by language what places and things that are asked about are called, by kind and code."""
    rows = rules.seeds["question_words"]
    return {
        language: {str(kind): dict(zip(of["code"], of[name], strict=True)) for kind, of in rows.groupby("kind")}
        for language, name in (("zh", "words_zh"), ("en", "words_en"))
    }


def _continued(people: pd.DataFrame) -> pd.Series:
    """Return the open episode whose sent side a step goes on in, null where it would open one of its own.

    Whoever was held back gets no further step either, nor does whoever a lot stopped at the step that is due now.
    """
    is_inside = people["open_episode_kind"].notna() & people["open_episode_kind"].eq(people.pop("continues"))
    is_next = people["ladder_step"].astype(float) > people["open_episode_step"].astype(float).fillna(-1)
    is_next = is_next | people["audience_kind"].ne(people["open_episode_kind"])
    return people["open_episode_id"].where(is_inside & people["open_episode_arm"].eq(arms.TREAT) & is_next)

"""A set of dates in, the recall tables out: who gets what on each date, who is held back, and what it should earn."""

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.recall import arms
from ml.recall.assignment import Remaining, Salts, assigned, channel_slots, drawn_arms, explored, staff_slots
from ml.recall.candidates import candidates
from ml.recall.holdouts import keys_of, unit_draws
from ml.recall.learned import Learned, nothing_learned
from ml.recall.lists import WAITS_FOR_LEARNING, WAITS_FOR_ROOM, kept_for_lots, list_kinds, open_to, within_share
from ml.recall.lots import held_back_rate, stop_verdict, stopped_bands
from ml.recall.night import Night, decided
from ml.recall.passed_over import NO_ROOM, passed_over
from ml.recall.plans import option_rows, plan_rows
from ml.recall.plays import CARE
from ml.recall.portfolio import portfolio_net
from ml.recall.refused import last_refusals, refused_rows
from ml.recall.rules import Rules
from ml.recall.saying import with_texts, without_unsayable
from ml.recall.schedule import scheduled
from ml.recall.services import served, without_estimates
from ml.recall.signal_answers import signal_answers
from ml.recall.tables import ASSIGNMENT, AUDIENCE, BUDGET, PLAN_OPTIONS, PLANS, ROI_CURVE
from ml.recall.tasks import tasks
from ml.recall.templates import with_scenes, with_templates
from ml.recall.treatments import CONTEXT as TREATMENT_CONTEXT
from ml.recall.treatments import considered, priced, usable
from ml.recall.words import offer_words, why

Ints = npt.NDArray[np.int64]

#: What the log of options takes of each; of the random ones none is repaired.
_LOGGED: Final = [
    "as_of_date", "one_id", "message_channel", "offer_id", "probability", "is_chosen", "is_repaired",
]  # fmt: skip

#: Points of the ROI curve, as shares of the smaller of the budget and what would be spent without one.
CURVE_SHARES: Final = (0.1, 0.25, 0.5, 0.75, 1.0)
#: What the options carry of a person; the rest is joined back to the few that are sent (twice as fast at 28 dates).
_DECIDING: Final = (
    "candidate",
    "as_of_date",
    "one_id",
    "arm",
    "audience_id",
    "campaign_id",
    "policy_id",
    "objective",
    "ladder_step",
    "band",
    "consent_purpose",
    "continues_episode",
    "held_back_probability",
    "p0",
    *TREATMENT_CONTEXT,
    "appointment_at",
    "owner_message_capacity",
    "owner_call_capacity",
)


@dataclasses.dataclass(frozen=True)
class RecallPlan:
    """The recall tables of all dates, each sorted by its key."""

    assignment: pd.DataFrame
    audience: pd.DataFrame
    tasks: pd.DataFrame
    budget: pd.DataFrame
    roi_curve: pd.DataFrame
    plans: pd.DataFrame
    plan_options: pd.DataFrame
    signal_answers: pd.DataFrame
    refused_options: pd.DataFrame


@dataclasses.dataclass(frozen=True)
class _Date:
    """What one date came to: its sent rows, its log, and whom it turned away."""

    sent: pd.DataFrame
    plans: pd.DataFrame
    plan_options: pd.DataFrame
    options: pd.DataFrame
    arms: pd.Series
    #: What whoever waits waits for, by candidate.
    waits_for: pd.Series
    #: Why whoever was open and is in no arm of these is written nothing, by candidate.
    passed_over: pd.Series
    #: Each random person's chance of the option they drew, by candidate: even over those that were open, and nothing.
    shares: pd.Series
    budget: dict[str, object]
    curve: list[dict[str, float]]


def audience_id(as_of_date: object) -> str:
    """Return the audience of a date: one budget, one optimisation, one audience."""
    return f"recall_{pd.Timestamp(str(as_of_date)):%Y%m%d}"


def plan_recall(
    context: pd.DataFrame,
    scores: pd.DataFrame,
    ancestry: pd.DataFrame,
    rules: Rules,
    salts: Salts,
    budgets_fen: Mapping[object, int],
    learned: Mapping[object, Learned] | None = None,
    *,
    signals: pd.DataFrame | None = None,
    care_budgets_fen: Mapping[object, int] | None = None,
) -> RecallPlan:
    """Return the recall tables of a set of dates.

    Parameters
    ----------
    context
        ``recall.recall_people``: one row per (as_of_date, one_id).
    scores
        ``scores.customer_scores``.
    ancestry
        ``identity.ancestry``.
    rules
        Seeds and the brand's settings.
    salts
        The home's draws.
    budgets_fen
        Money by as_of date, also of dates without a candidate: each has its budget row. 0 sends nothing to anybody.
    learned
        What was learned by each date; a date that is not named goes by the seeds.
    signals
        ``recall.open_signals`` of the same dates: what somebody did and nobody answered.
    care_budgets_fen
        Money of the care purse by as_of date; of a date that is not named there is none.
    """
    rules = rules.afresh()
    known, seeds_alone = learned or {}, nothing_learned(rules)
    cared = {date for date, money in (care_budgets_fen or {}).items() if money > 0}
    people = candidates(context, scores, rules, signals, cared)
    people["candidate"] = np.arange(len(people))
    people["audience_id"] = [audience_id(date) for date in people["as_of_date"]]
    people = _with_lots(drawn_arms(people, ancestry, rules, salts), known, seeds_alone, rules)
    # Asked of who is held out as well, so that the arms can be compared among those who could be written to.
    everything = considered(people[list(_DECIDING)], rules)
    # Words are judged before any lot is drawn, so that sent and held back lose the same plans for them.
    everything, allowed = without_unsayable(everything, usable(everything, rules), people, rules)
    people["is_eligible"] = people["candidate"].isin(allowed["candidate"])
    baskets = (
        context[context["average_order_fen"].notna()].groupby("as_of_date")["average_order_fen"].median().astype(float)
    )
    baskets = baskets.reindex(list(dict.fromkeys(context["as_of_date"]))).fillna(rules.setting("default_basket_fen"))
    open_ones = allowed[~allowed["arm"].isin(arms.OUT_BEFORE)]
    found = []
    # Without a date one of nobody is decided, for the columns of what there is nothing of.
    for date, budget_fen in (budgets_fen or {dt.date(1970, 1, 1): 0}).items():
        now = known.get(date, seeds_alone)
        of_date = open_ones[open_ones["as_of_date"] == date].reset_index(drop=True)
        options = priced(of_date, rules, baskets, now)
        purses = (float(budget_fen), float((care_budgets_fen or {}).get(date, 0)))
        found.append(_one_date(options, date, now, rules, salts, purses))
    people = _final_arms(people, found).copy()
    plans, options = (pd.concat([getattr(of, name) for of in found], ignore_index=True) for name in ("sent", "options"))
    found = found if budgets_fen else []
    of_people = people.drop(columns="margin_rate")
    plans = plans.drop(columns=[name for name in of_people.columns.drop("candidate") if name in plans.columns])
    plans = plans.merge(of_people, on="candidate")
    staffed = plans["message_channel"].isin(rules.staff_channels)
    plans = plans.assign(
        staff_id=plans["owner_staff_id"].where(staffed),
        store_id=plans["owner_store_id"].where(staffed, plans["store_id"]),
        offer_words=offer_words(plans),
        list_kind=list_kinds(plans),
    )
    plans = with_scenes(plans, rules)
    plans = plans.assign(why=why(plans, rules), assumptions_hash=rules.assumptions_hash)
    plans = without_estimates(scheduled(with_texts(with_templates(plans, rules), rules), rules))
    return RecallPlan(
        assignment=people.sort_values(["as_of_date", "one_id"], ignore_index=True)[list(ASSIGNMENT)],
        audience=plans.sort_values(["as_of_date", "one_id"], ignore_index=True)[list(AUDIENCE)],
        tasks=tasks(plans, options, rules),
        budget=pd.DataFrame([of.budget for of in found], columns=list(BUDGET)),
        roi_curve=pd.DataFrame([point for of in found for point in of.curve], columns=list(ROI_CURVE)),
        plans=_together([of.plans for of in found], PLANS),
        plan_options=_together([of.plan_options for of in found], PLAN_OPTIONS),
        signal_answers=signal_answers(signals, context, people, plans, last_refusals(everything), rules),
        refused_options=refused_rows(everything),
    )


def _together(frames: list[pd.DataFrame], columns: Mapping[str, str]) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=list(columns))


def _with_lots(
    people: pd.DataFrame, known: Mapping[object, Learned], seeds_alone: Learned, rules: Rules
) -> pd.DataFrame:
    """Return the people with ``held_back_probability``: by policy and the nights it has run, frozen for the month.

    A service is no experiment and is never held back. A further step of a ladder has the lot of stopping here.
    """
    purpose = people.groupby(["as_of_date", "policy_id"])["consent_purpose"].first()
    rates = {
        (date, policy): 0.0
        if purpose[date, policy] == "service"
        else held_back_rate(known.get(date, seeds_alone).nights.get(policy, 0), rules.learned_by)
        for date, policy in purpose.index
    }
    rate = np.array([rates[key] for key in people[["as_of_date", "policy_id"]].itertuples(index=False, name=None)])
    goes_on = people["continues_episode"].notna()
    rate = np.where(goes_on, rules.setting("ladder_stop_share"), rate.astype(np.float64))
    return people.assign(held_back_probability=np.round(rate, 6))


def _one_date(
    options: pd.DataFrame, date: object, now: Learned, rules: Rules, salts: Salts, purses: tuple[float, float]
) -> _Date:
    """Decide one date.

    First what is owed, then what the care purse gives, whom no list is asked for a lot, the plan with its lots, and
    last the lists' own lots.
    """
    budget, care_budget = purses
    options = options.assign(basis=now.posterior.basis()[options["cell"].to_numpy(dtype=np.int64)])
    channel, channel_capacity = channel_slots(options, rules)
    staff, staff_capacity = staff_slots(options, rules)
    # consolidated: what follows takes rows of some hundred columns a dozen times
    options = options.assign(channel_slot=channel, staff_slot=staff).copy()
    day = Remaining(care_budget, channel_capacity, staff_capacity)
    owed = options["consent_purpose"].eq("service").to_numpy(dtype=bool)
    services, owed_log = served(options[owed], _slots(options[owed]), day, rules)
    day = day.less(services, *_slots(services), is_paid=False)
    # Care comes by the first channel of its play that is open; money says to whom, not by what.
    is_care = ~owed & options["purse"].eq(CARE).to_numpy(dtype=bool)
    of_care = options[is_care].drop_duplicates("candidate")
    care = _cared_for(of_care, now, day, salts)
    cared = care.plans[care.plans["arm"].eq(arms.TREAT)]
    room = dataclasses.replace(day.less(cared, *_slots(cared)), budget=budget)
    by_profit = ~(owed | is_care)
    random = by_profit & options["arm"].eq(arms.RANDOM).to_numpy(dtype=bool)
    of_lots, rest = options[random], options[by_profit & ~random]
    # Who works by a list is asked to try something only once it is known what else stands in it.
    alone = of_lots[of_lots["staff_slot"] < 0]
    tried, away = explored(alone, _slots(alone), room, rules, salts)
    lots_budget = room.budget * rules.setting("exploration_budget_share") - float(tried["expected_cost_fen"].sum())
    room = room.less(tried, *_slots(tried))
    planned_for = kept_for_lots(of_lots, _slots(of_lots), room, lots_budget, rules)
    night = decided(rest, now.posterior, planned_for, _slots(rest), salts)
    plans, bands, verdict = _stopped(night, now, rules, salts)
    had_room = plans["arm"].ne(arms.WAITING)
    plans, places = within_share(plans, rules, salts)
    without_place = set(plans.loc[had_room & plans["arm"].eq(arms.WAITING), "candidate"])
    out = plans[plans["arm"].eq(arms.TREAT)]
    room = room.less(out, *_slots(out))
    room = dataclasses.replace(room, budget=min(room.budget, lots_budget))
    asked, drawn = open_to(of_lots, _slots(of_lots), places, room, rules, salts)
    tried = pd.concat([tried[~tried["candidate"].isin(asked)], drawn])
    by_list, is_alone = of_lots["candidate"].isin(asked), of_lots.index.isin(alone.index)
    lots = of_lots[by_list | (is_alone & ~of_lots["candidate"].isin(away))]
    closed = set(of_lots["candidate"]) - set(alone["candidate"]) - asked
    share = 1 / (lots.groupby("candidate")["candidate"].transform("size").astype(float) + 1)
    at_random = lots.assign(probability=share, is_chosen=lots.index.isin(tried.index))
    # Of the random ones "nothing" is the side that is held back, as likely as every other option.
    of_option = share.reindex(tried.index)
    tried = tried.assign(
        arm=arms.RANDOM, option_probability=of_option, held_back_probability=of_option, wait_probability=0.0
    )
    sent = pd.concat([tried, plans[plans["arm"].eq(arms.TREAT)]])
    nothing = at_random.drop_duplicates("candidate")
    nothing = nothing[~nothing["candidate"].isin(tried["candidate"])]
    nothing = nothing.assign(
        arm=arms.RANDOM, option_probability=nothing["probability"], held_back_probability=nothing["probability"]
    )
    planned = _joined([services, care.plans, tried, plans])
    arm = pd.concat([planned.set_index("candidate")["arm"], nothing.set_index("candidate")["arm"]])
    unserved = set(owed_log["candidate"]) - set(services["candidate"])
    full = unserved | _waiting(care.options, planned, rules) | _waiting(night.options, planned, rules)
    waiting = sorted((full | closed) - set(arm.index))
    arm = pd.concat([arm, pd.Series(arms.WAITING, index=waiting, dtype=object)])
    held = plans[plans["arm"].eq(arms.HELD_BACK)]
    return _Date(
        sent=_joined([services, cared, sent]),
        plans=plan_rows(planned, nothing, rules, now.posterior.effects_hash),
        plan_options=option_rows(
            _joined([of[_LOGGED] for of in (owed_log, care.options, _cut(night.options, plans, bands, rules))]),
            at_random[_LOGGED[:-1]],
        ),
        options=options,
        arms=arm,
        waits_for=_waits_for(arm, without_place | closed),
        passed_over=pd.concat([
            passed_over(night.options, set(night.plans["candidate"]) - set(plans["candidate"])),
            # care is worth what it keeps, before its cost
            passed_over(care.options.assign(base_fen=0.0), ()),
            pd.Series(NO_ROOM, index=sorted(away - asked), dtype=object),
        ]),
        shares=at_random.groupby("candidate")["probability"].first(),
        budget={
            "as_of_date": date,
            "audience_id": audience_id(date),
            "budget_fen": int(budget),
            "expected_cost_fen": int(sent["expected_cost_fen"].sum()),
            "shadow_price": round(night.solution.prices.budget, 6),
            "dual_bound_fen": int(np.ceil(night.solution.dual_bound - 1e-6)),
            "optimality_gap": round(night.solution.gap, 8),
            "held_back_people": len(held),
            "held_back_net_fen": int(np.rint((held["base_fen"] + held["unit_fen"] * held["lift"]).sum())),
            **verdict,
            "care_budget_fen": int(care_budget),
            "care_cost_fen": int(cared["expected_cost_fen"].sum()),
            "care_shadow_price": round(care.solution.prices.budget, 6),
            "service_cost_fen": int(services["expected_cost_fen"].sum()),
        },
        curve=_curve(rest, night, _slots(rest), room, now, date),
    )


def _slots(options: pd.DataFrame) -> tuple[Ints, Ints]:
    return options["channel_slot"].to_numpy(dtype=np.int64), options["staff_slot"].to_numpy(dtype=np.int64)


def _joined(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Return the frames under each other; an empty one has nothing to say of the types."""
    return pd.concat([frame for frame in frames if len(frame)] or frames[-1:])


def _cared_for(options: pd.DataFrame, now: Learned, room: Remaining, salts: Salts) -> Night:
    """Decide the care purse: as the other, but for what a contact is thought to keep, before its cost.

    Care goes to whom it keeps most for its money and not by what is left of it: what it costs is the purse's.
    """
    gains = options.assign(base_fen=0.0)
    night = decided(gains, now.posterior, room, _slots(gains), salts)
    base = options["base_fen"].to_numpy(dtype=np.float64)
    return dataclasses.replace(
        night,
        options=night.options.assign(base_fen=base),
        plans=night.plans.assign(base_fen=base[night.plans.index.to_numpy(dtype=np.int64)]),
    )


def _waits_for(arm: pd.Series, to_learn: set[int]) -> pd.Series:
    """Return what whoever waits waits for: a place among those to learn, or room in a day that is full."""
    waits = arm.index[arm.eq(arms.WAITING)]
    return pd.Series(np.where(waits.isin(to_learn), WAITS_FOR_LEARNING, WAITS_FOR_ROOM), index=waits, dtype=object)


def _stopped(
    night: Night, now: Learned, rules: Rules, salts: Salts
) -> tuple[pd.DataFrame, set[str], dict[str, object]]:
    """Cut the bands that cannot be told from nothing to the share that is still sent, by lot."""
    plans = night.plans[night.plans["held_back_probability"] > 0]
    verdict = stop_verdict(now.posterior, plans, now.nights_in_all)
    bands = stopped_bands(now.posterior, plans, now.nights_in_all)
    said: dict[str, object] = {
        "is_cut": bool(bands),
        "planned_net_mean_fen": round(verdict.mean_fen),
        "planned_net_p10_fen": round(verdict.p10_fen),
        "planned_net_p90_fen": round(verdict.p90_fen),
    }
    if not bands:
        return night.plans, bands, said
    keys = keys_of(night.plans["one_id"], night.plans["as_of_date"])
    stays = unit_draws(keys, salts.of("stop")) < rules.learning("stop_share")
    stays = stays | ~_is_cut(night.plans, bands)
    return night.plans[stays], bands, said


def _is_cut(rows: pd.DataFrame, bands: set[str]) -> npt.NDArray[np.bool_]:
    return np.asarray((rows["band"].isin(bands) & (rows["held_back_probability"] > 0)).to_numpy(dtype=bool))


def _cut(options: pd.DataFrame, plans: pd.DataFrame, bands: set[str], rules: Rules) -> pd.DataFrame:
    """Return the options as they stand after bands were cut: each as much less likely, the cut ones not chosen."""
    if not bands:
        return options
    stays = np.where(_is_cut(options, bands), rules.learning("stop_share"), 1.0)
    is_left = options["is_chosen"] & options["candidate"].isin(plans["candidate"])
    return options.assign(probability=options["probability"] * stays, is_chosen=is_left)


def _curve(
    rest: pd.DataFrame, night: Night, slots: tuple[Any, ...], room: Remaining, now: Learned, date: object
) -> list[dict[str, Any]]:
    """Return what other budgets would earn: points up to the smaller of the budget and what is worth spending."""
    points = []
    for share in CURVE_SHARES if night.solution.cost > 0 else ():
        money = float(np.ceil(min(night.solution.cost, room.budget) * share))
        value = night.options["value_fen"].to_numpy(dtype=np.float64)
        picked, _ = assigned(night.options, value, slots, dataclasses.replace(room, budget=money), exact=False)
        low, middle, high = portfolio_net(picked, now.posterior, (0.1, 0.5, 0.9))
        points.append({
            "as_of_date": date,
            "audience_id": audience_id(date),
            "budget_fen": int(money),
            "expected_cost_fen": int(picked["expected_cost_fen"].sum()),
            "net_p10_fen": round(low),
            "net_p50_fen": round(middle),
            "net_p90_fen": round(high),
        })
    return points


def _final_arms(people: pd.DataFrame, found: list[_Date]) -> pd.DataFrame:
    """Close the arms: as the night decided, out of reach is ineligible, everybody else was not selected."""
    drawn = people["arm"].isin(arms.OUT_BEFORE)
    decided_arm = people["candidate"].map(_by_candidate(found, "arms"))
    arm = np.select(
        [drawn, ~people["is_eligible"], decided_arm.notna()],
        [people["arm"], arms.INELIGIBLE, decided_arm],
        default=arms.NOT_SELECTED,
    )
    q = people["held_back_probability"].to_numpy(dtype=float)
    of_options = people["candidate"].map(_by_candidate(found, "shares")).astype(float).fillna(1.0)
    probability = people["assignment_probability"] * np.select(
        [arm == arms.TREAT, arm == arms.HELD_BACK, arm == arms.RANDOM], [1 - q, q, of_options], default=1.0
    )
    waits_for = people["candidate"].map(_by_candidate(found, "waits_for")).where(arm == arms.WAITING).astype(object)
    passed = people["candidate"].map(_by_candidate(found, "passed_over")).where(arm == arms.NOT_SELECTED).astype(object)
    return people.assign(
        arm=arm,
        assignment_probability=probability.round(6),
        waits_for=waits_for,
        passed_over_because=passed.where(passed.notna(), None),
    )


def _by_candidate(found: list[_Date], name: str) -> pd.Series:
    return pd.concat([getattr(of, name) for of in found]) if found else pd.Series(dtype=object)


def _waiting(options: pd.DataFrame, plans: pd.DataFrame, rules: Rules) -> set[int]:
    """Return those whose best option belongs to a member of staff whose day is full: no colleague steps in."""
    worth = (
        options[options["value_fen"] > 0]
        .sort_values(["candidate", "value_fen"], ascending=[True, False])
        .drop_duplicates("candidate")
    )
    worth = worth[worth["message_channel"].isin(rules.staff_channels) & ~worth["candidate"].isin(plans["candidate"])]
    if worth.empty:
        return set()
    day = ["as_of_date", "owner_staff_id", "message_channel"]
    used = plans.groupby(day).size()
    call = worth["message_channel"].eq("call")
    cap = np.where(call, rules.cap("staff_calls_day"), rules.cap("staff_messages_day"))
    most = (
        worth["owner_call_capacity"]
        .where(call, worth["owner_message_capacity"])
        .astype("Float64")
        .fillna(pd.Series(cap, index=worth.index))
    )
    taken = used.reindex(pd.MultiIndex.from_frame(worth[day])).fillna(0).to_numpy()
    return set(worth.loc[taken >= most.to_numpy(dtype=float), "candidate"])

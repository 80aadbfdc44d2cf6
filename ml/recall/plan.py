"""A set of dates in, the recall tables out: who gets what on each date, who is held out, and what it should earn."""

import dataclasses
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from ml.recall import arms
from ml.recall.assignment import Remaining, Salts, channel_slots, chosen, drawn_arms, explored, staff_slots
from ml.recall.candidates import candidates
from ml.recall.knapsack import Solution
from ml.recall.portfolio import portfolio_net
from ml.recall.rules import Rules
from ml.recall.schedule import scheduled
from ml.recall.tables import ASSIGNMENT, AUDIENCE, BUDGET, ROI_CURVE
from ml.recall.tasks import tasks
from ml.recall.templates import with_scenes, with_templates
from ml.recall.treatments import CONTEXT as TREATMENT_CONTEXT
from ml.recall.treatments import admissible, priced
from ml.recall.words import offer_words, why

#: Points of the ROI curve, as shares of the smaller of the budget and what would be spent without one.
CURVE_SHARES: Final = (0.1, 0.25, 0.5, 0.75, 1.0)
BASIS: Final = "prior"
#: What the options carry of a person; the rest is joined back to the few that are sent (twice as fast at 28 dates).
_DECIDING: Final = (
    "candidate",
    "as_of_date",
    "one_id",
    "arm",
    "policy_id",
    "ladder_step",
    "band",
    "consent_purpose",
    "p0",
    *TREATMENT_CONTEXT,
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
    """
    people = candidates(context, scores, rules)
    people["candidate"] = np.arange(len(people))
    people["audience_id"] = [audience_id(date) for date in people["as_of_date"]]
    people = drawn_arms(people, ancestry, rules, salts)
    # Asked of who is held out as well, so that the arms can be compared among those who could be written to.
    allowed = admissible(people[list(_DECIDING)], rules)
    people["is_eligible"] = people["candidate"].isin(allowed["candidate"])
    baskets = (
        context[context["average_order_fen"].notna()].groupby("as_of_date")["average_order_fen"].median().astype(float)
    )
    baskets = baskets.reindex(list(dict.fromkeys(context["as_of_date"]))).fillna(rules.setting("default_basket_fen"))
    options = priced(allowed[~allowed["arm"].isin(arms.HELD_OUT)], rules, baskets)
    sent: list[pd.DataFrame] = []
    budgets: list[dict[str, object]] = []
    curves: list[dict[str, object]] = []
    turned_away: set[int] = set()
    for date, budget_fen in budgets_fen.items():
        of_date = options[options["as_of_date"] == date]
        picked, away, budget, curve = _one_date(of_date, rules, salts, float(budget_fen))
        sent.append(picked)
        turned_away |= away
        budgets.append({"as_of_date": date, "audience_id": audience_id(date), "budget_fen": budget_fen, **budget})
        curves.extend({"as_of_date": date, "audience_id": audience_id(date), **point} for point in curve)
    plans = pd.concat(sent, ignore_index=True) if sent else options.iloc[:0].copy()
    people = _final_arms(people, options, plans, turned_away, rules)
    of_people = people.drop(columns="margin_rate")
    plans = plans.drop(columns=[name for name in of_people.columns.drop("candidate") if name in plans.columns])
    plans = plans.merge(of_people, on="candidate")
    staffed = plans["message_channel"].isin(rules.staff_channels)
    plans = plans.assign(
        staff_id=plans["owner_staff_id"].where(staffed),
        store_id=plans["owner_store_id"].where(staffed, plans["store_id"]),
        offer_words=offer_words(plans),
        basis=BASIS,
    )
    plans = with_scenes(plans, rules)
    plans = plans.assign(why=why(plans, rules), assumptions_hash=rules.assumptions_hash)
    plans = scheduled(with_templates(plans, rules), rules)
    return RecallPlan(
        assignment=people.sort_values(["as_of_date", "one_id"], ignore_index=True)[list(ASSIGNMENT)],
        audience=plans.sort_values(["as_of_date", "one_id"], ignore_index=True)[list(AUDIENCE)],
        tasks=tasks(plans, options, rules),
        budget=pd.DataFrame(budgets, columns=list(BUDGET)),
        roi_curve=pd.DataFrame(curves, columns=list(ROI_CURVE)),
    )


def _one_date(
    options: pd.DataFrame, rules: Rules, salts: Salts, budget: float
) -> tuple[pd.DataFrame, set[int], dict[str, float], list[dict[str, float]]]:
    """Return a date's plans, the explorers without room, its budget row and its ROI curve."""
    options = options.reset_index(drop=True)
    channel, channel_capacity = channel_slots(options, rules)
    staff, staff_capacity = staff_slots(options, rules)
    room = Remaining(budget, channel_capacity, staff_capacity)
    exploring = options["arm"].eq(arms.EXPLORE).to_numpy()
    tried, away = explored(options[exploring], (channel[exploring], staff[exploring]), room, rules, salts)
    room = room.less(tried, channel[tried.index], staff[tried.index])
    rest, slots = options[~exploring], (channel[~exploring], staff[~exploring])
    picked, solution = chosen(rest, slots, room)
    sent = pd.concat([tried, picked])
    row = {
        "expected_cost_fen": int(sent["expected_cost_fen"].sum()),
        "shadow_price": round(solution.prices.budget, 6),
        "dual_bound_fen": int(np.ceil(solution.dual_bound - 1e-6)),
        "optimality_gap": round(solution.gap, 8),
    }
    return sent, away, row, _curve(rest, slots, room, solution, rules)


def _curve(
    rest: pd.DataFrame, slots: tuple[Any, ...], room: Remaining, solution: Solution, rules: Rules
) -> list[dict[str, float]]:
    """Return what other budgets would earn: points up to the smaller of the budget and what is worth spending."""
    points = []
    for share in CURVE_SHARES if solution.cost > 0 else ():
        money = float(np.ceil(solution.cost * share))
        picked, _ = chosen(rest, slots, dataclasses.replace(room, budget=money), exact=False)
        low, middle, high = portfolio_net(picked, picked["curve"], rules.setting("lift_deflation"), (0.1, 0.5, 0.9))
        spent = int(picked["expected_cost_fen"].sum())
        points.append({
            "budget_fen": int(money),
            "expected_cost_fen": spent,
            "net_p10_fen": round(low),
            "net_p50_fen": round(middle),
            "net_p90_fen": round(high),
        })
    return points


def _final_arms(
    people: pd.DataFrame, options: pd.DataFrame, plans: pd.DataFrame, turned_away: set[int], rules: Rules
) -> pd.DataFrame:
    """Close the arms: sent is treated, out of reach is ineligible, best served by a full member of staff waits."""
    candidate = people["candidate"]
    choices = candidate.map(options.groupby("candidate").size()).fillna(0)
    explores = people["arm"].eq(arms.EXPLORE) & ~candidate.isin(turned_away)
    held = people["arm"].isin(arms.HELD_OUT)
    arm = np.select(
        [
            held,
            ~people["is_eligible"],
            explores,
            candidate.isin(plans["candidate"]),
            candidate.isin(_waiting(options, plans, rules)),
        ],
        [people["arm"], arms.INELIGIBLE, arms.EXPLORE, arms.TREAT, arms.WAITING],
        default=arms.NOT_SELECTED,
    )
    probability = people["assignment_probability"] / np.where(explores, choices + 1, 1)
    return people.assign(arm=arm, assignment_probability=probability.round(6))


def _waiting(options: pd.DataFrame, plans: pd.DataFrame, rules: Rules) -> set[int]:
    """Return those whose best option belongs to a member of staff whose day is full: no colleague steps in."""
    worth = (
        options[options["net_p10_fen"] > 0]
        .sort_values(["candidate", "net_p10_fen"], ascending=[True, False])
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

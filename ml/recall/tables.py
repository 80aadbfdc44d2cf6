"""The columns of every recall table, in order, with their types in the warehouse."""

from collections.abc import Mapping
from typing import Final

_INSTANT, _FEN, _RATE, _TEXT, _DATE = "TIMESTAMP", "BIGINT", "DOUBLE", "VARCHAR", "DATE"

ASSIGNMENT: Final = {
    "as_of_date": _DATE, "one_id": _TEXT, "arm": _TEXT, "audience_id": _TEXT, "assignment_probability": _RATE,
    "global_holdout": "BOOLEAN", "audience_kind": _TEXT, "policy_id": _TEXT, "ladder_step": "BIGINT",
    "campaign_id": _TEXT, "is_eligible": "BOOLEAN",
    "waits_for": _TEXT, "passed_over_because": _TEXT,
}  # fmt: skip
AUDIENCE: Final = {
    "as_of_date": _DATE, "one_id": _TEXT, "audience_id": _TEXT, "audience_kind": _TEXT, "policy_id": _TEXT,
    "ladder_step": "BIGINT", "campaign_id": _TEXT, "arm": _TEXT, "assignment_probability": _RATE,
    "message_channel": _TEXT,
    "staff_id": _TEXT, "store_id": _TEXT, "offer_id": _TEXT, "pay_rate": "DECIMAL(18, 4)", "wave": _TEXT,
    "send_after_at": _INSTANT, "send_before_at": _INSTANT, "valid_until_at": _INSTANT, "stop_if": "VARCHAR[]",
    "content_theme": _TEXT, "churn_probability": _RATE, "organic_return_probability": _RATE, "lift_p50": _RATE,
    "expected_cost_fen": _FEN, "net_p10_fen": _FEN, "net_p50_fen": _FEN, "net_p90_fen": _FEN, "roi_p10": _RATE,
    "roi_p50": _RATE, "roi_p90": _RATE, "basis": _TEXT, "consent_purpose": _TEXT, "why": _TEXT,
    "template_id": _TEXT, "template_variables": _TEXT, "message_text": _TEXT, "message_text_en": _TEXT,
    "text_lacks": _TEXT, "withheld_because": _TEXT,
    "probability_roi_positive": _RATE, "break_even_lift": _RATE, "assumptions_hash": _TEXT, "play_id": _TEXT,
    "purse": _TEXT, "signal": _TEXT, "list_kind": _TEXT,
}  # fmt: skip
TASKS: Final = {
    "task_id": _TEXT, "as_of_date": _DATE, "audience_id": _TEXT, "one_id": _TEXT, "staff_id": _TEXT, "store_id": _TEXT,
    "message_channel": _TEXT, "priority": "BIGINT", "send_after_at": _INSTANT, "send_before_at": _INSTANT,
    "template_id": _TEXT, "template_variables": _TEXT, "offer_id": _TEXT, "offer_words": _TEXT, "why": _TEXT,
    "talking_point_1": _TEXT, "talking_point_2": _TEXT, "do_not_say": _TEXT, "stop_if": "VARCHAR[]",
    "fallback_channel": _TEXT, "expected_net_p50_fen": _FEN, "play_id": _TEXT, "list_kind": _TEXT,
    "is_learning": "BOOLEAN",
}  # fmt: skip
BUDGET: Final = {
    "as_of_date": _DATE, "audience_id": _TEXT, "budget_fen": _FEN, "expected_cost_fen": _FEN, "shadow_price": _RATE,
    "dual_bound_fen": _FEN, "optimality_gap": _RATE, "held_back_people": "BIGINT", "held_back_net_fen": _FEN,
    "is_cut": "BOOLEAN", "planned_net_mean_fen": _FEN, "planned_net_p10_fen": _FEN, "planned_net_p90_fen": _FEN,
    "care_budget_fen": _FEN, "care_cost_fen": _FEN, "care_shadow_price": _RATE, "service_cost_fen": _FEN,
}  # fmt: skip
#: The log of who was planned; also what stands in ``published/plans/`` and comes back as channels.plans.
PLANS: Final = {
    "as_of_date": _DATE, "one_id": _TEXT, "episode_id": _TEXT, "audience_id": _TEXT, "policy_id": _TEXT,
    "audience_kind": _TEXT, "ladder_step": "BIGINT", "campaign_id": _TEXT, "consent_purpose": _TEXT,
    "objective": _TEXT, "band": _TEXT,
    "message_channel": _TEXT, "offer_id": _TEXT, "depth": _TEXT, "arm": _TEXT, "held_back_probability": _RATE,
    "wait_probability": _RATE, "option_probability": _RATE, "p0": _RATE, "contacts_28d": "BIGINT",
    "coupon_taste": _RATE, "wecom_answers": _RATE, "lift_mean": _RATE, "lift_p10": _RATE, "lift_p90": _RATE,
    "unit_fen": _RATE, "base_fen": _RATE, "expected_cost_fen": _FEN, "net_mean_fen": _FEN, "net_p10_fen": _FEN,
    "net_p90_fen": _FEN, "margin_rate": _RATE, "basis": _TEXT, "effects_hash": _TEXT, "ends_on": _DATE,
    "opens_episode": "BOOLEAN", "play_id": _TEXT,
}  # fmt: skip
#: The open log: every option of whoever was open to the lots, doing nothing included, with its probability.
PLAN_OPTIONS: Final = {
    "as_of_date": _DATE, "one_id": _TEXT, "message_channel": _TEXT, "offer_id": _TEXT, "probability": _RATE,
    "is_chosen": "BOOLEAN", "is_repaired": "BOOLEAN",
}  # fmt: skip
#: Every open signal, and what answers it the next morning or why nothing does.
SIGNAL_ANSWERS: Final = {
    "as_of_date": _DATE, "one_id": _TEXT, "signal": _TEXT, "signal_at": _INSTANT, "kind": _TEXT, "play_id": _TEXT,
    "answered_by": _TEXT, "message_channel": _TEXT, "reason": _TEXT, "asked_in": _TEXT, "object_type": _TEXT,
    "asked_category": _TEXT, "told_date": _DATE, "ordered_date": _DATE,
}  # fmt: skip
#: Every option that a rule took from a candidate, with the first rule that did.
REFUSED_OPTIONS: Final = {
    "as_of_date": _DATE, "one_id": _TEXT, "policy_id": _TEXT, "message_channel": _TEXT, "offer_id": _TEXT,
    "refused_because": _TEXT, "template_id": _TEXT, "withheld_because": _TEXT,
}  # fmt: skip
ROI_CURVE: Final = {
    "as_of_date": _DATE, "audience_id": _TEXT, "budget_fen": _FEN, "expected_cost_fen": _FEN, "net_p10_fen": _FEN,
    "net_p50_fen": _FEN, "net_p90_fen": _FEN,
}  # fmt: skip
OUTCOMES: Final = {
    "as_of_date": _DATE, "week_from": _DATE, "read_window": _TEXT, "source": _TEXT, "policy_id": _TEXT,
    "experiment_id": _TEXT, "people_sent": "BIGINT", "people_held_back": "BIGINT", "realised_net_fen": _FEN,
    "realised_low_fen": _FEN, "realised_high_fen": _FEN, "detectable_net_fen": _FEN, "predicted_net_fen": _FEN,
    "predicted_low_fen": _FEN, "predicted_high_fen": _FEN, "lift": _RATE, "lift_low": _RATE, "lift_high": _RATE,
    "detectable_lift": _RATE, "predicted_lift": _RATE, "predicted_lift_low": _RATE, "predicted_lift_high": _RATE,
    "verdict": _TEXT, "weeks_needed": "BIGINT",
}  # fmt: skip
HEALTH: Final = {
    "as_of_date": _DATE, "check_name": _TEXT, "policy_id": _TEXT, "value": _RATE, "low": _RATE, "high": _RATE,
    "n": "BIGINT", "verdict": _TEXT, "words": _TEXT, "words_zh": _TEXT,
}  # fmt: skip
EFFECTS: Final = {
    "as_of_date": _DATE, "band": _TEXT, "message_channel": _TEXT, "depth": _TEXT, "prior_mean": _RATE,
    "prior_sd": _RATE, "rows_sent": "BIGINT", "rows_held": "BIGINT", "estimate": _RATE, "estimate_se": _RATE,
    "posterior_mean": _RATE, "posterior_sd": _RATE, "posterior_p10": _RATE, "posterior_p90": _RATE,
    "probability_positive": _RATE, "basis": _TEXT,
}  # fmt: skip
#: What plan_recall returns, and what a row of each is.
PLANNED: Final[Mapping[str, tuple[str, dict[str, str]]]] = {
    "assignment": ("One row per (one_id, as_of_date) of a candidate: its arm and how likely it was drawn.", ASSIGNMENT),
    "audience": ("One row per (one_id, as_of_date) to be sent: channel, sender, offer, hour, profit, why.", AUDIENCE),
    "tasks": ("One row per task of a member of staff's morning list.", TASKS),
    "budget": ("One row per audience: budget, cost, price of money and the bound no audience can beat.", BUDGET),
    "roi_curve": ("One row per (audience, budget): what other budgets would earn.", ROI_CURVE),
    "plans": (
        "One row per (one_id, as_of_date) of whoever was planned, sent or held back: the lot and its odds.",
        PLANS,
    ),
    "plan_options": (
        "One row per (one_id, as_of_date, option): how likely each option was, nothing too.",
        PLAN_OPTIONS,
    ),
    "signal_answers": (
        "One row per (one_id, as_of_date, signal) that nobody had answered: what answers it, or why nothing does.",
        SIGNAL_ANSWERS,
    ),
    "refused_options": (
        "One row per (one_id, as_of_date, option) that a rule took from a candidate, and which rule.",
        REFUSED_OPTIONS,
    ),
    "effects": (
        "One row per (as_of_date, band, message_channel, depth): what a contact is thought to change.",
        EFFECTS,
    ),
}

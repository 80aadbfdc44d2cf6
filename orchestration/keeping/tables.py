"""Which tables keep dates from night to night, and which facts of people they stand on."""

import functools
from typing import Final

from orchestration.dbt_graph import nodes, parents_of

#: What a later night reads of another date than those it publishes. Their models say so too: meta ``is_kept``.
OF_STATE: Final = ("people.hard_rules", "lifecycle.purchase_stages", "lifecycle.aipl", "lifecycle.five_a")
#: Counted from a date and its eve, so that the first date of a run has none.
OF_STEPS: Final = ("lifecycle.stage_transitions", "segments.refreeze_transitions")
FEATURES: Final = "features.customer_features"
LABELS: Final = "features.labels"
KEPT: Final = (*OF_STATE, *OF_STEPS, FEATURES, LABELS)
#: Models of a training date, kept as files; the ledger says for which dates the registry's rows still hold.
REGISTRY: Final = "models.registry"

#: The tables of ``people`` on which kept dates stand -> what a person calls them. Everything that a night learned has
#: to come through one of them: no later stage reads anything before ``people`` (orchestration/stages.py).
FACTS: Final[dict[str, str]] = {
    "basket_changes": "what orders hold",
    "basket_states": "what orders hold",
    "consent_words": "consents",
    "contacts": "contacts",
    "coupon_states": "coupons",
    "friendships": "friends",
    "identity_moves": "merges and splits",
    "interaction_states": "what customers did",
    "lead_states": "leads",
    "membership_states": "groups",
    "order_states": "orders",
    "planned_lots": "plans",
    "points_states": "points",
    "record_owners": "whose records are whose",
    "record_states": "what records say of people",
    "refund_states": "refunds",
    "refusal_states": "refusals",
    "subscription_states": "subscriptions",
}
#: Hold for one run only: numbers that are handed out anew every night.
RUN_KEYS: Final = frozenset({"order_key", "state_key", "person_key", "category_key"})
#: Steps that are filled in later, in a row that has stood since before: table -> date of the step -> what it brings.
#: Whoever reads them asks whether that date has come; until then such a row reads as it did.
STEPS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "contacts": {f"{step}_date": (f"{step}_at",) for step in ("opened", "clicked", "replied", "unsubscribed")},
    "coupon_states": {
        "redeemed_date": ("redeeming_order_id", "order_discount_fen"),
        "last_valid_date": (),
    },
    "friendships": {f"deleted_by_{who}_date": (f"deleted_by_{who}_at",) for who in ("customer", "staff")},
    "membership_states": {"left_date": ()},
    "subscription_states": {f"deleted_by_{who}_date": (f"deleted_by_{who}_at",) for who in ("customer", "staff")},
}

_FACT_STAGES: Final = ("staging", "identity", "customer", "people")
_BY_DATE: Final = ("dates_of(", "run_dates(", "states_at(")


@functools.cache
def is_dated(unique_id: str) -> bool:
    """Return whether a model is told for the dates of a run, by itself or through what it reads."""
    node = nodes()[unique_id]
    if node["resource_type"] != "model":
        return False
    if any(word in node["raw_code"] for word in _BY_DATE):
        return True
    return any(is_dated(parent) for parent in parents_of(unique_id))


def is_fact(unique_id: str) -> bool:
    """Return whether a model is made before a run knows which dates it makes: it says nothing by date."""
    return nodes()[unique_id]["schema"] in _FACT_STAGES and not is_dated(unique_id)


@functools.cache
def ancestors() -> frozenset[str]:
    """Return the ids of everything that the kept tables are made from, themselves included."""
    found: set[str] = set()
    waiting = [one for one, node in nodes().items() if f"{node['schema']}.{node['name']}" in KEPT]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += parents_of(one) if nodes()[one]["resource_type"] == "model" else []
    return frozenset(found)

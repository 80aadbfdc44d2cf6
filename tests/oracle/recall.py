"""Who may be recalled and through what: docs/recall.md, 1 and 3. Draws, lifts and the budget are not computed again.

The churn score is read as published: it is a model's and no rule.
"""

import datetime as dt

from tests.oracle.book import Book, Person
from tests.oracle.lists import contacts, may_be_written_to
from tests.oracle.profile import consented, exclusion, owner, reachable
from tests.oracle.stages import is_deleted_friend, purchases, stage
from tests.oracle.world import end, seed

WITH_STAFF = {"wecom", "call"}
ACTIVE = {"first_buyer", "repeat", "loyal"}
HOLDOUTS = {"holdout_global", "holdout_campaign"}


def policy(book: Book, person: Person, churn: float | None) -> dict[str, str] | None:
    """Return the policy with the lowest priority that a person falls under."""
    if exclusion(book, person):
        return None
    bought = purchases(book, person)
    now = stage(bought, book.day)
    high = next(float(row["value"]) for row in seed("recall_settings") if row["name"] == "high_risk_churn_score")
    due = {f"recall_{now}"}
    if not bought.days and bought.registered:
        row = next(row for row in seed("recall_policies") if row["policy_id"] == "first_order_ladder")
        if (book.day - bought.registered).days >= int(row["after_days"]):
            due.add("first_order_ladder")
    if now in ACTIVE and churn is not None and churn >= high:
        due.add("recall_high_risk")
    if is_deleted_friend(book, person):
        due.add("re_add")
    # Nobody in a random brand has had a step of a ladder: the first is next.
    rows = [row for row in seed("recall_policies") if row["policy_id"] in due and int(row["ladder_step"]) <= 1]
    return min(rows, key=lambda row: int(row["priority"]), default=None)


def options(book: Book, person: Person, rule: dict[str, str], said: dict) -> set[tuple[str, str]]:
    """Return the (channel, offer) pairs that a candidate may get; ``said`` holds their segments and need."""
    if not may_be_written_to(book, person):
        return set()
    may = reachable(book, person) & consented(book, person) - silenced(book, person)
    if owner(book, person) is None:
        may -= WITH_STAFF
    month = (book.day + dt.timedelta(days=1)).replace(day=1)
    caps = {row["cap_id"]: int(row["most"]) for row in seed("contact_caps") if row["cap_id"].startswith("wecom")}
    if wecom_since(book, person, month) >= caps["wecom_month"]:
        may.discard("wecom")
    plays = {row["need_state"]: row for row in seed("need_state_plays")}
    play = plays.get(said["need_state"])
    if play:
        may -= set(play["barred_channels"].split("|"))
    rfm = {row["rfm_segment"]: row for row in seed("rfm_offer_rules")}.get(said["rfm_segment"])
    is_offered = not any(row and row["offers_allowed"] == "false" for row in (play, rfm))
    return {
        (row["message_channel"], row["offer_id"])
        for row in seed("recall_menu")
        if (row["policy_id"], row["ladder_step"]) == (rule["policy_id"], rule["ladder_step"])
        and row["message_channel"] in may
        and (is_offered or row["offer_id"] == "none")
        and (not row["tiers"] or said["pyramid_tier"] in row["tiers"].split("|"))
    }


def silenced(book: Book, person: Person) -> set[str]:
    """Return the channels that a refusal or an unsubscribing known by the date closes."""
    found = {row.text("message_channel") for row in book.suppressions.get(person, [])} - {None}
    for row in book.rows("messages").get(person, []):
        if row.time("unsubscribed_at") and row.time("unsubscribed_at") < end(book.day):
            found.add(row.text("message_channel"))
    return found


def wecom_since(book: Book, person: Person, first: dt.date) -> int:
    """Return how many WeCom messages arrived since a day."""
    sent = book.rows("messages").get(person, [])
    return sum(
        1
        for row in sent
        if row.text("message_channel") == "wecom" and not row.text("failure_reason") and row.happened.date() >= first
    )


__all__ = ["HOLDOUTS", "contacts", "options", "policy"]

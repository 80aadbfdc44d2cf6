"""Who may be recalled and through what: docs/recall.md, 1 and 3. Draws, lifts and the budget are not computed again.

The churn score is read as published: it is a model's and no rule.
"""

import datetime as dt

from tests.oracle.book import Book, Person
from tests.oracle.ladders import is_resting, ladder, step_of
from tests.oracle.lists import account_is_full, closed_by, contacts, may_be_written_to, messages_since
from tests.oracle.messages import refused_at
from tests.oracle.profile import consented, exclusion, owner, reachable
from tests.oracle.stages import purchases, stage
from tests.oracle.world import Record, end, seed

WITH_STAFF = {"wecom", "call"}
ACTIVE = {"first_buyer", "repeat", "loyal"}


def policies(book: Book, person: Person, churn: float | None) -> list[dict[str, str]]:
    """Return the policies of stages and ladders that a person falls under, the lowest priority first.

    A policy of which nothing can be used yields to the next. What answers a signal (an ending right and a deleted
    friend among them), a day or somebody newly registered is not computed a second time yet; nor are the plays, so an
    option may be fewer than said here and never another.
    """
    if exclusion(book, person):
        # what is owed to whom nobody may profile is the answer to a signal
        return []
    bought = purchases(book, person)
    now = stage(bought, book.day)
    high = next(float(row["value"]) for row in seed("recall_settings") if row["name"] == "high_risk_churn_score")
    due = {(f"recall_{now}", 0)}
    first = ladder(book, person, "first_order_ladder")
    if not bought.days and bought.registered:
        after = int(step_of("first_order_ladder", 1)["after_days"])
        if (book.day - bought.registered).days >= after and first.is_over("first_order_ladder", book.day):
            due.add(("first_order_ladder", first.step + 1))
    if first.step and bought.days and (book.day - bought.days[-1]).days <= 7:
        further = sum(
            order.is_purchase and order.ordered_at.date() >= first.began for order in book.orders.get(person, [])
        )
        if ladder(book, person, "after_purchase_climb").step < (next_step := min(further, 3)):
            due.add(("after_purchase_climb", next_step))
    if now in ACTIVE and churn is not None and churn >= high:
        due.add(("recall_high_risk", 0))
    rows = [row for row in seed("recall_policies") if (row["policy_id"], int(row["ladder_step"])) in due]
    if is_resting(book, person):
        rows = [row for row in rows if row["consent_purpose"] != "marketing"]
    return sorted(rows, key=lambda row: int(row["priority"]))


def options(book: Book, person: Person, rule: dict[str, str], said: dict) -> set[tuple[str, str]]:
    """Return the (channel, offer) pairs that a candidate may get; ``said`` holds their segments, need and certainty."""
    if not may_be_written_to(book, person):
        return set()
    # the oracle's brands name no SMS gateway, and nobody subscribes to messages of a mini-program
    may = (reachable(book, person) - {"sms", "mini_program"}) & consented(
        book, person, rule["consent_purpose"]
    ) - silenced(book, person)
    if owner(book, person) is None:
        may -= WITH_STAFF
    month = (book.day + dt.timedelta(days=1)).replace(day=1)
    caps = {row["cap_id"]: int(row["most"]) for row in seed("contact_caps") if row["cap_id"].startswith("wecom")}
    sent = messages_since(book, person, "wecom", month)
    recalls = [row for row in sent if is_of_recall(row)]
    days = (month.replace(month=month.month % 12 + 1, year=month.year + month.month // 12) - month).days
    most = min(caps["wecom_month"], caps["wecom_platform_month"] * days)
    if account_is_full(book, person):
        may.discard("official_account")
    if len(sent) >= most or len(recalls) >= caps["wecom_recall_month"]:
        may.discard("wecom")
    plays = {row["need_state"]: row for row in seed("need_state_plays")}
    play = plays.get(said["need_state"])
    if play:
        may -= set(play["barred_channels"].split("|"))
    role = next((row for row in seed("super_user_rules") if row["super_user_role"] == said["super_user_role"]), None)
    is_offered = not any(row and row["offers_allowed"] == "false" for row in (play, role))
    return {
        (row["message_channel"], row["offer_id"])
        for row in seed("recall_menu")
        if (row["policy_id"], row["ladder_step"]) == (rule["policy_id"], rule["ladder_step"])
        and row["message_channel"] in may
        and (
            row["offer_id"] == "none"
            or (is_offered and row["offer_id"] in public_offers(book, person, rule, said["identity_confidence"]))
        )
        and (not row["tiers"] or said["pyramid_tier"] in row["tiers"].split("|"))
    }


def silenced(book: Book, person: Person) -> set[str]:
    """Return the channels that a refusal or an unsubscribing known by the date closes."""
    found = {closed_by(row) for row in book.suppressions.get(person, [])} - {None}
    for row in book.rows("messages").get(person, []):
        if (at := refused_at(row)) and at < end(book.day):
            found.add(row.text("message_channel"))
    return found


def is_of_recall(row: Record) -> bool:
    """Say whether a message gives back the campaign of a policy of ours."""
    return any((row.text("campaign_id") or "").startswith(f"{rule['policy_id']}_") for rule in seed("recall_policies"))


__all__ = ["contacts", "options", "policies"]


def public_offers(book: Book, person: Person, rule: dict[str, str], confidence: str) -> set[str]:
    """Return the offers that a person may ask for: public rules on what they did, the step, and how sure they are."""
    bought = purchases(book, person)
    since = bought.days[-1] if bought.days else bought.registered
    if since is None:
        return set()
    days = (book.day - since).days
    return {
        row["offer_id"]
        for row in seed("depth_rules")
        if row["audience_kind"] == rule["audience_kind"]
        and row["ladder_step"] in ("", rule["ladder_step"])
        and (row["has_ordered"] == "true") == bool(bought.days)
        and int(row["least_days"]) <= days <= int(row["most_days"] or 10**6)
        and row["identity_confidence"] in ("", confidence)
    }

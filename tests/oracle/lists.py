"""Who waits to be handed over, and who gets the same words as everybody: docs/hard-rules.md, docs/recall.md."""

import datetime as dt
from collections import Counter

from tests.oracle.book import Book, Person
from tests.oracle.goods import last_year
from tests.oracle.ladders import is_resting
from tests.oracle.messages import arrived, refused_at
from tests.oracle.profile import exclusion, followers, last_seller, last_word, ranked_followers, reachable
from tests.oracle.stages import recent
from tests.oracle.world import Record, end, number, seed

DAY = dt.timedelta(days=1)
COMPLAINT_DAYS = next(int(row["value"]) for row in seed("recall_settings") if row["name"] == "complaint_days")


def hand_over(book: Book, person: Person, net_paid_fen: int) -> dict[str, object] | None:
    """Return a row of hand_over_list: of whose followers nobody works here any more."""
    mine = ranked_followers(book, person, followers(book, person))
    if not mine or exclusion(book, person) in ("test", "staff", "minor"):
        return None
    if any(row.text("staff_id") in book.staff_at_work for row in mine):
        return None
    gone = mine[0].text("staff_id")
    left = {row.text("staff_id"): row.time("left_at") for row in book.known.latest("staff", book.day)}
    return {
        "left_staff_id": gone,
        "left_date": left[gone].date() if left.get(gone) else None,
        "store_id": usual_store(book, person),
        "suggested_staff_id": last_seller(book, person),
        "net_paid_fen": net_paid_fen,
    }


def usual_store(book: Book, person: Person) -> str | None:
    """Return the store of most purchases in the year back from the last; of equally many the later, then by name."""
    visits = [
        (order.row.text("store_id"), order.ordered_at.date())
        for order in last_year(book, person)
        if order.row.text("store_id")
    ]
    counted = Counter(store for store, _ in visits)
    last = dict(sorted(visits, key=lambda visit: visit[1]))
    return min(counted, key=lambda store: (-counted[store], -last[store].toordinal(), store), default=None)


def general(book: Book, person: Person, now: Book, kin: list[Person]) -> dict[str, object] | None:
    """Return a row of general_list: who may be written to and not be profiled, over the cheapest channel without staff.

    ``now`` is what is known at publish: consent and refusals are read there. ``kin`` are the persons of whom this one's
    id is an ancestor: their refusals silence it as well.
    """
    if exclusion(book, person) not in ("profiling_refused", "profiling_never_asked"):
        return None
    if not has_occasion(book.day + DAY):
        return None
    if not may_be_written_to(book, person) or is_resting(book, person):
        return None
    costs = {row["message_channel"]: int(row["send_fen"]) + int(row["labour_fen"]) for row in seed("send_costs")}
    refused = set().union(*(refused_channels(now, other) for other in (person, *kin)))
    if any(act.touch == "ask_service" for act in recent(book, person, number("need_state_days"))):
        # The answer comes first, and from a person.
        problem = next(row for row in seed("need_state_plays") if row["need_state"] == "problem")
        refused |= set(problem["barred_channels"].split("|"))
    if account_is_full(book, person):
        refused |= {"official_account"}
    agreed = agreed_channels(now, person)
    found = [
        (costs[row["message_channel"]], row["message_channel"], row["template_id"])
        for row in seed("message_templates")
        # the oracle's brands name no SMS gateway; the mini-program has no words of the scene general
        if row["scene_id"] == "general"
        and row["message_channel"] != "sms"
        and row["message_channel"] in (reachable(book, person) & agreed) - refused
    ]
    return {"message_channel": min(found)[1], "template_id": min(found)[2]} if found else None


def has_occasion(morning: dt.date) -> bool:
    """Say whether something is said to everybody on a morning: a day of the brand, or so many days before it."""
    days = [row for row in seed("brand_days") if row["said_zh"]]
    return any(
        int(row["day"]) == on.day and (not row["month"] or int(row["month"]) == on.month)
        for row in days
        for on in [morning + int(row["lead_days"]) * DAY]
    )


def messages_since(book: Book, person: Person, channel: str, first: dt.date) -> list[Record]:
    """Return the messages of a channel that arrived since a day."""
    sent = book.rows("messages").get(person, [])
    return [
        row for row in sent if row.text("message_channel") == channel and arrived(row) and row.happened.date() >= first
    ]


def account_is_full(book: Book, person: Person) -> bool:
    """Say whether the official account sent as many messages as it may in the month of the next morning."""
    month = (book.day + dt.timedelta(days=1)).replace(day=1)
    most = next(int(row["most"]) for row in seed("contact_caps") if row["cap_id"] == "account_platform_month")
    return len(messages_since(book, person, "official_account", month)) >= most


def closed_by(row: Record) -> str | None:
    """Return the channel that a suppression closes, None where it closes all: who was erased is let alone by each."""
    return None if row.text("reason") == "erased" else row.text("message_channel")


def may_be_written_to(book: Book, person: Person) -> bool:
    """Say whether nothing stands against any message: a refusal of all, an open refund or complaint, the caps."""
    if any(closed_by(row) is None for row in book.suppressions.get(person, [])):
        return False
    if any(is_open(row, book.day) for row in book.refunds_of(person)):
        return False
    since = end(book.day) - COMPLAINT_DAYS * DAY
    listed = [row.happened for row in book.suppressions.get(person, []) if row.text("reason") == "complaint"]
    told = [act.at for act in book.touches.get(person, []) if act.touch == "complain"]
    if any(at >= since for at in listed + told):
        return False
    caps = [row for row in seed("contact_caps") if row["cap_id"] in ("any_1d", "any_7d")]
    return all(contacts(book, person, int(row["window_days"])) < int(row["most"]) for row in caps)


def is_open(refund, day: dt.date) -> bool:
    """Say whether a refund was asked for and is not yet paid back at the end of a day; a rejected one never was."""
    if refund.text("status") == "rejected" or not refund.time("requested_at"):
        return False
    return refund.time("requested_at") < end(day) <= refund.time("refunded_at")


def contacts(book: Book, person: Person, days: int) -> int:
    """Return how many messages that arrived were sent in the last days."""
    since = end(book.day) - days * DAY
    sent = book.rows("messages").get(person, [])
    return sum(1 for row in sent if row.happened >= since and arrived(row))


def refused_channels(now: Book, person: Person) -> set[str]:
    """Return what nothing may be sent through, as refusals and unsubscribings stand at publish."""
    found = set()
    for records, mine in now.all_suppressions.items():
        for row in mine if records & person else ():
            if not row.time("revoked_at"):
                channel = closed_by(row)
                found |= {channel} if channel else {other["message_channel"] for other in seed("message_channels")}
    for row in (row for row in now.known.latest("messages", now.day) if row.record in person):
        if refused_at(row):
            found.add(row.text("message_channel"))
    return found


def agreed_channels(now: Book, person: Person) -> set[str]:
    """Return the channels with consent to marketing as it stands at publish."""
    words = [row for row in now.known.latest("consents", now.day) if row.record in person]
    words = [row for row in words if row.text("purpose") == "marketing"]
    found = set()
    for channel in (row["message_channel"] for row in seed("message_channels")):
        mine = [row for row in words if row.text("message_channel") in (channel, None)]
        if mine and last_word(mine):
            found.add(channel)
    return found

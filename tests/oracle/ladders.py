"""How far somebody came on a ladder of recall: docs/recall.md, 1, and the seeds recall_policies and recall_menu."""

import dataclasses
import datetime as dt

from tests.oracle.book import Book, Person
from tests.oracle.messages import arrived
from tests.oracle.world import seed


@dataclasses.dataclass(frozen=True)
class Rung:
    """The highest step of a ladder that somebody reached, 0 for none, and the days of the first and the last one."""

    step: int
    began: dt.date | None
    last: dt.date | None

    def is_over(self, policy_id: str, day: dt.date) -> bool:
        """Say whether what follows the step has been waited for; after the last nothing follows."""
        following = step_of(policy_id, self.step + 1)
        return bool(following) and (self.last is None or (day - self.last).days >= int(following["wait_days"]))


def step_of(policy_id: str, step: int) -> dict[str, str] | None:
    """Return a step of a policy."""
    wanted = (policy_id, str(step))
    return next((row for row in seed("recall_policies") if (row["policy_id"], row["ladder_step"]) == wanted), None)


def ladder(book: Book, person: Person, policy_id: str, memory: int | None = None) -> Rung:
    """Return how far somebody came on a ladder, by the messages that arrived and the coupons that were issued."""
    offers = {
        row["offer_id"]: int(row["ladder_step"])
        for row in seed("recall_menu")
        if row["policy_id"] == policy_id and row["offer_id"] != "none"
    }
    told = [(offers.get(row.text("offer_id")), row) for row in book.rows("coupons").get(person, [])]
    for row in (row for row in book.rows("messages").get(person, []) if arrived(row)):
        campaign = row.text("campaign_id") or ""
        for step in (1, 2, 3):
            if campaign.startswith(f"{policy_id}_{step}_") or offers.get(row.text("offer_id")) == step:
                told.append((step, row))
    days = [(step, row.happened.date()) for step, row in told if step]
    began, last = (end((day for _, day in days), default=None) for end in (min, max))
    recent = [step for step, day in days if memory is None or (book.day - day).days <= memory]
    return Rung(max(recent, default=0), began, last)


def is_resting(book: Book, person: Person) -> bool:
    """Say whether nothing is advertised to somebody: in the 90 days after the last rung."""
    reached = ladder(book, person, "first_order_ladder")
    rule = step_of("first_order_ladder", reached.step)
    return bool(rule) and (book.day - reached.last).days < int(rule["rest_days"])

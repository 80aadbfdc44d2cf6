"""Who is whose friend on a day, whose orders count for whom, and staff_daily."""

import dataclasses
import datetime as dt
from collections import defaultdict
from functools import cache

from tests.oracle.book import Book
from tests.oracle.messages import arrived
from tests.oracle.orders import Order, paid_orders
from tests.oracle.world import end, seed

WEEK = dt.timedelta(days=7)


@dataclasses.dataclass(frozen=True)
class Friend:
    """A friendship as a date knows it: deleted by the customer, dropped by staff, ended by whichever came first."""

    person: str
    staff: str
    code: str
    way: str
    added: dt.date
    deleted: dt.date | None
    dropped: dt.date | None

    @property
    def ended(self) -> dt.date | None:
        """The day that ended it."""
        return min((day for day in (self.deleted, self.dropped) if day), default=None)

    def stands(self, day: dt.date) -> bool:
        """Say whether the two are friends at the end of a day."""
        return self.added <= day and not (self.ended and self.ended <= day)


@cache
def friends_of(book: Book) -> list[Friend]:
    """Return every friendship that a date knows."""
    found = []
    for person, mine in book.counted("follows").items():
        for row in mine:
            ends = [row.time(f"deleted_by_{who}_at") for who in ("customer", "staff")]
            days = [at.date() if at and at < end(book.day) else None for at in ends]
            code, way = row.text("state") or "none", row.text("add_way") or "unknown"
            found.append(Friend(book.one(person), row.text("staff_id"), code, way, row.happened.date(), *days))
    return found


@cache
def orders_of(book: Book) -> list[Order]:
    """Return every paid order a date knows, walk-ins included, test accounts left out."""
    return [order for order in paid_orders(book.known, book.day) if order.record not in book.tests]


def private_orders(book: Book, day: dt.date) -> list[tuple[str, Order]]:
    """Return the day's orders of friends, and for whom each counts: who sold it where befriended, else the earliest."""
    found = []
    for order in orders_of(book):
        person = book.one(book.owner.get(order.record))
        mine = [
            friend
            for friend in friends_of(book)
            if friend.person == person and friend.added <= day and not (friend.ended and friend.ended < day)
        ]
        if order.paid_at.date() == day and person and mine:
            seller = order.row.text("staff_id")
            best = min(mine, key=lambda friend: (friend.staff != seller, friend.added, friend.staff))
            found.append((best.staff, order))
    return found


def staff_rows(book: Book, day: dt.date) -> dict[str, dict[str, object]]:
    """Return the rows of staff_daily of a day, by member of staff."""
    statuses = {row["status"]: row for row in seed("task_statuses")}
    tasks: dict[str, list] = defaultdict(list)
    for row in book.known.latest("task_results", book.day):
        if row.happened.date() == day:
            tasks[row.text("staff_id")].append(row)
    messages = [
        (book.one(person), row)
        for person, mine in book.counted("messages").items()
        for row in mine
        if row.text("staff_id") and arrived(row)
    ]
    sent, replied = defaultdict(int), defaultdict(int)
    contacted = defaultdict(set)
    for person, row in messages:
        staff, on, answer = row.text("staff_id"), row.happened.date(), row.time("replied_at")
        sent[staff] += on == day
        replied[staff] += bool(answer and answer.date() == day and answer < end(book.day))
        if day - WEEK <= on <= day:
            contacted[staff].add((person, row.happened))
    for staff, mine in tasks.items():
        sent[staff] += sum(statuses[row.text("status")]["is_sent"] == "true" for row in mine)
        replied[staff] += sum(
            statuses[row.text("status")]["is_sent"] == "true" and statuses[row.text("status")]["is_reply"] == "true"
            for row in mine
        )
    paid = [(book.one(book.owner.get(order.record)), order.paid_at) for order in orders_of(book)]
    paid = [(buyer, at) for buyer, at in paid if buyer is not None and at.date() == day]
    sold = defaultdict(int)
    for staff, order in private_orders(book, day):
        sold[staff] += order.goods
    mine = defaultdict(list)
    for friend in friends_of(book):
        if friend.added <= day and not (
            friend.ended and max(filter(None, (friend.deleted, friend.dropped))) < day - WEEK
        ):
            mine[friend.staff].append(friend)
    present = set(tasks) | set(mine) | set(sold) | {each for part in (sent, replied) for each in part if part[each]}
    return {
        staff: {
            **_reported(tasks.get(staff), statuses),
            "sent": sent[staff],
            "replied": replied[staff],
            "bought": len({
                buyer for buyer, at in paid for person, sent_at in contacted[staff] if person == buyer and sent_at <= at
            }),
            "new_friends": len({friend.person for friend in mine[staff] if friend.added == day}),
            "deleted_friends": len({friend.person for friend in mine[staff] if friend.deleted == day}),
            "followed_customers": len({friend.person for friend in mine[staff] if friend.stands(day)}),
            "private_gmv_fen": sold[staff],
        }
        for staff in present
    }


def _reported(rows: list | None, statuses: dict) -> dict[str, int | None]:
    columns = {"tasks": None, "booked": "is_booking", "reported_purchases": "is_purchase", "refused": "is_refusal"}
    if rows is None:
        return dict.fromkeys(columns)
    return {
        column: len({
            row.text("task_id") for row in rows if flag is None or statuses[row.text("status")][flag] == "true"
        })
        for column, flag in columns.items()
    }

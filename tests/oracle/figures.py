"""The figures of kpi_daily: the seed kpis and docs/segments-and-stages.md, "Figures of a day".

A day's figures are read anew for seven days, then they stay: day d of a version of D is told as min(D, d + 6) knew it.
"""

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Callable, Iterator
from fractions import Fraction

from tests.oracle.book import Book
from tests.oracle.messages import reached_at, refused_at
from tests.oracle.orders import Order
from tests.oracle.profile import is_member
from tests.oracle.staff_figures import friends_of, orders_of, private_orders
from tests.oracle.world import Record, end, seed

DAY = dt.timedelta(days=1)
WEEK = dt.timedelta(days=7)
COHORT = dt.timedelta(days=90)
RESTATED = 7
DAYS = 90
Figure = tuple[str, str, str, float | None, float | None]
Reader = Callable[[dt.date], Book]


def read_on(day: dt.date, version: dt.date) -> dt.date:
    """Return the date whose knowledge a version tells a day by."""
    return min(version, day + (RESTATED - 1) * DAY)


def figures(book: Book, day: dt.date, reader: Reader) -> Iterator[Figure]:
    """Yield (kpi, dimension, value_key, numerator, denominator) of a day as a date knows it.

    ``reader`` gives the book of another date: a figure of several days takes each as it was last restated.
    """
    for of in (sales, values, friends, private, coupons, buyers):
        yield from of(book, day)
    for over in (responses, activity, refusals):
        yield from over(book, day, reader)


def sales(book: Book, day: dt.date) -> Iterator[Figure]:
    """Yield turnover, orders, buyers and the average order of what was paid on the day, by channel and by store."""
    cuts: dict[tuple[str, str], list[Order]] = defaultdict(list)
    for order in paid_on(book, day):
        cuts[("all", "all")].append(order)
        cuts[("channel", order.key[0])].append(order)
        if store := order.row.text("store_id"):
            cuts[("store", store)].append(order)
    for (dimension, key), mine in cuts.items():
        paid = sum(order.goods for order in mine)
        people = {book.owner.get(order.record) for order in mine} - {None}
        yield "gmv", dimension, key, paid, None
        yield "orders", dimension, key, len(mine), None
        yield "buyers", dimension, key, len(people), None
        if dimension != "store":
            yield "average_order", dimension, key, paid, len(mine)


def paid_on(book: Book, day: dt.date) -> list[Order]:
    """Return the orders paid on a day."""
    return [order for order in orders_of(book) if order.paid_at.date() == day]


def values(book: Book, day: dt.date) -> Iterator[Figure]:
    """Yield in which bins the day's orders lie, and the values that a quarter, half, three quarters do not exceed."""
    mine = sorted(order.goods for order in paid_on(book, day))
    for row in seed("order_value_bins"):
        low, high = int(row["from_fen"] or 0), int(row["below_fen"] or 10**12)
        if inside := [goods for goods in mine if low <= goods < high]:
            yield "order_value_share", "bin", row["bin"], len(inside), len(mine)
    for percent in (25, 50, 75) if mine else ():
        at = math.ceil(Fraction(percent * len(mine), 100))
        yield "order_value", "percentile", f"p{percent}", mine[max(at, 1) - 1], None


def friends(book: Book, day: dt.date) -> Iterator[Figure]:
    """Yield friends at the end of the day, new ones, who deleted the staff in seven days, and who joined a group."""
    start = day - WEEK
    cuts: dict[tuple[str, str], list] = defaultdict(list)
    for friend in friends_of(book):
        gone = max(filter(None, (friend.deleted, friend.dropped)), default=None)
        if friend.added > day or (gone and gone < start):
            continue
        for cut in (("all", "all"), ("staff", friend.staff), ("code", friend.code), ("channel", friend.way)):
            cuts[cut].append(friend)
    for (dimension, key), mine in cuts.items():
        added = {friend.person for friend in mine if friend.added == day}
        if dimension in ("all", "staff"):
            yield "friends", dimension, key, len({friend.person for friend in mine if friend.stands(day)}), None
        if added:
            yield "new_friends", dimension, key, len(added), None
        before = {friend.person for friend in mine if friend.stands(start)}
        left = {
            friend.person
            for friend in mine
            if friend.stands(start) and friend.deleted and friend.deleted == friend.ended and friend.deleted <= day
        }
        if before and dimension != "channel":
            yield "deletion_rate", dimension, key, len(left), len(before)
    new = {friend.person: friend.added for friend in friends_of(book) if friend.added == start}
    joined = {
        book.one(person)
        for person, mine in book.counted("group_memberships").items()
        if any(start <= row.happened.date() <= day for row in mine)
    }
    if new:
        yield "group_join_rate", "all", "all", len(joined & set(new)), len(new)


def private(book: Book, day: dt.date) -> Iterator[Figure]:
    """Yield what friends of the staff paid, of all, and by member of staff who is at work and has a friend."""
    mine = private_orders(book, day)
    everything = paid_on(book, day)
    paid = sum(order.goods for _, order in mine)
    if everything:
        yield "private_gmv", "all", "all", paid, sum(order.goods for order in everything)
    listed = {row.text("staff_id"): row for row in book.known.latest("staff", book.day)}
    active = {
        friend.staff for friend in friends_of(book) if friend.stands(day) and works(listed.get(friend.staff), day)
    }
    if active or mine:
        yield "private_gmv_per_staff", "all", "all", paid, len(active) or None
    for store in sorted({row.text("store_id") for row in listed.values() if row.text("store_id")}):
        here = {staff for staff, row in listed.items() if row.text("store_id") == store}
        sold = [order.goods for staff, order in mine if staff in here]
        if active & here or sold:
            yield "private_gmv_per_staff", "store", store, sum(sold), len(active & here) or None


def works(row: Record | None, day: dt.date) -> bool:
    """Say whether a member of staff was at work at the end of a day; who is on no list is."""
    if row is None:
        return True
    left = row.time("left_at")
    return left.date() > day if left else row.text("active") != "false"


def refusals(book: Book, day: dt.date, reader: Reader) -> Iterator[Figure]:
    """Yield how many complained and opted out on the day; nothing before the first word of its kind is known.

    A withdrawal needs consent by a record that was the person's on the date that knew the withdrawal.
    """
    said: dict[str, list[tuple[dt.date, object]]] = {"complaints": [], "opt_outs": []}
    for person, mine in book.counted("events").items():
        said["complaints"] += [(row.happened.date(), person) for row in mine if row.text("event_type") == "complain"]
    for person, mine in book.counted("messages").items():
        gone = [at for row in mine if (at := refused_at(row)) and at < end(book.day)]
        said["opt_outs"] += [(at.date(), person) for at in gone]
    for person, mine in book.counted("consents").items():
        words = [row for row in mine if row.text("purpose") == "marketing"]
        for no in (row for row in words if takes_back(row, words)):
            then = (no.known - dt.timedelta(hours=6, microseconds=1)).date()
            records = reader(then).owner.get(no.record, person) if no.happened.date() == day else person
            if takes_back(no, [row for row in words if row.record in records]):
                said["opt_outs"].append((no.happened.date(), person))
    kinds = {"complaint": "complaints", "opt_out": "opt_outs"}
    for row in book.known.latest("suppressions", book.day):
        if kind := kinds.get(row.text("reason")):
            # A value that nobody carries is somebody all the same.
            people = book.bearers(row)
            people = {person for person in people if not person & book.tests} if people else {row.text("id_value")}
            said[kind] += [(row.happened.date(), person) for person in people]
    for kpi, words in said.items():
        if any(on <= day for on, _ in words):
            yield kpi, "all", "all", len({person for on, person in words if on == day}), None


def takes_back(no: Record, words: list[Record]) -> bool:
    """Say whether a no takes back a yes that came and was known before it, for its channel or for all."""
    channel = no.text("message_channel")
    return not no.says("granted") and any(
        yes.says("granted")
        and yes.happened < no.happened
        and yes.known <= no.known
        and (channel is None or yes.text("message_channel") in (None, channel))
        for yes in words
    )


def coupons(book: Book, day: dt.date) -> Iterator[Figure]:
    """Yield the coupons issued and redeemed on the day and what they cost; nothing before a first one is known."""
    mine = [row for row in book.known.latest("coupons", book.day) if row.record not in book.tests]
    if not any(row.happened.date() <= day for row in mine):
        return
    used = [row for row in mine if (at := row.time("redeemed_at")) and at.date() == day and at < end(book.day)]
    orders = {row.key: row for row in book.known.latest("orders", book.day)}
    offers = {row.text("offer_id"): row for row in book.known.latest("offers", book.day)}
    costs: dict[object, int | None] = {}
    costed = 0
    for row in used:
        order = orders.get((row.values["source"], row.text("order_id")))
        offer = offers.get(row.text("offer_id"))
        fen = order.fen("discount_yuan") or 0 if order else offer and offer.fen("face_value_yuan")
        costs[order.key if order else row.key] = fen
        costed += fen is not None
    known = [fen for fen in costs.values() if fen is not None]
    yield "coupons_issued", "all", "all", sum(row.happened.date() == day for row in mine), None
    yield "coupons_redeemed", "all", "all", len(used), None
    yield "coupon_cost", "all", "all", sum(known) if known or not used else None, costed
    yield "coupons_uncosted", "all", "all", len(used) - costed, None


def buyers(book: Book, day: dt.date) -> Iterator[Figure]:
    """Yield first buyers, what was given back left out; what they cost; of those of 90 days before who came again."""
    days = {
        person: sorted({order.paid_at.date() for order in mine if order.is_purchase})
        for person, mine in book.orders.items()
    }
    days = {person: mine for person, mine in days.items() if mine}
    new = [mine for mine in days.values() if mine[0] == day]
    if any(day in mine for mine in days.values()):
        yield "new_buyers", "all", "all", len(new), None
    costs = [row for row in book.known.latest("channel_costs", book.day) if row.text("cost_date") == str(day)]
    if costs:
        yield "acquisition_cost", "all", "all", sum(row.fen("spend_yuan") for row in costs), len(new) or None
    first = [mine for mine in days.values() if mine[0] == day - COHORT]
    if first:
        again = [mine for mine in first if any(day - COHORT < other <= day for other in mine)]
        yield "repurchase_rate", "all", "all", len(again), len(first)


def responses(book: Book, day: dt.date, reader: Reader) -> Iterator[Figure]:
    """Yield, of the messages delivered seven days before, how many were answered, and whose reader paid since."""
    paid: dict[str | None, dt.datetime] = {}
    for back in range(8):
        on = day - back * DAY
        other = reader(read_on(on, book.day))
        for order in paid_on(other, on):
            person = other.one(other.owner.get(order.record))
            paid[person] = max(order.paid_at, paid.get(person, order.paid_at))
    counted: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for person, mine in book.counted("messages").items():
        for row in mine:
            delivered, answer = reached_at(row), row.time("replied_at")
            if delivered and delivered.date() == day - WEEK:
                last = paid.get(book.one(person))
                is_answered = bool(answer and answer.date() <= day and answer < end(book.day))
                counted[row.text("message_channel")].append((is_answered, bool(last and last >= delivered)))
    for channel, mine in counted.items():
        yield "reply_rate", "message_channel", channel, sum(answered for answered, _ in mine), len(mine)
        yield "order_rate", "message_channel", channel, sum(ordered for _, ordered in mine), len(mine)


def activity(book: Book, day: dt.date, reader: Reader) -> Iterator[Figure]:
    """Yield, of friends and group members at the end of the day, who did something in the seven days to it."""
    here = {friend.person for friend in friends_of(book) if friend.stands(day)}
    for person, mine in book.counted("group_memberships").items():
        if any(row.happened.date() <= day and is_member(row, day) for row in mine):
            here.add(book.one(person))
    records = set()
    for back in range(7):
        on = day - back * DAY
        other = reader(read_on(on, book.day))
        records |= {act.row.record for act in other.acts_on(on)}
        records |= {order.record for order in paid_on(other, on)}
    active = {book.one(book.owner.get(record)) for record in records}
    if here:
        yield "active_rate", "all", "all", len(here & active), len(here)

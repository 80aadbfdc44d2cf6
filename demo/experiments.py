"""The brand's past experiments: weeks of lots among lapsed buyers, what was sent, and what came of it. SYNTHETIC.

Each week some of those who have not ordered for a while are drawn for a channel and for an offer or a message alone,
and then into the arm that is written to or the control. What a message does is the declared world's; the real baskets
stay as they are, and what the world adds are orders of their own.
"""

import dataclasses
import datetime as dt

from demo.baskets import Shelf
from demo.calendar import LAST, at_time, text
from demo.chance import Chance
from demo.consents import allows
from demo.journey import Basket, Journey
from demo.landing import Landing, Row, as_csv
from demo.outreach import Outbox
from demo.people import Person
from demo.response import WITHIN_DAYS, World, draw, order_at
from demo.standard import BEFORE, source_of

WEEKS = 26
#: The control's share, falling as the brand learns; two weeks share one, and a person is drawn once in two weeks. Of
#: everybody who could be written to most are left alone, with a chance that is told: what people do by themselves is
#: learned from them.
CONTROL = (0.7, 0.7, 0.69, 0.68, 0.67, 0.66, 0.65, 0.64, 0.63, 0.62, 0.61, 0.6, 0.6)
#: Days without an order from which an offer is made, as the public rules of the brand say; before, a message alone.
OFFERS = ((120, "recall_75"), (60, "recall_85"), (30, "recall_90"))
LAPSED_DAYS = 20
#: How often each channel is drawn beside the others by which a person can be written to.
CHANNELS = {"sms": 2, "wecom": 3, "official_account": 1}
#: No offer is made in a mass message of the official account.
WITHOUT_OFFER = ("official_account",)
#: The share of those written to who get the offer, where a rule allows one.
OFFERED = 0.5
DRAWN_AT, SENT_AT = 30_600, 37_800


@dataclasses.dataclass(frozen=True, slots=True)
class Assignment:
    """One person drawn into one arm of one experiment, and what came of it."""

    experiment_id: str
    person: Person
    at: dt.datetime
    is_sent: bool
    channel: str
    offer_id: str
    probability: float
    band: str
    lift: float
    reached_at: dt.datetime | None
    would_order: bool
    drawn: Basket | None


@dataclasses.dataclass(frozen=True, slots=True)
class Coupon:
    """A coupon that went with a message, and the basket that used it."""

    coupon_id: str
    offer_id: str
    person: Person
    issued_at: dt.datetime
    expires_at: dt.datetime
    used_by: Basket | None


@dataclasses.dataclass(slots=True)
class Past:
    """Everything the experiments left behind."""

    assignments: list[Assignment] = dataclasses.field(default_factory=list)
    coupons: list[Coupon] = dataclasses.field(default_factory=list)

    @property
    def baskets(self) -> list[Basket]:
        """The drawn baskets, in the order of time."""
        found = [one.drawn for one in self.assignments if one.drawn is not None]
        return sorted(found, key=lambda basket: (basket.at, basket.basket_id))

    @property
    def used(self) -> set[int]:
        """The baskets that used a coupon."""
        return {coupon.used_by.basket_id for coupon in self.coupons if coupon.used_by is not None}


def lots() -> list[dt.date]:
    """Return the days of the lots: a week apart, the last one a week before the last date."""
    return [LAST - dt.timedelta(weeks=WEEKS - week) for week in range(WEEKS)]


def run(journey: Journey, buyers: dict[int, Person], outbox: Outbox, world: World, chance: Chance) -> Past:
    """Draw, send and answer every week's lot, in the order of the weeks.

    The journey gains the lines of the drawn baskets; its own baskets stay as they are.
    """
    past, shelf = Past(), Shelf(journey, chance)
    busy: dict[int, dt.date] = {}
    bought: dict[int, dt.datetime] = {}
    for week, day in enumerate(lots()):
        for household, person in sorted(buyers.items()):
            at = at_time(day, DRAWN_AT)
            lapsed = _days_without_order(shelf, bought, household, at)
            if lapsed is None or lapsed < LAPSED_DAYS or day < busy.get(household, day):
                continue
            done = _assign(past, shelf, outbox, world, chance, week, person, at, lapsed)
            if done is not None:
                busy[household] = day + dt.timedelta(days=WITHIN_DAYS)
                if done.drawn is not None:
                    bought[household] = done.drawn.at
    return past


def _days_without_order(shelf: Shelf, bought: dict[int, dt.datetime], household: int, at: dt.datetime) -> int | None:
    last = shelf.last_before(household, at)
    known = [time for time in (last.at if last else None, bought.get(household)) if time is not None and time < at]
    return (at.date() - max(known).date()).days if known else None


def reachable(person: Person, at: dt.datetime, outbox: Outbox, chance: Chance) -> list[str]:
    """Return the channels by which a person may and can be written to at a time."""
    has = {
        "sms": True,
        "wecom": outbox.friend_of(person, at) is not None,
        "official_account": outbox.follows(person, at),
    }
    return [channel for channel in CHANNELS if has[channel] and allows(person, channel, at, outbox.mail, chance)]


def _assign(
    past: Past,
    shelf: Shelf,
    outbox: Outbox,
    world: World,
    chance: Chance,
    week: int,
    person: Person,
    at: dt.datetime,
    lapsed: int,
) -> Assignment | None:
    """Draw one person's channel, offer and arm, send, and answer; None where nobody may write to them."""
    key, channels = (person.person_id, week), reachable(person, at, outbox, chance)
    if not channels or source_of(person) is None:
        return None
    channel = chance.pick([name for name in channels for _ in range(CHANNELS[name])], "test by", *key)
    rule = next((offer for days, offer in OFFERS if lapsed >= days), "")
    rule = "" if channel in WITHOUT_OFFER else rule
    offer_id = rule if chance.happens(OFFERED, "test offer", *key) else ""
    # One experiment a channel and fortnight: a person is drawn once in it, and its control serves every offer.
    experiment = f"test_{lots()[week // 2 * 2]:%m%d}_{channel}"
    control = CONTROL[week // 2]
    is_sent = not chance.happens(control, "control", *key)
    reached = outbox.send(person, at_time(at.date(), SENT_AT), experiment, channel) if is_sent else None
    response = world.response(chance, person.person_id, lapsed, channel, offer_id)
    until = at.date() + dt.timedelta(days=WITHIN_DAYS - 1)
    organic = shelf.between(person.household_id or 0, at.date(), until)
    organic = [basket for basket in organic if basket.at > at]
    # A real order cannot be taken away: where a message does harm, it is the control whom an order is added to.
    share = response.lift if reached is not None else 0.0 if is_sent else -response.lift
    drawn, uses = None, False
    if not organic and draw(chance, person.person_id, at.date()) < share:
        ordered_at = order_at(chance, person.person_id, reached or at_time(at.date(), SENT_AT))
        uses = _is_valid(world, offer_id, at, ordered_at) and is_sent
        uses = uses and chance.happens(response.redemption, "redeems", *key)
        offer = world.offers[offer_id] if uses else None
        factor = response.basket if reached is not None else 1.0
        drawn = shelf.draw(person.household_id or 0, person.store_id, ordered_at, key, factor, offer)
    done = Assignment(
        experiment,
        person,
        at,
        is_sent,
        channel,
        offer_id,
        round((1 - control) * _share(rule, offer_id) if is_sent else control, 4),
        world.band(lapsed),
        response.lift,
        reached,
        bool(organic),
        drawn,
    )
    past.assignments.append(done)
    if is_sent and offer_id:
        used_by = drawn if uses else None
        if used_by is None and organic and _is_valid(world, offer_id, at, organic[0].at):
            used_by = organic[0] if chance.happens(world.redemption["organic"], "redeems anyway", *key) else None
        expires = at_time(at.date() + dt.timedelta(days=world.offers[offer_id].valid_days), 0)
        number = chance.number("coupon of", *key) % 10**12
        past.coupons.append(Coupon(f"rc-{number:012d}", offer_id, person, at, expires, used_by))
    return done


def _share(rule: str, offer_id: str) -> float:
    """Return how likely what was drawn was among what could be: an offer that a rule allows, or the message alone."""
    return (OFFERED if offer_id else 1 - OFFERED) if rule else 1.0


def _is_valid(world: World, offer_id: str, issued: dt.datetime, at: dt.datetime) -> bool:
    return offer_id in world.offers and at.date() < issued.date() + dt.timedelta(world.offers[offer_id].valid_days)


def coupon_rows(past: Past, orders: dict[int, tuple[str, dt.datetime]]) -> list[Row]:
    """Return a row for every coupon as it was issued, and another one for those that were used.

    ``orders``: order id and time by basket, of till orders to known customers; a coupon of another basket stays unused.
    """
    rows: list[Row] = []
    for coupon in past.coupons:
        named = ("pos", coupon.coupon_id, coupon.offer_id, coupon.person.pos_uid, text(coupon.issued_at))
        rows.append((coupon.issued_at, as_csv((*named, "", "", text(coupon.expires_at)))))
        if coupon.used_by is not None and coupon.used_by.basket_id in orders:
            order_id, at = orders[coupon.used_by.basket_id]
            rows.append((at, as_csv((*named, text(at), order_id, text(coupon.expires_at)))))
    return rows


def campaign_rows(past: Past) -> list[Row]:
    """Return a campaign for each experiment: its messages carry its name."""
    began = {one.experiment_id: one.at.date() for one in past.assignments}
    return [
        (
            BEFORE,
            as_csv((
                name,
                name,
                "experiment",
                text(at_time(day, 0)),
                text(at_time(day + dt.timedelta(days=WITHIN_DAYS), 0)),
            )),
        )
        for name, day in sorted(began.items())
    ]


def deliver(landing: Landing, past: Past) -> None:
    """Write ``standard/experiment_assignments``; who is in the control is written to by no channel."""
    rows: list[Row] = []
    for one in past.assignments:
        known = source_of(one.person)
        assert known is not None
        said = (one.channel, one.offer_id) if one.is_sent else ("", "")
        arm = (one.offer_id or "alone") if one.is_sent else "control"
        values = (known[0], one.experiment_id, known[1], text(one.at), arm, *said, one.probability)
        rows.append((one.at, as_csv(values)))
    header = "source,experiment_id,customer_id,assigned_at,arm,message_channel,offer_id,probability"
    landing.deliver("standard", "experiment_assignments", rows, suffix="csv", header=header)


def counted(past: Past) -> dict[str, int]:
    """Return how many were assigned, written to, reached, given a coupon, used it, and ordered because of it."""
    return {
        "assignments": len(past.assignments),
        "sent": sum(one.is_sent for one in past.assignments),
        "reached": sum(one.reached_at is not None for one in past.assignments),
        "coupons": len(past.coupons),
        "redeemed": sum(one.used_by is not None for one in past.coupons),
        "drawn_orders": len(past.baskets),
    }

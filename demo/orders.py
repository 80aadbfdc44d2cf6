"""What comes of what was sent: orders that the world adds, coupons that are used, orders that stay away. SYNTHETIC."""

import dataclasses
import datetime as dt
from collections.abc import Iterable

from demo.baskets import Shelf
from demo.brand import Brand
from demo.calendar import at_time, text
from demo.gateway import Sent
from demo.journey import Basket
from demo.landing import Row, as_csv
from demo.people import Person
from demo.response import WITHIN_DAYS, World, draw, order_at
from demo.retail import Sale, sales_of
from demo.selling import DATASETS, order_of
from demo.standard import source_of

#: Of a household that the data set does not know.
NOBODYS = 0


@dataclasses.dataclass(frozen=True, slots=True)
class Outcome:
    """What one message did: the band and lift of its person, what they would have done, what they do."""

    sent: Sent
    band: str
    lift: float
    would_order: bool
    sale: Sale | None
    used: tuple[str, dt.datetime] | None
    kept_away: tuple[int, ...]


class Till:
    """Takes the orders of a brand's further mornings.

    Parameters
    ----------
    brand
        The demo brand; its journey gains the lines of drawn baskets.
    world
        The declared response.
    bought
        The last drawn order of a person, by person_id.
    away
        Real baskets that earlier messages kept away.
    """

    def __init__(self, brand: Brand, world: World, bought: dict[str, dt.datetime], away: set[int]) -> None:
        self._brand, self._world, self._bought, self._away = brand, world, bought, away
        self._shelf = Shelf(brand.journey, brand.chance)

    def outcome(self, sent: Sent, person: Person) -> Outcome:
        """Return what a message does to its person: nothing, where it did not reach them."""
        world, chance, day = self._world, self._brand.chance, sent.at.date()
        message = sent.message
        lapsed = self._days_without_order(person, sent.at)
        response = world.response(chance, person.person_id, lapsed, message.channel, message.offer_id)
        organic = self._organic(person, sent.at)
        number = draw(chance, person.person_id, day)
        sale, away = None, tuple[int, ...]()
        used: tuple[str, dt.datetime] | None = None
        if not sent.is_reached:
            number = 1.0  # what did not reach anybody does nothing
        if organic and number < world.kept_away(response, lapsed):
            away = tuple(basket.basket_id for basket in organic)
            self._away.update(away)
        elif not organic and number < response.lift:
            at = order_at(chance, person.person_id, sent.at)
            uses = self._is_valid(sent, at) and chance.happens(response.redemption, "redeems", person.person_id, day)
            sale = self._drawn(sent, person, at, uses, response.basket)
            used = (sale.order_id, at) if sale is not None and uses else None
        elif organic and self._is_valid(sent, organic[0].at) and self._redeems_anyway(sent):
            (mine,) = sales_of(organic[:1], self._brand.buyers, chance)
            used = (mine.order_id, mine.basket.at) if mine.source == "pos" and mine.customer_id != "0" else None
        if sale is not None:
            self._bought[person.person_id] = sale.basket.at
        return Outcome(sent, world.band(lapsed), response.lift, bool(organic), sale, used, away)

    def _days_without_order(self, person: Person, at: dt.datetime) -> int | None:
        last = self._shelf.last_before(person.household_id or NOBODYS, at) if person.kind == "buyer" else None
        times = [last.at if last else None, self._bought.get(person.person_id)]
        known = [time for time in times if time is not None and time < at]
        return (at.date() - max(known).date()).days if known else None

    def _organic(self, person: Person, at: dt.datetime) -> list[Basket]:
        if person.kind != "buyer":
            return []
        until = at.date() + dt.timedelta(days=WITHIN_DAYS - 1)
        found = self._shelf.between(person.household_id or NOBODYS, at.date(), until)
        return [basket for basket in found if basket.at > at and basket.basket_id not in self._away]

    def _is_valid(self, sent: Sent, at: dt.datetime) -> bool:
        offer = self._world.offers.get(sent.message.offer_id)
        return offer is not None and at.date() < sent.at.date() + dt.timedelta(offer.valid_days)

    def _redeems_anyway(self, sent: Sent) -> bool:
        key = (sent.message.address, sent.at.date())
        return self._brand.chance.happens(self._world.redemption["organic"], "redeems anyway", *key)

    def _drawn(self, sent: Sent, person: Person, at: dt.datetime, uses: bool, factor: float) -> Sale | None:
        """Return the order that a message brings; who has no card and no mini-program cannot order anywhere."""
        key, offer = (person.person_id, sent.at.date()), self._world.offers[sent.message.offer_id] if uses else None
        if not person.pos_uid and not person.mini_openid:
            return None
        basket = self._shelf.draw(person.household_id or NOBODYS, person.store_id, at, key, factor, offer)
        if not person.pos_uid:
            return Sale("mini_program", f"37{basket.basket_id:017d}", person.mini_openid, basket, person, 0)
        buyers, number = {basket.household_id: person}, {basket.basket_id}
        return next(sales_of([basket], buyers, self._brand.chance, number, number if uses else ()), None)


def order_rows(outcomes: Iterable[Outcome], brand: Brand, names: dict[int, str]) -> dict[str, list[Row]]:
    """Return the rows of drawn orders by dataset, as the real ones have them: the order, and a member's points."""
    rows: dict[str, list[Row]] = {name: [] for name in (*DATASETS, "standard/points_ledger")}
    for sale in (one.sale for one in outcomes if one.sale is not None):
        for dataset, found in order_of(brand, sale, names).items():
            rows[dataset] += found
        member, yuan, at = sale.person.member_no, sale.basket.paid_fen // 100, sale.basket.at
        if member and yuan > 0:
            rows["standard/points_ledger"].append((at, f"crm,e{sale.basket.basket_id},{member},{yuan},{text(at)},earn"))
    return rows


def coupon_rows(outcomes: Iterable[Outcome], world: World, name: str) -> list[Row]:
    """Return a row for each coupon that went with an export's messages, and another one where it was used."""
    rows: list[Row] = []
    for number, one in enumerate(outcomes):
        message, person = one.sent.message, one.sent.person
        who = None if person is None else ("pos", person.pos_uid) if person.pos_uid else source_of(person)
        if who is None or message.offer_id not in world.offers:
            continue
        day = one.sent.at.date() + dt.timedelta(days=world.offers[message.offer_id].valid_days)
        issued, expires = text(one.sent.at), text(at_time(day, 0))
        named = (who[0], f"rc-{name}-{number:05d}", message.offer_id, who[1], issued)
        rows.append((one.sent.at, as_csv((*named, "", "", expires))))
        if one.used is not None:
            rows.append((one.used[1], as_csv((*named, text(one.used[1]), one.used[0], expires))))
    return rows

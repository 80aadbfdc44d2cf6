"""Drawn baskets: SYNTHETIC orders made of real ones, of the same person where there are any."""

import bisect
import dataclasses
import datetime as dt
from collections import defaultdict

from demo.chance import Chance
from demo.journey import Basket, Journey
from demo.response import Offer

#: The data set's own ids end before this one.
FIRST_ID = 50_000_000_000


class Shelf:
    """The real baskets by household, and new ones cut from them."""

    def __init__(self, journey: Journey, chance: Chance) -> None:
        self._journey, self._chance = journey, chance
        self._of: dict[int, list[Basket]] = defaultdict(list)
        for basket in journey.baskets:
            self._of[basket.household_id].append(basket)
        self._anybodys = [basket for basket in journey.baskets if basket.paid_fen > 0 and basket.online]

    def last_before(self, household: int, at: dt.datetime) -> Basket | None:
        """Return a household's last real basket before a time."""
        mine = self._of[household]
        place = bisect.bisect_left(mine, at, key=lambda basket: basket.at)
        return mine[place - 1] if place else None

    def between(self, household: int, first: dt.date, last: dt.date) -> list[Basket]:
        """Return a household's real baskets of some days, both included."""
        return [basket for basket in self._of[household] if first <= basket.at.date() <= last]

    def draw(
        self,
        household: int,
        store_id: int,
        at: dt.datetime,
        key: tuple[object, ...],
        factor: float,
        offer: Offer | None,
    ) -> Basket:
        """Return a basket like one the household bought before (else anybody's), cheaper by the coupon it uses.

        Parameters
        ----------
        household, store_id
            Who buys, and where if they never bought.
        at
            When, as a Shanghai wall time.
        key
            What the draw is named by.
        factor
            How much it costs beside the ordinary one.
        offer
            What the coupon that is used takes off; the shelf's own discounts do not come on top of it.
        """
        usual = [basket for basket in self._of[household] if basket.at < at and basket.paid_fen > 0 and basket.online]
        model = self._chance.pick(usual or self._anybodys, "like", *key)
        number = FIRST_ID + self._chance.number("drawn basket", *key) % 10**9
        first = len(self._journey.product)
        paid = [round(fen * factor) for fen in self._journey.paid_fen[model.first : model.last]]
        off = _shared(offer.discount_fen(sum(paid)), paid) if offer is not None else None
        for place, index in enumerate(range(model.first, model.last)):
            self._journey.product.append(self._journey.product[index])
            self._journey.quantity.append(self._journey.quantity[index])
            discount = off[place] if off is not None else round(self._journey.discount_fen[index] * factor)
            self._journey.paid_fen.append(paid[place] - (off[place] if off is not None else 0))
            self._journey.discount_fen.append(discount)
        last = len(self._journey.product)
        discount_fen = sum(self._journey.discount_fen[first:last])
        return dataclasses.replace(
            model,
            basket_id=number,
            household_id=household,
            store_id=model.store_id if usual else store_id,
            at=at,
            first=first,
            last=last,
            list_fen=sum(self._journey.paid_fen[first:last]) + discount_fen,
            discount_fen=discount_fen,
        )


def _shared(off_fen: int, paid: list[int]) -> list[int]:
    """Return what is taken off an order, shared out over its lines by what they cost; the dearest takes the rest."""
    total = sum(paid)
    shares = [off_fen * fen // total for fen in paid]
    shares[paid.index(max(paid))] += off_fen - sum(shares)
    return shares

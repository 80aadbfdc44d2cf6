"""The declared world: what a message does to an order. SYNTHETIC, replaceable, and never read by the product.

The data set's baskets are real, so nothing that the demo sends can change them. What a message does is declared in a
TOML file instead (``demo/worlds/``): orders are drawn by it and added to the real ones. Everything is drawn by names
(``Chance``): the same person on the same day draws the same number whether they were written to or not, and two worlds
differ by what they declare, never by luck.
"""

import dataclasses
import datetime as dt
import hashlib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from demo.chance import Chance

WORLDS: Final = Path(__file__).with_name("worlds")
DECLARED: Final = WORLDS / "declared.toml"
#: What the world speaks of: orders within so many days, the day of the message the first of them.
WITHIN_DAYS: Final = 14
MESSAGE_ALONE: Final = "none"
REGISTERED: Final = "registered"


class BadWorld(ValueError):
    """A world's file says something that is no world; the message names the file and what is wrong."""


@dataclasses.dataclass(frozen=True, slots=True)
class Offer:
    """What a coupon takes off: the share still paid, the most it takes off, the days it is valid."""

    depth: str
    pay_rate: float
    most_fen: int
    valid_days: int

    def discount_fen(self, paid_fen: int) -> int:
        """Return what it takes off an order of this amount."""
        return min(round(paid_fen * (1 - self.pay_rate)), self.most_fen)


@dataclasses.dataclass(frozen=True, slots=True)
class Response:
    """What a message does to one person: a share of those who would not have ordered (below zero: who would have)."""

    lift: float
    redemption: float
    basket: float


@dataclasses.dataclass(frozen=True)
class World:
    """A declared response; see ``demo/worlds/declared.toml`` for what each part says."""

    name: str
    digest: str
    from_days: Mapping[str, int]
    base: Mapping[str, float]
    lift: Mapping[tuple[str, str, str], float]
    taste: float
    answering: float
    redemption: Mapping[str, float]
    basket: Mapping[str, float]
    offers: Mapping[str, Offer]

    @staticmethod
    def load(path: Path) -> "World":
        """Read a world.

        Raises
        ------
        BadWorld
            There is no such file, or it is no world.
        """
        try:
            content = path.read_bytes()
            said = tomllib.loads(content.decode("utf-8"))
            return _world(said, hashlib.sha256(content).hexdigest()[:16])
        except OSError as error:
            raise BadWorld(f"the world {path} cannot be read: {error.strerror}") from None
        except (UnicodeDecodeError, tomllib.TOMLDecodeError, TypeError, AttributeError) as error:
            raise BadWorld(f"the world {path} cannot be read: {error}") from None
        except KeyError as error:
            raise BadWorld(f"the world {path} lacks {error}; {DECLARED.name} shows what one says") from None
        except ValueError as error:
            raise BadWorld(f"the world {path}: {error}") from None

    def band(self, days_without_order: int | None) -> str:
        """Return the band of somebody so many days after their last order; who never ordered is registered."""
        if days_without_order is None:
            return REGISTERED
        reached = [name for name, days in self.from_days.items() if days <= days_without_order]
        return max(reached, key=lambda name: self.from_days[name])

    def depth(self, offer_id: str) -> str:
        """Return the depth of an offer; a message alone, and an offer that the world does not know, has none."""
        return self.offers[offer_id].depth if offer_id in self.offers else MESSAGE_ALONE

    def response(
        self, chance: Chance, person_id: str, days_without_order: int | None, channel: str, offer_id: str
    ) -> Response:
        """Return what a message by this channel, with this offer (none: empty), does to a person."""
        depth = self.depth(offer_id)
        lift = self.lift.get((self.band(days_without_order), channel, depth), 0.0)
        taste = 1.0 if depth == MESSAGE_ALONE else self.taste_of(chance, person_id)
        answering = self.answering_of(chance, person_id) if channel == "wecom" else 1.0
        redemption = 0.0 if depth == MESSAGE_ALONE else self.redemption[depth] * self.taste_of(chance, person_id)
        return Response(max(-1.0, min(lift * taste * answering, 1.0)), min(redemption, 1.0), self.basket[depth])

    def taste_of(self, chance: Chance, person_id: str) -> float:
        """Return how much a person likes coupons, beside the average of 1."""
        return 1 + self.taste * (2 * chance.share("coupon taste", person_id) - 1)

    def answering_of(self, chance: Chance, person_id: str) -> float:
        """Return how readily a person answers on WeCom, beside the average of 1."""
        return 1 + self.answering * (2 * chance.share("answering", person_id) - 1)

    def kept_away(self, response: Response, days_without_order: int | None) -> float:
        """Return the share of those who would have ordered whom a harmful message keeps away.

        A lift below zero is a share of those who would not have ordered, as every lift is; as a share of the others it
        is that times the odds of not ordering.
        """
        base = self.base[self.band(days_without_order)]
        return 0.0 if response.lift >= 0 or base <= 0 else min(1.0, -response.lift * (1 - base) / base)


def draw(chance: Chance, person_id: str, day: dt.date) -> float:
    """Return the number by which a person's order of the days from ``day`` on is decided, sent to or not."""
    return chance.share("an order within", person_id, day)


def order_at(chance: Chance, person_id: str, sent_at: dt.datetime) -> dt.datetime:
    """Return when a drawn order comes: in shop hours, most on the first days, within the days of the world."""
    key = (person_id, sent_at.date())
    days = int((WITHIN_DAYS - 1) * chance.share("which day", *key) ** 1.6)
    day = dt.datetime.combine(sent_at.date() + dt.timedelta(days=days), dt.time())
    at = day + dt.timedelta(seconds=chance.between(36_000, 73_800, "which second", *key))
    return max(at, sent_at + dt.timedelta(minutes=chance.between(20, 90, "how soon", *key)))


def _world(said: dict[str, Any], digest: str) -> World:
    lift = {
        (band, channel, depth): float(share)
        for band, channels in said["lift"].items()
        for channel, depths in channels.items()
        for depth, share in depths.items()
    }
    if unknown := sorted({band for band, _, _ in lift} - set(said["bands"])):
        raise ValueError(f"lift.{unknown[0]} is none of its bands")
    if wrong := [key for key, share in lift.items() if not -1 <= share <= 1]:
        raise ValueError(f"lift.{'.'.join(wrong[0])} is no share")
    from_days = {name: int(band["from_days"]) for name, band in said["bands"].items() if "from_days" in band}
    if 0 not in from_days.values():
        raise ValueError("no band begins at 0 days")
    return World(
        name=str(said["name"]),
        digest=digest,
        from_days=from_days,
        base={name: float(band["base"]) for name, band in said["bands"].items()},
        lift=lift,
        taste=float(said["people"]["taste"]),
        answering=float(said["people"]["answering"]),
        redemption={name: float(share) for name, share in said["redemption"].items()},
        basket={name: float(factor) for name, factor in said["basket"].items()},
        offers={
            name: Offer(str(offer["depth"]), float(offer["pay_rate"]), int(offer["most_fen"]), int(offer["valid_days"]))
            for name, offer in said["offers"].items()
        },
    )

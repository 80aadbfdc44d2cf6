"""The demo brand before anything is written: everybody and everything, as a seed makes them of the data set."""

import dataclasses

from demo import traps
from demo.chance import Chance
from demo.journey import Journey, load
from demo.names import Numbers
from demo.people import Person, people_of
from demo.stores import Chain, chain_of
from demo.wecom import Friend, friends_of

SEED = 20171130


@dataclasses.dataclass(frozen=True, slots=True)
class Brand:
    """Everybody and everything of a demo brand, as its seed makes them."""

    chance: Chance
    journey: Journey
    chain: Chain
    numbers: Numbers
    people: list[Person]
    buyers: dict[int, Person]
    friends: list[Friend]


def brand_of(seed: int = SEED, households: int | None = None) -> Brand:
    """Return the brand that a seed makes of the data set, before anything is written."""
    chance, journey = Chance(seed), load(households)
    chain, numbers = chain_of(journey, chance), Numbers(chance)
    people = people_of(journey, chain, chance, numbers)
    traps.lay(people, chain, chance, numbers)
    buyers = {
        person.household_id: person for person in people if person.kind == "buyer" and person.household_id is not None
    }
    return Brand(chance, journey, chain, numbers, people, buyers, friends_of(people, chain, chance))

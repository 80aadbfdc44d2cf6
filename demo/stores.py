"""The brand's stores (the data set's own) and its staff (ours)."""

import dataclasses
import datetime as dt
from collections import Counter

from demo.calendar import wall
from demo.chance import Chance
from demo.journey import Journey
from demo.names import full_name, place

HEAD_OFFICE_ROLES = (
    "ip_voice",
    "ip_voice",
    "service_operator",
    "service_operator",
    "service_operator",
    "service_operator",
    "governor",
    "governor",
    "call_agent",
    "call_agent",
    "call_agent",
    "call_agent",
)


@dataclasses.dataclass(frozen=True, slots=True)
class Store:
    """A store; ``store_id`` is the data set's."""

    store_id: int
    name: str
    province: str
    city: str


@dataclasses.dataclass(frozen=True, slots=True)
class Staff:
    """A member of staff; ``left_at`` is a Shanghai wall time, None while they are with the brand."""

    staff_id: str
    name: str
    store_id: int | None
    role: str
    left_at: dt.datetime | None


@dataclasses.dataclass(slots=True)
class Chain:
    """Stores and staff, and who serves whom."""

    stores: dict[int, Store]
    staff: list[Staff]
    usual_store: dict[int, int]
    chance: Chance

    def home_store(self, household: int | None, *key: object) -> Store:
        """Return the store a household uses most; somebody without one is given a busy store."""
        if household in self.usual_store:
            return self.stores[self.usual_store[household]]
        return self.stores[self.chance.pick(self.staffed_stores, "home", *key)]

    @property
    def staffed_stores(self) -> list[int]:
        """Stores with guides of their own, sorted."""
        return sorted({person.store_id for person in self.staff if person.store_id is not None})

    def guides(self, store_id: int) -> list[Staff]:
        """Return the guides of a store; none for a small one."""
        return [person for person in self.staff if person.store_id == store_id]

    def sender(self, store_id: int, *key: object) -> Staff:
        """Return who adds a customer of a store on WeCom: one of its guides, else a service operator."""
        pool = self.guides(store_id) or [person for person in self.staff if person.role == "service_operator"]
        return self.chance.pick(pool, "sender", *key)


def chain_of(journey: Journey, chance: Chance) -> Chain:
    """Return stores in the data set's number, guides for the busiest of them, head office and its leavers."""
    visits: Counter[int] = Counter()
    by_household: dict[int, Counter[int]] = {}
    for basket in journey.baskets:
        visits[basket.store_id] += 1
        by_household.setdefault(basket.household_id, Counter())[basket.store_id] += 1
    stores = {}
    for store_id in sorted(visits):
        province, city = place(chance, store_id)
        stores[store_id] = Store(store_id, f"{city.removesuffix('市')}{store_id}店", province, city)
    busiest = sorted(visits, key=lambda store_id: (-visits[store_id], store_id))
    staffed = busiest[: min(60, max(4, len(by_household) // 40))]
    posts: list[tuple[int | None, str]] = [(store_id, "guide") for store_id in staffed for _ in range(2)]
    posts += [(None, role) for role in HEAD_OFFICE_ROLES]
    staff = []
    for number, (post, role) in enumerate(posts):
        gender = "female" if chance.happens(0.7, "staff gender", number) else "male"
        leaves = chance.happens(0.08, "leaver", number) or number == 1
        left = wall(2017, 5, 1, 18) + dt.timedelta(days=chance.between(0, 200, "left", number)) if leaves else None
        name = full_name(chance, gender, "staff", number)
        prefix = f"store{post:05d}_guide" if post is not None else f"hq_{role}"
        staff.append(Staff(f"{prefix}{number:03d}", name, post, role, left))
    usual = {
        household: min(counts, key=lambda store_id: (-counts[store_id], store_id))
        for household, counts in sorted(by_household.items())
    }
    return Chain(stores, staff, usual, chance)

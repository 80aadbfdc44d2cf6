"""A date's page of every person: the rows that count on it, put to whom their record belongs."""

import dataclasses
import datetime as dt
from collections import defaultdict
from functools import cache, cached_property

from tests.oracle import orders
from tests.oracle.messages import arrived, reached_at
from tests.oracle.orders import Order
from tests.oracle.people import house_numbers, one_of_each_source, owned, values
from tests.oracle.world import Record, World, end, seed

Key = tuple[str, str]
Person = frozenset[Key]


@dataclasses.dataclass(frozen=True)
class Act:
    """Something between a person and the brand: the touch of the seed touch_types, when, and where it was done."""

    touch: str
    at: dt.datetime
    channel: str | None
    row: Record


@dataclasses.dataclass(frozen=True, eq=False)
class Book:
    """What a date knows, by person; ``ids`` are the persons, as sets of their records, by one_id."""

    known: World
    day: dt.date
    ids: dict[str, Person]

    @cached_property
    def people(self) -> frozenset[Person]:
        """The persons."""
        return frozenset(self.ids.values())

    @cached_property
    def _one(self) -> dict[Person, str]:
        return {person: one_id for one_id, person in self.ids.items()}

    def one(self, person: Person | None) -> str | None:
        """Return the one_id under which a person is published: what stays when records are joined."""
        return self._one.get(person)

    @cached_property
    def owner(self) -> dict[Key, Person]:
        """Whose a record is."""
        return {record: person for person in self.people for record in person}

    @cache  # noqa: B019 - a book lives as long as its date is compared
    def rows(self, dataset: str) -> dict[Person, list[Record]]:
        """Return the newest version of each row of a data set, by person."""
        found = defaultdict(list)
        for row in self.known.latest(dataset, self.day):
            if row.record in self.owner:
                found[self.owner[row.record]].append(row)
        return found

    @cached_property
    def orders(self) -> dict[Person, list[Order]]:
        """The paid orders of each person, by the time they were placed."""
        found = defaultdict(list)
        for order in orders.paid_orders(self.known, self.day):
            if order.record in self.owner and order.record not in self.tests:
                found[self.owner[order.record]].append(order)
        return {person: sorted(mine, key=lambda order: (order.ordered_at, order.key)) for person, mine in found.items()}

    @cached_property
    def placed(self) -> dict[Person, list[Record]]:
        """The sales of each person that were paid at some time, whatever became of them."""
        return {person: [row for row in mine if orders.is_sale(row)] for person, mine in self.rows("orders").items()}

    @cached_property
    def unmatched(self) -> dict[Person, list[Record]]:
        """The refunds of no known order, by person."""
        found = defaultdict(list)
        for refund in orders.unmatched_refunds(self.known, self.day):
            person = self.owner.get(refund.record)
            if person and refund.record not in self.tests:
                found[self.owner[refund.record]].append(refund)
        return found

    def refunds_of(self, person: Person) -> list[Record]:
        """Return the refunds of a person: who is named, else whose the order is."""
        named = {row.key: row.record for row in self.known.latest("orders", self.day)}
        return [
            row
            for row in self.known.latest("refunds", self.day)
            if (row.record if row.text("customer_id") else named.get((row.values["source"], row.text("order_id"))))
            in person
        ]

    @cached_property
    def customers(self) -> dict[Person, list[Record]]:
        """The newest version of each record of a person, the newest first; of equally new ones by name."""
        by_name = {person: sorted(mine, key=lambda row: row.key) for person, mine in self.rows("customers").items()}
        return {
            person: sorted(mine, key=lambda row: row.time("updated_at"), reverse=True)
            for person, mine in by_name.items()
        }

    @cached_property
    def carriers(self) -> dict[tuple[str, str, str], set[Person]]:
        """Who carries which identifier; every record carries its own id."""
        found = defaultdict(set)
        for value, holders in values(self.known, self.day).items():
            found[value] |= {self.owner[record] for record in holders if record in self.owner}
        for record, person in self.owner.items():
            found[("customer_id", record[0], record[1])].add(person)
        return found

    @cached_property
    def reached(self) -> dict[Person, set[str]]:
        """The kinds of identifiers over which each person can be reached."""
        found = defaultdict(set)
        for (id_type, _, _), holders in owned(
            values(self.known, self.day), house_numbers(self.known, self.day)
        ).items():
            for record in holders & set(self.owner):
                found[self.owner[record]].add(id_type)
        return found

    @cached_property
    def suppressions(self) -> dict[Person, list[Record]]:
        """The refusals in force on the date, by whom they reach: without a scope, every account of the value."""
        return {
            person: [row for row in mine if not ((at := row.time("revoked_at")) and at < end(self.day))]
            for person, mine in self.all_suppressions.items()
        }

    def bearers(self, row: Record) -> set[Person]:
        """Return whom a refusal names: whoever carries the value, of every account where it has no scope."""
        kind, scope, value = row.text("id_type"), row.text("id_scope"), row.text("id_value")
        return {
            person
            for (id_type, id_scope, id_value), persons in self.carriers.items()
            if (id_type, id_value) == (kind, value) and scope in (None, id_scope)
            for person in persons
        }

    def _is_one_of_staff(self, row: Record) -> bool:
        """Say whether a number of staff's, which joins nobody, stands on one record of each source at most."""
        value = (row.text("id_type"), row.text("id_scope") or "", row.text("id_value"))
        holders = values(self.known, self.day).get(value, set())
        return row.text("reason") == "staff" and one_of_each_source(holders)

    @cached_property
    def all_suppressions(self) -> dict[Person, list[Record]]:
        """The refusals known on the date, taken back or not."""
        found = defaultdict(list)
        for row in self.known.latest("suppressions", self.day):
            reached = self.bearers(row)
            if row.text("reason") in ("staff", "test") and len(reached) > 1 and not self._is_one_of_staff(row):
                continue
            for person in reached:
                found[person].append(row)
        return found

    @cached_property
    def products(self) -> dict[str, Record]:
        """The catalogue, by article."""
        return {row.text("sku_id"): row for row in self.known.latest("products", self.day)}

    @cached_property
    def lines(self) -> dict[Key, list[Record]]:
        """The lines of each order."""
        found = defaultdict(list)
        for row in self.known.latest("order_lines", self.day):
            found[(row.values["source"], row.values["order_id"])].append(row)
        return found

    @cached_property
    def first_sold(self) -> dict[str, dt.date]:
        """The day on which each article was first sold; one never sold is new from its first record on."""
        found = dict.fromkeys(self.products, dt.date.min)
        sold: dict[str, dt.date] = {}
        for order in orders.paid_orders(self.known, self.day):
            for line in self.lines.get(order.key, []):
                sku, day = line.text("sku_id"), order.ordered_at.date()
                sold[sku] = min(day, sold.get(sku, day))
        return found | sold

    @cached_property
    def tests(self) -> set[Key]:
        """The records of test accounts, which are in no figure: by a mark on any record, or by a refusal."""
        marked = [person for person, mine in self.customers.items() if any(row.says("is_test") for row in mine)]
        refused = [
            person for person, mine in self.suppressions.items() if any(row.text("reason") == "test" for row in mine)
        ]
        return {record for person in (*marked, *refused) for record in person}

    def counted(self, dataset: str) -> dict[Person, list[Record]]:
        """Return the rows of a data set by person, test accounts left out: what a figure may count."""
        return {person: mine for person, mine in self.rows(dataset).items() if not person & self.tests}

    @cached_property
    def touches(self) -> dict[Person, list[Act]]:
        """What each person did and received before the date ended, but orders."""
        found = defaultdict(list)
        for person, mine in self.rows("events").items():
            for row in mine:
                channel = row.text("channel") or row.values["source"]
                found[person].append(Act(row.text("event_type"), row.happened, channel, row))
        for person, mine in self.customers.items():
            for row in mine:
                found[person].append(Act("register", row.time("registered_at"), row.values["source"], row))
        for person, mine in self.rows("follows").items():
            found[person] += [Act("add_friend", row.happened, row.values["source"], row) for row in mine]
        for person, mine in self.rows("group_memberships").items():
            found[person] += [Act("join_group", row.happened, row.values["source"], row) for row in mine]
        steps = {"delivered_at": "message_delivered", "opened_at": "message_opened", "clicked_at": "message_clicked"}
        for person, mine in self.rows("messages").items():
            for row in (row for row in mine if arrived(row)):
                for step, touch in {**steps, "replied_at": "message_replied"}.items():
                    at = reached_at(row) if step == "delivered_at" else row.time(step)
                    if at and at < end(self.day):
                        found[person].append(Act(touch, at, row.text("message_channel"), row))
        return found

    def acts_on(self, day: dt.date) -> list[Act]:
        """Return what everybody did themselves on a day, registering and orders apart; going away is none."""
        kinds = {row["touch"]: row for row in seed("touch_types")}
        return [
            act
            for mine in self.touches.values()
            for act in mine
            if act.at.date() == day
            and act.touch != "register"
            and kinds[act.touch]["is_received_only"] == kinds[act.touch]["is_leaving"] == "false"
        ]

    @cached_property
    def staff_at_work(self) -> set[str]:
        """The members of staff who have not left."""
        return {
            row.text("staff_id")
            for row in self.known.latest("staff", self.day)
            if not (row.time("left_at") and row.time("left_at") < end(self.day))
            and not (row.text("active") == "false" and not row.time("left_at"))
        }

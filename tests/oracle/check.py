"""Computes a date of a brand from the words and compares it with what is published."""

import datetime as dt
from pathlib import Path

from tests.oracle import compare, orders, people, profile, segments, stages
from tests.oracle.book import Book, Person
from tests.oracle.compare import Report
from tests.oracle.homes import landed
from tests.oracle.world import World, world


def check(home: Path, dates: list[dt.date]) -> Report:
    """Return what the published tables of the dates have in common with the oracle, and what not."""
    report = Report()
    known = world(landed(home))
    published = compare.versions(home)
    for day in dates:
        _check_date(report, known, day, published[day])
    return report


def _check_date(report: Report, known: World, day: dt.date, folder: Path) -> None:
    everybody = people.people(known, day)
    ids = compare.partition(folder)
    for person in sorted({*ids.values(), *everybody}, key=sorted):
        where = (day, "identity_map", " ".join("/".join(record) for record in sorted(person)))
        report.value(where, "person", person in ids.values(), person in everybody)
    # What follows is asked of people as published, so that one wrong person is one difference.
    book = Book(known, day, frozenset(ids.values()))
    for table, row in TABLES.items():
        expected = {person: row(book, person) for person in book.people}
        compare.by_person(report, day, table, compare.rows(folder, table), ids, expected)


def customer(book: Book, person: Person) -> dict[str, object]:
    """Return a row of customers."""
    found = profile.profile(book, person)
    found |= orders.money(book.orders.get(person, []), book.unmatched.get(person, []))
    return found | {"tags": segments.tags(book, person, found, segments.segments(book, person))}


TABLES = {
    "customers": customer,
    "customer_segments": segments.segments,
    "customer_lifecycle": stages.lifecycle,
}

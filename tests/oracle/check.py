"""Computes a date of a brand from the words and compares it with what is published."""

import datetime as dt
from pathlib import Path

from tests.oracle import (
    compare,
    draws,
    figures,
    lists,
    orders,
    people,
    profile,
    recall,
    runs,
    segments,
    staff_figures,
    stages,
    transitions,
)
from tests.oracle.book import Book, Person
from tests.oracle.brand import clock
from tests.oracle.compare import Report
from tests.oracle.homes import closed_from, landed
from tests.oracle.world import World, world

#: Probabilities are published with six decimals.
ROUNDED = 1e-6


def check(home: Path, dates: list[dt.date]) -> Report:
    """Return what the published tables of the dates have in common with the oracle, and what not."""
    report = Report()
    known = world(landed(home))
    published = compare.versions(home)
    closed = closed_from(home)
    for day in dates:
        at_publish = day if known.is_live else dates[-1] + dt.timedelta(days=99)
        _check_date(report, known, day, at_publish, published[day], is_closed=day >= closed)
    return report


def _check_date(
    report: Report, known: World, day: dt.date, at_publish: dt.date, folder: Path, *, is_closed: bool
) -> None:
    everybody = people.people(known, day)
    ids = compare.partition(folder)
    for person in sorted({*ids.values(), *everybody}, key=sorted):
        where = (day, "identity_map", " ".join("/".join(record) for record in sorted(person)))
        report.value(where, "person", person in ids.values(), person in everybody)
    # What follows is asked of people as published, so that one wrong person is one difference.
    book = Book(known, day, ids)
    now = Book(known, at_publish, ids)
    for table, row in TABLES.items():
        expected = {person: row(book, person) for person in book.people}
        compare.by_person(report, day, table, compare.rows(folder, table), ids, expected)

    check_lists(report, book, now, folder, is_closed=is_closed)
    if is_closed:
        for table in ("recall_audience", "recall_tasks", "recall_assignment", "recall_budget"):
            report.value((day, table, "all"), "is_empty", not compare.rows(folder, table), True)
    else:
        check_recall(report, book, folder)
    check_figures(report, known, day, folder)


def check_recall(report: Report, book: Book, folder: Path) -> None:
    """Compare who is a candidate, who may be sent nothing, and whether every plan is one of the person's options."""
    scores = {row["one_id"]: row["score"] for row in compare.rows(folder, "customer_scores") if row["model"] == "churn"}
    draws_of = {row["one_id"]: row for row in compare.rows(folder, "recall_assignment")}
    planned_of = {row["one_id"]: row for row in compare.rows(folder, "recall_plans")}
    ancestries = compare.ancestries(folder, book.day)
    # As published: the oracle cannot say it of everybody (profile.confidence).
    sure = {row["one_id"]: row["identity_confidence"] for row in compare.rows(folder, "customers")}
    plans = {row["one_id"]: row for row in compare.rows(folder, "recall_audience")}
    signalled = {row["one_id"] for row in compare.rows(folder, "recall_signals")}
    for one_id, person in sorted(book.ids.items()):
        if one_id in signalled:
            continue
        where = (book.day, "recall_assignment", " ".join("/".join(record) for record in sorted(person)))
        due = recall.policies(book, person, scores.get(one_id))
        if due:
            report.value(where, "is_candidate", one_id in draws_of, True)
        if not due or one_id not in draws_of:
            continue
        # Of several the first that can be used holds; which plays close one to a person the oracle does not know.
        planned = planned_of.get(one_id)
        taken = (planned["policy_id"], str(planned["ladder_step"] or 0)) if planned else None
        rule = next((row for row in due if taken in (None, (row["policy_id"], row["ladder_step"]))), None)
        if rule is None:
            continue
        said = segments.segments(book, person) | {"need_state": stages.need(book, person)}
        said |= {"identity_confidence": sure.get(one_id)}
        options = recall.options(book, person, rule, said)
        draw = draws_of[one_id]
        arm, chance = draw["arm"], draw["assignment_probability"]
        # A play narrows what is said here and widens nothing.
        report.value(where, "is_eligible", draw["is_eligible"], draw["is_eligible"] and bool(options))
        report.value(where, "global_holdout", draw["global_holdout"], arm == "holdout_global")
        if arm != "holdout_global":
            report.value(where, "is_ineligible", arm == "ineligible", not draw["is_eligible"])
        ids = len({one_id} | ancestries[one_id])
        is_service = rule["consent_purpose"] == "service"
        # Whether a play is paid by the care purse the oracle does not know.
        likely = set().union(
            *(draws.probabilities(ids, len(options), is_service=is_service, is_care=one)[arm] for one in (False, True))
        )
        is_likely = arm == "random" or any(abs(chance - each) < ROUNDED for each in likely)
        report.value(where, "assignment_probability", chance, chance if is_likely else likely)
        if plan := plans.get(one_id):
            chosen = (plan["message_channel"], plan["offer_id"] or "none")
            with_staff = plan["message_channel"] in recall.WITH_STAFF
            expected = {
                "policy_id": rule["policy_id"],
                "ladder_step": int(rule["ladder_step"]) or None,
                "audience_kind": rule["audience_kind"],
                "consent_purpose": rule["consent_purpose"],
                "content_theme": rule["content_theme"],
                "staff_id": profile.owner(book, person) if with_staff else None,
                "valid_until_at": clock(book.day + dt.timedelta(days=1), 21),
            }
            report.row((where[0], "recall_audience", where[2]), plan, expected)
            report.value(
                (where[0], "recall_audience", where[2]), "option", chosen, chosen if chosen in options else options
            )


def check_lists(report: Report, book: Book, now: Book, folder: Path, *, is_closed: bool) -> None:
    """Compare the lists of whom to hand over and of whom to write the same words."""
    paid = {row["one_id"]: row["net_paid_fen"] for row in compare.rows(folder, "customers")}
    expected = {
        "hand_over_list": {person: lists.hand_over(book, person, paid[one]) for one, person in book.ids.items()},
        "general_list": {
            person: lists.general(book, person, now, kin(book, folder, one_id)) for one_id, person in book.ids.items()
        },
    }
    # who is answered or reminded that day hears nothing else
    served = {row["one_id"] for row in compare.rows(folder, "recall_audience")}
    if is_closed:
        expected["general_list"] = {}
    else:
        for one_id in served & set(book.ids):
            expected["general_list"].pop(book.ids[one_id], None)
    for table, rows in expected.items():
        mine = {person: row for person, row in rows.items() if row}
        compare.by_person(report, book.day, table, compare.rows(folder, table), book.ids, mine)


def check_figures(report: Report, known: World, version: dt.date, folder: Path) -> None:
    """Compare the figures of 90 days, each as the last date that restates it knew it."""
    published = {
        (row["kpi_date"], row["kpi"], row["dimension"], row["value_key"]): row
        for row in compare.rows(folder, "kpi_daily")
    }
    seen, told = set(), set()
    books: dict[dt.date, Book] = {}

    def reader(date: dt.date) -> Book:
        if date not in books:
            books[date] = Book(known, date, compare.partition(folder, date))
        return books[date]

    staff = {(row["kpi_date"], row["staff_id"]): row for row in compare.rows(folder, "staff_daily")}
    for back in range(figures.DAYS):
        day = version - dt.timedelta(days=back)
        book = reader(figures.read_on(day, version))
        for kpi, dimension, key, numerator, denominator in figures.figures(book, day, reader):
            where = (day, kpi, dimension, key)
            told.add(where)
            seen.add((kpi, dimension))
            row = published.get(where)
            report.row(
                (version, "kpi_daily", " ".join(map(str, where))),
                row and {"numerator": row["numerator"], "denominator": row["denominator"]},
                {"numerator": numerator, "denominator": denominator},
            )
        mine = staff_figures.staff_rows(book, day)
        for member in sorted({*mine, *(who for on, who in staff if on == day)}):
            report.row((version, "staff_daily", f"{day} {member}"), staff.get((day, member)), mine.get(member))
    moves = transitions.transitions(version, reader)
    steps = {
        (row["as_of_date"], row["model"], row["from_stage"], row["to_stage"]): row
        for row in compare.rows(folder, "stage_transitions")
        if row["model"] in transitions.MODELS
    }
    for where in sorted({*moves, *steps}):
        report.row((version, "stage_transitions", " ".join(map(str, where))), steps.get(where), moves.get(where))
    for where in sorted(set(published) - told):
        if where[1:3] in seen:
            report.row((version, "kpi_daily", " ".join(map(str, where))), published[where], None)


def kin(book: Book, folder: Path, one_id: str) -> list[Person]:
    """Return the persons of whom an id is an ancestor."""
    came_of = compare.ancestries(folder)
    return [book.ids[one] for one in sorted(came_of) if one_id in came_of[one] and one in book.ids]


def customer(book: Book, person: Person) -> dict[str, object]:
    """Return a row of customers."""
    found = profile.profile(book, person)
    found |= orders.money(book.orders.get(person, []), book.unmatched.get(person, []))
    return found | {"tags": segments.tags(book, person, found, segments.segments(book, person))}


TABLES = {
    "customers": customer,
    "customer_segments": segments.segments,
    "customer_lifecycle": lambda book, person: stages.lifecycle(book, person) | runs.columns(book, person),
}

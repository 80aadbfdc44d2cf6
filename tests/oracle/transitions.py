"""How many moved from stage to stage: docs/segments-and-stages.md, "Transitions", and the seed stage_ranks."""

import datetime as dt
import math
from collections import Counter
from collections.abc import Callable
from fractions import Fraction

from tests.oracle import stages
from tests.oracle.book import Book
from tests.oracle.world import number, seed

DAY = dt.timedelta(days=1)
#: Stages, of which every day is told; the layers of the version's date are the dbt unit tests'.
MODELS = ("purchase", "aipl", "five_a")
Moves = dict[tuple[dt.date, str, str, str], dict[str, object]]


def stands(book: Book, model: str) -> dict[str, str]:
    """Return in which stage of a model each person stands, by one_id."""
    ask: dict[str, Callable] = {
        "purchase": lambda book, person: stages.purchase_columns(book, person)["purchase_stage"],
        "aipl": stages.aipl,
        "five_a": stages.five_a,
    }
    return {one: ask[model](book, person) for one, person in book.ids.items()}


def transitions(version: dt.date, reader: Callable[[dt.date], Book]) -> Moves:
    """Return the rows of stage_transitions of a version."""
    found: Moves = {}
    for model in MODELS:
        now = stands(reader(version), model)
        for back in range(number("transition_days")):
            day = version - back * DAY
            # Whose records were joined or parted that day made no step, and who is or was a test account makes none.
            earlier, later = reader(day - DAY), reader(day)
            before = stands(earlier, model)
            others = moved(earlier, later)
            for book in (earlier, later):
                others |= {one for one, person in book.ids.items() if person & book.tests}
            known = [one for one in now if one in before and one not in others]
            steps = Counter((before[one], now[one]) for one in known)
            starts = Counter(before[one] for one in known)
            for (start, goal), people in steps.items():
                found[day, model, start, goal] = {
                    "customer_count": people,
                    "rate": math.floor(Fraction(10_000 * people, starts[start]) + Fraction(1, 2)) / 10_000,
                    **leap(model, start, goal),
                }
            now = before
    return found


def moved(earlier: Book, later: Book) -> set[str]:
    """Return whose records changed hands between two days; a record that is new altogether brings no history."""
    pairs = [
        (earlier.one(earlier.owner[record]), later.one(later.owner[record]))
        for record in set(earlier.owner) & set(later.owner)
    ]
    return {one_id for pair in pairs if pair[0] != pair[1] for one_id in pair if one_id}


def leap(model: str, start: str, goal: str) -> dict[str, object]:
    """Return how far a move goes: steps between depths of lapse for a buyer, between ranks for anybody else."""
    ranks = {row["stage"]: row for row in seed("stage_ranks") if row["model"] == model}
    one, other = ranks[start], ranks[goal]
    depths = [int(row["lapse_depth"]) for row in (one, other)]
    is_between_depths = one["is_buyer"] == other["is_buyer"] == "true" and depths[0] != depths[1]
    size = depths[0] - depths[1] if is_between_depths else int(other["growth_rank"]) - int(one["growth_rank"])
    return {"leap_size": size, "is_leap": size > 0, "is_skip": size > 1, "is_fall": size < 0}

"""Since when somebody stands in a stage of AIPL or the five A, and in which before.

The words are docs/segments-and-stages.md, "Purchase life cycle": both are told from what is known at the date, day by
day back to the first act or purchase, however long ago that is.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable

from tests.oracle.book import Book, Person
from tests.oracle.people import first_told
from tests.oracle.stages import purchases
from tests.oracle.world import number, seed

DAY = dt.timedelta(days=1)
#: Which columns of touch_types say the stage of a touch: before a purchase in the year, and with one.
KINDS = {"aipl": ("aipl_stage", "aipl_stage"), "five_a": ("five_a_stage_before_order", "five_a_stage")}


def columns(book: Book, person: Person) -> dict[str, object]:
    """Return since when the two stages stand and what was before; nothing was before a person was first known."""
    known = min(first_told(book.known)[record][1].date() for record in person)
    acts = [act.at.date() for act in book.touches.get(person, [])]
    first = min([*acts, *purchases(book, person).days], default=known)
    found: dict[str, object] = {}
    for model in KINDS:
        on = _stages(book, person, model)
        since = book.day
        while since >= first and on(since - DAY) == on(since):
            since -= DAY
        if since < first:  # never did anything
            since = known
        previous = on(since - DAY) if known < since else None
        found |= {f"{model}_stage_since": since, f"previous_{model}_stage": previous}
    return found


def _stages(book: Book, person: Person, model: str) -> Callable[[dt.date], str]:
    """Return what says in which stage somebody stood on a day: each act holds its stage for its window."""
    rules = {row[f"{model}_stage"]: row for row in seed(f"{model}_windows")}
    kinds = {row["touch"]: [row[column] for column in KINDS[model]] for row in seed("touch_types")}
    by_acts = {stage for both in kinds.values() for stage in both}
    held: dict[tuple[bool, str], set[dt.date]] = defaultdict(set)
    for act in book.touches.get(person, []):
        for is_buyer, stage in enumerate(kinds[act.touch]):
            if rule := rules.get(stage):
                held[bool(is_buyer), stage] |= {act.at.date() + back * DAY for back in range(int(rule["window_days"]))}
    bought = purchases(book, person).days

    def on(day: dt.date) -> str:
        buys = sum(0 <= (day - other).days < number("order_window_days") for other in bought)
        furthest = "none"
        for stage, rule in rules.items():
            is_held = stage not in by_acts or day in held[buys > 0, stage]
            furthest = stage if buys >= int(rule["min_order_days"]) and is_held else furthest
        return furthest

    return on

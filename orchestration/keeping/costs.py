"""What a night is expected to cost, from what the nights before it cost: said from the third night on."""

import itertools
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any, Final

#: So many nights are remembered, and so many have to have been before anything is expected.
REMEMBERED: Final = 30
AT_LEAST: Final = 2
#: Of nights that are alike the newest count: a brand grows, and a machine is replaced.
NEWEST: Final = 9

Night = Mapping[str, Any]


def nights_of(last_run: Path) -> list[Night]:
    """Return the remembered nights (made, trained, cpu_seconds) of a home's ``last_run.json``, oldest first."""
    try:
        return list(json.loads(last_run.read_text(encoding="utf-8")).get("nights", []))
    except (OSError, ValueError):
        return []


def expected(nights: Sequence[Night], made: int, trains: bool) -> float | None:
    """Return the CPU seconds that a night is expected to cost; None where too few nights are known.

    A night costs what it always costs, and something for every date that it makes: the line in the middle of the
    nights before it, of those that trained as well, or as little. Where only other nights are known, they are gone by.
    The middle and not the mean, of slopes and of what is left: one night on a machine that was busy or slow does not
    move it.
    """
    if len(nights) < AT_LEAST:
        return None
    alike = [night for night in nights if bool(night["trained"]) == trains]
    known = (alike if len(alike) >= AT_LEAST else nights)[-NEWEST:]
    points = [(float(night["made"]), float(night["cpu_seconds"])) for night in known]
    slopes = [
        (cost - other_cost) / (dates - other_dates)
        for (dates, cost), (other_dates, other_cost) in itertools.combinations(points, 2)
        if dates != other_dates
    ]
    slope = max(0.0, median(slopes)) if slopes else 0.0
    return max(0.0, slope * made + median(cost - slope * dates for dates, cost in points))


def is_watched() -> bool:
    """Return whether a profiler or a debugger follows this process: what a night costs then says nothing of others."""
    return sys.getprofile() is not None or sys.gettrace() is not None


def remember(nights: Sequence[Night], night: Night) -> list[Night]:
    """Return the nights to be remembered when one more is over."""
    return [*nights, night][-REMEMBERED:]

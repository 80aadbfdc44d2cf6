"""What a night is expected to cost, from what the nights before it cost: said from the third night on."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean, median
from typing import Any, Final

#: So many nights are remembered, and so many have to have been before anything is expected.
REMEMBERED: Final = 30
AT_LEAST: Final = 2

Night = Mapping[str, Any]


def nights_of(last_run: Path) -> list[Night]:
    """Return the remembered nights (made, trained, cpu_seconds) of a home's ``last_run.json``, oldest first."""
    try:
        return list(json.loads(last_run.read_text(encoding="utf-8")).get("nights", []))
    except (OSError, ValueError):
        return []


def expected(nights: Sequence[Night], made: int, trains: bool) -> float | None:
    """Return the CPU seconds that a night is expected to cost; None where too few nights are known.

    A night costs what it always costs, and something for every date that it makes: the line through the nights before
    it, of those that trained as well, or as little. Where only other nights are known, they are gone by.
    """
    if len(nights) < AT_LEAST:
        return None
    alike = [night for night in nights if bool(night["trained"]) == trains]
    known = alike if len(alike) >= AT_LEAST else nights
    each = [float(night["made"]) for night in known]
    cost = [float(night["cpu_seconds"]) for night in known]
    middle = mean(each)
    spread = sum((one - middle) ** 2 for one in each)
    if not spread:
        return median(cost)
    slope = max(0.0, sum((one - middle) * spent for one, spent in zip(each, cost, strict=True)) / spread)
    return max(0.0, mean(cost) + slope * (made - middle))


def remember(nights: Sequence[Night], night: Night) -> list[Night]:
    """Return the nights to be remembered when one more is over."""
    return [*nights, night][-REMEMBERED:]

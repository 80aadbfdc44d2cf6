"""A hundred and one numbers where no number belongs, a night that ends well, and a night that fails in each stage.

Usage: ``python -m benchmarks.canaries FOLDER``: makes a small brand's home there, with its numbers in member numbers,
levels, cities and names in the spellings of people, runs a date, and then the date again with a failure forced in each
stage whose message holds a number. After each night the home is scanned; told is how many stand anywhere.
"""

import contextlib
import csv
import datetime as dt
import io
import sys
from pathlib import Path
from unittest import mock

from orchestration.door.scan import scan
from orchestration.runner import run_dates
from orchestration.settings import Settings
from tests.builders import shop
from tests.unit.publish.test_door import canaries

DATE = dt.date(2026, 3, 10)
_HEADER = ("source", "customer_id", "mobile", "member_no", "city", "level", "nickname", "updated_at")
#: What nobody but the house reads: what the scrubber at ingest missed stands there.
INSIDE = ("warehouse", "identity")
#: Stage -> what of it raises.
FAILURES = {
    "channels": "orchestration.defs.channels.ingest",
    "seeds": "orchestration.defs.transform.load_seeds",
    "staging to people": "orchestration.defs.transform.call",
    "models": "orchestration.defs.models.train_all",
    "scores": "orchestration.defs.scores.score_frame",
    "recall": "orchestration.defs.recall.plan_recall",
    "outcomes": "orchestration.defs.recall.outcomes",
    "published": "orchestration.defs.published.publish",
    "report": "orchestration.defs.published.build_report",
}


def land(home: Path) -> list[str]:
    """Land the brand and the numbers, each known by a mobile column and written elsewhere as people do."""
    shop(home, DATE, customers=12, days=60).land()
    written = canaries()
    folder = home / "landing" / "standard" / "customers"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "canaries.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(_HEADER)
        for number, (digits, text) in enumerate(written):
            own = text if number % 4 == 3 else f"canary{number}"
            rows.writerow((
                "crm",
                own,
                digits,
                *(text if number % 4 == place else "" for place in range(3)),
                text,
                str(DATE),
            ))
    return [digits for digits, _ in written]


def failing(target: str, numbers: list[str]) -> contextlib.AbstractContextManager[object]:
    """Let a function of a stage raise, with numbers in what it says."""
    said = f"could not read {numbers[0]}, {numbers[1][:3]}-{numbers[1][3:7]}-{numbers[1][7:]} and VIP{numbers[2]}"
    return mock.patch(target, side_effect=ValueError(said))


def main() -> int:
    """Run the nights and count."""
    settings = Settings(home=Path(sys.argv[1]))
    settings.home.mkdir(parents=True)
    numbers, worst = land(settings.home), 0
    for name in ("well", *FAILURES):
        wrong = failing(FAILURES[name], numbers) if name in FAILURES else contextlib.nullcontext()
        with wrong, contextlib.redirect_stdout(io.StringIO()) as printed:
            outcome = run_dates(settings, [DATE])
        told = printed.getvalue() + "".join(said for _, said in outcome.failures)
        found, looked, named = scan(settings)
        inside = sum(found.pop(place, 0) for place in INSIDE)
        out = sum(found.values()) + sum(number in told for number in numbers)
        worst = max(worst, out)
        ended = "ended well" if outcome.succeeded else f"failed at {outcome.failures[0][0]}"
        print(f"{name}: {ended}; {out} numbers left, of {sum(looked.values())} files and tables", flush=True)
        print(f"  {inside} stand in the warehouse and identity/: the scrubber at ingest did not see them", flush=True)
        if name == "well":
            print("  " + "; ".join(named), flush=True)
    return 1 if worst else 0


if __name__ == "__main__":
    sys.exit(main())

"""A home with every table of every stage and not one row, and dbt upon it.

``python -m tests.warehouse.empty_home spa_booking`` runs the unit tests of that channel's SQL alone.
"""

import datetime as dt
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.channels.engine import registry
from orchestration.channels.engine.ingest import ingest
from orchestration.channels.engine.keys import kept_at, load_key
from orchestration.channels.engine.landing_summary import finish
from orchestration.home_rules import load_seeds
from orchestration.publishing import plans
from orchestration.python_tables import create_missing
from orchestration.sending import activations
from orchestration.settings import Settings
from orchestration.warehouse import connect, create_schemas
from tests.warehouse.run_dbt import messages, run_dbt

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult

NOW = dt.datetime(2026, 6, 1)


def make_empty_home(folder: Path) -> Path:
    """Return a home whose landing folder is empty, with every table made by what makes it in a run."""
    settings = Settings(home=folder)
    load_key(settings, "one_id")
    with connect(settings) as warehouse:
        create_schemas(warehouse)
        for channel in registry.channels():
            ingest(settings, warehouse, channel, NOW)
        finish(settings, warehouse, NOW)
        activations.create_tables(warehouse)
        create_missing(warehouse)
        activations.load(settings, warehouse)
        plans.load(settings, warehouse)
        load_seeds(warehouse, settings)
    built = build(settings.home, "run", "--empty")
    assert built.success, messages(built)
    return settings.home


def build(home: Path, *command: str, as_of: tuple[str, ...] = ()) -> "dbtRunnerResult":
    """Run dbt on a home's warehouse, for some as-of dates."""
    key = str(kept_at(Settings(home=home), "one_id"))
    # as a run hands them in: a date that is published is one of those that stages are told for
    dates = dict.fromkeys(("as_of", "state", "feature"), as_of)
    return run_dbt(home / "warehouse.duckdb", command, dates, SIYU_ONE_ID_KEY=key)


def run_unit_tests(home: Path) -> "dbtRunnerResult":
    """Run all unit tests of the models on an empty home; dbt leaves their compiled SQL in its target."""
    done = build(home, "test", "--select", "test_type:unit")
    assert done.result, messages(done)
    return done


def main(channels: list[str]) -> int:
    """Run the unit tests of the staging models of some channels and say how each ended; return 1 where one failed."""
    with tempfile.TemporaryDirectory() as folder:
        home = make_empty_home(Path(folder))
        done = build(home, "test", "--select", *(f"{channel}_*,test_type:unit" for channel in channels))
        ended = [(each.status, each.node.name, each.message) for each in getattr(done.result, "results", ())]
    for status, name, message in ended:
        print(f"{status}  {name}" + (f"\n{message}" if status != "pass" and message else ""))
    if not ended:
        print(f"no model of {', '.join(channels)} has a unit test: is the name right, and was make manifest run?")
    return int(not ended or any(status != "pass" for status, _, _ in ended))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""What every test needs before it starts, and how the tests share two cores."""

import gc
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

from orchestration.own_manifest import DECLARATIONS, MANIFEST, PROJECT, newer_than
from orchestration.settings import CHECKOUT


def pytest_configure(config):
    """Stop at once where dbt's manifest is missing or old: definitions are read from it, models judged by it."""
    gc.set_threshold(100_000, 50, 1_000)  # a worker holds what dbt and Dagster made to the end, as a run does
    remedy = "run `make manifest`, or the tests through `make test`"
    if not MANIFEST.exists():
        pytest.exit(f"dbt's manifest is missing; {remedy}", returncode=2)
    if newer := newer_than(MANIFEST, PROJECT, DECLARATIONS):
        pytest.exit(f"dbt's manifest is older than {newer.relative_to(CHECKOUT)}; {remedy}", returncode=2)


#: What takes longest, in this order.
FIRST = ("journey", "consent_worlds", "warehouse", "oracle", "orchestration")
#: The journeys that go on from the demo's first morning; all others go on from the brand of three dates.
FIRST_MORNING = ("test_a_demo_has_its_own_clock", "test_what_comes_back")


class ByModule(LoadScopeScheduling):
    """A module's tests go to one worker, for its fixtures; so do all journeys that go on from one home.

    A worker begins with each of the two homes, which take longest, and takes the next module when it is through. The
    groups that xdist 3.8 has for this stand in an attribute that pytest 9.2 no longer reads: every module ran in both
    workers.
    """

    def _split_scope(self, nodeid):
        module = nodeid.split("::")[0]
        if "/journey/" not in module:
            return module
        return "first morning" if Path(module).stem in FIRST_MORNING else "brand of three dates"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Share the tests between the workers by module."""
    return ByModule(config, log)


def pytest_collection_modifyitems(items):
    """Start with what takes longest."""
    items.sort(key=lambda item: [folder not in item.path.parts for folder in FIRST])

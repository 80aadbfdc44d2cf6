"""What every test needs before it starts, and how the tests share two cores."""

import pytest
from xdist.scheduler import LoadScopeScheduling

from orchestration.own_manifest import DECLARATIONS, MANIFEST, PROJECT, newer_than
from orchestration.settings import CHECKOUT


def pytest_configure(config):
    """Stop at once where dbt's manifest is missing or old: definitions are read from it, models judged by it."""
    remedy = "run `make manifest`, or the tests through `make test`"
    if not MANIFEST.exists():
        pytest.exit(f"dbt's manifest is missing; {remedy}", returncode=2)
    if newer := newer_than(MANIFEST, PROJECT, DECLARATIONS):
        pytest.exit(f"dbt's manifest is older than {newer.relative_to(CHECKOUT)}; {remedy}", returncode=2)


class ByModule(LoadScopeScheduling):
    """A module's tests go to one worker, for its fixtures; all journeys go to one: they share a brand.

    Journeys, which start whole runs, keep one core busy; everything else runs on the other. The groups that xdist 3.8
    has for this stand in an attribute that pytest 9.2 no longer reads: every module ran in both workers.
    """

    def _split_scope(self, nodeid):
        module = nodeid.split("::")[0]
        return "journeys" if "/journey/" in module else module


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Share the tests between the workers by module."""
    return ByModule(config, log)


def pytest_collection_modifyitems(items):
    """Start with what takes longest."""
    items.sort(key=lambda item: [folder not in item.path.parts for folder in ("journey", "oracle", "warehouse")])

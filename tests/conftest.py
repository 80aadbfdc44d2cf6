"""What every test needs before it starts, and how the tests share two cores."""

import pytest
from xdist.scheduler import LoadScopeScheduling

from orchestration.settings import CHECKOUT

_PROJECT = CHECKOUT / "dbt_project"
_MANIFEST = _PROJECT / "target" / "manifest.json"


def pytest_configure(config):
    """Stop at once where dbt's manifest is missing or old: definitions are read from it, models judged by it."""
    remedy = "run `make manifest`, or the tests through `make test`"
    if not _MANIFEST.exists():
        pytest.exit(f"dbt's manifest is missing; {remedy}", returncode=2)
    written = _MANIFEST.stat().st_mtime
    sources = (file for kind in ("sql", "yml", "csv", "py") for file in _PROJECT.rglob(f"*.{kind}"))
    newer = [file for file in sources if not {"target", "logs"} & set(file.parts) and file.stat().st_mtime > written]
    if newer:
        pytest.exit(f"dbt's manifest is older than {newer[0].relative_to(CHECKOUT)}; {remedy}", returncode=2)


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

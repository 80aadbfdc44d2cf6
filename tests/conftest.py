"""How the tests share two cores: journeys, which start whole runs, on one; everything else on the other."""

import pytest

from orchestration.settings import CHECKOUT

_MANIFEST = CHECKOUT / "dbt_project" / "target" / "manifest.json"


def pytest_configure(config):
    """Stop at once where dbt's manifest is missing: the definitions are read from it."""
    if not _MANIFEST.exists():
        pytest.exit(f"{_MANIFEST} is missing; run `make manifest`, or the tests through `make test`", returncode=2)


def pytest_collection_modifyitems(items):
    """Keep a module's tests in one worker, for its fixtures, and all journeys in one: they share a brand."""
    for item in items:
        group = "journeys" if "journey" in item.path.parts else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=lambda item: ("journey" not in item.path.parts, "warehouse" not in item.path.parts))

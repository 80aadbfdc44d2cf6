"""What every test needs before it starts, and how the tests share two cores."""

import pytest

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


def pytest_collection_modifyitems(items):
    """Keep a module's tests in one worker, for its fixtures, and all journeys in one: they share a brand.

    Journeys, which start whole runs, keep one core busy; everything else runs on the other.
    """
    for item in items:
        group = "journeys" if "journey" in item.path.parts else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=lambda item: ("journey" not in item.path.parts, "warehouse" not in item.path.parts))

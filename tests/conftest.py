"""What every test needs before it starts: dbt's manifest, from which Dagster's definitions are read."""

import pytest

from orchestration.settings import CHECKOUT

PROJECT = CHECKOUT / "dbt_project"
MANIFEST = PROJECT / "target" / "manifest.json"


def pytest_sessionstart():
    """End before the first test rather than judge models that are not those of the checkout."""
    if not MANIFEST.exists():
        pytest.exit(f"{MANIFEST.relative_to(CHECKOUT)} is missing: run `make manifest` first", returncode=2)
    written = MANIFEST.stat().st_mtime
    sources = (file for kind in ("sql", "yml", "csv", "py") for file in PROJECT.rglob(f"*.{kind}"))
    newer = [file for file in sources if not {"target", "logs"} & set(file.parts) and file.stat().st_mtime > written]
    if newer:
        pytest.exit(
            f"dbt's manifest is older than {newer[0].relative_to(CHECKOUT)}: run `make manifest` first", returncode=2
        )

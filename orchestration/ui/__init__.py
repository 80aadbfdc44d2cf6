"""Dagster's page behind a guard: who may open it, from where, and what may be done from it."""

from typing import Final

#: Where `siyu ui` serves the home's reports, beside Dagster's page and behind the same guard.
REPORTS_PATH: Final = "/reports"

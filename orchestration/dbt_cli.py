"""dbt's command line as a Dagster resource, without what a run pays for and does not use."""

from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version

from dagster_dbt import DbtCliResource
from packaging.version import Version


class DbtCommand(DbtCliResource):  # type: ignore[misc]
    """Calls dbt of this very environment.

    Before every call dagster-dbt starts ``dbt --version`` as a process and opens an adapter of its own, to fetch row
    counts and columns that siyu takes from elsewhere: together 5 CPU seconds a night in which nothing else works.
    Should a release of dagster-dbt rename either method, only those seconds come back.
    """

    @cached_property
    def _cli_version(self) -> Version:
        return Version(version("dbt-core"))

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> None:
        return None

"""The models as dbt compiles them for Spark where neither is installed: by DuckDB's adapter and Spark's macros."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from orchestration.dbt_graph import models
from orchestration.spark.models import sql_models
from tests.warehouse.run_dbt import messages, run_dbt


def compiled(warehouse: Path, dates: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return the SQL of every SQL model by unique id, for the dates of a run; the tables are named as DuckDB does."""
    from dbt.context.providers import BaseDatabaseWrapper

    dispatched, usual = BaseDatabaseWrapper.dispatch, BaseDatabaseWrapper._get_adapter_macro_prefixes

    def of_spark(self: Any, macro_name: str, macro_namespace: str | None = None, **more: Any) -> Any:
        own = macro_namespace == "siyu"
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                BaseDatabaseWrapper,
                "_get_adapter_macro_prefixes",
                (lambda _: ["spark", "default"]) if own else usual,
            )
            return dispatched(self, macro_name, macro_namespace, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseWrapper, "dispatch", of_spark)
        done = run_dbt(warehouse, ["compile"], dates)
    assert done.success, messages(done)
    folder = warehouse.parent / "target" / "compiled" / "siyu"
    return {one: (folder / models()[one]["original_file_path"]).read_text(encoding="utf-8") for one in sql_models()}

"""dbt on a warehouse of the tests, in their own process: imported once, and never parsed where the checkout was."""

import gc
import json
import logging
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from orchestration.own_manifest import MANIFEST, PROJECT

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult

PARSED = "partial_parse.msgpack"
#: Macros that say the same whenever they are asked the same; a fixture of dbt's unit tests asks them for every cell.
PURE = frozenset({"safe_cast", "string_literal", "escape_single_quotes"})


def run_dbt(
    warehouse: Path, command: Sequence[str], dates: Mapping[str, Sequence[str]], **variables: str
) -> "dbtRunnerResult":
    """Run a dbt command for the dates of a run; what dbt compiles stays in ``target`` beside the warehouse.

    Every command starts from the parse that ``make manifest`` left: as any other start of dbt, it knows nothing of
    what the commands before it compiled.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    from orchestration import dbt_shortcuts

    dbt_shortcuts.install()
    target = warehouse.parent / "target"
    target.mkdir(exist_ok=True)
    where = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    where += ["--target-path", str(target), "--log-path", str(target)]
    quiet = ["--no-write-json", "--log-level", "none", "--log-level-file", "none", "--use-fast-test-edges"]
    shutil.copy2(MANIFEST.with_name(PARSED), target / PARSED)
    said_to = list(logging.getLogger().handlers)
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("SIYU_")]:
            patch.delenv(name)
        try:
            parsed = dbtRunner().invoke([*quiet, "parse", *where])
            if not parsed.success:
                return parsed
            gc.freeze()  # the collector need not walk dbt's manifest again and again
            patch.setenv("SIYU_WAREHOUSE", str(warehouse))
            patch.setenv("SIYU_WAREHOUSE_THREADS", "1")  # the tests share two cores between themselves
            patch.setenv("SIYU_RUN_DATES", json.dumps(dates))
            for name, value in variables.items():
                patch.setenv(name, value)
            if command[0] == "test":  # no table changes meanwhile
                _ask_once(patch)
            return dbtRunner(manifest=parsed.result).invoke([*quiet, *command, *where])
        finally:
            gc.unfreeze()
            logging.getLogger().handlers[:] = said_to
            if DuckDBConnectionManager._ENV is not None:
                DuckDBConnectionManager._ENV.close()


def _ask_once(patch: pytest.MonkeyPatch) -> None:
    """Let the columns of a table and what a pure macro says be found once: of a unit test that was half of its cost."""
    from dbt.adapters.duckdb import DuckDBAdapter
    from dbt.clients.jinja import MacroGenerator

    said: dict[str, Any] = {}
    columns: dict[str, Any] = {}
    call, of_table = MacroGenerator.__call__, DuckDBAdapter.get_columns_in_relation

    def answer(macro: MacroGenerator, *words: Any, **named: Any) -> Any:
        if macro.macro.name not in PURE or named:
            return call(macro, *words, **named)
        asked = repr((macro.macro.name, *words))
        if asked not in said:
            said[asked] = call(macro, *words)
        return said[asked]

    def columns_of(adapter: DuckDBAdapter, relation: Any) -> Any:
        if str(relation) not in columns:
            columns[str(relation)] = of_table(adapter, relation)
        return columns[str(relation)]

    patch.setattr(MacroGenerator, "__call__", answer)
    patch.setattr(DuckDBAdapter, "get_columns_in_relation", columns_of)


def messages(done: "dbtRunnerResult") -> str:
    """Return what dbt said of everything that did not succeed."""
    return "\n\n".join([str(done.exception or ""), *(f"{name}: {why}" for name, why in failures(done).items())])


def failures(done: "dbtRunnerResult") -> dict[str, Any]:
    """Return what did not succeed, by unique id, and why."""
    ran = getattr(done.result, "results", None) or []
    return {one.node.unique_id: one.message for one in ran if one.status not in {"success", "pass", "warn"}}

"""dbt's command line inside the run's own process: imported once and parsed once, whatever a run calls it for.

A process of its own for each call cost a small night 8 CPU seconds of imports and parses (docs/decisions.md, 108).
"""

import concurrent.futures
import contextlib
import ctypes
import dataclasses
import filecmp
import gc
import json
import logging
import os
import queue
import shutil
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from orchestration.settings import CHECKOUT, Settings

PROJECT: Final = CHECKOUT / "dbt_project"
LOG: Final = "dbt.log"
_PARSED: Final = "partial_parse.msgpack"
#: The settings that models read, as dbt's vars; dbt_project.yml holds the same defaults.
VARIABLES: Final = (
    "cut_off_hour", "restate_days", "kpi_days", "horizon_days", "profiling", "wecom_by", "sms_gateway", "brand_name",
    "brand_link",
)  # fmt: skip
#: What profiles.yml reads of the environment.
_PROFILE: Final = ("SIYU_WAREHOUSE", "SIYU_WAREHOUSE_THREADS", "SIYU_WAREHOUSE_MEMORY")
#: The project as it was parsed by this process, by home and settings.
_manifests: dict[tuple[str, str], Any] = {}


def own_variables(settings: Settings) -> dict[str, Any]:
    """Return dbt's vars that a home sets otherwise than they ship."""
    own = {name: getattr(settings, name) for name in VARIABLES if getattr(settings, name) != getattr(Settings, name)}
    return own | ({"scene_links": dict(settings.scene_links)} if settings.scene_links else {})


@dataclasses.dataclass(frozen=True)
class NodeDone:
    """A model or a test that dbt is through with: its id in the manifest, its seconds, and what a test counted."""

    unique_id: str
    succeeded: bool
    seconds: float
    failures: int


@dataclasses.dataclass(frozen=True)
class NodeFailed:
    """A model or a test that failed: the file it stands in, why, and the query that was asked."""

    path: str
    reason: str
    query: str


class DbtFailed(RuntimeError):
    """A call that did not do all it was called for.

    Attributes
    ----------
    failed
        The models and tests at fault; empty when dbt did not get as far as the first of them.
    """

    def __init__(self, message: str, failed: Sequence[NodeFailed] = ()) -> None:
        super().__init__(message)
        self.failed = list(failed)


def folder_of(settings: Settings) -> Path:
    """Return where dbt keeps the compiled models of a home, its parse and its log."""
    return settings.home / "dbt_target"


def call(
    settings: Settings, command: Sequence[str], dates: dict[str, list[str]], kept_under: str = ""
) -> Iterator[NodeDone]:
    """Call dbt over a home's warehouse and yield every model and test as it ends.

    Parameters
    ----------
    settings
        Whose home; nobody may hold its warehouse open meanwhile.
    command
        dbt's command and its selection, for example ``["build", "--select", "path:models/published"]``.
    dates
        The run's dates by kind, for the macro ``dates_of``.
    kept_under
        The fingerprint of the rules, where what is made may be kept (:mod:`orchestration.keeping`).

    Raises
    ------
    DbtFailed
        A model or a test failed, or dbt could not begin.
    """
    os.environ["SIYU_WAREHOUSE"] = str(settings.warehouse)
    os.environ["SIYU_WAREHOUSE_THREADS"] = str(settings.threads)
    os.environ["SIYU_WAREHOUSE_MEMORY"] = settings.memory_limit
    os.environ["SIYU_RUN_DATES"] = json.dumps(dates)
    os.environ["SIYU_KEPT_UNDER"] = kept_under
    ended: queue.SimpleQueue[NodeDone | None] = queue.SimpleQueue()

    def hear(event: Any) -> None:
        if event.info.name == "NodeFinished":
            result = event.data.run_result
            succeeded = result.status in {"success", "pass", "warn"}
            node = NodeDone(event.data.node_info.unique_id, succeeded, result.execution_time, result.num_failures)
            ended.put(node)

    # The cycle collector would walk dbt's manifest again and again and free next to nothing.
    gc.disable()
    root, said_to = logging.getLogger(), list(logging.getLogger().handlers)
    try:
        with concurrent.futures.ThreadPoolExecutor(1, "dbt") as worker:
            told: queue.SimpleQueue[int] = queue.SimpleQueue()
            work = worker.submit(_invoke, settings, list(command), hear, told)
            work.add_done_callback(lambda _: ended.put(None))
            try:
                yield from iter(ended.get, None)
            except BaseException:
                # Ctrl-C, or a reader that goes away: dbt lets its queries end and stops, as at a prompt.
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_long(told.get()), ctypes.py_object(KeyboardInterrupt)
                )
                raise
            _require_success(work.result())
    finally:
        gc.enable()
        root.handlers[:] = said_to  # dbt adds one of its own, and every library's chatter would follow


def _invoke(settings: Settings, command: list[str], hear: Any, told: "queue.SimpleQueue[int]") -> Any:
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    from orchestration import dbt_shortcuts

    dbt_shortcuts.install()
    dbt_shortcuts.heard_by("NodeFinished")(hear)
    told.put(threading.get_ident())
    folder = folder_of(settings)
    folder.mkdir(parents=True, exist_ok=True)
    # Only what differs from dbt_project.yml: with other vars dbt does not take the checkout's parse for its own.
    variables = json.dumps(own_variables(settings))
    where = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--vars", variables]
    where += ["--target-path", str(folder), "--log-path", str(folder)]
    quiet = ["--no-write-json", "--log-level", "none", "--log-level-file", "warn", "--use-fast-test-edges"]
    try:
        key = (str(folder), variables)
        if key not in _manifests:
            _lay_ready(folder)
            with _without_home():
                parsed = dbtRunner().invoke([*quiet, "parse", *where])
            if not parsed.success:
                return parsed
            _manifests[key] = parsed.result
        _forget_ctes(_manifests[key])
        return dbtRunner(manifest=_manifests[key], callbacks=[hear]).invoke([*quiet, *command, *where])
    finally:
        # dbt-duckdb keeps the file open for its process, and other settings than its own cannot open it then.
        if DuckDBConnectionManager._ENV is not None:
            DuckDBConnectionManager._ENV.close()


def _forget_ctes(manifest: Any) -> None:
    """Let every model take its ephemeral parents in once more: dbt marks that it did, writes the query anew without."""
    for node in manifest.nodes.values():
        if getattr(node, "extra_ctes_injected", False):
            node.extra_ctes_injected, node.extra_ctes = False, []


@contextlib.contextmanager
def _without_home() -> Iterator[None]:
    """Parse as the checkout was parsed, of no home: a parse made under another profile is thrown away (10 CPU s)."""
    taken = {name: os.environ.pop(name) for name in _PROFILE if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(taken)


def _lay_ready(folder: Path) -> None:
    """Give a home that was never parsed the parse of the checkout: dbt reads anew what differs."""
    shipped = PROJECT / "target" / _PARSED
    if shipped.exists() and not (folder / _PARSED).exists():
        shutil.copy2(shipped, folder / _PARSED)


def is_the_checkouts_parse(path: Path) -> bool:
    """Return whether a file is the checkout's parse, byte for byte, and so says nothing of a home."""
    shipped = PROJECT / "target" / _PARSED
    return path.name == _PARSED and shipped.exists() and filecmp.cmp(path, shipped, shallow=False)


def _require_success(result: Any) -> None:
    if result.success:
        return
    ran = getattr(result.result, "results", None) or []
    failed = [
        NodeFailed(one.node.original_file_path, _reason(one.message), getattr(one.node, "compiled_code", None) or "")
        for one in ran
        if one.status in {"error", "fail", "runtime error"}
    ]
    raise DbtFailed(str(result.exception or "dbt did not say why"), failed)


def _reason(message: str | None) -> str:
    """Return dbt's message without its first line, which names the model a second time."""
    first, _, rest = (message or "no message").partition("\n")
    return " ".join((rest if " Error in " in first else message or first).split())[:400]

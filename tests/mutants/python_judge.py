"""Judges mutants of ml/ fast: one process imports what the tests need once, and forks a child for each mutant.

The parent never imports ml/. The child puts the broken module where the import system looks first, so that every test
imports it as if it stood in the file, and runs the test files that may notice one by one, the nearest first, until one
fails: those named after the module, those that import it, the rest of the folder. Nothing is mocked.
"""

import gc
import importlib.machinery
import importlib.util
import os
import re
import resource
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from orchestration.settings import CHECKOUT
from tests.mutants.python_rules import TESTS, PythonMutation, mutated

#: What the tests import that is slow to import and not broken here.
_IMPORTED_ONCE: Final = (
    "pytest", "xdist.scheduler", "hypothesis.strategies", "numpy", "pandas", "duckdb", "pyarrow.parquet", "pydantic",
    "scipy.optimize", "scipy.sparse", "scipy.special", "sklearn.linear_model", "sklearn.isotonic", "lightgbm",
)  # fmt: skip
#: How long a file may take whose time is not known, and how long a child may only wait.
_SECONDS, _SECONDS_OF_CLOCK = 5.0, 900
#: Nobody reads what pytest would say of a failure; without saying it a child starts in half the time.
_OPTIONS: Final = (
    "-x", "--assert=plain", "-o", "addopts=", "-p", "no:cacheprovider", "-p", "no:terminal",
    "-p", "no:unraisableexception",
)  # fmt: skip


class _Broken(importlib.machinery.SourceFileLoader):
    """Finds one module of the checkout before its file is found, and loads it from changed code."""

    def __init__(self, mutation: PythonMutation):
        super().__init__(mutation.module.removesuffix(".py").replace("/", "."), str(CHECKOUT / mutation.module))
        self.code = mutated(mutation)

    def find_spec(self, fullname: str, *_: object) -> Any:
        return importlib.util.spec_from_file_location(fullname, loader=self) if fullname == self.name else None

    def get_code(self, _: str) -> Any:
        return self.code


def seconds_of(among: Sequence[str]) -> dict[Path, float]:
    """Return how long each test file of some modules takes; raise RuntimeError where one fails before any change."""
    taken: dict[Path, float] = {}
    for file in {file: None for module in among for file in related(module, {})}:
        started = time.monotonic()
        if os.waitpid(_forked(None, [file], {file: 60.0}), 0)[1]:
            raise RuntimeError(f"{file} fails with no rule broken")
        taken[file] = time.monotonic() - started
    return taken


def judged(
    chosen: Sequence[PythonMutation], seconds: Mapping[Path, float], *, is_quick: bool = False
) -> Iterator[tuple[PythonMutation, bool]]:
    """Yield each mutant with whether a test failed, could not be imported or came to no end; as many as cores at once.

    ``is_quick`` asks only the nearest test files.
    """
    waiting, running = [*reversed(chosen)], {}
    while waiting or running:
        while waiting and len(running) < (os.cpu_count() or 1):
            mutation = waiting.pop()
            files = related(mutation.module, seconds, is_quick=is_quick)
            running[_forked(mutation, files, seconds)] = mutation
        child, status = os.waitpid(-1, 0)
        code = os.waitstatus_to_exitcode(status)
        if code > 2:
            raise RuntimeError(f"pytest answers {code}, which is no verdict, for {running[child]}")
        yield running.pop(child), code != 0


def related(module: str, seconds: Mapping[Path, float], *, is_quick: bool = False) -> list[Path]:
    """Return the test files that may notice a change of a module, the nearest first and then the fastest."""
    folder, _, name = module.removesuffix(".py").rpartition("/")
    imports = re.compile(rf"^from {re.escape(folder.replace('/', '.'))}\.{name}\b", re.MULTILINE)

    def distance(file: Path) -> int:
        return 0 if name in file.stem else 1 if imports.search(file.read_text(encoding="utf-8")) else 2

    files = sorted((CHECKOUT / TESTS[folder]).glob("test_*.py"))
    files.sort(key=lambda file: (distance(file), seconds.get(file, 0.0)))
    return [file for file in files if distance(file) == distance(files[0])] if is_quick else files


def _forked(mutation: PythonMutation | None, files: Sequence[Path], seconds: Mapping[Path, float]) -> int:
    """Return the process that runs the files until one fails or loops; it ends with pytest's exit code."""
    for name in _IMPORTED_ONCE:
        importlib.import_module(name)
    if "ml" in sys.modules:
        raise RuntimeError("ml is imported already: the broken module would stand beside the right one")
    if child := os.fork():
        return child
    code = 3
    try:
        gc.freeze()
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        os.environ.pop("PYTEST_ADDOPTS", None)  # what somebody asks of the whole suite is not asked of its children
        signal.alarm(_SECONDS_OF_CLOCK)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        if mutation:
            sys.meta_path.insert(0, _Broken(mutation))
        for file in files:
            # Of the processor, not of the clock: a busy machine makes no verdict.
            most = int(time.process_time() + 5 + 3 * seconds.get(file, _SECONDS))
            resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))
            code = int(sys.modules["pytest"].main([*_OPTIONS, str(file)]))
            if code:
                break
    finally:
        os._exit(code)
    return 0

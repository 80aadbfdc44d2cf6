"""The ``siyu`` command in a process of its own that need not import its libraries: forked from one that did.

A start of its own costs a command the imports of Dagster, dbt and Great Expectations before it begins: of a small
night a fifth. What runs is ``orchestration.cli.main``, after ``fork``, with its own environment and its own streams;
nothing of the project itself is imported before, since some of it reads the environment when it is.
"""

import gc
import logging
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TextIO

#: What a night imports of others; none of them starts a thread when it is imported.
LIBRARIES = (
    "altair", "cryptography.fernet", "dagster", "dagster._core.definitions.partitions.definition",
    "dagster._core.storage.event_log", "dagster._core.storage.runs", "dagster._core.storage.schedules",
    "dagster._core.storage.noop_compute_log_manager", "dbt.adapters.duckdb", "dbt.cli.main", "duckdb",
    "great_expectations", "jinja2", "numpy", "openpyxl", "pandas", "phonenumbers", "pyarrow.compute",
    "pyarrow.dataset", "pyarrow.parquet", "pydantic", "scipy.optimize", "scipy.special", "scipy.stats",
    "sklearn.linear_model", "sklearn.metrics", "sqlalchemy.dialects.sqlite", "typer", "yaml",
)  # fmt: skip
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(list(LIBRARIES))


def run(
    arguments: list[str], environment: Mapping[str, str], folder: Path, timeout: float
) -> subprocess.CompletedProcess[str]:
    """Run ``siyu`` with arguments and exactly an environment, in a folder; return how it ended and what it said."""
    with TemporaryDirectory(prefix="siyu-") as place:
        said = [Path(place, name) for name in ("stdout", "stderr")]
        process = FORKS.Process(target=_siyu, args=(arguments, dict(environment), str(folder), *map(str, said)))
        process.start()
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(["siyu", *arguments], timeout)
        texts = [file.read_text(encoding="utf-8") if file.exists() else "" for file in said]
        return subprocess.CompletedProcess(["siyu", *arguments], process.exitcode, *texts)


def _siyu(arguments: list[str], environment: dict[str, str], folder: str, out: str, err: str) -> None:
    gc.freeze()  # what every fork shares need not be walked by it, nor copied for being walked
    sys.stdout, sys.stderr = _stream(out, 1), _stream(err, 2)
    logging.getLogger().handlers.clear()  # dbt hangs one there when it is imported; a run keeps what it began with
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    from orchestration.cli import main

    sys.exit(main(arguments))


def _stream(file: str, number: int) -> TextIO:
    """Let a stream of the process write into a file, also for what C libraries and children say."""
    opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(opened, number)
    os.close(opened)
    return os.fdopen(number, "w", encoding="utf-8", errors="backslashreplace", closefd=False)

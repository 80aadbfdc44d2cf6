"""Whether this process can start Spark; where it cannot, what to run."""

import importlib.util
import os
import shutil
from pathlib import Path
from typing import Final

#: Said wherever ``engine = "spark"`` is asked for and cannot be had.
REMEDY: Final = "run: make spark-setup, then start siyu from .venv-spark/bin (docs/spark.md)"


class NoSpark(RuntimeError):
    """Spark cannot be started here; the message names what is missing and what to run."""


def require() -> None:
    """Say what is missing before anything is started.

    Raises
    ------
    NoSpark
        pyspark or dbt-spark is not installed here, or there is no Java.
    """
    missing = [name for name in ("pyspark", "dbt.adapters.spark") if not _has(name)]
    if missing:
        raise NoSpark(f"engine 'spark' needs {' and '.join(missing)}, which this environment lacks; {REMEDY}")
    home = os.environ.get("JAVA_HOME")
    java = shutil.which(str(Path(home) / "bin" / "java") if home else "java")
    if java is None:
        raise NoSpark("engine 'spark' needs Java 17 and finds none: install a JRE, or name one in JAVA_HOME")


def _has(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False

"""A disk that is full, said so that it can be mended: which one, how much is free, what to do."""

import re
import shutil
from pathlib import Path
from typing import Final

#: As the system, DuckDB, SQLite and dbt say it.
_FULL: Final = re.compile(
    r"no space left|disk is full|disk full|\[errno 28\]|disk i/o error|could not write (?:all )?(?:bytes|to file|file)",
    re.IGNORECASE,
)


def is_full(text: str) -> bool:
    """Return whether a message comes from a disk without space."""
    return _FULL.search(text) is not None


def with_remedy(text: str, folder: Path) -> str:
    """Return a message, with the disk, its free bytes and what to do where it comes from a disk without space."""
    if not is_full(text):
        return text
    said = f"the disk of {folder} is full, it has "
    if said in text:  # said already, with what was free then
        return text
    free = shutil.disk_usage(folder).free
    return f"{text}\n  {said}{free:,} bytes free: free some space, then run it again"

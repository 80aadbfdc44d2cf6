"""Files that stand completely or not at all: the one way in which a home's files are written."""

import contextlib
import datetime as dt
import hashlib
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

FILE_MODE: Final = 0o640
#: What joins to people, or names a brand's files: for the home's owner alone.
PRIVATE_MODE: Final = 0o600
FOLDER_MODE: Final = 0o750
PRIVATE_FOLDER_MODE: Final = 0o700
#: A draft's name: that of its file between two dots, eight hexadecimal digits, and what DuckDB puts beside it.
_DRAFT: Final = re.compile(r"\..+\.[0-9a-f]{8}(?:\.wal)?")


@contextlib.contextmanager
def replacing(path: Path, mode: int = FILE_MODE, *, is_durable: bool = False) -> Iterator[Path]:
    """Hand out a hidden draft beside a file's place; put it there when the block ends without an error.

    Parameters
    ----------
    path
        The file to write; its folder has to stand.
    mode
        Its access rights.
    is_durable
        Wait until content and name are on the disk: two disk commits a file. Without it a power cut may lose the file,
        never halve it.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    # Made with its rights before a byte stands in it: whoever writes it next keeps them.
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode))
    try:
        yield draft
        draft.chmod(mode)
        if is_durable:
            sync_file(draft)
        draft.replace(path)
        if is_durable:
            sync_folder(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def take_away_drafts(home: Path, before: dt.datetime, *, leave_out: Iterable[Path] = ()) -> int:
    """Take away the drafts of processes that were killed while they wrote; return how many.

    Parameters
    ----------
    home
        Where to look, in all folders; its lock has to be held, for a draft that is written now has such a name too.
    before
        Drafts that changed since then (UTC, naive, by the real clock) stay: somebody may be at them.
    leave_out
        Folders in which others write, who may name a file in this way.
    """
    since, out, found = before.replace(tzinfo=dt.UTC).timestamp(), tuple(leave_out), 0
    for path in sorted(home.rglob(".*")):
        if any(map(path.is_relative_to, out)) or not _DRAFT.fullmatch(path.name):
            continue
        if path.is_file() and not path.is_symlink() and path.stat().st_mtime < since:
            path.unlink(missing_ok=True)
            found += 1
    return found


def write_text(path: Path, text: str, mode: int = FILE_MODE, *, is_durable: bool = True) -> None:
    """Write a small text file completely or not at all; parameters as for ``replacing``."""
    with replacing(path, mode, is_durable=is_durable) as draft:
        draft.write_text(text, encoding="utf-8")


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_file(path: Path) -> None:
    """Make a file's content durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Make a folder's entries durable."""
    sync_file(folder)

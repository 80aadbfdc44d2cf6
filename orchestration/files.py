"""Files that stand completely or not at all: the one way in which a home's files are written."""

import contextlib
import hashlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Final

FILE_MODE: Final = 0o640
#: What joins to people, or names a brand's files: for the home's owner alone.
PRIVATE_MODE: Final = 0o600
FOLDER_MODE: Final = 0o750
PRIVATE_FOLDER_MODE: Final = 0o700


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

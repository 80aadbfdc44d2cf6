"""The secrets of a home: made at first use, one file each (0600), never derived from one another.

A key file holds its secret as text; its bytes, without the line end, are the key. ``tokens`` and ``vault`` may be
given by file (settings ``token_key_file`` and ``vault_key_file``), so that they can live outside the home.
"""

import itertools
import os
import secrets
from pathlib import Path
from typing import Final, Literal

from orchestration import audit_log
from orchestration.settings import Settings, SettingsError

Purpose = Literal["tokens", "vault", "one_id", "holdout", "activation", "exploration"]
PURPOSES: Final[tuple[Purpose, ...]] = ("tokens", "vault", "one_id", "holdout", "activation", "exploration")
SHORTEST_KEY_BYTES: Final = 32
#: A random key of 32 bytes has fewer different bytes than this once in 10^30 draws; typed ones often do.
FEWEST_DIFFERENT_BYTES: Final = 8
_WELL_KNOWN: Final = ("changeme", "change_me", "password", "default", "secret", "example", "test", "demo", "0123456789")


def load_key(settings: Settings, purpose: Purpose) -> bytes:
    """Return a home's key for a purpose, making it when the home has none.

    Parameters
    ----------
    settings
        Whose home, and the files named for ``tokens`` and ``vault``.
    purpose
        ``tokens`` (contact values), ``vault`` (encryption), ``one_id`` (never rotated), ``holdout`` and
        ``exploration`` (salts of the draws), ``activation`` (recipient tokens).

    Raises
    ------
    SettingsError
        A named file that is missing, or a key that is short or well known; the message names the file.
    """
    named = {"tokens": settings.token_key_file, "vault": settings.vault_key_file}.get(purpose, "")
    if named:
        path = Path(named).expanduser()
        if not path.is_file():
            remedy = f"make it with: openssl rand -hex 32 > {path}"
            raise SettingsError(f"the {purpose} key file {path} does not exist; {remedy}")
        return _checked(path.read_bytes().strip(), purpose, path)
    path = kept_at(settings, purpose)
    if not path.is_file() and _make(path):
        audit_log.append(settings, "key_made", {"purpose": purpose})
    return _checked(path.read_bytes().strip(), purpose, path)


def kept_at(settings: Settings, purpose: str) -> Path:
    """Return where a home keeps a key of its own making."""
    return settings.home / "vault" / "keys" / f"{purpose}.key"


def check_keys(settings: Settings) -> None:
    """Load every key once, so that a bad one stops a run before a byte is read."""
    for purpose in PURPOSES:
        load_key(settings, purpose)


def _make(path: Path) -> bool:
    """Make a key where there is none; return whether it is ours and no other process's."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.parent.chmod(0o700)
    draft = path.with_suffix(f".{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(SHORTEST_KEY_BYTES) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)  # fails where another process was first: a key is never replaced
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True


def _checked(key: bytes, purpose: str, path: Path) -> bytes:
    remedy = f"make a new one with: openssl rand -hex 32 > {path}"
    if len(key) < SHORTEST_KEY_BYTES:
        least = f"{SHORTEST_KEY_BYTES} are the least"
        raise SettingsError(f"the {purpose} key in {path} has {len(key)} bytes; {least}; {remedy}")
    repeats = any(key == (key[:period] * len(key))[: len(key)] for period in range(1, len(key) // 2 + 1))
    steps = {(after - before) % 256 for before, after in itertools.pairwise(key)}
    named = any(word.encode() in key.lower() for word in _WELL_KNOWN)
    if len(set(key)) < FEWEST_DIFFERENT_BYTES or repeats or len(steps) == 1 or named:
        raise SettingsError(f"the {purpose} key in {path} is a well-known or guessable one; {remedy}")
    return key

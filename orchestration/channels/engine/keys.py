"""The secrets of a home: made at first use, one file each (0600), never derived from one another.

A key file holds its secret as text; its bytes, without the line end, are the key. ``tokens`` and ``vault`` may be
given by file (settings ``token_key_file`` and ``vault_key_file``), so that they can live outside the home.
"""

import itertools
import os
import secrets
import stat
from pathlib import Path
from typing import Final, Literal

from orchestration import audit_log
from orchestration.channels.engine import fingerprints
from orchestration.settings import Settings, SettingsError

Purpose = Literal["tokens", "vault", "one_id", "holdout", "activation", "exploration", "models"]
PURPOSES: Final[tuple[Purpose, ...]] = (
    "tokens",
    "vault",
    "one_id",
    "holdout",
    "activation",
    "exploration",
    "models",
)
#: A home of an earlier release has none, and gets it without being asked where its others are.
_NEW: Final = ("models",)
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
        ``exploration`` (salts of the draws), ``activation`` (recipient tokens), ``models`` (seals of kept models).

    Raises
    ------
    SettingsError
        A named file that is missing, or a key that is gone, another one than the home's, short, well known, or
        readable by others than its owner; the message names the file and the remedy.
    """
    path = key_file(settings, purpose)
    if purpose == "tokens" and rekey_file(settings).is_file():
        raise SettingsError("a rekey of this home was not finished; run it again: siyu rekey")
    if path != kept_at(settings, purpose):
        if not path.is_file():
            remedy = f"make it with: openssl rand -hex 32 > {path}"
            raise SettingsError(f"the {purpose} key file {path} does not exist; {remedy}")
        return _checked(settings, path, purpose)
    if not path.is_file():
        if fingerprints.noted(settings, purpose):
            raise SettingsError(_gone(purpose, path))
        if _make(path):
            fingerprints.note(settings, purpose, path.read_bytes().strip())
            audit_log.append(settings, "key_made", {"purpose": purpose})
    return _checked(settings, path, purpose)


def kept_at(settings: Settings, purpose: str) -> Path:
    """Return where a home keeps a key of its own making."""
    return settings.home / "vault" / "keys" / f"{purpose}.key"


def key_file(settings: Settings, purpose: str) -> Path:
    """Return where a home's key stands: the file that the settings name, or one of its own making."""
    named = {"tokens": settings.token_key_file, "vault": settings.vault_key_file}.get(purpose, "")
    return Path(named).expanduser() if named else kept_at(settings, purpose)


def contacts_file(settings: Settings) -> Path:
    """Return where a home's vault lies."""
    return settings.home / "vault" / "contacts.sqlite"


def rekey_file(settings: Settings) -> Path:
    """Return the file that stands while a home is given a new token key."""
    return settings.home / "vault" / "rekey.json"


def check_keys(settings: Settings) -> list[Purpose]:
    """Load every key once, so that a bad one stops a run before a byte is read; return those noted only now.

    Raises
    ------
    SettingsError
        As ``load_key``; and where a home has data and a key of it is gone: a new one would give everybody a second
        token, and every draw another end.
    """
    check_whole(settings)
    adopted: list[Purpose] = []
    for purpose in PURPOSES:
        path = kept_at(settings, purpose)
        is_own = key_file(settings, purpose) == path
        if has_data(settings) and purpose not in _NEW and is_own and not path.is_file():
            raise SettingsError(_gone(purpose, path))
        key = load_key(settings, purpose)
        if fingerprints.noted(settings, purpose) is None:
            fingerprints.note(settings, purpose, key)
            adopted.append(purpose)
    return adopted


def check_whole(settings: Settings) -> None:
    """Refuse a home that holds data and not the keys, or not the vault, that it remembers; nothing is made.

    Raises
    ------
    SettingsError
        A key or the vault is gone; the message names it and the remedy.
    """
    if not has_data(settings) or rekey_file(settings).is_file():
        return
    remembered = [purpose for purpose in PURPOSES if fingerprints.noted(settings, purpose)]
    for purpose in remembered:
        path = kept_at(settings, purpose)
        if key_file(settings, purpose) == path and not path.is_file():
            raise SettingsError(_gone(purpose, path))
    # The vault is made before the first file is copied to raw/, and after the warehouse.
    was_read = (settings.home / "raw").is_dir() and any((settings.home / "raw").iterdir())
    if was_read and "vault" in remembered and not (vault := contacts_file(settings)).is_file():
        raise SettingsError(
            f"the vault {vault} is gone, and this home was read with it: without it nobody can be written to, copied or"
            " erased; bring it back from your backup of vault/, or restore the backup to a new home (siyu restore)"
        )


def has_data(settings: Settings) -> bool:
    """Return whether a home holds what was read under its keys."""
    raw = settings.home / "raw"
    return settings.warehouse.is_file() or (raw.is_dir() and any(raw.iterdir()))


def _gone(purpose: str, path: Path) -> str:
    return (
        f"the {purpose} key {path} is gone, and this home was made with it; bring it back from your backup of"
        " vault/keys (docs/operations.md, Keys). Without it begin an empty home and deliver everything again:"
        " people, lots and tokens will be others"
    )


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


def _checked(settings: Settings, path: Path, purpose: str) -> bytes:
    """Return a key that is strong, its owner's alone and the one that the home remembers."""
    key = _strong(path.read_bytes().strip(), purpose, path)
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise SettingsError(f"the {purpose} key {path} can be read by others (mode {mode:04o}); run: chmod 600 {path}")
    known = fingerprints.noted(settings, purpose)
    if known and known[1] != fingerprints.fingerprint_of(key):
        raise SettingsError(
            f"{path} is another {purpose} key than the one this home was made with; bring that one back from your"
            " backup, or start with an empty home"
        )
    return key


def _strong(key: bytes, purpose: str, path: Path) -> bytes:
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

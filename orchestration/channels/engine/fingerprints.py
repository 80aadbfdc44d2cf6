"""What a home remembers of its keys outside the vault: a fingerprint each, so that a lost key is missed, not replaced.

``fingerprints/<purpose>`` holds the id of the key (k1, k2 after a rekey) and a sha256 over it, which tells it
from every other and opens nothing.
"""

import hashlib
from typing import Final

from orchestration.files import PRIVATE_FOLDER_MODE, PRIVATE_MODE, write_text
from orchestration.settings import Settings

FOLDER: Final = "fingerprints"
FIRST_KEY_ID: Final = "k1"


def fingerprint_of(key: bytes) -> str:
    """Return what tells a key from every other one."""
    return hashlib.sha256(b"siyu fingerprint" + key).hexdigest()


def noted(settings: Settings, purpose: str) -> tuple[str, str] | None:
    """Return the id and the fingerprint that a home remembers of a key, None where it never had one."""
    try:
        key_id, fingerprint = (settings.home / FOLDER / purpose).read_text(encoding="ascii").split()
    except (FileNotFoundError, ValueError):
        return None
    return key_id, fingerprint


def note(settings: Settings, purpose: str, key: bytes, key_id: str = FIRST_KEY_ID) -> None:
    """Remember a key."""
    folder = settings.home / FOLDER
    folder.mkdir(mode=PRIVATE_FOLDER_MODE, parents=True, exist_ok=True)
    write_text(folder / purpose, f"{key_id} {fingerprint_of(key)}\n", PRIVATE_MODE)


def token_key_id(settings: Settings) -> str:
    """Return the id with which a home's tokens begin."""
    known = noted(settings, "tokens")
    return known[0] if known else FIRST_KEY_ID

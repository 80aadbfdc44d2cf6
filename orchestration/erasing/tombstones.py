"""The tombstones of a home (ml/identity/tombstones.py): where they are kept, and under which key.

``erasure/tombstones.jsonl`` holds a line per erasure: its id, its instant (UTC) and the hashes. The key is derived from
the home's ``one_id`` key, which is never rotated: tombstones outlive every rekeying.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ml.identity import tombstones
from ml.identity.tombstones import (
    ANYWHERE,
    CONTACT,
    IN_TEXT,
    LEAD,
    VAULT,
    Erased,
    Key,
    Tombstones,
    card,
    customer,
    is_token,
    lead,
    order,
)
from orchestration.channels.engine.keys import load_key
from orchestration.files import PRIVATE_FOLDER_MODE, PRIVATE_MODE, write_text
from orchestration.settings import Settings, SettingsError

__all__ = [
    "ANYWHERE",
    "CONTACT",
    "IN_TEXT",
    "LEAD",
    "VAULT",
    "Erased",
    "Key",
    "Tombstones",
    "as_text",
    "card",
    "customer",
    "folder",
    "is_token",
    "keep",
    "kept_at",
    "lead",
    "load",
    "opened",
    "order",
    "read",
]


def folder(settings: Settings) -> Path:
    """Return where a home keeps what it must remember of erasures; its owner's alone."""
    return settings.home / "erasure"


def kept_at(settings: Settings) -> Path:
    """Return the file of tombstones."""
    return folder(settings) / "tombstones.jsonl"


def load(settings: Settings) -> Tombstones:
    """Return the tombstones of a home."""
    file = kept_at(settings)
    return Tombstones(load_key(settings, "one_id"), read(file)) if file.exists() else Tombstones(b"none yet")


def opened(settings: Settings) -> Tombstones:
    """Return the tombstones of a home in which somebody is about to be erased."""
    file = kept_at(settings)
    return Tombstones(load_key(settings, "one_id"), read(file) if file.exists() else ())


def read(file: Path) -> list[Erased]:
    """Return what a file of tombstones holds.

    Raises
    ------
    SettingsError
        A line that cannot be read: without it somebody would come back.
    """
    try:
        return tombstones.read(file)
    except tombstones.TornTombstones as torn:
        raise SettingsError(str(torn)) from None


def as_text(erased: Iterable[Erased]) -> str:
    """Return tombstones as the text of their file, in the order of their instants."""
    lines: list[dict[str, Any]] = [
        {
            "erasure": one.erasure_id,
            "at": one.at.isoformat(),
            "hashes": sorted(one.hashes),
            **({"back_since": one.back_since.isoformat()} if one.back_since else {}),
        }
        for one in sorted(erased, key=lambda each: (each.at, each.erasure_id))
    ]
    return "".join(json.dumps(line) + "\n" for line in lines)


def keep(settings: Settings, erased: Iterable[Erased]) -> None:
    """Write a home's tombstones anew, durably."""
    folder(settings).mkdir(mode=PRIVATE_FOLDER_MODE, parents=True, exist_ok=True)
    write_text(kept_at(settings), as_text(erased), PRIVATE_MODE)

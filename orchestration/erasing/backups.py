"""Where a home's backups lie, and the tombstones that are written to each of them when somebody is erased."""

import json
from pathlib import Path
from typing import Final

from orchestration.erasing.tombstones import folder, kept_at
from orchestration.files import PRIVATE_FOLDER_MODE, PRIVATE_MODE, write_text
from orchestration.settings import Settings

#: In a backup's folder: what was erased until now, also after the backup was made.
LATER: Final = "tombstones.jsonl"


def places(settings: Settings) -> list[Path]:
    """Return the folders that backups of this home were written to."""
    file = folder(settings) / "backups.json"
    return [Path(each) for each in json.loads(file.read_text(encoding="utf-8"))] if file.exists() else []


def remember(settings: Settings, place: Path) -> None:
    """Note a folder that a backup was written to."""
    known = sorted({str(each) for each in [*places(settings), place]})
    folder(settings).mkdir(mode=PRIVATE_FOLDER_MODE, parents=True, exist_ok=True)
    write_text(folder(settings) / "backups.json", json.dumps(known, indent=1) + "\n", PRIVATE_MODE)


def tell(settings: Settings) -> tuple[int, int]:
    """Write the home's tombstones to every backup; return how many were told, and how many are out of reach."""
    told = lost = 0
    for place in places(settings):
        try:
            write_text(place / LATER, kept_at(settings).read_text(encoding="utf-8"), PRIVATE_MODE)
            told += 1
        except OSError:
            lost += 1
    return told, lost

"""Versions that are to be deleted, and since when: readers may still be in the middle of one."""

import datetime as dt
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from orchestration import clock
from orchestration.files import write_text

FILE: Final = "leaving.json"


def due(root: Path, unwanted: Iterable[str], grace: dt.timedelta) -> list[str]:
    """Return the versions that have been unwanted for long enough, and note since when the others are.

    Parameters
    ----------
    root
        The published folder.
    unwanted
        Versions that nothing keeps. One that is wanted again is forgotten here.
    grace
        How long readers may take. It is counted by the real clock: readers live by it in a demo too.
    """
    now = clock.real_now()
    before = _since(root)
    since = {name: before.get(name, now) for name in unwanted}
    gone = sorted(name for name, moment in since.items() if now - moment >= grace)
    left = {name: f"{moment:%Y-%m-%dT%H:%M:%S}" for name, moment in sorted(since.items()) if name not in gone}
    if left or before:
        write_text(root / FILE, json.dumps(left, indent=1) + "\n")
    return gone


def waiting(root: Path) -> list[str]:
    """Return the versions that nothing keeps and that only readers may still be in."""
    return sorted(_since(root))


def _since(root: Path) -> dict[str, dt.datetime]:
    """Return since when each version is unwanted; what cannot be read is none: its grace begins anew."""
    try:
        said = json.loads((root / FILE).read_text(encoding="utf-8"))
        return {str(name): dt.datetime.fromisoformat(moment) for name, moment in said.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}

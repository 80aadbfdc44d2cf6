"""Files that a person has looked at and accepted: what spoke against them whole (another unit) no longer does."""

import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import Any

from orchestration import audit_log
from orchestration.account import who_works
from orchestration.channels.engine.vault import home_tokeniser
from orchestration.files import PRIVATE_MODE, write_text
from orchestration.settings import Settings, SettingsError


def kept_at(settings: Settings) -> Path:
    """Return the file that remembers who accepted which file and why."""
    return settings.home / "quarantine" / "accepted.jsonl"


def accepted_files(settings: Settings) -> frozenset[str]:
    """Return the ids of the files accepted in a home.

    Raises
    ------
    SettingsError
        A line of the list cannot be read; names it.
    """
    return frozenset(str(said["file_id"]) for said in _accepted(settings))


def accept_file(settings: Settings, file_id: str, place: str, why: str, by: str | None, at: dt.datetime) -> None:
    """Remember that a person takes a file as it is; contact values in the reason become tokens."""
    scrub = home_tokeniser(settings).scrub
    said = {"file_id": file_id, "place": place, "by": scrub(by or who_works()), "why": scrub(why.strip())}
    news = [*_accepted(settings), said | {"at": at.isoformat()}]
    kept = kept_at(settings)
    kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in news)
    write_text(kept, text, PRIVATE_MODE)
    details = {"file": place, "kept_sha256": hashlib.sha256(text.encode()).hexdigest()}
    audit_log.append(settings, "file_accepted", details)


def _accepted(settings: Settings) -> list[dict[str, Any]]:
    kept = kept_at(settings)
    found = []
    for number, line in enumerate(kept.read_text(encoding="utf-8").splitlines() if kept.exists() else [], 1):
        try:
            said = json.loads(line)
            found.append({name: said[name] for name in ("file_id", "place", "by", "why", "at")})
        except (ValueError, KeyError, TypeError):
            raise SettingsError(
                f"{kept}, line {number}: no acceptance can be read there; take the line out and accept the file again"
                " with siyu quarantine accept"
            ) from None
    return found

"""The journal of an erasure that has begun: what is being erased, and which steps are done.

From its first line on the erasure binds: whoever takes the home's lock next ends it first. It names the person by
tokens and ids, and goes when the erasure has ended; the receipt that stays names nobody.
"""

import dataclasses
import datetime as dt
import json
import secrets
from pathlib import Path
from typing import Any, Final

from orchestration.erasing.person import Person
from orchestration.erasing.tombstones import folder
from orchestration.files import PRIVATE_FOLDER_MODE, PRIVATE_MODE, write_text
from orchestration.settings import Settings

#: The step after which only the readers of old versions are waited for.
LAST_STEP: Final = "backups_told"


@dataclasses.dataclass
class Journal:
    """One erasure on its way."""

    erasure_id: str
    at: dt.datetime
    by: str
    person: Person
    done: list[str] = dataclasses.field(default_factory=list)
    #: raw files that were cut: id before to id after
    moved: dict[str, str] = dataclasses.field(default_factory=dict)
    #: versions that were cut: name before to name after
    renamed: dict[str, str] = dataclasses.field(default_factory=dict)
    #: when no reader can be in the old versions any more
    readers_until: dt.datetime | None = None
    #: names of delivered files in which the person stood: before to after
    named: dict[str, str] = dataclasses.field(default_factory=dict)
    #: delivered files that nobody can read: path below the home, bytes, time
    unread: list[tuple[str, int, int]] = dataclasses.field(default_factory=list)
    counts: dict[str, Any] = dataclasses.field(default_factory=dict)
    seconds: float = 0.0

    @property
    def is_done(self) -> bool:
        """Whether nothing is left but to wait for the readers of old versions, and nothing of the person stands."""
        return LAST_STEP in self.done and not self.unread


def begin(settings: Settings, person: Person, by: str, at: dt.datetime) -> Journal:
    """Record that a person is to be erased, durably: it binds from now on."""
    journal = Journal(f"e-{at:%Y%m%d}-{secrets.token_hex(4)}", at, by, person)
    keep(settings, journal)
    return journal


def keep(settings: Settings, journal: Journal) -> None:
    """Write a journal anew, durably."""
    place = _folder(settings)
    place.mkdir(mode=PRIVATE_FOLDER_MODE, parents=True, exist_ok=True)
    said = dataclasses.asdict(journal) | {"person": json.loads(journal.person.as_json()), "at": journal.at.isoformat()}
    said["readers_until"] = journal.readers_until.isoformat() if journal.readers_until else None
    write_text(place / f"{journal.erasure_id}.json", json.dumps(said, ensure_ascii=False), PRIVATE_MODE)


def unfinished(settings: Settings) -> list[Journal]:
    """Return the erasures that have begun and not ended, the oldest first."""
    found = []
    place = _folder(settings)
    for file in sorted(place.glob("e-*.json")) if place.is_dir() else []:
        said = json.loads(file.read_text(encoding="utf-8"))
        until = said.pop("readers_until")
        person = Person.of_json(json.dumps(said.pop("person")))
        at = dt.datetime.fromisoformat(said.pop("at"))
        readers_until = dt.datetime.fromisoformat(until) if until else None
        said["unread"] = [(name, size, at_ns) for name, size, at_ns in said.get("unread", ())]
        found.append(Journal(at=at, person=person, readers_until=readers_until, **said))
    return found


def pending_one_ids(settings: Settings) -> frozenset[str]:
    """Return the one_ids of those whose erasure was asked for and has not ended."""
    return frozenset(one_id for begun in unfinished(settings) for one_id in begun.person.one_ids)


def keep_receipt(settings: Settings, journal: Journal, receipt: dict[str, Any]) -> Path:
    """Keep the receipt; return where it stands."""
    place = folder(settings) / "receipts"
    place.mkdir(mode=PRIVATE_FOLDER_MODE, parents=True, exist_ok=True)
    file = place / f"{journal.erasure_id}.json"
    write_text(file, json.dumps(receipt, ensure_ascii=False, indent=1, sort_keys=True) + "\n", PRIVATE_MODE)
    return file


def end(settings: Settings, journal: Journal) -> None:
    """Take the journal away: the erasure has ended, and its receipt stands."""
    (_folder(settings) / f"{journal.erasure_id}.json").unlink(missing_ok=True)


def _folder(settings: Settings) -> Path:
    return folder(settings) / "open"

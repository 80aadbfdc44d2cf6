"""Brakes: what a person stopped binds the next export, until a person resumes it.

``brakes.jsonl`` in the home holds one line per stop and resume: what (all, policy, channel, staff, store), its name,
who, why and when. The last line about a thing is what holds.
"""

import dataclasses
import datetime as dt
import fcntl
import json
from pathlib import Path
from typing import Final

import pandas as pd

from orchestration.account import who_works
from orchestration.channels.engine.vault import home_tokeniser
from orchestration.files import FILE_MODE, write_text
from orchestration.home_rules import seed_file
from orchestration.seed_rows import read_seed
from orchestration.sending.gateways import GATEWAYS
from orchestration.settings import Settings, SettingsError

#: What can be stopped, and the column of a list that names it; all has none.
STOPPED_BY: Final = {
    "all": None,
    "policy": "policy_id",
    "channel": "message_channel",
    "staff": "staff_id",
    "store": "store_id",
}
#: The policy_id of a general list, which no seed names.
GENERAL: Final = "general"


class BrakeRefused(ValueError):
    """What was to be stopped or resumed is not there, or no reason was given."""


@dataclasses.dataclass(frozen=True)
class Brake:
    """One stop that holds: what, its name (empty for all), who stopped it, why and when (UTC)."""

    what: str
    name: str
    by: str
    why: str
    at: str


def kept_at(settings: Settings) -> Path:
    """Return the file that remembers stops and resumes."""
    return settings.home / "brakes.jsonl"


def holding(settings: Settings) -> list[Brake]:
    """Return the stops that hold, oldest first.

    Raises
    ------
    SettingsError
        A line cannot be read: a stop that nobody can read must not be a stop that nobody keeps.
    """
    held: dict[tuple[str, str], Brake] = {}
    path = kept_at(settings)
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    for number, line in enumerate(lines, 1):
        try:
            said = json.loads(line)
            brake = Brake(said["what"], said["name"], said["by"], said["why"], said["at"])
            is_stop = {"stop": True, "resume": False}[said["action"]]
            if brake.what not in STOPPED_BY:
                raise KeyError(brake.what)
        except (ValueError, KeyError, TypeError):
            raise SettingsError(
                f"{path}, line {number}: no stop can be read there; mend the line or take it out"
            ) from None
        held.pop((brake.what, brake.name), None)
        if is_stop:
            held[brake.what, brake.name] = brake
    return list(held.values())


def stop(settings: Settings, what: str, name: str, why: str, at: dt.datetime) -> Brake:
    """Stop something; return the brake.

    Raises
    ------
    BrakeRefused
        Without a reason, or it is stopped already, or no channel or policy of that name is known.
    """
    if not why.strip():
        raise BrakeRefused("--reason is empty: who looks at the stop tomorrow has to know why")
    known = _known(settings, what)
    if known and name not in known:
        raise BrakeRefused(f"there is no {what} {name!r}, so stopping it stops nothing; known: {', '.join(known)}")
    if any((one.what, one.name) == (what, name) for one in holding(settings)):
        raise BrakeRefused(f"{_called(what, name)} is stopped already; see: siyu stop")
    return _append(settings, "stop", what, name, why, at)


def resume(settings: Settings, what: str, name: str, why: str, at: dt.datetime) -> Brake:
    """Lift a stop; return the line that lifts it.

    Raises
    ------
    BrakeRefused
        Nothing of that name is stopped.
    """
    held = holding(settings)
    if not any((one.what, one.name) == (what, name) for one in held):
        known = ", ".join(_called(one.what, one.name) for one in held) or "nothing"
        raise BrakeRefused(f"{_called(what, name)} is not stopped; stopped is: {known}")
    return _append(settings, "resume", what, name, why, at)


def stopped(settings: Settings, rows: pd.DataFrame) -> pd.Series:
    """Return which rows of lists (with the columns of ``STOPPED_BY``) a brake holds."""
    found = pd.Series(False, index=rows.index)
    for brake in holding(settings):
        column = STOPPED_BY[brake.what]
        found = found | (True if column is None else rows[column].eq(brake.name).fillna(False))
    return found.astype(bool)


def _known(settings: Settings, what: str) -> list[str]:
    """Return the names that a thing may have; nothing where only a delivery knows them."""
    if what == "channel":
        return sorted(GATEWAYS)
    if what == "policy":
        policies = read_seed(seed_file(settings, "recall_policies"))
        return sorted({row["policy_id"] for _, row in policies.cells()} | {GENERAL})
    return []


def _called(what: str, name: str) -> str:
    return "everything" if what == "all" else f"{what} {name}"


def _append(settings: Settings, action: str, what: str, name: str, why: str, at: dt.datetime) -> Brake:
    scrub = home_tokeniser(settings).scrub
    brake = Brake(what, scrub(name), who_works(), scrub(why.strip()), at.isoformat(timespec="seconds") + "Z")
    path = kept_at(settings)
    with (settings.home / ".brakes.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        earlier = path.read_text(encoding="utf-8") if path.exists() else ""
        line = json.dumps({"action": action, **dataclasses.asdict(brake)}, ensure_ascii=False)
        write_text(path, f"{earlier}{line}\n", FILE_MODE)
    return brake

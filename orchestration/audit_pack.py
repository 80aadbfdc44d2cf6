"""What an auditor of compliance asks for, in one folder: who did what, what was decided and held, and nobody's number.

The law asks for regular audits (law_rules: audit) and, each year, for one of minors' data (minors_audit_and_access).
The door's eyes look through everything that was written before the command ends; a file in which they find a contact
value is taken out again and named.
"""

import dataclasses
import datetime as dt
import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import pyarrow.compute as pc
import pyarrow.parquet as pq

from data_quality.suites.hard_rules import COUNTED
from orchestration import audit_log
from orchestration.assessment import LANGUAGES, assessment
from orchestration.door.files import count, files_below
from orchestration.door.known import Known
from orchestration.files import PRIVATE_FOLDER_MODE, PRIVATE_MODE, write_text
from orchestration.home_parts import CHAIN
from orchestration.home_rules import seed_file
from orchestration.publishing.versions import Store
from orchestration.settings import Settings

_MINOR: Final = "minor"


class NoPack(ValueError):
    """The folder is none that can be written; the message says why."""


@dataclasses.dataclass(frozen=True)
class Pack:
    """What was written: files, those taken out for a contact value, and minors in tables that act on people."""

    files: int
    withheld: list[str]
    minors_acted_on: int


def pack(settings: Settings, folder: Path, now: dt.datetime) -> Pack:
    """Write the pack into a new folder, for its owner alone, and note it in the audit log.

    Parameters
    ----------
    settings
        Whose home; nothing in it is changed but the log.
    folder
        A folder that is not there yet, outside the home.
    now
        The home's clock, UTC: the day of the assessment.

    Raises
    ------
    NoPack
        The folder is there, or lies in the home.
    """
    if folder.resolve().is_relative_to(settings.home.resolve()):
        raise NoPack(f"{folder} lies in the home; name a folder outside it")
    if folder.exists():
        raise NoPack(f"{folder} is there already; name a new folder")
    folder.mkdir(mode=PRIVATE_FOLDER_MODE, parents=True)
    minors = _minors(settings)
    _write(settings, folder, now, minors)
    withheld = _look(settings, folder)
    acted_on = sum(minors[table] for table in _acted_on(minors))
    done = Pack(len(files_below(folder)), withheld, acted_on)
    audit_log.append(settings, "audit_packed", {"files": done.files, "minors_acted_on": acted_on})
    return done


def _write(settings: Settings, folder: Path, now: dt.datetime, minors: dict[str, int]) -> None:
    for name in CHAIN:
        _take(settings.home / name, folder / name)
    verdict = audit_log.verify(settings)
    _say(folder / "audit.verdict.json", dataclasses.asdict(verdict))
    _take(seed_file(settings, "law_rules"), folder / "law_rules.csv")
    for language in LANGUAGES:
        write_text(folder / f"assessment.{language}.md", assessment(settings, now, language), PRIVATE_MODE)
    for receipt in files_below(settings.home / "erasure" / "receipts"):
        _take(receipt, folder / "erasures" / receipt.name)
    store = Store(settings.published)
    for version in store.by_age() if store.versions.is_dir() else ():
        _say(folder / "versions" / f"{version}.json", store.manifest(version))
    _say(folder / "minors.json", {"rows_of_minors": minors, "tables_that_act_on_people": _acted_on(minors)})


def _minors(settings: Settings) -> dict[str, int]:
    """Return how many rows of minors stand in each table of the version that readers read."""
    store = Store(settings.published)
    if (current := store.current()) is None:
        return {}
    version = store.versions / current
    minors = pq.read_table(version / "customers.parquet", columns=["one_id"], filters=[("exclusion", "=", _MINOR)])
    found = {}
    for name in sorted(store.manifest(current)["tables"]):
        file = version / f"{name}.parquet"
        if "one_id" in pq.read_schema(file).names:
            people = pq.read_table(file, columns=["one_id"]).column("one_id")
            found[name] = int(pc.sum(pc.is_in(people, value_set=minors.column("one_id"))).as_py() or 0)
    return found


def _acted_on(tables: Iterable[str]) -> list[str]:
    """Return the tables whose people something is done with: a minor in one of them is a fault."""
    return sorted(set(tables) - set(COUNTED))


def _look(settings: Settings, folder: Path) -> list[str]:
    """Take out what holds a contact value, and return its name."""
    withheld = []
    with Known(settings) as known:
        for file in files_below(folder):
            if count(known, file):
                withheld.append(str(file.relative_to(folder)))
                file.unlink()
    return withheld


def _take(file: Path, to: Path) -> None:
    if file.is_file():
        to.parent.mkdir(mode=PRIVATE_FOLDER_MODE, exist_ok=True)
        shutil.copyfile(file, to)
        to.chmod(PRIVATE_MODE)


def _say(file: Path, said: dict[str, Any]) -> None:
    file.parent.mkdir(mode=PRIVATE_FOLDER_MODE, exist_ok=True)
    write_text(file, json.dumps(said, ensure_ascii=False, indent=1, default=str), PRIVATE_MODE)

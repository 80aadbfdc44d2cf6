"""How long each class of data is kept: rows of the seed ``retention_classes``, applied at the end of every run.

``raw/`` is never deleted unless the brand says so in rules/retention_classes.csv, for everything else is made from it.
"""

import dataclasses
import datetime as dt
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from orchestration import audit_log, clock
from orchestration.channels.engine.files import discover
from orchestration.channels.engine.landing import SIDECAR
from orchestration.channels.engine.vault import home_tokeniser
from orchestration.erasing.finding import shelves
from orchestration.files import take_away_drafts
from orchestration.home import has_keys
from orchestration.home_rules import seed_file
from orchestration.seed_rows import read_seed
from orchestration.settings import Settings

SEED: Final = "retention_classes"
#: Nobody writes at a file for so long.
_DRAFTS_KEPT: Final = dt.timedelta(days=1)


@dataclasses.dataclass(frozen=True)
class DataClass:
    """One class: how many days its files are kept (None: as long as the home stands), what for, and who says so."""

    name: str
    kept_days: int | None
    purpose_zh: str
    purpose_en: str
    source: str


def classes(settings: Settings) -> list[DataClass]:
    """Return the classes of a home, its own rows before the shipped ones."""
    return [
        DataClass(
            row["data_class"],
            int(row["kept_days"]) if row["kept_days"] else None,
            row["purpose_zh"],
            row["purpose_en"],
            row["source"],
        )
        for _, row in read_seed(seed_file(settings, SEED)).cells()
    ]


def kept_since(settings: Settings, name: str, now: dt.datetime) -> dt.datetime | None:
    """Return the instant before which a class is deleted, None where it is kept for ever."""
    days = next((one.kept_days for one in classes(settings) if one.name == name), None)
    return None if days is None else now - dt.timedelta(days=days)


def apply(settings: Settings, now: dt.datetime) -> dict[str, int]:
    """Delete the files whose term is over; return how many, by class.

    Parameters
    ----------
    settings
        Whose home; its writer lock has to be held.
    now
        The home's clock, UTC and naive.
    """
    deleted = {}
    for name, files in _FILES.items():
        found = list(files(settings))
        # pages are dated by the days they tell of: those of a demo of 2017 are not old because we look at them later
        newest = max((at for _, at in found), default=now)
        since = kept_since(settings, name, min(now, newest) if name == "reports" else now)
        gone = [group for group, at in found if since is not None and at < since]
        for group in gone:
            for path in group:
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        if gone:
            deleted[name] = len(gone)
    take_away_drafts(settings.home, clock.real_now() - _DRAFTS_KEPT, leave_out=[settings.landing])
    if deleted:
        audit_log.append(settings, "term_over", deleted)
    return deleted


def _raw(settings: Settings) -> Iterator[tuple[list[Path], dt.datetime]]:
    for sidecar in sorted((settings.home / "raw").glob(f"*/**/*{SIDECAR}")):
        said = json.loads(sidecar.read_text(encoding="utf-8"))
        yield [sidecar, sidecar.with_name(said["raw_name"])], dt.datetime.fromisoformat(said["landed_at"])


def _landing(settings: Settings) -> Iterator[tuple[list[Path], dt.datetime]]:
    """Yield what was read, of mapped folders too: it came to lie there at the landing that raw/ keeps.

    A file is known by its name, its size and its time; one that was delivered anew under the same name is another.
    """
    scrub = home_tokeniser(settings).scrub if has_keys(settings) else str
    for shelf in shelves(settings):
        read = {}
        for sidecar in (settings.home / "raw" / shelf.raw).glob(f"*{SIDECAR}"):
            said = json.loads(sidecar.read_text(encoding="utf-8"))
            landed_at = dt.datetime.fromisoformat(said["landed_at"])
            read[said["file_name"], said["bytes"], said["modified_ns"]] = landed_at
        for landed in discover(settings.landing / shelf.landing, wants_done=False)[0] if read else []:
            if at := read.get((scrub(landed.name), landed.bytes, landed.modified_ns)):
                marker = landed.path.with_name(f"{landed.path.name}.done")
                yield [landed.path, *([marker] if marker.exists() else [])], at


def _reports(settings: Settings) -> Iterator[tuple[list[Path], dt.datetime]]:
    for folder in sorted((settings.home / "reports").glob("????-??-??")):
        yield [folder], dt.datetime.fromisoformat(folder.name)


def _assessments(settings: Settings) -> Iterator[tuple[list[Path], dt.datetime]]:
    for file in sorted((settings.home / "assessments").glob("????-??-??.*.md")):
        yield [file], dt.datetime.fromisoformat(file.name[:10])


#: landing before raw: it is raw/ that knows when a file of landing/ was read.
_FILES: Final = {"landing": _landing, "raw": _raw, "reports": _reports, "assessments": _assessments}

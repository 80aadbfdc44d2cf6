"""Versions on disk, the pointer readers follow, and which versions stay."""

import dataclasses
import datetime as dt
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from data_quality.report import Finding
from orchestration import clock
from orchestration.files import FOLDER_MODE, replacing, sha256_of, sync_file, sync_folder, write_text
from orchestration.publishing import duckdb_file
from orchestration.publishing.contract import of_manifest
from orchestration.publishing.leaving import due
from orchestration.publishing.manifest import MANIFEST, UNFINISHED, as_text, version_name

CURRENT = "CURRENT"


class RollbackRefused(RuntimeError):
    """There is no such version to go back to, or it did not pass its checks."""


@dataclasses.dataclass(frozen=True)
class Store:
    """The published folder of a home."""

    root: Path

    @property
    def versions(self) -> Path:
        """Holds one folder per version."""
        return self.root / "versions"

    @property
    def results(self) -> Path:
        """Holds one file of check results per version, named by it."""
        return self.root / "checks"

    def prepare(self) -> None:
        """Make the folders, and clear what a killed publish left behind."""
        for folder in (self.root, self.versions, self.results):
            folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        for left in self.root.glob(".building-*"):
            shutil.rmtree(left)

    def building(self, as_of_date: str) -> Path:
        """Return a fresh hidden folder, on the file system of the versions, to build one in."""
        folder = self.root / f".building-{as_of_date}-{os.getpid()}"
        folder.mkdir(mode=FOLDER_MODE)
        return folder

    def current(self) -> str | None:
        """Return the name of the current version, None before the first."""
        try:
            return (self.root / CURRENT).read_text(encoding="utf-8").strip() or None
        except FileNotFoundError:
            return None

    def keep(self, building: Path, manifest: dict[str, Any]) -> str:
        """Give a built folder its name for good; one that stands already, unharmed, is kept as it is."""
        name = version_name(manifest)
        write_text(building / MANIFEST, as_text(manifest))
        for file in building.iterdir():
            sync_file(file)
        sync_folder(building)
        place = self.versions / name
        if place.exists() and self.is_whole(name):
            shutil.rmtree(building)
        else:
            if place.exists():
                harmed = self.root / f".building-harmed-{name}"
                place.rename(harmed)
                shutil.rmtree(harmed)
            building.rename(place)
        os.utime(place)
        sync_folder(self.versions)
        return name

    def is_whole(self, name: str) -> bool:
        """Return whether every file of a version is there with the hash its manifest says."""
        folder = self.versions / name
        try:
            manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            tables = manifest["tables"].items()
            return all(sha256_of(folder / f"{table}.parquet") == said["sha256"] for table, said in tables)
        except (OSError, ValueError, KeyError):
            return False

    def manifest(self, name: str) -> dict[str, Any]:
        """Return what a version says of itself; it has to stand."""
        return dict(json.loads((self.versions / name / MANIFEST).read_text(encoding="utf-8")))

    def is_unfinished(self, name: str) -> bool:
        """Return whether a version was made before its date was over; one that cannot be read says nothing."""
        try:
            return UNFINISHED in self.manifest(name)
        except (OSError, ValueError):
            return False

    def result(self, name: str) -> dict[str, Any]:
        """Return a version's check results, empty where its file is missing, torn or another version's."""
        try:
            result = json.loads((self.results / f"{name}.json").read_text(encoding="utf-8"))
            return dict(result) if result["version"] == name else {}
        except (OSError, ValueError, KeyError, TypeError):
            return {}

    def findings(self, name: str) -> list[Finding]:
        """Return every check of a version as its results file says it, none where the file cannot be read."""
        try:
            return [Finding.of(one) for one in self.result(name).get("findings", ())]
        except KeyError:  # the file of another release
            return []

    def keep_result(self, name: str, result: Mapping[str, Any]) -> None:
        """Write a version's check results; what a person accepted of these very bytes stays accepted."""
        accepted = {"accepted": self.result(name).get("accepted")}
        self._write_result(name, {**result, **accepted} if is_accepted({**result, **accepted}) else result)

    def _write_result(self, name: str, result: Mapping[str, Any]) -> None:
        text = json.dumps(result, ensure_ascii=False, indent=1, sort_keys=True)
        write_text(self.results / f"{name}.json", text + "\n")

    def has_passed(self, name: str) -> bool:
        """Return whether a version's results file stands and every check in it passed or was accepted by a person."""
        result = self.result(name)
        return result.get("passed") is True or is_accepted(result)

    def accept(self, name: str, who: str, reason: str) -> None:
        """Record in a blocked version's results file who accepts its failed comparisons, and why.

        Raises
        ------
        RollbackRefused
            No reason, no results to accept, or a failed check that is no comparison with an earlier version.
        """
        if not reason.strip():
            raise RollbackRefused("--accept needs a reason: it is kept with the version's check results")
        result = self.result(name)
        if not acceptable(result):
            faults = [one["name"] for one in result.get("failed", ()) if not one.get("is_comparison")]
            raise RollbackRefused(
                f"version {name} cannot be accepted: "
                + (f"{', '.join(faults)} failed, which no reason mends" if faults else "it has no failed comparison")
            )
        checks = [one["name"] for one in result["failed"]]
        self._write_result(name, {**result, "accepted": {"by": who, "reason": reason.strip(), "checks": checks}})

    def point_to(self, name: str) -> None:
        """Move CURRENT to a version, atomically and durably, and what shows it to people and tools right after it."""
        with replacing(self.root / duckdb_file.FILE) as draft:
            duckdb_file.write(draft, self.versions / name, of_manifest(self.manifest(name)))
            write_text(self.root / CURRENT, name + "\n")
        clock.stamp(self.root / CURRENT)
        link = self.root / f".current.{os.getpid()}"
        link.unlink(missing_ok=True)
        link.symlink_to(Path("versions") / name)
        link.replace(self.root / "current")
        sync_folder(self.root)

    def by_age(self) -> list[str]:
        """Return the names of all versions, newest date first, of one date the last built first."""
        folders = [folder for folder in self.versions.iterdir() if folder.is_dir()]
        folders.sort(key=lambda folder: (date_of(folder.name), folder.stat().st_mtime_ns, folder.name), reverse=True)
        return [folder.name for folder in folders]

    def newest_by_date(self) -> dict[dt.date, str]:
        """Return the newest version that passed its checks, by its as-of date; one of a date that was over goes first.

        The two can only stand the wrong way round where a demo's clock was put back.
        """
        newest: dict[dt.date, str] = {}
        for name in sorted(self.by_age(), key=self.is_unfinished):
            if self.has_passed(name):
                newest.setdefault(dt.date.fromisoformat(date_of(name)), name)
        return newest

    def unfinished_of(self, dates: Iterable[dt.date]) -> dict[dt.date, str]:
        """Return the version last built of each of some dates, where the date was not over then."""
        last: dict[str, str] = {}
        for name in self.by_age():
            last.setdefault(date_of(name), name)
        named = {date: last.get(date.isoformat(), "") for date in dates}
        return {date: name for date, name in named.items() if name and self.is_unfinished(name)}

    def retire(self, dates: int, grace: dt.timedelta, own: Iterable[str] = ()) -> list[str]:
        """Delete what is not the newest passed version of one of the last ``dates`` dates; return the names deleted.

        Never deleted is CURRENT's version. What was published before stays for as long as a reader may be in the middle
        of it. A version that did not pass is kept for inspection while its date is.

        Parameters
        ----------
        dates
            So many dates keep a version.
        grace
            How long a reader may take.
        own
            The versions of this very publish: nobody was shown those that are not wanted.
        """
        names, newest = self.by_age(), self.newest_by_date()
        kept_dates = sorted(newest, reverse=True)[:dates]
        oldest = min(kept_dates).isoformat() if kept_dates else ""
        blocked: dict[str, str] = {}
        for name in names:
            if not self.has_passed(name) and date_of(name) >= oldest:
                blocked.setdefault(date_of(name), name)
        keep = {newest[date] for date in kept_dates} | set(blocked.values()) | {self.current()}
        unwanted = {name for name in names if name not in keep}
        unseen = {name for name in unwanted if name in set(own) or not self.has_passed(name)}
        gone = sorted({*unseen, *due(self.root, unwanted - unseen, grace)})
        for name in gone:
            shutil.rmtree(self.versions / name)
            (self.results / f"{name}.json").unlink(missing_ok=True)
        return gone

    def to_go_back_to(self, name: str | None) -> str:
        """Return the version of that name, or the newest passed one of an earlier date, where CURRENT may go to it.

        A version of a date that was not over is gone back to by name alone.
        """
        current = self.current()
        if current is None:
            raise RollbackRefused(f"nothing is published in {self.root} yet")
        if name is None:
            passed = [n for n in self.by_age() if date_of(n) < date_of(current) and self.has_passed(n)]
            earlier = [n for n in passed if not self.is_unfinished(n)]
            if not earlier:
                raise RollbackRefused(f"no version before {current} is kept in {self.versions}")
            name = earlier[0]
        if not (self.versions / name / MANIFEST).is_file():
            kept = ", ".join(self.by_age())
            raise RollbackRefused(f"version {name!r} is not in {self.versions}; kept are {kept}")
        if not self.has_passed(name):
            release = '; if the change is real, add --accept "why"' if acceptable(self.result(name)) else ""
            where = self.results / f"{name}.json"
            raise RollbackRefused(f"version {name} did not pass its checks; see {where}{release}")
        if not self.is_whole(name):
            raise RollbackRefused(f"version {name} no longer matches its manifest; choose another")
        return name


def acceptable(result: Mapping[str, Any]) -> bool:
    """Return whether checks failed and all of them only compare with what was published before."""
    failed = result.get("failed") or []
    return bool(failed) and all(one.get("is_comparison") is True for one in failed)


def is_accepted(result: Mapping[str, Any]) -> bool:
    """Return whether a person accepted, with a reason, exactly the checks that failed."""
    accepted = result.get("accepted") or {}
    names = {one["name"] for one in result.get("failed") or []}
    return acceptable(result) and bool(accepted.get("reason")) and set(accepted.get("checks", ())) == names


def date_of(name: str) -> str:
    """Return the as-of date in a version's name."""
    return name[:10]

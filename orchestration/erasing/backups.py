"""Backups of a home, the vault apart; and the tombstones that reach them after they were made.

A folder holds every file once by its content (``content/<sha256>``) and ``backup.json``, which names them and is
replaced last: a backup that is cut off leaves the one before whole. What no longer belongs to it is deleted then, so
that the next backup after an erasure holds nothing of the person either.
"""

import dataclasses
import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from orchestration import audit_log
from orchestration.erasing import journal
from orchestration.erasing.tombstones import folder, kept_at
from orchestration.files import (
    PRIVATE_FOLDER_MODE,
    PRIVATE_MODE,
    replacing,
    sha256_of,
    sync_folder,
    write_text,
)
from orchestration.home_parts import Is, named
from orchestration.publishing import leaving
from orchestration.publishing.versions import Store
from orchestration.rights import require
from orchestration.settings import Settings

#: In a backup's folder: what was erased until now, also after the backup was made.
LATER: Final = "tombstones.jsonl"
MANIFEST: Final = "backup.json"
_FORMAT: Final = 1
_NOT_KEPT: Final = ("erasure/open", "published/.building", "published/current", "published/siyu.duckdb")
#: So many damaged files are named.
_NAMED: Final = 5


class BackupRefused(RuntimeError):
    """A backup cannot be made there, or cannot be trusted; the message names what is damaged."""


@dataclasses.dataclass(frozen=True)
class Made:
    """What a backup holds: files and bytes, how many of them were new, and where the vault went."""

    files: int
    bytes: int
    new: int
    vault: Path


def vault_beside(place: Path) -> Path:
    """Return where the vault goes when nobody says where: beside the backup, never in it."""
    return place.with_name(f"{place.name}.vault")


def back_up(settings: Settings, place: Path, vault: Path | None = None) -> Made:
    """Write a home's backup, the vault to a folder of its own; the home's lock has to be held.

    Raises
    ------
    BackupRefused
        The folder lies in the home, or holds something else; or somebody's erasure has not ended.
    """
    require(settings, "backup")
    vault = vault or vault_beside(place)
    for each in (place, vault):
        if each.resolve().is_relative_to(settings.home) or settings.home.is_relative_to(each.resolve()):
            raise BackupRefused(f"{each} lies in the home: a backup has to survive it; name a folder elsewhere")
    if vault.resolve().is_relative_to(place.resolve()):
        raise BackupRefused(f"{vault} lies in the backup: with raw/ the vault is everything you know; keep it apart")
    if begun := [one for one in journal.unfinished(settings) if not one.is_done]:
        raise BackupRefused(
            f"{len(begun)} erasures have begun and not ended, first {begun[0].erasure_id}: whoever asked would come"
            " back with this backup; run siyu erase --finish first"
        )
    left = _kept_for_readers(settings)
    files = {
        str(file.relative_to(settings.home)): file
        for file in _kept(settings.home)
        if not any(file.is_relative_to(place) for place in left)
    }
    ages = {one.name: one.stat().st_mtime_ns for one in (settings.published / "versions").glob("*") if one not in left}
    copy = settings.home / "vault" / ".backup.sqlite"
    try:
        secret = _vault_files(settings, copy)
        vault_id, _, _ = _write(vault, secret, {"part": "vault"})
        said = {"part": "home", "vault": vault_id, "version": Store(settings.published).current(), "ages": ages}
        _, size, new = _write(place, files, said)
    finally:
        copy.unlink(missing_ok=True)
    remember(settings, place)
    tell(settings)
    audit_log.append(settings, "backed_up", {"files": len(files), "bytes": size, "current": said["version"]})
    return Made(len(files), size, new, vault)


def _kept_for_readers(settings: Settings) -> set[Path]:
    """Return the versions that stand only for whoever may be in the middle of one, and what says so."""
    names = {old for one in journal.unfinished(settings) for old in one.renamed} | set(
        leaving.waiting(settings.published)
    )
    return {settings.published / "versions" / name for name in names} | {settings.published / leaving.FILE}


def _kept(home: Path) -> Iterator[Path]:
    for name in named(Is.KEPT):
        place = home / name
        for file in sorted(place.rglob("*")) if place.is_dir() else [place]:
            inside = file.relative_to(home).as_posix()
            if file.is_file() and not file.is_symlink() and not inside.startswith(_NOT_KEPT):
                yield file


def _vault_files(settings: Settings, copy: Path) -> dict[str, Path]:
    """Return the vault's files; SQLite copies its own, for its log may hold what the file does not."""
    contacts = settings.home / "vault" / "contacts.sqlite"
    copy.unlink(missing_ok=True)
    with closing(sqlite3.connect(contacts)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    copy.chmod(PRIVATE_MODE)
    keys = sorted((settings.home / "vault" / "keys").glob("*"))
    others = [file for file in sorted((settings.home / "vault").glob("*")) if file.is_file()]
    others = [file for file in others if not file.name.startswith(("contacts.sqlite", "."))]
    return {"vault/contacts.sqlite": copy} | {str(file.relative_to(settings.home)): file for file in [*keys, *others]}


def _write(place: Path, files: dict[str, Path], said: dict[str, Any]) -> tuple[str, int, int]:
    """Write files by their content, then the manifest; return the backup's id, its bytes and how many were new."""
    contents = place / "content"
    if place.exists() and not (place / MANIFEST).exists() and any(place.iterdir()) and not contents.exists():
        raise BackupRefused(f"{place} holds something that is no backup; name a new folder, or an earlier backup's")
    contents.mkdir(mode=PRIVATE_FOLDER_MODE, parents=True, exist_ok=True)
    place.chmod(PRIVATE_FOLDER_MODE)
    listed: dict[str, dict[str, Any]] = {}
    new = 0
    for name, file in sorted(files.items()):
        status, sha256 = file.stat(), sha256_of(file)
        listed[name] = {
            "sha256": sha256,
            "bytes": status.st_size,
            "mode": status.st_mode & 0o777,
            "modified_ns": status.st_mtime_ns,
        }
        if not (contents / sha256).exists() or (contents / sha256).stat().st_size != status.st_size:
            with replacing(contents / sha256, PRIVATE_MODE, is_durable=True) as draft:
                shutil.copyfile(file, draft)
            new += 1
    text = json.dumps({"format": _FORMAT, **said, "files": listed}, indent=1, sort_keys=True, ensure_ascii=False)
    backup_id = hashlib.sha256(text.encode()).hexdigest()
    write_text(place / MANIFEST, json.dumps({"id": backup_id}) + "\n" + text + "\n", PRIVATE_MODE)
    wanted = {one["sha256"] for one in listed.values()}
    for left in contents.iterdir():
        if left.name not in wanted:
            left.unlink()
    sync_folder(place)
    return backup_id, sum(one["bytes"] for one in listed.values()), new


def read(place: Path, part: str) -> tuple[str, dict[str, Any]]:
    """Return a backup's id and what it names, every file of it looked at.

    Raises
    ------
    BackupRefused
        There is none, or something of it is damaged: the message says what.
    """
    file = place / MANIFEST
    if not file.is_file():
        raise BackupRefused(f"{place} holds no backup: {MANIFEST} is not there")
    try:
        head, _, text = file.read_text(encoding="utf-8").partition("\n")
        backup_id, said = json.loads(head)["id"], json.loads(text)
        is_whole = hashlib.sha256(text.removesuffix("\n").encode()).hexdigest() == backup_id
    except (ValueError, KeyError, TypeError):
        is_whole = False
    if not is_whole:
        raise BackupRefused(f"{file} is damaged: it is not as it was written; nothing was restored")
    if said["format"] != _FORMAT or said["part"] != part:
        raise BackupRefused(f"{place} is a backup of {said['part']}, format {said['format']}; {part} was asked for")
    damaged = [name for name, one in sorted(said["files"].items()) if not _is_whole(place, one)]
    if damaged:
        more = f" and {len(damaged) - _NAMED} more" if len(damaged) > _NAMED else ""
        raise BackupRefused(
            f"{place} is damaged: {', '.join(damaged[:_NAMED])}{more}: missing or not as backed up; nothing was"
            " restored"
        )
    return str(backup_id), dict(said)


def _is_whole(place: Path, one: dict[str, Any]) -> bool:
    file = place / "content" / one["sha256"]
    return bool(file.is_file() and file.stat().st_size == one["bytes"] and sha256_of(file) == one["sha256"])


def lay_out(place: Path, said: dict[str, Any], home: Path) -> int:
    """Write a backup's files into a home; return how many."""
    for name, one in sorted(said["files"].items()):
        target = home / name
        if ".." in target.parts or not target.is_relative_to(home):
            raise BackupRefused(f"{place} names {name!r}, which lies outside the home; nothing can be trusted of it")
        target.parent.mkdir(mode=PRIVATE_FOLDER_MODE, parents=True, exist_ok=True)
        with replacing(target, one["mode"]) as draft:
            shutil.copyfile(place / "content" / one["sha256"], draft)
            os.utime(draft, ns=(one["modified_ns"], one["modified_ns"]))
    for name, age in said.get("ages", {}).items():
        if (home / "published" / "versions" / name).is_dir():
            os.utime(home / "published" / "versions" / name, ns=(age, age))
    os.sync()
    return len(said["files"])


def places(settings: Settings) -> list[Path]:
    """Return the folders that backups of this home were written to."""
    file = folder(settings) / "backups.json"
    return [Path(each) for each in json.loads(file.read_text(encoding="utf-8"))] if file.exists() else []


def remember(settings: Settings, place: Path) -> None:
    """Note a folder that a backup was written to."""
    known = sorted({str(each) for each in [*places(settings), place.resolve()]})
    folder(settings).mkdir(mode=PRIVATE_FOLDER_MODE, parents=True, exist_ok=True)
    write_text(folder(settings) / "backups.json", json.dumps(known, indent=1) + "\n", PRIVATE_MODE)


def tell(settings: Settings) -> tuple[int, int]:
    """Write the home's tombstones to every backup; return how many were told, and how many are out of reach."""
    told = lost = 0
    if not kept_at(settings).exists():
        return 0, 0
    for place in places(settings):
        try:
            write_text(place / LATER, kept_at(settings).read_text(encoding="utf-8"), PRIVATE_MODE)
            told += 1
        except OSError:
            lost += 1
    return told, lost

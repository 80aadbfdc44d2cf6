"""Backups of a home, the vault apart; and the tombstones that reach them after they were made.

A folder holds every file once by its content (``content/<sha256>``) and ``backup.json``, which names them and is
replaced last: a backup that is cut off leaves the one before whole. The vault is written first, and keeps what the
backup before named until the home's part is written too, so that a pair of which one half is new can be restored. What
no longer belongs to it is deleted then, so that the next backup after an erasure holds nothing of the person either.
"""

import dataclasses
import hashlib
import hmac
import json
import os
import re
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from orchestration import audit_log, disk
from orchestration.channels.engine import fingerprints
from orchestration.channels.engine.keys import check_keys, load_key
from orchestration.channels.engine.landing import changed_copies
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
#: Beside it: what the home's own key says of that file, so that a line less is noticed.
SEAL: Final = "tombstones.seal"
MANIFEST: Final = "backup.json"
#: In the vault's folder, until the home's part is written as well: what the vault's backup before this one named.
BEFORE: Final = "backup.before.json"
_FORMAT: Final = 1
_CONTENT: Final = re.compile(r"[0-9a-f]{64}")
_CONTENT_DRAFT: Final = re.compile(r"\.[0-9a-f]{64}\.[0-9a-f]{8}")
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
    check_keys(settings)  # without them nobody reads the backup, and nobody would know until it is needed
    vault = vault or vault_beside(place)
    _check_places(settings, place, vault)
    if begun := [one for one in journal.unfinished(settings) if not one.is_done]:
        raise BackupRefused(
            f"{len(begun)} erasures have begun and not ended, first {begun[0].erasure_id}: whoever asked would come"
            " back with this backup; run siyu erase --finish first"
        )
    if changed := changed_copies(settings.home / "raw"):
        raise BackupRefused(
            f"{len(changed)} files of raw/ are not what was delivered, first {_listed(changed)}: bring each back from"
            " an earlier backup, or take it and the .landed.json beside it out of raw/; nothing was backed up"
        )
    left = _kept_for_readers(settings)
    files = {
        str(file.relative_to(settings.home)): file
        for file in _kept(settings.home)
        if not any(file.is_relative_to(place) for place in left)
    }
    ages = {one.name: one.stat().st_mtime_ns for one in (settings.published / "versions").glob("*") if one not in left}
    copy = settings.home / "vault" / ".backup.sqlite"
    whose = {"home": _whose(settings)}
    try:
        secret = _vault_files(settings, copy)
        vault_id, _, _ = _write(vault, secret, {"part": "vault", **whose}, keeps_before=True)
        said = {"part": "home", "vault": vault_id, "version": Store(settings.published).current(), "ages": ages}
        _, size, new = _write(place, files, said | whose)
        _forget_before(vault)
    except OSError as error:
        raise BackupRefused(cannot(error, place)) from None
    finally:
        copy.unlink(missing_ok=True)
    remember(settings, place)
    tell(settings)
    audit_log.append(settings, "backed_up", {"files": len(files), "bytes": size, "current": said["version"]})
    return Made(len(files), size, new, vault)


def _check_places(settings: Settings, place: Path, vault: Path) -> None:
    """Refuse folders that would not survive the home, that are one, or that hold something else already."""
    for each in (place, vault):
        if each.resolve().is_relative_to(settings.home) or settings.home.is_relative_to(each.resolve()):
            raise BackupRefused(f"{each} lies in the home: a backup has to survive it; name a folder elsewhere")
        if file := next((one for one in (each, *each.parents) if one.exists() and not one.is_dir()), None):
            raise BackupRefused(f"{file} is a file, and a backup is a folder; name another")
    if vault.resolve().is_relative_to(place.resolve()) or place.resolve().is_relative_to(vault.resolve()):
        raise BackupRefused(
            f"{vault} and {place} lie in one another: with raw/ the vault is everything you know; keep it apart"
        )
    for each, part in ((place, "home"), (vault, "vault")):
        try:
            _check_content(settings, each, part)
        except OSError as error:
            raise BackupRefused(cannot(error, each)) from None


def _check_content(settings: Settings, place: Path, part: str) -> None:
    """Refuse a folder that holds anything but a backup of this part of this home, whole or cut off."""
    if not place.exists():
        return
    if (place / MANIFEST).exists():
        _, said = _manifest(place / MANIFEST, place)
        if said["part"] != part:
            raise BackupRefused(f"{place} is the backup of a {said['part']}; name another folder for the {part}")
        # a backup of an earlier release says no home: then it is this one's where the home remembers it
        is_own = said["home"] == _whose(settings) if "home" in said else place.resolve() in places(settings)
        if not is_own and not (part == "vault" and "home" not in said):
            raise BackupRefused(f"{place} is the backup of another home: every home needs a folder of its own")
    names = (MANIFEST, BEFORE, LATER, SEAL, "content")
    if foreign := [each.name for each in sorted(place.iterdir()) if each.name not in names and not _is_draft(each)]:
        raise BackupRefused(
            f"{place} holds something that is no backup, first {foreign[0]!r}; name a new folder, or an earlier"
            " backup's"
        )
    contents = place / "content"
    if contents.is_dir() and (strange := [each.name for each in sorted(contents.iterdir()) if not _is_content(each)]):
        raise BackupRefused(f"{contents} holds something that is no backup, first {strange[0]!r}; name a new folder")


def _is_content(file: Path) -> bool:
    return bool(_CONTENT.fullmatch(file.name) or _CONTENT_DRAFT.fullmatch(file.name)) and not file.is_dir()


def _is_draft(file: Path) -> bool:
    return any(
        re.fullmatch(rf"\.{re.escape(name)}\.[0-9a-f]{{8}}", file.name) for name in (MANIFEST, BEFORE, LATER, SEAL)
    )


def cannot(error: OSError, place: Path) -> str:
    """Return why a folder cannot be written or read, in words, with what to do."""
    if disk.is_full(str(error)):
        stands = next(each for each in (place, *place.parents) if each.is_dir())
        return disk.with_remedy(str(error), stands)
    return f"{error.filename or place}: {error.strerror or error}; give this user the right, or name another folder"


def _whose(settings: Settings) -> str:
    """Return what tells a home from every other: the fingerprint of a key that is never rotated."""
    return fingerprints.fingerprint_of(load_key(settings, "one_id"))[:16]


def _listed(names: Iterable[str]) -> str:
    named = list(names)
    return ", ".join(named[:_NAMED]) + (f" and {len(named) - _NAMED} more" if len(named) > _NAMED else "")


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


def _write(
    place: Path, files: dict[str, Path], said: dict[str, Any], *, keeps_before: bool = False
) -> tuple[str, int, int]:
    """Write files by their content, then the manifest; return the backup's id, its bytes and how many were new."""
    contents = place / "content"
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
    # Of two backups in a row that were cut off here the first one's home part was never written: the older one stays.
    if keeps_before and (place / MANIFEST).exists() and not (place / BEFORE).exists():
        write_text(place / BEFORE, (place / MANIFEST).read_text(encoding="utf-8"), PRIVATE_MODE)
    write_text(place / MANIFEST, json.dumps({"id": backup_id}) + "\n" + text + "\n", PRIVATE_MODE)
    if not keeps_before:
        _clean(place)
    sync_folder(place)
    return backup_id, sum(one["bytes"] for one in listed.values()), new


def _forget_before(vault: Path) -> None:
    """Let go of the vault's backup before this one: the home's part of this one is written."""
    (vault / BEFORE).unlink(missing_ok=True)
    _clean(vault)
    sync_folder(vault)


def _clean(place: Path) -> None:
    """Delete the contents that the backup does not name."""
    _, said = _manifest(place / MANIFEST, place)
    wanted = {one["sha256"] for one in said["files"].values()}
    for left in (place / "content").iterdir():
        if left.name not in wanted and _is_content(left):
            left.unlink()


def _manifest(file: Path, place: Path) -> tuple[str, dict[str, Any]]:
    """Return a backup's id and what it names, as they were written."""
    if not file.is_file():
        raise BackupRefused(f"{place} holds no backup: {MANIFEST} is not there")
    try:
        head, _, text = file.read_text(encoding="utf-8").partition("\n")
        backup_id, said = json.loads(head)["id"], json.loads(text)
        is_whole = hashlib.sha256(text.removesuffix("\n").encode()).hexdigest() == backup_id
    except (ValueError, KeyError, TypeError):
        is_whole = False
    if not is_whole:
        raise BackupRefused(f"{file} is damaged: it is not as it was written, and nothing was done")
    return str(backup_id), dict(said)


def read(place: Path, part: str, wanted: str | None = None) -> tuple[str, dict[str, Any]]:
    """Return a backup's id and what it names, every file of it looked at.

    ``wanted`` is the id of the vault's backup that belongs to a home's: the one before is it where that home's part was
    cut off.

    Raises
    ------
    BackupRefused
        There is none, or something of it is damaged: the message says what.
    """
    backup_id, said = _manifest(place / MANIFEST, place)
    if wanted is not None and backup_id != wanted and (place / BEFORE).is_file():
        backup_id, said = _manifest(place / BEFORE, place)
    if said["format"] != _FORMAT or said["part"] != part:
        raise BackupRefused(f"{place} is a backup of {said['part']}, format {said['format']}; {part} was asked for")
    damaged = [name for name, one in sorted(said["files"].items()) if not _is_whole(place, one)]
    if damaged:
        raise BackupRefused(
            f"{place} is damaged: {_listed(damaged)}: missing or not as backed up; nothing was restored"
        )
    return backup_id, said


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
    """Write the home's tombstones to every backup; return how many were told, and how many are out of reach.

    Where nobody was erased yet the file is empty: one that is not there was taken away.
    """
    told = lost = 0
    text = kept_at(settings).read_text(encoding="utf-8") if kept_at(settings).exists() else ""
    seal = seal_of(load_key(settings, "one_id"), text)
    for place in places(settings):
        try:
            write_text(place / LATER, text, PRIVATE_MODE)
            write_text(place / SEAL, seal + "\n", PRIVATE_MODE)
            told += 1
        except OSError:
            lost += 1
    return told, lost


def seal_of(key: bytes, text: str) -> str:
    """Return what the home's ``one_id`` key says of a file of tombstones."""
    return hmac.new(key, b"siyu tombstones of a backup" + text.encode(), hashlib.sha256).hexdigest()


def check_later(place: Path, vault: Path, secret: dict[str, Any], known_home: dict[str, Any]) -> None:
    """Refuse a backup whose tombstones are gone, or are not as the home wrote them: somebody would come back.

    Parameters
    ----------
    place, vault
        The backup's folder, and the vault's.
    secret, known_home
        What the two name, as ``read`` returns it. A backup of an earlier release has no seal, and names no home.
    """
    if "home" not in known_home:
        return
    later, seal = place / LATER, place / SEAL
    remedy = (
        f"copy {LATER} and {SEAL} from another copy of this backup, or name the home's own erasure/tombstones.jsonl"
        " with --tombstones; nothing was restored"
    )
    for file in (later, seal):
        if not file.is_file():
            raise BackupRefused(f"{file} is not there: whoever was erased since would come back with it; {remedy}")
    name = str(Path("vault") / "keys" / "one_id.key")
    key = (vault / "content" / secret["files"][name]["sha256"]).read_bytes().strip()
    said = seal_of(key, later.read_text(encoding="utf-8", errors="replace"))
    if not hmac.compare_digest(said, seal.read_text(encoding="utf-8", errors="replace").strip()):
        raise BackupRefused(
            f"{later} is not as the home wrote it: whoever was erased since could come back with it; {remedy}"
        )

"""From ``landing/`` to ``raw/``: each complete file is copied unchanged, once, with the time it was first seen."""

import contextlib
import dataclasses
import datetime as dt
import hashlib
import itertools
import json
import os
import shutil
from collections.abc import Container
from pathlib import Path
from typing import Any, Final

from orchestration.business_time import SHANGHAI_OFFSET
from orchestration.channels.engine.files import Landed, Probe, check_shell, is_unchanged, probe
from orchestration.channels.engine.reasons import BrokenFile
from orchestration.files import PRIVATE_MODE, replacing, write_text
from orchestration.settings import Settings

SIDECAR: Final = ".landed.json"


@dataclasses.dataclass(frozen=True)
class Delivery:
    """A file in ``raw/`` with what its sidecar says."""

    path: Path
    file_id: str
    channel: str
    dataset: str
    #: name below the dataset's folder, contact values in it replaced by tokens
    file_name: str
    format: str | None
    bytes: int
    modified_ns: int
    landed_at: dt.datetime
    in_history: bool
    #: what the first pass told; None after a restore, when it is read again
    probe: Probe | None = None
    broken: BrokenFile | None = None

    def is_history(self, settings: Settings) -> bool:
        """Say whether its facts are known by their own times: in ``history/``, or landed before going live."""
        live_from = settings.live_from_date(self.channel)
        landed_on = (self.landed_at + SHANGHAI_OFFSET).date()
        return self.in_history or live_from is None or landed_on < live_from


def land(
    settings: Settings,
    channel: str,
    dataset: str,
    landed: Landed,
    file_name: str,
    now: dt.datetime,
    loaded: Container[str] = frozenset(),
) -> Delivery | None:
    """Copy a landing file to ``raw/`` and return it; None where it changed or vanished while it was read.

    A file with the content of an earlier one returns that one's landing time: first seen is seen. Not so where the
    earlier one was refused for its name (orders.txt, now orders.csv): then it lands now.

    Parameters
    ----------
    settings
        Whose home.
    channel, dataset
        Whose folder it lies in.
    landed
        The file as found.
    file_name
        Its name as it may be stored.
    now
        The instant (UTC, naive) of this run. A new file landed when it appeared in its folder (its inode's change
        time, which no tool can set back), where the channel demands a `.done` beside it not before that one did, and at
        the latest now: what was delivered before a date's cut-off is known at that date though the run starts after it.
    loaded
        The ids of files that loaded: their bytes under another name or format are the same delivery.
    """
    found: Probe | None = None
    broken: BrokenFile | None = None
    try:
        check_shell(landed.path, landed.format)
        found = probe(landed.path, landed.format or "")
    except BrokenFile as error:
        broken = error
    except OSError:
        broken = BrokenFile("unreadable")
    file_id = found.file_id if found else _bytes_id(landed.path)
    if not is_unchanged(landed):
        return None
    folder = settings.home / "raw" / channel / dataset
    delivery = Delivery(
        path=folder / f"{file_id}.{landed.format or 'bin'}",
        file_id=file_id,
        channel=channel,
        dataset=dataset,
        file_name=file_name,
        format=landed.format,
        bytes=landed.bytes,
        modified_ns=landed.modified_ns,
        landed_at=min(now, max(_appeared_at(path, now) for path in _complete_with(landed.path, settings, channel))),
        in_history=landed.in_history,
        probe=found,
        broken=broken,
    )
    sidecar = folder / f"{file_id}{SIDECAR}"
    said = _said(sidecar)
    if said and (file_id in loaded or said["raw_name"] == delivery.path.name):
        delivery = dataclasses.replace(delivery, landed_at=dt.datetime.fromisoformat(said["landed_at"]))
        if _is_whole(folder / said["raw_name"], said):
            return delivery
    _make_private(settings.home, folder)
    if broken is None or broken.reason not in ("not_a_regular_file", "unreadable"):
        try:
            _copy(landed.path, delivery.path)
        except FileNotFoundError:  # taken away between the look and the copy
            return None
        if not is_unchanged(landed):
            delivery.path.unlink(missing_ok=True)
            return None
    _write(sidecar, delivery)
    return delivery


def land_again(
    settings: Settings, delivery: Delivery, landed: Landed, now: dt.datetime, loaded: Container[str]
) -> Delivery:
    """Return a delivery of bytes that came before as one of its own, with a copy and a landing time of its own."""
    number = next(each for each in itertools.count(2) if f"{delivery.file_id}-{each}" not in loaded)
    file_id = f"{delivery.file_id}-{number}"
    appeared = max(_appeared_at(path, now) for path in _complete_with(landed.path, settings, delivery.channel))
    again = dataclasses.replace(
        delivery,
        file_id=file_id,
        path=delivery.path.with_name(f"{file_id}.{landed.format or 'bin'}"),
        landed_at=min(now, appeared),
        in_history=landed.in_history,
    )
    _copy(landed.path, again.path)
    _write(again.path.with_name(f"{file_id}{SIDECAR}"), again)
    return again


def _complete_with(path: Path, settings: Settings, channel: str) -> list[Path]:
    """Return what must lie in landing before a file is read: itself, and its marker where the channel demands one."""
    return [path, path.with_name(path.name + ".done")] if channel in settings.done_markers else [path]


def _appeared_at(path: Path, now: dt.datetime) -> dt.datetime:
    """Return when a file came to lie where it lies (UTC, naive, whole seconds), or ``now`` when it cannot be told."""
    try:
        changed = path.lstat().st_ctime
    except OSError:
        return now
    return dt.datetime.fromtimestamp(int(changed), dt.UTC).replace(tzinfo=None)


def restore(folder: Path, known: set[str]) -> list[Delivery]:
    """Return the files of a raw folder whose ids the ledger does not know: after a crash, or in a new warehouse."""
    deliveries = []
    for sidecar in sorted(folder.glob(f"*{SIDECAR}")):
        if sidecar.name.removesuffix(SIDECAR) in known:
            continue
        said = _said(sidecar)
        path = folder / said.get("raw_name", "")
        if path.is_file() and said:
            kept = {key: value for key, value in said.items() if key not in ("raw_name", "landed_at")}
            deliveries.append(Delivery(path=path, landed_at=dt.datetime.fromisoformat(said["landed_at"]), **kept))
    return deliveries


def changed_copies(raw: Path) -> list[str]:
    """Return the copies below ``raw/`` whose bytes are not those that their names say, by their place in the home."""
    changed = []
    for sidecar in sorted(raw.rglob(f"*{SIDECAR}")):
        said = _said(sidecar)
        path = sidecar.with_name(said.get("raw_name", ""))
        if said and not (path.is_file() and _is_named(path, said["format"], said["file_id"])):
            changed.append(str(path.relative_to(raw.parent)))
    return changed


def _is_whole(path: Path, said: dict[str, Any]) -> bool:
    """Say whether a copy is what its name says: power may be lost before the commit, and a hand may change it later."""
    return path.is_file() and path.stat().st_size == said["bytes"] and _is_named(path, said["format"], said["file_id"])


def _is_named(path: Path, file_format: str | None, file_id: str) -> bool:
    """Say whether a copy has the bytes whose sha256 is its id, packed or not; one known by its name alone has."""
    named = file_id.split("-")[0]
    with contextlib.suppress(BrokenFile, OSError):
        check_shell(path, file_format)
        return probe(path, file_format or "").file_id == named
    return _bytes_id(path) == named or not path.is_file()


def read_again(delivery: Delivery) -> Delivery:
    """Return a restored delivery with its first pass done; one whose bytes are not its name is broken."""
    named = delivery.file_id.split("-")[0]
    try:
        check_shell(delivery.path, delivery.format)
        found = probe(delivery.path, delivery.format or "")
        if found.file_id == named:
            return dataclasses.replace(delivery, probe=found)
        broken = BrokenFile("raw_changed")
    except BrokenFile as error:
        broken = error if _bytes_id(delivery.path) == named else BrokenFile("raw_changed")
    return dataclasses.replace(delivery, broken=broken)


def _said(sidecar: Path) -> dict[str, Any]:
    """Return what a sidecar says; nothing where there is none or power was lost while it was written."""
    try:
        return dict(json.loads(sidecar.read_text("utf-8")))
    except (FileNotFoundError, ValueError):
        return {}


def _bytes_id(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                while block := file.read(1 << 20):
                    digest.update(block)
            return digest.hexdigest()
    except OSError:  # unreadable: it is known by its name until it can be read
        digest = hashlib.sha256()
    digest.update(os.fsencode(path.name))
    return digest.hexdigest()


def _make_private(home: Path, folder: Path) -> None:
    for part in (home / "raw", folder.parent, folder):
        part.mkdir(mode=0o700, parents=True, exist_ok=True)


def _copy(source: Path, target: Path) -> None:
    with replacing(target, PRIVATE_MODE) as draft:
        shutil.copyfile(source, draft, follow_symlinks=False)


def _write(sidecar: Path, delivery: Delivery) -> None:
    said = {
        "file_id": delivery.file_id,
        "channel": delivery.channel,
        "dataset": delivery.dataset,
        "file_name": delivery.file_name,
        "raw_name": delivery.path.name,
        "format": delivery.format,
        "bytes": delivery.bytes,
        "modified_ns": delivery.modified_ns,
        "landed_at": delivery.landed_at.isoformat(),
        "in_history": delivery.in_history,
    }
    write_text(sidecar, json.dumps(said, ensure_ascii=False, indent=1), PRIVATE_MODE, is_durable=False)

"""The delivered files of a home without erased people: ``raw/`` under new content hashes, ``landing/`` in place."""

import dataclasses
import datetime as dt
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple, Self

from orchestration.changed_files import kind_of_file
from orchestration.channels.engine.files import Landed, discover, probe
from orchestration.channels.engine.landing import SIDECAR, Delivery, read_again
from orchestration.channels.engine.reasons import BrokenFile
from orchestration.channels.engine.vault import home_tokeniser
from orchestration.door.theirs import Theirs
from orchestration.erasing.cutting import Knife, Uncut
from orchestration.erasing.finding import Found, Shelf, find, shelves
from orchestration.erasing.needles import Emptied
from orchestration.erasing.suspects import Finds
from orchestration.erasing.tombstones import Erased, Tombstones
from orchestration.files import PRIVATE_MODE, replacing, sha256_of, write_text
from orchestration.settings import Settings

Kept = Callable[[Shelf, Erased, dict[str, Any]], bool]
#: The landing of a file that is only looked at: no time in it is set aside as later.
_NOTHING_IS_AHEAD: Final = dt.datetime.fromisoformat("9000-01-01")
#: Where nobody's numbers are known in the clear.
NO_NUMBERS: Final = Emptied(Theirs(()))


class Unread(NamedTuple):
    """A delivered file that nobody can read: its path below the home, its bytes and its time."""

    path: str
    bytes: int
    modified_ns: int

    @classmethod
    def of(cls, settings: Settings, file: Path) -> Self:
        """Return what says which file it is, until somebody takes it away or delivers it whole."""
        status = file.stat()
        return cls(str(file.relative_to(settings.home)), status.st_size, status.st_mtime_ns)

    def stands(self, settings: Settings) -> bool:
        """Return whether the very file still lies there."""
        file = settings.home / self.path
        return file.is_file() and Unread.of(settings, file) == self


@dataclasses.dataclass
class Cut:
    """What was cut out of delivered files."""

    files: int = 0
    removed: int = 0
    walk_ins: int = 0
    emptied: int = 0
    #: files that were named after a person, and are no longer
    renamed: int = 0
    #: files that nobody can read, with the person's records in them or not
    unread: list[Unread] = dataclasses.field(default_factory=list)
    #: raw files by their new names: records removed, kept as walk-ins, with values emptied
    by_file: dict[str, tuple[int, int, int]] = dataclasses.field(default_factory=dict)

    def add(self, knife: Knife) -> None:
        """Count what a knife cut."""
        self.files += 1
        self.removed += knife.removed
        self.walk_ins += knife.kept_as_walk_in
        self.emptied += knife.emptied

    def add_same(self, cut: tuple[int, int, int]) -> None:
        """Count a landing file that took over what its copy in raw/ became."""
        self.files += 1
        self.removed += cut[0]
        self.walk_ins += cut[1]
        self.emptied += cut[2]


def nobody_stays(shelf: Shelf, one: Erased, row: dict[str, Any]) -> bool:
    """Say of every record of an erased person that it goes."""
    return False


def cut_raw(
    settings: Settings,
    stones: Tombstones,
    theirs: Emptied = NO_NUMBERS,
    known: Finds = lambda file_id, path: None,
    moved: Callable[[str, str], None] = lambda old, new: None,
    named: Callable[[str], str] = lambda name: name,
) -> Cut:
    """Cut erased people out of ``raw/``; a file that changes gets the id of its new content, and keeps its landing.

    Done again it finds nothing more to cut. Killed between the new copy and the end of the old one, it makes the same
    copy once more.

    Parameters
    ----------
    settings
        Whose home.
    stones
        Who was erased.
    theirs
        Their numbers and addresses in the clear, where they are known.
    known
        What the warehouse knows of a file; by default each is read again.
    moved
        Told the ids of a file, before and after, when its new copy stands and before the old one goes.
    named
        Returns what a file is to be called; another name where a person stands in it.
    """
    done = Cut()
    for shelf in shelves(settings):
        folder = settings.home / "raw" / shelf.raw
        for sidecar in sorted(folder.glob(f"*{SIDECAR}")) if folder.is_dir() else []:
            said = json.loads(sidecar.read_text(encoding="utf-8"))
            path = folder / said["raw_name"]
            if not path.is_file():
                continue
            kept = {name: value for name, value in said.items() if name not in ("raw_name", "landed_at")}
            landed_at = dt.datetime.fromisoformat(said["landed_at"])
            delivery = Delivery(path=path, landed_at=landed_at, **kept)
            found = known(delivery.file_id, path)
            before = done.removed, done.walk_ins, done.emptied
            content = _without(settings, read_again(delivery), shelf, stones, theirs, nobody_stays, done, found)
            name = named(said["file_name"])
            if content is not None:
                file_id = _move(folder, sidecar, said | {"file_name": name}, content, moved)
                after = done.removed, done.walk_ins, done.emptied
                done.by_file[file_id] = (after[0] - before[0], after[1] - before[1], after[2] - before[2])
            elif name != said["file_name"]:
                moved(said["file_id"], said["file_id"])
                write_text(sidecar, json.dumps(said | {"file_name": name}, ensure_ascii=False, indent=1), PRIVATE_MODE)
            done.renamed += name != said["file_name"]
    return done


def cut_landing(
    settings: Settings,
    stones: Tombstones,
    theirs: Emptied = NO_NUMBERS,
    known: Finds = lambda file_id, path: None,
    moved: Mapping[str, str] = MappingProxyType({}),
    named: Callable[[str], str] = lambda name: name,
    cuts: Mapping[str, tuple[int, int, int]] = MappingProxyType({}),
) -> Cut:
    """Cut erased people out of the complete files of ``landing/``, each in its place and with its time.

    Parameters
    ----------
    settings, stones, theirs, known, named
        As for ``cut_raw``.
    moved
        The ids of raw files that were cut: their bytes are what stays of the same file in landing/.
    cuts
        What was cut out of those, by their new ids.
    """
    done, scrub = Cut(), home_tokeniser(settings).scrub
    for shelf in shelves(settings):
        folder = settings.landing / shelf.landing
        ready, _ = discover(folder, shelf.channel.name in settings.done_markers)
        for found in ready:
            landed = found
            if (name := named(scrub(landed.name))) != scrub(landed.name):
                landed = _called(folder, landed, name)
                done.renamed += 1
            delivery = landed_as_delivery(landed, shelf)
            if delivery is None:
                if landed.format is not None and landed.bytes:
                    done.unread.append(Unread.of(settings, landed.path))
                continue
            raw = settings.home / "raw" / shelf.raw
            copies = raw.glob(f"{moved.get(delivery.file_id, '-')}.{landed.format or 'bin'}")
            if copy := next(copies, None):
                _replace(landed, copy.read_bytes())
                done.add_same(cuts.get(copy.stem, (0, 0, 0)))
            else:
                content = _without(
                    settings, delivery, shelf, stones, theirs, nobody_stays, done, known(delivery.file_id, landed.path)
                )
                if content is not None:
                    _replace(landed, content)
    return done


def _called(folder: Path, landed: Landed, name: str) -> Landed:
    """Give a landing file, and the marker beside it, another name; its time stays."""
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    marker = landed.path.with_name(f"{landed.path.name}.done")
    if marker.exists():
        marker.rename(target.with_name(f"{target.name}.done"))
    landed.path.rename(target)
    return dataclasses.replace(landed, path=target, name=name)


def cut_landed(
    landed: Landed,
    delivery: Delivery,
    settings: Settings,
    shelf: Shelf,
    stones: Tombstones,
    found: Found,
    done: Cut,
) -> None:
    """Cut what was found out of one landing file; one that nobody can cut is told of."""
    content = _without(settings, delivery, shelf, stones, NO_NUMBERS, nobody_stays, done, found)
    if content is not None:
        _replace(landed, content)


def _replace(landed: Landed, content: bytes) -> None:
    """Write a landing file's new content in its place, with its rights and its time."""
    mode = landed.path.stat().st_mode & 0o777
    with replacing(landed.path, mode, is_durable=True) as draft:
        draft.write_bytes(content)
        os.utime(draft, ns=(landed.modified_ns, landed.modified_ns))


def landed_as_delivery(landed: Landed, shelf: Shelf) -> Delivery | None:
    """Return a landing file as its readers want it, nothing in it lying ahead; None where nobody can read it.

    A note of a format that we do not know is read as the text that it may be, as its copy in raw/ is.
    """
    if not landed.path.is_file() or landed.path.is_symlink():
        return None
    if landed.format is None:
        return read_again(Delivery(
            landed.path, sha256_of(landed.path), shelf.channel.name, shelf.dataset.name, landed.name, None,
            landed.bytes, landed.modified_ns, _NOTHING_IS_AHEAD, landed.in_history,
        ))  # fmt: skip
    try:
        told = probe(landed.path, landed.format)
    except (BrokenFile, OSError):
        return None
    return Delivery(
        landed.path, told.file_id, shelf.channel.name, shelf.dataset.name, landed.name, landed.format, landed.bytes,
        landed.modified_ns, _NOTHING_IS_AHEAD, landed.in_history, told,
    )  # fmt: skip


def _without(
    settings: Settings,
    delivery: Delivery,
    shelf: Shelf,
    stones: Tombstones,
    theirs: Emptied,
    is_kept: Kept,
    done: Cut,
    found: Found | None = None,
) -> bytes | None:
    """Return a file's content without erased people, None where nobody is in it."""
    tokeniser = home_tokeniser(settings, stones)
    if found is None:
        found = find(delivery, shelf, stones, tokeniser, lambda one, row: is_kept(shelf, one, row))
        found.is_searched |= bool(theirs)
    if delivery.format is None and kind_of_file(delivery.path) == "packed":  # a .zip: whoever is in it is not seen
        done.unread.append(Unread.of(settings, delivery.path))
        return None
    if found.is_empty:
        return None
    knife = Knife(shelf.dataset, found, stones, tokeniser, theirs)
    try:
        content = knife.cut(delivery.path, delivery.format or "csv")
    except Uncut:
        done.unread.append(Unread.of(settings, delivery.path))
        return None
    if content is None:
        return None
    done.add(knife)
    return content or b"\n"  # a note that was about them alone: no file is without bytes


def _move(folder: Path, sidecar: Path, said: dict[str, Any], content: bytes, moved: Callable[[str, str], None]) -> str:
    """Put a raw file's new content under its own id, with the landing of the old one; return it. The old one goes."""
    draft = folder / f".cut-{said['file_id']}"
    draft.write_bytes(content)
    file_id = probe(draft, said["format"] or "csv").file_id
    if "-" in said["file_id"]:  # the same bytes landed a second time under an id of their own
        file_id += said["file_id"][said["file_id"].index("-") :]
    name = f"{file_id}.{said['format'] or 'bin'}"
    draft.unlink()
    with replacing(folder / name, PRIVATE_MODE, is_durable=True) as fresh:
        fresh.write_bytes(content)
    now = said | {"file_id": file_id, "raw_name": name, "bytes": len(content)}
    write_text(folder / f"{file_id}{SIDECAR}", json.dumps(now, ensure_ascii=False, indent=1), PRIVATE_MODE)
    moved(said["file_id"], file_id)
    (folder / said["raw_name"]).unlink(missing_ok=True)
    sidecar.unlink(missing_ok=True)
    return str(file_id)

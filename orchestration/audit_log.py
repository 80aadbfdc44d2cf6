"""The audit log of a home: who did what and when, one JSON line each, every line bound to the one before by its hash.

Two files, for the home's owner alone. ``audit.jsonl`` is only ever added to; a line holds sequence, at (the home's
clock, UTC), real_at (only under --now), actor (the user of the system), action, details (counts, names and hashes),
previous (sha256 of the line before) and sha256 (of everything before it in the line). ``audit.head`` is written after
each line and says how many there are and the hash of the last, so that lines cut off the end are missed too.

A chain finds what was changed in place, not whoever writes all of it anew: note the last hash elsewhere for that.
"""

import contextlib
import dataclasses
import fcntl
import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from orchestration import clock
from orchestration.account import who_works
from orchestration.channels.engine.contacts import EMBEDDED
from orchestration.files import PRIVATE_MODE, replacing, write_text
from orchestration.settings import Settings

LOG: Final = "audit.jsonl"
HEAD: Final = "audit.head"
#: What the first line is bound to.
_NOTHING: Final = "0" * 64
ONE_ID: Final = re.compile(r"\bp_[0-9a-f]{8,}")
#: A date, a version, a hash or the id of a run: digits that are nobody's number.
_NAME: Final = re.compile(r"\d{4}-\d\d-\d\d(?:-[0-9a-f]{16})?|[0-9a-f]{64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_WITHHELD: Final = "(withheld)"
_SEAL: Final = ', "sha256": "'


@dataclasses.dataclass(frozen=True)
class Head:
    """What ``audit.head`` says, or would say of a file: lines, bytes of them, and the sha256 of the last."""

    lines: int = 0
    bytes: int = 0
    sha256: str = _NOTHING


@dataclasses.dataclass(frozen=True)
class Broken:
    """The first line that is not as it was written (counted from 1), and what is wrong there."""

    line: int
    what: str


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What ``verify`` found: the whole lines, the hash of the last of them, and the first fault or None."""

    lines: int
    sha256: str
    broken: Broken | None = None
    #: bytes of a line that a killed process did not end; the next action sets them aside
    torn_bytes: int = 0


def append(settings: Settings, action: str, details: Mapping[str, object] | None = None) -> int:
    """Add a line, and return its sequence once it is on the disk.

    Parameters
    ----------
    settings
        Whose home.
    action
        What was done, as ``run_started``.
    details
        Counts, names and hashes. What looks like a contact value or a one_id is withheld, never written.
    """
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _locked(settings.home / LOG, os.O_RDWR | os.O_CREAT, fcntl.LOCK_EX) as descriptor:
        head = _mended(settings, descriptor)
        return _add(settings, descriptor, head, action, dict(details or {})).lines


def verify(settings: Settings) -> Verdict:
    """Read the whole log and say whether every line is as it was written; nothing is changed.

    A kill between a line and its head leaves the head one line behind, or leaves no head beside the first line, and a
    kill in the middle of a line leaves bytes without a line's end: all three are accepted.
    """
    log = settings.home / LOG
    if not log.exists():
        return Verdict(0, _NOTHING, _lost(settings))
    with _locked(log, os.O_RDONLY, fcntl.LOCK_SH) as descriptor:
        content, head = _content(descriptor, 0), _head(settings)
    before, last, fault = _walk(content, Head())
    if fault is None and (missed := _against_head(before, last, head)):
        fault = Broken(last.lines + 1 if head and head.lines > last.lines else max(last.lines, 1), missed)
    return Verdict(last.lines, last.sha256, fault, len(_torn(content)))


def _lost(settings: Settings) -> Broken | None:
    """Return what is wrong with a home without a log: one that published, or whose head stands, had one."""
    if _head(settings) != Head():
        return Broken(1, f"{HEAD} stands and {LOG} is gone")
    if (settings.published / "CURRENT").exists():
        return Broken(1, f"{LOG} and {HEAD} are gone, though something was published: restore them from a backup")
    return None


def last_lines(settings: Settings, most: int) -> list[dict[str, Any]]:
    """Return the last lines that can be read, oldest first."""
    return all_lines(settings, most)


def all_lines(settings: Settings, most: int = 0) -> list[dict[str, Any]]:
    """Return the lines that can be read, oldest first; of so many at the end, or of all."""
    log = settings.home / LOG
    found = []
    for line in log.read_bytes().splitlines()[-most:] if log.exists() else []:
        with contextlib.suppress(ValueError):
            said = json.loads(line)
            found.extend([said] if isinstance(said, dict) else [])
    return found


def _walk(content: bytes, start: Head) -> tuple[Head, Head, Broken | None]:
    """Follow the chain from a line on; return what a head would say of the last two whole lines, and the fault."""
    before = at = start
    for line in content.split(b"\n")[:-1]:
        number = at.lines + 1
        body, seal, _ = line.rpartition(_SEAL.encode())
        own = hashlib.sha256(body).hexdigest()
        try:
            said = json.loads(line)
            says, previous = said["sequence"], said["previous"]
        except (ValueError, KeyError, TypeError):
            return before, at, Broken(number, "it is no line of the log: a byte of it was changed")
        if not seal or line != body + f'{_SEAL}{own}"}}'.encode():
            return before, at, Broken(number, "its sha256 does not fit it: a byte of it was changed")
        if says != number:
            what = "lines before it are missing" if says > number else "it stands in the wrong place"
            return before, at, Broken(number, f"it says to be line {says}: {what}")
        if previous != at.sha256:
            return before, at, Broken(number, "it was written after another line than the one before it")
        before, at = at, Head(number, at.bytes + len(line) + 1, own)
    return before, at, None


def _torn(content: bytes) -> bytes:
    """Return the bytes after the last whole line."""
    return content[content.rfind(b"\n") + 1 :]


def _against_head(before: Head, last: Head, head: Head | None) -> str:
    """Return what is wrong between the last two lines and the head, empty where they agree or a kill explains it."""
    if head is None:
        return f"{HEAD} cannot be read: nothing says whether lines are missing at the end"
    if head in {before, last}:
        return ""
    if head == Head():
        return f"{HEAD} is gone: nothing says whether lines are missing at the end"
    if head.lines > last.lines:
        return f"{HEAD} counts {head.lines} lines and {last.lines} are there: the end was cut off or changed"
    return f"{HEAD} does not fit the last line: one of the two was changed"


def _mended(settings: Settings, descriptor: int) -> Head:
    """Return what the next line is bound to, after what a kill or another hand left at the end was set right.

    The head is believed more than the file: where lines were cut off, the next one follows the last that was written,
    so that ``verify`` finds the gap for good.
    """
    for left in settings.home.glob(
        f".{HEAD}.*"
    ):  # drafts of heads; whoever wrote one here was killed, we hold the lock
        left.unlink(missing_ok=True)
    head, size = _head(settings), os.fstat(descriptor).st_size
    is_cut = head is not None and size < head.bytes
    known = Head() if head is None or is_cut else head
    content = _content(descriptor, known.bytes)
    _, found, _ = _walk(content, known)
    last = head if head is not None and is_cut else found
    if torn := _torn(content):
        last = _set_aside(settings, descriptor, last, torn)
    if head is None or (head == Head() and found.lines > 1):
        last = _add(settings, descriptor, last, "head_lost", {"lines": found.lines})
    return last


def _set_aside(settings: Settings, descriptor: int, head: Head, torn: bytes) -> Head:
    """Move the bytes of an unfinished line into a file of their own and say so in the log."""
    name = f"audit.torn-{head.lines + 1}"
    with replacing(settings.home / name, PRIVATE_MODE, is_durable=True) as draft:
        draft.write_bytes(torn)
    os.ftruncate(descriptor, os.fstat(descriptor).st_size - len(torn))
    details = {"bytes": len(torn), "sha256": hashlib.sha256(torn).hexdigest(), "kept_in": name}
    return _add(settings, descriptor, head, "torn_tail", details)


def _add(settings: Settings, descriptor: int, head: Head, action: str, details: Mapping[str, Any]) -> Head:
    """Write one line at the end, then the head; both are on the disk when this returns."""
    said: dict[str, Any] = {"sequence": head.lines + 1, "at": f"{clock.now():%Y-%m-%dT%H:%M:%SZ}"}
    if clock.given() is not None:
        said["real_at"] = f"{clock.real_now():%Y-%m-%dT%H:%M:%SZ}"
    said |= {"actor": who_works(), "action": action, "details": _without_people(details), "previous": head.sha256}
    body = json.dumps(said, ensure_ascii=False).removesuffix("}").encode("utf-8", "replace")
    own = hashlib.sha256(body).hexdigest()
    line = body + f'{_SEAL}{own}"}}\n'.encode()
    os.lseek(descriptor, 0, os.SEEK_END)
    while line:
        line = line[os.write(descriptor, line) :]
    os.fsync(descriptor)
    new = Head(head.lines + 1, os.lseek(descriptor, 0, os.SEEK_CUR), own)
    write_text(settings.home / HEAD, json.dumps(dataclasses.asdict(new)) + "\n", PRIVATE_MODE)
    return new


def _without_people(value: Any) -> Any:
    if isinstance(value, str):
        is_person = not _NAME.fullmatch(value) and (EMBEDDED.search(value) or ONE_ID.search(value))
        return _WITHHELD if is_person else value
    if isinstance(value, Mapping):
        return {str(_without_people(str(name))): _without_people(one) for name, one in value.items()}
    if isinstance(value, Sequence | set | frozenset):
        return [_without_people(one) for one in value]
    return value if isinstance(value, int | float) or value is None else _without_people(str(value))


def _head(settings: Settings) -> Head | None:
    """Return what the head says: nothing yet where there is none, None where it cannot be read."""
    try:
        text = (settings.home / HEAD).read_text(encoding="utf-8")
        said = json.loads(text)
        head = Head(**said)
    except FileNotFoundError:
        return Head()
    except (ValueError, TypeError):
        return None
    return head if text == json.dumps(dataclasses.asdict(head)) + "\n" else None


def _content(descriptor: int, start: int) -> bytes:
    size = os.fstat(descriptor).st_size
    return os.pread(descriptor, size - start, start) if size > start else b""


@contextlib.contextmanager
def _locked(path: Path, flags: int, lock: int) -> Iterator[int]:
    descriptor = os.open(path, flags, PRIVATE_MODE)
    try:
        fcntl.flock(descriptor, lock)
        yield descriptor
    finally:
        os.close(descriptor)

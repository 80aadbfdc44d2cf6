"""What was told: ``notices.jsonl`` of a home, a line each, and what still waits for a robot that was not reached."""

import contextlib
import dataclasses
import datetime as dt
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from orchestration import clock
from orchestration.files import PRIVATE_MODE, write_text
from orchestration.locks import locked_within
from orchestration.settings import Settings
from orchestration.telling import robots
from orchestration.telling.words import TROUBLE, Notice, words

FILE: Final = "notices.jsonl"
_KEPT: Final = 500
#: What a robot could not be told for so long is old news.
_TRIED_FOR: Final = dt.timedelta(hours=24)
_LOCK_SECONDS: Final = 30


@dataclasses.dataclass(frozen=True)
class Told:
    """How a telling went: whether the notice was new, and why the robot was not told, empty where it was or is none."""

    is_new: bool
    why_not: str = ""


def tell(settings: Settings, notice: Notice, now: dt.datetime) -> Told:
    """Write a notice down unless its key was told before, and say all that waits in the group.

    Parameters
    ----------
    settings
        Whose home, and its robot.
    notice
        What is told.
    now
        The moment, UTC and naive.
    """
    with _opened(settings) as lines:
        is_new = all(line["key"] != notice.key for line in lines)
        if is_new:
            zh, en = words(notice, settings.brand_name)
            dates = [notice.first.isoformat(), notice.last.isoformat()]
            told = {"at": _instant(now), "key": notice.key, "kind": notice.kind, "dates": dates}
            lines.append({**told, "zh": zh, "en": en, "robot": None})
        return Told(is_new, _deliver(settings, lines, now))


def deliver(settings: Settings, now: dt.datetime) -> str:
    """Say in the group what waits for it; return why that failed, empty where nothing waits any more."""
    with _opened(settings) as lines:
        return _deliver(settings, lines, now)


def open_trouble(settings: Settings) -> dict[str, Any] | None:
    """Return the last line that calls for somebody and that no later one takes back."""
    trouble = None
    for line in _read(settings.home / FILE):
        if line["kind"] in TROUBLE:
            trouble = line
        elif line["kind"] == "mended":
            trouble = None
    return trouble


def _deliver(settings: Settings, lines: list[dict[str, Any]], now: dt.datetime) -> str:
    if not settings.robot_url.get_secret_value():
        return ""
    for line in lines:
        waits = line["robot"] is None and now - _moment(line["at"]) < _TRIED_FOR
        if waits:
            try:
                robots.send(settings, f"{line['zh']}\n\n{line['en']}")
            except robots.NotTold as error:
                return str(error)
            line["robot"] = _instant(now)
    return ""


@contextlib.contextmanager
def _opened(settings: Settings) -> Iterator[list[dict[str, Any]]]:
    """Hand out the lines, one process at a time, and keep what was changed."""
    file = settings.home / FILE
    descriptor = os.open(settings.home / f".{FILE}.lock", os.O_RDWR | os.O_CREAT, PRIVATE_MODE)
    try:
        if not locked_within(descriptor, _LOCK_SECONDS):
            raise OSError(f"{file} is held by another process")
        lines = _read(file)
        before = json.dumps(lines)
        yield lines
        if json.dumps(lines) != before:
            text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines[-_KEPT:])
            write_text(file, text, PRIVATE_MODE)
            clock.stamp(file)
    finally:
        os.close(descriptor)


def _read(file: Path) -> list[dict[str, Any]]:
    """Return the lines of the file; one that cannot be read is left out, so that a night can still say what it is."""
    lines = []
    for text in file.read_text(encoding="utf-8", errors="replace").splitlines() if file.exists() else ():
        with contextlib.suppress(ValueError, KeyError, TypeError):
            line = dict(json.loads(text))
            _moment(line["at"])
            lines.append({name: line[name] for name in ("at", "key", "kind", "dates", "zh", "en", "robot")})
    return lines


def _instant(at: dt.datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=None)

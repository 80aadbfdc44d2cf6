"""What people are told of a night: what failed, what stands published, what to do; no person and no contact value."""

import dataclasses
import datetime as dt
import re
from typing import Final, Literal

from orchestration.audit_log import ONE_ID
from orchestration.channels.engine.contacts import EMBEDDED

Kind = Literal["failed", "blocked", "late", "mended", "test"]
#: What calls for somebody, until a night tells of its end.
TROUBLE: Final = frozenset({"failed", "blocked", "late"})
#: What a text of a WeCom robot may hold (UTF-8), the least of the three platforms.
MOST_BYTES: Final = 2048
_MOST_SAID: Final = 300
_WITHHELD: Final = "[withheld]"
#: The name of an error's class in front of its words is for programmers.
_CLASS: Final = re.compile(r"^(?:\w+\.)*[A-Z]\w+: ")
_TITLES: Final = {
    "failed": ("夜跑失败", "the night failed"),
    "blocked": ("检查没通过，没有发布", "checks failed, nothing new is published"),
    "late": ("迟了，还没有发布", "late, not published yet"),
    "mended": ("好了，已发布", "published again"),
    "test": ("试一下：收到就是通了", "a test: you are being told"),
}


@dataclasses.dataclass(frozen=True)
class Notice:
    """One thing that people are told once.

    Attributes
    ----------
    key
        What it is about; a key is told once.
    first, last
        The business dates it is about.
    step
        Where a run stopped, empty for another kind.
    said
        What the run said, in its own words.
    current
        The version that stands published, None before the first.
    is_running
        Whether a run is going on.
    """

    key: str
    kind: Kind
    first: dt.date
    last: dt.date
    step: str = ""
    said: str = ""
    current: str | None = None
    is_running: bool = False


def without_people(text: str) -> str:
    """Return a text without whatever looks like a contact value or names a customer."""
    return ONE_ID.sub(_WITHHELD, EMBEDDED.sub(_WITHHELD, text))


def words(notice: Notice, brand: str) -> tuple[str, str]:
    """Return a notice in Chinese and in English; the two and an empty line between them fit into one text.

    Parameters
    ----------
    notice
        What is told.
    brand
        The brand's name, empty where it has none.
    """
    said = _CLASS.sub("", " ".join(without_people(notice.said).split()))
    for most in range(_MOST_SAID, -1, -20):
        short = said if len(said) <= most else f"{said[:most]}…"
        zh, en = _zh(notice, brand, short), _en(notice, brand, short)
        if len(f"{zh}\n\n{en}".encode()) <= MOST_BYTES:
            break
    return zh, en


def _dates(notice: Notice) -> str:
    return " – ".join(dict.fromkeys((notice.first.isoformat(), notice.last.isoformat())))


def _again(notice: Notice) -> str:
    if notice.first == notice.last:
        return f"siyu daily {notice.last}"
    return f"siyu backfill {notice.first} {notice.last}"


def _zh(notice: Notice, brand: str, said: str) -> str:
    lines = [f"【siyu{f' · {brand}' if brand else ''}】{_TITLES[notice.kind][0]}：{_dates(notice)}"]
    if notice.step or said:
        lines.append(f"停在 {notice.step or '开始之前'}：{said}")
    if notice.kind != "test":
        moved = "" if notice.kind == "mended" else "，没有动"
        lines.append(f"现在发布的是 {notice.current}{moved}" if notice.current else "还没有发布过任何一天")
    if notice.kind == "late":
        what = "有一次正在跑，等它结束" if notice.is_running else f"看 siyu status；文件到齐就跑：{_again(notice)}"
        lines.append(f"下一步：{what}")
    elif notice.kind in TROUBLE:
        lines.append(f"下一步：按上面说的改好，再跑：{_again(notice)}")
    return "\n".join(lines)


def _en(notice: Notice, brand: str, said: str) -> str:
    lines = [f"[siyu{f' · {brand}' if brand else ''}] {_TITLES[notice.kind][1]}: {_dates(notice)}"]
    if notice.step or said:
        lines.append(f"Stopped at {notice.step or 'its start'}: {said}")
    if notice.kind != "test":
        stays = "Published is" if notice.kind == "mended" else "What is published stays as it was:"
        lines.append(f"{stays} {notice.current}" if notice.current else "Nothing has been published yet")
    if notice.kind == "late":
        what = (
            "a run is going on, wait for its end" if notice.is_running else "see siyu status; when the files are there"
        )
        lines.append(f"Next: {what}" + ("" if notice.is_running else f": {_again(notice)}"))
    elif notice.kind in TROUBLE:
        lines.append(f"Next: mend what it named, then run it again: {_again(notice)}")
    return "\n".join(lines)

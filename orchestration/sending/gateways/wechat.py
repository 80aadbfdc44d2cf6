"""Exports for WeChat's platforms: bodies of requests, one JSON object a line, as their interfaces take them."""

import hashlib
import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from ml.recall.saying import in_fields

#: add_msg_template (developer.work.weixin.qq.com, path 92135): as many external users in one task.
WECOM_MOST: Final = 10_000
#: message/mass/send of official accounts: two openids at the least, as many at the most.
MASS_MOST: Final = 10_000


def write_wecom(rows: Sequence[dict[str, Any]], folder: Path) -> list[Path]:
    """Write ``wecom_HHMM-HHMM.jsonl``: a task for each member of staff and text; the member named confirms it."""

    def body(alike: tuple[str, ...], batch: Sequence[dict[str, Any]]) -> dict[str, Any]:
        return {
            "chat_type": "single",
            "external_userid": [row["address"] for row in batch],
            "sender": alike[0],
            "allow_select": False,
            "text": {"content": alike[1]},
        }

    return _by_window(rows, folder, "wecom", ("staff_id", "words"), WECOM_MOST, body)


def write_official_account(rows: Sequence[dict[str, Any]], folder: Path) -> list[Path]:
    """Write ``official_account_HHMM-HHMM.jsonl``: a mass message for each account and text.

    clientmsgid is made of what is sent to whom, so that a body posted twice is refused by the platform.
    """

    def body(alike: tuple[str, ...], batch: Sequence[dict[str, Any]]) -> dict[str, Any]:
        openids = [row["address"] for row in batch]
        text = "\x1f".join((*alike, *openids))
        return {
            "touser": openids,
            "msgtype": "text",
            "text": {"content": alike[1]},
            "clientmsgid": hashlib.sha256(text.encode()).hexdigest()[:32],
        }

    return _by_window(rows, folder, "official_account", ("id_scope", "words"), MASS_MOST, body)


def write_mini_program(rows: Sequence[dict[str, Any]], folder: Path) -> list[Path]:
    """Write ``mini_program_HHMM-HHMM.jsonl``: a subscription message a line, for the template they subscribed to.

    The words stand in the fields of the platform's template (subscription_fields); those of another form in its first.
    """

    def body(alike: tuple[str, ...], batch: Sequence[dict[str, Any]]) -> dict[str, Any]:
        return {
            "touser": batch[0]["address"],
            "template_id": batch[0]["template_id"],
            "data": {field: {"value": value} for field, value in _in_fields(batch[0]).items()},
            "miniprogram_state": "formal",
            "lang": "zh_CN",
        }

    return _by_window(rows, folder, "mini_program", ("out_id",), 1, body)


def _in_fields(row: dict[str, Any]) -> dict[str, str]:
    fields = row["fields"]
    return (in_fields(row["words"], fields) if fields else None) or {"thing1": row["words"]}


def _by_window(
    rows: Sequence[dict[str, Any]],
    folder: Path,
    name: str,
    alike: tuple[str, ...],
    most: int,
    body: Callable[[tuple[str, ...], Sequence[dict[str, Any]]], dict[str, Any]],
) -> list[Path]:
    """Write a file for each window of the day, whose name says when its lines are posted: a body holds no time."""
    files = []
    windows = sorted({window_of(row) for row in rows})
    for window in windows:
        mine = [row for row in rows if window_of(row) == window]
        bodies = [body(key, batch) for key, batch in _alike(mine, alike, most)]
        files.append(_write(folder / f"{name}_{window}.jsonl", bodies))
    return files


def window_of(row: dict[str, Any]) -> str:
    """Return between which hours a row may be sent, as a part of a file's name: 1200-1300."""
    return "-".join(row[end][11:16].replace(":", "") for end in ("after", "before"))


def _alike(
    rows: Sequence[dict[str, Any]], names: tuple[str, ...], most: int
) -> Iterator[tuple[tuple[str, ...], list[dict[str, Any]]]]:
    """Yield the rows that are alike in some columns, in even parts of no more than ``most``: none is left with one."""

    def key(row: dict[str, Any]) -> tuple[str, ...]:
        return tuple(row[name] or "" for name in names)

    for alike, group in itertools.groupby(sorted(rows, key=key), key):
        held = list(group)
        count = -(-len(held) // most)
        for part in range(count):
            yield alike, held[len(held) * part // count : len(held) * (part + 1) // count]


def _write(path: Path, bodies: Sequence[dict[str, Any]]) -> Path:
    text = "".join(json.dumps(body, ensure_ascii=False, sort_keys=True) + "\n" for body in bodies)
    path.write_text(text, encoding="utf-8")
    return path

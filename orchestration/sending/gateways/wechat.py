"""Exports for WeChat's platforms: bodies of requests, one JSON object a line, as their interfaces take them."""

import hashlib
import itertools
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

#: add_msg_template (developer.work.weixin.qq.com, path 92135): as many external users in one task.
WECOM_MOST: Final = 10_000
#: message/mass/send of official accounts: two openids at the least, as many at the most.
MASS_MOST: Final = 10_000


def write_wecom(rows: Sequence[dict[str, Any]], folder: Path) -> list[Path]:
    """Write ``wecom.jsonl``: a task for each member of staff and text; the member named confirms it."""
    bodies = [
        {
            "chat_type": "single",
            "external_userid": [row["address"] for row in batch],
            "sender": staff_id,
            "allow_select": False,
            "text": {"content": words},
        }
        for (staff_id, words), batch in _alike(rows, ("staff_id", "words"), WECOM_MOST)
    ]
    return [_write(folder / "wecom.jsonl", bodies)]


def write_official_account(rows: Sequence[dict[str, Any]], folder: Path) -> list[Path]:
    """Write ``official_account.jsonl``: a mass message for each account and text.

    clientmsgid is made of what is sent to whom, so that a body posted twice is refused by the platform.
    """
    bodies = []
    for (app, words), batch in _alike(rows, ("id_scope", "words"), MASS_MOST):
        openids = [row["address"] for row in batch]
        text = "\x1f".join((app, words, *openids))
        bodies.append({
            "touser": openids,
            "msgtype": "text",
            "text": {"content": words},
            "clientmsgid": hashlib.sha256(text.encode()).hexdigest()[:32],
        })
    return [_write(folder / "official_account.jsonl", bodies)]


def write_mini_program(rows: Sequence[dict[str, Any]], folder: Path) -> list[Path]:
    """Write ``mini_program.jsonl``: a subscription message a line, for the template that the person subscribed to."""
    bodies = [
        {
            "touser": row["address"],
            "template_id": row["template_id"],
            "data": {name: {"value": value} for name, value in json.loads(row["variables"] or "{}").items()},
            "miniprogram_state": "formal",
            "lang": "zh_CN",
        }
        for row in rows
    ]
    return [_write(folder / "mini_program.jsonl", bodies)]


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

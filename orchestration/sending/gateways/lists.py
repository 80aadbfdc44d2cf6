"""Exports as plain lists: devices of an app, addresses of e-mail."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from orchestration.sending.gateways.cells import write_csv


def write_app_push(rows: Sequence[dict[str, Any]], folder: Path) -> list[Path]:
    """Write ``app_push.csv``: device, words, when, and what to send back."""
    header = ["device_id", "content", "send_after", "send_before", "out_id", "template_id"]
    names = ("address", "words", "after", "before", "out_id", "template_id")
    return [write_csv(folder / "app_push.csv", header, [[row[name] for name in names] for row in rows])]


def write_email(rows: Sequence[dict[str, Any]], folder: Path) -> list[Path]:
    """Write ``email.csv``: address, words, when, and what to send back."""
    header = ["email", "content", "send_after", "send_before", "out_id", "template_id"]
    names = ("address", "words", "after", "before", "out_id", "template_id")
    return [write_csv(folder / "email.csv", header, [[row[name] for name in names] for row in rows])]

"""Exports as plain lists: devices of an app, addresses of e-mail."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from orchestration.sending.gateways.cells import write_csv


def write_app_push(rows: Sequence[dict[str, Any]], folder: Path) -> list[Path]:
    """Write ``app_push.csv``: device, title (the brand), words, when, and what to send back."""
    header = ["device_id", "title", "content", "send_after", "send_before", "out_id", "template_id", "offer_id"]
    names = ("address", "title", "words", "after", "before", "out_id", "template_id", "offer_id")
    return [write_csv(folder / "app_push.csv", header, [[row[name] for name in names] for row in rows])]


def write_email(rows: Sequence[dict[str, Any]], folder: Path) -> list[Path]:
    """Write ``email.csv``: address, subject, words, when, and what to send back."""
    header = ["email", "subject", "content", "send_after", "send_before", "out_id", "template_id", "offer_id"]
    names = ("address", "subject", "words", "after", "before", "out_id", "template_id", "offer_id")
    return [write_csv(folder / "email.csv", header, [[row[name] for name in names] for row in rows])]


def write_coupons(rows: Sequence[dict[str, Any]], folder: Path) -> list[Path]:
    """Write ``coupons.csv`` where anybody was promised an offer: who is to be given which, before the message."""
    header = ["address", "offer_id", "offer", "valid_days", "out_id"]
    cells = []
    for row in rows:
        if row["offer_id"]:
            told = json.loads(row["variables"] or "{}")
            cells.append([
                row["address"],
                row["offer_id"],
                told.get("offer_words"),
                told.get("valid_days"),
                row["out_id"],
            ])
    return [write_csv(folder / "coupons.csv", header, cells)] if cells else []

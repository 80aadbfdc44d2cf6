"""Exports by telephone number: batches for an SMS gateway, lists of calls for staff."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ml.recall.saying import parts
from orchestration.sending.gateways.cells import write_csv, write_xlsx


def write_sms(rows: Sequence[dict[str, Any]], folder: Path) -> list[Path]:
    """Write ``sms.csv``: number, words with signature and way out, parts billed, when, and what to send back."""
    header = ["mobile", "content", "segments", "send_after", "send_before", "out_id", "template_id", "offer_id"]
    cells = [
        [
            row["address"],
            row["words"],
            parts(row["words"]),
            row["after"],
            row["before"],
            row["out_id"],
            row["template_id"],
            row["offer_id"],
        ]
        for row in rows
    ]
    return [write_csv(folder / "sms.csv", header, cells)]


def write_calls(rows: Sequence[dict[str, Any]], folder: Path) -> list[Path]:
    """Write ``calls.xlsx``: one sheet, by member of staff and the order of their list."""
    header = [
        "导购 staff_id",
        "门店 store_id",
        "电话 mobile",
        "原因 why",
        "话术 words",
        "最早 after",
        "最晚 before",
        "任务 task_id",
        "out_id",
        "优惠 offer_id",
    ]
    ordered = sorted(rows, key=lambda row: (row["staff_id"] or "", row["before"], row["out_id"]))
    names = ("staff_id", "store_id", "address", "why", "words", "after", "before", "task_id", "out_id", "offer_id")
    return [write_xlsx(folder / "calls.xlsx", header, [[row[name] for name in names] for row in ordered])]

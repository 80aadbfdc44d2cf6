"""The sheet of a store: a row a task, with a cell 结果 to pick what became of it. Dropped back, it loads."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import openpyxl
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from orchestration.channels.engine.vocabularies import TASK_SHEET_WORDS
from orchestration.sending.gateways.cells import held, safe

#: Header, key of a task, width in characters. The last three and 结果 are read again by standard/task_sheets.
COLUMNS: Final = (
    ("导购", "staff_name", 12),
    ("顺序", "place", 6),
    ("客户", "customer", 16),
    ("类型", "kind", 10),
    ("怎么联系", "way", 10),
    ("电话", "mobile", 14),
    ("为什么", "reason", 34),
    ("发什么", "words", 44),
    ("先聊", "talk", 28),
    ("别说", "do_not_say", 28),
    ("最早", "after", 8),
    ("最晚", "before", 8),
    ("结果", "result", 14),
    ("任务编号", "task_id", 28),
    ("导购编号", "staff_id", 22),
    ("日期", "day", 12),
)
#: The same of the service desk: who answers is written in by hand.
DESK_COLUMNS: Final = (
    ("谁来答", "staff_name", 10),
    ("顺序", "place", 6),
    ("客户", "customer", 16),
    ("怎么联系", "way", 14),
    ("电话", "mobile", 14),
    ("问了什么", "reason", 44),
    ("最后一天", "last", 10),
    ("怎么说", "words", 44),
    ("先聊", "talk", 28),
    ("别说", "do_not_say", 28),
    ("最早", "after", 8),
    ("最晚", "before", 16),
    ("结果", "result", 14),
    ("任务编号", "task_id", 28),
    ("导购编号", "staff_id", 14),
    ("日期", "day", 12),
)
#: What comes back as it went out: nothing is put before it, a cell of text is no formula.
_AS_IT_IS: Final = frozenset({"task_id", "staff_id", "day"})
_WORDS: Final = tuple(word for word, _ in TASK_SHEET_WORDS)


def write_sheet(
    path: Path,
    tasks: Sequence[Mapping[str, Any]],
    columns: Sequence[tuple[str, str, int]] = COLUMNS,
    words: Sequence[str] = _WORDS,
) -> Path:
    """Write tasks, a store's by default, as texts whatever they look like; return the path.

    Parameters
    ----------
    path
        The workbook to write.
    tasks
        By the keys of ``columns``, in the order of the sheet; ``result`` is left empty.
    columns
        Header, key and width of each column.
    words
        What the cell 结果 offers.
    """
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "任务"
    sheet.append([header for header, _, _ in columns])
    for cell in sheet[1]:
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E8F0FE")
    for number, task in enumerate(tasks, 2):
        for at, (_, key, _) in enumerate(columns, 1):
            value = task.get(key)
            cell = sheet.cell(number, at)
            if value not in (None, ""):
                cell.value = held(value) if key in _AS_IT_IS else safe(value)
                cell.data_type = "s"
            cell.alignment = Alignment(vertical="top", wrap_text=True)
    for at, (_, _, width) in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(at)].width = width
    letter = get_column_letter(next(at for at, (_, key, _) in enumerate(columns, 1) if key == "result"))
    choice = DataValidation("list", formula1=f'"{",".join(words)}"', allow_blank=True)
    choice.showErrorMessage, choice.errorTitle, choice.error = True, "结果", "请从下拉框里选一个；没做就留空。"
    sheet.add_data_validation(choice)
    choice.add(f"{letter}2:{letter}{len(tasks) + 1}")
    sheet.freeze_panes = "D2"
    book.save(path)
    return path

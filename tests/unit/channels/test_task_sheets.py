"""A sheet dropped back unchanged: what was filled in loads, what was not is no result, what nobody knows waits."""

import openpyxl
import pytest

from orchestration.channels.engine.unread_refusals import listed_unread
from orchestration.sending.tasks.sheet import COLUMNS, write_sheet
from tests.unit.channels.door import Door

RESULT = next(at for at, (_, key, _) in enumerate(COLUMNS, 1) if key == "result")
MIDNIGHT = "2026-05-31 16:00:00"


@pytest.fixture
def door(tmp_path):
    return Door(tmp_path / "home", "standard")


def sheet(door, *results: str | None, name: str = "tasks-S1-2026-06-01.xlsx", reason: str = "好久没来"):
    """Write the sheet of a store, fill in its results as a person does, and drop it into landing."""
    path = door.land("task_sheets", name, b"")
    tasks = [
        {"task_id": f"t_{at}", "staff_id": "G1", "day": "2026-06-01", "place": at, "reason": reason, "words": "您好"}
        for at in range(len(results))
    ]
    write_sheet(path, tasks)
    book = openpyxl.load_workbook(path)
    for number, result in enumerate(results, 2):
        book.active.cell(number, RESULT).value = result
    book.save(path)


def loaded(door):
    return door.rows("standard__task_sheets", "task_id", "staff_id", "status", "changed_at")


def test_a_sheet_loads_as_it_is_and_an_empty_cell_says_nothing(door):
    sheet(door, "有回复", None, "已预约", "对方已删好友", "sent")
    done = door.ingest()
    assert (done.loaded, done.quarantined) == (5, 0)
    assert loaded(door) == [
        ("t_0", "G1", "replied", MIDNIGHT),
        ("t_1", "G1", None, MIDNIGHT),
        ("t_2", "G1", "booked", MIDNIGHT),
        ("t_3", "G1", "failed_deleted", MIDNIGHT),
        ("t_4", "G1", "sent", MIDNIGHT),
    ]


def test_a_word_that_nobody_knows_is_set_aside_with_its_line_and_the_words_that_are_known(door):
    sheet(door, "已发送", "打了没人接", None)
    assert (door.ingest().loaded, door.quarantine()) == (
        2,
        [("tasks-S1-2026-06-01.xlsx", 3, "status", "not_in_vocabulary")],
    )
    ((remedy, refuses),) = door.query("select remedy, may_refuse from channels.quarantine")
    assert "已发送 (sent)" in remedy and "号码不对 (wrong_number)" in remedy
    assert refuses is False


@pytest.mark.parametrize("word", ["要求勿扰", "客户说不要再联系", "不想再收", "不想再收了", "不想收到短信"])
def test_who_refuses_is_heard_in_whatever_words(word, door):
    sheet(door, word)
    assert door.ingest().quarantined == 0
    assert loaded(door)[0][2] in ("do_not_contact", "refused")
    assert listed_unread(door.settings) == []


def test_what_the_phones_page_saves_loads_as_well(door):
    saved = '\ufeff"任务编号","导购编号","日期","结果"\n"t_1","G1","2026-06-01","已购买"\n"t_2","G1","2026-06-01",""\n'
    door.land("task_sheets", "results-2026-06-01.csv", saved)
    assert (door.ingest().quarantined, loaded(door)) == (
        0,
        [("t_1", "G1", "bought", MIDNIGHT), ("t_2", "G1", None, MIDNIGHT)],
    )


def test_words_of_a_task_that_look_like_a_refusal_or_a_formula_harm_nothing(door):
    sheet(door, "已发送", reason="=退订")
    assert (door.ingest().loaded, door.quarantine()) == (1, [])

"""Lists that still lie where they were written: an erased person's lines go, a namesake's stay."""

import datetime as dt

import openpyxl
import pyarrow as pa
import pytest

from orchestration import audit_log
from orchestration.erasing import handed_over
from orchestration.erasing.needles import Needles
from orchestration.sending import activations
from orchestration.sending.tasks.phone import phone_page
from orchestration.sending.tasks.sheet import write_sheet
from orchestration.settings import Settings

MOBILE, TASK, OTHER = "13912345671", "20260310-wecom-000001", "20260310-wecom-000002"
VALUES = {MOBILE, TASK}


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path / "home")


def exported(settings, name):
    """Keep an export of one row in the log, and return its folder."""
    place = settings.home.parent / "out" / name
    place.mkdir(parents=True)
    row = dict.fromkeys(activations.ACTIVATIONS.names) | {"export_id": name, "exported_at": dt.datetime(2026, 3, 10)}
    activations.keep(settings, name, pa.Table.from_pylist([row], activations.ACTIVATIONS), place)
    return place


def task(task_id, customer):
    said = dict.fromkeys(("staff_name", "reason", "words", "talk", "do_not_say", "mobile"), "")
    said |= {"task_id": task_id, "customer": customer, "place": 1, "kind": "召回", "way": "企微", "staff_id": "S1"}
    said |= {"day": "2026-03-10", "after": "10:00", "before": "20:00", "list_kind": "chosen", "talking": [], "bars": []}
    return said


def store_list(place, *tasks):
    """Write a store's sheet, and the page of its one member."""
    (place / "1102").mkdir(parents=True)
    write_sheet(place / "tasks-1102.xlsx", tasks)
    page = phone_page(tasks, "小王", "一店", "2026-03-10", None)
    (place / "1102" / "S1.html").write_text(page, encoding="utf-8")


def customers(place):
    sheet = openpyxl.load_workbook(place / "tasks-1102.xlsx").active
    return [row[2] for row in sheet.iter_rows(min_row=2, values_only=True)]


def test_a_namesakes_line_stays(settings):
    place = exported(settings, "20260310-sms-cloud-001")
    (place / "list.csv").write_text(f'"手机","姓名"\n"{MOBILE}","林一"\n"13900000002","林一"\n', encoding="utf-8-sig")
    assert handed_over.cut(settings, VALUES, Needles([MOBILE], VALUES)) == (1, 0)
    assert (place / "list.csv").read_text(encoding="utf-8-sig").splitlines() == [
        '"手机","姓名"',
        '"13900000002","林一"',
    ]


def test_a_task_without_a_number_is_found_by_its_id_in_the_sheet_and_in_the_page(settings):
    place = exported(settings, "20260310-tasks-001")
    store_list(place, task(TASK, "林女士"), task(OTHER, "林女士"))
    assert handed_over.cut(settings, VALUES, Needles([MOBILE], VALUES)) == (1, 1)
    assert customers(place) == ["林女士"]
    assert not (place / "1102" / "S1.html").exists()


def test_a_page_whose_sheet_is_gone_is_found_by_itself_and_one_of_others_stays(settings):
    place = exported(settings, "20260310-tasks-001")
    store_list(place, task(TASK, "林女士"))
    (place / "tasks-1102.xlsx").unlink()
    other = exported(settings, "20260310-tasks-002")
    store_list(other, task(OTHER, "林女士"))
    assert handed_over.cut(settings, VALUES, Needles([MOBILE], VALUES)) == (0, 1)
    assert (other / "1102" / "S1.html").exists()


@pytest.mark.parametrize("is_noted", [True, False])
def test_a_list_written_again_is_cut_though_it_named_nobody_new(settings, is_noted):
    place = exported(settings, "20260310-tasks-001").with_name("20260310-tasks-002")
    store_list(place, task(TASK, "林女士"))
    if is_noted:
        activations.note_again(settings, place)
    else:  # of an earlier release: the audit log alone knows its name
        audit_log.append(settings, activations.WRITTEN_AGAIN, {"export": place.name})
    assert handed_over.cut(settings, VALUES, Needles([MOBILE], VALUES)) == (1, 1)
    assert customers(place) == []

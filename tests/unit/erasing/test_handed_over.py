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
    assert handed_over.cut(settings, VALUES, Needles([MOBILE], VALUES)) == (1, 0, ())
    assert (place / "list.csv").read_text(encoding="utf-8-sig").splitlines() == [
        '"手机","姓名"',
        '"13900000002","林一"',
    ]


def test_a_task_without_a_number_is_found_by_its_id_in_the_sheet_and_in_the_page(settings):
    place = exported(settings, "20260310-tasks-001")
    store_list(place, task(TASK, "林女士"), task(OTHER, "林女士"))
    assert handed_over.cut(settings, VALUES, Needles([MOBILE], VALUES)) == (1, 1, ())
    assert customers(place) == ["林女士"]
    assert not (place / "1102" / "S1.html").exists()


def test_a_page_whose_sheet_is_gone_is_found_by_itself_and_one_of_others_stays(settings):
    place = exported(settings, "20260310-tasks-001")
    store_list(place, task(TASK, "林女士"))
    (place / "tasks-1102.xlsx").unlink()
    other = exported(settings, "20260310-tasks-002")
    store_list(other, task(OTHER, "林女士"))
    assert handed_over.cut(settings, VALUES, Needles([MOBILE], VALUES)) == (0, 1, ())
    assert (other / "1102" / "S1.html").exists()


@pytest.mark.parametrize("is_noted", [True, False])
def test_a_list_written_again_is_cut_though_it_named_nobody_new(settings, is_noted):
    place = exported(settings, "20260310-tasks-001").with_name("20260310-tasks-002")
    store_list(place, task(TASK, "林女士"))
    if is_noted:
        activations.note_place(settings, place)
    else:  # of an earlier release: the audit log alone knows its name
        audit_log.append(settings, activations.WRITTEN_AGAIN, {"export": place.name})
    assert handed_over.cut(settings, VALUES, Needles([MOBILE], VALUES)) == (1, 1, ())
    assert customers(place) == []


def test_what_a_killed_process_left_of_an_export_goes_whole_and_a_draft_that_counts_stays(settings):
    place = settings.home.parent / "out" / "20260310-sms-cloud-001"
    activations.note_place(settings, place)  # killed before the log knew of it
    left = place.with_name(f".{place.name}.partial")
    left.mkdir(parents=True)
    (left / "list.csv").write_text(f'"手机"\n"{MOBILE}"\n"139', encoding="utf-8-sig")
    kept = exported(settings, "20260310-sms-cloud-002")
    activations.note_place(settings, kept)
    draft = kept.rename(kept.with_name(f".{kept.name}.partial"))  # killed before it had its name
    (draft / "list.csv").write_text(f'"手机"\n"{MOBILE}"\n"13900000002"\n', encoding="utf-8-sig")
    assert handed_over.cut(settings, VALUES, Needles([MOBILE], VALUES)) == (1, 0, ())
    assert not left.exists()
    assert (draft / "list.csv").read_text(encoding="utf-8-sig").splitlines() == ['"手机"', '"13900000002"']


def test_a_table_written_to_a_file_loses_the_row_the_name_in_a_list_and_what_a_killed_process_left(settings):
    settings.home.parent.mkdir(exist_ok=True)
    file = settings.home.parent / "customers.csv"
    activations.note_place(settings, file)
    file.write_text("one_id,met\np_1,p_2\np_2,p_1\np_3,p_2;p_1\n", encoding="utf-8-sig")
    half = file.with_name(".customers.csv.0a1b2c3d")
    half.write_text("one_id,met\np_1", encoding="utf-8")
    other = file.with_name("customers.csv.mine")
    other.write_text("p_1", encoding="utf-8")
    assert handed_over.cut(settings, {"p_1"}, Needles([], {"p_1"})) == (1, 0, ())
    assert file.read_text(encoding="utf-8-sig").splitlines() == ['"one_id","met"', '"p_2",""', '"p_3","p_2"']
    assert not half.exists() and other.exists()


def test_a_lead_is_known_by_its_number_in_a_sheet_of_leads_alone(settings):
    place = settings.home.parent / "out" / "leads-2026-03-10"
    activations.note_place(settings, place)
    place.mkdir(parents=True)
    (place / "s1.csv").write_text('"线索","公司"\n"L1","甲"\n"L2","乙"\n', encoding="utf-8-sig")
    (place / "tills.csv").write_text('"till","shop"\n"L1","甲"\n', encoding="utf-8-sig")
    assert handed_over.cut(settings, VALUES, Needles([MOBILE], VALUES), {"L1"}) == (1, 0, ())
    assert (place / "s1.csv").read_text(encoding="utf-8-sig").splitlines() == ['"线索","公司"', '"L2","乙"']
    assert "L1" in (place / "tills.csv").read_text(encoding="utf-8")


def test_a_file_that_nobody_can_read_any_more_is_named_and_stops_nothing(settings):
    place = exported(settings, "20260310-tasks-001")
    (place / "tasks-1102.xlsx").write_bytes(b"PK\x03\x04 cut off")
    (place / "list.csv").write_text(f'"手机"\n"{MOBILE}"\n', encoding="utf-8-sig")
    done = handed_over.cut(settings, VALUES, Needles([MOBILE], VALUES))
    assert (done.lines, done.unread) == (1, (place / "tasks-1102.xlsx",))


def test_a_place_whose_note_was_cut_off_spoils_no_other(settings):
    activations.note_place(settings, settings.home.parent / "one")
    file = activations.folder(settings) / "places.jsonl"
    file.write_bytes(file.read_bytes() + b'\n"/tmp/tw')
    activations.note_place(settings, settings.home.parent / "three")
    assert activations.places(settings) == [settings.home.parent / "one", settings.home.parent / "three"]

"""A person asks what is kept of them: a copy in the clear with why it was decided, and nobody else's number in it."""

import json
import re

import openpyxl
import pytest

from orchestration.audit_log import last_lines
from orchestration.audit_pack import pack
from orchestration.clock import now
from orchestration.door.files import count
from orchestration.door.known import Known
from orchestration.erasing.copying import NoCopy, copy
from orchestration.erasing.person import NobodyToErase
from orchestration.settings import Settings
from orchestration.warehouse import connect, writer_lock
from tests.builders import phone, siyu
from tests.journey.conftest import copied

#: The third customer of the shop.
NUMBER, CUSTOMER = phone(3), "C0003"
MOBILE = re.compile(r"1[3-9]\d{9}")


@pytest.fixture(scope="module")
def settings(finished_home, tmp_path_factory):
    return Settings(home=copied(finished_home, tmp_path_factory.mktemp("copies") / "home"))


def orders_of(settings, customer):
    with connect(settings, read_only=True) as warehouse:
        return warehouse.execute(
            "select order_id from channels.standard__orders where customer_id = ? order by 1", [customer]
        ).fetchall()


def test_a_copy_to_take_along_has_every_order_the_number_in_the_clear_and_no_other_number(settings, tmp_path):
    done = copy(settings, NUMBER, tmp_path / "c3.json", "Li, service")
    said = json.loads((tmp_path / "c3.json").read_text(encoding="utf-8"))
    assert [(one["order_id"],) for one in said["landed"]["standard__orders"]] == orders_of(settings, CUSTOMER)
    (customer,) = said["landed"]["standard__customers"]
    assert (customer["customer_id"], customer["mobile"]) == (CUSTOMER, NUMBER)
    text = (tmp_path / "c3.json").read_text(encoding="utf-8")
    assert {*MOBILE.findall(text)} == {NUMBER}
    assert len(said["published"]["customers"]) == 1
    assert said["published"]["customers"][0]["one_id"] in said["decisions"][0]
    assert done.records == sum(map(len, said["landed"].values()))
    assert oct((tmp_path / "c3.json").stat().st_mode)[-3:] == "600"


def test_a_copy_to_read_is_a_workbook_with_the_decisions_first_and_a_sheet_for_each_table(settings, tmp_path):
    copy(settings, f"customer_id:shop:{CUSTOMER}", tmp_path / "c3.xlsx", "Li, service")
    book = openpyxl.load_workbook(tmp_path / "c3.xlsx")
    assert book.sheetnames[0] == "决定"
    (orders,) = (book[name] for name in book.sheetnames if name.endswith(" standard__orders"))
    column = [cell.value for cell in orders[1]].index("order_id")
    assert [(row[column],) for row in orders.iter_rows(min_row=2, values_only=True)] == orders_of(settings, CUSTOMER)


def test_the_audit_log_says_who_approved_a_copy_and_names_nobody(settings, tmp_path):
    done = copy(settings, NUMBER, tmp_path / "c3.json", "Li, service")
    (line,) = last_lines(settings, 1)
    assert (line["action"], line["details"]["approved_by"]) == ("person_copied", "Li, service")
    assert (line["details"]["records"], line["details"]["sha256"]) == (done.records, done.sha256)
    assert NUMBER not in json.dumps(line) and CUSTOMER not in json.dumps(line)


def test_whom_they_recommended_and_the_other_side_of_a_call_stay_out(settings, tmp_path):
    with connect(settings) as warehouse:
        mine, other = (
            warehouse.execute(
                "select mobile from channels.standard__customers where customer_id = ?", [name]
            ).fetchone()[0]
            for name in (CUSTOMER, "C0004")
        )
        warehouse.execute(
            "insert into channels.call_centre__cdr (calling_number, called_number) values (?, ?)", [mine, other]
        )
        warehouse.execute(
            "insert into channels.standard__events (source, customer_id, event_id, referred_customer_id)"
            " values ('shop', ?, 'e-refer', 'C0004')",
            [CUSTOMER],
        )
    copy(settings, NUMBER, tmp_path / "c3.json", "Li, service")
    landed = json.loads((tmp_path / "c3.json").read_text(encoding="utf-8"))["landed"]
    assert landed["call_centre__cdr"] == [{"calling_number": NUMBER, "called_number": "(他人)"}]
    (refers,) = (event for event in landed["standard__events"] if event.get("event_id") == "e-refer")
    assert refers["referred_customer_id"] == "(他人)"


def test_a_copy_of_nobody_of_another_kind_or_into_the_home_is_refused_with_the_remedy(settings, tmp_path):
    with pytest.raises(NobodyToErase, match="nobody is known"):
        copy(settings, "13700000000", tmp_path / "a.json", "Li")
    with pytest.raises(NoCopy, match=r"ends with \.xlsx or \.json"):
        copy(settings, NUMBER, tmp_path / "a.csv", "Li")
    with pytest.raises(NoCopy, match="lies in the home"):
        copy(settings, NUMBER, settings.home / "reports" / "a.json", "Li")
    with pytest.raises(NoCopy, match="there is no folder"):
        copy(settings, NUMBER, tmp_path / "none" / "a.json", "Li")
    said = siyu(settings.home, "copy", "--id", NUMBER, "--out", str(tmp_path / "a.json"), "--approved-by", " ")
    assert said.returncode == 2 and "say who made sure" in said.stderr
    assert not list(tmp_path.glob("a.*"))


def test_an_auditors_pack_has_log_law_assessment_and_versions_and_no_contact_value(settings, tmp_path):
    done = pack(settings, tmp_path / "pack", now())
    files = {str(file.relative_to(tmp_path / "pack")) for file in (tmp_path / "pack").rglob("*") if file.is_file()}
    assert {
        "audit.jsonl", "audit.head", "audit.verdict.json", "law_rules.csv", "assessment.zh.md", "assessment.en.md",
        "minors.json",
    } <= files  # fmt: skip
    assert any(name.startswith("versions/2026-03-10-") for name in files)
    assert (done.files, done.withheld, done.minors_acted_on) == (len(files), [], 0)
    with Known(settings) as known:
        assert sum(count(known, tmp_path / "pack" / name) for name in files) == 0
    again = siyu(settings.home, "audit", "pack", str(tmp_path / "pack"))
    assert again.returncode == 1 and "is there already; name a new folder" in again.stderr


def test_a_number_in_what_would_be_packed_is_left_out_and_named(settings, tmp_path):
    receipt = settings.home / "erasure" / "receipts" / "e-20260310-00000000.json"
    receipt.parent.mkdir(parents=True, exist_ok=True)
    said = {"erasure": "e-1", "asked_at": "2026-03-10", "ended_at": f"called {NUMBER}", "files_with_residue": 0}
    receipt.write_text(json.dumps(said), encoding="utf-8")
    try:
        done = pack(settings, tmp_path / "pack", now())
    finally:
        receipt.unlink()
    assert done.withheld == ["assessment.en.md", "assessment.zh.md", "erasures/e-20260310-00000000.json"]
    assert not [name for name in done.withheld if (tmp_path / "pack" / name).exists()]


def test_a_copy_while_a_run_holds_the_home_is_refused_in_one_sentence(settings, tmp_path):
    asked = ("copy", "--id", NUMBER, "--out", str(tmp_path / "c3.json"), "--approved-by", "Li, service")
    with writer_lock(settings, "run"):
        said = siyu(settings.home, *asked, SIYU_LOCK_WAIT_SECONDS="0")
    assert (said.returncode, said.stderr.count("\n"), list(tmp_path.iterdir())) == (1, 1, [])
    assert "is being written by process" in said.stderr

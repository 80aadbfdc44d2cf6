"""A file that breaks its parser, or eats the machine, is refused by name, and the night goes on."""

import json
import os
import signal
import zipfile

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.channels.engine.guard import Guard
from orchestration.channels.engine.reasons import BrokenFile
from orchestration.settings import Settings
from tests.unit.channels.door import Door, use_shop

TICKET = {"sn": "t1", "datetime": "2026-03-01 12:00:00"}


@pytest.fixture
def greedy(tmp_path, monkeypatch):
    """A home in which a file may take 64 megabytes and a second."""
    use_shop(monkeypatch)
    return Door(tmp_path / "home", read_memory_mb=64, read_seconds=1)


def test_an_array_that_takes_more_memory_than_a_file_may_is_refused_and_the_next_one_loads(greedy):
    greedy.land("tickets", "a.json", "[" + ",".join(['{"sn":{}}'] * 4_000_000) + "]")
    greedy.land("tickets", "b.json", json.dumps([TICKET]))
    greedy.ingest()
    assert {name: (found["status"], found["reason"]) for name, found in greedy.ledger().items()} == {
        "a.json": ("quarantined", "too_heavy"),
        "b.json": ("loaded", None),
    }
    assert "read_memory_mb" in greedy.query("select remedy from channels.quarantine")[0][0]


def test_a_parquet_cell_larger_than_a_file_may_be_is_refused(greedy):
    path = greedy.land("receipts", "a.parquet", "")
    pq.write_table(pa.table({"order_id": ["x" * 90_000_000]}), path, compression="zstd")
    assert path.stat().st_size < 100_000
    greedy.ingest()
    assert greedy.ledger()["a.parquet"]["reason"] == "too_heavy"


def test_a_workbook_that_takes_longer_than_a_file_may_is_refused(greedy):
    path = greedy.land("receipts", "a.xlsx", "")
    openpyxl.Workbook().save(path)
    with zipfile.ZipFile(path) as empty:
        parts = {name: empty.read(name) for name in empty.namelist()}
    rows = b"".join(b'<row r="%d"><c><v>%d</v></c><c><v>1</v></c></row>' % (n, n) for n in range(1, 1_000_000))
    space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = b'<worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>' % (space, rows)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as full:
        for name, content in (parts | {"xl/worksheets/sheet1.xml": sheet}).items():
            full.writestr(name, content)
    greedy.ingest()
    assert greedy.ledger()["a.xlsx"]["reason"] == "too_heavy"


def test_a_parser_that_crashes_takes_nothing_with_it(tmp_path):
    (tmp_path / "a.json").write_text("[]", encoding="utf-8")
    with Guard(Settings(home=tmp_path)) as guard:
        guard.check(tmp_path / "a.json", "json")
        assert guard._child is not None
        os.kill(guard._child.pid, signal.SIGSEGV)
        guard._child.wait()
        with pytest.raises(BrokenFile, match="too_heavy"):
            guard.check(tmp_path / "a.json", "json")
        guard.check(tmp_path / "a.json", "json")


def test_text_is_read_in_blocks_and_needs_no_child(tmp_path):
    with Guard(Settings(home=tmp_path)) as guard:
        for file_format in ("csv", "csv.gz", "jsonl", "jsonl.gz", None):
            guard.check(tmp_path / "no such file", file_format)
        assert guard._child is None

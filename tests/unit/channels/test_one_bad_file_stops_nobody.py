"""Files that used to end the whole run: each is set aside or read, and the file beside it loads."""

import datetime as dt
import decimal
import io
import json
import os
import zipfile

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.channels.engine import landing, registry
from orchestration.channels.engine.declare import Channel, Column, Dataset
from orchestration.channels.engine.files import Landed
from orchestration.status_and_explain import status
from tests.unit.channels.door import HEADER, NOON, Door, row

EVENTS = "source,event_id,event_type,occurred_at,properties\n"
ORDERS = "source,order_id,ordered_at,status,amount_yuan\n"
ORDER = "shop,{},2026-03-01 12:00:00,paid,9.90\n"


@pytest.fixture
def standard(tmp_path):
    """A home of the standard channel where one good order has landed."""
    door = Door(tmp_path / "home", "standard")
    door.land("orders", "good.csv", ORDERS + ORDER.format("good"))
    return door


#: Nested as deep as JSON is still read, and no longer written.
DEEP = (
    '{"source":"shop","event_id":"E1","event_type":"view","occurred_at":"2026-03-01 12:00:00","properties":'
    + '{"a":' * 900 + "1" + "}" * 901
)  # fmt: skip


def event(properties: str) -> str:
    quoted = properties.replace('"', '""')
    return f'{EVENTS}shop,E1,view,2026-03-01 12:00:00,"{quoted}"\n'


def cut_workbook() -> bytes:
    """Return a workbook whose sheet ends in the middle of a row."""
    book, whole, cut = openpyxl.Workbook(), io.BytesIO(), io.BytesIO()
    book.active.append(ORDERS.strip().split(","))
    for number in range(50):
        book.active.append(ORDER.format(f"x{number}").strip().split(","))
    book.save(whole)
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(cut, "w") as target:
        for entry in source.namelist():
            content = source.read(entry)
            target.writestr(entry, content[: len(content) // 2] if entry.endswith("sheet1.xml") else content)
    return cut.getvalue()


def gbk_parquet() -> bytes:
    """Return a Parquet file whose strings are GBK bytes, as some writers leave them."""
    values = ORDER.format("gbk").strip().split(",")
    columns = {name: pa.array([value]) for name, value in zip(ORDERS.strip().split(","), values, strict=True)}
    bent = pa.array(["已付".encode("gbk")], pa.binary())
    columns["status"] = pa.Array.from_buffers(pa.string(), 1, bent.buffers())
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("dataset", "name", "content", "reason"),
    [
        ("orders", "cut.xlsx", cut_workbook(), "not_xlsx"),
        ("orders", "gbk.parquet", gbk_parquet(), "undecodable"),
        ("orders", "half.csv", ORDERS.encode("utf-16") + b"\x00\xdc\x00\xdcs\x00\n\x00", "undecodable"),
    ],
)
def test_a_damaged_file_is_set_aside_and_the_one_beside_it_loads(standard, dataset, name, content, reason):
    standard.land(dataset, name, content)
    standard.ingest()
    assert standard.rows("standard__orders", "order_id") == [("good",)]
    assert [found[3] for found in standard.quarantine()] == [reason]


@pytest.mark.parametrize(("name", "content"), [("deep.csv", event("[" * 900 + "]" * 900)), ("deep.jsonl", DEEP)])
def test_a_json_value_nested_beyond_reading_is_emptied_and_counted(standard, name, content):
    standard.land("events", name, content)
    standard.ingest()
    assert standard.rows("standard__events", "event_id", "properties") == [("E1", None)]
    assert "emptied_not_an_object properties" in standard.ledger()[name]["warnings"]


@pytest.mark.parametrize(
    ("form", "properties", "kept"),
    [
        ("csv", '{"nick":"\\ud83d"}', '{"nick":"?"}'),
        ("jsonl", '{"nick":"\\ud83d"}', '{"nick":"?"}'),
        ("csv", '{"price":NaN,"most":1e999}', '{"price":null,"most":null}'),
    ],
)
def test_half_an_emoji_and_nan_in_properties_cost_no_record(standard, form, properties, kept):
    line = {"source": "shop", "event_id": "E1", "event_type": "view", "occurred_at": "2026-03-01 12:00:00"}
    inside = json.dumps(line)[:-1] + f', "properties": {properties}}}\n'
    standard.land("events", f"a.{form}", event(properties) if form == "csv" else inside)
    standard.ingest()
    assert standard.rows("standard__events", "event_id", "properties") == [("E1", kept)]


def test_a_file_name_in_gbk_is_stored_readable(standard):
    path = standard.land("orders", "x.csv", ORDERS + ORDER.format("b"))
    path.rename(path.with_name(os.fsdecode("订单 13812345678.csv".encode("gbk"))))
    stray = standard.settings.landing / os.fsdecode("杂项".encode("gbk"))
    stray.mkdir()
    (stray / "a.csv").touch()
    standard.ingest()
    assert standard.rows("standard__orders", "order_id") == [("b",), ("good",)]
    assert sorted(name.split("k1:")[0] for name in standard.ledger()) == ["good.csv", "杂项/a.csv", "订单 "]


def test_a_file_that_cannot_be_read_is_named_and_read_when_it_can(standard, monkeypatch):
    standard.land("orders", "locked.csv", ORDERS + ORDER.format("locked"))
    monkeypatch.setattr(landing, "probe", _denied_for("locked.csv"))
    monkeypatch.setattr(landing.Path, "is_file", _denied_for("locked.csv", landing.Path.is_file))
    standard.ingest()
    monkeypatch.undo()
    assert standard.quarantine() == [("locked.csv", None, None, "unreadable")]
    standard.ingest()
    assert standard.quarantine() == []
    assert standard.rows("standard__orders", "order_id") == [("good",), ("locked",)]


def _denied_for(name, really=landing.probe):
    def denied(path, *rest):
        if path.name == name:
            raise PermissionError(path)
        return really(path, *rest)

    return denied


def test_a_file_that_is_gone_again_is_left_to_the_next_run(standard):
    gone = Landed(standard.settings.landing / "standard" / "orders" / "gone.csv", "gone.csv", 3, 0)
    assert landing.land(standard.settings, "standard", "orders", gone, "gone.csv", NOON) is None


def test_sparks_decimals_and_the_remains_of_sums_are_amounts(standard):
    path = standard.settings.landing / "standard" / "orders" / "spark.parquet"
    orders = {
        "source": ["shop", "shop"],
        "order_id": ["1", "2"],
        "ordered_at": pa.array([dt.datetime(2026, 3, 1, 4)] * 2, pa.timestamp("ns", "UTC")),
        "status": ["paid", "paid"],
        "amount_yuan": pa.array([decimal.Decimal("12.5"), decimal.Decimal(0)], pa.decimal128(38, 18)),
        "discount_yuan": [0.1 + 0.2 - 0.3, 1e-7],
    }
    pq.write_table(pa.table(orders), path)
    lines = "source,order_id,line_id,sku_id,quantity,amount_yuan\nshop,1,1,K,1,5.55e-17\n"
    standard.land("order_lines", "sum.csv", lines)
    standard.ingest()
    assert standard.quarantine() == []
    assert standard.rows("standard__orders", "order_id", "ordered_at", "amount_yuan", "discount_yuan")[:2] == [
        ("1", "2026-03-01 04:00:00", "12.50", "0.00"),
        ("2", "2026-03-01 04:00:00", "0.00", "0.00"),
    ]
    assert standard.rows("standard__order_lines", "amount_yuan") == [("0.00",)]


def test_a_totals_line_with_a_full_width_colon_is_a_totals_line(door):
    door.land("receipts", "a.csv", f"{HEADER}\n{row('A1')}\n合计\uff1a,,,,9.90,\n")
    done = door.ingest()
    assert (done.loaded, done.skipped, done.quarantined) == (1, 1, 0)


def test_files_are_read_again_when_their_declaration_changes(tmp_path, monkeypatch):
    plain = (Column("card", "identifier", required=True), Column("level", required=True, values=("gold",)))
    known = dict(registry.channels())

    def declare(*columns):
        declared = {**known, "club": Channel("club", (Dataset("cards", columns, natural_key=("card",)),))}
        monkeypatch.setattr(registry, "channels", lambda: declared)

    declare(*plain)
    door = Door(tmp_path / "home", "club")
    door.land("cards", "a.csv", "卡号,level\nK1,gold\n").rename(door.settings.landing / "club" / "cards" / "b.csv")
    door.land("cards", "c.csv", "card,level\nK2,gold\nK3,silver\n")
    door.ingest()
    assert {(file, reason) for file, _, _, reason in door.quarantine()} == {
        ("b.csv", "missing_column"),
        ("c.csv", "not_in_vocabulary"),
    }
    for file in (door.settings.landing / "club" / "cards").iterdir():
        file.unlink()
    declare(
        Column("card", "identifier", required=True, aliases=("卡号",)),
        Column("level", required=True, values=("gold", "silver")),
    )
    door.ingest(NOON + dt.timedelta(days=9))
    assert door.quarantine() == []
    assert door.rows("club__cards", "card", "_landed_at") == [("K1", NOON), ("K2", NOON), ("K3", NOON)]
    assert door.ingest().files == 0


def test_status_names_what_was_set_aside_before_anything_is_published(standard, capsys):
    (standard.settings.landing / "orders.csv").write_text("x", encoding="utf-8")
    standard.land("customers", "a.csv", "source,mobile\nshop,1\n")
    standard.ingest()
    assert status(standard.settings) == 1
    said = capsys.readouterr().out
    assert "standard/customers" in said and "missing_column" in said
    assert "landing" in said and "unknown_folder" in said

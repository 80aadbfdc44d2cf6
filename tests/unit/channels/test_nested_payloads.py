"""Platform payloads: one entity a line, lists inside as tables of their own."""

import json

from tests.unit.channels.door import NOON

TICKET = {
    "sn": "202605101203189370001",
    "datetime": "2026-05-10 12:03:18",
    "customerUid": 700000000000000001,
    "payments": [{"code": "payCode_13", "amount": 36.0}],
    "items": [{"productUid": 88001, "quantity": 1}, {"productUid": 900000000000000003, "quantity": 2.5}],
    "tags": ["会员日", "13812345678"],
}


def lines(*records):
    """Return records as JSON lines."""
    return "\n".join(json.dumps(record, ensure_ascii=False) for record in records) + "\n"


def test_a_list_inside_a_payload_becomes_rows_with_their_parent_and_place(door):
    envelope = {"_account": "store0123", "_fetched_at": "2026-05-11T01:00:00Z", "payload": TICKET}
    door.land("tickets", "a.jsonl", lines(envelope))
    door.ingest()
    columns = ("sn", "sold_at", "customer_uid", "_account", "_fetched_at", "_line", "_landed_at")
    found = door.rows("shop__tickets", *columns)
    assert [(*row[:4], str(row[4]), *row[5:]) for row in found] == [
        (
            "202605101203189370001",
            "2026-05-10 04:03:18",
            "700000000000000001",
            "store0123",
            "2026-05-11 01:00:00",
            1,
            NOON,
        )
    ]
    assert door.rows("shop__ticket_items", "sn", "product_uid", "quantity", "_ordinal", "_account") == [
        ("202605101203189370001", "88001", "1", 1, "store0123"),
        ("202605101203189370001", "900000000000000003", "2.5", 2, "store0123"),
    ]


def test_ids_beyond_what_a_double_holds_keep_every_digit(door):
    records = [TICKET | {"sn": f"a{n}", "customerUid": uid} for n, uid in enumerate([9007199254740993, "5", None])]
    door.land("tickets", "a.jsonl", lines(*records))
    door.ingest()
    assert sorted(door.rows("shop__tickets", "sn", "customer_uid")) == [
        ("a0", "9007199254740993"),
        ("a1", "5"),
        ("a2", None),
    ]


def test_an_id_written_in_powers_of_ten_is_refused(door):
    door.land("tickets", "a.jsonl", lines(TICKET).replace("700000000000000001", "7.0E+17"))
    door.ingest()
    assert door.quarantine() == [("a.jsonl", 1, "customer_uid", "lossy_scientific")]


def test_one_bad_element_sets_its_whole_record_aside(door):
    bad = TICKET | {"sn": "b", "items": [{"productUid": 1, "quantity": 1}, {"productUid": 2, "quantity": -1}]}
    door.land("tickets", "a.jsonl", lines(TICKET, bad))
    done = door.ingest()
    assert (done.loaded, done.quarantined) == (1, 1)
    assert door.quarantine() == [("a.jsonl", 2, "items.quantity", "below_minimum")]
    assert {sn for (sn,) in door.rows("shop__ticket_items", "sn")} == {TICKET["sn"]}
    assert "below 0" in door.query("select remedy from channels.quarantine")[0][0]


def test_a_line_that_is_no_object_costs_one_record(door):
    door.land("tickets", "a.jsonl", lines(TICKET) + '{"sn": \n\n[1]\n' + lines(TICKET | {"sn": "c"}))
    done = door.ingest()
    assert (done.loaded, done.quarantined, done.skipped) == (2, 2, 1)
    assert [(line, reason) for _, line, _, reason in door.quarantine()] == [(2, "bad_json"), (4, "array_in_line")]


def test_a_json_array_is_one_record_per_element(door):
    door.land("tickets", "a.json", json.dumps([TICKET, TICKET | {"sn": "b"}, 7]))
    done = door.ingest()
    assert (done.loaded, done.quarantined) == (2, 1)
    assert door.rows("shop__tickets", "_line") == [(1,), (2,)]


def test_a_required_path_that_no_record_has_sets_the_file_aside(door):
    without = {key: value for key, value in TICKET.items() if key != "datetime"}
    door.land("tickets", "a.jsonl", lines(without, without | {"sn": "b"}))
    door.ingest()
    assert door.quarantine() == [("a.jsonl", None, "sold_at (datetime)", "missing_column")]
    assert door.ledger()["a.jsonl"]["quarantined"] == 2


def test_a_payload_without_its_list_has_no_elements(door):
    door.land("tickets", "a.jsonl", lines(TICKET | {"items": None, "tags": "会员日"}))
    assert door.ingest().loaded == 1
    assert door.rows("shop__ticket_items", "sn") == []
    assert door.rows("shop__ticket_tags", "tag") == [("会员日",)]


def test_parquet_and_csv_of_the_same_rows_say_the_same(door):
    import datetime as dt
    import decimal

    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table({
        "order_id": pa.array(["a", "b"]),
        "ordered_at": pa.array([dt.datetime(2026, 3, 1, 12), dt.datetime(2026, 3, 1, 12, 0, 0, 500000)]),
        "amount_yuan": pa.array([decimal.Decimal("9.90"), decimal.Decimal("10.00")]),
        "quantity": pa.array([1.0, 2.5]),
        "born_on": pa.array([dt.date(1990, 1, 2), None]),
    })
    path = door.land("receipts", "a.parquet", b"")
    pq.write_table(table, path)
    door.land("receipts", "a.csv", "order_id,ordered_at,amount_yuan,quantity,born_on\n"
              "a,2026-03-01 12:00:00,9.90,1.0,1990-01-02\nb,2026-03-01 12:00:00.5,10.00,2.5,\n")  # fmt: skip
    door.ingest()
    found = door.query(
        "select order_id, ordered_at, amount_yuan, quantity, born_on, count(*) from channels.shop__receipts "
        "group by all order by 1"
    )
    assert found == [
        ("a", "2026-03-01 04:00:00", "9.90", "1.0", "1990-01-02", 2),
        ("b", "2026-03-01 04:00:00.500000", "10.00", "2.5", None, 2),
    ]

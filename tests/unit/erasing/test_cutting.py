"""What is cut out of a delivered file, format by format: literal records of two people, one of whom is erased."""

import csv
import datetime as dt
import gzip
import hashlib
import io
import json

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.channels.engine import registry
from orchestration.channels.engine.landing import Delivery, read_again
from orchestration.channels.engine.tokens import Tokeniser
from orchestration.door.theirs import Theirs
from orchestration.erasing.columns import NOBODYS, NOT_A_PERSON, PLACES
from orchestration.erasing.cutting import Knife
from orchestration.erasing.finding import Shelf, find
from orchestration.erasing.needles import Emptied
from orchestration.erasing.raw import NO_NUMBERS
from orchestration.erasing.tombstones import ANYWHERE, CONTACT, Erased, Key, Tombstones, card, customer, order

TOKENS = Tokeniser(b"k" * 32)
MOBILE, OTHER = "13912345671", "13987654321"
AT = dt.datetime(2026, 3, 1)


def stones(*keys):
    """Return tombstones of one person: C1 of the shop, by phone and by order."""
    known = [customer("shop", "C1"), Key(ANYWHERE, TOKENS.contact(MOBILE)), order("shop", "O1"), *keys]
    known += [Key("any", key.value) for key in known if len(key.value) >= 5]
    empty = Tombstones(b"s" * 32)
    return empty.with_erased(Erased("e-1", AT, frozenset(map(empty.hash, known))))


def cut(tmp_path, channel, dataset, name, content, *keys, plain=()):
    """Return what stays of a file, as bytes, and the knife that counted; the bytes as they were where nothing goes."""
    path = tmp_path / name
    path.write_bytes(content)
    of = registry.channel(channel)
    shelf = Shelf(of, next(each for each in of.datasets if each.name == dataset), "", "")
    fmt = name.split(".", 1)[1]
    delivery = read_again(
        Delivery(
            path,
            hashlib.sha256(content).hexdigest(),
            channel,
            dataset,
            name,
            fmt,
            len(content),
            0,
            dt.datetime(2026, 6, 1),
            False,
        )
    )
    found = find(delivery, shelf, stones(*keys), TOKENS)
    knife = Knife(shelf.dataset, found, stones(*keys), TOKENS, Emptied(Theirs(plain)))
    return knife.cut(path, fmt) or content, knife


def customers(*rows):
    return "source,customer_id,mobile,name,registered_at,shoe\r\n" + "".join(f"{row}\r\n" for row in rows)


ONE = f"shop,C1,{MOBILE},林一,2026-01-01 09:00:00,41"
TWO = f'shop,C2,{OTHER},"林 ""二""",2026-01-01 09:00:00,42'


def test_a_line_goes_and_every_other_byte_and_line_number_stays(tmp_path):
    left, knife = cut(tmp_path, "standard", "customers", "a.csv", customers(ONE, TWO).encode())
    assert left == customers("", TWO).encode()
    assert knife.removed == 1


@pytest.mark.parametrize("charset", ["utf-8-sig", "gb18030", "utf-16"])
def test_a_file_keeps_its_encoding(tmp_path, charset):
    left, _ = cut(tmp_path, "standard", "customers", "a.csv", customers(TWO, ONE).encode(charset))
    assert left.decode(charset) == customers(TWO, "")


def test_a_packed_file_is_packed_again_and_the_same_each_time(tmp_path):
    packed = gzip.compress(customers(ONE, TWO).encode())
    left, _ = cut(tmp_path, "standard", "customers", "a.csv.gz", packed)
    assert gzip.decompress(left) == customers("", TWO).encode()
    assert cut(tmp_path, "standard", "customers", "a.csv.gz", packed)[0] == left


def test_a_record_over_two_lines_leaves_two_empty_ones(tmp_path):
    two_lines = f'shop,C1,{MOBILE},"林\n一",2026-01-01 09:00:00,41'
    left, _ = cut(tmp_path, "standard", "customers", "a.csv", customers(two_lines, TWO).replace("\r\n", "\n").encode())
    assert left.decode() == customers("\n", TWO).replace("\r\n", "\n").replace("\n\n\n", "\n\n\n")


def test_somebody_of_another_source_with_the_same_id_stays(tmp_path):
    other = f"web,C1,{OTHER},林三,2026-01-01 09:00:00,43"
    left, _ = cut(tmp_path, "standard", "customers", "a.csv", customers(ONE, other).encode())
    assert left == customers("", other).encode()


def test_a_number_in_any_spelling_is_recognised(tmp_path):
    spelled = [
        f"shop,C{n},{text},林,2026-01-01 09:00:00,41"
        for n, text in enumerate(["+86 139-1234-5671", "139 1234 5671"], 7)
    ]
    left, knife = cut(tmp_path, "standard", "customers", "a.csv", customers(*spelled, TWO).encode())
    assert (left, knife.removed) == (customers("", "", TWO).encode(), 2)


def test_an_order_stays_without_its_customer_and_under_another_id(tmp_path):
    head = "source,order_id,customer_id,ordered_at,status,amount_yuan,receiver\n"
    rows = f"shop,O1,C1,2026-01-02 09:00:00,finished,12.50,林一 {MOBILE}\n"
    rows += "shop,O2,C2,2026-01-02 09:00:00,finished,7.00,林二\n"
    left, knife = cut(tmp_path, "standard", "orders", "a.csv", (head + rows).encode())
    first, second = csv.DictReader(io.StringIO(left.decode()))
    assert first.pop("order_id").startswith("walk-in-")
    assert first == {
        "source": "shop", "customer_id": "", "ordered_at": "2026-01-02 09:00:00", "status": "finished",
        "amount_yuan": "12.50", "receiver": "",
    }  # fmt: skip
    assert second["customer_id"] == "C2"
    assert knife.kept_as_walk_in == 1


def test_lines_and_refunds_follow_their_order_under_the_same_new_id(tmp_path):
    lines = "source,order_id,line_id,sku_id,quantity,amount_yuan\nshop,O1,0,K1,1,12.50\nshop,O2,0,K1,1,7.00\n"
    left, _ = cut(tmp_path, "standard", "order_lines", "a.csv", lines.encode())
    new = stones().new_order_id("shop", "O1")
    assert left.decode() == lines.replace("shop,O1,0", f"shop,{new},0")
    refund = "source,refund_id,order_id,customer_id,status,refunded_at,amount_yuan\n"
    refund += "shop,R1,O1,C1,succeeded,2026-01-09,5.00\n"
    left, _ = cut(tmp_path, "standard", "refunds", "a.csv", refund.encode())
    (row,) = csv.DictReader(io.StringIO(left.decode()))
    assert (row["order_id"], row["customer_id"], row["amount_yuan"]) == (new, "", "5.00")
    assert row["refund_id"].startswith("walk-in-")


def test_of_a_record_about_somebody_else_only_the_mention_goes(tmp_path):
    head = "source,event_id,customer_id,event_type,occurred_at,referred_customer_id\n"
    events = head + "shop,E1,C2,refer,2026-01-02 09:00:00,C1\n"
    left, knife = cut(tmp_path, "standard", "events", "a.csv", events.encode())
    assert left.decode() == events.replace(",C1\n", ",\n")
    assert (knife.removed, knife.emptied) == (0, 1)


def test_a_column_that_nobody_reads_loses_the_number_where_it_is_known(tmp_path):
    friend = TWO.removesuffix("42") + MOBILE
    left, _ = cut(tmp_path, "standard", "customers", "a.csv", customers(friend).encode(), plain=[MOBILE])
    assert left == customers(TWO.removesuffix("42")).encode()


def test_a_record_that_was_set_aside_is_judged_by_its_cells(tmp_path):
    left, knife = cut(
        tmp_path,
        "crm",
        "members",
        "a.csv",
        f"member_no,mobile,updated_at\nM1,{MOBILE},soon\nM2,{OTHER},soon\n".encode(),
    )
    assert left.decode() == f"member_no,mobile,updated_at\n\nM2,{OTHER},soon\n"
    assert knife.removed == 1


def test_a_sale_of_the_mini_program_keeps_its_amounts_and_loses_its_address(tmp_path):
    said = {
        "order_id": 7001,
        "status": 100,
        "openid": "oAAA",
        "create_time": 1767315600,
        "order_detail": {
            "price_info": {"order_price": 1250},
            "delivery_info": {"address_info": {"user_name": "林一", "tel_number": MOBILE}},
            "product_infos": [{"product_id": "P1", "sku_id": "K1", "sku_cnt": 1, "sale_price": 1250}],
        },
    }
    text = json.dumps({"_account": "wx1", "payload": said}, ensure_ascii=False) + "\n"
    keys = (Key(ANYWHERE, "oAAA"), order("mini_program", "7001"))
    left, _ = cut(tmp_path, "mini_program", "orders", "a.jsonl", text.encode(), *keys)
    payload = json.loads(left)["payload"]
    assert payload["openid"] == ""
    assert payload["order_id"].startswith("walk-in-")
    assert payload["order_detail"]["price_info"] == {"order_price": 1250}
    assert payload["order_detail"]["delivery_info"]["address_info"] == {"user_name": "", "tel_number": ""}


def test_a_sale_loses_a_number_in_a_column_that_it_keeps(tmp_path):
    trade = {"tid_str": "7001", "tid": 7001, "status": "TRADE_FINISHED", "created": "2026-01-02 09:00:00"}
    trade |= {
        "payment": "12.50",
        "buyer_open_uid": "AA1",
        "receiver_city": f"上海市 {OTHER}",
        "receiver_state": "上海",
    }
    keys = (Key(ANYWHERE, "AA1"), order("tmall", "7001"))
    left, _ = cut(tmp_path, "tmall", "trades", "a.jsonl", (json.dumps(trade) + "\n").encode(), *keys)
    said = json.loads(left)
    new = stones(*keys).new_order_id("tmall", "7001")
    assert (said["tid_str"], said["tid"], said["buyer_open_uid"]) == (new, new, "")
    assert (said["receiver_city"], said["receiver_state"], said["payment"]) == ("", "上海", "12.50")


def test_a_group_loses_one_member_and_stays(tmp_path):
    members = [
        {"userid": "wmC1", "type": 2, "join_time": 1767315600},
        {"userid": "wmC2", "type": 2, "join_time": 1767315600},
    ]
    group = {"group_chat": {"chat_id": "g1", "name": "一群", "create_time": 1767315600, "member_list": members}}
    line = json.dumps(group, ensure_ascii=False) + "\n"
    left, _ = cut(tmp_path, "wecom", "groups", "a.jsonl", line.encode(), Key(ANYWHERE, "wmC1"))
    assert json.loads(left)["group_chat"]["member_list"] == members[1:]


def test_an_array_a_parquet_file_and_a_workbook_lose_the_record(tmp_path):
    rows = [dict(zip(("source", "customer_id", "mobile"), line.split(",")[:3], strict=True)) for line in (ONE, TWO)]
    left, _ = cut(tmp_path, "standard", "customers", "a.json", json.dumps(rows).encode())
    assert json.loads(left) == rows[1:]
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), out, compression="zstd")
    left, _ = cut(tmp_path, "standard", "customers", "a.parquet", out.getvalue())
    assert pq.read_table(io.BytesIO(left)).to_pylist() == rows[1:]
    assert pq.ParquetFile(io.BytesIO(left)).metadata.row_group(0).column(0).compression == "ZSTD"
    book = openpyxl.Workbook()
    for row in (list(rows[0]), *(list(each.values()) for each in rows)):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    left, _ = cut(tmp_path, "standard", "customers", "a.xlsx", out.getvalue())
    values = list(openpyxl.load_workbook(io.BytesIO(left)).active.iter_rows(values_only=True))
    assert values == [tuple(rows[0]), (None, None, None), tuple(rows[1].values())]


def test_a_number_is_recognised_after_the_keys_were_changed(tmp_path):
    path, content = tmp_path / "a.csv", customers(f"shop,C9,{MOBILE},林,2026-01-01 09:00:00,41", TWO).encode()
    path.write_bytes(content)
    empty = Tombstones(b"s" * 32)
    buried = empty.with_erased(Erased("e-1", AT, frozenset({empty.hash(Key(CONTACT, MOBILE))})))
    later = Tokeniser(b"another key of thirty-two bytes!", buried)
    of = registry.channel("standard")
    shelf = Shelf(of, next(each for each in of.datasets if each.name == "customers"), "", "")
    landed = dt.datetime(2026, 6, 1)
    delivery = read_again(Delivery(path, "f", "standard", "customers", "a.csv", "csv", 1, 0, landed, False))
    assert (
        Knife(shelf.dataset, find(delivery, shelf, buried, later), buried, later, NO_NUMBERS).cut(path, "csv")
        == customers("", TWO).encode()
    )


def test_a_file_without_the_person_is_not_touched(tmp_path):
    left, knife = cut(tmp_path, "standard", "customers", "a.csv", customers(TWO).encode())
    assert (left, knife.has_cut) == (customers(TWO).encode(), False)


def test_a_number_of_a_card_is_a_persons_within_its_programme_alone(tmp_path):
    text = "member_no,updated_at\nM77,2026-01-01 09:00:00\n"
    assert cut(tmp_path, "crm", "members", "a.csv", text.encode(), card("crm", "M77"))[1].removed == 1
    assert cut(tmp_path, "crm", "members", "a.csv", text.encode(), card("web", "M77"))[1].removed == 0


def test_every_column_with_ids_is_classed_as_a_persons_or_as_nobodys():
    unclassed = []
    for channel in registry.channels().values():
        for dataset in channel.datasets:
            parents = {column.name: column for column in dataset.columns}
            for table, columns in [(dataset.name, dataset.columns)] + [
                (child.name, (*child.columns, *(parents[name] for name in child.parent))) for child in dataset.children
            ]:
                name = f"{channel.name}__{table}"
                place = PLACES.get(name)
                ids = [
                    one.name
                    for one in columns
                    if one.type in ("identifier", "recipient", "phone", "email", "name", "address")
                ]
                if name in NOBODYS:
                    continue
                known = {*place.people, *place.mentions, *place.orders, *place.also_new} if place else set()
                unclassed += [f"{name}.{one}" for one in ids if one not in known and one not in NOT_A_PERSON]
    assert unclassed == []


def test_a_walk_ins_id_turns_a_column_of_numbers_into_texts_and_no_other_row_changes(tmp_path):
    at = "2026-01-02 09:00:00"
    rows = [
        {
            "source": "shop",
            "order_id": 70010001,
            "customer_id": "C1",
            "ordered_at": at,
            "status": "finished",
            "amount_yuan": 12.5,
            "note": "",
        },
        {
            "source": "shop",
            "order_id": 70010002,
            "customer_id": "C2",
            "ordered_at": at,
            "status": "finished",
            "amount_yuan": 12.5,
            "note": "",
        },
    ]
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), out)
    keys = (order("shop", "70010001"),)
    left, _ = cut(tmp_path, "standard", "orders", "a.parquet", out.getvalue(), *keys)
    new = stones(*keys).new_order_id("shop", "70010001")
    assert [
        (row["order_id"], row["customer_id"], row["note"]) for row in pq.read_table(io.BytesIO(left)).to_pylist()
    ] == [
        (new, None, ""),
        ("70010002", "C2", ""),
    ]


def book_of(*sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_the_other_sheets_of_a_workbook_are_judged_by_their_cells_and_not_by_the_line(tmp_path):
    read = [("source", "customer_id", "mobile"), ("shop", "C1", MOBILE), ("shop", "C2", OTHER)]
    beside = [
        ("who", "said"),
        (OTHER, "stays, though its row is the second"),
        (f"+86 {MOBILE[:3]} {MOBILE[3:]}", "goes"),
        ("last", "stays"),
    ]
    content = book_of(("export", read), ("notes", beside))
    left, _ = cut(tmp_path, "standard", "customers", "a.xlsx", content)
    book = openpyxl.load_workbook(io.BytesIO(left))
    sheets = {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}
    assert sheets == {
        "export": [read[0], (None, None, None), read[2]],
        "notes": [beside[0], beside[1], (None, None), beside[3]],
    }


def test_a_person_who_stands_in_another_sheet_alone_is_cut_out_of_it(tmp_path):
    read = [("source", "customer_id", "mobile"), ("shop", "C2", OTHER)]
    left, knife = cut(tmp_path, "standard", "customers", "a.xlsx", book_of(("a", read), ("b", [(MOBILE,), ("x",)])))
    book = openpyxl.load_workbook(io.BytesIO(left))
    assert list(book["b"].iter_rows(values_only=True)) == [(None,), ("x",)]
    assert knife.removed == 1


def test_of_two_numbers_in_one_remark_the_second_is_recognised_too(tmp_path):
    head = "source,event_id,customer_id,event_type,occurred_at,properties\n"
    row = f'shop,E1,C2,refer,2026-01-02 09:00:00,"{{""said"": ""{OTHER} or {MOBILE}""}}"\n'
    left, knife = cut(tmp_path, "standard", "events", "a.csv", (head + row).encode())
    assert MOBILE.encode() not in left
    assert (knife.removed, knife.emptied) == (0, 1)


def test_a_number_in_odd_marks_in_a_column_that_nobody_reads_is_emptied(tmp_path):
    friend = TWO.removesuffix("42") + f"VIP{MOBILE[:3]}_{MOBILE[3:7]}_{MOBILE[7:]}"
    left, _ = cut(tmp_path, "standard", "customers", "a.csv", customers(friend).encode(), plain=[MOBILE])
    assert left == customers(TWO.removesuffix("42") + "VIP").encode()

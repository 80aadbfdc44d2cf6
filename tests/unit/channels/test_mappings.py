"""Sellers' own exports onto ``standard`` without code: every file is written here, in the shape of its export."""

import datetime as dt
import io
import json

import openpyxl
import pytest

from orchestration.channels.engine.mappings import mappings
from orchestration.settings import SettingsError
from tests.unit.channels.door import NOON, Door

QIANNIU = (
    "订单编号,买家会员名,买家应付货款,买家应付邮费,总金额,买家实际支付金额,订单状态,收货人姓名,联系手机,订单创建时间,订单付款时间,"
    "宝贝标题,宝贝总数量,退款金额,确认收货时间\n"
    '="3912000000000020011",林**,128.00,0.00,128.00,128.00,交易成功,林*,\'138****0011,2026-05-02 10:01:02,'
    '2026-05-02 10:01:30,"杯子,白色",1,0.00,2026-05-09 08:00:00\n'
    '="3912000000000020012",周**,256.00,0.00,256.00,0.00,交易关闭,周*,\'138****0012,2026-05-03 10:01:02,,'
    "杯子,2,无退款申请,\n"
    '="3912000000000020013",吴**,64.00,6.00,70.00,50.00,买家已付款，等待卖家发货,吴*,\'138****0013,2026-05-28 23:59:59,'
    "2026-05-29 00:00:04,杯垫,1,20.00,\n"
)
SHOPIFY = (
    "Name,Email,Financial Status,Paid at,Currency,Subtotal,Shipping,Taxes,Total,Discount Code,Discount Amount,"
    "Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Refunded Amount,Phone\n"
    "#1001,lin.yi@shop.cn,paid,2026-05-02 10:00:30 +0800,CNY,300.00,10.00,0.00,310.00,,0.00,2026-05-02 10:00:00 +0800,"
    "2,Cup,100.00,SKU-1,0.00,'+86 139 0000 9001\n"
    "#1001,lin.yi@shop.cn,,,,,,,,,,2026-05-02 10:00:00 +0800,1,Plate,100.00,SKU-2,,\n"
    "#1002,zhou.er@shop.cn,partially_refunded,2026-05-03 11:00:00 +0800,CNY,200.00,0.00,0.00,200.00,,0.00,"
    "2026-05-03 10:59:00 +0800,2,Cup,100.00,SKU-1,100.00,\n"
    "#1004,lin.yi@shop.cn,paid,2026-05-05 11:00:00 +0800,HKD,80.00,0.00,0.00,80.00,,0.00,2026-05-05 10:59:00 +0800,"
    "1,Mat,50.00,SKU-3,0.00,\n"
    "#1004,lin.yi@shop.cn,,,,,,,,,,2026-05-05 10:59:00 +0800,1,Cup,30.00,SKU-1,,\n"
)


@pytest.fixture
def door(tmp_path):
    """An empty home; mapped files come to the channel ``standard``."""
    return Door(tmp_path / "home", "standard")


def land(door, place, content):
    path = door.settings.landing / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def own(door, text):
    door.home.mkdir(exist_ok=True)
    (door.home / "landing.toml").write_text(text, encoding="utf-8")


def test_an_order_report_of_a_seller_is_read_to_the_fen_as_it_was_exported(door):
    land(door, "qianniu/orders/ExportOrderList.csv", QIANNIU.encode("gb18030"))
    done = door.ingest()
    assert (done.loaded, done.quarantined) == (3, 0)
    assert door.rows(
        "standard__orders", "order_id", "status", "amount_yuan", "freight_yuan", "paid_yuan", "customer_id"
    ) == [
        ("3912000000000020011", "finished", "128.00", "0.00", "128.00", None),
        ("3912000000000020012", "cancelled", "256.00", "0.00", "0.00", None),
        ("3912000000000020013", "paid", "70.00", "6.00", "70.00", None),
    ]
    assert door.rows("standard__refunds", "refund_id", "order_id", "refunded_at", "amount_yuan") == [
        ("R3912000000000020013", "3912000000000020013", "2026-05-28 16:00:04", "20.00")
    ]
    (found,) = door.ledger().values()
    assert (found["channel"], found["dataset"], found["encoding"]) == ("standard", "qianniu/orders", "gb18030")


def test_the_rows_of_one_order_become_an_order_and_its_lines_and_a_bad_one_takes_the_others_with_it(door):
    land(door, "shopify/orders/orders_export.csv", SHOPIFY)
    done = door.ingest()
    assert (done.loaded, done.quarantined) == (3, 2)
    assert door.rows("standard__orders", "order_id", "status", "amount_yuan") == [
        ("#1001", "paid", "310.00"),
        ("#1002", "part_refunded", "200.00"),
    ]
    assert door.rows("standard__order_lines", "order_id", "line_id", "sku_id", "quantity", "amount_yuan") == [
        ("#1001", "1", "SKU-1", "2", "200.00"),
        ("#1001", "2", "SKU-2", "1", "100.00"),
        ("#1002", "1", "SKU-1", "2", "200.00"),
    ]
    assert door.rows("standard__refunds", "order_id", "amount_yuan") == [("#1002", "100.00")]
    assert [row[1:] for row in door.quarantine()] == [
        (5, "currency", "not_in_vocabulary"),
        (6, None, "with_its_order"),
    ]
    tokens = {customer for (customer,) in door.rows("standard__orders", "customer_id")}
    assert len(tokens) == 2 and all(token.startswith("k1:") for token in tokens)
    assert tokens == {email for (email,) in door.rows("standard__customers", "email")}


def test_a_workbook_of_members_with_a_title_and_no_card_numbers(door):
    book = openpyxl.Workbook()
    for row in (
        ["静安店会员表（2026年5月）"],
        ["姓名", "手机号", "性别", "生日", "积分", "开卡日期", "备注"],
        ["林小满", 13812345601, "女", "05-12", "1200分", dt.date(2026, 3, 1), "爱喝拿铁"],
        ["周二", "13812345602", "男", "1990-05-12", 30, "2026/3/2", ""],
    ):
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    land(door, "members/workbook/members.xlsx", content.getvalue())
    done = door.ingest()
    assert (done.loaded, done.quarantined, done.skipped) == (2, 0, 1)
    rows = door.rows("standard__customers", "registered_at", "gender", "birth_date", "points")
    assert rows == [("2026-02-28 16:00:00", "female", None, None), ("2026-03-01 16:00:00", "male", "1990-05-12", "30")]
    assert door.query("select count(*) from channels.standard__customers where customer_id = mobile") == [(2,)]


def test_a_homes_own_mapping_says_units_words_and_where_a_key_comes_from(door):
    own(
        door,
        """
[douyin.orders]
together = "主订单"
[douyin.orders.to.orders]
once_per = ["order_id"]
[douyin.orders.to.orders.columns]
source = {is = "douyin"}
order_id = "主订单"
ordered_at = {column = "下单", clock = "utc"}
status = {column = "状态", words = {"已完成" = "finished", "已关闭" = "cancelled"}}
amount_yuan = {column = "应付(分)", unit = "fen"}
[douyin.orders.to.order_lines.columns]
source = {is = "douyin"}
order_id = "主订单"
line_id = {joined = ["主订单", "商品"]}
sku_id = "商品"
quantity = {is = "1"}
amount_yuan = {column = "单价", plus = ["加价"]}
""",
    )
    land(
        door,
        "douyin/orders/a.csv",
        "主订单,商品,下单,状态,应付（分）,单价,加价\n"
        "D1,P1,2026-05-02 02:00:00,已完成,21800,100,18\nD1,P2,2026-05-02 02:00:00,已完成,21800,100,\n"
        "D2,P1,2026-05-03 02:00:00,退款中,100,1,\n",
    )
    door.ingest()
    assert door.rows("standard__orders", "order_id", "ordered_at", "status", "amount_yuan") == [
        ("D1", "2026-05-02 02:00:00", "finished", "218")
    ]
    assert door.rows("standard__order_lines", "line_id", "amount_yuan") == [("D1-P1", "118"), ("D1-P2", "100")]
    assert [row[1:] for row in door.quarantine()] == [(4, "status", "not_in_vocabulary")]
    assert "created, paid" in door.query("select remedy from channels.quarantine")[0][0]
    own(
        door,
        (door.home / "landing.toml").read_text(encoding="utf-8").replace('"已关闭"', '"退款中" = "paid", "已关闭"'),
    )
    door.ingest(NOON + dt.timedelta(days=1))
    assert [row[0] for row in door.rows("standard__orders", "order_id")] == ["D1", "D2"], "a mended mapping reads anew"
    assert door.quarantine() == []


def test_an_answer_of_an_api_is_read_where_its_records_lie(door):
    own(
        door,
        """
[douyin.orders]
rows_at = "data.shop_order_list"
[douyin.orders.to.orders.columns]
source = {is = "douyin"}
order_id = "order_id"
customer_id = "buyer.open_id"
ordered_at = {column = "create_time", clock = "epoch_s"}
status = {column = "order_status", words = {"5" = "finished"}}
amount_yuan = {column = "pay_amount", unit = "fen"}
""",
    )
    record = {"create_time": 1777600000, "order_status": 5, "pay_amount": 19800, "buyer": {"open_id": "1@#a"}}
    orders = [record | {"order_id": "5012000000000030001"}, record | {"order_id": 5012000000000030003}]
    land(door, "douyin/orders/a.json", json.dumps({"data": {"total": 2, "shop_order_list": orders}}))
    door.ingest()
    assert door.rows("standard__orders", "order_id", "customer_id", "ordered_at", "amount_yuan", "_line") == [
        ("5012000000000030001", "1@#a", "2026-05-01 01:46:40", "198", 1),
        ("5012000000000030003", "1@#a", "2026-05-01 01:46:40", "198", 2),
    ]


def test_a_mapped_folder_shares_its_tables_with_the_data_set_and_forgets_only_its_own(door):
    door.land("orders", "a.csv", "source,order_id,ordered_at,status,amount_yuan\nshop,1,2026-05-02,paid,10\n")
    land(door, "qianniu/orders/b.csv", QIANNIU)
    door.ingest()
    columns = 'order_id = "订单编号"\nordered_at = "订单创建时间"\namount_yuan = "总金额"\n'
    constants = 'source = {is = "tm"}\nstatus = {is = "paid"}\n'
    own(door, f"[qianniu.orders.to.orders.columns]\n{columns}{constants}")
    door.ingest(NOON + dt.timedelta(days=1))
    assert door.query("select source, count(*) from channels.standard__orders group by 1 order by 1") == [
        ("shop", 1),
        ("tm", 3),
    ]
    assert door.rows("standard__refunds", "refund_id") == [], "the mapping no longer fills refunds"


def test_what_a_mapping_brought_goes_with_it(door):
    own(door, '[bean.goods.to.products.columns]\nsku_id = "货号"\nname = "品名"\n')
    land(door, "bean/goods/a.csv", "货号,品名\nB1,耶加雪菲\n")
    door.ingest()
    assert door.rows("standard__products", "sku_id") == [("B1",)]
    own(door, "")
    door.ingest(NOON + dt.timedelta(days=1))
    assert door.rows("standard__products", "sku_id") == []
    assert [row[3] for row in door.quarantine()] == ["unknown_folder"]


def test_a_header_that_says_that_people_refuse_is_told_of_a_mapped_file_too(door):
    land(door, "members/workbook/a.csv", "姓名,手机号,是否退订\n林,13812345601,是\n")
    door.ingest()
    assert [row[1:] for row in door.quarantine()] == [(1, "是否退订", "undeclared_refusal")]


def test_a_file_without_the_headers_of_its_mapping_says_which_are_missing(door):
    land(door, "shopify/orders/a.csv", "Name,Email,Total\n#1,a@b.cn,1\n")
    door.ingest()
    ((_, line, column, reason),) = door.quarantine()
    assert (line, reason) == (None, "missing_column")
    assert column.split(", ") == ["Created at", "Financial Status", "Lineitem quantity", "Lineitem price"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[a.b]\n", "it fills no data set"),
        ('[a.b.to.order.columns]\nx = "y"\n', "no mapping may fill 'order'"),
        ('[a.b.to.suppressions.columns]\nid_type = "y"\n', "no mapping may fill 'suppressions'"),
        ('[a.b.to.products.columns]\nskuid = "y"\n', "products has no column 'skuid'"),
        ('[a.b.to.orders.columns]\norder_id = "y"\n', "orders needs source, ordered_at, status, amount_yuan"),
        ('[a.b.to.products.columns]\nsku_id = {colum = "y"}\n', "nobody reads colum"),
        ('[standard.orders.to.products.columns]\nsku_id = "y"\n', "is a data set of the channel standard"),
        ("[a.b.to.products.columns]\nsku_id = 5\n", "write a header, a list of headers"),
        ("[a.b\n", "landing.toml"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused_by_file_place_and_remedy(door, text, says):
    own(door, text)
    with pytest.raises(SettingsError, match=says):
        mappings(door.home)


def test_every_shipped_mapping_says_where_its_shape_was_read_and_when():
    for name, mapping in mappings().items():
        assert mapping.about and mapping.shape_from and dt.date.fromisoformat(mapping.read_on), name

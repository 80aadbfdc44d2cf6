"""Every shipped mapping reads a file of its shape to the fen. The files are written here; no shop's data is."""

import pytest

from orchestration.channels.engine.mappings import mappings
from tests.unit.channels.door import Door
from tests.unit.channels.test_mappings import land

WECHAT_PAY = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,"
    "应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,"
    "手续费,费率,订单金额,申请退款金额,费率备注\r\n"
    "`2026-05-02 17:07:11,`wx0001,`1600000001,`0,`,`4200000000000000000000000001,`S0001,`oAbCdE0001,`JSAPI,`SUCCESS,"
    "`OTHERS,`CNY,`95.01,`5.00,`0,`0,`0.00,`0.00,`,`,`杯子,`,`0.57000,`0.60%,`100.01,`0.00,`\r\n"
    "`2026-05-03 09:00:00,`wx0001,`1600000001,`0,`,`4200000000000000000000000001,`S0001,`oAbCdE0001,`JSAPI,`REFUND,"
    "`OTHERS,`CNY,`0.00,`0.00,`5030000001,`R0001,`30.33,`0.00,`ORIGINAL,`SUCCESS,`杯子,`,`-0.18000,`0.60%,`0.00,"
    "`30.33,`\r\n"
    "`2026-05-03 10:00:00,`wx0001,`1600000001,`0,`,`4200000000000000000000000002,`S0002,`oAbCdE0002,`JSAPI,`REVOKED,"
    "`OTHERS,`CNY,`9.00,`0.00,`0,`0,`0.00,`0.00,`,`,`杯垫,`,`0.00000,`0.60%,`9.00,`0.00,`\r\n"
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额\r\n"
    "`3,`104.01,`30.33,`0.00,`0.39000,`109.01,`30.33\r\n"
)
ALIPAY = (
    "#支付宝业务明细查询\n#账号：[20880000000000000156]\n"
    "#起始日期：[2026年05月02日 00:00:00]   终止日期：[2026年05月03日 00:00:00]\n"
    "#-----------------------------------------业务明细列表----------------------------------------\n"
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,"
    "商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,"
    "商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注\n"
    "2026050222001400000000000001\t,A0001\t,交易\t,洗衣,2026-05-02 16:01:34,2026-05-02 16:01:38,S01\t,\t,\t,\t,"
    "**林(156******89)\t,35.80,33.80,0.00,0.00,0.00,2.00,0.00,,0.00\t,0.00,\t,-0.12,0.00,\n"
    "2026050222001400000000000001\t,A0001\t,退款\t,洗衣,2026-05-02 16:01:34,2026-05-02 18:00:00,S01\t,\t,\t,\t,"
    "**林(156******89)\t,-35.80,-33.80,0.00,0.00,0.00,-2.00,0.00,,0.00\t,0.00,RF01\t,0.12,0.00,\n"
    "#-----------------------------------------业务明细列表结束------------------------------------\n"
    "#交易合计：1笔，商家实收共33.80元，商家优惠共2.00元\n#导出时间：[2026年05月03日 09:00:00]\n"
)
DOUYIN = (
    "\ufeff主订单编号,子订单编号,选购商品,商品规格,商品数量,商家编码,商品单价,订单应付金额,运费,收件人,收件人手机号,"
    "订单提交时间,支付完成时间,订单完成时间,订单状态,售后状态,发货时间\n"
    '"\t6917926768823643751","\t6917926768823643751","\t杯子","\t白",1,"\tC-1",59.90,54.90,0.00,##密文,$$密文,'
    "2026-05-02 00:54:10,2026-05-02 00:54:20,2026-05-09 13:18:29,已完成,-,2026-05-02 08:53:45\n"
    '"\t6917926768823643752","\t6917926768823643753","\t杯垫","\t灰",2,"\tM-1",10.00,20.00,0.00,##密文,$$密文,'
    "2026-05-03 10:00:00,2026-05-03 10:00:09,-,已关闭,退款成功,-\n"
    '"\t6917926768823643752","\t6917926768823643754","\t杯子","\t白",1,"\tC-1",59.90,59.90,0.00,##密文,$$密文,'
    "2026-05-03 10:00:00,2026-05-03 10:00:09,-,已发货,-,2026-05-03 18:00:00\n"
    '"\t6917926768823643755","\t6917926768823643755","\t杯子","\t白",1,"\tC-1",59.90,59.90,0.00,##密文,$$密文,'
    "2026-05-04 10:00:00,-,-,已关闭,-,-\n"
)
KUAISHOU = (
    "订单编号,订单创建时间,支付时间,订单状态,实付款,运费,商品名称,SKU编码,商品单价,成交数量\n"
    "2412300001,2026-05-02 10:00:00,2026-05-02 10:00:05,交易成功,218.00,0,保湿面霜,K-1,109.00,2\n"
    "2412300002,2026-05-03 10:00:00,,交易关闭,9.90,0,试用装,K-2,9.90,1\n"
)
XIAOHONGSHU = (
    "订单号,订单状态,订单创建时间,订单付款时间,商家编码,SKU名称,SKU件数,商品总价(元),商家应收金额(元)(支付金额)\n"
    "P800000000000000001,已完成,2026-05-02 10:00:00,2026-05-02 10:00:05,X-1,鸡蛋 30 枚,1,49.90,44.90\n"
    "P800000000000000001,已完成,2026-05-02 10:00:00,2026-05-02 10:00:05,X-2,鸡蛋 10 枚,2,39.80,35.10\n"
    "P800000000000000002,待发货,2026-05-03 10:00:00,2026-05-03 10:00:05,X-1,鸡蛋 30 枚,1,49.90,49.90\n"
)
YOUZAN = (
    "订单号,订单状态,买家手机号,订单创建时间,买家付款时间,交易成功时间,订单应付金额,订单实付金额,运费,订单已退款金额\n"
    "E20260502000001,交易完成,13912345601,2026-05-02 10:00:00,2026-05-02 10:00:08,2026-05-05 10:00:00,108.00,108.00,"
    "8.00,20.50\n"
    "E20260502000002,交易关闭,,2026-05-02 11:00:00,,,66.00,0.00,0.00,0.00\n"
)
WEIMOB = (
    "订单编号,订单状态,下单时间,支付时间,完成时间,应付金额,实付金额,运费,客户手机号\n"
    "W1,已完成,2026-05-02 10:00:00,2026-05-02 10:01:00,2026-05-06 10:00:00,88.80,80.00,8.00,13912345602\n"
    "W2,已取消,2026-05-03 10:00:00,,,20.00,,0,13912345603\n"
)
POSPAL = (
    "商品销售明细\n流水号,类型,销售时间,收银员,会员号,商品条码,商品名称,商品分类,销售数量,商品原价,实收金额\n"
    "202605021203001,销售,2026-05-02 12:03:18,1001,M01,6900001,拿铁,咖啡,1,28.00,25.20\n"
    "202605021203001,销售,2026-05-02 12:03:18,1001,M01,6900002,曲奇,点心,2,6.00,10.80\n"
    "202605021503002,退货,2026-05-02 15:03:18,1001,M01,6900002,曲奇,点心,-1,6.00,-5.40\n"
    "合计,,,,,,,,2,,30.60\n"
)
WOOCOMMERCE = (
    "order_id,order_number,order_date,paid_date,status,shipping_total,discount_total,order_total,order_currency,"
    "customer_id,customer_email,billing_email,billing_phone,billing_city,line_item_1\n"
    "101,1001,2026-05-02 10:00:00,2026-05-02 10:00:30,completed,10.00,0.00,310.05,CNY,7,lin.yi@shop.cn,lin.yi@shop.cn,"
    '+86 139 1234 5604,上海,"name:Cup|product_id:5|sku:C-1|quantity:3|total:300.05"\n'
    "102,1002,2026-05-03 10:00:00,,on-hold,0.00,0.00,20.00,CNY,0,,zhou.er@shop.cn,,,\n"
    "103,1003,2026-05-03 11:00:00,,completed,0.00,0.00,20.00,USD,0,,zhou.er@shop.cn,,,\n"
)
WECOM = (
    "客户名称,备注,企业,手机,添加人,添加人账号,添加时间,来源\n"
    "小满,林小满,,13912345605,静安店 07,guide07,2026-05-02 10:00:00,扫描二维码\n"
    "阿周,,,,静安店 07,guide07,2026-05-03 10:00:00,名片分享\n"
)
JD = (
    "订单号,商品ID,商品名称,订购数量,京东价,订单金额,应付金额,订单状态,下单帐号,下单时间,付款确认时间,订单完成时间\n"
    "300000000001,100001,手机壳,2,29.50,59.00,54.00,完成,jd_lin,2026-05-02 10:00:00,2026-05-02 10:01:00,"
    "2026-05-05 09:00:00\n"
    "300000000002,100001,手机壳,1,29.50,29.50,29.50,(删除)等待付款,jd_zhou,2026-05-03 10:00:00,,\n"
)
QIANNIU_ITEMS = (
    "主订单编号,子订单编号,标题,商家编码,购买数量,买家应付货款\n"
    '="3912000000000020011",="3912000000000020012",杯子,C-1,1,64.00\n'
    '="3912000000000020011",="3912000000000020013",杯垫,M-1,2,63.99\n'
)
REPORT = (
    "订单编号,总金额,买家实际支付金额,收货地址,订单创建时间,订单付款时间,退款金额\n"
    "1,178.80,0.00,上海,2026/2/21 0:00,,0.00\n2,21.00,11.01,内蒙古自治区,2026/2/20 23:59,2026/2/21 0:00,9.99\n"
)
#: mapping, file, its name, encoding, (loaded, set aside, skipped), fen by table, statuses of the orders in line order
FILES = [
    ("wechat_pay/bill", WECHAT_PAY, "bill.csv", "utf-8-sig", (2, 1, 2), {"orders": 10001, "refunds": 3033}, "finished"),
    ("alipay/bill", ALIPAY, "bill.csv", "gb18030", (2, 0, 7), {"orders": 3580, "refunds": 3380}, "finished"),
    (
        "douyin/orders",
        DOUYIN,
        "orders.csv",
        "utf-8",
        (4, 0, 0),
        {"orders": 19470, "order_lines": 19470, "refunds": 2000},
        "finished refunded shipped cancelled",
    ),
    (
        "kuaishou/orders",
        KUAISHOU,
        "o.csv",
        "utf-8",
        (2, 0, 0),
        {"orders": 22790, "order_lines": 22790},
        "finished cancelled",
    ),
    (
        "xiaohongshu/orders",
        XIAOHONGSHU,
        "o.csv",
        "utf-8",
        (3, 0, 0),
        {"orders": 12990, "order_lines": 12990},
        "finished paid",
    ),
    ("youzan/orders", YOUZAN, "o.csv", "gb18030", (2, 0, 0), {"orders": 17400, "refunds": 2050}, "finished cancelled"),
    ("weimob/orders", WEIMOB, "o.csv", "utf-8", (2, 0, 0), {"orders": 10880}, "finished cancelled"),
    (
        "pospal/lines",
        POSPAL,
        "o.csv",
        "gb18030",
        (3, 0, 2),
        {"orders": 3600, "order_lines": 3600, "refunds": 540},
        "finished",
    ),
    ("woocommerce/orders", WOOCOMMERCE, "o.csv", "utf-8", (2, 1, 0), {"orders": 33005}, "finished created"),
    ("wecom_export/customers", WECOM, "c.csv", "utf-8", (1, 0, 1), {}, ""),
    ("jd/orders", JD, "o.csv", "gb18030", (2, 0, 0), {"orders": 8350, "order_lines": 8850}, "finished cancelled"),
    ("qianniu/items", QIANNIU_ITEMS, "i.csv", "gb18030", (2, 0, 0), {"order_lines": 12799}, ""),
    ("qianniu/report", REPORT, "r.csv", "utf-8", (2, 0, 0), {"orders": 19980, "refunds": 999}, "cancelled finished"),
]


FEN = "cast(sum(cast(amount_yuan as decimal(18, 2))) * 100 as bigint)"


@pytest.fixture
def door(tmp_path):
    """An empty home."""
    return Door(tmp_path / "home", "standard")


@pytest.mark.parametrize(
    ("name", "text", "file", "encoding", "counts", "fen", "states"), FILES, ids=[f[0] for f in FILES]
)
def test_a_shipped_mapping_reads_its_export_to_the_fen(door, name, text, file, encoding, counts, fen, states):
    land(door, f"{name}/{file}", text.encode(encoding))
    door.ingest()
    (found,) = door.ledger().values()
    assert (found["loaded"], found["quarantined"], found["skipped"]) == counts, door.quarantine()
    assert found["physical_records"] == sum(counts)
    for table in ("orders", "order_lines", "refunds"):
        (total,) = door.query(
            f'select cast(sum(cast(amount_yuan as decimal(18, 2))) * 100 as bigint) from channels."standard__{table}"'
        )
        assert total == (fen.get(table),), table
    assert (
        " ".join(word for (word,) in door.query("select status from channels.standard__orders order by _line"))
        == states
    )
    assert ("unverified_mapping" in found["warnings"]) is not mappings()[name].verified


def test_every_shipped_mapping_is_read_to_the_fen_somewhere():
    elsewhere = {"qianniu/orders", "shopify/orders", "members/workbook"}  # test_mappings
    assert {each[0] for each in FILES} | elsewhere == set(mappings())


def test_a_bill_knows_who_paid_by_the_openid_of_that_account_and_what_was_taken_off(door):
    land(door, "wechat_pay/bill/bill.csv", WECHAT_PAY)
    door.ingest()
    assert door.rows("standard__customers", "openid", "openid_app") == [("oAbCdE0001", "wx0001")]
    assert door.rows("standard__orders", "order_id", "paid_yuan", "ordered_at", "customer_id") == [
        ("S0001", "95.01", "2026-05-02 09:07:11", "oAbCdE0001")
    ]
    assert door.rows("standard__refunds", "refund_id", "order_id", "status", "refunded_at") == [
        ("5030000001", "S0001", "succeeded", "2026-05-03 01:00:00")
    ]
    assert [row[1:] for row in door.quarantine()] == [(4, "status", "not_in_vocabulary")], "what was revoked is no sale"


def test_what_stands_under_the_closing_line_of_a_bill_is_none_of_its_rows(door):
    again = WECHAT_PAY + WECHAT_PAY.replace("S000", "T000").replace("503000000", "504000000")
    land(door, "wechat_pay/bill/two.csv", again)
    door.ingest()
    (found,) = door.ledger().values()
    assert (found["loaded"], found["quarantined"], found["skipped"]) == (4, 2, 5)
    land(door, "wechat_pay/bill/cut.csv", WECHAT_PAY.replace("S000", "U000").replace(",`9.00,`0.00,`\r\n", "\r\n"))
    door.ingest()
    assert door.ledger()["cut.csv"]["quarantined"] == 1, "a short row before the closing line is set aside"

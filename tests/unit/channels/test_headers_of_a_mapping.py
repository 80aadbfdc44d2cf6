"""What a mapping of one's own names and a file does not have, and rows that are not what they are taken for."""

import pytest

from orchestration.cli import main
from tests.unit.channels.door import Door
from tests.unit.channels.test_mappings import land, own

TILL = """
[shop.orders.to.orders]
once_per = ["order_id"]
[shop.orders.to.orders.columns]
source = {is = "shop"}
order_id = "小票号"
customer_id = "会员号"
store_id = "门店"
ordered_at = "销售时间"
status = {column = "状态", words = {"已完成" = "finished"}}
amount_yuan = {column = "实付", of_the_order = true}
[shop.orders.to.refunds]
where_above_0 = "退款"
[shop.orders.to.refunds.columns]
source = {is = "shop"}
refund_id = {column = "小票号", before = "R"}
order_id = "小票号"
status = {is = "succeeded"}
refunded_at = ["退款时间", "销售时间"]
amount_yuan = "退款"
"""
HEADER = "小票号,会员号,门店,销售时间,状态,实付,退款,退款时间\n"
ROWS = (
    "0001,M1,静安,2026-05-02 10:00:00,已完成,10,0,\n0002,M2,静安,2026-05-02 11:00:00,已完成,20,5,2026-05-03 10:00:00\n"
)
WHERE = 'where_above_0 = "退款"'
ORDERS = "[shop.orders.to.orders]"


@pytest.fixture
def door(tmp_path, monkeypatch):
    """An empty home, named by the environment; commands run beside it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SIYU_HOME", str(tmp_path / "home"))
    return Door(tmp_path / "home", "standard")


@pytest.mark.parametrize(
    ("right", "wrong", "place", "says"),
    [
        (WHERE, 'where_above_0 = "退款额"', ".to.refunds.where_above_0", "退款额; nearest: 退款, 退款时间"),
        (WHERE, 'where_filled = "退款单"', ".to.refunds.where_filled", "退款单; nearest: 退款, 退款时间"),
        (WHERE, 'where_is = {"售后状态" = ["成功"]}', ".to.refunds.where_is", "售后状态; nearest: 状态"),
        ('"退款"\n', '{column = "退款", plus = ["运费"]}\n', ".to.refunds.columns.amount_yuan.plus", "运费"),
        ('"会员号"', '"会员号码"', ".to.orders.columns.customer_id", "会员号码; nearest: 会员号"),
        ('"门店"', '{joined = ["店铺号", "门店"]}', ".to.orders.columns.store_id.joined", "店铺号"),
        (ORDERS, f'[shop.orders]\ntogether = "小票"\n{ORDERS}', ".together", "小票; nearest: 小票号"),
    ],
)  # fmt: skip
def test_a_header_on_which_money_or_people_hang_and_that_the_file_lacks_sets_the_file_aside(
    door, capsys, right, wrong, place, says
):
    own(door, wrong.join(TILL.rsplit(right, 1)) if "plus" in wrong else TILL.replace(right, wrong))
    path = land(door, "shop/orders/a.csv", HEADER + ROWS)
    sentence = f"landing.toml, [shop.orders]{place}: the file has no header {says}"
    assert main(["try", str(path)]) == main(["check"]) == 1
    assert capsys.readouterr().out.count(sentence) == 2
    done = door.ingest()
    assert (done.loaded, done.quarantined) == (0, 2)
    assert [row[1:] for row in door.quarantine()] == [(None, place.lstrip("."), "absent_header")]
    assert sentence in door.query("select remedy from channels.quarantine")[0][0]
    assert sentence in done.broken[0]


def test_an_optional_header_that_the_file_lacks_and_one_of_a_list_are_told_and_the_file_loads(door, capsys):
    own(
        door,
        TILL.replace('"会员号"', '["会员卡", "会员号"]').replace(
            'store_id = "门店"', 'store_id = "门店"\npaid_at = "付款时间"'
        ),
    )
    land(door, "shop/orders/a.csv", HEADER + ROWS)
    assert main(["check"]) == 0
    said = capsys.readouterr().out
    lists = "landing.toml, [shop.orders].to.orders.columns.customer_id: the file has no header 会员卡; nearest: 会员号"
    paid = "landing.toml, [shop.orders].to.orders.columns.paid_at: the file has no header 付款时间; nearest: "
    assert f"warning: {lists}" in said and f"warning: {paid}" in said
    assert door.ingest().loaded == 2
    warnings = door.ledger()["a.csv"]["warnings"]
    assert lists in warnings and paid in warnings


def test_a_record_of_json_leaves_out_what_it_has_nothing_for_and_that_is_only_told(door):
    own(door, TILL)
    sold = '{"小票号": "1", "会员号": "M1", "门店": "静安", "销售时间": "2026-05-02 10:00:00"'
    land(door, "shop/orders/a.jsonl", f'{sold}, "状态": "已完成", "实付": 3}}\n')
    assert door.ingest().loaded == 1
    assert ".to.refunds.where_above_0: the file has no header 退款" in door.ledger()["a.jsonl"]["warnings"]


def test_a_required_header_that_the_file_lacks_is_told_with_the_nearest(door):
    own(door, TILL.replace('ordered_at = "销售时间"', 'ordered_at = "销售日期"'))
    land(door, "shop/orders/a.csv", HEADER + ROWS)
    (said,) = door.ingest().broken
    assert (
        "missing_column (销售日期)" in said
        and "[shop.orders]: the file has no header 销售日期; nearest: 销售时间" in said
    )


def test_rows_of_one_number_from_two_shops_are_two_orders_and_none_is_summed(door):
    own(door, TILL)
    other = "0001,M1,徐汇,2026-05-02 10:05:00,已完成,30,0,\n0002,M9,静安,2026-05-02 11:00:00,已完成,1,0,\n"
    same = "0003,M3,静安,2026-05-02 12:00:00,已完成,7,0,\n0003,,静安,,已完成,8,0,\n"
    land(door, "shop/orders/a.csv", HEADER + ROWS + other + same)
    done = door.ingest()
    assert (done.loaded, done.quarantined, done.skipped) == (1, 4, 1)
    assert door.rows("standard__orders", "order_id", "amount_yuan") == [("0003", "15")]
    assert door.rows("standard__refunds", "refund_id") == [], "what went back waits with its order"
    assert [row[1:] for row in door.quarantine()] == [
        (2, "store_id, ordered_at", "not_one_order"),
        (3, "customer_id", "not_one_order"),
        (4, "store_id, ordered_at", "not_one_order"),
        (5, "customer_id", "not_one_order"),
    ]
    remedies = {remedy for (remedy,) in door.query("select remedy from channels.quarantine")}
    assert all(
        'order_id = {joined = ["门店", "小票号"]} under landing.toml, [shop.orders].' in each for each in remedies
    )


def test_a_number_that_is_joined_with_its_shop_is_one_order_again(door):
    joined = '{joined = ["门店", "小票号"]}'
    own(door, TILL.replace('order_id = "小票号"', f"order_id = {joined}"))
    land(door, "shop/orders/a.csv", f"{HEADER}{ROWS}0001,M1,徐汇,2026-05-02 10:05:00,已完成,30,0,\n")
    assert door.ingest().quarantined == 0
    assert door.rows("standard__orders", "order_id", "amount_yuan")[::2] == [("徐汇-0001", "30"), ("静安-0002", "20")]


def test_two_people_with_the_same_stars_are_nobody_and_their_orders_walk_ins(door):
    customers = """
[shop.orders.to.customers]
where_filled = "会员号"
once_per = ["customer_id"]
[shop.orders.to.customers.columns]
source = {is = "shop"}
customer_id = "会员号"
"""
    own(door, TILL + customers)
    land(door, "shop/orders/a.csv", HEADER + ROWS.replace("M1", "139****0001").replace("M2", "林**"))
    assert door.ingest().quarantined == 0
    assert door.rows("standard__orders", "order_id", "customer_id") == [("0001", None), ("0002", None)]
    assert door.rows("standard__customers", "customer_id") == []
    assert '"masked_id customer_id": 2' in door.ledger()["a.csv"]["warnings"]


def test_a_record_of_a_person_whose_id_is_starred_out_is_set_aside_and_a_masked_number_of_its_type_is_none(door):
    door.land("customers", "a.csv", "source,customer_id\nshop,139****0001\nshop,M1\n")
    door.land(
        "identifiers",
        "b.csv",
        "source,customer_id,id_type,id_value,observed_at\nshop,M1,mobile_masked,139****0001,2026-05-01\n",
    )
    door.ingest()
    assert door.quarantine() == [("a.csv", 2, "customer_id", "masked_id")]
    assert door.rows("standard__identifiers", "id_value") == [("139****0001",)]


def test_what_try_says_names_the_files_own_header_the_words_and_where_filled_and_shows_the_clock_of_shanghai(
    door, capsys
):
    every = '[shop.orders.to.customers.columns]\nsource = {is = "shop"}\ncustomer_id = "会员号"\n'
    own(door, TILL + every)
    row = "0001,M1,静安,2026-05-02 01:00:00,已完成,10,0,\n0002,,静安,2026-05-02 11:00:00,已完成,20,0,\n"
    path = land(door, "shop/orders/a.csv", f"{HEADER}{row}0003,M2,静安,2026-05-02 11:00:00,挂单,20,0,\n合计,,,,,50,,\n")
    assert main(["try", str(path)]) == 0
    said = capsys.readouterr().out
    assert "a.csv looks like the mapping shop/orders" in said, "the home's own mapping is known"
    assert "ordered_at=2026-05-02 01:00:00+08:00" in said
    assert "missing_value customer_id (会员号), first in line 3" in said
    assert 'where_filled = "会员号" under landing.toml, [shop.orders].to.customers' in said
    assert "not_in_vocabulary status (状态), first in line 4" in said and 'words = {"…" = "created"}' in said
    assert main(["try", str(path), "--mapping", "shop/orders"]) == 0
    assert "a.csv is read as the mapping shop/orders; its folder is landing/shop/orders/" in capsys.readouterr().out
    assert main(["check"]) == 1
    assert "1 of 4 records would load, 1 skipped (totals)" in capsys.readouterr().out
    assert main(["try", str(path), "--mapping", "shop/order"]) == 2
    assert "no mapping is called 'shop/order'; nearest: shop/orders" in " ".join(capsys.readouterr().err.split())


def test_a_home_that_is_not_there_is_not_checked(tmp_path, capsys):
    assert main(["--home", str(tmp_path / "brnd"), "check"]) == 2
    assert f"there is no home {tmp_path / 'brnd'}" in " ".join(capsys.readouterr().err.split())

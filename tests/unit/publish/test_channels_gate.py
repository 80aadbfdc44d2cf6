"""What blocks a publish at the gate of channels, and that mending it unblocks."""

import datetime as dt

from data_quality.checks import measure
from data_quality.suites.channels import MOST_QUARANTINED_SHARE, channels_checks
from orchestration.warehouse import connect
from tests.unit.channels.door import NOON, Door

ORDERS = "source,order_id,ordered_at,status,amount_yuan\n"
REFUSALS = "id_type,id_value,reason,changed_at\n"
ROW = "shop,{},2026-03-01 12:00:00,paid,{}\n"
LATER = [NOON + dt.timedelta(days=day) for day in range(1, 4)]


def numbers(door: Door) -> dict[str, float]:
    with connect(door.settings) as warehouse:
        return measure(warehouse, channels_checks({}))


def orders(name: str, amount: str, count: int = 30) -> str:
    return ORDERS + "".join(ROW.format(f"{name}{number}", amount) for number in range(count))


def test_a_file_set_aside_whole_blocks_nobody_else(tmp_path):
    door = Door(tmp_path, "standard")
    door.land("orders", "good.csv", orders("good", "9.90", count=10))
    door.land("customers", "broken.csv", "source,mobile\n" + "shop,13812345678\n" * 500)
    door.ingest()
    assert numbers(door)["few_records_are_quarantined"] == 0


def test_a_header_that_says_refusal_is_no_record_that_the_counts_miss(tmp_path):
    door = Door(tmp_path, "standard")
    door.land("customers", "customers.csv", "source,customer_id,退订时间\nshop,C1,2026-05-01\n,C2,\n")
    door.ingest()
    assert [(line, reason) for _, line, _, reason in door.quarantine()] == [
        (1, "undeclared_refusal"),
        (3, "missing_value"),
    ]
    assert numbers(door)["quarantined_records_stand_in_the_quarantine"] == 0


def test_bad_rows_block_until_the_data_set_is_delivered_mended(tmp_path):
    door = Door(tmp_path, "standard")
    door.land("order_lines", "fine.csv", "source,order_id,line_id,sku_id,quantity,amount_yuan\nshop,1,1,K,1,9.90\n")
    door.land("orders", "bent.csv", orders("bent", "much"))
    door.ingest()
    assert numbers(door)["few_records_are_quarantined"] > MOST_QUARANTINED_SHARE
    door.land("orders", "bent again.csv", orders("bent", "more"))
    door.ingest(LATER[0])
    assert numbers(door)["few_records_are_quarantined"] > MOST_QUARANTINED_SHARE
    door.land("orders", "mended.csv", orders("bent", "9.90"))
    door.ingest(LATER[1])
    assert numbers(door)["few_records_are_quarantined"] == 0

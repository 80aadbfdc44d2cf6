"""A refund has the time at which the money went back once it did, and not before."""

import pytest

from tests.unit.channels.door import Door

HEAD = "source,refund_id,order_id,status,requested_at,refunded_at,amount_yuan\n"


@pytest.fixture
def door(tmp_path):
    return Door(tmp_path / "home", "standard")


def test_a_refund_that_is_only_asked_for_needs_no_time_of_payment_and_one_that_succeeded_does(door):
    door.land(
        "refunds",
        "refunds.csv",
        HEAD
        + "shop,asked,O1,requested,2026-05-01 10:00:00,,5\n"
        + "shop,refused,O1,rejected,2026-05-01 10:00:00,,5\n"
        + "shop,paid,O1,succeeded,2026-05-01 10:00:00,2026-05-02 10:00:00,5\n"
        + "shop,untimed,O1,SUCCEEDED,2026-05-01 10:00:00,,5\n"
        + "shop,soon,O1,succeeded,2026-05-01 10:00:00,soon,5\n",
    )
    door.ingest()
    loaded = door.query("select refund_id, refunded_at from channels.standard__refunds order by refund_id")
    assert loaded == [("asked", None), ("paid", "2026-05-02 02:00:00"), ("refused", None)]
    assert door.quarantine() == [
        ("refunds.csv", 5, "refunded_at", "missing_value"),
        ("refunds.csv", 6, "refunded_at", "not_a_time"),
    ]


def test_a_file_of_refunds_that_are_only_asked_for_has_no_column_for_their_payment(door):
    head = "source,refund_id,status,amount_yuan\n"
    door.land("refunds", "asked.csv", head + "shop,asked,requested,5\nshop,paid,succeeded,5\n")
    door.ingest()
    assert door.query("select refund_id from channels.standard__refunds") == [("asked",)]

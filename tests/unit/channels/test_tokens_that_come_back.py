"""What comes back under a token of ours is read where an export knows it; else it waits, named, and is read then."""

import datetime as dt

import pyarrow as pa
import pytest

from orchestration.channels.engine.unread_refusals import listed_unread
from orchestration.sending import activations
from tests.unit.channels.door import NOON, Door

NEXT_DAY = NOON + dt.timedelta(days=1)
OURS, PUBLISHED, STRANGE = ("r1:" + digit * 64 for digit in "abc")
RECEIPTS = "recipient_token,status,sent_at\n"
MESSAGES = "source,message_id,message_channel,sent_at,recipient_token,customer_id,status,unsubscribed_at\n"


@pytest.fixture
def door(tmp_path):
    return Door(tmp_path / "home", "standard")


def export(door, recipient: str = OURS, published: str = PUBLISHED) -> None:
    """Write one recipient into the log of what left the house."""
    row = dict.fromkeys(activations.ACTIVATIONS.names)
    row |= {"export_id": f"e-{recipient[3:5]}", "recipient_token": recipient, "published_token": published}
    row |= {"message_channel": "sms", "exported_at": NOON - dt.timedelta(days=2)}
    table = pa.Table.from_pylist([row], activations.ACTIVATIONS)
    activations.keep(door.settings, row["export_id"], table, door.settings.home / "out" / row["export_id"])


def test_a_receipt_under_the_recipients_token_or_the_published_one_is_read(door):
    export(door)
    sent = "2026-05-31 10:00:00"
    door.land("receipts", "back.csv", RECEIPTS + f"{OURS},delivered,{sent}\n{PUBLISHED},sent,{sent}\n")
    door.land(
        "messages", "back.csv", MESSAGES + f"own,m1,sms,{sent},{OURS},,sent,\nown,m2,sms,{sent},13812345678,,sent,\n"
    )
    done = door.ingest()
    assert (done.loaded, done.quarantined) == (4, 0)
    assert {token for (token,) in door.rows("standard__receipts", "recipient_token")} == {OURS, PUBLISHED}


def test_a_token_that_no_export_knows_is_set_aside_by_name_and_with_a_remedy(door):
    export(door)
    door.land(
        "receipts", "back.csv", RECEIPTS + f"{OURS},sent,2026-05-31 10:00:00\n{STRANGE},sent,2026-05-31 10:00:00\n"
    )
    done = door.ingest()
    assert (done.loaded, done.quarantined) == (1, 1)
    assert door.quarantine() == [("back.csv", 3, "recipient_token", "unknown_token")]
    ((remedy, told),) = door.query("select remedy, may_refuse from channels.quarantine")
    assert "activations/" in remedy
    assert STRANGE not in remedy
    assert told is False


def test_a_row_that_names_its_customer_is_read_whatever_its_token(door):
    door.land("messages", "back.csv", MESSAGES + f"own,m1,sms,2026-05-31 10:00:00,{STRANGE},C1,sent,\n")
    assert door.ingest().quarantined == 0


def test_what_was_set_aside_is_read_again_when_an_export_brings_the_token(door):
    door.land(
        "receipts", "back.csv", RECEIPTS + f"{OURS},sent,2026-05-31 10:00:00\n{STRANGE},sent,2026-05-31 10:00:00\n"
    )
    assert door.ingest().quarantined == 2
    assert door.ingest(NEXT_DAY).files == 0
    export(door)
    (door.settings.landing / "standard" / "receipts" / "back.csv").unlink()
    door.ingest(NEXT_DAY)
    assert door.rows("standard__receipts", "recipient_token", "_landed_at") == [
        (OURS, door.ledger()["back.csv"]["landed_at"])
    ]
    assert door.ledger()["back.csv"]["landed_at"] <= NOON
    assert door.quarantine() == [("back.csv", 3, "recipient_token", "unknown_token")]
    assert door.ledger()["back.csv"]["loaded"] == 1


@pytest.mark.parametrize(
    ("dataset", "text"),
    [
        ("receipts", RECEIPTS + f"{STRANGE},退订,2026-05-31 10:00:00\n"),
        ("messages", MESSAGES + f"own,m1,sms,2026-05-31 10:00:00,{STRANGE},,sent,2026-05-31 11:00:00\n"),
        ("messages", MESSAGES + f"own,m1,sms,2026-05-31 10:00:00,{STRANGE},,unsubscribed,\n"),
    ],
)
def test_a_refusal_under_an_unknown_token_closes_the_audience_until_the_export_is_known(door, dataset, text):
    door.land(dataset, "back.csv", text)
    door.ingest()
    (row,) = listed_unread(door.settings)
    assert (row["dataset"], row["line"], row["reason"]) == (dataset, 2, "unknown_token")
    export(door, recipient=STRANGE)
    door.ingest(NEXT_DAY)
    assert listed_unread(door.settings) == []


def test_a_receipt_under_an_unknown_token_closes_nothing(door):
    door.land("receipts", "back.csv", RECEIPTS + f"{STRANGE},delivered,2026-05-31 10:00:00\n")
    door.ingest()
    assert listed_unread(door.settings) == []

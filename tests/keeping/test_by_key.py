"""Tables made by touched keys hold what they hold when made whole: whatever landed, in any order, and when killed."""

import datetime as dt
import random

import duckdb
import pytest

from orchestration.dbt_graph import models, nodes, parents_of, table_of
from orchestration.keeping.by_key import key_of, landed_under, made_by_key
from orchestration.keeping.tables import ancestors
from tests.keeping.conftest import TODAY
from tests.keeping.test_kept_equals_full import DAY, DELIVERED, MORNING, SHOP, TODAYS, deliver, event, line, order

TABLES = sorted(".".join(table_of(models()[one])) for one in made_by_key())


def message(message_id, number, day, **more):
    row = {"message_id": message_id, "customer_id": f"C{number:04d}", "message_channel": "sms"}
    return "messages", SHOP | row | {"sent_at": f"{day} 10:00:00", "status": "delivered"} | more


#: What is delivered beside the cases of kept dates.
MORE = {
    "an order that went there and back again": (
        [
            order("O000021", 1, "2026-03-01", status=status, updated_at=f"2026-03-{day} 10:00:00")
            for status, day in (("paid", "03"), ("finished", "05"), ("paid", "07"))
        ],
        None,
    ),
    "an older version that lands later": ([order("O000022", 2, "2025-09-01", updated_at="2025-09-02 10:00:00")], None),
    "the same again": ([*TODAYS, *TODAYS], None),
    "an event told again with another time": ([event("EO000010", 3, "2025-07-01")], None),
    "an order that lands after its lines": ([line("Z1", "K1"), order("Z1", 1, TODAY)], None),
    "a message, and its refusal": (
        [message("M1", 1, TODAY), message("M1", 1, TODAY, status="unsubscribed"), message("M2", 2, TODAY)],
        None,
    ),
}
CASES = {name: rows for name, (rows, _) in {**DELIVERED, **MORE}.items()}


@pytest.fixture(scope="module")
def made(landed, tmp_path_factory):
    """A brand whose tables were made whole, because nothing was marked before."""
    nights = landed.copied(tmp_path_factory.mktemp("by_key") / "home")
    deliver(nights, [message(f"B{number}", number % 14, "2026-02-01") for number in range(40)], "sent.csv")
    assert set(nights.by_key().values()) == {None}
    return nights


def differences(nights):
    said = nights.rows_by_key()
    assert set(nights.by_key(is_full=True).values()) == {None}
    whole = nights.rows_by_key()
    assert sum(rows for rows, _ in whole.values()) > 1000
    return [table for table in whole if said[table] != whole[table]]


@pytest.mark.parametrize("what", CASES)
def test_touched_keys_are_made_as_all_would_be_after(made, tmp_path, what):
    nights = made.copied(tmp_path / "home")
    deliver(nights, CASES[what])
    touched = nights.by_key()
    assert None not in touched.values()
    keys = {(row.get("order_id"), row.get("event_id")) for _, row in CASES[what]}
    assert touched["customer.events"] <= len(keys) and touched["customer.order_lines"] <= len(keys)
    assert differences(nights) == []


def test_nothing_is_touched_where_nothing_landed(made, tmp_path):
    nights = made.copied(tmp_path / "home")
    before = nights.rows_by_key()
    assert set(nights.by_key().values()) == {0}
    assert nights.rows_by_key() == before


def test_a_receipt_that_names_a_token_alone_stands_once_on_a_night_when_nothing_landed(made, tmp_path):
    """What is known by token has no key of a message's source, so that it is read whole and told each night again."""
    nights = made.copied(tmp_path / "home")
    with duckdb.connect(str(nights.settings.warehouse)) as con:
        con.execute(
            "insert into channels.activations by name"
            " select 'r1:a' as recipient_token, 'sms' as message_channel, 'E1' as export_id"
        )
        con.execute(
            "insert into channels.standard__receipts by name select 'r1:a' as recipient_token, 'delivered' as status,"
            f" '{TODAY} 02:00:00' as sent_at, timestamp '{MORNING}' as _landed_at, 'one file' as _file_id, 1 as _line"
        )
    assert nights.by_key()["staging.standard_messages"] is None
    before = nights.rows_by_key()
    assert set(nights.by_key().values()) == {0}
    assert nights.rows_by_key() == before


def test_the_line_of_an_order_is_touched_with_its_order(made, tmp_path):
    nights = made.copied(tmp_path / "home")
    deliver(nights, [order("O000020", 1, "2025-08-01", updated_at="2025-08-20 10:00:00")])
    touched = nights.by_key()
    assert (touched["staging.standard_orders"], touched["staging.standard_order_lines"]) == (1, 1)
    assert touched["customer.events"] == 0
    assert differences(nights) == []


@pytest.mark.parametrize(
    "statement",
    [
        "delete from channels.standard__orders where order_id = 'O000020'",
        "update channels.standard__orders set amount_yuan = '1.00' where order_id = 'O000020'",
        "update channels.standard__orders set _is_history = false",
    ],
)
def test_a_file_that_says_otherwise_than_it_did_makes_its_tables_whole(made, tmp_path, statement):
    nights = made.copied(tmp_path / "home")
    with duckdb.connect(str(nights.settings.warehouse)) as con:
        con.execute(statement)
    touched = nights.by_key()
    assert {table for table, keys in touched.items() if keys is None} == {
        *("staging.standard_orders", "staging.standard_order_lines", "customer.orders", "customer.order_lines")
    }
    assert differences(nights) == []


def test_a_channel_of_other_keys_makes_the_noun_whole(made, tmp_path):
    """What an app lands is keyed otherwise: of the noun's keys nobody knows which it touches."""
    nights = made.copied(tmp_path / "home")
    with duckdb.connect(str(nights.settings.warehouse)) as con:
        con.execute("insert into channels.app__events (_file_id) values ('a file')")
    assert {table for table, keys in nights.by_key().items() if keys is None} == {"customer.events"}


def test_other_rules_make_all_whole_and_the_same_again_nothing(made, tmp_path):
    nights = made.copied(tmp_path / "home")
    assert set(nights.by_key(rules="a seed was changed").values()) == {None}
    assert set(nights.by_key(rules="a seed was changed").values()) == {0}


def test_a_delivery_as_large_as_what_stands_is_made_whole(made, tmp_path):
    nights = made.copied(tmp_path / "home")
    deliver(nights, [event(f"N{number}", number % 14, TODAY) for number in range(1000)])
    assert nights.by_key()["customer.events"] is None
    assert differences(nights) == []


@pytest.mark.parametrize("table", TABLES)
def test_a_night_that_is_killed_between_two_tables_leaves_the_next_to_touch_the_rest(made, tmp_path, table):
    nights = made.copied(tmp_path / "home")
    deliver(nights, [*TODAYS, order("O000020", 1, "2025-08-01", updated_at="2025-08-20 10:00:00")])
    nights.by_key(killed_after=table)
    deliver(nights, [event("L2", 5, "2026-03-03"), message("M9", 1, TODAY)], "again.csv")
    assert None not in nights.by_key().values()
    assert differences(nights) == []


@pytest.mark.parametrize("seed", range(4))
def test_files_in_any_order_over_five_nights_come_to_the_same(made, tmp_path, seed):
    chance = random.Random(seed)
    nights = made.copied(tmp_path / "home")
    cases = chance.sample(sorted(CASES), 8)
    for number in range(5):
        rows = [row for name in cases if chance.random() < 0.4 for row in CASES[name]]
        deliver(nights, chance.sample(rows, len(rows)), f"night{number}.csv", MORNING + number * DAY)
        nights.by_key()
    assert differences(nights) == []


def test_a_file_a_night_comes_to_what_all_at_once_come_to(made, tmp_path):
    several, once = made.copied(tmp_path / "several"), made.copied(tmp_path / "once")
    for number, rows in enumerate(CASES.values()):
        for nights in (several, once):
            deliver(nights, rows, f"part{number}.csv", MORNING + dt.timedelta(minutes=number))
        several.by_key()
    once.by_key()
    assert several.rows_by_key() == once.rows_by_key()


def test_what_is_made_by_key_stands_on_rows_of_its_key_and_on_seeds_alone():
    """Any other table that it reads is one whose landed rows touch it as a whole; its rules are those of kept dates."""
    for one in made_by_key():
        by_key, whole = landed_under(one)
        assert by_key, one
        assert by_key.isdisjoint(whole), one
        assert one in ancestors()
        for parent in parents_of(one):
            if nodes()[parent]["resource_type"] == "model" and key_of(parent) != key_of(one):
                assert whole, (one, parent)
